"""The plan's climb with each role, and what can go wrong on the way."""

from decimal import Decimal

import pytest
from django.db import connection

from common.errors import DomainError, InvalidInput, NotAllowed
from messaging.models import OutboxRow
from projects.models import Entry
from projects.operations import (
    NotEligible,
    PlanMoved,
    adjust_plan,
    confirm_plan,
    draft_plan,
    freeze_plan,
    put_in_plan,
    return_plan,
    submit_plan,
    take_from_plan,
)
from tests.factories.evidence import at, day
from tests.factories.register import make_community
from tests.factories.works import make_plan, make_planned_project, make_project
from tests.lifecycle.test_races import race

NOW = at("2021-01-15")
PLANNED = {"planned_amount": Decimal(8_964_000), "planned_start_on": day("2021-05-01"), "planned_completion_on": day("2021-10-31")}


@pytest.fixture
def plan(district_staff, region):
    return draft_plan(county=region("130404"), year=2021, actor=district_staff, at=NOW)


@pytest.fixture
def entry(tree):
    return make_project(make_community(household_count=312), stage="reserve").entries.get()


def put(plan, entry, actor, **changes):
    return put_in_plan(plan=plan, entry=entry, actor=actor, at=NOW, **(PLANNED | changes))


def test_a_plan_climbs_from_the_county_to_the_province(plan, entry, district_staff, city_official, province_official):
    put(plan, entry, district_staff)
    submit_plan(plan=plan, actor=district_staff, at=NOW)
    confirm_plan(plan=plan, actor=city_official, at=NOW)
    assert not OutboxRow.objects.exists()
    frozen = freeze_plan(plan=plan, actor=province_official, at=at("2021-01-20"))
    entry.refresh_from_db()
    assert (frozen.state, frozen.submitted_by, frozen.confirmed_by, frozen.frozen_by) == (
        "frozen",
        district_staff,
        city_official,
        province_official,
    )
    assert (entry.entered_on, entry.year, entry.household_count) == (day("2021-01-20"), 2021, 312)
    assert OutboxRow.objects.get().payload == {"county": "130404", "year": 2021}


def test_opening_a_plan_twice_gives_the_same_plan(plan, district_staff, region):
    assert draft_plan(county=region("130404"), year=2021, actor=district_staff, at=NOW) == plan


STEPS = [
    (submit_plan, "draft", "district_staff"),
    (confirm_plan, "submitted", "city_official"),
    (freeze_plan, "confirmed", "province_official"),
]
PEOPLE = [
    "province_official",
    "city_official",
    "other_city_official",
    "district_staff",
    "other_district_staff",
    "department_staff",
    "auditor",
]


@pytest.mark.parametrize(("step", "state", "who"), STEPS)
@pytest.mark.parametrize("person", PEOPLE)
def test_each_step_belongs_to_one_level(step, state, who, person, entry, request):
    plan = make_plan(state=state)
    Entry.objects.filter(pk=entry.pk).update(plan=plan, year=2021, entered_on=day("2021-01-02"))
    actor = request.getfixturevalue(person)
    if person == who:
        assert step(plan=plan, actor=actor, at=NOW).state != state
    else:
        with pytest.raises(NotAllowed):
            step(plan=plan, actor=actor, at=NOW)


@pytest.mark.parametrize(("step", "needed", "who"), STEPS)
@pytest.mark.parametrize("state", ["draft", "submitted", "confirmed", "frozen"])
def test_a_step_needs_its_state(step, needed, who, state, entry, request):
    if state == needed:
        return
    with pytest.raises(PlanMoved):
        step(plan=make_plan(state=state), actor=request.getfixturevalue(who), at=NOW)


def test_the_city_returns_a_plan_with_a_reason_and_the_county_mends_it(plan, entry, district_staff, city_official):
    put(plan, entry, district_staff)
    submit_plan(plan=plan, actor=district_staff, at=NOW)
    with pytest.raises(InvalidInput):
        return_plan(plan=plan, reason=" ", actor=city_official, at=NOW)
    back = return_plan(plan=plan, reason="金额偏高", actor=city_official, at=NOW)
    assert (back.state, back.returned_reason, back.submitted_at) == ("draft", "金额偏高", None)
    put(plan, entry, district_staff, planned_amount=Decimal(1))
    assert submit_plan(plan=plan, actor=district_staff, at=NOW).returned_reason == ""


def test_a_confirmed_plan_is_returned_by_the_province_alone(tree, city_official, province_official):
    plan = make_plan(state="confirmed")
    with pytest.raises(NotAllowed):
        return_plan(plan=plan, reason="x", actor=city_official, at=NOW)
    assert return_plan(plan=plan, reason="x", actor=province_official, at=NOW).state == "draft"


def test_an_empty_plan_is_not_sent(plan, district_staff):
    with pytest.raises(PlanMoved):
        submit_plan(plan=plan, actor=district_staff, at=NOW)


