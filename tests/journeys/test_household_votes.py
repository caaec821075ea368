"""A household votes on its phone without script, changes its mind, loses its line; after the closing it finds its vote and checks the count."""

import re

import pytest
from django.utils import timezone

from surveys.models import Ballot
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, let_time_run_out, make_current_round
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FACTS = {
    "summary": "水电气热管网、屋面、外墙",
    "amount": "8964000",
    "household_share": "860",
    "starts_on": "2021-05-10",
    "ends_on": "2021-10-30",
}


@pytest.fixture
def round_(tree):
    community = make_community("130404", name="机械厂家属院")
    contact = "机械厂社区居委会（2 号楼 1 层），0310-000-0000"
    return make_current_round(community, make_planned_project(community), facts=FACTS, contact=contact)


@pytest.fixture
def phone(open_page):
    """phone(): a page as wide as a phone, without script."""
    return lambda **more: open_page(width=390, height=844, java_script_enabled=False, **more)


def home_of(round_):
    return round_.roll.select_related("round").order_by("number").first()


def close_now(round_):
    let_time_run_out(round_.pk)
    return close_round(round_=round_, at=timezone.now())


def fits(page):
    box = page.locator("body").bounding_box()
    return box["width"] <= page.viewport_size["width"]


def send_into_nothing(page):
    """Press the button and see the browser's own page: no connection."""
    with page.expect_event("requestfailed"):
        page.click("button.go", no_wait_after=True)
    page.wait_for_function("() => !document.querySelector('.bodyp')")


def vote(page, round_, option, slip=True):
    entry = home_of(round_)
    page.goto(f"/v/{round_.code}/c/{code_for(entry)}/" if slip else f"/v/{round_.code}/")
    page.click("button.go")
    page.check(f"input[value={option}]")
    page.click("button.go")
    page.wait_for_selector(".ticket")
    return page.inner_text(".ticket .id")


def test_a_household_votes_from_its_slip_changes_its_mind_and_finds_its_vote(round_, phone, open_page, axe, tmp_path):
    page = phone()
    first = vote(page, round_, "yes")
    assert re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){2}", first) and fits(page)
    assert page.locator("img.qr").bounding_box()["width"] >= 190
    page.click("text=改我家的票")
    assert "您家已在" in page.inner_text("main") and page.locator("input:checked").count() == 0
    page.check("input[value=no]")
    page.click("button.go")
    page.wait_for_selector(".ticket")
    last = page.inner_text(".ticket .id")
    assert last != first and Ballot.objects.count() == 2
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)

    for entry in list(round_.roll.select_related("round").order_by("number"))[1:9]:
        cast(entry, when=timezone.localdate().isoformat(), time="00:00")
    close_now(round_)
    page.goto(f"/v/{round_.code}/")
    assert "投票已截止" in page.inner_text("h1")
    page.click("a:text-is('结果页')")
    page.fill("#verify-receipt", last.lower())
    page.click("text=查找")
    assert last in page.inner_text("[role=status]") and "不同意" in page.inner_text("[role=status]")

    desk = open_page(width=390, height=844)
    desk.goto(f"/results/{round_.code}/")
    assert axe(desk) == []
    desk.click("[data-check]")
    desk.wait_for_selector("[role=status] .checked")
    assert "刚刚核对：文件、签名、根值、票数一致" in desk.inner_text("[role=status]")
    copy = tmp_path / "ballots.txt"
    text = desk.request.get(f"/results/{round_.code}/ballots.txt").text()
    copy.write_text(text.replace(",against,", ",agree,", 1), encoding="utf-8")
    desk.set_input_files("[data-copy]", str(copy))
    desk.wait_for_selector("[role=status] .fail")
    assert "重新算出的根值不同" in desk.inner_text("[role=status]")


def test_large_type_and_english_stay_from_the_first_screen_to_the_receipt(round_, phone, open_page, axe):
    page = phone()
    page.goto(f"/v/{round_.code}/")
    page.click("text=大字版")
    page.click("text=English")
    page.fill("#code", code_for(home_of(round_)))
    page.click("button.go")
    page.check("input[value=yes]")
    page.click("text=Normal type")
    assert page.locator("input:checked").count() == 1, "what was chosen stays when the type changes"
    page.click("text=Large type")
    page.click("button.go")
    page.wait_for_selector(".ticket")
    assert page.locator("html").get_attribute("class") == "elder" and "Received and counted" in page.inner_text("h1") and fits(page)
    receipt = page.inner_text(".ticket .id")
    page.click("text=中文")
    assert page.inner_text(".ticket .id") == receipt and Ballot.objects.count() == 1
    seen = open_page(width=390)
    for path in (f"/v/{round_.code}/?elder=1", "/v/", "/v/?q=jxc", "/v/NONE/"):
        seen.goto(path)
        assert axe(seen) == [], path
    seen.goto(f"/v/{round_.code}/c/{code_for(home_of(round_))}/")
    seen.click("button.go")
    assert axe(seen) == []
    seen.check("input[value=yes]")
    seen.click("button.go")
    seen.wait_for_selector(".ticket")
    assert axe(seen) == []


def test_a_line_that_breaks_while_the_vote_is_sent_costs_no_vote_and_counts_none_twice(round_, phone):
    page = phone()
    page.goto(f"/v/{round_.code}/c/{code_for(home_of(round_))}/")
    page.click("button.go")
    page.check("input[value=yes]")
    page.context.set_offline(True)
    send_into_nothing(page)
    assert Ballot.objects.count() == 0
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector(".ticket")
    receipt = page.inner_text(".ticket .id")
    page.reload()
    assert page.inner_text(".ticket .id") == receipt
    assert Ballot.objects.count() == 1 and tally(round_).total.agreed == 1 and recount(round_).agrees


def test_a_vote_that_arrived_though_its_answer_was_lost_is_recognised(round_, phone):
    page = phone()
    page.goto(f"/v/{round_.code}/c/{code_for(home_of(round_))}/")
    page.click("button.go")
    page.check("input[value=yes]")

    def lose(route):
        route.fetch()  # the server has counted it …
        route.abort("connectionreset")  # … and the answer never comes

    page.route("**/cast/", lose)
    send_into_nothing(page)
    assert Ballot.objects.count() == 1
    page.unroute("**/cast/")
    page.reload()
    page.wait_for_selector(".ticket")
    assert page.inner_text(".ticket .id").replace("-", "") == Ballot.objects.get().receipt and Ballot.objects.count() == 1


def test_a_household_objects_with_its_code(round_, phone, open_page, axe):
    page = phone()
    vote(page, round_, "yes")
    close_now(round_)
    page.goto(f"/results/{round_.code}/")
    page.click("text=这不是我家投的，提异议")
    page.fill("#code", code_for(home_of(round_)))
    page.fill("#text", "那天我们都不在家")
    page.click("button.go")
    assert "异议已收到" in page.inner_text("h1") and fits(page)
    page.click("a:text-is('结果页')")
    assert "有 1 件异议正在核实" in page.inner_text("main") and "那天我们都不在家" not in page.content()
    seen = open_page(width=390)
    seen.goto(f"/v/{round_.code}/objection/")
    assert axe(seen) == []
