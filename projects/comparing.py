"""Pure rules of schemes: what a version costs, how two versions differ, and when a vote on one no longer holds for the other."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# a version dearer than the voted one by more than this many per cent needs a new vote; exactly this many does not [open]
DEARER_PERCENT = 10


Key = tuple[int | None, str, str, str]  # community, building, kind, name


def without_spaces(text: str) -> str:
    """ "3 号楼" and "3号楼" are one building, and one name."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Line:
    """One work item of a version, as far as two versions are compared; `amount` in yuan with at most two decimals.

    `unit_price` is yuan per unit, None for an amount agreed as a whole. `community` is a community's id, None for the whole
    project. `intent` is the side that is to pay, "" while nobody is named. `item` is the id of the catalogue's item that it was
    chosen as, None for a work that the catalogue does not know.
    """

    kind: str
    name: str
    quantity: Decimal
    unit: str
    amount: Decimal
    unit_price: Decimal | None = None
    community: int | None = None
    building: str = ""
    intent: str = ""
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    item: int | None = None

    @property
    def key(self) -> Key:
        """What makes it the same work in two versions: where it is, its kind and its name, spaces aside."""
        return self.community, without_spaces(self.building), self.kind, without_spaces(self.name)


@dataclass(frozen=True, slots=True)
class Difference:
    """One item in two versions: `state` is added, removed, changed or same; the missing side is None."""

    state: str
    before: Line | None
    after: Line | None

    @property
    def fields(self) -> list[FieldChange]:
        """Of a changed item: which figures, from -> to."""
        return field_changes(self.before, self.after) if self.before and self.after else []

    @property
    def amount(self) -> Decimal:
        """What it adds to the estimate, yuan; less than 0 where it costs less or was removed."""
        return (self.after.amount if self.after else Decimal(0)) - (self.before.amount if self.before else Decimal(0))

    @property
    def line(self) -> Line:
        """The item as it stands in the newer version that holds it."""
        line = self.after or self.before
        assert line is not None
        return line


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a vote no longer holds: `code` added or dropped with the items' names, or dearer with both estimates in yuan."""

    code: str
    names: tuple[str, ...] = ()
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


def priced(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity × unit price in yuan, rounded half up to the fen, as the database rounds it."""
    return (quantity * unit_price).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A figure or word that differs: `field` is its name, the values as they are."""

    field: str
    before: object
    after: object


COMPARED = ("quantity", "unit", "unit_price", "amount", "intent", "starts_on", "ends_on")


def field_changes(before: object, after: object, fields: Sequence[str] = COMPARED) -> list[FieldChange]:
    """Which of the fields differ between two lines, or two other things that have them, from -> to."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in fields)
    return [FieldChange(name, old, new) for name, old, new in pairs if old != new]


def fen(yuan: Decimal) -> int:
    """Yuan in whole fen, for exact comparisons."""
    return int(yuan * 100)


def estimate(lines: Sequence[Line]) -> Decimal:
    """What a version costs, yuan: the sum of its items."""
    return sum((line.amount for line in lines), Decimal(0))


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """Every item of either version: those of the newer one in their order, then those that were removed."""
    old = {line.key: line for line in before}
    new = {line.key for line in after}
    found = []
    for line in after:
        was = old.get(line.key)
        state = "added" if was is None else "changed" if field_changes(was, line) else "same"
        found.append(Difference(state, was, line))
    return found + [Difference("removed", line, None) for line in before if line.key not in new]


def dearer(before: int, after: int, percent: int = DEARER_PERCENT) -> bool:
    """Whether `after` fen is more than `percent` % above `before` fen, in integers: exactly `percent` % is not."""
    return after * 100 > before * (100 + percent)


def material_change(before: Sequence[Line], after: Sequence[Line]) -> list[Reason]:
    """Why a vote on `before` does not hold for `after`; empty where it does (DOMAIN.md section 5: a changed scheme needs a new vote).

    An item added or dropped, or an estimate more than DEARER_PERCENT dearer. `before` is the version that was voted, not
    the one just before: several small steps add up. A cheaper scheme with the same items keeps its vote.
    """
    found = differences(before, after)
    reasons = [
        Reason(code, names)
        for code, state in (("added", "added"), ("dropped", "removed"))
        if (names := tuple(row.line.name for row in found if row.state == state))
    ]
    old, new = estimate(before), estimate(after)
    if dearer(fen(old), fen(new)):
        reasons.append(Reason("dearer", before=old, after=new))
    return reasons
