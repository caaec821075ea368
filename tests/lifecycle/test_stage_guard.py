"""The database moves a project's stage with its own newest row alone, whoever writes."""

import pytest
from django.db import DatabaseError, connection, transaction

from lifecycle.models import StageChange
from tests.factories.evidence import at, bring_to, day
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


def moved_to(project, stage: str) -> bool:
    """Whether the database takes the stage by a bare UPDATE."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE projects_project SET stage = %s WHERE id = %s", [stage, project.pk])
    except DatabaseError as error:
        assert "moves only together" in str(error)
        return False
    return True


@pytest.mark.parametrize("kind", ["suspend", "resume", "withdraw"])
def test_a_change_of_condition_moves_no_stage(tree, district_staff, kind):
    project = make_planned_project()
    by = {"happened_on": day("2021-05-01"), "recorded_at": at("2021-05-01"), "recorded_by": district_staff, "rule_version": "x"}
    StageChange.objects.create(project=project, kind=kind, stage="accepted", reason="x", **by)
    assert not moved_to(project, "accepted")


def test_a_step_taken_back_leads_to_the_step_before_and_nowhere_else(tree, district_staff):
    project = bring_to(make_planned_project(), "designed", "2021-04-01", district_staff)
    step = StageChange.objects.get(project=project, stage="designed", kind="reach")
    by = {"happened_on": day("2021-05-01"), "recorded_at": at("2021-05-01"), "recorded_by": district_staff, "rule_version": "x"}
    StageChange.objects.create(project=project, kind="reverse", stage="designed", reason="x", reverses=step, **by)
    for stage in ("surveyed", "approved", "accepted", "closed"):
        assert not moved_to(project, stage)
    assert moved_to(project, "planned")
