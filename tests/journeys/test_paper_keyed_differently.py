"""A signed sheet is photographed on the way, keyed differently by two clerks, settled by a third; then it counts."""

import pytest
from django.utils import timezone

from surveys.choices import SheetState
from surveys.models import Ballot, Sheet
from surveys.results import recount, tally
from tests.factories.entering import roll_of
from tests.factories.evidence import picture
from tests.factories.people import PASSWORD, make_user
from tests.factories.register import make_community
from tests.factories.rounds import make_current_round
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def round_(tree, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    community = make_community("130404", name="机械厂家属院")
    return make_current_round(community, make_planned_project(community), households=12)


@pytest.fixture
def clerk(open_page, sign_in):
    """clerk("甲", width=…): a page on which a street clerk of that name is signed in."""

    def make(name, **more):
        user = make_user("street_staff", "130404")
        user.name = name
        user.save()
        page = open_page(**more)
        sign_in(page, user.username, PASSWORD)
        return page

    return make


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def key(page, option):
    """From the list to the sheet; the cross with the keyboard alone, sent with Enter."""
    page.get_by_role("link", name="录入").first.click()
    assert page.locator("input:checked").count() == 0, "nothing is chosen before"
    page.focus("input[type=radio] >> nth=0")
    page.keyboard.press("Space" if option == "yes" else "ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('纸质票')")


def test_a_sheet_keyed_differently_is_caught_settled_by_a_third_and_counted(round_, clerk, axe):
    entry = roll_of(round_)[0]
    phone = clerk("登记员", width=390, height=844, has_touch=True)
    phone.goto(f"/rounds/{round_.pk}/missing/")
    assert axe(phone) == [] and fits(phone)
    phone.select_option("#entry", str(entry.pk))
    phone.click("button[value=sheet]")
    phone.set_input_files("input[name=photo]", {"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": picture(900, 1200)})
    phone.fill("input[name=handed_in_at]", timezone.localtime().strftime("%Y-%m-%dT%H:%M"))
    assert axe(phone) == [] and fits(phone)
    phone.get_by_role("button", name="登记").click()
    phone.wait_for_selector(".keying img")
    phone.wait_for_function(
        "() => { const image = document.querySelector('.keying img'); return image && image.complete && image.naturalWidth > 0; }"
    )
    assert axe(phone) == [] and fits(phone)

    first, second = clerk("甲"), clerk("乙")
    for page, option in ((first, "yes"), (second, "no")):
        page.goto(f"/rounds/{round_.pk}/sheets/")
        assert axe(page) == []
        key(page, option)
    assert Sheet.objects.get().state == SheetState.DIFFERS
    assert (Ballot.objects.count(), tally(round_).total.voted) == (0, 0)
    assert "由他人继续" in look(second) and "同意" not in second.inner_text(".keying .pad")

    third = clerk("丙")
    third.goto(f"/rounds/{round_.pk}/sheets/")
    third.get_by_role("link", name="裁定").click()
    rows = third.locator("tr.differs")
    assert rows.count() == 1 and rows.inner_text().split("\t")[1:] == ["同意", "不同意"]
    photo, form = third.locator(".keying figure").bounding_box(), third.locator(".keying .sec").bounding_box()
    assert photo["x"] + photo["width"] <= form["x"], "the photo stands beside the form"
    assert axe(third) == []
    third.check("input[value=no]")
    third.get_by_role("button", name="裁定并计票").click()
    third.wait_for_selector("h1:text-is('纸质票')")
    ballot = Ballot.objects.get()
    assert (ballot.channel, ballot.entered_by.name) == ("paper", "丙")
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1) and recount(round_).agrees
    assert "已计票" in third.inner_text("table") and "不同意" not in third.inner_text("main")


def look(page):
    page.get_by_role("link", name="查看").click()
    return page.inner_text("main")


def test_a_worker_enters_at_the_door_and_hands_over_the_receipt(round_, clerk, axe):
    entry, absent = roll_of(round_)[:2]
    phone = clerk("网格员", width=390, height=844, has_touch=True)
    phone.goto(f"/rounds/{round_.pk}/missing/")
    phone.locator(f"#h{absent.pk}").get_by_role("button", name="家中无人").click()
    phone.wait_for_selector(f"#h{absent.pk} .tag")
    phone.locator(f"#h{entry.pk}").get_by_role("link", name="录入投票").click()
    assert axe(phone) == [] and fits(phone) and phone.locator("input:checked").count() == 0
    phone.click("button.go")
    assert phone.locator("[role=alert]").count() == 1 and Ballot.objects.count() == 0
    phone.check("input[value=yes]")
    phone.click("button.go")
    phone.wait_for_selector(".ticket")
    ballot = Ballot.objects.get()
    assert phone.inner_text(".ticket .id").replace("-", "") == ballot.receipt
    assert axe(phone) == [] and fits(phone) and phone.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    phone.reload()
    assert Ballot.objects.count() == 1
    phone.get_by_role("link", name="下一户").click()
    assert phone.locator(f"#h{entry.pk}").count() == 0 and phone.locator(f"#h{absent.pk}").count() == 1
