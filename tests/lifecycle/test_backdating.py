"""The day of a step is the clerk's to choose; the round and the version that its gates judge are not. Nor is the stage, in the database."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lifecycle.models import ChangeKind, StageChange
from lifecycle.operations import GateClosed, reach_stage, suspend, take_back
from lifecycle.queries import findings_for
from projects.choices import Stage
from projects.models import Project
from tests.factories.evidence import ITEMS, at, bring_to, day, make_scheme
from tests.factories.ready import give_round, make_ready
from tests.factories.works import make_planned_project, make_project, write_step

NOW = at("2021-06-18")
FIRST, LAST = day("2021-04-19"), day("2021-06-18")
EVERY_DAY = [FIRST + datetime.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
DEARER = tuple((kind, name, quantity, unit, amount * 2) for kind, name, quantity, unit, amount in ITEMS)


@pytest.fixture
def approved(district_staff):
    """Approved on 19 April, the award is on record: ready for "tendered" from 30 April on."""
    project = bring_to(make_planned_project(), "approved", FIRST.isoformat(), district_staff)
    make_ready(project, "tendered", district_staff, on="2021-04-30")
    return project


def vote_passes(project, on):
    return next(found.passed for found in findings_for(project, Stage.TENDERED, on) if found.code == "scheme_vote")


def tender(project, on, actor):
    return reach_stage(project=project, stage="tendered", happened_on=on, actor=actor, at=NOW)


def assert_refused_on_every_day(project, actor):
    assert not [on for on in EVERY_DAY if vote_passes(project, on)]
    for on in (day("2021-04-30"), day("2021-05-10"), LAST):
        with pytest.raises(GateClosed) as caught:
            tender(project, on, actor)
        assert [each["code"] for each in caught.value.details] == ["scheme_vote"]


def test_a_step_is_recorded_for_an_earlier_day_when_nothing_speaks_against_it(approved, district_staff):
    assert tender(approved, day("2021-04-30"), district_staff).happened_on == day("2021-04-30")


def test_no_earlier_day_gets_around_a_later_round_that_failed(approved, district_staff):
    assert vote_passes(approved, day("2021-04-30"))
    give_round(approved, "scheme", agreed=2, closed="2021-05-20")
    assert_refused_on_every_day(approved, district_staff)


def test_no_earlier_day_gets_around_a_later_dearer_version(approved, district_staff):
    assert vote_passes(approved, day("2021-04-30"))
    make_scheme(approved, district_staff, drawn="2021-05-20", items=DEARER)
    assert_refused_on_every_day(approved, district_staff)


def test_a_later_round_that_passed_opens_the_gate_only_after_its_objections(approved, district_staff):
    make_scheme(approved, district_staff, drawn="2021-05-05", items=DEARER)
    give_round(approved, "scheme", closed="2021-05-20", version=2)
    assert [on for on in EVERY_DAY if vote_passes(approved, on)] == [on for on in EVERY_DAY if on > day("2021-05-27")]


# --- the database -----------------------------------------------------------------------------------------------------


def set_stage(project, stage):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET stage = %s WHERE id = %s", [stage, project.pk])


def assert_only(project, *allowed):
    """Of all stages but the present one the database lets the project move to these alone; every attempt is undone."""
    present = Project.objects.get(pk=project.pk).stage
    moved = []
    for stage in [stage.value for stage in Stage if stage != present]:
        attempt = transaction.savepoint()
        try:
            set_stage(project, stage)
            moved.append(stage)
        except DatabaseError as error:
            assert "moves only together with its stage change" in str(error)
        finally:
            transaction.savepoint_rollback(attempt)
    assert moved == list(allowed)


def other_row(project, kind, stage, actor, **more):
    return StageChange.objects.create(
        project=project, kind=kind, stage=stage, happened_on=FIRST, recorded_at=timezone.now(), recorded_by=actor, reason="试",
        rule_version="test", **more,
    )  # fmt: skip


def test_the_stage_moves_to_the_newest_step_and_nowhere_else(district_staff):
    project = make_planned_project()
    write_step(project, "designed", FIRST, district_staff)
    assert_only(project, "designed")


@pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.RESUME, ChangeKind.WITHDRAW])
def test_a_row_of_the_condition_that_names_a_stage_moves_nothing(district_staff, kind):
    project = make_planned_project()
    other_row(project, kind, "started", district_staff)
    assert_only(project)


def test_a_suspended_project_stays_at_its_stage(approved, district_staff):
    suspend(project=approved, happened_on=LAST, reason="管线", actor=district_staff, at=NOW)
    assert_only(approved)


def test_a_step_taken_back_leads_to_the_last_step_that_stands_alone(district_staff):
    project = bring_to(make_planned_project(), "designed", "2021-04-19", district_staff)
    change = write_step(project, "approved", day("2021-04-20"), district_staff)
    set_stage(project, "approved")
    other_row(project, ChangeKind.REVERSE, "approved", district_staff, reverses=change)
    assert_only(project, "designed")


def test_where_no_step_stands_the_stage_before_the_one_taken_back_is_left(district_staff):
    project = make_project(stage="designed")
    change = project.stage_changes.get()
    take_back(change=change, reason="错", actor=district_staff, at=NOW)
    assert Project.objects.get(pk=project.pk).stage == "planned"
    assert_only(project)


def test_taking_back_a_step_of_another_project_moves_nothing(district_staff):
    project, other = make_project(stage="surveyed"), make_project(stage="started")
    other_row(project, ChangeKind.REVERSE, "started", district_staff, reverses=other.stage_changes.get())
    assert_only(project)


def test_a_row_that_names_another_stage_than_it_takes_back_leads_no_higher(district_staff):
    project = make_project(stage="designed")
    other_row(project, ChangeKind.REVERSE, "closed", district_staff, reverses=project.stage_changes.get())
    assert_only(project, "planned")
