"""The gates of documents and evidence: each step passes with everything, and misses exactly what is taken away."""

import datetime

import pytest
from django.utils import translation

from lifecycle.operations import GateClosed, reach_stage
from lifecycle.queries import findings_for
from lifecycle.rules import GATES
from projects.choices import Stage
from projects.models import Record
from projects.operations import void_record
from tests.factories.evidence import at, bring_to, day, make_record
from tests.factories.ready import fill_archive, give_funding, give_scheme, make_ready
from tests.factories.register import make_community
from tests.factories.works import make_planned_project, make_project

ON = "2021-04-30"
NOW = at("2021-06-18")
WAY = list(Stage)[2:]


def said(project, stage, gate, on=ON):
    with translation.override("en"):
        return next(each for each in findings_for(project, Stage(stage), day(on)) if each.code == gate)


def at_step_before(stage, actor):
    before = list(Stage)[list(Stage).index(stage) - 1]
    if before == "reserve":
        return make_project(stage="reserve")
    project = bring_to(make_planned_project(), before, "2021-03-01", actor)
    if stage in {"completed", "accepted", "closed"}:
        project.started_on = day("2021-03-01")
        project.save()
    return project


@pytest.mark.parametrize("stage", WAY)
def test_with_everything_ready_the_step_is_taken_with_a_finding_of_every_gate(district_staff, stage):
    project = make_ready(at_step_before(stage, district_staff), stage, district_staff, on=ON)
    change = reach_stage(project=project, stage=stage, happened_on=day(ON), actor=district_staff, at=NOW)
    assert [finding["code"] for finding in change.findings] == list(GATES[stage])
    assert all(finding["passed"] and not finding["override"] for finding in change.findings)


@pytest.mark.parametrize("stage", WAY)
def test_with_nothing_ready_the_step_names_every_gate_that_is_shut(district_staff, stage):
    project = at_step_before(stage, district_staff)
    with pytest.raises(GateClosed) as caught:
        reach_stage(project=project, stage=stage, happened_on=day(ON), actor=district_staff, at=NOW)
    never_asked_alone = {"communities_eligible", "special_works_done"}  # the community is eligible, nobody has filed a special work
    assert {finding["code"] for finding in caught.value.details} == set(GATES[stage]) - never_asked_alone
    assert all(finding["sentence"] and finding["who"] for finding in caught.value.details)


DOCUMENTS = [
    (stage, kind)
    for stage, kinds in {
        "planned": ["fiscal_assessment", "property_mode"],
        "approved": ["approval", "funding"],
        "tendered": ["tender"],
        "accepted": ["property_agreement"],
        "closed": ["final_account"],
    }.items()
    for kind in kinds
]


@pytest.mark.parametrize(("stage", "kind"), DOCUMENTS)
def test_a_voided_document_shuts_its_gate_and_the_form_for_it_is_one_click_away(district_staff, stage, kind):
    project = make_ready(at_step_before(stage, district_staff), stage, district_staff, on=ON)
    record = Record.objects.filter(project=project, kind=kind).last()
    void_record(record=record, reason="文件有误", actor=district_staff, at=NOW)
    shut = [finding for finding in findings_for(project, Stage(stage), day(ON)) if not finding.passed]
    assert len(shut) == 1
    assert f"/records/add/?kind={kind}" in shut[0].link


@pytest.mark.parametrize(("stage", "kind"), DOCUMENTS)
def test_a_document_dated_after_the_day_does_not_count(district_staff, stage, kind):
    project = make_ready(at_step_before(stage, district_staff), stage, district_staff, on=ON)
    assert any(not finding.passed for finding in findings_for(project, Stage(stage), day("2021-04-28")))


def test_funding_short_by_any_amount_is_named_with_the_gap(district_staff):
    project = at_step_before("approved", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    give_funding(project, district_staff, "2021-04-01", share=99)
    found = said(project, "approved", "funding_covers")
    assert not found.passed
    assert "Government" in found.sentence and "are missing to the estimate of 458.5" in found.sentence
    make_record(project, district_staff, "funding", dated="2021-04-02", subject="society", amount=45_850)
    assert said(project, "approved", "funding_covers").passed


@pytest.mark.parametrize(("dated", "late"), [("2021-06-01", False), ("2021-06-02", True)])
def test_a_late_settlement_is_said_but_closes_the_project(district_staff, dated, late):
    project = bring_to(make_planned_project(), "accepted", "2021-03-01", district_staff)
    make_record(project, district_staff, "final_account", dated=dated, amount=1)
    fill_archive(project, district_staff, dated)
    found = said(project, "closed", "final_account", on="2021-06-18")
    assert (found.passed, "three months after acceptance" in found.sentence) == (True, late)
    assert reach_stage(project=project, stage="closed", happened_on=day("2021-06-18"), actor=district_staff, at=NOW).stage == "closed"


def test_an_overdue_settlement_is_said_before_it_is_there(district_staff):
    project = bring_to(make_planned_project(), "accepted", "2021-03-01", district_staff)
    found = said(project, "closed", "final_account", on="2021-06-02")
    assert (found.passed, "Late" in found.sentence) == (False, True)


@pytest.mark.parametrize("lacking", [{"building_count": 0}, {"household_count": 0}, {"floor_area": 0}])
def test_an_empty_survey_card_keeps_a_project_out_of_the_reserve(district_staff, lacking):
    project = make_project(make_community(name="老院", **lacking), stage="surveyed")
    with pytest.raises(GateClosed, match="老院"):
        reach_stage(project=project, stage="reserve", happened_on=day(ON), actor=district_staff, at=NOW)


def test_findings_are_the_same_whether_asked_for_one_project_or_many(district_staff, django_assert_max_num_queries):
    from lifecycle.dossier import dossiers
    from lifecycle.queries import findings_in

    projects = [make_ready(make_project(stage="reserve"), "planned", district_staff, on=ON) for _ in range(3)]
    alone = [findings_for(project, Stage.PLANNED, day(ON)) for project in projects]
    with django_assert_max_num_queries(6 + len(projects)):
        together = [findings_in(case, Stage.PLANNED) for case in dossiers(projects, day(ON))]
    assert together == alone


def test_the_day_of_a_step_may_lie_in_the_past_and_then_only_what_was_there_counts(district_staff):
    project = make_ready(at_step_before("tendered", district_staff), "tendered", district_staff, on=ON)
    early = (day(ON) - datetime.timedelta(days=2)).isoformat()
    assert not said(project, "tendered", "award_notice", on=early).passed
    assert said(project, "tendered", "award_notice").passed
