"""The frozen roll: read from the registry at the opening, with a hash that whoever holds the roll can compute again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from common.text import natural_key
from communities.models import Household
from surveys.codes import code_digest, code_of
from surveys.models import RollEntry, Round


@dataclass(frozen=True, slots=True)
class RollFigures:
    """What the round keeps of its roll; area in m²."""

    digest: str
    households: int
    area: Decimal
    heads: int


def registered(round_: Round) -> QuerySet[Household]:
    """The flats that the round would put on its roll now: all of the community, or those of the lift's stairwell."""
    rows = Household.objects.filter(community_id=round_.community_id)
    return rows.filter(building_id=round_.building_id, unit=round_.unit) if round_.building_id else rows


def head_of(secret: str, household_id: int, persons: Iterable[str | None]) -> str:
    """The buyer by head count: the same for every flat of the same owners, in this round only.

    Flats whose owners nobody registered are each their own head. Owners who hold one flat together are one head, and another
    than each of them alone [open].
    """
    known = sorted({person for person in persons if person})
    whole = "|".join(known) if known else f"flat {household_id}"
    return hmac.new(settings.FIELD_KEY, f"head|{secret}|{whole}".encode(), hashlib.sha256).hexdigest()[:32]


def entries_from_registry(round_: Round) -> list[RollEntry]:
    """Unsaved entries in the natural order of buildings, stairwells and doors, numbered from 1; one query."""
    persons = ArrayAgg("owners__person", filter=Q(owners__isnull=False), default=None)
    rows = (
        registered(round_)
        .order_by()
        .annotate(persons=persons)
        .values_list("pk", "unit", "door", "exclusive_area", "building__name", "persons")
    )
    found = sorted(rows, key=lambda row: (natural_key(row[4]), natural_key(row[1]), natural_key(row[2]), row[0]))
    return [
        RollEntry(
            round=round_,
            number=number,
            household_id=pk,
            building=building,
            unit=unit,
            door=door,
            area=area,
            head=head_of(round_.secret, pk, owners or ()),
            code_digest=code_digest(code_of(round_.secret, pk, 1)),
        )
        for number, (pk, unit, door, area, building, owners) in enumerate(found, 1)
    ]


def roll_line(entry: RollEntry) -> str:
    """One line of what is hashed: number|building|stairwell|door|area with two decimals|head."""
    return f"{entry.number}|{entry.building}|{entry.unit}|{entry.door}|{entry.area:.2f}|{entry.head}"


def figures_of(entries: Sequence[RollEntry]) -> RollFigures:
    """Hash (SHA-256 over the lines in the order of their numbers, each ended by a line feed) and sums of a roll."""
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda one: one.number):
        digest.update(roll_line(entry).encode() + b"\n")
    area = sum((entry.area for entry in entries), Decimal(0))
    return RollFigures(digest.hexdigest(), len(entries), area, len({entry.head for entry in entries}))


def masked_door(door: str) -> str:
    """ "402" -> "4**": what a page shows of a door."""
    return door[:1] + "*" * max(len(door) - 1, 0)
