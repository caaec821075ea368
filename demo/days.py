"""The days of the year's projects: plan, scheme, contracts, start, completion, acceptance."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from random import Random

from demo.anchors import ACCEPTED, DESIGNED_BY_MAY, PLANNED, UnitTargets, increments
from demo.buckets import communities, fill, month_end, step_back, workday
from demo.shapes import Works

Day = datetime.date
YEAR = 2021
END_OF_MAY = Day(YEAR, 5, 31)
MACHINERY_CODE = "HB130404-2021-017"


def lay_days(works: list[Works], extra: Works, targets: Sequence[UnitTargets], rng: Random, scale: float) -> None:
    """Give every project its days; nothing happens before what must come first."""
    for unit in targets:
        mine = [one for one in works if one.unit == unit.code]
        planned_on = plan_day(unit.code)
        for one in mine:
            one.planned_on = planned_on
            one.reserve_on = workday(rng, 2020, rng.choice((9, 10, 10, 11)))
            one.started_on = workday(rng, YEAR, one.start_month, 21 if one.start_month == 1 else 1)
        _due(mine, unit, rng)
        _complete(mine, unit, rng)
    extra.reserve_on, extra.started_on = Day(2020, 11, 12), Day(YEAR, 5, 20)
    extra.planned_on = Day(YEAR, 1, 29)  # let pass by the province: it stands in no plan
    extra.completed_on = Day(YEAR, 10, 14)
    _late_designs(works, rng, scale)
    for one in [*works, extra]:
        _before_start(one, rng)
        between(one)
    _machinery(works)
    _accept(works, rng, scale)
    extra.accepted_on = Day(YEAR, 11, 18)


def plan_day(unit: str) -> Day:
    """When the unit's county plans were frozen: Handan's on 15 January as drawn, the others in the days before."""
    return Day(YEAR, 1, 15) if unit == "130400" else Day(YEAR, 1, 11 + sum(map(int, unit[:6])) % 4)


def _due(mine: list[Works], unit: UnitTargets, rng: Random) -> None:
    """The planned calendar: yards that start early were planned early, with some noise."""
    noise = {id(one): one.started_on.toordinal() + rng.gauss(0, 18) for one in mine if one.started_on}
    ordered = sorted(mine, key=lambda one: noise[id(one)])
    for one, month in fill(ordered, unit.due_starts):
        day = workday(rng, YEAR, month + 1, 21 if month == 0 else 5)
        for yard in one.yards:
            yard.due_start = day
    for one, month in fill(ordered, unit.due_completions):
        day = month_end(YEAR, month + 1)
        for yard in one.yards:
            yard.due_completion = day


def _complete(mine: list[Works], unit: UnitTargets, rng: Random) -> None:
    rooms = list(unit.completions)
    free = []
    for one in mine:
        month = _pinned_completion(one)
        if month and rooms[month - 1] >= one.size:
            rooms[month - 1] -= one.size
            one.completed_on = workday(rng, YEAR, month)
        else:
            free.append(one)
    noise = {id(one): one.started_on.toordinal() + rng.gauss(0, 4) for one in free if one.started_on}
    for one, month in fill(sorted(free, key=lambda one: noise[id(one)]), rooms):
        if month >= 12 or one.started_on is None:
            continue
        day = max(workday(rng, YEAR, month + 1), one.started_on + datetime.timedelta(days=24))
        one.completed_on = min(day, month_end(YEAR, month + 1))


def _pinned_completion(one: Works) -> int:
    if one.pinned_percent is None:
        return 0
    return 5 if one.pinned_percent == 100 else 10


def _late_designs(works: list[Works], rng: Random, scale: float) -> None:
    """By the end of May DESIGNED_BY_MAY communities have their scheme; the last ones get it in June, just before they start."""
    wanted = round((PLANNED - DESIGNED_BY_MAY + 1) * scale)
    waiting = sorted(
        (one for one in works if one.start_month >= 6 and one.pinned_percent is None), key=lambda one: one.started_on or Day.max
    )
    for one in reversed(waiting):
        if one.size <= wanted and one.started_on:
            wanted -= one.size
            one.started_on = max(one.started_on, workday(rng, YEAR, 6, 16, 30))
            one.designed_on = workday(rng, YEAR, 6, 1, 9)


def _before_start(one: Works, rng: Random) -> None:
    if one.started_on is None or one.reserve_on is None:
        return
    floor = one.planned_on or Day(YEAR, 1, 4)
    back = rng.randint(2, 5) if one.started_on < Day(YEAR, 2, 1) else rng.randint(3, 13)
    least = one.designed_on + datetime.timedelta(days=1) if one.designed_on else floor
    one.works_on = step_back(one.started_on, back, not_before=least)
    one.supervision_on = step_back(one.started_on, rng.randint(1, back), not_before=one.works_on)
    if one.designed_on is None:
        wish = step_back(one.works_on, rng.randint(6, 45), not_before=floor)
        one.designed_on = min(wish, END_OF_MAY) if one.started_on > END_OF_MAY else wish


def between(one: Works) -> None:
    """Approval and award lie between the scheme and the works contract."""
    if one.designed_on and one.works_on:
        gap = (one.works_on - one.designed_on).days
        one.approved_on = one.designed_on + datetime.timedelta(days=gap * 2 // 5)
        one.tendered_on = one.designed_on + datetime.timedelta(days=gap * 4 // 5)


def _machinery(works: list[Works]) -> None:
    """The days drawn in the design."""
    for one in works:
        if one.code == MACHINERY_CODE:
            one.reserve_on, one.planned_on, one.designed_on = Day(2020, 10, 20), Day(2021, 1, 15), Day(2021, 3, 22)
            one.works_on, one.supervision_on, one.started_on = Day(2021, 4, 26), Day(2021, 4, 27), Day(2021, 4, 30)
            one.approved_on, one.tendered_on = Day(2021, 4, 19), Day(2021, 4, 26)
            one.completed_on = Day(2021, 10, 26)
            one.yards[0].due_start, one.yards[0].due_completion = Day(2021, 4, 30), Day(2021, 10, 31)


def _accept(works: list[Works], rng: Random, scale: float) -> None:
    """A few communities are accepted early; the joint acceptance of most is in November and December."""
    done = sorted((one for one in works if one.completed_on), key=lambda one: (one.completed_on or Day.max, one.code))
    rooms = [round(number * scale) for number in increments(ACCEPTED)]
    rooms.append(max(0, communities(done) - sum(rooms)))
    for one, month in fill(done, rooms):
        if month >= 12 or one.completed_on is None:
            continue
        earliest = one.completed_on + datetime.timedelta(days=4)
        day = max(workday(rng, YEAR, month + 1, 2), earliest)
        one.accepted_on = min(day, Day(YEAR, 12, 31))
