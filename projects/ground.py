"""What is known of yards and roads: special works, community works, pavings, windows and confirmations, laid out for the clash rules.

A yard is known by its community, whether it has a row among the stretches or not: in a case its key is minus the community's.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.db.models import Q, QuerySet

from projects.choices import DIGGING, PAVING, STAGE_ORDER, Condition, PipeOwner, SpecialState, Stage
from projects.dig_once import Activity, Case, Clash, Window, clashes
from projects.models import Entry, OwnerConfirmation, Paving, Project, Scheme, SchemeItem, SpecialWork, SpecialWorkStretch
from projects.queries import window_of
from projects.rules import owners_to_ask

Day = datetime.date


@dataclass(frozen=True, slots=True)
class Place:
    """A yard or a stretch of road, as it is called; `key` is how the rules know it."""

    key: int
    name: str
    county: int

    @property
    def is_yard(self) -> bool:
        """Whether it is the yard of a community."""
        return self.key < 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A community work of a scheme as far as stretches are concerned."""

    work: int
    project: int
    community: int | None
    kind: str
    name: str
    start: Day | None
    end: Day | None


@dataclass
class Ground:
    """Some stretches with everything on them; `case` is what the rules look at, the rest gives its keys their names."""

    places: dict[int, Place] = field(default_factory=dict)
    works: dict[str, SpecialWork] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    windows: dict[int, Window] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)
    confirmations: dict[tuple[int, str], OwnerConfirmation] = field(default_factory=dict)
    yards: dict[int, frozenset[int]] = field(default_factory=dict)  # project → the keys of its yards
    case: Case = field(default_factory=lambda: Case([]))

    @cached_property
    def clashes(self) -> list[Clash]:
        """Every clash on these stretches."""
        return clashes(self.case)

    def settled_by(self, clash: Clash) -> str:
        """The owner's reason for a clash that stays; "" while nobody gave one."""
        reasons = (self.works[each.key].unavoidable for each in clash.works if each.key in self.works)
        return next((reason for reason in reasons if reason), "")

    def clashes_of(self, project: Project) -> list[Clash]:
        """The clashes that concern a project: of its own works, and on its yards while they are open; old matters are left out."""
        window, yards = self.windows.get(project.pk), self.yards.get(project.pk, frozenset())
        return [clash for clash in self.clashes if _concerns(clash, project.pk, yards, window)]

    def clashes_of_work(self, work: SpecialWork) -> list[Clash]:
        """The clashes of one special work."""
        return [clash for clash in self.clashes if any(each.key == key_of(work) for each in clash.works)]


def _concerns(clash: Clash, project: int, yards: frozenset[int], window: Window | None) -> bool:
    if project in {clash.project, clash.first.project, clash.second.project if clash.second else None}:
        return True
    if clash.stretch not in yards or clash.project is not None:
        return False
    both = [each for each in (clash.first, clash.second) if each is not None]
    return window is None or any(each.start <= window.end and each.end >= window.start for each in both)


def key_of(work: SpecialWork) -> str:
    """How the rules know a special work."""
    return f"s{work.pk}"


def ground_of(
    *,
    communities: Iterable[int] = (),
    roads: Iterable[int] = (),
    projects: Iterable[int] = (),
    works: Iterable[int] = (),
    today: Day | None = None,
    up_to: Day | None = None,
) -> Ground:
    """Everything on these yards and roads, of these projects and special works, and on the stretches those lie on.

    A constant number of queries. Confirmations count as of `up_to`; no other days are proposed before `today`.
    """
    ground = Ground()
    wanted, streets = _wanted(set(communities), set(projects)), set(roads)
    links = _links(Q(stretch__community__in=wanted) | Q(stretch__in=streets) | Q(work__project__in=projects) | Q(work__in=works))
    if links:  # what else lies on their stretches
        links = _links(Q(stretch__in={link[1] for link in links}) | Q(stretch__community__in=wanted) | Q(stretch__in=streets))
    of_work: dict[int, set[int]] = {}
    for work, stretch, community, name, county in links:
        key = -community if community else stretch
        of_work.setdefault(work, set()).add(key)
        ground.places[key] = Place(key, name, county)
    ground.works = {key_of(work): work for work in SpecialWork.objects.filter(pk__in=of_work).select_related("region").order_by("pk")}
    yards = wanted | {-key for key in ground.places if key < 0}
    _add_projects(ground, yards, of_work)
    special = [_special(work, frozenset(of_work[work.pk])) for work in ground.works.values()]
    pavings = _pavings(yards, {key for key in ground.places if key > 0} | streets)
    ground.confirmations = newest_confirmations(ground.projects, up_to)
    ground.case = Case(
        activities=[*special, *pavings, *_community_works(ground)],
        windows=list(ground.windows.values()),
        confirmed={key: row.confirmed_on for key, row in ground.confirmations.items()},
        asked=_asked(ground),
        months=settings.DIG_ONCE_MONTHS,
        not_before=today,
    )
    return ground


def _wanted(communities: set[int], projects: set[int]) -> set[int]:
    """The communities asked for, and those of the projects."""
    if not projects:
        return communities
    rows = Entry.objects.filter(project__in=projects, removed_on__isnull=True)
    return communities | set(rows.values_list("community_id", flat=True))


def _links(condition: Q) -> list[tuple[int, int, int | None, str, int]]:
    """(special work, stretch, its community, its name, its county) of the works that stand."""
    works = SpecialWorkStretch.objects.filter(condition).order_by().values("work")
    rows = SpecialWorkStretch.objects.filter(work__in=works).exclude(work__state=SpecialState.WITHDRAWN)
    return list(rows.values_list("work_id", "stretch_id", "stretch__community_id", "stretch__name", "stretch__region_id").order_by("pk"))


