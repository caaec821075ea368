"""The current year: a small plan ready to start, reserve libraries, next year's plans on their way, and yards not yet in a project."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from demo.names import FIRMS, SUPERVISORS, Names
from demo.shapes import County, Works, Yard
from demo.yards import METRE, Ground, furnish

Day = datetime.date
CURRENT = {"130404": 8, "130403": 8, "130481": 6, "130102": 9, "130202": 8, "130606": 7, "130903": 7, "130302": 7}  # 60 projects
# county: state of next year's plan, projects in it
NEXT: dict[str, tuple[str, int]] = {
    "130404": ("draft", 5),
    "130104": ("draft", 4),
    "130403": ("submitted", 5),
    "130402": ("submitted", 4),
    "130902": ("submitted", 4),
    "130203": ("submitted", 3),
    "130406": ("confirmed", 4),
    "130105": ("confirmed", 5),
    "130921": ("confirmed", 3),
    "130702": ("confirmed", 3),
}
RESERVE_ONLY = 3  # projects of the reserve library without a plan, in each county of both lists
READY_FOR_ROUNDS = ("130404", "130403")  # the counties of the demo's clerks: flats of the reserve are registered too
WILLING = "130406"  # all projects of its confirmed plan have passed gate 1: the province can freeze it
SPARE = 260  # yards in no project
TWINS = 5  # pairs that look like the same yard entered twice


@dataclass(frozen=True, slots=True)
class Frame:
    """The days between which a year's work is laid."""

    year: int
    plan_state: str
    planned_on: Day
    designed_from: Day
    today: Day


def lay_later(
    counties: list[County], names: Names, ground: Ground, rng: Random, today: Day, scale: float
) -> tuple[list[Yard], list[Works]]:
    """(yards, projects) around `today`; the projects carry their plan's state in `party` until they are written."""
    by_code = {county.code: county for county in counties}
    works: list[Works] = []
    planned_on = min(Day(today.year, 1, 15), today - datetime.timedelta(days=80))
    for code, number in CURRENT.items():
        for place in range(max(1, round(number * min(1.0, scale * 5)))):
            one = _project(by_code[code], names, ground, rng, 2 if place == 3 else 1)
            one.year, one.planned_on = today.year, planned_on
            one.reserve_on = planned_on - datetime.timedelta(days=rng.randint(40, 120))
            one.designed_on = min(
                planned_on + datetime.timedelta(days=rng.randint(15, 120)), today - datetime.timedelta(days=rng.randint(30, 45))
            )
            one.approved_on = one.designed_on + datetime.timedelta(days=rng.randint(12, 18))
            one.tendered_on = one.approved_on + datetime.timedelta(days=rng.randint(3, 8))
            for yard in one.yards:
                yard.with_flats = True  # their rounds have a roll
            _dates(one, today, rng)
            works.append(one)
    for code, (_state, number) in NEXT.items():
        for _ in range(number):
            one = _reserve(by_code[code], names, ground, rng, today)
            one.yards[0].with_flats = code in READY_FOR_ROUNDS or code == WILLING
            one.year, one.in_plan = today.year + 1, True
            if code == WILLING:
                one.reserve_on, one.willing_on = today - datetime.timedelta(days=64), today - datetime.timedelta(days=24)
            _dates(one, Day(today.year + 1, 2, 1), rng)
            works.append(one)
    for code in dict.fromkeys([*CURRENT, *NEXT]):
        reserve = [_reserve(by_code[code], names, ground, rng, today) for _ in range(RESERVE_ONLY)]
        for one in reserve:
            one.yards[0].with_flats = code in READY_FOR_ROUNDS
        works += reserve
    _number(works, today)
    spare = [yard for one in works for yard in one.yards]
    loose = [_yard(rng.choice(counties), names, ground, rng) for _ in range(max(2 * TWINS, round(SPARE * scale)))]
    for yard in loose:
        _unfit(yard, rng, today)
    return spare + loose + _twins(loose, names, rng), works


def next_state(county: str) -> str:
    """The state of a county's plan of the year after today."""
    return NEXT[county][0]


def _yard(county: County, names: Names, ground: Ground, rng: Random) -> Yard:
    yard = Yard(county.code, "", names.take(county.code), households=rng.randint(40, 420))
    yard.area = round(yard.households * rng.uniform(62, 92))
    yard.amount = round(yard.area * rng.uniform(160, 240) / 1000) * 1000
    yard.built = min(2000, max(1962, round(rng.gauss(1991, 5))))
    ground.place(yard)
    furnish(yard, rng)
    yard.counted_households = yard.households
    return yard


def _project(county: County, names: Names, ground: Ground, rng: Random, size: int) -> Works:
    return Works(county.code, county.unit, [_yard(county, names, ground, rng) for _ in range(size)])


def _reserve(county: County, names: Names, ground: Ground, rng: Random, today: Day) -> Works:
    one = _project(county, names, ground, rng, 1)
    one.in_plan = False
    one.reserve_on = today - datetime.timedelta(days=rng.randint(10, 90))
    return one


def _dates(one: Works, after: Day, rng: Random) -> None:
    """Planned start within weeks, planned completion in the same year."""
    if one.year is None:
        return
    last = Day(one.year, 12, 31)
    start = min(after + datetime.timedelta(days=rng.randint(-20, 25)), last - datetime.timedelta(days=10))
    for yard in one.yards:
        yard.due_start = max(start, Day(one.year, 1, 2))
        yard.due_completion = min(yard.due_start + datetime.timedelta(days=150), last)


def _number(works: list[Works], today: Day) -> None:
    used: dict[str, int] = {}
    for number, one in enumerate(works):
        used[one.county] = used.get(one.county, 0) + 1
        one.code = f"HB{one.county}-{today.year}-{used[one.county]:03d}"
        first = one.yards[0]
        one.name = f"{first.name}改造项目" if one.size == 1 else f"{first.name}等{one.size}个小区改造项目"
        one.party, one.supervisor = FIRMS[number % len(FIRMS)], SUPERVISORS[number % len(SUPERVISORS)]


def _unfit(yard: Yard, rng: Random, today: Day) -> None:
    """Some yards that may not be renovated: planned for demolition, or built too late."""
    chance = rng.random()
    if chance < 0.08:
        yard.demolition = True
    elif chance < 0.2:
        yard.built = rng.randint(2001, 2006)


def _twins(yards: list[Yard], names: Names, rng: Random) -> list[Yard]:
    """The same yard twice: 25 m away under nearly the same name and address."""
    found = []
    for yard in yards[:TWINS]:
        name = yard.name.replace("家属院", "家属区").replace("小区", "住宅小区")
        twin = Yard(yard.county, "", names.take(yard.county, name if name != yard.name else f"{yard.name}（老院）"))
        twin.region, twin.address, twin.built = yard.region, yard.address, yard.built
        twin.longitude, twin.latitude = round(yard.longitude + 15 * METRE, 6), round(yard.latitude + 20 * METRE, 6)
        twin.households, twin.area = yard.households + rng.randint(-2, 2), yard.area
        furnish(twin, rng)
        found.append(twin)
    return found
