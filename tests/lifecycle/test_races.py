"""Two clerks at once, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from common.errors import DomainError
from lifecycle.models import StageChange
from lifecycle.operations import StageMoved, enter_reserve, reach_stage
from projects.models import Entry
from tests.factories.evidence import at, bring_to, day, give_start_evidence
from tests.factories.ready import give_round, give_scheme
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

NOW = at("2021-06-18")


def race(*jobs):
    """Run the jobs at the same moment; what each returned or raised."""
    gate = Barrier(len(jobs))

    def run(job):
        try:
            gate.wait(10)
            return job()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_record_the_start_one_wins_and_the_other_is_told(district_staff):
    project = bring_to(make_planned_project(), "tendered", "2021-04-22", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    give_round(project, "scheme")
    give_start_evidence(project, district_staff)

    def start():
        return reach_stage(project=project, stage="started", happened_on=day("2021-04-30"), actor=district_staff, at=NOW)

    results = race(start, start)
    losers = [result for result in results if isinstance(result, StageMoved)]
    assert len(losers) == 1
    assert "2021-04-30" in str(losers[0].message)
    assert StageChange.objects.filter(project=project, stage="started").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_projects_cannot_take_the_same_community_at_once(district_staff, region):
    community = make_community()

    def create():
        return enter_reserve(name="项目", county=region("130404"), communities=[community], actor=district_staff, at=NOW)

    results = race(create, create)
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert Entry.objects.filter(community=community).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_projects_created_at_once_get_different_codes(district_staff, region):
    first, second = make_community(), make_community()
    jobs = [
        lambda c=c: enter_reserve(name="项目", county=region("130404"), communities=[c], actor=district_staff, at=NOW)
        for c in (first, second)
    ]
    assert {project.code for project in race(*jobs)} == {"HB130404-2021-001", "HB130404-2021-002"}
