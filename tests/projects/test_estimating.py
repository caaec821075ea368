"""The estimate: totals, price bands, what the works come to. Table-driven, no database."""

from decimal import Decimal

import pytest

from projects.choices import Output
from projects.comparing import Line
from projects.estimating import Band, Limits, class_totals, converted, outputs, per, price_warning, side_totals, warnings

LIMITS = Limits(80, 600, 14_000, 38_000)
PIPES = Band("m", Decimal(200), Decimal(700), Output.PIPES, Decimal("0.001"))
CANTEEN = Band("m²", Decimal(1500), Decimal(4500), Output.FACILITY_AREA, Decimal(1))
BANDS = {1: PIPES, 2: CANTEEN}


def line(kind="water", quantity="100", unit="m", price: str | None = "500", item: int | None = 1, intent="", amount=""):
    yuan = Decimal(amount) if amount else Decimal(quantity) * Decimal(price or 0)
    return Line(kind, "一项", Decimal(quantity), unit, yuan, Decimal(price) if price else None, intent=intent, item=item)


@pytest.mark.parametrize(
    ("unit", "price", "outside"),
    [
        ("m", "200", False),
        ("m", "199.99", True),
        ("m", "700", False),
        ("m", "700.01", True),
        ("km", "700000", False),
        ("km", "700000.01", True),
        ("米", "800", True),
        ("栋", "9000", False),
        ("m", None, False),
    ],
    ids=["low", "below", "high", "above", "km", "km above", "another word", "not comparable", "a lump sum"],
)
def test_a_unit_price_is_measured_by_its_band_in_the_bands_unit(unit, price, outside):
    assert (price_warning(1, line(unit=unit, price=price, amount="1"), PIPES) is not None) == outside


def test_a_work_that_the_catalogue_does_not_know_is_not_measured():
    assert price_warning(1, line(item=None), None) is None


@pytest.mark.parametrize(
    ("yuan", "area", "households", "codes"),
    [
        ("800000", 10_000, 50, []),
        ("799999.99", 10_000, 50, ["square"]),
        ("6000000", 10_000, 200, []),
        ("6000000.01", 10_000, 200, ["square"]),
        ("1400000", 10_000, 100, []),
        ("1399999.99", 10_000, 100, ["household"]),
        ("3800000.01", 10_000, 100, ["household"]),
        ("100", 10_000, 100, ["square", "household"]),
        ("100", 0, 0, []),
    ],
)
def test_the_limits_of_the_whole_are_inside_and_a_fen_beyond_is_outside(yuan, area, households, codes):
    found = warnings([line(amount=yuan, price=None)], BANDS, floor_area=Decimal(area), household_count=households, limits=LIMITS)
    assert [each.code for each in found] == codes
    assert [each.needs_reason for each in found] == [code == "square" for code in codes]


def test_the_items_outside_their_bands_are_named_after_the_whole():
    items = [line(), line(price="900"), line(kind="meals", unit="m²", price="100", item=2)]
    found = warnings(items, BANDS, floor_area=None, household_count=None, limits=LIMITS)
    assert [(each.code, each.number, each.above) for each in found] == [("price", 2, True), ("price", 3, False)]


def test_totals_stand_per_class_and_per_side():
    items = [line(intent="government"), line(kind="lifts", intent="residents", item=None), line(kind="meals", item=None)]
    assert list(class_totals(items).values()) == [50_000, 50_000, 50_000]
    assert side_totals(items) == {"government": 50_000, "residents": 50_000, "society": 0, "": 50_000}
    assert (per(Decimal(100), 3), per(Decimal(100), 0), per(Decimal(100), None)) == (Decimal("33.33"), None, None)


def test_outputs_are_summed_in_their_own_units_and_a_facility_counts_once_per_item():
    items = [
        line(quantity="2.4", unit="km", price="1"),
        line(quantity="600"),
        line(quantity="5", unit="栋"),
        line(kind="meals", quantity="120", unit="㎡", item=2),
        line(kind="meals", quantity="80", unit="m²", item=2),
        line(item=None),
    ]
    assert [(each.output, each.amount, each.unit) for each in outputs(items, BANDS)] == [
        ("pipes", Decimal("3.0"), "km"), ("facilities", Decimal(2), ""), ("facility_area", Decimal(200), "m²"),
    ]  # fmt: skip


@pytest.mark.parametrize(("unit", "found"), [("m", 3), (" m ", 3), ("km", 3000), ("公里", 3000), ("m²", None), ("", None)])
def test_a_quantity_is_converted_or_not_at_all(unit, found):
    assert converted(Decimal(3), unit, "m") == found
