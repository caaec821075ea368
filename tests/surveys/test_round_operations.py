"""A round's way, its extension, corrections of its roll before the first ballot, the printing of codes."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import InvalidInput, NotAllowed
from surveys.choices import RoundState
from surveys.codes import code_of
from surveys.errors import RoundMoved
from surveys.models import Ballot, RollCorrection, RollEntry, Round, SlipPrint, Visit
from surveys.operations.ballots import door_of_code
from surveys.operations.corrections import add_to_roll, correct_area, take_off_roll
from surveys.operations.rounds import announce_round, cancel_round, extend_round, open_round, take_back_announcement
from surveys.operations.slips import print_slips
from surveys.rolls import figures_of
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.rounds import cast, fill_flats, make_draft, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
NOW = at("2021-04-02")


@pytest.fixture
def community(tree):
    return make_community("130404", name="机械厂家属院")


@pytest.fixture
def round_(community):
    return make_open_round(community, make_planned_project(community))


@pytest.fixture
def draft(community):
    fill_flats(community, 10)
    return make_draft(community, make_planned_project(community))


def new_flat(community):
    """A flat that was registered after the roll was frozen."""
    fill_flats(community, community.households.count() + 1)
    return community.households.latest("pk")


def entry_of(round_, number=1):
    return RollEntry.objects.select_related("round").get(round=round_, number=number)


# --- publicity and extension ---------------------------------------------------------------------------------------
def test_a_round_is_public_for_seven_days_before_it_opens(draft):
    with pytest.raises(InvalidInput) as refused:
        announce_round(round_=draft, actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=6, hours=23))
    assert "opens_at" in refused.value.details
    announce_round(round_=draft, actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=7))
    assert Round.objects.get().state == RoundState.ANNOUNCED


def test_publicity_begins_anew_after_it_was_taken_back(draft):
    announce_round(round_=draft, actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=8))
    take_back_announcement(round_=draft, reason="写错", actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=7))
    assert Round.objects.get().announced_at is None
    with pytest.raises(InvalidInput):
        announce_round(round_=draft, actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=6))


def test_a_round_does_not_open_before_its_time(draft):
    announce_round(round_=draft, actor=draft.created_by, at=draft.opens_at - datetime.timedelta(days=8))
    with pytest.raises(RoundMoved):
        open_round(round_=draft, at=draft.opens_at - datetime.timedelta(seconds=1))


@pytest.mark.parametrize("days", [0, -1, 16])
def test_an_extension_is_later_and_at_most_fifteen_days(round_, days):
    with pytest.raises(InvalidInput) as refused:
        extend_round(
            round_=round_, closes_at=round_.closes_at + datetime.timedelta(days=days), reason="雨", actor=round_.created_by, at=NOW
        )
    assert "closes_at" in refused.value.details


def test_a_round_is_extended_twice_and_not_a_third_time(round_):
    for _ in range(2):
        round_ = extend_round(
            round_=round_, closes_at=round_.closes_at + datetime.timedelta(days=15), reason="雨", actor=round_.created_by, at=NOW
        )
    with pytest.raises(RoundMoved):
        extend_round(round_=round_, closes_at=round_.closes_at + datetime.timedelta(days=1), reason="雨", actor=round_.created_by, at=NOW)


def test_nobody_extends_after_the_closing_or_without_a_reason(round_):
    later = round_.closes_at + datetime.timedelta(days=1)
    with pytest.raises(RoundMoved):
        extend_round(round_=round_, closes_at=later, reason="雨", actor=round_.created_by, at=round_.closes_at)
    with pytest.raises(InvalidInput):
        extend_round(round_=round_, closes_at=later, reason=" ", actor=round_.created_by, at=NOW)


def test_who_collects_the_ballots_does_not_end_an_open_round(round_):
    street = make_user("street_staff", "130404")
    with pytest.raises(NotAllowed):
        cancel_round(round_=round_, reason="不顺利", actor=street, at=NOW)
    assert cancel_round(round_=round_, reason="方案撤回", actor=round_.created_by, at=NOW).state == RoundState.CANCELLED


# --- corrections ---------------------------------------------------------------------------------------------------
def stands_as_recorded(round_):
    round_ = Round.objects.get(pk=round_.pk)
    figures = figures_of(list(round_.roll.all()))
    kept = (round_.roll_hash, round_.roll_count, round_.roll_area, round_.roll_heads)
    return kept == (figures.digest, figures.households, figures.area, figures.heads)


def test_a_missing_household_is_put_on_the_roll_and_can_vote(round_, community):
    flat = new_flat(community)
    done = add_to_roll(round_=round_, household=flat, reason="漏登", actor=round_.created_by, at=NOW)
    assert done.roll_hash == Round.objects.get().roll_hash != round_.roll_hash
    assert (Round.objects.get().roll_count, stands_as_recorded(round_)) == (11, True)
    entry = RollEntry.objects.select_related("round").get(household=flat)
    assert entry.number == 11
    assert door_of_code(round_.code, code_of(round_.secret, flat.pk, 1)).entry_id == entry.pk
    assert cast(entry).receipt


def test_a_household_is_taken_off_and_an_area_corrected_each_with_its_reason(round_):
    take_off_roll(entry=entry_of(round_, 10), reason="已拆除", actor=round_.created_by, at=NOW)
    correct_area(entry=entry_of(round_, 1), area=Decimal("88.80"), reason="房产证", actor=round_.created_by, at=NOW)
    assert (Round.objects.get().roll_count, stands_as_recorded(round_)) == (9, True)
    assert [(each.reason, each.recorded_by) for each in RollCorrection.objects.order_by("pk")] == [
        ("已拆除", round_.created_by),
        ("房产证", round_.created_by),
    ]
    assert "88.80" in RollCorrection.objects.latest("pk").what


@pytest.mark.parametrize("what", ["add", "off", "area"])
def test_after_the_first_ballot_the_roll_stays(round_, community, what):
    flat = new_flat(community)
    cast(entry_of(round_, 2))
    given = {"reason": "晚了", "actor": round_.created_by, "at": NOW}
    with pytest.raises(RoundMoved, match=r"ballot has been cast|已有人投票"):
        if what == "add":
            add_to_roll(round_=round_, household=flat, **given)
        elif what == "off":
            take_off_roll(entry=entry_of(round_), **given)
        else:
            correct_area(entry=entry_of(round_), area=Decimal(70), **given)
    assert not RollCorrection.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        RollEntry.objects.filter(pk=entry_of(round_).pk).update(area=70)


@pytest.mark.parametrize("area", ["0", "-1", "same", "1000000"])
def test_an_area_that_cannot_be_is_said_at_its_field(round_, area):
    entry = entry_of(round_)
    value = entry.area if area == "same" else Decimal(area)
    with pytest.raises(InvalidInput) as refused:
        correct_area(entry=entry, area=value, reason="房产证", actor=round_.created_by, at=NOW)
    assert "area" in refused.value.details


def test_what_cannot_be_put_on_a_roll(round_, community):
    stranger = make_households(make_community("130404"), 1)[0]
    for household in (stranger, entry_of(round_).household):
        with pytest.raises(InvalidInput) as refused:
            add_to_roll(round_=round_, household=household, reason="漏登", actor=round_.created_by, at=NOW)
        assert "household" in refused.value.details
    with pytest.raises(InvalidInput) as refused:
        take_off_roll(entry=entry_of(round_), reason="  ", actor=round_.created_by, at=NOW)
    assert "reason" in refused.value.details


def test_a_household_with_a_record_stays_on_the_roll(round_):
    Visit.objects.create(entry=entry_of(round_), outcome="absent", recorded_at=NOW, recorded_by=round_.created_by)
    with pytest.raises(RoundMoved):
        take_off_roll(entry=entry_of(round_), reason="已拆除", actor=round_.created_by, at=NOW)
    assert stands_as_recorded(round_)


def test_the_last_household_stays(community):
    round_ = make_open_round(community, make_planned_project(community), households=1)
    with pytest.raises(RoundMoved):
        take_off_roll(entry=entry_of(round_), reason="已拆除", actor=round_.created_by, at=NOW)


def test_only_who_manages_rounds_there_corrects(round_):
    for stranger in (make_user("district_staff", "130403"), make_user("auditor", "130000"), make_user("city_official", "130400")):
        with pytest.raises(NotAllowed):
            correct_area(entry=entry_of(round_), area=Decimal(70), reason="房产证", actor=stranger, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_ballot_and_a_correction_at_once_never_both_pass_each_other(tree):
    """Either the ballot comes first and the correction is refused, or it waits for the correction's new hash."""
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community))
    entry, other = entry_of(round_, 1), entry_of(round_, 2)
    start, said = threading.Barrier(2), []

    def vote():
        start.wait()
        cast(other)
        connection.close()

    def correct():
        start.wait()
        try:
            correct_area(entry=entry, area=Decimal("71.50"), reason="房产证", actor=round_.created_by, at=NOW)
            said.append("corrected")
        except RoundMoved:
            said.append("refused")
        connection.close()

    threads = [threading.Thread(target=vote), threading.Thread(target=correct)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Ballot.objects.count() == 1
    assert stands_as_recorded(round_)
    assert RollCorrection.objects.count() == (said == ["corrected"])


# --- slips ---------------------------------------------------------------------------------------------------------
def test_slips_printed_during_publicity_hold_the_codes_that_open_the_round(draft):
    actor = draft.created_by
    announce_round(round_=draft, actor=actor, at=draft.opens_at - datetime.timedelta(days=8))
    codes = print_slips(round_=draft, actor=actor, at=NOW)
    open_round(round_=draft, at=draft.opens_at)
    assert len(codes) == 10
    doors = {door_of_code(draft.code, each.code).door for each in codes}
    assert doors == {each.door for each in codes}


def test_each_printing_is_on_record_and_the_second_one_says_why(round_):
    actor = round_.created_by
    print_slips(round_=round_, actor=actor, at=NOW)
    with pytest.raises(InvalidInput) as refused:
        print_slips(round_=round_, actor=actor, at=NOW)
    assert "reason" in refused.value.details
    print_slips(round_=round_, building="1号楼", reason="雨淋", actor=actor, at=NOW)
    rows = list(SlipPrint.objects.order_by("pk").values_list("household_count", "reason", "recorded_by"))
    assert rows == [(10, "", actor.pk), (10, "1号楼 · 雨淋", actor.pk)]


def test_a_household_with_a_new_code_gets_the_new_one_on_its_slip(round_):
    entry = entry_of(round_)
    RollEntry.objects.filter(pk=entry.pk).update(issue=2)
    codes = print_slips(round_=round_, actor=round_.created_by, at=NOW)
    assert codes[0].code == code_of(round_.secret, entry.household_id, 2)


def test_no_slip_without_right_state_or_household(round_):
    with pytest.raises(NotAllowed):
        print_slips(round_=round_, actor=make_user("auditor", "130000"), at=NOW)
    with pytest.raises(InvalidInput):
        print_slips(round_=round_, building="9号楼", actor=round_.created_by, at=NOW)
    cancel_round(round_=round_, reason="撤回", actor=round_.created_by, at=NOW)
    with pytest.raises(RoundMoved):
        print_slips(round_=round_, actor=round_.created_by, at=NOW)
    assert not SlipPrint.objects.exists()
