"""Pure rules of the living circle: when an item of the checklist is met (DOMAIN.md section 10).

Levels do not replace each other: a health centre at 1,000 m does not make up for a missing point within 300 m. The distance
counted is straight × detour.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from facilities.checklist import ITEMS, Item, Judged
from facilities.choices import STILL_TO_COME, FacilityState


class Verdict(StrEnum):
    """What is said of an item: unknown = nobody has assessed it, or the community has no position."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    PARTLY = "partly"
    MET = "met"


RANK: dict[str, int] = {verdict.value: rank for rank, verdict in enumerate(Verdict)}


class Why(StrEnum):
    """Why an item is not met, or from where the verdict comes."""

    NOTHING = ""
    FEW = "few"  # not enough of them for the residents
    FEW_KINDS = "few_kinds"  # not enough different ones
    SMALL = "small"
    NO_AREA = "no_area"  # in the ring, but nobody has entered its area
    IDLE = "idle"
    TO_COME = "to_come"
    BEYOND = "beyond"  # just beyond the ring
    FAR = "far"
    NONE = "none"
    NO_POSITION = "no_position"
    ASSESSED = "assessed"
    REGISTER = "register"
    WORKS = "works"  # the scheme renews it
    DONE = "done"  # completed works have renewed it
    NOT_ASSESSED = "not_assessed"


class Provision(NamedTuple):
    """A facility near a community: straight distance in metres, area in m². `sure`: counts as open (the works bring it).

    `pk` is None for a work item of the scheme, whose area, where none is written, is taken to be what the standard asks for.
    """

    kind: str
    metres: float
    area: float | None
    state: str
    pk: int | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """What is settled by setting: detour factor, metres on foot of each ring, tolerance beyond a ring, areas by item code."""

    detour: float = 1.3
    rings: Mapping[int, int] = field(default_factory=lambda: {5: 300, 10: 500, 15: 1000})
    tolerance: float = 0.2
    areas: Mapping[str, int] = field(default_factory=dict)

    def area_of(self, item: Item) -> int:
        """m² that one facility of the item has at least."""
        return self.areas.get(item.code, item.area)

    @property
    def reach(self) -> float:
        """Straight metres within which facilities are looked for: half as far again as the widest ring on foot."""
        return max(self.rings.values()) * 1.5 / self.detour


class Judgement(NamedTuple):
    """What is said of one item: verdict, why, metres on foot to the facility that decides (None without one), and its key."""

    verdict: Verdict
    why: Why
    metres: int | None = None
    facility: int | None = None


class Line(NamedTuple):
    """One item of a community's checklist before and after the planned works."""

    item: Item
    before: Judgement
    after: Judgement


def needed_count(item: Item, population: int) -> int:
    """How many full facilities (or kinds of them) the item asks for."""
    if item.kinds_needed > 1:
        return item.kinds_needed
    return max(1, ceil(population / item.people)) if item.people else 1


def graded(place: Provision, *, ring: float, area: float, standard: Standard) -> tuple[int, Why]:
    """2 = serves in full, 1 = in part (in the ring but small, idle or to come; or just beyond it), 0 = does not."""
    walk = place.metres * standard.detour
    if place.state == FacilityState.CLOSED or walk > ring * (1 + standard.tolerance):
        return 0, Why.FAR
    flaw = Why.NOTHING
    if place.state == FacilityState.IDLE:
        flaw = Why.IDLE
    elif place.state in STILL_TO_COME and not place.sure:
        flaw = Why.TO_COME
    elif area and place.area is None and place.pk is not None:
        flaw = Why.NO_AREA
    elif area and place.area is not None and place.area < area:
        flaw = Why.SMALL
    if walk <= ring:
        return (1, flaw) if flaw else (2, flaw)
    return (0, Why.FAR) if flaw else (1, Why.BEYOND)


def judged_by_distance(item: Item, places: Iterable[Provision], population: int, standard: Standard) -> Judgement:
    """The item's verdict from the facilities of its kinds. Nearer, larger or more of them never worsens it."""
    ring, area = standard.rings[item.ring], standard.area_of(item)
    best: tuple[int, float] | None = None
    chosen: Provision | None = None
    why, full = Why.NONE, []
    for place in places:
        rank, flaw = graded(place, ring=ring, area=area, standard=standard)
        if rank == 2:
            full.append(place.kind)
        key = (-rank, place.metres)
        if best is None or key < best:
            best, chosen, why = key, place, flaw
    if chosen is None or best is None:
        return Judgement(Verdict.MISSING, Why.NONE)
    found = len(set(full)) if item.kinds_needed > 1 else len(full)
    metres, rank = round(chosen.metres * standard.detour), -best[0]
    if found >= needed_count(item, population):
        return Judgement(Verdict.MET, Why.NOTHING, metres, chosen.pk)
    if full:
        return Judgement(Verdict.PARTLY, Why.FEW_KINDS if item.kinds_needed > 1 else Why.FEW, metres, chosen.pk)
    return Judgement(Verdict.PARTLY if rank else Verdict.MISSING, why, metres, chosen.pk)


