"""A household says that its ballot is not its own: the gate stands still until district staff decide, in public, with a reason."""

import pytest
from django.utils import timezone

from surveys.models import Round
from surveys.operations.rounds import close_round
from surveys.results import recount
from tests.factories.entering import at_the_door, roll_of
from tests.factories.people import PASSWORD, make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, let_time_run_out, make_current_round
from tests.factories.works import make_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def closed(tree):
    """8 of 10 agree: the gate of willingness is reached exactly; one of the eight was entered at the door."""
    community = make_community("130404", name="机械厂家属院")
    round_ = make_current_round(community, make_project(community, stage="reserve"), "willingness", households=10)
    today = timezone.localdate().isoformat()
    rows = roll_of(round_)
    for entry in rows[1:8]:
        cast(entry, when=today, time="00:01")
    at_the_door(rows[0], make_user("street_staff", "130404"), when=today, time="00:02")
    let_time_run_out(round_.pk)
    return close_round(round_=Round.objects.get(pk=round_.pk), at=timezone.now())


def gate_of(page, project):
    page.goto(f"/projects/{project.pk}/")
    return page.inner_text("main")


def test_an_objection_freezes_the_gate_and_an_upheld_one_takes_the_ballot_out(closed, open_page, sign_in, axe):
    desk = open_page()
    sign_in(desk, make_user("district_staff", "130404").username, PASSWORD)
    frozen = "1 条异议还没裁定"
    assert frozen not in gate_of(desk, closed.project)

    phone = open_page(width=390, height=844, java_script_enabled=False)
    phone.goto(f"/results/{closed.code}/")
    phone.click("text=这不是我家投的，提异议")
    phone.fill("#code", code_for(roll_of(closed)[0]))
    phone.fill("#text", "那天我们都不在家，没有人来过")
    phone.click("button.go")
    assert "异议已收到" in phone.inner_text("h1")

    assert frozen in gate_of(desk, closed.project)
    desk.goto(f"/rounds/{closed.pk}/objections/")
    assert axe(desk) == []
    told = desk.inner_text("main")
    assert "那天我们都不在家" in told and "上门" in told and "不同意" not in told
    desk.get_by_role("link", name="作出决定").click()
    assert axe(desk) == [] and desk.locator("input:checked").count() == 0
    desk.get_by_role("button", name="作出决定").click()
    assert "请选择决定" in desk.inner_text("[role=alert]")
    desk.check("input[value=uphold]")
    desk.fill("textarea[name=reason]", "电话回访并看监控，当日无人上门，不是本户所投。")
    desk.get_by_role("button", name="作出决定").click()
    desk.wait_for_selector("text=看监控")
    assert axe(desk) == []

    closed.counted.refresh_from_db()
    assert (closed.counted.agreed, closed.counted.passed) == (7, False) and recount(closed).agrees
    assert [each.revision for each in closed.publications.order_by("revision")] == [1, 2]
    after = gate_of(desk, closed.project)
    assert frozen not in after and "还差 1 户" in after
    phone.goto(f"/results/{closed.code}/")
    public = phone.inner_text("main")
    assert "看监控" in public and "那天我们都不在家" not in public
