"""Counting living circles and keeping the results: one community, those near a change, all of a region in pieces."""

from __future__ import annotations

import datetime
import io
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from common.geo import Position
from common.text import narrow
from communities.models import Community
from facilities.checklist import ASSESSED, RULE_VERSION
from facilities.choices import RunState
from facilities.circle import DEGREE_METRES, circles_of, standard
from facilities.models import Assessment, CircleCount, CircleRun
from facilities.rules import Line, Verdict
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

PIECE = 500  # communities of one transaction
NULL = "\\N"  # COPY's word for nothing
LOCK_SPACE = 7_400_000  # first key of the advisory lock of a county's sums
FIRST = """
    INSERT INTO facilities_circlecount (community_id, counted_at, rule_version)
    SELECT id, %(at)s, %(rule)s FROM unnest(%(ids)s::bigint[]) AS id ON CONFLICT (community_id) DO NOTHING
"""
COLUMNS = "community_id, item, before, after, why_before, why_after, metres_before, metres_after, nearest_before_id, nearest_after_id"
# COPY beside the table, then one statement: six times faster than values in the statement, and what says the same stays untouched
NEW = """
    CREATE TEMPORARY TABLE IF NOT EXISTS circle_new (community_id bigint, item text, before text, after text, why_before text,
        why_after text, metres_before int, metres_after int, nearest_before_id bigint, nearest_after_id bigint) ON COMMIT DROP;
    TRUNCATE circle_new
"""
KEEP = """
    INSERT INTO facilities_circleresult AS kept ({columns}) SELECT {columns} FROM circle_new
    ON CONFLICT (community_id, item) DO UPDATE SET before = excluded.before, after = excluded.after, why_before = excluded.why_before,
        why_after = excluded.why_after, metres_before = excluded.metres_before, metres_after = excluded.metres_after,
        nearest_before_id = excluded.nearest_before_id, nearest_after_id = excluded.nearest_after_id
    WHERE (kept.before, kept.after, kept.why_before, kept.why_after, kept.metres_before, kept.metres_after, kept.nearest_before_id,
        kept.nearest_after_id) IS DISTINCT FROM (excluded.before, excluded.after, excluded.why_before, excluded.why_after,
        excluded.metres_before, excluded.metres_after, excluded.nearest_before_id, excluded.nearest_after_id)
""".replace("{columns}", COLUMNS)
_VERDICTS = (Verdict.MET, Verdict.PARTLY, Verdict.MISSING)
SUMS = ", ".join(
    f"coalesce({whole} FILTER (WHERE k.{when} = '{verdict.value}'), 0)"
    for whole in ("count(*)", "sum(c.household_count)")
    for when in ("before", "after")
    for verdict in _VERDICTS
)
SUM_NAMES = [
    f"{unit}_{verdict.value}_{when}" for unit in ("communities", "households") for when in ("before", "after") for verdict in _VERDICTS
]
TOTAL = """
    INSERT INTO facilities_circletotal (region_id, item, communities, households, {names})
    SELECT county.id, k.item, count(*), sum(c.household_count), {sums}
    FROM facilities_circleresult k
    JOIN communities_community c ON c.id = k.community_id AND c.merged_into_id IS NULL
    JOIN regions_region r ON r.id = c.region_id
    JOIN regions_region county ON county.depth = %(depth)s AND county.code = split_part(r.path, '/', %(depth)s)
    WHERE county.id = ANY (%(counties)s)
    GROUP BY county.id, k.item
""".replace("{names}", ", ".join(SUM_NAMES)).replace("{sums}", SUMS)


