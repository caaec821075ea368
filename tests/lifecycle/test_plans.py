"""Freezing and adjusting a plan takes its projects to "planned", through the gates; nobody stays behind in silence."""

from decimal import Decimal

import pytest
from django.urls import reverse

from lifecycle.operations import GateClosed, adjust_plan, freeze_plan, reach_stage
from lifecycle.queries import waiting_for_the_plan
from projects.models import AnnualPlan
from tests.factories.evidence import at, day
from tests.factories.ready import give_round, make_ready
from tests.factories.register import make_community
from tests.factories.works import make_plan, make_project

NOW = at("2021-06-18")
FREEZE = at("2021-05-15")


def in_plan(project, plan):
    project.entries.update(plan=plan, year=2021, entered_on=day("2021-01-02"), planned_amount=1_000_000)
    return project


@pytest.fixture
def plan(tree):
    return make_plan(state="confirmed")


@pytest.fixture
def ready(plan, district_staff):
    return in_plan(make_ready(in_plan(make_project(stage="reserve"), plan), "planned", district_staff), plan)


def test_freezing_a_plan_brings_its_projects_to_planned_and_leaves_others(plan, ready, province_official):
    outside = make_project(stage="reserve")
    freeze_plan(plan=plan, actor=province_official, at=FREEZE)
    ready.refresh_from_db()
    outside.refresh_from_db()
    assert (ready.stage, ready.stage_on, outside.stage) == ("planned", day("2021-05-15"), "reserve")
    assert ready.entries.get().entered_on == day("2021-05-15")


def test_one_project_that_has_not_passed_its_gates_keeps_the_whole_plan_from_being_frozen(plan, ready, province_official, district_staff):
    late = in_plan(make_project(make_community(name="晚院"), stage="reserve"), plan)
    give_round(late, "willingness", agreed=3)
    with pytest.raises(GateClosed, match=late.name) as caught:
        freeze_plan(plan=plan, actor=province_official, at=FREEZE)
    assert [row["project"] for row in caught.value.details] == [late.pk]
    assert [finding["code"] for finding in caught.value.details[0]["findings"]] == ["willingness", "fiscal_assessment", "property_mode"]
    ready.refresh_from_db()
    assert (ready.stage, AnnualPlan.objects.get(pk=plan.pk).state) == ("reserve", "confirmed")


def test_a_project_of_which_one_community_stands_in_no_plan_is_named(plan, district_staff, province_official):
    project = make_ready(make_project(make_community(), make_community(), stage="reserve"), "planned", district_staff)
    first, second = project.entries.order_by("pk")
    type(first).objects.filter(pk=first.pk).update(plan=plan)
    type(first).objects.filter(pk=second.pk).update(plan=None, year=None, entered_on=None)
    with pytest.raises(GateClosed) as caught:
        freeze_plan(plan=plan, actor=province_official, at=FREEZE)
    assert [finding["code"] for finding in caught.value.details[0]["findings"]] == ["in_frozen_plan"]
    assert [(waiting.pk, [finding.code for finding in found]) for waiting, found in waiting_for_the_plan(plan, day("2021-05-15"))] == [
        (project.pk, ["in_frozen_plan"])
    ]


def test_a_project_that_never_entered_the_reserve_is_named_too(plan, province_official):
    in_plan(make_project(stage="surveyed"), plan)
    with pytest.raises(GateClosed):
        freeze_plan(plan=plan, actor=province_official, at=FREEZE)


def test_the_plans_page_says_who_is_not_ready_and_the_province_cannot_freeze(client, plan, ready, province_official, district_staff):
    late = in_plan(make_project(stage="reserve"), plan)
    page = reverse("projects:plan", args=[plan.pk])
    for person in (district_staff, province_official):
        client.force_login(person)
        waiting = client.get(page).context["waiting"]
        assert [project for project, _found in waiting] == [late]
        assert {finding["code"] for finding in waiting[0][1]} == {"willingness", "fiscal_assessment", "property_mode"}
    freeze = reverse("projects:plan-freeze", args=[plan.pk])
    assert f'action="{freeze}"' not in client.get(page).content.decode()
    told = client.post(freeze, follow=True)
    assert late.name in told.content.decode()
    assert AnnualPlan.objects.get(pk=plan.pk).state == "confirmed"
    make_ready(late, "planned", district_staff)
    assert client.get(page).context["waiting"] == []
    assert f'action="{freeze}"' in client.get(page).content.decode()
    client.post(freeze)
    late.refresh_from_db()
    assert (late.stage, AnnualPlan.objects.get(pk=plan.pk).state) == ("planned", "frozen")
    assert "waiting" not in client.get(page).context


def adjust(plan, entry, actor, on="2021-06-10"):
    return adjust_plan(
        plan=plan, entry=entry, into=True, on=day(on), reason="省级追加", actor=actor, at=NOW, planned_amount=Decimal(1_000_000),
        planned_start_on=day("2021-07-01"), planned_completion_on=day("2021-11-30"),
    )  # fmt: skip


def test_a_community_put_into_a_frozen_plan_takes_its_project_to_planned(province_official, district_staff):
    plan = make_plan()
    project = make_ready(make_project(stage="reserve"), "planned", district_staff)
    project.entries.update(plan=None, year=None, entered_on=None)
    adjust(plan, project.entries.get(), province_official)
    project.refresh_from_db()
    assert (project.stage, project.stage_on) == ("planned", day("2021-06-10"))


def test_a_project_that_has_not_passed_its_gates_is_not_put_into_a_frozen_plan(province_official):
    plan, project = make_plan(), make_project(stage="reserve")
    with pytest.raises(GateClosed):
        adjust(plan, project.entries.get(), province_official)
    assert project.entries.get().plan is None


def test_a_project_of_two_communities_moves_with_the_second(province_official, district_staff):
    plan = make_plan()
    project = make_ready(make_project(make_community(), make_community(), stage="reserve"), "planned", district_staff)
    project.entries.update(plan=None, year=None, entered_on=None)
    first, second = project.entries.order_by("pk")
    for entry, stage in ((first, "reserve"), (second, "planned")):
        adjust(plan, entry, province_official)
        project.refresh_from_db()
        assert project.stage == stage


def test_planned_needs_a_frozen_plan(plan, ready, district_staff):
    with pytest.raises(GateClosed) as caught:
        reach_stage(project=ready, stage="planned", happened_on=day("2021-05-01"), actor=district_staff, at=NOW)
    assert {finding["code"] for finding in caught.value.details} == {"in_frozen_plan"}
