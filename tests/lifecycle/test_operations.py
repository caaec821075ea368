"""Moving a project: evidence, order of days, rights, taking back, suspending, withdrawing."""

import pytest
from django.db import DatabaseError, transaction

from common.errors import InvalidInput, NotAllowed
from lifecycle.models import StageChange
from lifecycle.operations import GateClosed, StageMoved, enter_reserve, reach_stage, resume, suspend, take_back, withdraw
from lifecycle.rules import GATES, RULE_VERSION
from messaging.models import OutboxRow
from projects.models import Project
from projects.operations import complete_special_work
from projects.queries import works_of
from tests.factories.evidence import (
    at,
    bring_to,
    day,
    finish_works,
    give_start_evidence,
    make_contract,
    make_photo,
    make_report,
    make_work_progress,
)
from tests.factories.ready import give_round, give_scheme, make_ready
from tests.factories.register import make_community
from tests.factories.special import make_special
from tests.factories.works import make_planned_project, make_project

NOW = at("2021-06-18")


def start(project, actor, on="2021-04-30", now=NOW):
    return reach_stage(project=project, stage="started", happened_on=day(on), actor=actor, at=now)


def voted(project, actor):
    """A scheme of early March that all households agreed to in the first days of April."""
    give_scheme(project, actor, "2021-03-01")
    give_round(project, "scheme", closed="2021-04-10")
    return project


@pytest.fixture
def tendered(district_staff):
    return voted(bring_to(make_planned_project(), "tendered", "2021-04-22", district_staff), district_staff)


@pytest.fixture
def started(tendered, district_staff):
    give_start_evidence(tendered, district_staff)
    start(tendered, district_staff)
    tendered.refresh_from_db()
    return tendered


def missing(caught):
    return {finding["code"] for finding in caught.value.details}


def test_a_start_with_all_evidence_moves_the_stage_and_asks_for_a_recount(tendered, district_staff):
    give_start_evidence(tendered, district_staff)
    change = start(tendered, district_staff)
    tendered.refresh_from_db()
    assert (tendered.stage, tendered.stage_on) == ("started", day("2021-04-30"))
    assert (tendered.started_on, tendered.completed_on) == (day("2021-04-30"), None)
    assert [f["code"] for f in change.findings] == list(GATES["started"])
    assert all(f["passed"] and f["rule_version"] == RULE_VERSION for f in change.findings)
    assert OutboxRow.objects.get(topic="figures").key == "130404:2021"


def test_a_start_without_evidence_names_everything_that_is_missing_and_writes_nothing(tendered, district_staff):
    with pytest.raises(GateClosed) as caught:
        start(tendered, district_staff)
    assert missing(caught) == {"works_contract", "supervision_contract", "contractor_on_site"}
    tendered.refresh_from_db()
    assert tendered.stage == "tendered"
    assert not OutboxRow.objects.exists()
    assert StageChange.objects.filter(project=tendered, stage="started").count() == 0


@pytest.mark.parametrize(
    ("taken", "in_yard", "kind"),
    [("2021-04-25", True, "start"), ("2021-05-01", True, "start"), ("2021-04-28", False, "start"), ("2021-04-28", True, "before")],
    ids=["before the contract", "after the start", "outside the yard", "shows something else"],
)
def test_a_photo_that_does_not_prove_the_start_does_not_count(tendered, district_staff, taken, in_yard, kind):
    make_contract(tendered, district_staff, "works", signed="2021-04-26")
    make_contract(tendered, district_staff, "supervision", signed="2021-04-26")
    make_photo(tendered.entries.get(), district_staff, kind, taken=taken, in_yard=in_yard)
    with pytest.raises(GateClosed) as caught:
        start(tendered, district_staff)
    assert missing(caught) == {"contractor_on_site"}


def test_the_photo_may_be_of_the_contracts_day_and_of_the_day_of_the_start(tendered, district_staff):
    make_contract(tendered, district_staff, "works", signed="2021-04-30")
    make_contract(tendered, district_staff, "supervision", signed="2021-04-30")
    make_photo(tendered.entries.get(), district_staff, taken="2021-04-30")
    assert start(tendered, district_staff).stage == "started"


def test_every_community_of_the_project_needs_its_own_photo(district_staff):
    first, second = make_community(name="机械厂家属院"), make_community(name="复兴路18号院")
    project = voted(bring_to(make_planned_project(first, second), "tendered", "2021-04-22", district_staff), district_staff)
    make_contract(project, district_staff, "works")
    make_contract(project, district_staff, "supervision")
    make_photo(project.entries.get(community=first), district_staff)
    with pytest.raises(GateClosed) as caught:
        start(project, district_staff)
    finding = caught.value.details[0]
    assert (finding["actual"], finding["required"]) == (1, 2)
    assert "复兴路18号院" in finding["sentence"]
    assert "机械厂家属院" not in finding["sentence"]


