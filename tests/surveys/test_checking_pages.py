"""Pages of paper, call-backs, reviews and objections: keyers see nothing of each other, nobody sees a choice that need not."""

import pytest
from django.urls import reverse
from django.utils import timezone

from common.crypto import seal
from surveys.choices import ReviewKind, SheetState
from surveys.models import Annulment, Ballot, CallBack, Keying, Objection, Review, Round, Sheet
from surveys.operations.doorstep import reissue_code
from surveys.operations.objections import raise_objection
from surveys.operations.rounds import close_round
from surveys.reviews import raise_review
from tests.factories.entering import roll_of
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import code_for, let_time_run_out, make_current_round
from tests.factories.works import make_planned_project
from tests.surveys.desk_pages import address, at_door, key, objection_to, page, photo, sheet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(tree):
    """Open now."""
    community = make_community("130404", name="机械厂家属院")
    return make_current_round(community, make_planned_project(community), households=10)


@pytest.fixture
def clerks(tree):
    people = [make_user("street_staff", "130404") for _ in range(3)]
    for number, person in enumerate(people, 1):
        person.name = f"录入员{number}"
        person.save()
    return people


def now_text():
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


# --- paper -------------------------------------------------------------------------------------------------------
def test_a_sheet_is_registered_with_its_photo_and_leads_to_its_keying(round_, clerks):
    entry = roll_of(round_)[0]
    client = page(clerks[0])
    assert f'value="{entry.pk}" selected' in client.get(address("sheet-new", round_) + f"?entry={entry.pk}").content.decode()
    form = {"entry": entry.pk, "handed_in_at": now_text()}
    assert "请上传签字票照片" in client.post(address("sheet-new", round_), form).content.decode()
    bad = client.post(address("sheet-new", round_), form | {"photo": photo(raw=b"no picture")})
    assert bad.status_code == 422 and "不是照片" in bad.content.decode()
    answer = client.post(address("sheet-new", round_), form | {"photo": photo()})
    sheet = Sheet.objects.get()
    assert answer.headers["Location"] == address("sheet", round_, sheet.pk)
    shown = client.get(address("sheet-photo", round_, sheet.pk))
    assert shown.headers["Content-Type"] == "image/jpeg" and "no-store" in shown.headers["Cache-Control"]


@pytest.mark.parametrize("entry", ["", "0", "999999999", "x"])
def test_a_household_that_is_not_on_the_roll_cannot_be_chosen(round_, clerks, entry):
    answer = page(clerks[0]).post(address("sheet-new", round_), {"entry": entry, "handed_in_at": now_text(), "photo": photo()})
    assert answer.status_code == 422
    assert not Sheet.objects.exists()


def test_nothing_is_chosen_before_and_nothing_of_the_other_keying_is_seen(round_, clerks):
    sheet = sheet_of(roll_of(round_)[0], clerks[0])
    where = address("sheet", round_, sheet.pk)
    page(clerks[0]).post(where, {"number": 1, "decide": "no", "more": "楼道灯不亮"})
    assert Keying.objects.get().answers == {"decide": "no", "more": "楼道灯不亮"}
    for reader in clerks[:2]:
        text = page(reader).get(where).content.decode()
        assert "楼道灯" not in text and "checked" not in text
    assert "由他人继续" in page(clerks[0]).get(where).content.decode()
    assert 'type="radio"' in page(clerks[1]).get(where).content.decode()


def test_the_third_sees_both_keyings_with_the_differences_and_settles(round_, clerks):
    sheet = sheet_of(roll_of(round_)[0], clerks[0])
    key(sheet, clerks[0], "yes", more="修屋面")
    key(sheet, clerks[1], "no", 2, more="修屋面")
    where = address("sheet", round_, sheet.pk)
    for earlier in clerks[:2]:
        assert 'class="differs"' not in page(earlier).get(where).content.decode()
    text = page(clerks[2]).get(where).content.decode()
    assert text.count('class="differs"') == 1 and "不同" in text and "修屋面" in text and "checked" not in text
    page(clerks[2]).post(where, {"number": 3, "decide": "yes", "more": "修屋面"})
    sheet.refresh_from_db()
    assert sheet.state == SheetState.COUNTED
    assert "修屋面" not in page(clerks[2]).get(where).content.decode()


def test_who_keys_too_late_or_twice_is_told_in_the_page(round_, clerks):
    sheet = sheet_of(roll_of(round_)[0], clerks[0])
    where = address("sheet", round_, sheet.pk)
    key(sheet, clerks[0], "yes")
    late = page(clerks[1]).post(where, {"number": 1, "decide": "no"})
    assert late.status_code == 409 and "请刷新" in late.content.decode()
    twice = page(clerks[0]).post(where, {"number": 2, "decide": "no"})
    assert twice.status_code == 409 and "换一人" in twice.content.decode()
    missing = page(clerks[1]).post(where, {"number": 2, "more": "x"})
    assert missing.status_code == 422 and "还没有录入" in missing.content.decode()


