"""District staff draft a round from the library, look at it as a resident, announce it, print it; it opens and its count moves by itself."""

import datetime
import uuid

import pytest
from django.utils import timezone

from surveys.models import RollEntry, Round
from surveys.operations.ballots import cast_by_phone
from surveys.tasks import advance_rounds
from tests.factories.evidence import make_scheme
from tests.factories.people import PASSWORD, make_user
from tests.factories.register import make_community
from tests.factories.rounds import code_for, fill_flats
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def yard(tree):
    community = make_community("130404", name="机械厂家属院", household_count=12)
    fill_flats(community, 12)
    project = make_planned_project(community)
    make_scheme(project, make_user("district_staff", "130404"))
    return community


def move_the_clock_to_the_opening(round_):
    """The test's way of waiting for nine days."""
    now = timezone.now()
    Round.objects.filter(pk=round_.pk).update(opens_at=now - datetime.timedelta(minutes=1))
    advance_rounds()


def vote(round_, number):
    entry = RollEntry.objects.select_related("round").get(round=round_, number=number)
    posted = {"decision": ["agree"]}
    cast_by_phone(
        round_code=round_.code,
        code=code_for(entry),
        key=uuid.uuid4(),
        posted=lambda name: posted.get(name, []),
        device="d",
        at=timezone.now(),
    )


def test_a_round_is_drafted_announced_printed_and_opened(open_page, sign_in, yard, axe):
    page = open_page()
    sign_in(page, make_user("district_staff", "130404").username, PASSWORD)

    page.get_by_role("link", name="征询表决").click()
    page.get_by_role("link", name="新建征询").click()
    page.fill("#q", "jxcjsy")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="机械厂家属院").click()
    page.check("input[value='library:scheme_full']")
    assert axe(page) == []
    page.get_by_role("button", name="生成草稿").click()

    page.wait_for_url("**/edit/")
    assert axe(page) == []
    assert page.input_value("#id_title_zh") == "改造方案表决（第 1 版）"
    page.fill("#id_contact", "居委会，2 号楼 1 层，0310-555-0101")
    page.fill("input[name='q-0-zh']", "")
    page.get_by_role("button", name="保存并预览").click()
    assert "第 1 题" in page.inner_text("[role=alert]"), "a question without words is named by its number"
    page.fill("input[name='q-0-zh']", "您家是否同意改造方案（第 1 版）？")
    page.get_by_role("button", name="保存并预览").click()

    page.wait_for_url("**/preview/")
    assert "预览页，不计票。" in page.inner_text("main")
    assert page.locator("button.go").is_disabled()
    page.get_by_role("link", name="返回").first.click()

    page.get_by_role("link", name="发布公示").click()
    page.get_by_role("button", name="发布公示").click()
    page.wait_for_selector("text=公示中")
    assert axe(page) == []
    round_ = Round.objects.get()
    assert round_.state == "announced"

    notice = page.request.get(page.get_by_role("link", name="打印公告（PDF）").get_attribute("href"))
    assert (notice.status, notice.headers["content-type"], notice.body()[:5]) == (200, "application/pdf", b"%PDF-")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="打印投票单（PDF）").click()
    opened.value.close()
    page.reload()
    assert round_.slip_prints.get().household_count == 12
    assert "再次打印原因" in page.inner_text("main")

    move_the_clock_to_the_opening(round_)
    page.reload()
    assert axe(page) == []
    voted = page.locator("#live .fig .of", has_text="/ 12").nth(1)
    assert voted.inner_text().startswith("0 / 12")
    vote(round_, 1)
    page.wait_for_function("() => document.querySelectorAll('#live .fig .of')[1].innerText.startsWith('1 / 12')", timeout=25_000)
    assert "还差" in page.inner_text(".says")
