"""The communities behind a figure: the exact rows whose number or sum it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, DecimalField, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from analytics.counting import at_least
from analytics.indicators import Indicator
from analytics.queries import COUNTY_DEPTH
from lifecycle.models import ChangeKind, StageChange
from projects.choices import STAGE_ORDER, ContractKind, PlanState, Stage
from projects.models import Contract, Entry, Photo, ProgressReport
from regions.models import Region

STAGE_OF_COLUMN = {
    "designed": Stage.DESIGNED,
    "started": Stage.STARTED,
    "completed": Stage.COMPLETED,
    "accepted": Stage.ACCEPTED,
}
AMOUNT = DecimalField(max_digits=18, decimal_places=2)


def _standing(kind: ChangeKind) -> QuerySet[StageChange]:
    """Changes of the entry's project that were not taken back."""
    return StageChange.objects.filter(project=OuterRef("project"), kind=kind, reversed_by__isnull=True).order_by()


def _first_day(stages: list[str]) -> Subquery:
    first = _standing(ChangeKind.REACH).filter(stage__in=stages).values("project").annotate(first=Min("happened_on"))
    return Subquery(first.values("first"))


def _paid(as_of: datetime.date) -> Coalesce:
    """Yuan paid up to a day: the newest report of the latest month that was reported by then."""
    newer = ProgressReport.objects.filter(entry=OuterRef("entry"), month=OuterRef("month"), pk__gt=OuterRef("pk"))
    counts = ProgressReport.objects.filter(~Exists(newer), entry=OuterRef("pk"), reported_on__lte=as_of)
    return Coalesce(Subquery(counts.order_by("-month").values("paid_amount")[:1]), Value(0), output_field=AMOUNT)


def entries_of(region: Region, year: int) -> QuerySet[Entry]:
    """The year's entries in a region: by the project's county, and below county level by the community itself."""
    field = "project__region__path" if region.depth <= COUNTY_DEPTH else "community__region__path"
    return Entry.objects.filter(year=year, **{f"{field}__startswith": region.path})


def rows_behind(indicator: Indicator, region: Region, year: int, as_of: datetime.date, side: str = "part") -> QuerySet[Entry]:
    """The communities behind one side of an indicator at the end of a day; each row's `value` adds up to the figure.

    Also annotated: `since` (the day it began to count), `stage_then`, `contract_number`, `photo_count`, `name_key` and
    `county_key` to sort by. Raises KeyError where the indicator has no such side.
    """
    column = indicator.column(side)
    if not column:
        raise KeyError(f"{indicator.code} has no {side}")
    rows = entries_of(region, year)
    head, _, measure = column.partition("_")
    if head == "planned":
        rows = planned(rows, as_of).annotate(since=F("entered_on"))
    elif head == "paid":
        rows = rows.annotate(value=_paid(as_of)).exclude(value=0)
        rows = rows.annotate(since=Subquery(_reports(as_of).order_by("-month", "-pk").values("reported_on")[:1]))
    else:
        rows = reached(rows, STAGE_OF_COLUMN[head], as_of).annotate(since=_first_day(at_least(STAGE_OF_COLUMN[head])))
    if head != "paid":
        rows = rows.annotate(value=_value(measure))
    return described(rows, as_of)


def _reports(as_of: datetime.date) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(entry=OuterRef("pk"), reported_on__lte=as_of)


def _value(measure: str) -> Value | F:
    if measure == "communities":
        return Value(1, output_field=IntegerField())
    return F({"households": "household_count", "area": "floor_area", "amount": "planned_amount"}[measure])


def planned(rows: QuerySet[Entry], as_of: datetime.date) -> QuerySet[Entry]:
    """Standing in a frozen plan at the end of the day."""
    standing = Q(removed_on__isnull=True) | Q(removed_on__gt=as_of)
    return rows.filter(standing, plan__state=PlanState.FROZEN, entered_on__lte=as_of)


def reached(rows: QuerySet[Entry], stage: Stage, as_of: datetime.date) -> QuerySet[Entry]:
    """Stood at the stage or further at the end of the day, neither withdrawn nor taken out of the plan."""
    steps = _standing(ChangeKind.REACH).filter(stage__in=at_least(stage), happened_on__lte=as_of)
    # one set for all rows: asked row by row, the withdrawals took most of the list's time
    left = StageChange.objects.filter(kind=ChangeKind.WITHDRAW, reversed_by__isnull=True, happened_on__lte=as_of).order_by()
    return rows.filter(Q(removed_on__isnull=True) | Q(removed_on__gt=as_of), Exists(steps)).exclude(project__in=left.values("project"))


def described(rows: QuerySet[Entry], as_of: datetime.date) -> QuerySet[Entry]:
    """With what a list shows of each community, as of the day: stage, progress, contract, photos; and keys to sort by."""
    stages = _standing(ChangeKind.REACH).filter(happened_on__lte=as_of).order_by("-happened_on", "-pk")
    works = Contract.objects.filter(project=OuterRef("project"), kind=ContractKind.WORKS)
    contracts = works.filter(signed_on__lte=as_of).order_by("signed_on", "pk")
    taken = Photo.objects.filter(project=OuterRef("project"), community=OuterRef("community"))
    photos = taken.filter(taken_at__lt=timezone.make_aware(datetime.datetime.combine(as_of, datetime.time.max))).order_by()
    return rows.select_related("community", "project__region__parent").annotate(
        stage_then=Subquery(stages.values("stage")[:1]),
        percent_then=Subquery(_reports(as_of).order_by("-month", "-pk").values("percent")[:1]),
        contract_number=Subquery(contracts.values("number")[:1]),
        photo_count=Coalesce(Subquery(photos.values("community").annotate(n=Count("pk")).values("n")), 0),
        name_key=F("community__pinyin"),
        county_key=F("project__region__path"),
    )


def worded(rows: Iterable[Entry]) -> list[Entry]:
    """Rows of `described` with `stage_words` and `stage_order` (before the first step: where none was reached), `value_wan`, `place`."""
    found = list(rows)
    for row in found:
        stage = row.stage_then or Stage.SURVEYED.value
        row.stage_order, row.stage_words = STAGE_ORDER[stage], Stage(stage).label
        row.value_wan = Decimal(getattr(row, "value", 0)) / 10_000
        row.place = _place(row.project.region)
    return found


def _place(county: Region) -> str:
    """The county after the unit it belongs to: several units have a county of the same name."""
    unit = county.parent.name if county.parent else ""
    return county.name if unit in {"", county.name} else f"{unit} {county.name}"