def _special(work: SpecialWork, stretches: frozenset[int]) -> Activity:
    return Activity(
        key_of(work), work.owner, stretches, work.from_on, work.until_on, digs=work.digs, special=True,
        fixed=work.started_on is not None, project=work.project_id, label=work.title,
    )  # fmt: skip


# --- projects: windows, community works, pavings ----------------------------------------------------------------------


def _add_projects(ground: Ground, communities: Collection[int], of_work: dict[int, set[int]]) -> None:
    """The projects of these yards, the days on which the yards are open, and the community works on them."""
    entries = (
        Entry.objects.filter(community__in=communities, removed_on__isnull=True)
        .exclude(project__condition=Condition.WITHDRAWN)
        .select_related("project", "community")
        .order_by("pk")
    )
    of_project: dict[int, list[Entry]] = {}
    for entry in entries:
        of_project.setdefault(entry.project_id, []).append(entry)
        project = ground.projects.setdefault(entry.project_id, entry.project)
        ground.places.setdefault(-entry.community_id, Place(-entry.community_id, entry.community.name, project.region_id))
    schemes = {scheme.project_id: scheme for scheme in newest_versions(of_project)}
    for pk, rows in of_project.items():
        ground.yards[pk] = frozenset(-entry.community_id for entry in rows)
        if days := window_of(rows, ground.projects[pk], schemes.get(pk)):
            linked = {key for work in ground.works.values() if work.project_id == pk for key in of_work[work.pk]}
            ground.windows[pk] = Window(pk, *days, ground.yards[pk] | linked)
    ground.planned = {f"w{row.work}": row for row in _planned([scheme.pk for scheme in schemes.values()])}


def newest_versions(projects: Iterable[int]) -> list[Scheme]:
    """The version that stands of each project, without its items."""
    return list(Scheme.objects.filter(project__in=list(projects)).order_by("project_id", "-version").distinct("project_id"))


def _planned(schemes: Collection[int]) -> list[Planned]:
    """The works of these versions that open the ground on known days, that make the surface, or that are lifts."""
    days = Q(kind__in=DIGGING, starts_on__isnull=False, ends_on__isnull=False)
    rows = SchemeItem.objects.filter(Q(scheme__in=schemes) & (days | Q(kind__in=[PAVING, PipeOwner.LIFTS])))
    fields = ("work_id", "scheme__project_id", "work__community_id", "kind", "name", "starts_on", "ends_on")
    return [Planned(*row) for row in rows.order_by("pk").values_list(*fields)]


def _community_works(ground: Ground) -> list[Activity]:
    """Community works as activities: what digs on its days, what paves on the day its surface is made."""
    found = []
    for key, row in ground.planned.items():
        yards = frozenset({-row.community}) if row.community else ground.yards[row.project]
        window = ground.windows.get(row.project)
        end = row.end or (window.end if window else None)
        if row.kind == PipeOwner.LIFTS or end is None or not yards:
            continue
        start, end = _within(row.start or end, end, ground.projects[row.project], window)
        found.append(
            Activity(
                key, "", yards, start, end, digs=row.kind in DIGGING, paves=row.kind == PAVING, project=row.project, label=row.name
            )
        )  # fmt: skip
    return found


def _within(start: Day, end: Day, project: Project, window: Window | None) -> tuple[Day, Day]:
    """The scheme's days as they can be now: what was to begin before the project did begins with it; nothing outside its window."""
    if window is None:
        return min(start, end), end
    if project.started_on and start < project.started_on:
        late = project.started_on - start
        start, end = start + late, end + late
    end = min(max(end, window.start), window.end)
    return min(max(start, window.start), end), end


def _pavings(communities: Collection[int], roads: Collection[int]) -> list[Activity]:
    """The pavings that were typed in and not voided."""
    rows = Paving.objects.filter(Q(stretch__community__in=communities) | Q(stretch__in=roads), voids__isnull=True, voided_by__isnull=True)
    return [
        Activity(f"v{pk}", "", frozenset({-community if community else stretch}), day, day, paves=True, label=number)
        for pk, stretch, community, day, number in rows.values_list("pk", "stretch_id", "stretch__community_id", "paved_on", "number")
    ]


def newest_confirmations(projects: Iterable[int], up_to: Day | None = None) -> dict[tuple[int, str], OwnerConfirmation]:
    """(project, owner) → what the owner said last, as of a day."""
    rows = OwnerConfirmation.objects.filter(project__in=list(projects))
    if up_to:
        rows = rows.filter(confirmed_on__lte=up_to)
    newest = rows.order_by("project_id", "owner", "-pk").distinct("project_id", "owner")
    return {(row.project_id, row.owner): row for row in newest}


def _asked(ground: Ground) -> dict[int, list[str]]:
    """Project → the owners that must have confirmed: of projects whose scheme is approved."""
    lifts = {row.project for row in ground.planned.values() if row.kind == PipeOwner.LIFTS}
    return {
        pk: [owner.value for owner in owners_to_ask(settings.PIPE_OWNERS, [PipeOwner.LIFTS] if pk in lifts else [])]
        for pk, project in ground.projects.items()
        if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.APPROVED]
    }


def clashing(rows: QuerySet[SpecialWork]) -> list[int]:
    """The keys of those special works that clash, and for which no owner gave a reason."""
    ground = ground_of(works=rows.order_by().values_list("pk", flat=True))
    found = [clash for clash in ground.clashes if not ground.settled_by(clash)]
    return sorted({ground.works[each.key].pk for clash in found for each in clash.works if each.key in ground.works})
