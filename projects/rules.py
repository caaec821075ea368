"""Pure rules of works: months, units of money, what a monthly report may say. No database, no clock, no request."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from projects.choices import OWNER_DEPARTMENTS, PipeOwner

YUAN_PER_WAN = 10_000
CENT = Decimal("0.01")


def first_day(day: datetime.date) -> datetime.date:
    """The first day of the day's month."""
    return day.replace(day=1)


def last_day(month: datetime.date) -> datetime.date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def month_before(month: datetime.date) -> datetime.date:
    """The first day of the month before."""
    return (month.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def month_after(month: datetime.date) -> datetime.date:
    """The first day of the month after."""
    return last_day(month) + datetime.timedelta(days=1)


def month_of(text: str) -> datetime.date | None:
    """ "2021-06" -> 1 June 2021; None for anything else."""
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def yuan_of_wan(text: str) -> Decimal | None:
    """What a clerk types in 万元, in exact yuan: "402.5" -> 4025000.00. None when it is no number or finer than a fen."""
    try:
        wan = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    if not wan.is_finite() or abs(wan) >= 10**9:
        return None
    yuan = wan * YUAN_PER_WAN
    return yuan.quantize(CENT) if yuan == yuan.quantize(CENT) else None


def wan_of_yuan(yuan: Decimal | None) -> str:
    """Exact 万元 of a yuan amount with at least two decimals: 4025000 -> "402.50", 4025012.34 -> "402.501234"."""
    if yuan is None:
        return ""
    wan = (Decimal(yuan) / YUAN_PER_WAN).normalize()
    exponent = wan.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return f"{wan:.{places}f}"


def whole_percent(text: str) -> int | None:
    """ "72" or "72%" -> 72; None unless it is a whole number from 0 to 100."""
    text = text.strip().rstrip("%％").strip()
    return int(text) if text.isdecimal() and len(text) <= 3 and int(text) <= 100 else None


@dataclass(frozen=True, slots=True)
class Reported:
    """What one month says: per cent of the works, and yuan paid since the beginning."""

    percent: int
    paid_amount: Decimal


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about a report that must be mended or explained: a stable code, its field, and the figure compared with."""

    code: str
    field: str
    figure: Decimal | int


def doubts_of(
    new: Reported, *, before: Reported | None, after: Reported | None, contract_amount: Decimal, paid_elsewhere: Decimal, note: str
) -> list[Doubt]:
    """Every doubt about a month's report; empty = it may be stored.

    Paid may never exceed the works contracts (all communities of the project together): usually a slip of the unit.
    Less than the month before, or more than the month after, needs a note.
    """
    found = []
    if new.paid_amount + paid_elsewhere > contract_amount:
        found.append(Doubt("over_contract", "paid_amount", contract_amount - paid_elsewhere))
    if note.strip():
        return found
    if before is not None and new.percent < before.percent:
        found.append(Doubt("less_than_before", "percent", before.percent))
    if after is not None and new.percent > after.percent:
        found.append(Doubt("more_than_after", "percent", after.percent))
    if before is not None and new.paid_amount < before.paid_amount:
        found.append(Doubt("less_than_before", "paid_amount", before.paid_amount))
    if after is not None and new.paid_amount > after.paid_amount:
        found.append(Doubt("more_than_after", "paid_amount", after.paid_amount))
    return found


def weighted_percent(works: Iterable[tuple[Decimal, int]]) -> int | None:
    """The amount-weighted mean of (amount in yuan, per cent), rounded half up, 100 only when every work is; None without works.

    One work that is not done keeps a project below 100, whatever it costs.
    """
    rows = list(works)
    total = sum((amount for amount, _percent in rows), Decimal(0))
    if not rows or total <= 0:
        return None
    mean = sum((amount * percent for amount, percent in rows), Decimal(0)) / total
    rounded = int(mean.quantize(Decimal(1), ROUND_HALF_UP))
    return rounded if all(percent == 100 for _amount, percent in rows) else min(rounded, 99)


def differs(counted: int | None, typed: int | None, points: int) -> bool:
    """Whether the per cent counted from the works and the one typed by hand lie more than `points` apart."""
    return counted is not None and typed is not None and abs(counted - typed) > points


def due_percent(starts_on: datetime.date | None, ends_on: datetime.date | None, day: datetime.date) -> int | None:
    """How far a work is to be on a day by its calendar: evenly over its days; None without both."""
    if not starts_on or not ends_on or ends_on < starts_on:
        return None
    days = (ends_on - starts_on).days + 1
    return max(0, min(100, ((day - starts_on).days + 1) * 100 // days))


def county_decides(signed: Decimal, changes: Iterable[tuple[Decimal, int]], *, percent: int, days: int) -> bool:
    """Whether a county decides on a change order itself: all (yuan, days) of the contract's changes together, more and less counted
    alike, move it by at most `percent` % of the amount as signed and by `days` days. Exactly that much does. Splitting gains nothing.
    """
    rows = list(changes)
    moved = sum((abs(amount) for amount, _days in rows), Decimal(0))
    return moved * 100 <= signed * percent and sum(abs(each) for _amount, each in rows) <= days


def owner_of_department(text: str) -> PipeOwner | None:
    """Which owner of pipes, cables or lifts the department of a post is: "gas", "燃气", "邯郸市燃气公司"; None for any other."""
    name = text.strip().lower()
    for code, (words, endings) in OWNER_DEPARTMENTS.items():
        if name == code or name in words or name.endswith(endings):
            return PipeOwner(code)
    return None


def owners_to_ask(asked: Sequence[str], kinds: Collection[str]) -> list[PipeOwner]:
    """The owners that confirm before a yard is opened: those of the installation; of lifts only where the scheme holds lifts."""
    return [owner for owner in PipeOwner if owner.value in asked and (owner != PipeOwner.LIFTS or owner.value in kinds)]
