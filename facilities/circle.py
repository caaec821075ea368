"""What stands and what is coming around communities, and their checklists: the same way for one on a page and thousands in a task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from django.conf import settings
from django.db import connection

from common.geo import distance_metres
from communities.choices import ManagementKind
from communities.models import Community
from facilities.checklist import BRINGS, ITEMS
from facilities.choices import STILL_TO_COME
from facilities.models import Assessment
from facilities.rules import Line, Provision, Standard, Verdict, Yard, checked
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.models import Entry, Scheme, SchemeItem

DEGREE_METRES = 111_195  # metres of one degree of latitude on the sphere that common.geo measures on
RENOVATED_SINCE = 2018
RELEVANT_WORKS = frozenset(BRINGS) | {kind for item in ITEMS for kind in item.works}
# who manages a community today says how far item 16 is fulfilled (DOMAIN.md section 10)
BY_MANAGEMENT: dict[str, Verdict] = {
    ManagementKind.PROFESSIONAL: Verdict.MET,
    ManagementKind.COMMITTEE: Verdict.PARTLY,
    ManagementKind.SELF: Verdict.PARTLY,
    ManagementKind.UNIT: Verdict.PARTLY,
    ManagementKind.NONE: Verdict.MISSING,
}
# what a renovation of 2018 or later did by its class of works: the compulsory ones [open]
DONE_BY_RENOVATION = ("pipes", "paths")
NEAR = """
    SELECT c.id, f.id, f.kind, f.longitude, f.latitude, f.area::float8, f.state, f.project_id, c.longitude, c.latitude
    FROM communities_community c
    JOIN facilities_facility f
      ON f.latitude BETWEEN c.latitude - %(span)s AND c.latitude + %(span)s
     AND f.longitude BETWEEN c.longitude - %(span)s / cos(radians(c.latitude)) AND c.longitude + %(span)s / cos(radians(c.latitude))
    WHERE c.id = ANY (%(ids)s) AND f.state <> 'closed'
"""


def standard() -> Standard:
    """The standard as the settings have it."""
    return _standard(settings.CIRCLE_DETOUR, tuple(settings.CIRCLE_RINGS), settings.CIRCLE_TOLERANCE, tuple(settings.CIRCLE_AREAS.items()))


@lru_cache(maxsize=4)
def _standard(detour: float, rings: tuple[int, ...], tolerance: float, areas: tuple[tuple[str, int], ...]) -> Standard:
    return Standard(detour, dict(zip((5, 10, 15), rings, strict=True)), tolerance, dict(areas))


def around(ids: Collection[int], *, reach: float) -> dict[int, list[tuple[Provision, int | None]]]:
    """Community → facilities within `reach` straight metres, each with the project that brings it; nothing for one without a
    position. One query over the index of places."""
    found: dict[int, list[tuple[Provision, int | None]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"ids": list(ids), "span": reach / DEGREE_METRES})
        for community, pk, kind, east, north, area, state, project, longitude, latitude in cursor.fetchall():
            metres = distance_metres((longitude, latitude), (east, north))
            if metres <= reach:
                found.setdefault(community, []).append((Provision(kind, metres, area, state, pk), project))
    return found


def projects_of(ids: Collection[int]) -> dict[int, dict[int, bool]]:
    """Community → the projects in which it stands (withdrawn ones apart) → whether its works are completed."""
    found: dict[int, dict[int, bool]] = {}
    rows = Entry.objects.filter(community__in=ids, removed_on__isnull=True).exclude(project__condition=Condition.WITHDRAWN)
    for community, project, stage in rows.values_list("community_id", "project_id", "project__stage"):
        found.setdefault(community, {})[project] = STAGE_ORDER[stage] >= STAGE_ORDER[Stage.COMPLETED]
    return found


def scheme_works(projects: Collection[int]) -> dict[int, list[tuple[int | None, str, float | None]]]:
    """Project → (community or None for all, kind of work, m² where the quantity is an area) of the version that stands."""
    newest = Scheme.objects.filter(project__in=projects).order_by("project_id", "-version").distinct("project_id").values("pk")
    rows = SchemeItem.objects.filter(scheme__in=newest, kind__in=RELEVANT_WORKS).order_by()
    found: dict[int, list[tuple[int | None, str, float | None]]] = {}
    for project, community, kind, quantity, unit in rows.values_list(
        "scheme__project_id", "work__community_id", "kind", "quantity", "unit"
    ):
        area = float(quantity) if unit.strip().lower() in {"m²", "m2", "㎡", "平方米"} else None
        found.setdefault(project, []).append((community, kind, area))
    return found


def assessed(ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Community → item → what the newest assessment says."""
    found: dict[int, dict[str, str]] = {}
    rows = Assessment.objects.filter(community__in=ids).order_by("community_id", "item", "-pk").distinct("community_id", "item")
    for community, item, verdict in rows.values_list("community_id", "item", "verdict"):
        found.setdefault(community, {})[item] = verdict
    return found


def from_register(community: Community) -> dict[str, str]:
    """What the register alone says of items that no distance decides."""
    said: dict[str, str] = {"property": BY_MANAGEMENT[community.management_kind]}
    if (community.renovated_year or 0) >= RENOVATED_SINCE:
        said |= {code: Verdict.MET for code in DONE_BY_RENOVATION}
    return said


def yards_of(communities: Iterable[Community], rule: Standard) -> dict[int, Yard]:
    """Everything that the checklist asks about each community; five queries however many they are."""
    rows = {community.pk: community for community in communities}
    near, projects, said = around(rows, reach=rule.reach), projects_of(rows), assessed(rows)
    works = scheme_works({project for own in projects.values() for project in own})
    return {pk: _yard(community, near.get(pk, []), projects.get(pk, {}), works, said.get(pk, {})) for pk, community in rows.items()}


def _yard(
    community: Community,
    near: list[tuple[Provision, int | None]],
    projects: Mapping[int, bool],
    works: Mapping[int, list[tuple[int | None, str, float | None]]],
    said: Mapping[str, str],
) -> Yard:
    own = [
        (kind, area, completed)
        for project, completed in projects.items()
        for place, kind, area in works.get(project, ())
        if place is None or place == community.pk
    ]
    return Yard(
        population=community.population,
        placed=community.longitude is not None and community.latitude is not None,
        places=[place._replace(sure=True) if place.state in STILL_TO_COME and project in projects else place for place, project in near],
        coming=[Provision(BRINGS[kind].value, 0.0, area, "planned", None, True) for kind, area, _completed in own if kind in BRINGS],
        works=frozenset(kind for kind, _area, _completed in own),
        done=frozenset(kind for kind, _area, completed in own if completed),
        assessed=said,
        register=from_register(community),
    )


def circle_of(community: Community) -> tuple[Yard, list[Line]]:
    """One community's surroundings and checklist as they stand now."""
    rule = standard()
    yard = yards_of([community], rule)[community.pk]
    return yard, checked(yard, rule)


def circles_of(communities: Iterable[Community]) -> dict[int, list[Line]]:
    """Community → its checklist."""
    rule = standard()
    return {pk: checked(yard, rule) for pk, yard in yards_of(communities, rule).items()}
