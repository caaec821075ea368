"""The 6,311 communities renovated from 2018 to 2020: counts in the register only."""

from __future__ import annotations

from random import Random

from demo import anchors
from demo.anchors import UNITS, shares
from demo.names import Names
from demo.shapes import County, Yard
from demo.yards import Ground, sizes

YEARS = {2018: 1_420, 2019: 2_280, 2020: 2_611}  # synthetic split; the sum is public


def lay_past(counties: list[County], names: Names, ground: Ground, rng: Random, scale: float) -> list[Yard]:
    """Yards without buildings or flats; their households and m² sum exactly to what 2018–2020 must hold."""
    total = round(anchors.PAST_COMMUNITIES * scale)
    by_unit = dict(zip(UNITS, shares(total, [row[0] for row in UNITS.values()]), strict=True))
    years = [year for year, number in zip(YEARS, shares(total, list(YEARS.values())), strict=True) for _ in range(number)]
    rng.shuffle(years)
    yards: list[Yard] = []
    for unit, number in by_unit.items():
        mine = [county for county in counties if county.unit == unit]
        weights = [(1.5 if county.town else 0.7) * rng.uniform(0.6, 1.4) for county in mine]
        for county, part in zip(mine, shares(number, weights), strict=True):
            yards += [Yard(county.code, "", names.take(county.code)) for _ in range(part)]
    households = sizes(rng, len(yards), round(anchors.PAST_HOUSEHOLDS * scale))
    areas = shares(round(anchors.PAST_AREA * scale), [number * rng.uniform(0.82, 1.2) for number in households])
    for yard, year, number, area in zip(yards, years, households, areas, strict=True):
        yard.renovated, yard.households, yard.area = year, number, area
        yard.built = min(2000, max(1955, round(rng.gauss(1985, 7))))
        yard.building_count = max(1, round(number / rng.randint(30, 60)))
        yard.unit_count = max(yard.building_count, -(-number // 12))
        yard.population = round(number * rng.uniform(2.2, 2.9))
        yard.elderly = round(yard.population * rng.uniform(0.18, 0.42))
        yard.owner_kind = rng.choices(("reform", "unit_owned", "commodity", "mixed"), (55, 20, 15, 10))[0]
        yard.management = rng.choices(("professional", "committee", "self", "none"), (45, 30, 15, 10))[0]
        ground.place(yard)
    return yards
