"""Yards: where they lie, what stands in them, how big they are."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import cos, radians, sqrt
from random import Random

from common.text import pinyin
from demo.anchors import FUXING, shares
from demo.names import COMMITTEES, FUXING_STREETS, ROADS, STREETS
from demo.shapes import Building, County, Street, Yard

METRE = 1 / 111_320  # degrees of latitude
SPACING = 60  # metres between two yards


def streets_of(county: County, rng: Random) -> list[Street]:
    """Three to seven sub-districts with three to five committees each; Fuxing's are those of the design."""
    names = FUXING_STREETS if county.code == FUXING else rng.sample(STREETS, rng.randint(4, 7) if county.town else rng.randint(3, 4))
    found = []
    for number, name in enumerate(names, start=1):
        code = f"{county.code}{number:03d}"
        chosen = rng.sample(COMMITTEES, rng.randint(3, 5))
        committees = [(f"{code}{place:03d}", f"{word}社区") for place, word in enumerate(chosen, start=1)]
        longitude, latitude = county.longitude + rng.uniform(-0.03, 0.03), county.latitude + rng.uniform(-0.024, 0.024)
        found.append(Street(code, name, county.code, round(longitude, 6), round(latitude, 6), committees))
    return found


@lru_cache(maxsize=5_000)
def english(name: str) -> str:
    """A sub-district's or committee's name in pinyin: 胜利桥街道 -> Shengliqiao Sub-district."""
    for ending, words in (("街道", "Sub-district"), ("社区", "Community")):
        if name.endswith(ending):
            return f"{pinyin(name[: -len(ending)]).replace(' ', '').capitalize()} {words}"
    return pinyin(name).replace(" ", "").capitalize()


class Ground:
    """Places yards at least SPACING metres apart, near their sub-district."""

    def __init__(self, streets: list[Street], rng: Random) -> None:
        self.rng = rng
        self.by_county: dict[str, list[Street]] = {}
        self.by_name: dict[tuple[str, str], Street] = {}
        for street in streets:
            self.by_county.setdefault(street.county, []).append(street)
            self.by_name[street.county, street.name] = street
        self.cells: set[tuple[int, int]] = set()

    def _free(self, longitude: float, latitude: float) -> bool:
        x, y = round(longitude / (SPACING * METRE * 1.3)), round(latitude / (SPACING * METRE))
        if any((x + i, y + j) in self.cells for i in (-1, 0, 1) for j in (-1, 0, 1)):
            return False
        self.cells.add((x, y))
        return True

    def place(self, yard: Yard, street_name: str = "") -> None:
        """Give the yard a committee, a position and an address."""
        rng = self.rng
        street = self.by_name[yard.county, street_name] if street_name else rng.choice(self.by_county[yard.county])
        yard.region = rng.choice(street.committees)[0]
        spread = 0.008
        longitude, latitude = street.longitude, street.latitude
        for _ in range(200):
            longitude, latitude = street.longitude + rng.uniform(-spread, spread) * 1.25, street.latitude + rng.uniform(-spread, spread)
            if self._free(longitude, latitude):
                break
            spread *= 1.04
        yard.longitude, yard.latitude = round(longitude, 6), round(latitude, 6)
        yard.address = yard.address or f"{street.name}{rng.choice(ROADS)}{rng.randint(1, 398)}号"


def furnish(yard: Yard, rng: Random) -> None:
    """Everything about a yard that follows from its households and area."""
    yard.built = yard.built or 1985
    yard.owner_kind = rng.choices(("reform", "unit_owned", "commodity", "mixed"), (55, 20, 15, 10))[0]
    yard.management = rng.choices(("none", "committee", "self", "unit", "professional"), (40, 25, 12, 15, 8))[0]
    yard.population = round(yard.households * rng.uniform(2.2, 2.9))
    yard.elderly = round(yard.population * rng.uniform(0.18, 0.42))
    yard.illegal_area = rng.randint(20, 600) if rng.random() < 0.3 else 0
    _build(yard, rng)
    yard.outline = _outline(yard)


def _build(yard: Yard, rng: Random) -> None:
    machinery = yard.name == "机械厂家属院" and yard.households == 312
    number = 9 if machinery else max(1, round(yard.households / rng.randint(28, 60)))
    counts = shares(yard.households, [rng.uniform(0.7, 1.3) for _ in range(number)])
    if machinery:
        counts = [36] * 8 + [24]  # 26 stairwells of 12 flats, as drawn
    areas = shares(yard.area * 100, counts)
    for place, (households, area) in enumerate(zip(counts, areas, strict=True), start=1):
        storeys = 6 if machinery else rng.choice((4, 5, 5, 6, 6, 6))
        wide = 2 if machinery else rng.choice((2, 2, 3))
        units = max(1, -(-households // (storeys * wide)))
        yard.buildings.append(Building(f"{place}号楼", units, storeys, households, Decimal(area) / 100))
    yard.building_count = number
    yard.unit_count = sum(building.units for building in yard.buildings)


def _outline(yard: Yard) -> list[list[float]]:
    """A rectangle whose ground is about two fifths of the floor area, around the position."""
    half = sqrt(max(yard.area, 800) * 0.4) / 2
    dx, dy = half * 1.2 * METRE / cos(radians(yard.latitude)), half / 1.2 * METRE
    x, y = yard.longitude, yard.latitude
    corners = ((x - dx, y - dy), (x + dx, y - dy), (x + dx, y + dy), (x - dx, y + dy))
    return [[round(a, 6), round(b, 6)] for a, b in corners]


def sizes(rng: Random, number: int, total: int, least: int = 24) -> list[int]:
    """`number` household counts that sum to `total`; most small, a few big."""
    if number == 0:
        return []
    least = min(least, total // number)
    return [least + extra for extra in shares(total - least * number, [rng.lognormvariate(0, 0.75) for _ in range(number)])]
