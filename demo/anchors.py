"""The numbers of the demo year: which are public, which are drawn in the design, and how they are split.

Public (DOMAIN.md section 1): PLANNED, HOUSEHOLDS, the starts at the end of March, May and June, Shijiazhuang's 645,
Cangzhou's row, and what was renovated from 2018 to 2020. Everything else is synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

PLANNED = 3_057
HOUSEHOLDS = 520_000
STARTED = (125, 342, 743, 1_502, 2_237, 3_057)  # by the end of January … June; March, May and June are public
PAST_COMMUNITIES = 6_311  # renovated 2018–2020
PAST_HOUSEHOLDS = 1_930_000 - HOUSEHOLDS  # 2018–2021 together: 9,368 communities, 1.93 million households, 150 million m²
AREA = 40_300_000  # m² of the year's plan: synthetic
PAST_AREA = 150_000_000 - AREA
AMOUNT = 7_540_000_000  # yuan: synthetic
PAID_BY_MAY = 2_130_000_000  # yuan: synthetic
STARTED_HOUSEHOLDS_BY_MAY = 371_300  # synthetic

CANGZHOU = "130900"
CANGZHOU_COUNTIES = ("130902", "130903", "130921", "130922", "130926", "130981", "130982", "130983", "130984", "130923")
CANGZHOU_HOUSEHOLDS, CANGZHOU_AREA, CANGZHOU_AMOUNT = 18_322, 1_640_000, 260_000_000
CANGZHOU_STARTED_HOUSEHOLDS = 15_500  # synthetic
DINGZHOU = "130682R"
FUXING = "130404"

# unit: planned, started by the end of April, by the end of May, completed by the end of May (communities of the plan)
UNITS: dict[str, tuple[int, int, int, int]] = {
    "130682R": (41, 29, 41, 4),
    "130900": (130, 78, 112, 8),
    "131000": (118, 63, 97, 6),
    "130181R": (38, 21, 31, 2),
    "130400": (328, 171, 262, 16),
    "130200": (312, 168, 248, 18),
    "130100": (645, 367, 512, 31),
    "130300": (236, 121, 171, 9),
    "130500": (243, 107, 166, 7),
    "130600": (352, 157, 228, 9),
    "130800": (214, 88, 137, 4),
    "131100": (101, 39, 63, 1),
    "130700": (287, 90, 162, 3),
    "133100": (12, 3, 6, 0),
}
# by month's end, January … December
DUE_STARTS = (120, 360, 980, 1_900, 2_750, 3_057)
DUE_COMPLETIONS = (0, 0, 10, 60, 180, 420, 820, 1_400, 2_150, 3_057)
COMPLETED = (0, 0, 9, 40, 118, 300, 620, 1_080, 1_700, 2_450, 2_760, 2_965)
ACCEPTED = (0, 0, 0, 8, 43, 90, 160, 240, 330, 450, 1_650, 2_560)
DESIGNED_BY_MAY = 2_903


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to exactly `total` (largest remainders; ties: the first)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def increments(cumulative: Sequence[int]) -> list[int]:
    """What each month adds."""
    return [value - before for before, value in zip([0, *cumulative[:-1]], cumulative, strict=True)]


@dataclass(frozen=True, slots=True)
class UnitTargets:
    """One reporting unit's communities of the plan; lists count per month (January first), not cumulatively."""

    code: str
    planned: int
    starts: list[int]  # seven months: one planned community starts in July
    due_starts: list[int]
    due_completions: list[int]
    completions: list[int]  # twelve months and, last, those not completed in the year


def _downwards(totals: Sequence[int], last: list[int]) -> list[list[int]]:
    """Split cumulative totals over the units month by month, backwards, so that no unit ever falls."""
    found = [last]
    for total in reversed(totals):
        found.insert(0, shares(min(total, sum(found[0])), found[0]))
    return found


def _completed(planned: list[int], by_may: list[int], totals: Sequence[int]) -> list[list[int]]:
    rows = [[0] * len(planned), [0] * len(planned), *_downwards(totals[2:4], by_may)]
    for before, total in pairwise(totals[4:]):
        left = [plan - done for plan, done in zip(planned, rows[-1], strict=True)]
        added = shares(min(total - before, sum(left)), left)
        rows.append([done + more for done, more in zip(rows[-1], added, strict=True)])
    return rows


def targets(scale: float = 1.0) -> list[UnitTargets]:
    """Every unit's months; at scale 1 the sums are exactly the anchors, below it roughly `scale` times as many."""

    def scaled(values: Sequence[int]) -> list[int]:
        return [round(value * scale) for value in values]

    codes = list(UNITS)
    planned = [max(1, round(row[0] * scale)) for row in UNITS.values()]
    may = [min(round(row[2] * scale), plan) for row, plan in zip(UNITS.values(), planned, strict=True)]
    april = [min(round(row[1] * scale), most) for row, most in zip(UNITS.values(), may, strict=True)]
    done = [min(round(row[3] * scale), most) for row, most in zip(UNITS.values(), april, strict=True)]
    june = [max(most, plan - (code == "130400")) for code, plan, most in zip(codes, planned, may, strict=True)]
    started = [*_downwards(scaled(STARTED[:3]), april), may, june, planned]
    due = _downwards(scaled(DUE_STARTS[:5]), planned)
    due_done = _downwards(scaled(DUE_COMPLETIONS[:9]), planned)
    completed = [*_completed(planned, done, scaled(COMPLETED)), planned]
    return [
        UnitTargets(
            code=code,
            planned=planned[i],
            starts=increments([row[i] for row in started]),
            due_starts=increments([row[i] for row in due]),
            due_completions=increments([row[i] for row in due_done]),
            completions=increments([row[i] for row in completed]),
        )
        for i, code in enumerate(codes)
    ]
