"""Pure rules of "dig once": which works on a yard or road clash, and which days would mend it. ADR 0013 says why they are so.

A stretch is dug up and paved by community works, special works of pipe owners, and earlier pavings. Four clashes:

- `after_paving`: an excavation that is not closed the day before the surface is made, or reopens it within 24 months;
- `dug_twice`: two excavations within 24 months that neither overlap nor lie in the window of one project;
- `outside_window`: a special work outside the days on which its project's yards are open;
- `not_confirmed`: an owner that has not confirmed before the day of paving.

A proposal keeps the length of the works and moves them by as few days as possible (the earlier of two equal shifts) to days
on which the work has none of the first three clashes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations

Day = datetime.date
ONE = datetime.timedelta(days=1)
MONTHS = 24

AFTER_PAVING, DUG_TWICE, OUTSIDE_WINDOW, NOT_CONFIRMED = "after_paving", "dug_twice", "outside_window", "not_confirmed"
CODES = (AFTER_PAVING, DUG_TWICE, OUTSIDE_WINDOW, NOT_CONFIRMED)
# why no other days can be proposed
BEGUN, TOO_LONG, NO_DAYS, ASK_OWNER, REDRAW = "begun", "too_long", "no_days", "ask_owner", "redraw"


@dataclass(frozen=True, slots=True)
class Activity:
    """Works on stretches from `start` to `end`, both included. `key` is unique; `owner` is "" for community works and roads.

    `special` works are those of pipe owners; only they are moved, and only while they are not `fixed` (begun or done). What
    `paves` makes the surface on its last day. `project` is the renovation that it belongs to.
    """

    key: str
    owner: str
    stretches: frozenset[int]
    start: Day
    end: Day
    digs: bool = False
    paves: bool = False
    special: bool = False
    fixed: bool = True
    project: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a project's stretches are open, both included."""

    project: int
    start: Day
    end: Day
    stretches: frozenset[int]

    def holds(self, activity: Activity) -> bool:
        """Whether the works lie wholly within."""
        return self.start <= activity.start and activity.end <= self.end


@dataclass(frozen=True, slots=True)
class Clash:
    """What clashes on which stretch: `first` with `second`, with the window of `project`, or with the silence of `owner`.

    Of `after_paving`, `first` digs and `second` paves; of `dug_twice`, `first` is the earlier. `free_from` is the first day
    on which the later excavation would be free.
    """

    code: str
    stretch: int
    first: Activity
    second: Activity | None = None
    project: int | None = None
    owner: str = ""
    free_from: Day | None = None

    @property
    def works(self) -> list[Activity]:
        """The special works in it."""
        return [each for each in (self.first, self.second) if each is not None and each.special]

    @property
    def order(self) -> tuple[Day, str, str, str, int, str]:
        """The order of a list: by day, then by what never changes."""
        second = self.second.key if self.second else str(self.project or "")
        return self.first.start, self.code, self.first.key, second, self.stretch, self.owner


@dataclass(frozen=True, slots=True)
class Proposal:
    """Other days for one special work; without days `why` says what stands against them."""

    key: str = ""
    start: Day | None = None
    end: Day | None = None
    shift: int = 0
    why: str = ""


