"""Flats and owners of the plan year's yards: more than half a million rows each, made and sealed piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random

import django

from common.crypto import seal
from communities.models import Household, Owner
from communities.owners import household_key, person_of
from demo.copying import copy_text, reserve_ids
from demo.names import people
from demo.shapes import Yard

FAKE_PREFIX = "123"  # no mobile number of the country starts like this
OWNERS_OF_TWO = 0.01  # share of flats whose owner also has the flat before
PHONES = 0.88
COUPLES = 0.09
BATCH = 24  # yards per piece of work


@dataclass(frozen=True, slots=True)
class FlatsJob:
    """A yard whose flats are to be made: everything a worker process needs."""

    seed: int
    community_id: int
    code: str
    area: int
    buildings: tuple[tuple[int, str, int, int, int], ...]  # id, name, stairwells, storeys, households
    first_id: int


def flats_of(job: FlatsJob) -> tuple[str, str, int]:
    """(household lines, owner lines, number of households) of a yard in COPY's text format."""
    rng = Random(f"{job.seed}:{job.code}")
    total = sum(building[4] for building in job.buildings)
    if not total:
        return "", "", 0
    names = people(rng, total)
    seconds = people(rng, total)
    base = job.area / total * 0.9  # exclusive area is about nine tenths of the floor area
    households, owners = [], []
    number, phone, name = 0, "", ""
    for building_id, building, units, storeys, flats in job.buildings:
        wide = max(1, -(-flats // (max(units, 1) * max(storeys, 1))))
        for place in range(flats):
            unit, inside = divmod(place, wide * max(storeys, 1))
            floor, door = divmod(inside, wide)
            exclusive = base * (1 + 0.12 * ((door % 3) - (wide - 1) / 2)) * (0.98 + 0.04 * rng.random())
            if not (number and rng.random() < OWNERS_OF_TWO):
                name = names[number]
                phone = f"{FAKE_PREFIX}{rng.randrange(10**8):08d}" if rng.random() < PHONES else ""
            pk = job.first_id + number
            stair, flat = str(unit + 1), f"{floor + 1}{door + 1:02d}"
            households.append(f"{pk}\t{job.community_id}\t{building_id}\t{stair}\t{flat}\t{max(exclusive, 18):.2f}\t{seal(phone)}\n")
            key = household_key(job.code, building, stair, flat)
            owners.append(f"{pk}\t{seal(name)}\t{person_of(name, phone, key)}\n")
            if rng.random() < COUPLES and seconds[number] != name:
                owners.append(f"{pk}\t{seal(seconds[number])}\t{person_of(seconds[number], phone, key)}\n")
            number += 1
    return "".join(households), "".join(owners), number


def _batch(jobs: Sequence[FlatsJob]) -> tuple[str, str, int]:
    made = [flats_of(job) for job in jobs]
    return "".join(m[0] for m in made), "".join(m[1] for m in made), sum(m[2] for m in made)


def copy_flats(seed: int, yards: Sequence[tuple[Yard, int, Sequence[int]]], processes: int) -> int:
    """Write the flats and owners of (yard, community id, building ids); returns the number of flats.

    With more than one process the sealing runs beside the database's work.
    """
    total = sum(building.households for yard, _, _ in yards for building in yard.buildings)
    first = reserve_ids(Household, total).start
    jobs = []
    for yard, community_id, building_ids in yards:
        buildings = tuple(
            (pk, one.name, one.units, one.storeys, one.households) for pk, one in zip(building_ids, yard.buildings, strict=True)
        )
        jobs.append(FlatsJob(seed, community_id, yard.code, yard.area, buildings, first))
        first += sum(one.households for one in yard.buildings)
    batches = [jobs[i : i + BATCH] for i in range(0, len(jobs), BATCH)]
    if processes > 1:
        with ProcessPoolExecutor(processes, mp_context=get_context("forkserver"), initializer=django.setup) as pool:
            _copy(pool.map(_batch, batches))
    else:
        _copy(map(_batch, batches))
    return total


def _copy(made: Iterator[tuple[str, str, int]]) -> None:
    owners: list[str] = []

    def households() -> Iterator[str]:
        for lines, owner_lines, _ in made:
            owners.append(owner_lines)
            yield lines

    columns = ["id", "community_id", "building_id", "unit", "door", "exclusive_area", "phone_sealed"]
    copy_text(Household, columns, households())
    copy_text(Owner, ["household_id", "name_sealed", "person"], iter(owners))
