"""The gates of pipes and cables: every owner asked, no clash without a reason, special works completed with the rest."""

import pytest
from django.utils import translation

from lifecycle.queries import findings_for
from projects.choices import Stage
from projects.operations import give_clash_reason, withdraw_special_work
from tests.factories.evidence import at, bring_to, day, make_scheme
from tests.factories.ready import give_confirmations
from tests.factories.special import make_confirmation, make_special
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
LIFTS = (("roof", "屋面", "1", "m²", 100), ("lifts", "加装电梯", "1", "部", 100))


@pytest.fixture
def project(district_staff):
    return bring_to(make_planned_project(), "designed", "2021-03-01", district_staff)


def said(project, stage, gate, on="2021-04-30"):
    with translation.override("en"):
        return next(each for each in findings_for(project, Stage(stage), day(on)) if each.code == gate)


def test_every_owner_of_the_installation_confirms_and_the_missing_ones_are_named(project, district_staff, settings):
    settings.PIPE_OWNERS = ["water", "gas", "lifts"]
    make_scheme(project, district_staff, drawn="2021-03-01")
    make_confirmation(project, district_staff, "water")
    found = said(project, "approved", "dig_once")
    assert (found.passed, found.actual, found.required, found.sentence) == (False, 1, 2, "Not confirmed yet: Gas company.")
    assert found.link == f"/projects/{project.pk}/dig-once/"
    make_confirmation(project, district_staff, "gas", answer="cannot", reason="材料未到")
    assert said(project, "approved", "dig_once").passed
    assert not said(project, "approved", "dig_once", on="2021-03-19").passed  # confirmed on the 20th


def test_of_lifts_is_asked_where_the_scheme_holds_lifts(project, district_staff, settings):
    settings.PIPE_OWNERS = ["lifts"]
    make_scheme(project, district_staff, drawn="2021-03-01", items=LIFTS)
    assert said(project, "approved", "dig_once").sentence == "Not confirmed yet: Lift company or owner."


def test_a_clash_shuts_the_gate_until_its_owner_gives_a_reason(project, district_staff):
    give_confirmations(project, district_staff, "2021-03-20")
    assert said(project, "approved", "dig_once").passed
    yard = project.entries.get().community
    work = make_special(district_staff, yard, project=project, starts="2021-10-20", ends="2021-11-10", unsettled=True)
    found = said(project, "approved", "dig_once")
    assert (found.passed, found.actual, found.required) == (False, found.required, found.required)
    assert found.sentence == f"Clashes without a reason: Outside the window ({yard.name})."
    give_clash_reason(work=work, reason="热源 11 月才通", actor=district_staff, at=at("2021-04-01"))
    assert said(project, "approved", "dig_once").passed


def test_special_works_are_completed_by_the_day_or_withdrawn(project, district_staff):
    yard = project.entries.get().community
    assert said(project, "completed", "special_works_done").passed  # none is filed
    make_special(district_staff, yard, project=project, state="completed")
    open_one = make_special(district_staff, yard, project=project, owner="gas")
    found = said(project, "completed", "special_works_done", on="2021-06-30")
    assert (found.passed, found.actual, found.required) == (False, 1, 2)
    assert "Gas company" in found.sentence
    withdraw_special_work(work=open_one, reason="并入下年", actor=district_staff, at=at("2021-06-01"))
    assert said(project, "completed", "special_works_done", on="2021-06-30").passed
    assert not said(project, "completed", "special_works_done", on="2021-06-09").passed  # completed on the 10th