def test_the_list_offers_keying_to_those_who_can(round_, clerks):
    sheet = sheet_of(roll_of(round_)[0], clerks[0])
    key(sheet, clerks[0])
    own, other = (page(who).get(address("sheets", round_)).content.decode() for who in clerks[:2])
    assert "本账号可录 0 张" in own and "本账号可录 1 张" in other


def test_a_sheet_is_taken_out_with_a_reason_that_the_list_shows(round_, clerks):
    sheet = sheet_of(roll_of(round_)[0], clerks[0])
    client = page(clerks[1])
    assert client.post(address("sheet-void", round_, sheet.pk), {"reason": ""}).status_code == 422
    client.post(address("sheet-void", round_, sheet.pk), {"reason": "未签字"})
    assert "未签字" in client.get(address("sheets", round_)).content.decode()


def test_after_the_closing_the_pages_offer_keying_but_no_registering(round_, clerks):
    entry = roll_of(round_)[0]
    sheet_of(entry, clerks[0])
    client, register = page(clerks[1]), address("sheet-new", round_)
    assert register in client.get(address("sheets", round_)).content.decode()
    assert 'value="sheet"' in client.get(address("missing", round_)).content.decode()
    let_time_run_out(round_.pk)
    for _state in ("open", "keying"):
        text = client.get(address("sheets", round_)).content.decode()
        assert register not in text and "本账号可录 1 张" in text
        assert 'value="sheet"' not in client.get(address("missing", round_)).content.decode()
        shown = client.get(register).content.decode()
        assert "不再登记" in shown and 'name="photo"' not in shown
        sent = client.post(register, {"entry": entry.pk, "handed_in_at": now_text(), "photo": photo(name="b.jpg")})
        assert sent.status_code == 422 and "不再登记" in sent.content.decode()
        close_round(round_=Round.objects.get(pk=round_.pk), at=timezone.now())
    assert (Round.objects.get(pk=round_.pk).state, Sheet.objects.count()) == ("keying", 1)


# --- call-backs --------------------------------------------------------------------------------------------------
def test_a_call_is_recorded_without_the_choice_being_shown(round_, clerks, settings):
    settings.CALL_BACK_PERCENT = 100
    entry = roll_of(round_)[0]
    household = entry.household
    household.phone_sealed = seal("13812345678")
    household.save()
    at_door(entry, clerks[0], "no")
    call = CallBack.objects.get()
    client = page(clerks[1])
    for where in (address("call-backs", round_), address("call-back", round_, call.pk)):
        text = client.get(where).content.decode()
        assert "138****5678" in text and "13812345678" not in text and "不同意" not in text
    assert client.post(address("call-back", round_, call.pk), {"outcome": "denied"}).status_code == 422
    client.post(address("call-back", round_, call.pk), {"outcome": "denied", "note": "没人来过"})
    assert Review.objects.get().kind == ReviewKind.DENIED_CALL
    text = client.get(address("reviews", round_)).content.decode()
    assert "没人来过" in text and "录入员1" in text and "不同意" not in text


# --- reviews -----------------------------------------------------------------------------------------------------
def test_every_kind_of_review_says_what_was_found_in_a_sentence(round_, clerks):
    found = [
        (ReviewKind.ONE_DEVICE, "abcdef", {"households": 7}, "7 户"),
        (ReviewKind.ONE_ACCOUNT, f"{clerks[0].pk} 2021-04-06", {"ballots": 61, "name": "录入员1"}, "录入员1 于 2021-04-06 录入 61 票"),
        (ReviewKind.NIGHT, "2021-04-06", {"ballots": 11}, "11 票"),
        (ReviewKind.STAFF_SHARE, "all", {"staff": 21, "ballots": 40}, "21 票"),
        (ReviewKind.DENIED_CALL, "ballot 0", {"account": 1, "said": "没人来过"}, "没人来过"),
        (ReviewKind.CODE_GUESSING, "2021-04-06T23", {"more_than": 100, "hour": "2021-04-06T23:00"}, "100 次"),
    ]
    for kind, subject, detail, _words in found:
        raise_review(round_=round_, kind=kind, subject=subject, detail=detail, at=timezone.now())
    assert {kind for kind, *_rest in found} == set(ReviewKind)
    text = page(clerks[1]).get(address("reviews", round_)).content.decode()
    assert [words for *_rest, words in found if words not in text] == []
    assert "abcdef" not in text


def test_a_review_is_settled_on_its_page_and_stays_with_what_was_found(round_, clerks):
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=timezone.now())
    client = page(clerks[0])
    assert client.post(address("review", round_, review.pk), {"note": " "}).status_code == 422
    client.post(address("review", round_, review.pk), {"note": "夜班工人集中投票，已抽查。"})
    assert "夜班工人" in client.get(address("reviews", round_)).content.decode()


