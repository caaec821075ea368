"""Public anchors: the few figures of the demo year that are real; every other figure of an invented year is marked as such."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analytics.indicators import Indicator

NEWS = "Public report on the province's renovation of old communities, 2021"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One published value of one column. `on` None = the year's plan: true on every day since it was set."""

    region: str
    year: int
    on: datetime.date | None
    column: str
    value: int
    source: str = NEWS


ANCHORS: tuple[Anchor, ...] = (
    Anchor("130000", 2021, None, "planned_communities", 3057),
    Anchor("130000", 2021, None, "planned_households", 520_000),
    Anchor("130100", 2021, None, "planned_communities", 645),
    Anchor("130900", 2021, None, "planned_communities", 130),
    Anchor("130900", 2021, None, "planned_households", 18_322),
    Anchor("130900", 2021, None, "planned_area", 1_640_000),
    Anchor("130900", 2021, None, "planned_amount", 260_000_000),
    Anchor("130000", 2021, datetime.date(2021, 3, 31), "started_communities", 743),
    Anchor("130000", 2021, datetime.date(2021, 5, 31), "started_communities", 2237),
    Anchor("130000", 2021, datetime.date(2021, 6, 30), "started_communities", 3057),
)


def invention(year: int, synthetic: bool) -> str:
    """How much of a year's figures is invented: "" nothing, "partly" all but the public ones, "all" everything."""
    if not synthetic:
        return ""
    return "partly" if any(anchor.year == year for anchor in ANCHORS) else "all"


def published(region: str, year: int, on: datetime.date, column: str, value: int | Decimal) -> bool:
    """Whether this very value is a public one: another value than the published stays an invention."""
    return any(
        anchor.region == region and anchor.year == year and anchor.on in (None, on) and anchor.column == column and anchor.value == value
        for anchor in ANCHORS
    )


def invented(indicator: Indicator, region: str, year: int, on: datetime.date, part: int | Decimal, whole: int | Decimal | None) -> bool:
    """Whether a figure of an invented year must carry the mark: unless each of its sides is a public value."""
    sides: Iterable[tuple[str, int | Decimal]] = [(indicator.part, part)]
    if indicator.whole and whole is not None:
        sides = [*sides, (indicator.whole, whole)]
    return not all(published(region, year, on, column, value) for column, value in sides)