def _execute(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@transaction.atomic
def count_circles(*, communities: Collection[int], at: datetime.datetime) -> int:
    """Count the circles of these communities and keep them; how many they were. Merged ones are left out.

    Their rows are locked before anything is read: a facility that is changed meanwhile waits, then marks them stale again.
    """
    _execute(FIRST, {"ids": sorted(communities), "at": at, "rule": RULE_VERSION})
    rows = CircleCount.objects.select_for_update().filter(community__in=communities).order_by("community_id")
    keys = list(rows.values_list("community_id", flat=True))
    current = Community.objects.filter(pk__in=keys, merged_into__isnull=True)
    found = circles_of(current.only("longitude", "latitude", "population", "management_kind", "renovated_year"))
    keep_lines(found)
    rows.update(counted_at=at, rule_version=RULE_VERSION, stale_since=None)
    return len(found)


def keep_lines(found: dict[int, list[Line]]) -> None:
    """Write results inside the caller's transaction; rows that say the same already are left alone."""
    text = "\n".join(_as_text(pk, line) for pk, own in found.items() for line in own)
    with connection.cursor() as cursor:
        cursor.execute(NEW)
        cursor.cursor.copy_expert(f"COPY circle_new ({COLUMNS}) FROM STDIN", io.StringIO(text))
        cursor.execute(KEEP)


def _as_text(pk: int, line: Line) -> str:
    """One row as COPY reads it."""
    item, before, after = line
    walks = [NULL if metres is None else str(metres) for metres in (before.metres, after.metres)]
    return "\t".join(
        [
            str(pk), item.code, before.verdict.value, after.verdict.value, before.why.value, after.why.value, *walks,
            str(before.facility or NULL), str(after.facility or NULL),
        ]
    )  # fmt: skip


@transaction.atomic
def sum_counties(*, counties: Iterable[int]) -> None:
    """Sum kept results up to counties (keys of regions). Two that sum the same county wait for each other."""
    keys = sorted(set(counties))
    for county in keys:
        _execute("SELECT pg_advisory_xact_lock(%(space)s, %(county)s)", {"space": LOCK_SPACE, "county": county})
    _execute("DELETE FROM facilities_circletotal WHERE region_id = ANY (%(counties)s)", {"counties": keys})
    _execute(TOTAL, {"counties": keys, "depth": LEVEL_DEPTH[Level.COUNTY]})


def counties_of(communities: Iterable[int]) -> list[int]:
    """Keys of the counties in which these communities lie."""
    paths = Community.objects.filter(pk__in=list(communities)).order_by().values_list("region__path", flat=True).distinct()
    codes = {path.split("/")[LEVEL_DEPTH[Level.COUNTY] - 1] for path in paths if path.count("/") >= LEVEL_DEPTH[Level.COUNTY]}
    return list(Region.objects.filter(code__in=codes).values_list("pk", flat=True))


@transaction.atomic
def mark_stale(*, positions: Iterable[Position], at: datetime.datetime) -> int:
    """Mark the counted circles that a change at these places can have changed; how many. Part of the change's transaction."""
    reach = standard().reach / DEGREE_METRES * 1.01
    near = Q(pk__in=[])
    for longitude, latitude in positions:
        wide = reach * 1.4  # a degree of longitude is shorter; no community of the province lies north of 43 degrees
        near |= Q(
            community__latitude__range=(latitude - reach, latitude + reach),
            community__longitude__range=(longitude - wide, longitude + wide),
        )
    rows = CircleCount.objects.select_for_update(of=("self",)).filter(near).order_by("community_id")
    keys = list(rows.values_list("pk", flat=True))
    return CircleCount.objects.filter(pk__in=keys, stale_since__isnull=True).update(stale_since=at)


@transaction.atomic
def count_stale(*, at: datetime.datetime, most: int = PIECE) -> int:
    """Count the stale circles that nobody else is at, oldest first, with the sums of their counties; how many."""
    rows = CircleCount.objects.select_for_update(skip_locked=True).filter(stale_since__isnull=False).order_by("stale_since", "pk")
    keys = list(rows.values_list("community_id", flat=True)[:most])
    if keys:
        count_circles(communities=keys, at=at)
        sum_counties(counties=counties_of(keys))
    return len(keys)


@transaction.atomic
def order_run(*, region: Region, at: datetime.datetime, actor: User | None = None) -> CircleRun:
    """Order the counting of a region's circles; one that waits or works already is given back. Without an actor: the clock.

    Raises NotAllowed.
    """
    if actor is not None:
        actor.require("facilities.count", region.path)
    total = Community.objects.within(region).current().count()
    made, _new = CircleRun.objects.get_or_create(
        region=region, state__in=[RunState.WAITING, RunState.WORKING], defaults={"total": total, "created_at": at, "created_by": actor}
    )
    return made


@transaction.atomic
def run_piece(*, run: CircleRun, at: datetime.datetime) -> bool:
    """Count the next piece of a run; False when it is over or another worker is at it.

    The run's row is locked while its piece is counted (SKIP LOCKED): killed in between, nothing of the piece stays and the next
    worker takes it. The last piece brings the sums of the counties and the end.
    """
    row = CircleRun.objects.select_for_update(skip_locked=True, of=("self",)).select_related("region").filter(pk=run.pk).first()
    if row is None or row.state == RunState.DONE:
        return False
    keys = list(
        Community.objects.within(row.region).current().filter(pk__gt=row.last).order_by("pk").values_list("pk", flat=True)[:PIECE]
    )  # fmt: skip
    row.started_at = row.started_at or at
    if keys:
        count_circles(communities=keys, at=at)
        row.state, row.last, row.done = RunState.WORKING, keys[-1], row.done + len(keys)
    else:
        depth = LEVEL_DEPTH[Level.COUNTY]
        own = Region.objects.filter(depth=depth, code__in=row.region.codes) | Region.objects.within(row.region).filter(depth=depth)
        sum_counties(counties=own.values_list("pk", flat=True))
        row.state, row.finished_at = RunState.DONE, at
    row.save()
    return bool(keys)


@transaction.atomic
def assess(*, actor: User, at: datetime.datetime, community: Community, item: str, verdict: str, note: str = "") -> Assessment:
    """Say of an item that no distance decides whether it is met; the circle is counted again at once.

    Raises NotAllowed, InvalidInput: another item, no verdict, or partly met and missing without a note.
    """
    actor.require("facilities.edit", community.region.path)
    if item not in {each.code for each in ASSESSED}:
        raise InvalidInput(_("This item is judged from the facilities around the community, not by hand."), details={"item": item})
    if verdict not in {each.value for each in _VERDICTS}:
        message = _("Choose met, partly met or missing.")
        raise InvalidInput(message, details={"verdict": message})
    if verdict != Verdict.MET and not note.strip():
        message = _("Say what is missing.")
        raise InvalidInput(message, details={"note": message})
    row = Assessment.objects.create(community=community, item=item, verdict=verdict, note=narrow(note), recorded_at=at, recorded_by=actor)
    count_circles(communities=[community.pk], at=at)
    sum_counties(counties=counties_of([community.pk]))
    return row
