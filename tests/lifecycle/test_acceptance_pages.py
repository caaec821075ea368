"""The pages of acceptance: who gets in, what they show, what a phone sends, the sheet on paper."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lifecycle.models import AcceptanceSheet, Defect, Signature
from tests.factories.acceptance import make_complete_sheet, make_completed_project, make_held_sheet, make_sheet, make_signed_sheet, pass_all
from tests.factories.evidence import picture
from tests.surveys.papers import Paper, squeezed

pytestmark = pytest.mark.django_db
DRAWING = "M10 100L60 40L120 150L200 60L300 120L400 80"


@pytest.fixture
def project(district_staff):
    return make_completed_project(district_staff)


@pytest.fixture
def held(project, district_staff):
    return make_held_sheet(project, district_staff)


def page(client, name, *args, **query):
    answer = client.get(reverse(f"projects:{name}", args=args), query)
    return answer, answer.content.decode(errors="replace")


def test_a_sheet_is_drawn_up_and_held_from_its_pages(client, project, district_staff):
    client.force_login(district_staff)
    form = reverse("projects:sheet-prepare", args=[project.pk])
    data = {"planned_on": "2021-06-10", "place": "广场", "name_1": "张玉兰", "place_1": "1 号楼 1 单元", "name_2": "李建军"}
    assert client.post(form, data | {"place": ""}).status_code == 422
    assert client.post(form, data).status_code == 302
    sheet = AcceptanceSheet.objects.get()
    _answer, text = page(client, "sheet", sheet.pk)
    assert "给排水管网" in text and "张玉兰" in text
    add = reverse("projects:party-add", args=[sheet.pk])
    assert client.post(add, {"kind": "department", "department": "police", "reason": "安防"}).status_code == 302
    party = sheet.parties.get(department="police")
    assert client.post(reverse("projects:party-remove", args=[party.pk]), {"reason": "不涉及"}).status_code == 302
    assert client.post(reverse("projects:sheet-hold", args=[sheet.pk]), {"held_on": "2021-06-10"}).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "held"


@pytest.mark.parametrize(
    ("person", "status"), [("other_district_staff", 404), ("other_city_official", 404), ("city_official", 200), ("auditor", 200)]
)
def test_outside_the_region_there_is_no_sheet_and_only_the_county_writes(client, held, person, status, request):
    client.force_login(request.getfixturevalue(person))
    names = ["sheet", "sheet-pdf"]
    assert {page(client, name, held.pk)[0].status_code for name in names} == {status}
    item = held.items.first()
    assert client.post(reverse("projects:sheet-item", args=[item.pk]), {"result": "passed"}).status_code == (404 if status == 404 else 403)
    assert client.post(reverse("projects:sheet-complete", args=[held.pk])).status_code in {403, 404}


def test_names_and_drawings_of_residents_are_masked_outside_the_county(client, held, district_staff, city_official):
    party = held.parties.filter(kind="resident").first()
    client.force_login(district_staff)
    data = {"seen": held.content_hash, "agrees": "yes", "name": "张玉兰", "drawing": DRAWING}
    assert client.post(reverse("projects:party-sign", args=[party.pk]), data).status_code == 302
    assert Signature.objects.get().way == "drawn"
    assert DRAWING in page(client, "sheet", held.pk)[1]
    client.force_login(city_official)
    text = page(client, "sheet", held.pk)[1]
    assert "张玉兰" not in text and "张**" in text and DRAWING not in text
    assert "张玉兰" not in Paper(client.get(reverse("projects:sheet-pdf", args=[held.pk])).content).text(0)


def test_items_are_passed_with_one_touch_and_defects_come_with_a_photo(client, held, district_staff):
    client.force_login(district_staff)
    first, second = held.items.all()[:2]
    assert client.post(reverse("projects:sheet-item", args=[first.pk]), {"do": "result", "result": "passed"}).status_code == 302
    assert client.post(reverse("projects:sheet-item", args=[first.pk]), {"do": "result", "result": "na", "note": ""}).status_code == 422
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    contractor = held.parties.get(kind="contractor")
    data = {"do": "defect", "what": "起鼓", "responsible": contractor.pk, "due_on": "2999-01-01", "photo": photo}
    assert client.post(reverse("projects:sheet-item", args=[second.pk]), data | {"what": ""}).status_code == 422
    photo.seek(0)
    assert client.post(reverse("projects:sheet-item", args=[second.pk]), data).status_code == 302
    defect = Defect.objects.get()
    assert defect.photos.count() == 1
    assert "起鼓" in page(client, "defects")[1]
    assert "起鼓" not in page(client, "defects", late="1")[1]
    look = {"mended": "yes", "checked_on": "2000-01-01", "checked_by_name": "刘工"}
    assert client.post(reverse("projects:defect", args=[defect.pk]), look).status_code == 422
    move = reverse("projects:defect-deadline", args=[defect.pk])
    assert client.post(move, {"due_on": "2998-01-01", "reason": "材料缺货"}).status_code == 302
    assert "2998-01-01" in page(client, "defect", defect.pk)[1]


def test_a_department_signs_on_its_account_and_an_old_page_is_refused(client, held, district_staff, department_staff):
    party = held.parties.get(department="housing")
    client.force_login(department_staff)
    old = held.content_hash
    sheet = pass_all(held, district_staff)
    sign = reverse("projects:party-sign", args=[party.pk])
    data = {"agrees": "yes", "name": department_staff.name}
    assert client.post(sign, data | {"seen": old}).status_code == 422
    assert client.post(sign, {"seen": sheet.content_hash, "name": department_staff.name}).status_code == 422  # nothing is chosen beforehand
    assert client.post(sign, data | {"seen": sheet.content_hash}).status_code == 302
    other = held.parties.get(department="fire")
    assert client.get(reverse("projects:party-sign", args=[other.pk])).status_code == 403


def test_the_sheet_is_completed_once_everybody_has_signed(client, project, district_staff):
    sheet = make_signed_sheet(project, district_staff)
    client.force_login(district_staff)
    answer, text = page(client, "sheet", sheet.pk)
    assert answer.context["blockers"] == [] and "disabled" not in text.split('id="items"')[0].split("h-missing")[-1]
    complete = reverse("projects:sheet-complete", args=[sheet.pk])
    assert client.get(complete).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "held"
    client.post(complete)
    sheet.refresh_from_db()
    assert sheet.state == "complete"
    paper = Paper(client.get(reverse("projects:sheet-pdf", args=[sheet.pk])).content)
    assert squeezed("联合验收单") in paper.text(0)
    assert sheet.content_hash in "".join(paper.text(number) for number in range(len(paper.pages)))
    assert "NotoSansSC-Regular" in paper.fonts


def test_what_is_missing_is_said_when_it_is_completed_too_early(client, held, district_staff):
    client.force_login(district_staff)
    answer = client.post(reverse("projects:sheet-complete", args=[held.pk]), follow=True)
    assert "外墙粉刷" in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "held"


def test_a_complete_sheet_is_withdrawn_from_the_citys_page(client, project, district_staff, city_official):
    sheet = make_complete_sheet(project, district_staff)
    withdraw = reverse("projects:sheet-withdraw", args=[sheet.pk])
    client.force_login(district_staff)
    assert client.post(withdraw, {"reason": "错"}).status_code == 403
    client.force_login(city_official)
    assert withdraw in page(client, "sheet", sheet.pk)[1]
    assert client.post(withdraw, {"reason": "资料不实"}).status_code == 302
    assert "资料不实" in page(client, "sheet", sheet.pk)[1]


def test_the_list_of_a_region_is_filtered_by_state_and_month(client, held, district_staff, other_district_staff, city_official):
    other = make_sheet(make_completed_project(district_staff), district_staff, planned="2021-07-05")
    client.force_login(city_official)

    def shown(**query):
        return [row["sheet"].pk for row in page(client, "acceptance", **query)[0].context["rows"]]

    assert shown() == [other.pk, held.pk]
    assert shown(state="held") == shown(month="2021-06") == [held.pk]
    assert shown(month="2020-01") == []
    client.force_login(other_district_staff)
    assert shown() == []


def test_queries_do_not_grow_with_the_sheet(client, project, district_staff):

    client.force_login(district_staff)
    sheet = make_held_sheet(project, district_staff)
    address = reverse("projects:sheet", args=[sheet.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for number, item in enumerate(sheet.items.all()):
        photo = SimpleUploadedFile("a.jpg", picture(300, 300), "image/jpeg")
        contractor = sheet.parties.get(kind="contractor")
        data = {"do": "defect", "what": f"缺陷{number}", "responsible": contractor.pk, "due_on": "2999-01-01", "photo": photo}
        client.post(reverse("projects:sheet-item", args=[item.pk]), data)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(after) <= len(before) + 3  # photos, checks: one query each, however many
