"""Months, units of money and doubts, without a database."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import Reported, doubts_of, last_day, month_after, month_before, month_of, wan_of_yuan, whole_percent, yuan_of_wan


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("402.5", "4025000"), ("0", "0"), ("1,208", "12080000"), ("0.000001", "0.01"), (" 31.4 ", "314000"), ("402.123456", "4021234.56")],
)
def test_wan_become_exact_yuan(typed, yuan):
    assert yuan_of_wan(typed) == Decimal(yuan)


@pytest.mark.parametrize("typed", ["", "abc", "1.2.3", "0.0000001", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount_is_none(typed):
    assert yuan_of_wan(typed) is None


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_yuan_survive_the_way_to_the_screen_and_back(yuan):
    assert yuan_of_wan(wan_of_yuan(yuan)) == yuan


def test_wan_show_at_least_two_decimals():
    assert wan_of_yuan(Decimal("4025000.00")) == "402.50"
    assert wan_of_yuan(Decimal("0.00")) == "0.00"


@pytest.mark.parametrize(
    ("typed", "number"), [("72", 72), ("72%", 72), ("０", 0), ("100", 100), ("101", None), ("-1", None), ("7.5", None), ("", None)]
)
def test_percentages_are_whole_numbers_up_to_100(typed, number):
    assert whole_percent(typed) == number


@given(st.dates(min_value=datetime.date(2018, 1, 1), max_value=datetime.date(2099, 12, 31)))
def test_the_month_after_the_month_before_is_the_month(day):
    month = day.replace(day=1)
    assert month_after(month_before(month)) == month
    assert last_day(month) + datetime.timedelta(days=1) == month_after(month)


@pytest.mark.parametrize("text", ["", "2021", "2021-13", "2021-06-01", "x"])
def test_what_is_no_month_is_none(text):
    assert month_of(text) is None


def doubts(percent, paid, before=None, after=None, contract=1000, elsewhere=0, note=""):
    found = doubts_of(
        Reported(percent, Decimal(paid)),
        before=Reported(*before) if before else None,
        after=Reported(*after) if after else None,
        contract_amount=Decimal(contract),
        paid_elsewhere=Decimal(elsewhere),
        note=note,
    )
    return [(doubt.code, doubt.field) for doubt in found]


def test_growing_progress_raises_no_doubt():
    assert doubts(60, 500, before=(50, Decimal(400))) == []


def test_less_than_the_month_before_needs_a_note():
    assert doubts(40, 300, before=(50, Decimal(400))) == [("less_than_before", "percent"), ("less_than_before", "paid_amount")]
    assert doubts(40, 300, before=(50, Decimal(400)), note="更正") == []


def test_more_than_the_following_month_needs_a_note():
    assert doubts(60, 500, after=(50, Decimal(600))) == [("more_than_after", "percent")]


def test_no_note_lets_more_through_than_the_contract():
    assert doubts(60, 1001, note="更正") == [("over_contract", "paid_amount")]
    assert doubts(60, 1000) == []
    assert doubts(60, 600, elsewhere=401) == [("over_contract", "paid_amount")]
