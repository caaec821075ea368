"""The plan in memory: its public anchors to the last community, and the same from the same seed."""

import datetime
from collections import Counter

import pytest

from demo.anchors import CANGZHOU, DINGZHOU, UNITS, shares, targets
from demo.shapes import Works, Yard, YearPlan
from demo.year import build, read_counties
from regions.operations import REGIONS_FILE

Day = datetime.date
TODAY = Day(2026, 11, 23)


def small(seed: int = 2021) -> YearPlan:
    return build(counties=read_counties(REGIONS_FILE), seed=seed, today=TODAY, scale=0.02)


@pytest.fixture(scope="module")
def plan() -> YearPlan:
    return build(counties=read_counties(REGIONS_FILE), seed=2021, today=TODAY)


def yards(plan: YearPlan, *, in_plan: bool = True) -> list[tuple[Works, Yard]]:
    return [(one, yard) for one in plan.works for yard in one.yards if one.in_plan or not in_plan]


def by(plan: YearPlan, what: str, day: Day) -> int:
    return sum(one.size for one in plan.works if (on := getattr(one, what)) and on <= day)


def test_the_plan_holds_exactly_the_public_communities_and_households(plan):
    assert len(yards(plan)) == 3057
    assert sum(yard.counted_households for _, yard in yards(plan)) == 520_000
    assert sum(yard.households for _, yard in yards(plan)) == 520_000
    assert Counter(one.unit for one, _ in yards(plan)) == {unit: row[0] for unit, row in UNITS.items()}


@pytest.mark.parametrize(("day", "started"), [(Day(2021, 3, 31), 743), (Day(2021, 5, 31), 2237), (Day(2021, 6, 30), 3057)])
def test_starts_are_exact_on_the_public_days(plan, day, started):
    assert by(plan, "started_on", day) == started


def test_the_other_months_are_those_of_the_design(plan):
    ends = [Day(2021, 1, 31), Day(2021, 2, 28), Day(2021, 4, 30)]
    assert [by(plan, "started_on", day) for day in ends] == [125, 342, 1502]
    may = Day(2021, 5, 31)
    assert (by(plan, "designed_on", may), by(plan, "completed_on", may), by(plan, "accepted_on", may)) == (2903, 118, 43)
    assert sum(1 for _, yard in yards(plan) if yard.due_start <= may) == 2750


def test_cangzhou_is_exact(plan):
    mine = [yard for one, yard in yards(plan) if one.unit == CANGZHOU]
    assert (len(mine), len({yard.county for yard in mine})) == (130, 10)
    assert sum(yard.counted_households for yard in mine) == 18_322
    assert sum(yard.area for yard in mine) == 1_640_000
    assert sum(yard.amount for yard in mine) == 260_000_000


def test_one_community_started_outside_the_plan_and_one_planned_community_starts_in_july(plan):
    outside = [one for one in plan.works if not one.in_plan]
    assert [(one.unit, one.size) for one in outside] == [(DINGZHOU, 1)]
    late = [one for one in plan.works if one.started_on > Day(2021, 6, 30)]
    assert [one.name for one in late] == ["建设大街7号院改造项目"]


def test_four_years_together_are_9368_communities_and_150_million_square_metres(plan):
    every = plan.past + [yard for _, yard in yards(plan)]
    assert len(every) == 9368
    assert sum(yard.households for yard in every) == 1_930_000
    assert sum(yard.area for yard in every) == 150_000_000
    assert {yard.renovated for yard in plan.past} == {2018, 2019, 2020}


def test_every_project_takes_its_steps_in_order(plan):
    for one in plan.works:
        days = [
            one.reserve_on,
            one.planned_on,
            one.designed_on,
            one.approved_on,
            one.tendered_on,
            one.works_on,
            one.supervision_on,
            one.started_on,
        ]
        days = [day for day in [*days, one.completed_on, one.accepted_on] if day]
        assert days == sorted(days), one.code
        assert one.works_on and one.supervision_on


