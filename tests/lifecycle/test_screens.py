"""The stair of the project's page: shares of the rounds at the foot of their steps, what the next step misses, a gate open again."""

import pytest
from django.utils import translation

from lifecycle.operations import override_gate, reach_stage
from lifecycle.screens import project_screen
from tests.factories.evidence import ITEMS, at, bring_to, day, make_record, make_scheme
from tests.factories.ready import give_round, give_scheme, make_ready
from tests.factories.works import make_planned_project, make_project

TODAY = day("2021-04-30")
NOW = at("2021-06-18")


def feet(project):
    """Stage → what stands at its foot."""
    with translation.override("en"):
        steps = project_screen(project, TODAY)["steps"]
    return {str(step["name"]): (step["gate"]["state"], step["gate"]["text"]) for step in steps if "gate" in step}


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def test_rounds_that_have_not_begun_say_so_and_the_next_step_counts_what_it_misses(district_staff, english):
    assert feet(make_project(stage="reserve")) == {
        "Planned": ("fail", "4 missing"),
        "Designed": ("none", "Opinions not begun"),
        "Approved": ("none", "Vote not begun"),
        "Accepted": ("none", "Satisfaction not begun"),
    }


def test_a_step_taken_shows_the_share_stored_with_it_whatever_comes_later(district_staff, english):
    project = make_ready(make_project(stage="reserve"), "planned", district_staff)
    reach_stage(project=project, stage="planned", happened_on=TODAY, actor=district_staff, at=NOW)
    project.refresh_from_db()
    assert feet(project)["Planned"] == ("pass", "Willingness 100.0%")
    give_round(project, "willingness", agreed=3, closed="2021-04-19")
    assert feet(project)["Planned"] == ("pass", "Willingness 100.0%")


@pytest.mark.parametrize(("agreed", "foot"), [(4, ("pass", "Vote 80.0%")), (3, ("fail", "Vote 60.0%"))])
def test_a_round_that_is_closed_already_shows_its_share_before_the_step(district_staff, english, agreed, foot):
    project = bring_to(make_planned_project(), "designed", "2021-03-22", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    give_round(project, "scheme", agreed=agreed)
    assert feet(project)["Approved"] == foot


def test_a_changed_scheme_shows_the_gate_open_again_until_the_new_vote(district_staff, english):
    project = bring_to(make_planned_project(), "designed", "2021-03-22", district_staff)
    make_ready(project, "approved", district_staff)
    reach_stage(project=project, stage="approved", happened_on=TODAY, actor=district_staff, at=NOW)
    project.refresh_from_db()
    assert feet(project)["Approved"] == ("pass", "Vote 100.0%")
    make_scheme(project, district_staff, drawn="2021-04-12", items=ITEMS[:2])
    assert feet(project)["Approved"] == ("fail", "Vote again")
    give_round(project, "scheme", version=2, closed="2021-04-20")
    assert feet(project)["Approved"] == ("pass", "Vote 100.0%")


def test_a_gate_let_pass_is_neither_green_nor_hidden(district_staff, city_official, english):
    project = bring_to(make_planned_project(), "designed", "2021-03-22", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    make_ready(project, "approved", district_staff)
    give_round(project, "scheme", agreed=3, closed="2021-04-19")
    override_gate(project=project, stage="approved", gate="scheme_vote", reason="先行", actor=city_official, at=at("2021-04-30"))
    shown = {finding["code"]: finding for finding in project_screen(project, TODAY)["findings"]}
    assert (shown["scheme_vote"]["state"], shown["scheme_vote"]["status"]) == ("near", "Let pass")
    assert "先行" in shown["scheme_vote"]["sentence"]
    reach_stage(project=project, stage="approved", happened_on=TODAY, actor=district_staff, at=NOW)
    project.refresh_from_db()
    assert feet(project)["Approved"][0] == "fail"  # the vote itself is still short, and the tender will ask for it
    make_record(project, district_staff, "tender")
    assert project_screen(project, TODAY)["missing"] == 1
