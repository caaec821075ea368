"""80.0 % exactly passes and 79.9 % is stopped; a vote on the first version does not open the gate for the second."""

import pytest

from projects.models import Project
from surveys.models import Round
from tests.factories.evidence import ITEMS, bring_to, make_scheme
from tests.factories.people import PASSWORD, make_user
from tests.factories.ready import make_ready
from tests.factories.register import make_community
from tests.factories.rounds import make_closed_round
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerk(tree):
    return make_user("district_staff", "130404")


@pytest.fixture
def desk(open_page, sign_in, clerk):
    page = open_page()
    sign_in(page, clerk.username, PASSWORD)
    return page


def voted_project(clerk, agreed: int, households: int) -> Project:
    """A designed project whose scheme was voted by `agreed` of `households`; all else that the approval asks for is there."""
    community = make_community("130404", household_count=households)
    project = bring_to(make_planned_project(community), "designed", "2021-03-22", clerk)
    make_scheme(project, clerk, drawn="2021-03-01")
    make_closed_round(community, project, "scheme", agreed=agreed, households=households, closed="2021-04-10", scheme_version=1)
    return make_ready(project, "approved", clerk)


def record(page, project: Project, day: str) -> None:
    """Take the next step as the clerk does: day, button, question."""
    page.goto(f"/projects/{project.pk}/next/")
    page.fill("input[name=happened_on]", day)
    page.get_by_role("button", name="申报").first.click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    page.wait_for_load_state()


def test_exactly_80_percent_passes_and_the_second_version_asks_again(desk, clerk):
    project = voted_project(clerk, 8, 10)
    desk.goto(f"/projects/{project.pk}/")
    assert "80.0%" in desk.locator(".finding", has_text="改造方案表决").inner_text()
    record(desk, project, "2021-04-30")
    desk.wait_for_url(f"**/projects/{project.pk}/")
    project.refresh_from_db()
    assert project.stage == "approved"
    proof = {finding["code"]: finding for finding in project.stage_changes.get(stage="approved").findings}
    assert (proof["scheme_vote"]["actual"], proof["scheme_vote"]["required"], proof["scheme_vote"]["passed"]) == (8, 10, True)

    make_scheme(project, clerk, drawn="2021-05-06", items=(*ITEMS, ("lifts", "加装电梯", "2", "台", 900_000)))
    make_ready(project, "tendered", clerk, on="2021-05-20")
    desk.goto(f"/projects/{project.pk}/")
    finding = desk.locator(".finding.open", has_text="改造方案表决")
    assert "加装电梯" in finding.inner_text()
    record(desk, project, "2021-05-20")
    project.refresh_from_db()
    assert project.stage == "approved"
    assert "改造方案表决" in desk.locator("[role=alert]").inner_text()

    community = project.entries.get().community
    make_closed_round(community, project, "scheme", agreed=9, households=10, closed="2021-05-28", scheme_version=2)
    record(desk, project, "2021-06-10")
    desk.wait_for_url(f"**/projects/{project.pk}/")
    project.refresh_from_db()
    assert project.stage == "tendered"


def test_79_9_percent_is_stopped_with_a_sentence_that_says_who_is_missing(desk, clerk):
    project = voted_project(clerk, 799, 1000)
    round_ = Round.objects.get(project=project, kind="scheme")
    desk.goto(f"/results/{round_.code}/")
    assert "79.9" in desk.inner_text("main")
    desk.goto(f"/projects/{project.pk}/")
    finding = desk.locator(".finding.open", has_text="改造方案表决")
    assert "79.9%" in finding.inner_text()
    assert "1 户" in finding.inner_text()
    assert desk.get_by_role("button", name="申报").first.is_disabled()
    record(desk, project, "2021-04-30")
    project.refresh_from_db()
    assert project.stage == "designed"
    assert not project.stage_changes.filter(stage="approved").exists()
