"""Putting projects of different sizes into months that must hold exact numbers of communities."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Sequence
from random import Random

from demo.shapes import Works


def fill(ordered: Sequence[Works], rooms: Sequence[int]) -> list[tuple[Works, int]]:
    """(project, number of its bucket) so that every bucket holds its number of communities.

    `ordered` comes earliest first. Projects of several communities are seated first, near their rank; single ones fill up.
    Where a big project fits nowhere, the roomiest bucket takes it and the sums of that unit are off by a few.
    """
    left = list(rooms)
    seats: dict[int, int] = {}
    seen = 0
    for number, works in enumerate(ordered):
        if works.size > 1:
            seats[number] = _seat(works.size, _rank_bucket(seen, rooms), left)
            left[seats[number]] -= works.size
        seen += works.size
    bucket = 0
    for number, works in enumerate(ordered):
        if works.size == 1:
            while bucket < len(left) - 1 and left[bucket] <= 0:
                bucket += 1
            seats[number] = bucket
            left[bucket] -= 1
    return [(works, seats[number]) for number, works in enumerate(ordered)]


def _rank_bucket(seen: int, rooms: Sequence[int]) -> int:
    total = 0
    for number, room in enumerate(rooms):
        total += room
        if seen < total:
            return number
    return len(rooms) - 1


def _seat(size: int, wanted: int, left: Sequence[int]) -> int:
    near = sorted(range(len(left)), key=lambda i: (abs(i - wanted), i))
    return next((i for i in near if left[i] >= size), max(near, key=lambda i: left[i]))


def month_end(year: int, month: int) -> datetime.date:
    """The last day of a month."""
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def workday(rng: Random, year: int, month: int, first: int = 1, last: int = 31) -> datetime.date:
    """A Monday to Friday of the month between two day numbers (any day where there is none)."""
    end = min(last, calendar.monthrange(year, month)[1])
    days = [datetime.date(year, month, day) for day in range(first, end + 1)]
    return rng.choice([day for day in days if day.weekday() < 5] or days)


def step_back(day: datetime.date, days: int, *, not_before: datetime.date) -> datetime.date:
    """`days` earlier, but not before a day."""
    return max(day - datetime.timedelta(days=days), not_before)


def communities(works: Iterable[Works]) -> int:
    """How many communities the projects hold."""
    return sum(one.size for one in works)
