"""READS: totals of any region on any day, and what pages, exports and the API make of them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from analytics.counting import TOPIC, live_increments
from analytics.indicators import BY_CODE, INDICATORS, Counts, Indicator
from analytics.models import COLUMNS, DailyCount
from analytics.period import month_back, month_end
from common.numbers import Share
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

COUNTY_DEPTH = LEVEL_DEPTH[Level.COUNTY]
SPARK_MONTHS = 5
LAGGARD_MINIMUM = 5  # planned communities; in a smaller county one community is a fifth of the plan
Totals = dict[str, Any]  # column of DailyCount -> int or Decimal
FUNNEL = (
    "planned_communities",
    "design_rate_communities",
    "start_rate_communities",
    "completion_rate_communities",
    "acceptance_rate_communities",
)
CURVES = ("due_start_communities", "started_communities", "due_completion_communities", "completed_communities")


@dataclass(frozen=True, slots=True)
class Freshness:
    """How current a year's figures are: every change recorded before `counted_up_to` is in them."""

    year: int
    version: int
    counted_up_to: datetime.datetime
    rule_version: str
    synthetic: bool
    waiting: bool  # changes are being counted right now
    results: int = 0  # published results and gates let pass, of all years: with each new one the figures of the gates are others


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one region on one day, with the month before and the last five months (oldest first)."""

    indicator: Indicator
    share: Share
    before: Share
    due: Decimal | None
    spark: tuple[Decimal | int | None, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A region in a ranking: its totals now and a month ago, and its rank by one indicator (None = no plan)."""

    region: Region
    now: Counts
    before: Counts
    share: Share
    share_before: Share
    due: Decimal | None
    rank: int | None = None

    @property
    def gap(self) -> Decimal | None:
        """Points behind the calendar; negative = ahead."""
        rate = self.share.percent
        return None if rate is None or self.due is None else self.due - rate

    @property
    def missing(self) -> int:
        """Communities that should have started by the calendar and have not; negative = ahead."""
        return int(self.now["due_start_communities"] - self.now["started_communities"])


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel: communities that reached it at least, and those that stand there."""

    indicator: Indicator
    reached: int
    standing: int


class History:
    """A region's increments of one plan year by day, summed up to any day."""

    def __init__(self, increments: Iterable[tuple[datetime.date, Totals]]) -> None:
        self.increments = sorted(increments, key=lambda pair: pair[0])

    def totals_on(self, *days: datetime.date) -> list[Totals]:
        """The states at the ends of the days, in the given order."""
        found: dict[datetime.date, Totals] = {}
        running: Totals = dict.fromkeys(COLUMNS, 0)
        at = 0
        for day in sorted(set(days)):
            while at < len(self.increments) and self.increments[at][0] <= day:
                row = self.increments[at][1]
                for name in COLUMNS:
                    running[name] += row[name]
                at += 1
            found[day] = dict(running)
        return [found[day] for day in days]


def freshness(year: int) -> Freshness | None:
    """How current the year's figures are; None for a year that was never counted."""
    return next((one for one in year_counts() if one.year == year), None)


def year_counts() -> list[Freshness]:
    """All counted years, oldest first; one query that also asks whether changes are waiting and how many results stand."""
    with connection.cursor() as cursor:  # on every page: spares the ORM's work of building the same statement again
        cursor.execute(
            """
            SELECT year, version, counted_at, rule_version, synthetic,
                   EXISTS (SELECT 1 FROM messaging_outboxrow WHERE topic = %s AND state = 'pending'),
                   (SELECT count(*) FROM surveys_publication) + (SELECT count(*) FROM lifecycle_gateoverride)
            FROM analytics_yearcount ORDER BY year
            """,
            [TOPIC],
        )
        return [Freshness(*row) for row in cursor.fetchall()]


def history(region: Region, year: int) -> History:
    """What happened in the region, day by day. Above and at county level from the kept counts, below it counted on the spot."""
    if region.depth > COUNTY_DEPTH:
        return History((row["on"], row) for row in live_increments(year, region.path))
    rows = DailyCount.objects.filter(year=year)
    rows = rows.filter(region=region) if region.depth == COUNTY_DEPTH else rows.within(region)
    sums = {name: Sum(name) for name in COLUMNS}
    return History((row["on"], row) for row in rows.order_by("on").values("on").annotate(**sums))


def figures(region: Region, year: int, as_of: datetime.date, *, from_history: History | None = None) -> dict[str, Figure]:
    """Every indicator of the region at the end of the day, by code."""
    days = [month_back(as_of, months) for months in range(SPARK_MONTHS - 1, -1, -1)]
    totals = (from_history or history(region, year)).totals_on(*days)
    return {indicator.code: _figure(indicator, totals) for indicator in INDICATORS}


def _figure(indicator: Indicator, totals: Sequence[Totals]) -> Figure:
    shares = [indicator.share(one) for one in totals]
    spark = tuple(share.percent if indicator.whole else share.part for share in shares)
    return Figure(indicator, shares[-1], shares[-2], indicator.due_percent(totals[-1]), spark)


