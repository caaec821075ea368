"""Eligibility, positions, outlines: the pure rules, and that the database says the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.models import Community
from communities.rules import BUILT_UNTIL, RENOVATED_SINCE, ineligible_because, next_code, outline_fault, position_fault
from tests.factories.register import make_community

years = st.one_of(st.none(), st.integers(1950, 2030))
facts = st.fixed_dictionaries(
    {
        "renovated_year": years,
        "demolition_planned": st.booleans(),
        "built_year": years,
        "late_reason": st.sampled_from(["", "  ", "市政府批准", " x "]),
    }
)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"built_year": 2000}, []),
        ({"built_year": 2001}, ["too_new"]),
        ({"built_year": 2001, "late_reason": "冀建批 12 号"}, []),
        ({"built_year": 2001, "late_reason": "   "}, ["too_new"]),
        ({"built_year": None}, ["no_year"]),
        ({"built_year": 1980, "renovated_year": 2017}, []),
        ({"built_year": 1980, "renovated_year": 2018}, ["renovated"]),
        ({"built_year": 1980, "demolition_planned": True}, ["demolition"]),
        ({"built_year": 2005, "renovated_year": 2020, "demolition_planned": True}, ["renovated", "demolition", "too_new"]),
    ],
)
def test_every_reason_against_a_community_is_named(facts, codes):
    values = {"renovated_year": None, "demolition_planned": False, "late_reason": ""} | facts
    assert [reason.code for reason in ineligible_because(**values)] == codes


@given(facts)
def test_a_reason_never_disappears_when_another_one_comes(values):
    with_plan = ineligible_because(**values | {"demolition_planned": True})
    without = ineligible_because(**values | {"demolition_planned": False})
    assert set(without) < set(with_plan)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=facts)
def test_the_database_and_the_rule_agree_on_eligibility(tree, values):
    community = make_community(**values)
    by_rule = not ineligible_because(**values)
    assert Community.objects.eligible().filter(pk=community.pk).exists() is by_rule
    assert Community.objects.ineligible().filter(pk=community.pk).exists() is not by_rule


@pytest.mark.parametrize(
    ("position", "fault"),
    [((None, None), ""), ((114.5, 38.0), ""), ((114.5, None), "half"), ((38.0, 114.5), "outside"), ((0.0, 0.0), "outside")],
)
def test_a_position_is_whole_and_in_the_province(position, fault):
    assert position_fault(*position) == fault


SQUARE = [[114.46, 36.61], [114.461, 36.61], [114.461, 36.611], [114.46, 36.611]]


@pytest.mark.parametrize(
    ("outline", "fault"),
    [
        (None, ""),
        (SQUARE, ""),
        ("114,36", "form"),
        ([[114.46]], "form"),
        ([["114.46", "36.61"]] * 3, "form"),
        ([[True, 36.61]] * 3, "form"),
        ([], "corners"),
        (SQUARE[:2], "corners"),
        ([SQUARE[0]] * 5, "corners"),
        ([[lat, lon] for lon, lat in SQUARE], "outside"),
        ([[114.0, 36.5], [115.0, 36.5], [115.0, 37.0]], "size"),
    ],
)
def test_an_outline_is_one_yard_in_the_province(outline, fault):
    assert outline_fault(outline) == fault


def test_codes_carry_county_and_number():
    assert next_code("130404", 17) == "13040400017"
    assert (BUILT_UNTIL, RENOVATED_SINCE) == (2000, 2018)