def test_who_entered_what_is_listed_for_ever_by_account_and_day(round_, clerks, auditor):
    rows = roll_of(round_)
    for entry in rows[:3]:
        at_door(entry, clerks[0])
    at_door(rows[0], clerks[0], "no", replaces=True)
    sheet = sheet_of(rows[4], clerks[0])
    key(sheet, clerks[1])
    key(sheet, clerks[2], number=2)
    text = page(auditor).get(address("reviews", round_)).content.decode()
    table = text[text.index('id="h-hands"') :]
    assert "共 5 票" in table
    lines = [" ".join(line.split("<td")) for line in table.split("<tr>") if "录入员" in line]
    assert len(lines) == 2 and "录入员1" in lines[0] and ">4<" in lines[0] and "录入员3" in lines[1] and ">1<" in lines[1]


# --- objections --------------------------------------------------------------------------------------------------
def test_an_objection_is_shown_and_decided_without_the_choice(round_, clerks, district_staff):
    entry = roll_of(round_)[0]
    at_door(entry, clerks[0], "no")
    objection = objection_to(entry)
    client = page(district_staff)
    where = address("objection-decide", round_, objection.pk)
    for text in (client.get(where).content.decode(), client.get(address("objections", round_)).content.decode()):
        assert "这张票不是我家投的" in text and "录入员1" in text and "上门" in text
        assert ">不同意<" not in text and "checked" not in text
    assert "异议成立，该票不计" in client.get(where).content.decode()
    assert client.post(where, {"reason": "x"}).status_code == 422
    assert client.post(where, {"decision": "uphold", "reason": ""}).status_code == 422
    client.post(where, {"decision": "uphold", "reason": "回访属实，不是本户所投。"})
    objection.refresh_from_db()
    assert objection.state == "upheld" and Annulment.objects.get().ballot == objection.ballot
    text = client.get(address("objections", round_)).content.decode()
    assert "回访属实" in text
    again = client.post(where, {"decision": "dismiss", "reason": "再想想"})
    assert again.status_code == 422 and "已决定" in client.get(where).content.decode()


def test_whoever_had_the_ballot_in_hand_is_told_before_and_refused_after(round_, district_staff):
    entry = roll_of(round_)[0]
    at_door(entry, district_staff)
    objection = objection_to(entry)
    client = page(district_staff)
    where = address("objection-decide", round_, objection.pk)
    assert "请同事处理" in client.get(where).content.decode()
    assert client.post(where, {"decision": "dismiss", "reason": "没有问题"}).status_code == 422
    assert Objection.objects.get().state == "open"


def test_a_code_given_out_after_the_closing_is_shown_to_whoever_decides(round_, clerks, district_staff):
    before, after = roll_of(round_)[:2]
    district_staff.name = "发码员"
    district_staff.save()
    for entry in (before, after):
        at_door(entry, clerks[0])
    reissue_code(entry=before, reason="早先遗失", actor=district_staff, at=timezone.now())
    before.refresh_from_db()
    first = objection_to(before)
    reissue_code(entry=after, reason="截止后遗失", actor=district_staff, at=timezone.now())
    after.refresh_from_db()
    second = raise_objection(round_code=round_.code, code=code_for(after), text="不是我家", at=timezone.now())
    reissue_code(entry=before, reason="提完之后又丢", actor=district_staff, at=timezone.now())
    colleague = page(make_user("district_staff", "130404"))
    listed = colleague.get(address("objections", round_)).content.decode()
    assert (
        listed.count("重新发放投票码") == 1
        and "发码员" in listed
        and "截止后遗失" in listed
        and "早先" not in listed
        and "之后又丢" not in listed
    )
    assert "截止后遗失" in colleague.get(address("objection-decide", round_, second.pk)).content.decode()
    assert "重新发放投票码" not in colleague.get(address("objection-decide", round_, first.pk)).content.decode()
    own = address("objection-decide", round_, second.pk)
    assert "未持有" in page(district_staff).get(own).content.decode()
    refused = page(district_staff).post(own, {"decision": "uphold", "reason": "属实"})
    assert refused.status_code == 422 and not Annulment.objects.exists()
    colleague.post(own, {"decision": "uphold", "reason": "已上门核实。"})
    assert Annulment.objects.get().objection == second


def test_the_photo_of_the_sheet_stands_with_the_objection(round_, clerks, district_staff):
    entry = roll_of(round_)[0]
    sheet = sheet_of(entry, clerks[0])
    key(sheet, clerks[0])
    key(sheet, clerks[1], number=2)
    objection = objection_to(entry)
    text = page(district_staff).get(address("objection-decide", round_, objection.pk)).content.decode()
    assert reverse("surveys:sheet-photo", args=[round_.pk, sheet.pk]) in text


def test_those_who_only_look_on_see_the_door_masked(round_, auditor, clerks):
    entry = roll_of(round_)[0]
    at_door(entry, clerks[0])
    objection_to(entry)
    door = entry.door
    text = page(auditor).get(address("objections", round_)).content.decode()
    assert f"{door[0]}**" in text and f" {door}<" not in text
    assert door in page(clerks[1]).get(address("objections", round_)).content.decode()
    assert Ballot.objects.get().channel == "visit"
