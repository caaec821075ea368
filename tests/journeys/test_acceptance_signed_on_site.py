"""On the phone in the yard: an item is passed, a defect recorded, a representative of the residents signs with the finger."""

import pytest

from lifecycle.models import AcceptanceSheet, Signature
from tests.factories.acceptance import make_completed_project, make_held_sheet
from tests.factories.people import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_clerk_walks_around_and_a_resident_signs_with_the_finger(tree, open_page, sign_in):
    clerk = make_user("district_staff", "130404")
    sheet = make_held_sheet(make_completed_project(clerk), clerk)
    party = sheet.parties.filter(kind="resident").first()
    page = open_page(width=390, height=844)
    sign_in(page, clerk.username, PASSWORD)
    for item in sheet.items.all():
        page.goto(f"/acceptance/{sheet.pk}/")
        page.locator(f"#item-{item.pk}").get_by_role("button", name="合格").click()
        page.wait_for_url(f"**/acceptance/{sheet.pk}/#item-{item.pk}")
    assert set(sheet.items.values_list("result", flat=True)) == {"passed"}

    page.goto(f"/acceptance/parties/{party.pk}/sign/")
    page.get_by_text("同意验收").click()
    page.fill("#name", "张玉兰")
    field = page.locator("#canvas")
    field.evaluate("canvas => canvas.scrollIntoView({block: 'center'})")  # clear of the bar at the foot
    box = field.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + 40 + step * 8, box["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()
    page.locator("button[form=sign]").click()
    page.wait_for_url(f"**/acceptance/{sheet.pk}/#parties")
    signature = Signature.objects.get(party=party)
    assert signature.way == "drawn" and signature.content_hash == AcceptanceSheet.objects.get().content_hash
    assert page.locator("svg.ink path").get_attribute("d") == signature.drawing
