"""The detail list: every community behind the figures, with its project, stage dates, contracts, photos, progress and money."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics.behind import entries_of, rows_behind
from analytics.indicators import BY_CODE
from common.errors import InvalidInput
from communities.choices import ManagementKind, OwnerKind
from lifecycle.models import ChangeKind, StageChange
from projects.choices import Condition, ContractKind, PhotoKind, Stage
from projects.models import Contract, Entry, Photo, ProgressReport
from spreadsheets.asking import as_of_line, period_of, region_of, source_line
from spreadsheets.columns import Column, head, official
from spreadsheets.naming import COMMITTEE, REPORTING, SUB, Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

lazy = gettext_lazy
COUNT, AREA, MONEY, DAY = "#,##0", "#,##0.00", "#,##0.00", "yyyy-mm-dd"
COLUMNS = (
    Column("city", head("Reporting unit"), width=12),
    Column("county", head("County-level unit"), width=14),
    Column("sub_district", head("Sub-district"), width=14),
    Column("committee", head("Residents' committee"), width=14),
    Column("code", head("Community code"), width=15),
    Column("name", head("Community name"), width=22),
    Column("address", head("Address"), width=28),
    Column("built_year", head("Year built"), width=9, number_format="0"),
    Column("building_count", head("Buildings"), width=8, number_format=COUNT, total=True),
    Column("unit_count", head("Stairwells"), width=8, number_format=COUNT, total=True),
    Column("registered_households", head("Households in the register"), width=10, number_format=COUNT, total=True),
    Column("owner_kind", head("Ownership"), width=12),
    Column("management_kind", head("Managed by"), width=14),
    Column("illegal_area", head("Illegal structures (m²)"), width=12, number_format=AREA, total=True),
    Column("project_code", head("Project code"), width=15),
    Column("project_name", head("Project name"), width=26),
    Column("year", head("Plan year"), width=8, number_format="0"),
    Column("entered_on", head("In the plan since"), width=11),
    Column("household_count", head("Planned households"), width=10, number_format=COUNT, total=True),
    Column("floor_area", head("Planned floor area (m²)"), width=14, number_format=AREA, total=True),
    Column("planned_amount", head("Planned investment (10,000 yuan)"), width=14, number_format=MONEY, total=True),
    Column("planned_start_on", head("Planned start"), width=11),
    Column("planned_completion_on", head("Planned completion"), width=11),
    Column("stage", head("Stage on the day"), width=10),
    Column("condition", head("Condition"), width=9),
    Column("designed_on", head("Scheme drawn up on"), width=11),
    Column("started_on", head("Started on"), width=11),
    Column("completed_on", head("Completed on"), width=11),
    Column("accepted_on", head("Accepted on"), width=11),
    Column("works_number", head("Works contract"), width=18),
    Column("works_on", head("Works contract signed on"), width=11),
    Column("works_amount", head("Works contract (10,000 yuan)"), width=14, number_format=MONEY),
    Column("works_party", head("Contractor"), width=22),
    Column("supervision_number", head("Supervision contract"), width=18),
    Column("start_photos", head("Photos of the start"), width=9, number_format=COUNT, total=True),
    Column("photos", head("All photos"), width=9, number_format=COUNT, total=True),
    Column("reported_on", head("Last report on"), width=11),
    Column("percent", head("Progress (%)"), width=9, number_format="0"),
    Column("paid_amount", head("Paid (10,000 yuan)"), width=14, number_format=MONEY, total=True),
    Column("paid_rate", head("Investment rate"), width=10, number_format="0.0%", rate=("paid_amount", "planned_amount")),
)
FIELDS = (
    "pk", "project_id", "community_id", "community__region__path", "community__code", "community__name", "community__address",
    "community__built_year", "community__building_count", "community__unit_count", "community__household_count",
    "community__owner_kind", "community__management_kind", "community__illegal_area", "project__code", "project__name", "year",
    "entered_on", "household_count", "floor_area", "planned_amount", "planned_start_on", "planned_completion_on", "project__condition",
)  # fmt: skip
DATED = (Stage.DESIGNED, Stage.STARTED, Stage.COMPLETED, Stage.ACCEPTED)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Communities of a plan year in a region as of a day; `indicator` and `side` narrow it to the rows behind one figure,
    `stage` to those that stand there. Raises InvalidInput for a stage or figure that does not exist."""
    top = region_of(actor, query)
    period = period_of(query, at)
    rows, said = chosen_entries(query, top, period.year, period.as_of)
    rows = rows.filter(actor.scope.q("community__region__path"))
    with official():
        title = _("%(region)s %(year)s: communities in detail") % {"region": top.name_zh, "year": period.year}
        lines = [as_of_line(period, at), source_line()]
        return Report(
            title=title,
            columns=COLUMNS,
            rows=Details(rows, period.as_of, Names(top)).rows(),
            expected=rows.count(),
            lines=[*lines, _("Filters: %(filters)s") % {"filters": "；".join(said)}] if said else lines,
            total_label=_("Total"),
            synthetic=rows.filter(Q(project__synthetic=True) | Q(community__synthetic=True)).exists(),
            sheet_name=_("Details"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=6,
        )


def chosen_entries(query: dict[str, Any], region: Any, year: int, as_of: datetime.date) -> tuple[QuerySet[Entry], list[str]]:
    """The entries asked for, and the filters in official words."""
    code, side, stage = (str(query.get(key) or "") for key in ("indicator", "side", "stage"))
    said = []
    if code:
        if code not in BY_CODE or not BY_CODE[code].column(side or "part"):
            message = _("There is no such figure. Open the list from the dashboard again.")
            raise InvalidInput(message, details={"indicator": message})
        rows = rows_behind(BY_CODE[code], region, year, as_of, side or "part")
        with official():
            said.append(str(BY_CODE[code].name))
    else:
        rows = entries_of(region, year).filter(Q(removed_on__isnull=True) | Q(removed_on__gt=as_of))
    if stage:
        if stage not in Stage.values:
            message = _("There is no such stage. Choose one from the list.")
            raise InvalidInput(message, details={"stage": message})
        rows = rows.alias(stage_at=Subquery(_steps(as_of).filter(project=OuterRef("project")).values("stage")[:1])).filter(stage_at=stage)
        with official():
            said.append(str(Stage(stage).label))
    return rows, said


def _steps(as_of: datetime.date) -> QuerySet[StageChange]:
    """Steps that stand on the day, newest first."""
    reached = StageChange.objects.filter(kind=ChangeKind.REACH, happened_on__lte=as_of, reversed_by__isnull=True)
    return reached.order_by("-happened_on", "-pk")


class Details:
    """Rows of the list: one query for the entries, one for each thing that hangs on them."""

    def __init__(self, entries: QuerySet[Entry], as_of: datetime.date, names: Names) -> None:
        self.entries, self.as_of, self.names = entries, as_of, names
        with official():
            self.words = {str(value): str(label) for kind in (OwnerKind, ManagementKind, Condition, Stage) for value, label in kind.choices}

    def rows(self) -> Iterator[list[Any]]:
        """In the order of COLUMNS."""
        stages, contracts, photos, reports = self._stages(), self._contracts(), self._photos(), self._reports()
        words, names = self.words, self.names
        rows = self.entries.order_by("project__region__path", "project__code", "community__pinyin", "pk").values_list(*FIELDS)
        for (
            pk, project, community, path, code, name, address, built, buildings, units, households, owner, management, illegal,
            project_code, project_name, year, entered, planned_households, area, amount, start, completion, condition,
        ) in rows.iterator(chunk_size=2000):  # fmt: skip
            stage, days = stages.get(project, ("", {}))
            works = contracts.get((project, ContractKind.WORKS), (None, None, None, None))
            supervision = contracts.get((project, ContractKind.SUPERVISION), (None, None, None, None))
            at_start, all_photos = photos.get((project, community), (0, 0))
            reported, percent, paid = reports.get(pk, (None, None, None))
            yield [
                names.at(path, REPORTING), names.county(path), names.at(path, SUB), names.at(path, COMMITTEE),
                code, name, address, built, buildings, units, households, words.get(owner, ""), words.get(management, ""), illegal,
                project_code, project_name, year, entered, planned_households, area, _wan(amount), start, completion,
                words.get(stage, ""), words.get(condition, ""),
                *(days.get(stage) for stage in DATED),
                works[0], works[1], _wan(works[2]), works[3], supervision[0],
                at_start, all_photos, reported, percent, _wan(paid), None,
            ]  # fmt: skip

    def _below(self) -> QuerySet[Entry, Any]:
        return self.entries.order_by().values("project")

    def _stages(self) -> dict[int, tuple[str, dict[str, datetime.date]]]:
        """Per project its stage on the day and the first day of each."""
        found: dict[int, tuple[str, dict[str, datetime.date]]] = {}
        rows = _steps(self.as_of).filter(project__in=self._below()).values_list("project", "stage", "happened_on")
        for project, stage, day in rows.iterator(chunk_size=5000):
            _newest, days = found.setdefault(project, (stage, {}))
            days[stage] = min(day, days.get(stage, day))
        return found

    def _contracts(self) -> dict[tuple[int, str], tuple[str, datetime.date, Decimal, str]]:
        """Per project and kind the first contract, with the amounts of all of that kind."""
        found: dict[tuple[int, str], tuple[str, datetime.date, Decimal, str]] = {}
        rows = Contract.objects.filter(project__in=self._below(), signed_on__lte=self.as_of).order_by("signed_on", "pk")
        for project, kind, number, day, amount, party in rows.values_list("project", "kind", "number", "signed_on", "amount", "party"):
            first = found.get((project, kind))
            found[project, kind] = (number, day, amount, party) if first is None else (first[0], first[1], first[2] + amount, first[3])
        return found

    def _photos(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Per project and community: photos of the start, all photos."""
        rows = Photo.objects.filter(project__in=self._below(), taken_at__date__lte=self.as_of).order_by()
        counts = rows.values_list("project", "community").annotate(start=Count("pk", filter=Q(kind=PhotoKind.START)), n=Count("pk"))
        found: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
        found.update({(project, community): (start, n) for project, community, start, n in counts})
        return found

    def _reports(self) -> dict[int, tuple[datetime.date, int, Decimal]]:
        """Per entry the report that stands on the day: the newest row of the latest month reported by then."""
        rows = ProgressReport.objects.filter(entry__in=self.entries.order_by().values("pk"), reported_on__lte=self.as_of)
        newest = rows.order_by("entry", "-month", "-pk").distinct("entry", "month")
        found: dict[int, tuple[datetime.date, int, Decimal]] = {}
        for entry, day, percent, paid, void in newest.values_list("entry", "reported_on", "percent", "paid_amount", F("void")):
            if not void:
                found.setdefault(entry, (day, percent, paid))
        return found


def _wan(yuan: Decimal | None) -> Decimal | None:
    return None if yuan is None else yuan / 10_000


DETAILS = ListSheet(
    name="details",
    title=lazy("Detail list"),
    explanation=lazy("Every community of a plan year with stage dates, contracts, photos, progress and money: 40 columns."),
    action="projects.see",
    report=report,
    asks=("region", "year", "as_of", "stage"),
)
