"""What the pages of special works show: the chart of a project, a month of a city, a city's clashes."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from projects.choices import DIGGING, PAVING, Condition, PipeOwner, SpecialState, WorkKind
from projects.clash_words import owner_label
from projects.dig_once import Activity, Clash
from projects.gantt import Bar, Chart, Group, draw, month_ticks, range_of
from projects.ground import Ground, ground_of, key_of
from projects.models import Entry, Paving, Project, Scheme, SchemeItem, SpecialWork, SpecialWorkStretch
from projects.queries import newest_reports, works_of
from projects.rules import first_day, last_day
from regions.models import Region

Day = datetime.date
DONE = {SpecialState.COMPLETED, SpecialState.ACCEPTED}


def opening_day() -> Day:
    """The day at which pages open: today, unless the installation looks back at another."""
    return Day.fromisoformat(settings.DASHBOARD_AS_OF) if settings.DASHBOARD_AS_OF else timezone.localdate()


def open_clash_keys(ground: Ground) -> set[str]:
    """The activities to be marked for a clash for which nobody gave a reason."""
    return {key for clash in ground.clashes if not ground.settled_by(clash) for key in marked(clash)}


def marked(clash: Clash) -> list[str]:
    """The activities of a clash that a chart marks: those that can still move, else all of it."""
    both = [each for each in (clash.first, clash.second) if each is not None]
    movable = [each for each in both if each.special and not each.fixed]
    return [each.key for each in movable or both]


def bar_of(work: SpecialWork, clashing: Collection[str]) -> Bar:
    """A special work as a line of a chart."""
    return Bar(
        key=key_of(work),
        name=work.title,
        owner=work.get_owner_display(),
        start=work.planned_start_on,
        end=work.planned_completion_on,
        did_start=work.started_on,
        did_end=work.completed_on,
        special=True,
        clash=key_of(work) in clashing,
        note=work.get_state_display(),
        url=reverse("projects:special", args=[work.pk]),
    )


# --- the chart of a project -------------------------------------------------------------------------------------------


def _progress(entries: list[Entry]) -> int | None:
    """Progress of the community works in per cent of the floor area, from the newest reports; None before the first."""
    reports = newest_reports(entries)
    area = sum(entry.floor_area for entry in entries)
    if not area or not reports:
        return None
    return round(sum(entry.floor_area * reports[entry.pk].percent for entry in entries if entry.pk in reports) / area)


def _community_bars(project: Project, ground: Ground, clashing: Collection[str]) -> list[Bar]:
    """The community works: all together with what is reported of them, then kind by kind on the days of the scheme."""
    window = ground.windows.get(project.pk)
    if window is None:
        return []
    percent = _progress(list(project.entries.filter(removed_on__isnull=True)))
    bars = [
        Bar(
            "all", _("All community works"), "", window.start, window.end, did_start=project.started_on, did_end=project.completed_on,
            done=(percent or 0) / 100, note="" if percent is None else f"{percent}%",
        )
    ]  # fmt: skip
    of_kind: dict[str, list] = {}
    for item in works_of(project):
        of_kind.setdefault(item.kind, []).append(item)
    for kind in WorkKind:
        items = of_kind.get(kind.value, [])
        days = [(item.starts_on, item.ends_on) for item in items if item.starts_on and item.ends_on]
        if not items or not (days or kind == PAVING):
            continue
        start, end = (min(day for day, _end in days), max(day for _start, day in days)) if days else (window.end, window.end)
        name = items[0].name if len(items) == 1 else _("%(name)s and %(more)s more") % {"name": items[0].name, "more": len(items) - 1}
        marks = {f"w{item.work_id}" for item in items}
        bars.append(
            Bar(f"k{kind.value}", str(kind.label), name, start, end, paves=kind == PAVING, clash=bool(marks & set(clashing)))
        )  # fmt: skip
    return bars


@dataclass(frozen=True, slots=True)
class ProjectChart:
    """The chart of a project with what stands beside it; `chart` is None while no day is known."""

    chart: Chart | None
    groups: list[Group]
    ground: Ground


def project_chart(project: Project, today: Day) -> ProjectChart:
    """The community works by kind and the special works by owner in one chart."""
    ground = ground_of(projects=[project.pk], today=opening_day())
    concerned = ground.clashes_of(project)
    clashing = {key for clash in concerned if not ground.settled_by(clash) for key in marked(clash)}
    beside = {each.key for clash in concerned for each in clash.works}
    order = list(PipeOwner.values)
    window = ground.windows.get(project.pk)
    yards = ground.yards.get(project.pk, frozenset())
    works = [work for work in ground.works.values() if _belongs(work, project, ground, yards) or key_of(work) in beside]
    works.sort(key=lambda work: (order.index(work.owner), work.from_on, work.pk))
    groups = [
        Group(_("Community works"), _community_bars(project, ground, clashing)),
        Group(_("Special works"), [bar_of(work, clashing) for work in works]),
    ]
    groups = [group for group in groups if group.bars]
    days = [day for group in groups for bar in group.bars for day in (bar.start, bar.end, bar.did_start, bar.did_end) if day]
    both = (window.start, window.end) if window else None
    span = range_of(days, both)
    if span is None:
        return ProjectChart(None, groups, ground)
    ticks = [(day, date_format(day, "n月" if _zh() else "M"), False) for day in month_ticks(*span)]
    shown = next((day for day in (today, opening_day()) if span[0] <= day <= span[1]), None)
    return ProjectChart(draw(groups, *span, ticks=ticks, window=both, today=shown), groups, ground)


def _zh() -> bool:
    return date_format(Day(2021, 1, 1), "F") == "一月"


def _belongs(work: SpecialWork, project: Project, ground: Ground, yards: frozenset[int]) -> bool:
    """Filed for the project, or for none on its yards while they are open."""
    if work.project_id is not None:
        return work.project_id == project.pk
    window = ground.windows.get(project.pk)
    places = next((each.stretches for each in ground.case.activities if each.key == key_of(work)), frozenset())
    return bool(places & yards) and (window is None or (work.from_on <= window.end and work.until_on >= window.start))


# --- a month of a city ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """A yard (by its community) or a road in the order of the calendar."""

    path: str
    name: str
    community: int | None
    road: int | None


def _newer() -> Exists:
    return Exists(Scheme.objects.filter(project=OuterRef("scheme__project"), version__gt=OuterRef("scheme__version")))


def spots_of_month(region: Region, month: Day, owner: str = "") -> list[Spot]:
    """The yards and roads of a region on which something is dug or paved in a month, by county and name; at most four queries."""
    first, last = first_day(month), last_day(month)
    works = SpecialWork.objects.within(region).standing().between(first, last)
    if owner:
        works = works.filter(owner=owner)
    rows = SpecialWorkStretch.objects.filter(work__in=works.order_by().values("pk"))
    fields = ("stretch__region__path", "stretch__name", "stretch__community_id", "stretch_id")
    found = {Spot(path, name, community, None if community else pk) for path, name, community, pk in rows.values_list(*fields)}
    if not owner:
        pavings = Paving.objects.within(region).filter(paved_on__range=(first, last), voids__isnull=True, voided_by__isnull=True)
        found |= {Spot(path, name, yard, None if yard else pk) for path, name, yard, pk in pavings.values_list(*fields)}
        found |= _community_spots(region, first, last)
    return sorted(found, key=lambda spot: (spot.path, spot.road is None, spot.name, spot.community or spot.road or 0))


def _community_spots(region: Region, first: Day, last: Day) -> set[Spot]:
    """Yards where community works dig or pave in those days, by the versions that stand."""
    items = SchemeItem.objects.within(region).filter(starts_on__lte=last, ends_on__gte=first, kind__in=[*DIGGING, PAVING])
    items = items.exclude(scheme__project__condition=Condition.WITHDRAWN).filter(~_newer())
    pairs = set(items.order_by().values_list("scheme__project_id", "work__community_id"))
    whole, single = {pk for pk, yard in pairs if yard is None}, {yard for _pk, yard in pairs if yard}
    yards = Q(project__in=whole) | Q(project__in={pk for pk, _yard in pairs}, community__in=single)
    entries = Entry.objects.filter(yards, removed_on__isnull=True)
    rows = entries.values_list("project__region__path", "community__name", "community_id")
    return {Spot(path, name, community, None) for path, name, community in rows}


def month_groups(spots: Iterable[Spot], month: Day, owner: str = "") -> tuple[list[Group], Ground]:
    """What happens on these yards and roads in a month, place by place."""
    spots, first, last = list(spots), first_day(month), last_day(month)
    ground = ground_of(
        communities=[spot.community for spot in spots if spot.community], roads=[spot.road for spot in spots if spot.road],
        today=opening_day(),
    )  # fmt: skip
    clashing, groups = open_clash_keys(ground), []
    for spot in spots:
        key = -spot.community if spot.community else spot.road
        activities = [each for each in ground.case.by_stretch.get(key or 0, []) if each.start <= last and each.end >= first]
        shown = [each for each in activities if not owner or each.owner == owner]
        bars = [_month_bar(each, ground, clashing) for each in sorted(shown, key=lambda each: (not each.special, each.start, each.key))]
        url = reverse("communities:detail", args=[spot.community]) if spot.community else ""
        if bars:
            groups.append(Group(spot.name, bars, url))
    return groups, ground


def _month_bar(activity: Activity, ground: Ground, clashing: Collection[str]) -> Bar:
    work = ground.works.get(activity.key)
    if work is not None:
        return bar_of(work, clashing)
    planned = ground.planned.get(activity.key)
    return Bar(
        key=activity.key,
        name=planned.name if planned else str(_("Paving on record")),
        owner=owner_label("") if planned else "",
        start=activity.start,
        end=activity.end,
        paves=activity.paves,
        clash=activity.key in clashing,
        url=reverse("projects:gantt", args=[planned.project]) if planned else "",
    )


def month_chart(groups: list[Group], month: Day, today: Day) -> Chart:
    """The month as a chart of days."""
    first, last = first_day(month), last_day(month)
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    return draw(groups, first, last, ticks=[(day, str(day.day), day.weekday() >= 5) for day in days], today=today)


# --- a city's clashes -------------------------------------------------------------------------------------------------


def year_ground(region: Region, year: int) -> Ground:
    """Everything in a region that concerns the special works and the projects of a year; a constant number of queries."""
    works = SpecialWork.objects.within(region).standing().between(Day(year, 1, 1), Day(year, 12, 31))
    entries = Entry.objects.within(region).filter(year=year, removed_on__isnull=True)
    return ground_of(
        works=works.order_by().values_list("pk", flat=True),
        projects=entries.order_by().values_list("project_id", flat=True).distinct(),
        today=opening_day(),
    )  # fmt: skip
