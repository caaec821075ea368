"""Living circles: all communities against 60,000 facilities, one community, and the province's coverage."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Post, User
from communities.models import Community
from facilities.circle import DEGREE_METRES, circle_of, standard
from facilities.models import CircleResult, Facility
from facilities.operations.circles import order_run, run_piece
from regions.queries import province

FACILITIES = 60_000
RUNS = 100
OK = 200
# more of the same: each facility again, some hundred metres on
MORE = """
    INSERT INTO facilities_facility (name, kind, region_id, address, longitude, latitude, area, state, opened_on, operator, community_id,
        project_id, synthetic, source, pinyin, search_text, version, created_at, updated_at)
    SELECT name || ' ' || n, kind, region_id, address, longitude + 0.0031 * n, latitude - 0.0023 * n, area, state, opened_on, operator,
        community_id, project_id, true, source, pinyin, search_text, 1, created_at, updated_at
    FROM facilities_facility CROSS JOIN generate_series(1, 5) AS n ORDER BY n, id LIMIT %s
"""
# What anybody would write who wants the nearest facility of each kind once: the same rows, the same distance, nothing judged.
BARE = """
    CREATE TEMPORARY TABLE bare_nearest ON COMMIT DROP AS
    SELECT DISTINCT ON (c.id, f.kind) c.id AS community, f.kind, f.id AS facility,
        2 * 6371008.8 * asin(sqrt(power(sin(radians(f.latitude - c.latitude) / 2), 2) + cos(radians(c.latitude))
            * cos(radians(f.latitude)) * power(sin(radians(f.longitude - c.longitude) / 2), 2))) AS metres
    FROM communities_community c JOIN facilities_facility f
      ON f.latitude BETWEEN c.latitude - %(span)s AND c.latitude + %(span)s
     AND f.longitude BETWEEN c.longitude - %(span)s / cos(radians(c.latitude)) AND c.longitude + %(span)s / cos(radians(c.latitude))
    WHERE c.merged_into_id IS NULL AND f.state <> 'closed' ORDER BY c.id, f.kind, metres
"""


def run() -> list[dict[str, Any]]:
    """One row per measurement: name, measured, limit, ratio, target, passed."""
    with transaction.atomic():
        rows = [*_everything(), _one()]
        transaction.set_rollback(True)
    return [*rows, _coverage(_official())]


def _row(name: str, measured: float, limit: float, unit: str, target: str, most: float) -> dict[str, Any]:
    ratio = measured / limit
    digits = 2 if unit == "s" else 1
    return {
        "name": name,
        "measured": f"{measured:.{digits}f} {unit}",
        "limit": f"{limit:.{digits}f} {unit}",
        "ratio": round(ratio, 2),
        "target": target,
        "passed": ratio <= most,
    }


def _everything() -> list[dict[str, Any]]:
    """All circles from nothing to kept sums, in pieces as the task counts them, against the bare join."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE facilities_facility DISABLE TRIGGER USER")
        cursor.execute(MORE, [max(0, FACILITIES - Facility.objects.count())])
        cursor.execute("ANALYZE facilities_facility")
        CircleResult.objects.all().delete()
        begin = time.perf_counter()
        cursor.execute(BARE, {"span": standard().reach / DEGREE_METRES})
        limit = time.perf_counter() - begin
    counting = order_run(region=province(), at=timezone.now())
    begin = time.perf_counter()
    while run_piece(run=counting, at=timezone.now()):
        pass
    run_piece(run=counting, at=timezone.now())
    measured = time.perf_counter() - begin
    counting.refresh_from_db()
    what = f"circles of {counting.done:,} communities, {Facility.objects.count():,} facilities"
    return [
        _row(f"{what}: from nothing", measured, 60, "s", "<= 1", 1),
        _row("   against a bare SQL join that finds the nearest of each kind", measured, limit, "s", "<= 15", 15),
    ]


def _one() -> dict[str, Any]:
    """The checklist of one community in the densest place, counted live."""
    dense = CircleResult.objects.filter(metres_before__isnull=False).order_by("metres_before").values_list("community_id", flat=True)[:RUNS]
    took = []
    for community in Community.objects.filter(pk__in=list(dense)).select_related("region"):
        begin = time.perf_counter()
        circle_of(community)
        took.append((time.perf_counter() - begin) * 1000)
    slow = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    return _row("one community, counted live: p95", slow, 100, "ms", "< 1", 1)


def _official() -> User:
    post = Post.objects.filter(role="province_official", user__is_active=True, user__must_change_password=False).first()
    if post is None:
        raise SystemExit("No provincial official: load the demo year first (dev.py load).")
    return post.user


def _coverage(official: User) -> dict[str, Any]:
    """The province's coverage page: p95 of the server's time."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(official, backend=settings.AUTHENTICATION_BACKENDS[-1])
    took = []
    for _run in range(RUNS):
        begin = time.perf_counter()
        if client.get("/circle/").status_code != OK:
            raise SystemExit("/circle/ does not answer.")
        took.append((time.perf_counter() - begin) * 1000)
    return _row("province's coverage page: p95", statistics.quantiles(took, n=20)[-1], 100, "ms", "< 1", 1)
