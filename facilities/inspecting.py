"""Which facilities are due for inspection: those that works brought, 3, 6 and 12 months after their opening."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, DateField, F, Func, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from facilities.choices import FacilityState
from facilities.models import Facility
from facilities.rules import INSPECTED_AFTER
from regions.models import Region
from regions.querysets import Viewer


class _Months(Func):
    """An interval of so many months; with a day the database clamps at the month's end, as `rules.months_later` does."""

    function = "make_interval"
    template = "%(function)s(months => %(expressions)s)"


def _day(months: int) -> Any:
    """The day so many months after the opening."""
    interval = _Months(Value(months))
    return Func(F("opened_on"), interval, template="(%(expressions)s)::date", arg_joiner=" + ", output_field=DateField())


def due_inspections(viewer: Viewer, *, today: datetime.date, region: Region | None = None) -> QuerySet[Facility]:
    """Facilities in reach with `due_months` and `due_on` of the inspection that is due (`rules.inspection_due`, said in SQL)."""
    rows: Any = Facility.objects.visible_to(viewer).filter(
        project__isnull=False, opened_on__isnull=False, state__in=[FacilityState.OPEN, FacilityState.IDLE]
    )
    if region is not None:
        rows = rows.within(region)
    rows = rows.annotate(inspected=Coalesce(Max("inspections__months"), Value(0)))
    rows = rows.annotate(**{f"day_{months}": _day(months) for months in INSPECTED_AFTER})
    latest = [(months, Q(**{f"day_{months}__lte": today})) for months in sorted(INSPECTED_AFTER, reverse=True)]
    rows = rows.annotate(
        reached=Case(*(When(passed, then=Value(months)) for months, passed in latest), default=Value(0), output_field=IntegerField())
    ).filter(reached__gt=F("inspected"))
    days = [When(reached=months, then=F(f"day_{months}")) for months in INSPECTED_AFTER]
    return rows.annotate(due_months=F("reached"), due_on=Case(*days, output_field=DateField())).select_related("region", "community")


def overdue_since(today: datetime.date) -> datetime.date:
    """An inspection that fell due before this day is overdue."""
    return today - datetime.timedelta(days=settings.INSPECTION_GRACE_DAYS)


def due_counts(viewer: Viewer, *, today: datetime.date, region: Region | None = None) -> dict[str, int]:
    """How many inspections are due, and how many of them overdue; one query."""
    rows = due_inspections(viewer, today=today, region=region)
    found: dict[str, int] = rows.order_by().aggregate(due=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=overdue_since(today))))
    return found
