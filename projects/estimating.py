"""Pure rules of a scheme's estimate: totals, yuan per m² and household, price bands, what the works come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.choices import OUTPUT_UNIT, WORK_CLASS, Output, Side, WorkClass
from projects.comparing import Line, estimate

# a quantity in the first unit is so many of the second
_CONVERTED: dict[tuple[str, str], Decimal] = {
    ("km", "m"): Decimal(1000),
    ("公里", "m"): Decimal(1000),
    ("米", "m"): Decimal(1),
    ("㎡", "m²"): Decimal(1),
    ("m2", "m²"): Decimal(1),
    ("平方米", "m²"): Decimal(1),
}


@dataclass(frozen=True, slots=True)
class Band:
    """What the catalogue says of an item: its unit, the typical price in yuan per unit, and what its quantity counts as."""

    unit: str
    low: Decimal
    high: Decimal
    output: str = ""
    factor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """Usual costs: yuan/m² outside `square_low`…`square_high` needs a reason (DOMAIN.md section 7), the others only warn."""

    square_low: int
    square_high: int
    household_low: int
    household_high: int


@dataclass(frozen=True, slots=True)
class Warned:
    """A figure outside its band. `code`: price (of the item `number`, from 1), square (yuan/m²) or household (yuan/household).

    `low` and `high` are the band; `value` is exact for prices and rounded to the fen for the two rates.
    """

    code: str
    value: Decimal
    low: Decimal
    high: Decimal
    number: int = 0
    name: str = ""
    unit: str = ""

    @property
    def needs_reason(self) -> bool:
        """Whether a version with it must say why."""
        return self.code == "square"

    @property
    def above(self) -> bool:
        """Whether it is too much, not too little."""
        return self.value > self.high


@dataclass(frozen=True, slots=True)
class Came:
    """What the works come to: `amount` of an output indicator in its unit, from so many items."""

    output: str
    amount: Decimal
    item_count: int

    @property
    def unit(self) -> str:
        """The indicator's unit, "" for numbers of things."""
        return OUTPUT_UNIT[self.output]


def converted(quantity: Decimal, unit: str, wanted: str) -> Decimal | None:
    """The quantity in another unit; None where the two cannot be compared."""
    if unit.strip() == wanted.strip():
        return quantity
    ratio = _CONVERTED.get((unit.strip(), wanted.strip()))
    return None if ratio is None else quantity * ratio


def per(yuan: Decimal, whole: Decimal | int | None) -> Decimal | None:
    """Yuan per m² or household, rounded to the fen; None without any."""
    return (yuan / whole).quantize(Decimal("0.01")) if whole else None


def class_totals(lines: Iterable[Line]) -> dict[WorkClass, Decimal]:
    """Yuan per class; every class is there."""
    found = dict.fromkeys(WorkClass, Decimal(0))
    for line in lines:
        found[WORK_CLASS[line.kind]] += line.amount
    return found


def side_totals(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Yuan per side that is to pay; "" for what nobody is named for."""
    found: dict[str, Decimal] = dict.fromkeys([*Side.values, ""], Decimal(0))
    for line in lines:
        found[line.intent] += line.amount
    return found


def price_warning(number: int, line: Line, band: Band | None) -> Warned | None:
    """The item's unit price outside its band; None inside, without a price, or where the units cannot be compared."""
    if band is None or line.unit_price is None:
        return None
    ratio = converted(Decimal(1), line.unit, band.unit)
    if ratio is None or band.low * ratio <= line.unit_price <= band.high * ratio:
        return None
    return Warned("price", line.unit_price, band.low * ratio, band.high * ratio, number, line.name, line.unit)


def warnings(
    lines: Sequence[Line], bands: Mapping[int, Band], *, floor_area: Decimal | None, household_count: int | None, limits: Limits
) -> list[Warned]:
    """All that lies outside its band: yuan/m² and yuan/household of the whole first, then the items in their order.

    `bands` by the id of the catalogue's item; exactly the limit is inside. Nothing is said of a whole without floor area.
    """
    found: list[Warned] = []
    total = estimate(lines)
    for code, whole, low, high in (
        ("square", floor_area, limits.square_low, limits.square_high),
        ("household", Decimal(household_count or 0), limits.household_low, limits.household_high),
    ):
        if whole and not low * whole <= total <= high * whole:
            rate = per(total, whole)
            assert rate is not None
            found.append(Warned(code, rate, Decimal(low), Decimal(high)))
    priced = (price_warning(number, line, bands.get(line.item or 0)) for number, line in enumerate(lines, start=1))
    return found + [each for each in priced if each]


def outputs(lines: Iterable[Line], bands: Mapping[int, Band]) -> list[Came]:
    """What the works come to, indicator by indicator, in the order of DOMAIN.md section 5; those that nothing counts for are missing.

    An item counted in m² of a service facility is one facility besides. A unit that cannot be converted counts for nothing.
    """
    amounts: dict[str, Decimal] = {}
    counts: dict[str, int] = {}
    for line in lines:
        band = bands.get(line.item or 0)
        quantity = converted(line.quantity, line.unit, band.unit) if band and band.output else None
        if band is None or quantity is None:
            continue
        also = [(Output.FACILITIES.value, Decimal(1))] if band.output == Output.FACILITY_AREA else []
        for output, amount in [(band.output, quantity * band.factor), *also]:
            amounts[output] = amounts.get(output, Decimal(0)) + amount
            counts[output] = counts.get(output, 0) + 1
    return [Came(output, amounts[output], counts[output]) for output in Output.values if output in amounts]
