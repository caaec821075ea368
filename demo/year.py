"""The whole demo year, built in memory from a seed: pure, so that the anchors can be tested without a database."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from random import Random

from demo import anchors
from demo.anchors import CANGZHOU, CANGZHOU_COUNTIES, DINGZHOU, FUXING, UnitTargets, shares
from demo.buckets import fill
from demo.days import lay_days
from demo.later import lay_later
from demo.money import lay_reports
from demo.names import FIRMS, FUXING_YARDS, SUPERVISORS, Names
from demo.past import lay_past
from demo.shapes import County, Works, Yard, YearPlan
from demo.yards import Ground, furnish, sizes, streets_of

MACHINERY = "机械厂家属院"
MACHINERY_AREA, MACHINERY_AMOUNT, MACHINERY_NUMBER = 24_680, 8_964_000, 17
FUXING_YARD_COUNT = 64
UNEQUAL_YARDS = 48  # the register holds another number of households than the plan
OUTSIDE_PHOTOS = {"130700": 6, "130600": 4, "130200": 2}  # start photos taken outside the yard
OUTSIDE_HOUSEHOLDS = 168  # of the one community started outside the plan


def read_counties(path: Path) -> list[County]:
    """The 167 county-level units of the official list, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {"district", "county_city", "county", "autonomous_county"}
    return [
        County(
            row["code"],
            row["name_zh"],
            row["parent_code"],
            float(row["longitude"]),
            float(row["latitude"]),
            row["kind"] in {"district", "county_city"},
        )
        for row in rows
        if row["kind"] in kinds
    ]


def build(*, counties: list[County], seed: int, today: datetime.date, scale: float = 1.0) -> YearPlan:
    """Same arguments, same plan, to the last digit. `scale` < 1 makes a small year for tests."""
    rng = Random(seed)
    streets = [street for county in counties for street in streets_of(county, rng)]
    ground, names = Ground(streets, rng), Names(rng)
    works = []
    for unit in anchors.targets(scale):
        works += _works_of(unit, [county for county in counties if county.unit == unit.code], scale, names, rng)
    extra = _outside_plan(counties, names)
    _measure(works, scale, rng)
    for one in [*works, extra]:
        for yard in one.yards:
            _settle(yard, ground, rng)
    _number([*works, extra])
    lay_days(works, extra, anchors.targets(scale), rng, scale)
    lay_reports([*works, extra], round(anchors.PAID_BY_MAY * scale), rng)
    _plant(works, rng, scale)
    past = lay_past(counties, names, ground, rng, scale)
    spare, later = lay_later(counties, names, ground, rng, today, scale)
    _code_yards([yard for one in [*works, extra] for yard in one.yards] + past + spare)
    return YearPlan(streets, [*works, extra], past, spare, later)


def _works_of(unit: UnitTargets, counties: list[County], scale: float, names: Names, rng: Random) -> list[Works]:
    """The unit's projects with the month of their start, in the order of their starts."""
    if unit.code == CANGZHOU:
        counties = [county for county in counties if county.code in CANGZHOU_COUNTIES]
    pinned = _fuxing_pinned(names, scale) if any(county.code == FUXING for county in counties) else []
    rooms = list(unit.starts)
    for one in pinned:
        rooms[one.start_month - 1] -= 1
    free = []
    for county, number in zip(counties, _split(unit.planned - len(pinned), counties, scale, len(pinned), rng), strict=True):
        pace = rng.uniform(-0.28, 0.28)
        free += [(rng.random() + pace, place, one) for place, one in enumerate(_grouped(county, number, names, rng))]
    free.sort(key=lambda row: (row[0], row[2].county, row[1]))
    for one, bucket in fill([row[2] for row in free], rooms):
        one.start_month = bucket + 1
    return pinned + [row[2] for row in free]


def _split(total: int, counties: list[County], scale: float, pinned: int, rng: Random) -> list[int]:
    """Communities per county: each has one when there are enough, towns have more."""
    weights = [(1.5 if county.town else 0.8) * rng.uniform(0.6, 1.4) for county in counties]
    least = 1 if total >= len(counties) else 0
    fixed = [0] * len(counties)
    for place, county in enumerate(counties):
        if county.code == FUXING and pinned > 1:
            fixed[place], weights[place] = FUXING_YARD_COUNT - pinned - least, 0
    rest = total - sum(fixed) - least * len(counties)
    return [least + a + b for a, b in zip(fixed, shares(rest, weights), strict=True)]


def _grouped(county: County, number: int, names: Names, rng: Random) -> list[Works]:
    """About 85 % of the projects hold one community, the others two to four."""
    found = []
    while number > 0:
        size = min(number, rng.choices((1, 2, 3, 4), (85, 8, 4, 3))[0])
        number -= size
        yards = [Yard(county.code, "", names.take(county.code), with_flats=True) for _ in range(size)]
        found.append(Works(county.code, county.unit, yards))
    return found


def _fuxing_pinned(names: Names, scale: float) -> list[Works]:
    rows = FUXING_YARDS if scale >= 1 else FUXING_YARDS[:1]
    found = []
    for name, _street, households, month, percent in rows:
        yard = Yard(FUXING, "", names.take(FUXING, name), with_flats=True, households=households)
        found.append(Works(FUXING, "130400", [yard], start_month=month, pinned_percent=percent))
    return found


