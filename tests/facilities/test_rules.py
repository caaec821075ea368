"""The rules of the living circle, as a table and as laws."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.checklist import BRINGS, BY_CODE, ITEMS, Judged
from facilities.choices import FacilityKind
from facilities.rules import (
    RANK,
    Provision,
    Standard,
    Yard,
    checked,
    inspection_due,
    judged_by_distance,
    months_later,
)

RULE = Standard()
FAST = settings(max_examples=50, deadline=None)


def judge(code, *places, population=900, rule=RULE):
    said = judged_by_distance(BY_CODE[code], places, population, rule)
    return said.verdict.value, said.why.value, said.metres


def place(kind, metres, area=1000.0, state="open", sure=False):
    return Provision(kind, metres, area, state, 1, sure)


@pytest.mark.parametrize(
    ("code", "places", "expected"),
    [
        ("elderly", [], ("missing", "none", None)),
        ("elderly", [place("elderly", 230)], ("met", "", 299)),
        ("elderly", [place("elderly", 232)], ("partly", "beyond", 302)),
        ("elderly", [place("elderly", 277)], ("missing", "far", 360)),
        ("elderly", [place("elderly", 276.9)], ("partly", "beyond", 360)),
        ("elderly", [place("elderly", 100, area=349)], ("partly", "small", 130)),
        ("elderly", [place("elderly", 100, area=None)], ("partly", "no_area", 130)),
        ("elderly", [place("elderly", 100, state="idle")], ("partly", "idle", 130)),
        ("elderly", [place("elderly", 100, state="planned")], ("partly", "to_come", 130)),
        ("elderly", [place("elderly", 100, state="planned", sure=True)], ("met", "", 130)),
        ("elderly", [place("elderly", 250, state="idle")], ("missing", "far", 325)),
        ("elderly", [place("elderly", 250), place("elderly", 100, state="idle")], ("partly", "idle", 130)),
        ("elderly", [place("elderly", 0, state="closed")], ("missing", "far", 0)),
        ("health", [place("health", 769)], ("met", "", 1000)),
        ("kindergarten", [place("kindergarten", 769)], ("missing", "far", 1000)),
        ("station", [place("centre", 100)], ("met", "", 130)),
        ("shops", [place("pharmacy", 90), place("pharmacy", 80), place("meals", 10)], ("partly", "few_kinds", 13)),
        ("shops", [place("pharmacy", 90), place("repair", 80), place("meals", 10)], ("met", "", 13)),
        ("parking", [place("parking", 50, area=None)], ("partly", "few_kinds", 65)),
        ("parking", [place("parking", 50, area=None), place("charging", 60, area=None)], ("met", "", 65)),
        ("green", [place("green", 10, area=None)], ("met", "", 13)),
    ],
)
def test_an_item_is_met_by_ring_area_state_and_number(code, places, expected):
    assert judge(code, *places) == expected


def test_parcel_points_are_counted_for_the_residents():
    points = [place("parcel", 50), place("parcel", 60)]
    assert judge("parcel", points[0], population=3000)[0] == "met"
    assert judge("parcel", points[0], population=3001)[:2] == ("partly", "few")
    assert judge("parcel", *points, population=3001)[0] == "met"


def test_areas_rings_and_tolerance_are_settings():
    assert judge("elderly", place("elderly", 100, area=300))[0] == "partly"
    rule = Standard(detour=1.0, rings={5: 200, 10: 400, 15: 800}, tolerance=0, areas={"elderly": 300})
    assert judge("elderly", place("elderly", 200, area=300), rule=rule) == ("met", "", 200)
    assert judge("elderly", place("elderly", 201, area=300), rule=rule)[0] == "missing"


def test_the_checklist_is_the_trial_standards():
    assert [item.number for item in ITEMS] == list(range(1, 21))
    assert len(BY_CODE) == 20
    for item in ITEMS:
        assert (item.judged == Judged.FACILITIES) == bool(item.kinds) == bool(item.ring), item.code
        assert item.kinds_needed <= max(1, len(item.kinds))
        assert item.judged == Judged.PERSON or item.suggest is not None, "a gap that leads nowhere"


def lines(**more):
    return {line.item.code: line for line in checked(Yard(900, True, **more), RULE)}


def test_the_works_of_a_scheme_count_afterwards_alone():
    found = lines(coming=[Provision("elderly", 0.0, None, "planned", None, True)], works=frozenset({"elderly", "water"}))
    assert (found["elderly"].before.verdict, found["elderly"].after.verdict) == ("missing", "met")
    assert (found["pipes"].before.verdict, found["pipes"].after.verdict) == ("partly", "met")
    small = lines(coming=[Provision("elderly", 0.0, 120.0, "planned", None, True)])
    assert (small["elderly"].after.verdict, small["elderly"].after.why) == ("partly", "small")


def test_a_building_site_of_the_communitys_own_project_counts_afterwards():
    own = lines(places=[place("elderly", 100, state="building", sure=True)])["elderly"]
    others = lines(places=[place("elderly", 100, state="building")])["elderly"]
    assert (own.before.verdict, own.after.verdict) == ("partly", "met")
    assert (others.before.verdict, others.after.verdict) == ("partly", "partly")


def test_what_no_distance_decides_comes_from_people_then_the_register_then_nobody():
    found = lines(assessed={"culture": "partly", "property": "met"}, register={"property": "missing", "pipes": "met"})
    assert [(found[code].before.verdict.value, found[code].before.why.value) for code in ("culture", "property", "pipes", "mechanism")] == [
        ("partly", "assessed"), ("met", "assessed"), ("met", "register"), ("unknown", "not_assessed"),
    ]  # fmt: skip


def test_completed_works_count_today_unless_somebody_says_otherwise():
    found = lines(works=frozenset({"water", "roads"}), done=frozenset({"water", "roads"}), assessed={"paths": "partly"})
    assert (found["pipes"].before.verdict, found["pipes"].before.why) == ("met", "done")
    assert (found["paths"].before.verdict, found["paths"].after.verdict) == ("partly", "met")


def test_without_a_position_nothing_is_claimed():
    found = {line.item.code: line for line in checked(Yard(900, False), RULE)}
    assert (found["elderly"].before.verdict, found["elderly"].before.why) == ("unknown", "no_position")


def test_work_items_bring_facilities_that_the_checklist_asks_for():
    asked = {kind for item in ITEMS for kind in item.kinds}
    assert set(BRINGS.values()) <= asked


places = st.lists(
    st.builds(
        Provision,
        st.sampled_from([kind.value for kind in FacilityKind]),
        st.floats(0, 1200),
        st.one_of(st.none(), st.floats(1, 3000)),
        st.sampled_from(["planned", "building", "open", "idle", "closed"]),
        st.integers(1, 99),
        st.booleans(),
    ),
    max_size=12,
)
distance_items = st.sampled_from([item for item in ITEMS if item.judged == Judged.FACILITIES])
people = st.integers(0, 9000)


def rank(item, found, population, rule=RULE):
    fitting = [each for each in found if each.kind in item.kinds]
    return RANK[judged_by_distance(item, fitting, population, rule).verdict]


@FAST
@given(distance_items, places, people, st.integers(0, 11), st.floats(0, 1))
def test_moving_a_facility_nearer_never_worsens_anything(item, found, population, which, share):
    nearer = [each._replace(metres=each.metres * share) if number == which else each for number, each in enumerate(found)]
    assert rank(item, nearer, population) >= rank(item, found, population)


@FAST
@given(distance_items, places, places, people)
def test_adding_facilities_never_worsens_anything(item, found, more, population):
    assert rank(item, found + more, population) >= rank(item, found, population)


@FAST
@given(distance_items, places, people, st.floats(1, 2), st.floats(1, 2))
def test_a_longer_detour_never_betters_anything(item, found, population, one, other):
    short, long = sorted((one, other))
    assert rank(item, found, population, Standard(detour=short)) >= rank(item, found, population, Standard(detour=long))


@FAST
@given(places, places)
def test_after_is_never_worse_than_before(found, coming):
    sure = [each._replace(sure=True, metres=0.0) for each in coming]
    for line in checked(Yard(900, True, places=found, coming=sure), RULE):
        assert RANK[line.after.verdict] >= RANK[line.before.verdict]


@pytest.mark.parametrize(
    ("opened", "done", "today", "due"),
    [
        ("2021-01-31", 0, "2021-04-29", None),
        ("2021-01-31", 0, "2021-04-30", (3, "2021-04-30")),
        ("2021-01-31", 3, "2021-06-30", None),
        ("2021-01-31", 3, "2021-07-31", (6, "2021-07-31")),
        ("2021-01-31", 0, "2022-06-01", (12, "2022-01-31")),
        ("2021-01-31", 12, "2025-01-01", None),
    ],
)
def test_an_inspection_is_due_three_six_and_twelve_months_after_the_opening(opened, done, today, due):
    day = datetime.date.fromisoformat
    found = inspection_due(day(opened), done, day(today))
    assert found == (due and (due[0], day(due[1])))


def test_months_end_where_the_month_ends():
    assert months_later(datetime.date(2020, 11, 30), 3) == datetime.date(2021, 2, 28)
    assert months_later(datetime.date(2021, 12, 1), 12) == datetime.date(2022, 12, 1)