def test_a_contract_signed_after_the_start_does_not_count(tendered, district_staff):
    give_start_evidence(tendered, district_staff)
    with pytest.raises(GateClosed) as caught:
        start(tendered, district_staff, on="2021-04-26")
    assert missing(caught) == {"supervision_contract", "contractor_on_site"}


def test_a_day_in_the_future_is_refused(tendered, district_staff):
    with pytest.raises(InvalidInput) as caught:
        start(tendered, district_staff, on="2021-06-19")
    assert "happened_on" in caught.value.details


def test_a_day_before_the_previous_step_is_refused(tendered, district_staff):
    with pytest.raises(InvalidInput, match="2021-04-22"):
        start(tendered, district_staff, on="2021-04-21")


@pytest.mark.parametrize("stage", ["completed", "accepted", "approved", "tendered", "closed", "planned", "designed"])
def test_a_step_that_is_not_next_is_refused(tendered, district_staff, stage):
    with pytest.raises(StageMoved):
        reach_stage(project=tendered, stage=stage, happened_on=day("2021-04-30"), actor=district_staff, at=NOW)


def test_the_second_clerk_hears_who_was_first(started, district_staff):
    with pytest.raises(StageMoved, match=r"2021-04-30.*district_staff"):
        start(started, district_staff)


@pytest.mark.parametrize("person", ["province_official", "city_official", "department_staff", "auditor", "other_district_staff"])
def test_only_the_countys_own_staff_move_a_stage(tendered, district_staff, person, request):
    give_start_evidence(tendered, district_staff)
    with pytest.raises(NotAllowed):
        start(tendered, request.getfixturevalue(person))


def test_completion_needs_all_at_100_and_a_photo_of_the_finished_works(started, district_staff):
    entry = started.entries.get()
    make_report(entry, district_staff, "2021-05", 60)

    def complete():
        return reach_stage(project=started, stage="completed", happened_on=day("2021-06-18"), actor=district_staff, at=at("2021-06-28"))

    running = make_special(district_staff, started.entries.get().community, project=started, state="running")
    with pytest.raises(GateClosed) as caught:
        complete()
    assert missing(caught) == {"all_works_done", "special_works_done", "finished_photos"}
    make_report(entry, district_staff, "2021-05", 100)
    make_photo(entry, district_staff, "after", taken="2021-04-29")
    roof = next(item for item in works_of(started) if item.kind == "roof")
    finish_works(started, district_staff, "2021-06-10")
    make_work_progress(roof.work, district_staff, "2021-06-12", 80, note="返工")
    with pytest.raises(GateClosed) as caught:
        complete()
    said = next(finding["sentence"] for finding in caught.value.details if finding["code"] == "all_works_done")
    assert "屋面防水 80%" in said and "外墙" not in said
    make_work_progress(roof.work, district_staff, "2021-06-16", 100)
    with pytest.raises(GateClosed) as caught:
        complete()
    assert missing(caught) == {"special_works_done", "finished_photos"}
    make_photo(entry, district_staff, "after", taken="2021-06-17")
    complete_special_work(work=running, day=day("2021-06-17"), actor=district_staff, at=at("2021-06-17"))
    assert complete().stage == "completed"


def test_a_later_report_below_100_closes_the_completion_again(started, district_staff):
    entry = started.entries.get()
    make_report(entry, district_staff, "2021-04", 100)
    make_report(entry, district_staff, "2021-05", 90, note="返工")
    make_photo(entry, district_staff, "after", taken="2021-06-01")
    finish_works(started, district_staff, "2021-06-01")
    with pytest.raises(GateClosed) as caught:
        reach_stage(project=started, stage="completed", happened_on=day("2021-06-18"), actor=district_staff, at=NOW)
    assert missing(caught) == {"all_works_done"}


def test_acceptance_follows_completion_not_before_its_day(started, district_staff):
    bring_to(started, "completed", "2021-06-10", district_staff)
    make_ready(started, "accepted", district_staff, on="2021-06-17")
    with pytest.raises(InvalidInput):
        reach_stage(project=started, stage="accepted", happened_on=day("2021-06-09"), actor=district_staff, at=NOW)
    change = reach_stage(project=started, stage="accepted", happened_on=day("2021-06-17"), actor=district_staff, at=NOW)
    assert {f["code"] for f in change.findings} == set(GATES["accepted"])
    started.refresh_from_db()
    assert started.accepted_on == day("2021-06-17")


