"""Figures on screen are exact: rounding, rates, bars, changes."""

from decimal import Decimal
from fractions import Fraction

import pytest

from common import display


@pytest.mark.parametrize(
    ("part", "whole", "digits", "expected"),
    [
        (2237, 3057, 1, "73.2"),
        (2237, 3057, 2, "73.18"),
        (743, 3057, 1, "24.3"),
        (42, 41, 1, "102.4"),
        (1, 8, 1, "12.5"),
        (1, 16, 1, "6.3"),  # 6.25: half goes up
        (1, 80, 1, "1.3"),  # 1.25 would be 1.2 in binary or to even
        (0, 12, 1, "0.0"),
        (250, 312, 0, "80"),
    ],
)
def test_a_rate_is_rounded_half_up_and_never_clamped(part, whole, digits, expected):
    assert str(display.percent(part, whole, digits)) == expected


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (5, 0), (None, 10), (5, None)])
def test_without_a_plan_there_is_no_rate_and_no_bar(part, whole):
    assert display.percent(part, whole) is None
    assert display.bar(part, whole) is None


def test_rounding_is_symmetric_and_knows_no_negative_zero():
    assert str(display.round_half_up("-0.05", 1)) == "-0.1"
    assert str(display.round_half_up("-0.04", 1)) == "0.0"
    assert str(display.round_half_up(2.675, 2)) == "2.68"
    assert str(display.round_half_up(Fraction(1, 3), 3)) == "0.333"


def test_thousands_are_grouped():
    assert display.group(3057) == "3,057"
    assert display.group(520000) == "520,000"
    assert display.group(Decimal("896.40")) == "896.40"
    assert display.group(-1234, 1) == "−1,234.0"
    assert display.group(None) == ""
    assert display.group(0) == "0"


def test_large_units():
    assert display.ten_thousands(520_000) == "52.0"
    assert display.ten_thousands(371_280, 2) == "37.13"
    assert display.hundred_millions(2_130_000_000) == "21.3"
    assert display.billions(2_130_000_000) == "2.13"


def test_a_bar_up_to_the_plan_is_drawn_to_one_hundred():
    bar = display.bar(2237, 3057, tick=90)
    assert (str(bar.ground), str(bar.value), str(bar.over), str(bar.tick)) == ("100.0", "73.2", "0.0", "90.0")


def test_a_bar_above_the_plan_runs_on_with_a_darker_end():
    bar = display.bar(42, 41, tick=90)
    assert (str(bar.ground), str(bar.value), str(bar.over), str(bar.tick)) == ("90.9", "90.9", "2.2", "81.8")


def test_a_bar_ends_at_one_hundred_and_ten_but_its_number_does_not():
    bar = display.bar(300, 100)
    assert bar.value + bar.over == Decimal("100.0")
    assert str(display.percent(300, 100)) == "300.0"


def test_rows_of_one_table_share_a_scale():
    assert str(display.bar(112, 130, scale=110).value) == "78.3"


def test_a_change_has_a_direction_and_no_sign():
    up = display.change("73.2", "49.2")
    assert (up.direction, up.mark, str(up.amount)) == ("up", "▲", "24.0")
    down = display.change("92.4", "93.5")
    assert (down.mark, str(down.amount)) == ("▼", "1.1")
    assert display.change("1.01", "1.00").direction == "same"
    assert display.change(None, 3) is None


def test_a_spark_runs_from_left_to_right_and_high_is_up():
    points = display.spark_points([125, 342, 743, 1502, 2237])
    assert points[0] == (Decimal("0.0"), Decimal("22.0"))
    assert points[-1] == (Decimal("66.0"), Decimal("4.0"))
    assert display.spark_points([5]) == []
    assert [p[1] for p in display.spark_points([7, 7, 7])] == [Decimal("13.0")] * 3


def test_a_lag_is_grey_amber_or_red():
    assert display.lag("102.4", 90) == ("reached", Decimal("12.4"))
    assert display.lag("79.9", 90) == ("behind", Decimal("10.1"))
    assert display.lag("75.0", 90) == ("near", Decimal("15.0"))
    assert display.lag("65.0", 90) == ("fail", Decimal("25.0"))
    assert display.lag(None, 90) is None
