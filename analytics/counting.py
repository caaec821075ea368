"""Counting: increments per county, plan year and day, derived from plans, stage changes and reports in one SQL statement."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from analytics.models import COLUMNS, YearCount
from messaging.models import OutboxState
from projects.choices import STAGE_ORDER, Stage
from projects.models import Entry
from regions.models import Region

RULE_VERSION = "2021-02"  # shown beside every figure; a changed definition gets a new one
TOPIC = "figures"
LOCK_SPACE = 7_300_000  # first key of the advisory locks of a year; + year: of its counties
COUNTED_STAGES = (Stage.DESIGNED, Stage.STARTED, Stage.COMPLETED, Stage.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept increment that a fresh count does not confirm (None = no such row)."""

    county: str
    on: datetime.date
    column: str
    kept: Decimal | int | None
    counted: Decimal | int | None


def at_least(stage: Stage) -> list[str]:
    """The stage and all later ones: whoever stands there has reached it."""
    return [name for name, number in STAGE_ORDER.items() if number >= STAGE_ORDER[stage]]


@transaction.atomic
def count_counties(year: int, counties: Collection[Region], *, claimed: Collection[int] = ()) -> None:
    """Recount some counties of one year: their old increments go and the new ones come in one transaction.

    `claimed`: ids of outbox rows that this transaction settles, so that they do not hold `counted_at` back.
    """
    ids = sorted(county.pk for county in counties)
    _lock(year, whole=False)
    for county in ids:  # always in ascending order: two counts wait for each other, never for ever
        _execute("SELECT pg_advisory_xact_lock(%(space)s, %(county)s)", {"space": LOCK_SPACE + year, "county": county})
    up_to = _counted_up_to(year, claimed)
    _execute("DELETE FROM analytics_dailycount WHERE year = %(year)s AND region_id = ANY (%(counties)s)", {"year": year, "counties": ids})
    _execute(_insertion(), _parameters(year, counties=ids))
    _note(year, up_to, whole=False)


def count_county_year(county: Region, year: int) -> None:
    """Recount one county of one year."""
    count_counties(year, [county])


@transaction.atomic
def count_year(year: int) -> None:
    """Recount a year from nothing. Killed at any point it leaves the old figures; run again it gives the same."""
    _lock(year, whole=True)
    up_to = _counted_up_to(year, ())
    _execute("DELETE FROM analytics_dailycount WHERE year = %(year)s", {"year": year})
    _execute(_insertion(), _parameters(year))
    _note(year, up_to, whole=True)


def years_to_count() -> list[int]:
    """Every year that has entries now, or had figures before."""
    current = Entry.objects.filter(year__isnull=False).order_by().values_list("year", flat=True).distinct()
    return sorted({year for year in current if year} | set(YearCount.objects.values_list("year", flat=True)))


def live_increments(year: int, below: str) -> list[dict[str, Any]]:
    """Increments of the communities under a path below county level, which is finer than what is kept: counted on the spot."""
    with connection.cursor() as cursor:
        cursor.execute(_increments(), _parameters(year, below=below))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@transaction.atomic
def differences(year: int) -> list[Difference]:
    """Count the year anew beside the kept figures and name every increment that differs, be it by one. Changes nothing."""
    _lock(year, whole=True)
    _execute(f"CREATE TEMPORARY TABLE analytics_recount ON COMMIT DROP AS {_increments()}", _parameters(year))
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.code, coalesce(k."on", c."on"), to_jsonb(k)::text, to_jsonb(c)::text
            FROM (SELECT * FROM analytics_dailycount WHERE year = %s) k
            FULL JOIN analytics_recount c ON c.region_id = k.region_id AND c."on" = k."on"
            JOIN regions_region r ON r.id = coalesce(k.region_id, c.region_id)
            ORDER BY 1, 2
            """,
            [year],
        )
        for code, on, kept, counted in cursor.fetchall():
            before, after = (None if row is None else json.loads(row, parse_float=Decimal) for row in (kept, counted))
            for column in COLUMNS:
                old, new = (row and row[column] for row in (before, after))
                if (old or 0) != (new or 0):
                    found.append(Difference(code, on, column, old, new))
        cursor.execute("DROP TABLE analytics_recount")
    return found


def _execute(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@lru_cache(maxsize=1)
def _increments() -> str:
    return (Path(__file__).parent / "increments.sql").read_text(encoding="utf-8")


def _insertion() -> str:
    return f'INSERT INTO analytics_dailycount (region_id, year, "on", {", ".join(COLUMNS)})\n{_increments()}'


def _parameters(year: int, counties: list[int] | None = None, below: str | None = None) -> dict[str, Any]:
    return {"year": year, "counties": counties, "below": below} | {stage.value: at_least(stage) for stage in COUNTED_STAGES}


def _lock(year: int, *, whole: bool) -> None:
    """Until the transaction ends: a full count of a year excludes all others, counts of single counties share."""
    function = "pg_advisory_xact_lock" if whole else "pg_advisory_xact_lock_shared"
    _execute(f"SELECT {function}(%(space)s, %(year)s)", {"space": LOCK_SPACE, "year": year})


def _counted_up_to(year: int, claimed: Collection[int]) -> datetime.datetime:
    """The moment before which every recorded change will be in the figures that are counted next.

    Not later than the oldest change that still waits in the outbox, nor than the begin of a transaction that is still writing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(
                clock_timestamp(),
                (SELECT min(created_at) FROM messaging_outboxrow
                 WHERE topic = %(topic)s AND state = %(pending)s AND payload ->> 'year' = %(year)s
                   AND NOT (id = ANY (%(claimed)s::bigint[]))),
                (SELECT min(xact_start) FROM pg_stat_activity
                 WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()))
            """,
            {"topic": TOPIC, "pending": OutboxState.PENDING.value, "year": str(year), "claimed": list(claimed)},
        )
        return cursor.fetchone()[0]


def _note(year: int, up_to: datetime.datetime, *, whole: bool) -> None:
    """A new version: what was cached of the old one is never read again."""
    _execute(
        """
        INSERT INTO analytics_yearcount (year, version, counted_at, full_counted_at, rule_version, synthetic)
        SELECT %(year)s, 1, %(up_to)s, CASE WHEN %(whole)s THEN %(up_to)s::timestamptz END, %(rule)s, invented.found
        FROM (SELECT EXISTS (SELECT 1 FROM projects_entry e JOIN projects_project p ON p.id = e.project_id
                             WHERE e.year = %(year)s AND p.synthetic) AS found) invented
        ON CONFLICT (year) DO UPDATE SET
            version = analytics_yearcount.version + 1, counted_at = excluded.counted_at, rule_version = excluded.rule_version,
            full_counted_at = coalesce(excluded.full_counted_at, analytics_yearcount.full_counted_at), synthetic = excluded.synthetic
        """,
        {"year": year, "up_to": up_to, "whole": whole, "rule": RULE_VERSION},
    )