def test_a_start_taken_back_stays_in_the_history_and_the_project_stands_one_step_lower(started, district_staff):
    change = StageChange.objects.get(project=started, stage="started")
    row = take_back(change=change, reason="日期填错", actor=district_staff, at=NOW)
    started.refresh_from_db()
    assert (started.stage, started.stage_on) == ("tendered", day("2021-04-22"))
    assert started.started_on is None
    assert (row.kind, row.reverses) == ("reverse", change)
    assert OutboxRow.objects.filter(topic="figures").count() == 2
    assert start(started, district_staff, on="2021-05-02").stage == "started"


def test_a_step_is_taken_back_once_and_only_with_a_reason(started, district_staff):
    change = StageChange.objects.get(project=started, stage="started")
    with pytest.raises(InvalidInput):
        take_back(change=change, reason=" ", actor=district_staff, at=NOW)
    take_back(change=change, reason="日期填错", actor=district_staff, at=NOW)
    with pytest.raises(StageMoved):
        take_back(change=change, reason="再来", actor=district_staff, at=NOW)


def test_only_the_newest_step_is_taken_back(started, district_staff):
    with pytest.raises(StageMoved):
        take_back(change=StageChange.objects.get(project=started, stage="tendered"), reason="错", actor=district_staff, at=NOW)


def test_the_plans_step_is_not_taken_back_here(district_staff):
    project = bring_to(make_project(stage="reserve"), "planned", "2021-01-15", district_staff)
    with pytest.raises(StageMoved):
        take_back(change=StageChange.objects.get(project=project, stage="planned"), reason="错", actor=district_staff, at=NOW)


def test_a_suspended_project_does_not_move_until_it_is_resumed(tendered, district_staff):
    give_start_evidence(tendered, district_staff)
    suspend(project=tendered, happened_on=day("2021-04-23"), reason="管线改移", actor=district_staff, at=NOW)
    with pytest.raises(StageMoved):
        start(tendered, district_staff)
    resume(project=tendered, happened_on=day("2021-04-25"), reason="管线已移", actor=district_staff, at=NOW)
    assert start(tendered, district_staff).stage == "started"


def test_a_withdrawn_project_is_withdrawn_for_good(tendered, district_staff):
    withdraw(project=tendered, happened_on=day("2021-06-01"), reason="列入拆迁", actor=district_staff, at=NOW)
    tendered.refresh_from_db()
    assert tendered.condition == "withdrawn"
    assert OutboxRow.objects.filter(topic="figures", key="130404:2021").exists()
    for change in (suspend, resume, withdraw):
        with pytest.raises(StageMoved):
            change(project=tendered, happened_on=day("2021-06-02"), reason="反悔", actor=district_staff, at=NOW)


@pytest.mark.parametrize("change", [suspend, withdraw])
def test_conditions_need_a_reason_a_possible_day_and_the_right(tendered, district_staff, city_official, change):
    with pytest.raises(InvalidInput):
        change(project=tendered, happened_on=day("2021-06-01"), reason="", actor=district_staff, at=NOW)
    with pytest.raises(InvalidInput):
        change(project=tendered, happened_on=day("2021-06-19"), reason="x", actor=district_staff, at=NOW)
    with pytest.raises(NotAllowed):
        change(project=tendered, happened_on=day("2021-06-01"), reason="x", actor=city_official, at=NOW)


def test_a_new_project_stands_in_the_reserve(district_staff, region):
    project = enter_reserve(name="机械厂", county=region("130404"), communities=[make_community()], actor=district_staff, at=NOW)
    project.refresh_from_db()
    assert (project.stage, project.stage_on) == ("reserve", day("2021-06-18"))


def test_the_database_refuses_a_stage_without_its_change(tendered):
    with pytest.raises(DatabaseError, match="moves only together"), transaction.atomic():
        Project.objects.filter(pk=tendered.pk).update(stage="started")
    assert Project.objects.filter(pk=tendered.pk).update(name="新名") == 1


def test_the_history_cannot_be_changed_or_deleted(started):
    for attempt in (lambda rows: rows.update(reason="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt(StageChange.objects.filter(project=started))


@pytest.mark.parametrize("change", [suspend, withdraw])
def test_finished_works_can_neither_rest_nor_leave_the_figures(tendered, district_staff, change):
    bring_to(tendered, "completed", "2021-06-01", district_staff)
    with pytest.raises(StageMoved):
        change(project=tendered, happened_on=day("2021-06-10"), reason="x", actor=district_staff, at=NOW)
    tendered.refresh_from_db()
    assert tendered.condition == "active"