def test_money_and_per_cent_only_rise_and_nothing_is_paid_beyond_the_contract(plan):
    for one, yard in yards(plan, in_plan=False):
        reports = one.reports[yard.name]
        assert [r.percent for r in reports] == sorted(r.percent for r in reports)
        assert [r.paid for r in reports] == sorted(r.paid for r in reports)
        assert reports[-1].paid <= one.contract_of(yard) <= yard.amount
        assert len({r.on.replace(day=1) for r in reports}) == len(reports)
        assert (reports[-1].percent == 100) == bool(one.completed_on)


def test_28_per_cent_of_the_plan_is_paid_by_the_end_of_may(plan):
    may = Day(2021, 5, 31)
    paid = sum(max((r.paid for r in one.reports[yard.name] if r.on <= may), default=0) for one, yard in yards(plan, in_plan=False))
    assert abs(paid - 2_130_000_000) < 1_000_000
    assert sum(yard.amount for _, yard in yards(plan)) == 7_540_000_000


def test_the_machinery_factory_yard_is_the_one_of_the_design(plan):
    one = next(one for one in plan.works if one.code == "HB130404-2021-017")
    (yard,) = one.yards
    assert (yard.name, yard.built, yard.households, yard.area, yard.amount) == ("机械厂家属院", 1984, 312, 24_680, 8_964_000)
    assert (yard.building_count, yard.unit_count, sum(b.households for b in yard.buildings)) == (9, 26, 312)
    assert (one.works_on, one.supervision_on, one.started_on) == (Day(2021, 4, 26), Day(2021, 4, 27), Day(2021, 4, 30))
    assert one.party == "示例建设公司"


def test_buildings_hold_the_yard_s_households_and_area(plan):
    for _, yard in yards(plan):
        assert sum(building.households for building in yard.buildings) == yard.households
        assert sum(building.area for building in yard.buildings) == yard.area


def test_names_are_once_per_county_and_codes_once_at_all(plan):
    every = [yard for _, yard in yards(plan, in_plan=False)] + plan.past + plan.spare
    assert len({(yard.county, yard.name) for yard in every}) == len(every)
    assert len({yard.code for yard in every}) == len(every)
    assert len({one.code for one in plan.works + plan.later}) == len(plan.works + plan.later)


def test_the_current_year_has_60_tendered_projects_and_nothing_in_the_future(plan):
    current = [one for one in plan.later if one.year == TODAY.year]
    assert len(current) == 60
    assert sum(1 for one in current if one.county == "130404") >= 5
    assert all(one.tendered_on and one.planned_on < one.tendered_on < TODAY and one.started_on is None for one in current)
    assert all(yard.due_completion.year == TODAY.year for one in current for yard in one.yards)


@pytest.mark.parametrize("today", [Day(2024, 1, 3), Day(2024, 2, 29), Day(2025, 12, 31)])
def test_any_day_can_be_today(today):
    later = build(counties=read_counties(REGIONS_FILE), seed=7, today=today, scale=0.02).later
    for one in later:
        days = [day for day in (one.reserve_on, one.planned_on, one.designed_on, one.approved_on, one.tendered_on) if day]
        assert days == sorted(days) and days[-1] < today, one.code
        for yard in one.yards:
            assert yard.due_start is None or yard.due_start <= yard.due_completion


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    assert small() == small()
    assert small(1) != small(2)


def test_a_small_year_keeps_the_machinery_factory_yard():
    plan = small()
    assert 40 < len(yards(plan)) < 90
    assert any(one.code == "HB130404-2021-017" for one in plan.works)


def test_shares_sum_exactly():
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(0, [1, 2]) == [0, 0]
    assert sum(shares(520_000, [0.1 * i for i in range(1, 400)])) == 520_000


@pytest.mark.parametrize("scale", [0.01, 0.02, 0.1, 0.5, 1.0])
def test_a_unit_never_starts_or_completes_more_than_it_planned(scale):
    for unit in targets(scale):
        for months in (unit.starts, unit.due_starts, unit.due_completions, unit.completions):
            assert min(months) >= 0
            assert sum(months) == unit.planned
