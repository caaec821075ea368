"""Suspected duplicates, found as a set by the database (DOMAIN.md section 4).

Two current communities of one county are suspected when they have the same name in one sub-district (or one of them is
registered for the county as a whole), the same address, or stand within 50 m with similar names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from communities.models import Community
from communities.rules import NEAR_METRES, SIMILAR_NAMES
from regions.models import Region
from regions.querysets import Viewer

# A grid of cells a little larger than 50 m at 36-43 degrees north: neighbours stand in the same cell or in one beside it;
# each looks into its own row of cells and into the next one to the north.
PAIRS = """
WITH place AS MATERIALIZED (
    SELECT c.id, c.name, c.pinyin, c.address, c.longitude, c.latitude,
           split_part(r.path, '/', 3) AS county, split_part(r.path, '/', 4) AS street,
           floor(c.longitude / 0.00063)::int AS east,
           split_part(r.path, '/', 3)::bigint * 1000000 + floor(c.latitude / 0.00046)::bigint AS row
    FROM communities_community c JOIN regions_region r ON r.id = c.region_id
    WHERE c.merged_into_id IS NULL AND r.path LIKE ANY (%(paths)s) AND r.path LIKE %(under)s
), pair AS (
    SELECT a.id AS first, b.id AS second, 'name' AS reason, NULL::float AS metres
    FROM place a JOIN place b ON a.county = b.county AND a.name = b.name AND a.id < b.id
    WHERE a.street = b.street OR a.street = '' OR b.street = ''
  UNION ALL
    SELECT a.id, b.id, 'address', NULL
    FROM place a JOIN place b ON a.county = b.county AND a.address = b.address AND a.id < b.id
    WHERE a.address <> ''
  UNION ALL
    SELECT near.first, near.second, 'near', near.metres
    FROM (
        SELECT least(a.id, b.id) AS first, greatest(a.id, b.id) AS second, similarity(a.pinyin, b.pinyin) AS alike,
               2 * 6371008.8 * asin(sqrt(power(sin(radians(b.latitude - a.latitude) / 2), 2) + cos(radians(a.latitude))
               * cos(radians(b.latitude)) * power(sin(radians(b.longitude - a.longitude) / 2), 2))) AS metres
        FROM place a
        CROSS JOIN (VALUES (0), (1)) AS step (y)
        JOIN place b ON b.row = a.row + step.y AND b.east BETWEEN a.east - 1 AND a.east + 1 AND (step.y = 1 OR a.id < b.id)
    ) near
    WHERE near.metres <= %(metres)s AND near.alike >= %(alike)s
)
SELECT first, second, array_agg(reason ORDER BY reason DESC), max(metres)
FROM pair
WHERE (%(only)s::bigint IS NULL OR %(only)s IN (first, second))
  AND NOT EXISTS (SELECT 1 FROM communities_distinctpair d WHERE d.first_id = pair.first AND d.second_id = pair.second)
GROUP BY first, second
ORDER BY count(*) DESC, first, second
"""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two communities (keys, smaller first), why they are suspected ("name", "near", "address"), and metres between them."""

    first: int
    second: int
    reasons: tuple[str, ...]
    metres: float | None


def suspicions(viewer: Viewer, *, under: Region | None = None, of: Community | None = None) -> list[Suspicion]:
    """Every suspected pair in the viewer's reach, strongest first; one query. `under`: a subtree; `of`: one community."""
    paths = [f"{path}%" for path in viewer.scope.paths]
    if not paths:
        return []
    area = under.path if under else ""
    if of is not None:
        area = "/".join(of.region.codes[:3]) + "/"
    values: dict[str, Any] = {
        "paths": paths,
        "under": f"{area}%",
        "metres": NEAR_METRES,
        "alike": SIMILAR_NAMES,
        "only": of.pk if of else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, values)
        return [Suspicion(first, second, tuple(reasons), metres) for first, second, reasons, metres in cursor.fetchall()]


def suspected_ids(viewer: Viewer, *, under: Region | None = None) -> set[int]:
    """Keys of all communities that stand in a suspected pair."""
    return {key for pair in suspicions(viewer, under=under) for key in (pair.first, pair.second)}