def judged_in_the_yard(item: Item, *, assessed: str, register: str, has_works: bool, done: bool = False) -> tuple[Judgement, Judgement]:
    """Before and after of an item that no distance decides: an assessment goes before works that are completed (`done`), these
    before the register; works of the scheme that stands bring it."""
    if assessed:
        before = Judgement(Verdict(assessed), Why.ASSESSED)
    elif done:
        before = Judgement(Verdict.MET, Why.DONE)
    elif register:
        before = Judgement(Verdict(register), Why.REGISTER)
    elif has_works and item.judged == Judged.WORKS:
        before = Judgement(Verdict.PARTLY, Why.WORKS)
    else:
        before = Judgement(Verdict.UNKNOWN, Why.NOT_ASSESSED)
    return before, Judgement(Verdict.MET, Why.WORKS) if has_works and before.verdict != Verdict.MET else before


@dataclass(frozen=True, slots=True)
class Yard:
    """What is known of one community. `places`: facilities around it as they stand today; `coming`: the work items of its scheme
    as provisions at distance 0; `works`: kinds of work in the scheme,
    `done`: those of completed works; `assessed`, `register`: item code → verdict."""

    population: int
    placed: bool
    places: Sequence[Provision] = ()
    coming: Sequence[Provision] = ()
    works: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    assessed: Mapping[str, str] = field(default_factory=dict)
    register: Mapping[str, str] = field(default_factory=dict)


def checked(yard: Yard, standard: Standard) -> list[Line]:
    """The whole checklist of one community, before and after the planned works."""
    today: dict[str, list[Provision]] = {}
    later: dict[str, list[Provision]] = {}
    for place in yard.places:
        today.setdefault(place.kind, []).append(place._replace(sure=False) if place.sure else place)
        later.setdefault(place.kind, []).append(place)
    changed = {place.kind for place in yard.places if place.sure} | {place.kind for place in yard.coming}
    for place in yard.coming:
        later.setdefault(place.kind, []).append(place)
    lines = []
    for item in ITEMS:
        if item.judged == Judged.FACILITIES:
            lines.append(_by_distance(item, yard, today, later, changed, standard))
        else:
            before, after = judged_in_the_yard(
                item,
                assessed=yard.assessed.get(item.code, ""),
                register=yard.register.get(item.code, ""),
                has_works=not yard.works.isdisjoint(item.works),
                done=not yard.done.isdisjoint(item.works),
            )
            lines.append(Line(item, before, after))
    return lines


def _by_distance(
    item: Item,
    yard: Yard,
    today: Mapping[str, list[Provision]],
    later: Mapping[str, list[Provision]],
    changed: set[str],
    standard: Standard,
) -> Line:
    if not yard.placed:
        before = Judgement(Verdict.UNKNOWN, Why.NO_POSITION)
        coming = [place for place in yard.coming if place.kind in item.kinds]
        return Line(item, before, judged_by_distance(item, coming, yard.population, standard) if coming else before)
    places = [place for kind in item.kinds for place in today.get(kind, ())]
    before = judged_by_distance(item, places, yard.population, standard)
    if changed.isdisjoint(item.kinds):
        return Line(item, before, before)
    places = [place for kind in item.kinds for place in later.get(kind, ())]
    return Line(item, before, judged_by_distance(item, places, yard.population, standard))


INSPECTED_AFTER = (3, 6, 12)  # months after opening (DOMAIN.md section 8: idle 3/6/12 months after opening)


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return datetime.date(year, month + 1, min(day.day, (following - datetime.timedelta(1)).day))


def inspection_due(opened_on: datetime.date, done: int, today: datetime.date) -> tuple[int, datetime.date] | None:
    """The inspection that is due: (months after opening, its day); None while none is.

    `done` is the latest that was made (0: none). A later one due makes earlier ones pointless.
    """
    for months in sorted(INSPECTED_AFTER, reverse=True):
        day = months_later(opened_on, months)
        if day <= today:
            return (months, day) if done < months else None
    return None