def counties(region: Region, year: int, as_of: datetime.date) -> list[tuple[Region, Totals, Totals]]:
    """Totals of every county-level unit in the region, with and without a plan: at the day and a month before it."""
    month_ago = month_back(as_of)
    now = {f"{name}_now": Sum(name) for name in COLUMNS}
    before = {f"{name}_before": Sum(name, filter=Q(on__lte=month_ago), default=0) for name in COLUMNS}
    rows = DailyCount.objects.filter(year=year, on__lte=as_of).within(region).values("region_id").annotate(**now, **before)
    found: dict[int, Totals] = {row["region_id"]: dict(row) for row in rows.order_by()}
    empty: Totals = dict.fromkeys((*now, *before), 0)
    units = Region.objects.within(region).counties().order_by("code")
    return [
        (unit, {name: row[f"{name}_now"] for name in COLUMNS}, {name: row[f"{name}_before"] for name in COLUMNS})
        for unit in units
        for row in [found.get(unit.pk, empty)]
    ]


def ranking(
    region: Region, year: int, as_of: datetime.date, indicator: Indicator = BY_CODE["start_rate_communities"],
    *, from_counties: list[tuple[Region, Totals, Totals]] | None = None,
) -> list[Standing]:  # fmt: skip
    """The next level down, best rate first, equal rates with equal rank, those without a plan at the end without one.

    Empty at county level and below, where communities take the place of regions.
    """
    if region.depth >= COUNTY_DEPTH:
        return []
    below = counties(region, year, as_of) if from_counties is None else from_counties
    if region.depth + 1 < COUNTY_DEPTH:
        below = _summed(list(Region.objects.filter(parent=region).order_by("code")), below)
    return _ranked([_standing(unit, now, before, indicator) for unit, now, before in below])


def _summed(units: Sequence[Region], below: Iterable[tuple[Region, Totals, Totals]]) -> list[tuple[Region, Totals, Totals]]:
    """Counties added up to the units above them, so that the sum of children is the parent by construction."""
    found: dict[str, tuple[Totals, Totals]] = defaultdict(lambda: (dict.fromkeys(COLUMNS, 0), dict.fromkeys(COLUMNS, 0)))
    for county, *pair in below:
        parent = county.codes[-2]
        for mine, theirs in zip(found[parent], pair, strict=True):
            for name in COLUMNS:
                mine[name] += theirs[name]
    return [(unit, *found[unit.code]) for unit in units]


def _standing(region: Region, now: Totals, before: Totals, indicator: Indicator) -> Standing:
    return Standing(region, now, before, indicator.share(now), indicator.share(before), indicator.due_percent(now))


def _ranked(rows: Iterable[Standing]) -> list[Standing]:
    ordered = sorted(rows, key=lambda row: (row.share.percent is None, -(row.share.percent or 0), row.region.code))
    found: list[Standing] = []
    for place, row in enumerate(ordered, start=1):
        percent = row.share.percent
        same = bool(found) and found[-1].share.percent == percent
        rank = None if percent is None else found[-1].rank if same else place
        found.append(Standing(row.region, row.now, row.before, row.share, row.share_before, row.due, rank))
    return found


def laggards(below: Iterable[tuple[Region, Totals, Totals]], most: int = 8) -> list[Standing]:
    """Counties furthest behind the calendar's start rate, in points; only with enough planned communities to compare."""
    indicator = BY_CODE["start_rate_communities"]
    rows = [_standing(unit, now, before, indicator) for unit, now, before in below if now["planned_communities"] >= LAGGARD_MINIMUM]
    late = [row for row in rows if row.gap is not None and row.gap > 0]
    return sorted(late, key=lambda row: (-(row.gap or 0), row.region.code))[:most]


def monthly_curve(of: History, year: int, as_of: datetime.date) -> list[tuple[str, list[int | None]]]:
    """Per line of CURVES its cumulated communities at the ends of the year's twelve months.

    The planned starts end with the month in which all are due, planned completions run to December; reality ends with the
    month of `as_of` (which stands there at `as_of`, not at the month's end).
    """
    ends = [month_end(year, month) for month in range(1, 13)]
    at_ends = of.totals_on(*ends)
    at_day = of.totals_on(as_of)[0]
    lines: list[tuple[str, list[int | None]]] = []
    for name in CURVES:
        values: list[int | None] = [totals[name] for totals in at_ends]
        if name == "due_start_communities":
            last = values.index(values[-1])
            values = [value if month <= last else None for month, value in enumerate(values)]
        elif not name.startswith("due"):
            values = [
                value if end <= as_of else at_day[name] if end.replace(day=1) <= as_of else None
                for value, end in zip(values, ends, strict=True)
            ]
        lines.append((name, values))
    return lines


def funnel(totals: Totals) -> list[Step]:
    """Stages with how many communities reached them at least, and how many of these have not reached the next one.

    Never below 0: where more started than were planned, nobody stands in the plan waiting.
    """
    reached = [int(totals[BY_CODE[code].part]) for code in FUNNEL]
    standing = [max(here - further, 0) for here, further in pairwise([*reached, 0])]
    return [Step(BY_CODE[code], *pair) for code, *pair in zip(FUNNEL, reached, standing, strict=True)]