def test_only_eligible_communities_enter(plan, district_staff):
    late = make_project(make_community(built_year=2005), stage="reserve").entries.get()
    with pytest.raises(NotEligible):
        put(plan, late, district_staff)


def test_a_community_that_lost_its_eligibility_stops_the_plan(plan, entry, district_staff):
    put(plan, entry, district_staff)
    entry.community.demolition_planned = True
    entry.community.save()
    with pytest.raises(NotEligible) as caught:
        submit_plan(plan=plan, actor=district_staff, at=NOW)
    assert caught.value.details == {"names": [entry.community.name]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planned_amount": Decimal(0)}, "planned_amount"),
        ({"planned_completion_on": day("2021-04-30")}, "planned_completion_on"),
        ({"planned_completion_on": day("2022-03-01")}, "planned_completion_on"),
    ],
)
def test_impossible_figures_are_refused_at_their_field(plan, entry, district_staff, changes, field):
    with pytest.raises(InvalidInput) as caught:
        put(plan, entry, district_staff, **changes)
    assert set(caught.value.details) == {field}


def test_a_community_stands_in_one_project_per_year(plan, entry, district_staff):
    put(plan, entry, district_staff)
    twin = make_project(entry.community, stage="reserve").entries.get()
    with pytest.raises(PlanMoved, match=entry.community.name):
        put(plan, twin, district_staff)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_cannot_put_a_community_into_a_year_twice(district_staff, region):
    plan = draft_plan(county=region("130404"), year=2021, actor=district_staff, at=NOW)
    community = make_community()
    twins = [make_project(community, stage="reserve").entries.get() for _ in range(2)]
    results = race(*[lambda e=e: put(plan, e, district_staff) for e in twins])
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert Entry.objects.filter(community=community, year=2021).count() == 1
    connection.close()


def test_what_is_submitted_cannot_be_changed_by_the_county(plan, entry, district_staff):
    put(plan, entry, district_staff)
    submit_plan(plan=plan, actor=district_staff, at=NOW)
    with pytest.raises(PlanMoved):
        put(plan, entry, district_staff)
    with pytest.raises(PlanMoved):
        take_from_plan(entry=entry, actor=district_staff, at=NOW)


def test_taking_out_of_a_draft_puts_back_into_the_reserve(plan, entry, district_staff):
    put(plan, entry, district_staff)
    out = take_from_plan(entry=entry, actor=district_staff, at=NOW)
    assert (out.plan, out.year, out.entered_on) == (None, None, None)


def test_another_countys_project_does_not_enter(plan, district_staff):
    with pytest.raises(InvalidInput):
        put(plan, make_project(county_code="130403", stage="reserve").entries.get(), district_staff)


def adjust(entry, actor, **more):
    return adjust_plan(
        plan=more.pop("plan", entry.plan),
        entry=entry,
        actor=actor,
        at=at("2021-07-01"),
        **({"on": day("2021-06-30"), "reason": "调整"} | more),
    )


def test_a_frozen_plan_is_changed_by_the_province_with_a_day(province_official, district_staff):
    entry = make_planned_project().entries.get()
    with pytest.raises(NotAllowed):
        adjust(entry, district_staff, into=False)
    out = adjust(entry, province_official, into=False)
    assert (out.removed_on, out.plan) == (day("2021-06-30"), entry.plan)
    assert OutboxRow.objects.filter(key="130404:2021").exists()


def test_a_community_enters_a_frozen_plan_on_its_day(entry, province_official):
    inside = adjust(entry, province_official, plan=make_plan(), into=True, **PLANNED)
    assert (inside.entered_on, inside.year) == (day("2021-06-30"), 2021)


def test_an_adjustment_needs_reason_figures_and_a_possible_day(entry, province_official):
    planned = make_planned_project().entries.get()
    for wrong in ({"reason": ""}, {"on": day("2021-07-02")}, {"on": day("2020-12-31")}):
        with pytest.raises(InvalidInput):
            adjust(planned, province_official, into=False, **wrong)
    with pytest.raises(InvalidInput):
        adjust(entry, province_official, plan=make_plan(), into=True)


def test_a_started_community_stays_in_its_plan(province_official):
    with pytest.raises(PlanMoved):
        adjust(make_planned_project(stage="started").entries.get(), province_official, into=False)


def test_a_draft_is_not_adjusted(plan, entry, province_official):
    with pytest.raises(PlanMoved):
        adjust(entry, province_official, plan=plan, into=True, **PLANNED)


def test_who_may_not_return_a_plan_is_told_so_with_403(client, plan, district_staff, department_staff, auditor):
    for user in (district_staff, department_staff, auditor):
        client.force_login(user)
        assert client.post(f"/plans/{plan.pk}/return/", {"reason": "Not ours to say"}).status_code == 403
