"""What pages and other floors may ask of works."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from projects.choices import CatalogueState, ChangeState, Condition, ContractKind, PlanState, Stage
from projects.comparing import Line
from projects.estimating import Band, Limits
from projects.models import (
    AnnualPlan,
    CatalogueItem,
    CatalogueVersion,
    ChangeOrder,
    Contract,
    Entry,
    ProgressReport,
    Project,
    Record,
    Scheme,
    SchemeItem,
    SpecialWork,
    WorkProgress,
)
from projects.rules import weighted_percent

# the items of a version together with their works: one query
ITEMS = Prefetch("items", SchemeItem.objects.select_related("work__community", "catalogue_item").order_by("position"))


def reports_of_months(entry: Entry) -> dict[datetime.date, ProgressReport]:
    """What counts of an entry: the newest report of each month; months taken back are missing."""
    rows = ProgressReport.objects.filter(entry=entry).order_by("month", "-pk").distinct("month")
    return {row.month: row for row in rows if not row.void}


def newest_reports(entries: Iterable[Entry], *, up_to: datetime.date | None = None) -> dict[int, ProgressReport]:
    """The report that stands for each entry now (or as of a day): the newest row of its latest reported month."""
    rows = ProgressReport.objects.filter(entry__in=[entry.pk for entry in entries])
    if up_to:
        rows = rows.filter(reported_on__lte=up_to)
    found: dict[int, ProgressReport] = {}
    for row in rows.order_by("entry_id", "-month", "-pk").distinct("entry_id", "month"):
        if not row.void:
            found.setdefault(row.entry_id, row)
    return found


def reports_in_month(entries: Iterable[Entry], month: datetime.date) -> dict[int, ProgressReport]:
    """The newest report of one month, per entry; those taken back are missing."""
    rows = ProgressReport.objects.filter(entry__in=[entry.pk for entry in entries], month=month)
    return {row.entry_id: row for row in rows.order_by("entry_id", "-pk").distinct("entry_id") if not row.void}


def reports_before_month(entries: Iterable[Entry], month: datetime.date) -> dict[int, ProgressReport]:
    """Per entry the newest report of the latest month before `month`."""
    rows = ProgressReport.objects.filter(entry__in=[entry.pk for entry in entries], month__lt=month)
    found: dict[int, ProgressReport] = {}
    for row in rows.order_by("entry_id", "-month", "-pk").distinct("entry_id", "month"):
        if not row.void:
            found.setdefault(row.entry_id, row)
    return found


def contract_amount(project: Project | int) -> Decimal | None:
    """Sum of the works contracts with their approved change orders, in yuan; None without a contract."""
    contracts = Contract.objects.filter(project=project, kind=ContractKind.WORKS)
    signed: Decimal | None = contracts.aggregate(total=Sum("amount"))["total"]
    changes = ChangeOrder.objects.approved().filter(contract__in=contracts).aggregate(total=Sum("amount_delta"))["total"]
    return None if signed is None else signed + (changes or Decimal(0))


def with_current_amounts(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    """Adds per contract, in yuan and days, what its approved change orders come to: current_amount, changed_days; and waiting_count."""
    orders = ChangeOrder.objects.filter(contract=OuterRef("pk")).order_by().values("contract")
    approved = orders.filter(state=ChangeState.APPROVED)
    return contracts.annotate(
        current_amount=F("amount") + Coalesce(Subquery(approved.annotate(n=Sum("amount_delta")).values("n")), Decimal(0)),
        changed_days=Coalesce(Subquery(approved.annotate(n=Sum("days_delta")).values("n")), 0),
        waiting_count=Coalesce(Subquery(orders.filter(state=ChangeState.SUBMITTED).annotate(n=Count("pk")).values("n")), 0),
    )


def with_counts(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Adds per project: community_total, household_total, planned_total (yuan), plan_year."""
    entries = Entry.objects.filter(project=OuterRef("pk"), removed_on__isnull=True).order_by().values("project")
    return projects.annotate(
        community_total=Subquery(entries.annotate(n=Count("pk")).values("n")),
        household_total=Subquery(entries.annotate(n=Sum("household_count")).values("n")),
        planned_total=Subquery(entries.annotate(n=Sum("planned_amount")).values("n")),
        plan_year=Subquery(Entry.objects.filter(project=OuterRef("pk")).order_by("-year").values("year")[:1]),
    )


def plans_of_year(viewer: object, year: int) -> QuerySet[AnnualPlan]:
    """The plans in reach, with their counties and what stands in them."""
    standing = Q(entries__removed_on__isnull=True, entries__pk__isnull=False)
    return (
        AnnualPlan.objects.visible_to(viewer)
        .filter(year=year)
        .select_related("region", "region__parent")
        .annotate(
            community_total=Count("entries", filter=standing),
            household_total=Sum("entries__household_count", filter=standing, default=0),
            amount_total=Sum("entries__planned_amount", filter=standing, default=Decimal(0)),
        )
        .order_by("region__path")
    )


def reserve_entries(plan: AnnualPlan) -> QuerySet[Entry]:
    """Communities of the county's reserve that stand in no plan yet."""
    rows = Entry.objects.filter(project__region=plan.region, plan__isnull=True, removed_on__isnull=True)
    rows = rows.filter(project__condition=Condition.ACTIVE, project__stage__in=[Stage.SURVEYED, Stage.RESERVE])
    return rows.select_related("project", "community").order_by("community__pinyin", "pk")


def plan_is_frozen(entry: Entry) -> bool:
    """Whether the entry stands in a frozen plan."""
    return entry.plan is not None and entry.removed_on is None and entry.plan.state == PlanState.FROZEN


