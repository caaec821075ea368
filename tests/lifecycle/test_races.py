"""Two clerks at once, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from common.errors import DomainError, InvalidInput
from lifecycle.models import GateOverride, StageChange
from lifecycle.operations import StageMoved, enter_reserve, override_gate, reach_stage, take_back_override
from projects.comparing import Line
from projects.models import Entry
from projects.operations import draw_scheme
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


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_let_the_same_gate_pass_leave_one_override(district_staff, city_official, province_official):
    project = bring_to(make_planned_project(), "approved", "2021-04-19", district_staff)

    def let_pass(actor):
        return override_gate(project=project, stage="tendered", gate="award_notice", reason="先行实施", actor=actor, at=NOW)

    results = race(lambda: let_pass(city_official), lambda: let_pass(province_official))
    assert sum(isinstance(result, InvalidInput) for result in results) == 1
    assert GateOverride.objects.filter(project=project).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_override_is_either_used_or_taken_back_never_both(district_staff, city_official):
    project = bring_to(make_planned_project(), "approved", "2021-04-19", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    give_round(project, "scheme")
    row = override_gate(project=project, stage="tendered", gate="award_notice", reason="先行实施", actor=city_official, at=NOW)
    results = race(
        lambda: reach_stage(project=project, stage="tendered", happened_on=day("2021-05-10"), actor=district_staff, at=NOW),
        lambda: take_back_override(override=row, reason="收回", actor=city_official, at=NOW),
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    tendered = StageChange.objects.filter(project=project, stage="tendered").exists()
    assert tendered != GateOverride.objects.filter(takes_back=row).exists()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_draw_a_scheme_at_once_make_two_versions(district_staff):
    project = make_planned_project()

    def draw():
        item = Line("roof", "屋面防水", Decimal(100), "m²", Decimal(1_000_000))
        return draw_scheme(
            project=project, title="方案", summary="修屋面。", items=[item], drawn_on=day("2021-03-15"), reason="并行", actor=district_staff, at=NOW
        )  # fmt: skip

    assert sorted(scheme.version for scheme in race(draw, draw)) == [1, 2]
