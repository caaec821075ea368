"""Which year and which day a page or a call speaks of. Pure: the clock and the setting are arguments."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from common.text import whole_number

FIRST_YEAR, LAST_YEAR = 2018, 2100


class BadPeriod(ValueError):
    """A year or day that cannot be meant; `field` is "year" or "as_of"."""

    def __init__(self, field: str, given: str) -> None:
        super().__init__(f"{field}: {given}")
        self.field, self.given = field, given


@dataclass(frozen=True, slots=True)
class Period:
    """The plan year, and the day up to whose end everything is counted."""

    year: int
    as_of: datetime.date


def month_back(day: datetime.date, months: int = 1) -> datetime.date:
    """The same day some months earlier; the last day of a month stays a last day (31 May → 30 April, 28 Feb → 31 Jan)."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return datetime.date(year, month + 1, last if at_end else min(day.day, last))


def month_end(year: int, month: int) -> datetime.date:
    """The last day of a month."""
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def default_day(setting: str, today: datetime.date) -> datetime.date:
    """The day on which the dashboard opens: the setting's, or today."""
    return datetime.date.fromisoformat(setting) if setting else today


def day_of_year(year: int, day: datetime.date, today: datetime.date) -> datetime.date:
    """The opening day of another plan year: the same day and month there, but not in the future."""
    if year == day.year:
        return day
    return min(month_end(year, 12), today) if today.year >= year else today


def parse_period(year: str, as_of: str, *, years: Sequence[int], opens_on: datetime.date, today: datetime.date) -> Period:
    """Year and day from a query string; "" takes the default. Raises BadPeriod: not a year or day, or a day in the future."""
    if as_of:
        try:
            day = datetime.date.fromisoformat(as_of)
        except ValueError:
            raise BadPeriod("as_of", as_of) from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR or day > max(today, opens_on):
            raise BadPeriod("as_of", as_of)
    else:
        day = opens_on
    if year:
        number = whole_number(year)
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise BadPeriod("year", year)
    else:
        number = day.year if day.year in years or not years else max((one for one in years if one <= day.year), default=min(years))
    return Period(number, day if as_of else day_of_year(number, day, today))
