"""Pages of entering and checking: who may, what is shown and what never is, what a refusal says."""

import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from common.crypto import seal
from communities.models import Owner
from surveys.choices import ReviewKind
from surveys.models import Ballot, CallBack, Round, SlipPrint, Visit
from surveys.reviews import raise_review
from tests.factories.entering import roll_of
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, make_current_round
from tests.factories.works import make_planned_project
from tests.surveys.desk_pages import address, at_door, key, objection_to, page, photo, sheet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(tree):
    """Open now."""
    community = make_community("130404", name="机械厂家属院")
    return make_current_round(community, make_planned_project(community), households=10)


@pytest.fixture
def worker(tree):
    return make_user("street_staff", "130404")


# --- who may -----------------------------------------------------------------------------------------------------
READERS = {
    "missing": {"district_staff", "street_staff"},
    "sheets": {"district_staff", "street_staff"},
    "sheet-new": {"district_staff", "street_staff"},
    "call-backs": {"district_staff", "street_staff"},
    "reviews": {"province_official", "city_official", "district_staff", "street_staff", "auditor"},
    "objections": {"province_official", "city_official", "district_staff", "street_staff", "auditor"},
}
PLACES = {"province_official": "130000", "city_official": "130400", "auditor": "130000"}


@pytest.mark.parametrize("role", ["province_official", "city_official", "district_staff", "street_staff", "department_staff", "auditor"])
def test_each_page_opens_for_its_roles_alone(round_, role):
    client = page(make_user(role, PLACES.get(role, "130404")))
    found = {name: client.get(address(name, round_)).status_code for name in READERS}
    assert found == {name: 200 if role in roles else 403 for name, roles in READERS.items()}


def test_pages_about_one_row_are_closed_to_others_too(round_, worker, settings, auditor):
    settings.CALL_BACK_PERCENT = 100
    entry = roll_of(round_)[0]
    at_door(entry, worker)
    sheet = sheet_of(roll_of(round_)[1], worker)
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=timezone.now())
    key(sheet, worker)
    key(sheet, make_user("street_staff", "130404"), number=2)
    objection = objection_to(entry)
    rows = [
        ("door", entry.pk), ("new-code", entry.pk), ("sheet", sheet.pk), ("sheet-photo", sheet.pk), ("sheet-void", sheet.pk),
        ("call-back", CallBack.objects.get().pk), ("review", review.pk), ("objection-decide", objection.pk),
    ]  # fmt: skip
    stranger, colleague = page(make_user("district_staff", "130403")), page(make_user("street_staff", "130404"))
    for name, pk in rows:
        where = address(name, round_, pk)
        assert page(auditor).get(where).status_code == 403, name
        assert stranger.get(where).status_code == 404, name
        assert stranger.post(where).status_code == (405 if name == "sheet-photo" else 404), name
        assert colleague.get(where).status_code == (403 if name == "objection-decide" else 200), name


def test_rows_of_another_round_are_not_found_under_this_one(round_, worker):
    community = make_community("130404")
    other = make_current_round(community, make_planned_project(community), households=3)
    entry = roll_of(other)[0]
    sheet = sheet_of(entry, worker)
    client = page(worker)
    for name, pk in (("door", entry.pk), ("new-code", entry.pk), ("sheet", sheet.pk), ("sheet-photo", sheet.pk)):
        assert client.get(address(name, round_, pk)).status_code == 404, name
    assert client.post(address("visit", round_, entry.pk), {"outcome": "absent"}).status_code == 404
    assert not Visit.objects.exists()


def test_a_round_without_a_roll_has_none_of_these_pages(round_, worker):
    draft = Round.objects.create(
        code="DRAFT2", secret="x", community=round_.community, project=round_.project, kind="satisfaction", title_zh="满意度",
        opens_at=at("2030-04-01"), closes_at=at("2030-04-10"), created_at=timezone.now(), created_by=worker,
    )  # fmt: skip
    assert page(worker).get(address("missing", draft)).status_code == 404


# --- the list for the way ----------------------------------------------------------------------------------------
def test_the_list_names_who_is_missing_with_masked_people_and_their_visits(round_, worker):
    first, second = roll_of(round_)[:2]
    household = second.household
    household.phone_sealed = seal("13812345678")
    household.save()
    Owner.objects.create(household=household, name_sealed=seal("王建国"), person="p")
    cast(first, when=timezone.localdate().isoformat(), time="00:01")
    client = page(worker)
    client.post(address("visit", round_, second.pk), {"outcome": "absent", "note": "下午再来"})
    text = client.get(address("missing", round_)).content.decode()
    assert "王**" in text and "138****5678" in text and "王建国" not in text and "13812345678" not in text
    assert "家中无人" in text and "下午再来" in text
    assert f'id="h{second.pk}"' in text and f'id="h{first.pk}"' not in text
    assert f'id="h{second.pk}"' not in client.get(address("missing", round_) + "?only=new").content.decode()
    assert f'id="h{second.pk}"' in client.get(address("missing", round_) + "?only=visited").content.decode()


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_households(round_, worker, django_assert_max_num_queries):
    client = page(worker)
    with django_assert_max_num_queries(16):
        client.get(address("missing", round_))


def test_a_visit_is_recorded_with_one_button_and_leads_back_to_its_place(round_, worker):
    entry = roll_of(round_)[0]
    answer = page(worker).post(address("visit", round_, entry.pk), {"outcome": "refused", "only": "new"})
    assert answer.headers["Location"] == address("missing", round_) + f"?only=new#h{entry.pk}"
    assert (Visit.objects.get().outcome, Visit.objects.get().recorded_by) == ("refused", worker)
    assert 'name="note"' in page(worker).get(address("door", round_, entry.pk)).content.decode()