def later(day: Day, months: int) -> Day:
    """The same day `months` months later, the month's last day where it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return Day(year, month, min(day.day, last))
        except ValueError:
            continue
    return Day(year, month, 28)


def latest_before(day: Day, months: int) -> Day:
    """The last day of which `later` is not after `day`."""
    found = later(day, -months) + 4 * ONE
    while later(found, months) > day:
        found -= ONE
    return found


@dataclass(frozen=True)
class Case:
    """Everything that is known of some stretches: what the rules look at. The order of what it holds does not matter."""

    activities: Sequence[Activity]
    windows: Sequence[Window] = ()
    confirmed: Mapping[tuple[int, str], Day] = field(default_factory=dict)  # (project, owner) → day of the answer that counts
    asked: Mapping[int, Sequence[str]] = field(default_factory=dict)  # project → owners that must confirm
    months: int = MONTHS
    not_before: Day | None = None  # no other days are proposed before this one

    @cached_property
    def by_stretch(self) -> dict[int, list[Activity]]:
        """Stretch → its activities, by their keys."""
        found: dict[int, list[Activity]] = {}
        for activity in sorted(self.activities, key=lambda each: each.key):
            for stretch in activity.stretches:
                found.setdefault(stretch, []).append(activity)
        return found

    @cached_property
    def windows_by_stretch(self) -> dict[int, list[Window]]:
        """Stretch → the windows of its projects, by their projects."""
        found: dict[int, list[Window]] = {}
        for window in sorted(self.windows, key=lambda each: each.project):
            for stretch in window.stretches:
                found.setdefault(stretch, []).append(window)
        return found

    def beside(self, activity: Activity) -> list[Activity]:
        """The other activities on its stretches, each once."""
        found = {each.key: each for stretch in activity.stretches for each in self.by_stretch.get(stretch, ())}
        found.pop(activity.key, None)
        return list(found.values())

    def windows_on(self, activity: Activity) -> list[Window]:
        """The windows on its stretches, each once."""
        found = {each.project: each for stretch in activity.stretches for each in self.windows_by_stretch.get(stretch, ())}
        return list(found.values())

    def windows_to_join(self, work: Activity) -> list[Window]:
        """The windows in one of which a work should lie: its own project's, or those near it that are not over."""
        every = self.windows_on(work)
        if work.project is not None:
            return [window for window in every if window.project == work.project]
        near = [window for window in every if window.holds(work) or outside(work, window, self.months)]
        return [window for window in near if self.not_before is None or window.end >= self.not_before]


# --- the rules --------------------------------------------------------------------------------------------------------


def _own_order(one: Activity, other: Activity) -> bool:
    """Community works of one project: their order is its contractor's business."""
    return not one.special and not other.special and one.project is not None and one.project == other.project


def dug_after_paving(dig: Activity, paving: Activity, months: int) -> bool:
    """Whether an excavation is not closed the day before the surface is made, or reopens it before `months` have passed.

    Of one project's own works only what begins after the surface is made: a contractor digs and paves by turns.
    """
    if not (dig.digs and paving.paves) or dig.key == paving.key:
        return False
    if _own_order(dig, paving):
        return paving.end < dig.start < later(paving.end, months)
    return dig.end >= paving.end and dig.start < later(paving.end, months)


def dug_twice(one: Activity, other: Activity, windows: Iterable[Window], months: int) -> bool:
    """Whether two excavations come within `months` of one another without a day in common and without a common window."""
    if not (one.digs and other.digs) or one.key == other.key or _own_order(one, other):
        return False
    first, second = sorted((one, other), key=lambda each: (each.start, each.key))
    if second.start <= first.end or second.start >= later(first.end, months):
        return False
    return not any(window.holds(first) and window.holds(second) for window in windows)


def outside(work: Activity, window: Window, months: int) -> bool:
    """Whether a special work lies outside the window: its own project's, or that of a yard it would open within `months` of it."""
    if not work.special or window.holds(work):
        return False
    if work.project is not None:
        return work.project == window.project
    return work.digs and work.start < later(window.end, months) and window.start < later(work.end, months)


def _left(work: Activity, windows: Sequence[Window], months: int) -> list[Window]:
    """The windows outside which a special work lies; for one without a project none, where it lies in another's."""
    if work.project is None and any(window.holds(work) for window in windows):
        return []
    return [window for window in windows if outside(work, window, months)]


def _on_stretch(case: Case, stretch: int, activities: Sequence[Activity]) -> Iterator[Clash]:
    windows = case.windows_by_stretch.get(stretch, [])
    for one, other in combinations(activities, 2):
        for dig, paving in ((one, other), (other, one)):
            if dug_after_paving(dig, paving, case.months):
                yield Clash(AFTER_PAVING, stretch, dig, paving, free_from=later(paving.end, case.months))
        if dug_twice(one, other, windows, case.months):
            first, second = sorted((one, other), key=lambda each: (each.start, each.key))
            yield Clash(DUG_TWICE, stretch, first, second, free_from=later(first.end, case.months))
    for work in activities:
        for window in _left(work, windows, case.months):
            yield Clash(OUTSIDE_WINDOW, stretch, work, project=window.project)