def _outside_plan(counties: list[County], names: Names) -> Works:
    """One community that Dingzhou started without having planned it: 42 of 41."""
    county = next(county for county in counties if county.unit == DINGZHOU)
    yard = Yard(county.code, "", names.take(county.code), households=OUTSIDE_HOUSEHOLDS, area=13_100, amount=2_450_000)
    return Works(county.code, county.unit, [yard], start_month=5, in_plan=False)


def _measure(works: list[Works], scale: float, rng: Random) -> None:
    """Households, m² and yuan: exact for the province and for Cangzhou."""
    pairs = [(one, yard) for one in works for yard in one.yards]
    cangzhou, others = [pair for pair in pairs if pair[0].unit == CANGZHOU], [pair for pair in pairs if pair[0].unit != CANGZHOU]
    few = round(anchors.CANGZHOU_HOUSEHOLDS * scale)
    _households(cangzhou, few, round(anchors.CANGZHOU_STARTED_HOUSEHOLDS * scale), rng)
    by_may = anchors.STARTED_HOUSEHOLDS_BY_MAY - anchors.CANGZHOU_STARTED_HOUSEHOLDS - OUTSIDE_HOUSEHOLDS
    _households(others, round(anchors.HOUSEHOLDS * scale) - few, round(by_may * scale), rng)
    area, amount = round(anchors.CANGZHOU_AREA * scale), round(anchors.CANGZHOU_AMOUNT * scale / 1000)
    _areas([yard for _, yard in cangzhou], area, amount, rng)
    _areas([yard for _, yard in others], round(anchors.AREA * scale) - area, round(anchors.AMOUNT * scale / 1000) - amount, rng)


def _households(pairs: list[tuple[Works, Yard]], total: int, by_may: int, rng: Random) -> None:
    open_yards: dict[bool, list[Yard]] = {True: [], False: []}
    for one, yard in pairs:
        if yard.households:
            total -= yard.households
            by_may -= yard.households if one.start_month <= 5 else 0
        else:
            open_yards[one.start_month <= 5].append(yard)
    if not open_yards[False] or not open_yards[True]:
        by_may = total if open_yards[True] else 0
    for early, part in ((True, by_may), (False, total - by_may)):
        for yard, households in zip(open_yards[early], sizes(rng, len(open_yards[early]), part), strict=True):
            yard.households = households


def _areas(yards: list[Yard], area: int, thousands: int, rng: Random) -> None:
    machinery = [yard for yard in yards if yard.name == MACHINERY and yard.county == FUXING]
    for yard in machinery:
        yard.area, yard.amount = MACHINERY_AREA, MACHINERY_AMOUNT
        area, thousands = area - MACHINERY_AREA, thousands - MACHINERY_AMOUNT // 1000
    open_yards = [yard for yard in yards if not yard.area]
    for yard, part in zip(open_yards, shares(area, [yard.households * rng.uniform(0.82, 1.2) for yard in open_yards]), strict=True):
        yard.area = part
    for yard, part in zip(open_yards, shares(thousands, [yard.area * rng.uniform(0.8, 1.25) for yard in open_yards]), strict=True):
        yard.amount = part * 1000


def _settle(yard: Yard, ground: Ground, rng: Random) -> None:
    street = next((row[1] for row in FUXING_YARDS if yard.county == FUXING and row[0] == yard.name), "")
    if yard.name == MACHINERY and street:
        yard.built, yard.address = 1984, "二六七二街道机械厂路12号"
    else:
        yard.built = min(2000, max(1958, round(rng.gauss(1988, 6))))
    ground.place(yard, street)
    furnish(yard, rng)
    yard.counted_households = yard.households


def _number(works: list[Works]) -> None:
    """Project codes by county; the machinery-factory yard has number 17, as in the design."""
    used: dict[str, int] = {}
    for number, one in enumerate(works):
        one.year = 2021
        first = one.yards[0]
        if first.name == MACHINERY and one.county == FUXING:
            serial = MACHINERY_NUMBER
        else:
            serial = used.get(one.county, 0) + 1
            serial += one.county == FUXING and serial == MACHINERY_NUMBER
            used[one.county] = serial
        one.code = f"HB{one.county}-2021-{serial:03d}"
        one.name = f"{first.name}改造项目" if one.size == 1 else f"{first.name}等{one.size}个小区改造项目"
        one.party, one.supervisor = FIRMS[number % len(FIRMS)], SUPERVISORS[number % len(SUPERVISORS)]
        if serial == MACHINERY_NUMBER and one.county == FUXING:
            one.party = "示例建设公司"


def _plant(works: list[Works], rng: Random, scale: float) -> None:
    """Faults on purpose: photos outside the yard, and pairs whose register and plan differ by the same few households."""
    started = [one for one in works if one.started_on and one.start_month <= 5 and one.county != FUXING]
    for unit, number in OUTSIDE_PHOTOS.items():
        mine = [one for one in started if one.unit == unit and one.size == 1]
        for one in rng.sample(mine, min(len(mine), round(number * scale))):
            one.photo_outside = True
    yards = [yard for one in started if one.unit != CANGZHOU for yard in one.yards if yard.households > 60]
    chosen = rng.sample(yards, min(len(yards), round(UNEQUAL_YARDS * scale)) // 2 * 2)
    for more, less in zip(chosen[::2], chosen[1::2], strict=True):
        difference = rng.randint(1, 6)
        more.counted_households += difference
        less.counted_households -= difference


def _code_yards(yards: list[Yard]) -> None:
    """Registration codes: county and five digits."""
    used: dict[str, int] = {}
    for yard in yards:
        used[yard.county] = used.get(yard.county, 0) + 1
        yard.code = f"{yard.county}{used[yard.county]:05d}"