def test_any_household_of_the_roll_can_be_chosen(round_, worker):
    entry = roll_of(round_)[3]
    client = page(worker)
    for to, name in (("door", "door"), ("code", "new-code")):
        assert client.get(address("missing", round_), {"entry": entry.pk, "to": to}).headers["Location"] == address(name, round_, entry.pk)
    where = client.get(address("missing", round_), {"entry": entry.pk, "to": "sheet"}).headers["Location"]
    assert where == address("sheet-new", round_) + f"?entry={entry.pk}"


# --- the door ----------------------------------------------------------------------------------------------------
def test_nothing_is_chosen_before_the_household_speaks(round_, worker):
    text = page(worker).get(address("door", round_, roll_of(round_)[0].pk)).content.decode()
    assert 'type="radio"' in text and "checked" not in text and " selected" not in text


def test_a_vote_is_entered_and_answered_with_a_receipt_that_hides_the_choice(round_, worker):
    entry = roll_of(round_)[0]
    form = {"key": uuid.uuid4(), "decide": "no", "more": "楼道灯不亮"}
    client = page(worker)
    first = client.post(address("door", round_, entry.pk), form)
    ballot = Ballot.objects.get()
    text = first.content.decode()
    assert first.status_code == 200 and ballot.receipt[:4] in text
    assert "不同意" not in text and "楼道灯" not in text
    client.post(address("door", round_, entry.pk), form)
    assert Ballot.objects.count() == 1


def test_what_is_missing_stands_at_its_question_and_what_was_said_stays(round_, worker):
    answer = page(worker).post(
        address("door", round_, roll_of(round_)[0].pk), {"key": uuid.uuid4(), "more": "楼道灯不亮", "owners_agree": "2"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422 and "楼道灯不亮" in text and 'value="2"' in text
    assert "请填两个数" in text
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("key_", ["", "no-key"])
def test_a_form_without_its_key_is_refused(round_, worker, key_):
    answer = page(worker).post(address("door", round_, roll_of(round_)[0].pk), {"key": key_, "decide": "yes"})
    assert answer.status_code == 422
    assert not Ballot.objects.exists()


def test_a_proxy_comes_with_a_document_from_the_phones_camera(round_, worker):
    entry = roll_of(round_)[0]
    form = {"key": uuid.uuid4(), "decide": "yes", "proxy_name": "李梅"}
    client = page(worker)
    assert "拍照上传" in client.post(address("door", round_, entry.pk), form).content.decode()
    assert client.post(address("door", round_, entry.pk), form | {"document": photo()}).status_code == 200
    assert client.get(address("ballot-document", round_, Ballot.objects.get().pk)).headers["Content-Type"] == "image/jpeg"


def test_a_household_that_has_answered_is_asked_whether_it_wants_to_replace(round_, worker):
    entry = roll_of(round_)[0]
    at_door(entry, worker, "no")
    client = page(worker)
    text = client.get(address("door", round_, entry.pk)).content.decode()
    assert 'name="replaces"' in text and "checked" not in text
    form = {"key": uuid.uuid4(), "decide": "yes"}
    assert client.post(address("door", round_, entry.pk), form).status_code == 409
    assert client.post(address("door", round_, entry.pk), form | {"replaces": "on"}).status_code == 200
    assert Ballot.objects.count() == 2


def test_divided_owners_lead_back_to_the_list(round_, worker):
    entry = roll_of(round_)[0]
    answer = page(worker).post(address("door", round_, entry.pk), {"key": uuid.uuid4(), "owners_agree": "1", "owners_against": "1"})
    assert answer.status_code == 302
    assert Visit.objects.get().outcome == "tie"


def test_the_worker_learns_nowhere_that_a_ballot_was_drawn(round_, worker, settings):
    settings.CALL_BACK_PERCENT = 100
    ballot = at_door(roll_of(round_)[0], worker)
    call = CallBack.objects.get(ballot=ballot)
    client = page(worker)
    assert "待回访的住户" in client.get(address("call-backs", round_)).content.decode()  # nobody waits
    assert client.get(address("call-back", round_, call.pk)).status_code == 404
    assert reverse("surveys:call-backs", args=[round_.pk]) not in _todo(client, round_)
    assert reverse("surveys:call-backs", args=[round_.pk]) in _todo(page(make_user("street_staff", "130404")), round_)


def _todo(client, round_):
    text = client.get(reverse("surveys:detail", args=[round_.pk])).content.decode()
    found = re.search(r'<ul class="todo">.*?</ul>', text, re.DOTALL)
    return found[0] if found else ""


# --- new codes ---------------------------------------------------------------------------------------------------
def test_a_new_code_is_shown_once_and_kept_by_nobody(round_, worker):
    entry = roll_of(round_)[0]
    client = page(worker)
    assert client.post(address("new-code", round_, entry.pk), {"reason": ""}).status_code == 422
    answer = client.post(address("new-code", round_, entry.pk), {"reason": "票条丢失"})
    entry.refresh_from_db()
    code = code_for(entry)
    assert f"{code[:4]}-{code[4:]}" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert code[:4] not in client.get(address("new-code", round_, entry.pk)).content.decode()
    assert SlipPrint.objects.get().entry == entry


def test_the_new_slip_comes_as_a_pdf(round_, worker):
    answer = page(worker).post(address("new-code", round_, roll_of(round_)[0].pk), {"reason": "票条丢失", "as": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "no-store"