def _silent(case: Case) -> Iterator[Clash]:
    """Owners that have not confirmed before the first paving of a project."""
    pavings: dict[int, Activity] = {}
    for each in sorted(case.activities, key=lambda each: (each.end, each.key)):
        if each.paves and each.project is not None:
            pavings.setdefault(each.project, each)
    for project, paving in pavings.items():
        for owner in case.asked.get(project, ()):
            day = case.confirmed.get((project, owner))
            if day is None or day >= paving.end:
                yield Clash(NOT_CONFIRMED, min(paving.stretches), paving, project=project, owner=owner)


def _excavation(clash: Clash, activity: Activity) -> str:
    """What counts once in a list: a work; of two excavations the community works of a project together."""
    together = clash.code == DUG_TWICE and not activity.special and activity.project is not None
    return f"project {activity.project}" if together else activity.key


def _gap(clash: Clash) -> int:
    """Days between two excavations: of a project's works the nearest is named."""
    return (clash.second.start - clash.first.end).days if clash.code == DUG_TWICE and clash.second else 0


def clashes(case: Case) -> list[Clash]:
    """Every clash, once for each pair of works (on the first of the stretches they share), in the order of the days.

    The community works of one project are one excavation: of several that are dug twice with another the nearest is named.
    """
    found: dict[tuple[str, str, str, int | None, str], Clash] = {}
    every = [clash for stretch, rows in case.by_stretch.items() for clash in _on_stretch(case, stretch, rows)]
    for clash in sorted([*every, *_silent(case)], key=lambda clash: (_gap(clash), clash.order)):
        second = _excavation(clash, clash.second) if clash.second else ""
        key = (clash.code, _excavation(clash, clash.first), second, clash.project, clash.owner)
        if key not in found:
            found[key] = clash
    return sorted(found.values(), key=lambda clash: clash.order)


# --- other days -------------------------------------------------------------------------------------------------------


def _free(work: Activity, case: Case, beside: Sequence[Activity], join: Sequence[Window]) -> bool:
    """Whether the work, on these days, has none of the clashes that days can mend, and lies in a window where it has one to join."""
    if join and not any(window.holds(work) for window in join):
        return False
    for stretch in work.stretches:
        windows = case.windows_by_stretch.get(stretch, [])
        if _left(work, windows, case.months):
            return False
        if any(stretch in other.stretches and dug_twice(work, other, windows, case.months) for other in beside):
            return False
    return not any(dug_after_paving(work, other, case.months) or dug_after_paving(other, work, case.months) for other in beside)


def _first_days(work: Activity, case: Case, beside: Sequence[Activity]) -> set[Day]:
    """First days worth trying: where one of the rules begins or ceases to hold."""
    length = work.end - work.start
    found = {work.start}
    for window in case.windows_on(work):
        found |= {window.start, window.end - length, later(window.end, case.months), latest_before(window.start, case.months) - length}
    for other in beside:
        found |= {other.end - ONE - length, later(other.end, case.months), other.end, other.start - length}
        found.add(latest_before(other.start, case.months) - length)
    if case.not_before:
        found = {day for day in found if day >= case.not_before} | {case.not_before}
    return found


def other_days(work: Activity, case: Case) -> Proposal:
    """The smallest shift after which the work has no clash that days can mend; without days, why not."""
    if work.fixed or not work.special:
        return Proposal(work.key, why=BEGUN if work.special else REDRAW)
    beside, join = case.beside(work), case.windows_to_join(work)
    length = work.end - work.start
    if join and all(window.end - window.start < length for window in join):
        return Proposal(work.key, why=TOO_LONG)
    days = sorted(_first_days(work, case, beside), key=lambda day: (abs(day - work.start), day))
    for day in days:
        if _free(replace(work, start=day, end=day + length), case, beside, join):
            return Proposal(work.key, day, day + length, (day - work.start).days)
    return Proposal(work.key, why=NO_DAYS)


def proposal_for(clash: Clash, case: Case) -> Proposal:
    """The days that mend a clash: of two movable works the one that begins later moves, and the other where that one cannot."""
    if clash.code == NOT_CONFIRMED:
        return Proposal(why=ASK_OWNER)
    works = sorted(clash.works, key=lambda each: (each.start, each.key), reverse=True)
    tried = [other_days(work, case) for work in works]
    mended = next((each for each in tried if each.start), None)
    return mended or (tried[0] if tried else Proposal(why=REDRAW))
