"""How figures look on screen: exact decimal arithmetic, no floats, no templates, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import SupportsFloat

Number = int | str | Decimal | Fraction | SupportsFloat

BAR_SCALE = 100  # a bar is drawn to 100 %
BAR_SCALE_OVER = 110  # … or to 110 % where a rate goes above 100 %

MINUS = "−"


def exact(value: Number) -> Fraction:
    """The value as an exact fraction; a float is taken as its shortest decimal text, not its binary tail."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int | Decimal):
        return Fraction(value)
    return Fraction(str(value))


def round_half_up(value: Number, digits: int = 0) -> Decimal:
    """Round halves away from zero: 73.15 becomes 73.2, -0.05 becomes -0.1."""
    fraction = exact(value)
    scaled = abs(fraction) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    result = Decimal(whole).scaleb(-digits).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return -result if fraction < 0 and whole else result


def percent(part: Number | None, whole: Number | None, digits: int = 1) -> Decimal | None:
    """Part of whole in per cent, never clamped; None where there is no plan (whole missing or zero)."""
    if part is None or whole is None or exact(whole) == 0:
        return None
    return round_half_up(exact(part) * 100 / exact(whole), digits)


def group(value: Number | None, digits: int | None = None) -> str:
    """Thousands separated by commas: 3057 → "3,057". Digits fix the decimals, else they stay as they come."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not digits:  # most figures of a long table
        return f"{value:,d}".replace("-", MINUS)
    if digits is not None:
        number = round_half_up(value, digits)
    else:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    return f"{number:,f}".replace("-", MINUS)


def ten_thousands(value: Number | None, digits: int = 1) -> str:
    """520000 → "52.0", to stand before 万."""
    return "" if value is None else group(exact(value) / 10_000, digits)


def hundred_millions(value: Number | None, digits: int = 1) -> str:
    """2130000000 → "21.3", to stand before 亿元."""
    return "" if value is None else group(exact(value) / 100_000_000, digits)


def billions(value: Number | None, digits: int = 2) -> str:
    """2130000000 → "2.13", to stand after CNY and before bn."""
    return "" if value is None else group(exact(value) / 1_000_000_000, digits)


@dataclass(frozen=True)
class Change:
    """A change between two periods: which way, how much (without sign)."""

    direction: str  # "up", "down", "same"
    amount: Decimal

    @property
    def mark(self) -> str:
        return {"up": "▲", "down": "▼", "same": "＝"}[self.direction]


def change(now: Number | None, before: Number | None, digits: int = 1) -> Change | None:
    """The change from before to now; None when either is unknown. What rounds to nothing is the same."""
    if now is None or before is None or now == "" or before == "":
        return None
    difference = round_half_up(exact(now) - exact(before), digits)
    if difference == 0:
        return Change("same", abs(difference))
    return Change("up" if difference > 0 else "down", abs(difference))


@dataclass(frozen=True)
class Bar:
    """Widths of a rate bar in per cent of the drawing; over is what lies beyond 100 %."""

    ground: Decimal
    value: Decimal
    over: Decimal
    tick: Decimal | None


def bar(part: Number | None, whole: Number | None, tick: Number | None = None, scale: int | None = None) -> Bar | None:
    """Geometry of a rate bar. Without a plan there is no bar. Above 100 % it runs on to 110 % and is cut there;
    the number beside it is not. Rows of one table share a scale: pass 110 when any of them exceeds 100 %."""
    if part is None or whole is None or exact(whole) == 0:
        return None
    rate = max(exact(part) * 100 / exact(whole), Fraction(0))
    full = scale or (BAR_SCALE_OVER if rate > BAR_SCALE else BAR_SCALE)
    end = min(rate, Fraction(full))

    def width(share: Fraction) -> Decimal:
        return round_half_up(share * 100 / full, 1)

    value = width(min(end, Fraction(BAR_SCALE)))
    return Bar(
        ground=width(Fraction(BAR_SCALE)),
        value=value,
        over=width(end) - value,
        tick=None if tick is None or tick == "" else width(min(exact(tick), Fraction(full))),
    )


def spark_points(values: Sequence[Number | None], width: int = 66, top: int = 4, bottom: int = 22) -> list[tuple[Decimal, Decimal]]:
    """Points of a small line from the known values, oldest first; the last known month stands at the right end."""
    known = [(index, exact(value)) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return []
    low, high = min(v for _, v in known), max(v for _, v in known)
    first, last = known[0][0], known[-1][0]

    def place(index: int, value: Fraction) -> tuple[Decimal, Decimal]:
        x = Fraction((index - first) * width, last - first)
        share = (value - low) / (high - low) if high > low else Fraction(1, 2)
        return round_half_up(x, 1), round_half_up(bottom - share * (bottom - top), 1)

    return [place(index, value) for index, value in known]


def lag(rate: Number | None, due: Number | None, near: Number = 15, fail: Number = 25) -> tuple[str, Decimal] | None:
    """How far a rate lies behind its due value, in points: state ("reached", "behind", "near", "fail") and distance."""
    if rate is None or due is None:
        return None
    behind = exact(due) - exact(rate)
    if behind <= 0:
        return "reached", round_half_up(-behind, 1)
    state = "fail" if behind >= exact(fail) else "near" if behind >= exact(near) else "behind"
    return state, round_half_up(behind, 1)