def schemes_of(projects: Iterable[Project], *, up_to: datetime.date | None = None) -> dict[int, list[Scheme]]:
    """Project → its versions drawn up until a day, oldest first, each with its items fetched; two queries."""
    rows = Scheme.objects.filter(project__in=[project.pk for project in projects]).select_related("project").prefetch_related(ITEMS)
    rows = rows.order_by("project_id", "version")
    if up_to:
        rows = rows.filter(drawn_on__lte=up_to)
    found: dict[int, list[Scheme]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def newest_scheme(project: Project, *, up_to: datetime.date | None = None) -> Scheme | None:
    """The version that stands (on a day), with its items; None before the first."""
    versions = schemes_of([project], up_to=up_to).get(project.pk)
    return versions[-1] if versions else None


def lines_of(scheme: Scheme) -> list[Line]:
    """The version's items for comparison, in their order."""
    return [line_of(item) for item in scheme.items.all()]


def line_of(item: SchemeItem) -> Line:
    """An item, with its work at hand, as it is compared."""
    return Line(
        kind=item.kind, name=item.name, quantity=item.quantity, unit=item.unit, amount=item.amount, unit_price=item.unit_price,
        community=item.work.community_id, building=item.work.building, intent=item.intent, starts_on=item.starts_on, ends_on=item.ends_on,
        item=item.catalogue_item_id,
    )  # fmt: skip


def works_of(project: Project, *, up_to: datetime.date | None = None) -> list[SchemeItem]:
    """The works of the version that stands (on a day), as its items with their `work` at hand, in order; [] before the first version."""
    scheme = newest_scheme(project, up_to=up_to)
    return list(scheme.items.all()) if scheme else []


def newest_work_progress(works: Iterable[int], *, up_to: datetime.date | None = None) -> dict[int, WorkProgress]:
    """Id of a work → the row that stands of it now (or as of a day); works nobody reported on are missing. One query."""
    rows = WorkProgress.objects.counting().filter(work__in=list(works))
    if up_to:
        rows = rows.filter(reported_on__lte=up_to)
    return {row.work_id: row for row in rows.order_by("work_id", "-reported_on", "-pk").distinct("work_id")}


def counted_percent(items: Iterable[SchemeItem], rows: dict[int, WorkProgress], community: int | None = None) -> int | None:
    """Per cent of a project counted from its works, weighted by amount; with `community`, of its works and those of the whole project.

    A work that nobody reported on stands at 0; None where nobody reported on any.
    """
    chosen = [item for item in items if community is None or item.work.community_id in (None, community)]
    if not any(item.work_id in rows for item in chosen):
        return None
    return weighted_percent((item.amount, rows[item.work_id].percent if item.work_id in rows else 0) for item in chosen)


def standing_records(
    projects: Iterable[Project], *, kinds: Collection[str] | None = None, up_to: datetime.date | None = None
) -> dict[int, list[Record]]:
    """Project → the documents that count (not voided), dated until a day, oldest first; one query."""
    rows = Record.objects.filter(project__in=[project.pk for project in projects], voids__isnull=True, voided_by__isnull=True)
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    if up_to:
        rows = rows.filter(dated_on__lte=up_to)
    found: dict[int, list[Record]] = {}
    for row in rows.order_by("project", "dated_on", "pk"):
        found.setdefault(row.project_id, []).append(row)
    return found


# --- special works ----------------------------------------------------------------------------------------------------


def window_of(entries: Iterable[Entry], project: Project, scheme: Scheme | None) -> tuple[datetime.date, datetime.date] | None:
    """(first day, last day) in which a project's yards are open: the actual days, else those of the scheme, else of the plan.

    None while no day is known.
    """
    rows = list(entries)
    starts = [entry.planned_start_on for entry in rows if entry.planned_start_on]
    ends = [entry.planned_completion_on for entry in rows if entry.planned_completion_on]
    first = project.started_on or (scheme.starts_on if scheme else None) or min(starts, default=None)
    last = project.completed_on or (scheme.ends_on if scheme else None) or max(ends, default=None)
    return (first, max(first, last)) if first and last else None


def special_works_of(project: Project, *, withdrawn: bool = False) -> list[SpecialWork]:
    """The special works of a project: those filed for it, and those filed for no project on its yards within its window.

    Withdrawn ones only when asked for. With their stretches at hand, by their days.
    """
    entries = list(project.entries.filter(removed_on__isnull=True))
    yards = Q(project__isnull=True, stretches__community__in=[entry.community_id for entry in entries])
    rows = SpecialWork.objects.filter(Q(project=project) | yards)
    if not withdrawn:
        rows = rows.standing()
    window = window_of(entries, project, newest_scheme(project))
    found = rows.prefetch_related("stretches").select_related("region").order_by("planned_start_on", "pk").distinct()
    return [
        work for work in found
        if work.project_id == project.pk or window is None or (work.from_on <= window[1] and work.until_on >= window[0])
    ]  # fmt: skip


def current_catalogue() -> CatalogueVersion | None:
    """The published catalogue from which schemes are drawn; None before the first."""
    return CatalogueVersion.objects.filter(state=CatalogueState.PUBLISHED).first()


def band_of(item: CatalogueItem) -> Band:
    """What the catalogue says of an item, for the estimate."""
    return Band(item.unit, item.price_low, item.price_high, item.output, item.factor or Decimal(0))


def bands_of(scheme: Scheme) -> dict[int, Band]:
    """Id of the catalogue's item -> its band, of all items of a version that has its items at hand; no query."""
    return {item.catalogue_item.pk: band_of(item.catalogue_item) for item in scheme.items.all() if item.catalogue_item}


def usual_costs() -> Limits:
    """The usual costs of a renovation (DOMAIN.md section 7), from the settings."""
    return Limits(*settings.COST_PER_SQUARE_METRE, *settings.COST_PER_HOUSEHOLD)
