"""Entered at the door: by somebody named, on the same roll, sometimes called back; absent and refused are no ballots."""

import uuid

import pytest
from django.core.files.storage import default_storage
from django.test import override_settings

from common.crypto import unseal
from common.errors import InvalidInput, NotAllowed
from surveys.choices import Channel, VisitOutcome
from surveys.errors import AnswersMissing, CannotEnter, CodeRefused, RoundClosed
from surveys.models import Ballot, CallBack, RollEntry, SlipPrint, Visit
from surveys.operations import doorstep
from surveys.operations.doorstep import enter_at_door, record_visit, reissue_code
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from tests.communities.test_races import at_once
from tests.factories.entering import at_the_door, roll_of, says
from tests.factories.evidence import at, picture
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, make_open_round
from tests.factories.works import make_planned_project

never_drawn = override_settings(CALL_BACK_PERCENT=0)
always_drawn = override_settings(CALL_BACK_PERCENT=100)


@pytest.fixture
def round_(db, tree):
    community = make_community("130404", name="机械厂家属院")
    return make_open_round(community, make_planned_project(community))


@pytest.fixture
def worker(tree):
    return make_user("street_staff", "130404")


def visits(entry, actor, outcome="absent", *, time="18:00", **more):
    return record_visit(round_=entry.round, entry=entry, outcome=outcome, actor=actor, at=at("2021-04-06", time), **more)


def test_a_ballot_at_the_door_counts_and_keeps_the_workers_name(round_, worker):
    entry = roll_of(round_)[0]
    ballot = at_the_door(entry, worker)
    entry.refresh_from_db()
    assert (entry.ballot_id, ballot.channel, ballot.entered_by) == (ballot.pk, Channel.VISIT, worker)
    assert (tally(round_).total.agreed, tally(round_).channels) == (1, {"visit": 1})
    assert recount(round_).agrees


def test_the_same_form_sent_again_is_the_same_ballot_even_after_the_closing(round_, worker):
    entry, key = roll_of(round_)[0], uuid.uuid4()
    first = at_the_door(entry, worker, key=key)
    assert at_the_door(entry, worker, key=key, time="18:05").pk == first.pk
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    assert at_the_door(entry, worker, key=key, when="2021-04-11").pk == first.pk
    assert Ballot.objects.count() == 1


def test_a_form_that_comes_again_with_other_answers_is_refused(round_, worker):
    entry, key = roll_of(round_)[0], uuid.uuid4()
    at_the_door(entry, worker, "yes", key=key)
    with pytest.raises(CannotEnter, match="答案不同"):
        at_the_door(entry, worker, "no", key=key)
    assert tally(round_).total.agreed == 1


def test_a_resent_form_never_takes_the_place_of_a_later_ballot_of_the_household(round_, worker):
    entry, key = roll_of(round_)[0], uuid.uuid4()
    at_the_door(entry, worker, "yes", key=key)
    cast(entry, "no", time="20:00")
    at_the_door(entry, worker, "yes", key=key, time="21:00")
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)


def test_a_household_that_has_answered_is_replaced_only_when_it_wants_to(round_, worker):
    entry = roll_of(round_)[0]
    cast(entry, "yes", time="10:00")
    with pytest.raises(CannotEnter) as refused:
        at_the_door(entry, worker, "no")
    assert set(refused.value.details) == {"replaces"}
    at_the_door(entry, worker, "no", replaces=True)
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)
    assert Ballot.objects.count() == 2


def test_no_household_off_the_roll_votes(round_, worker):
    other_community = make_community("130404")
    other = make_open_round(other_community, make_planned_project(other_community))
    stranger = roll_of(other)[0]
    with pytest.raises(CannotEnter, match="名册"):
        enter_at_door(round_=round_, entry=stranger, posted=says(), actor=worker, at=at("2021-04-06"), key=uuid.uuid4())
    with pytest.raises(CannotEnter, match="名册"):
        record_visit(round_=round_, entry=stranger, outcome="absent", actor=worker, at=at("2021-04-06"))
    assert not Ballot.objects.exists() and not Visit.objects.exists()


@pytest.mark.parametrize("moment", [("2021-03-31", "12:00"), ("2021-04-10", "20:00")])
def test_before_and_after_its_time_nothing_is_entered(round_, worker, moment):
    with pytest.raises(RoundClosed):
        at_the_door(roll_of(round_)[0], worker, when=moment[0], time=moment[1])
    with pytest.raises(RoundClosed):
        record_visit(round_=round_, entry=roll_of(round_)[0], outcome="absent", actor=worker, at=at(*moment))


@pytest.mark.parametrize("role", ["province_official", "city_official", "department_staff", "auditor"])
def test_only_street_and_district_staff_enter(round_, role):
    who = make_user(role, "130404")
    with pytest.raises(NotAllowed):
        at_the_door(roll_of(round_)[0], who)
    with pytest.raises(NotAllowed):
        visits(roll_of(round_)[0], who)
    with pytest.raises(NotAllowed):
        reissue_code(entry=roll_of(round_)[0], reason="纸条丢失", actor=who, at=at("2021-04-06"))


def test_the_neighbouring_district_does_not_enter(round_, other_district_staff):
    with pytest.raises(NotAllowed):
        at_the_door(roll_of(round_)[0], other_district_staff)


def test_an_answer_that_is_missing_is_named_and_nothing_is_kept(round_, worker):
    with pytest.raises(AnswersMissing) as missing:
        at_the_door(roll_of(round_)[0], worker, "")
    assert set(missing.value.details) == {"decide"}
    assert not Ballot.objects.exists() and not CallBack.objects.exists()


# --- several owners ----------------------------------------------------------------------------------------------
def test_owners_decide_first_by_majority(round_, worker):
    ballot = at_the_door(roll_of(round_)[0], worker, "yes", owners_agree=2, owners_against=1)
    assert (ballot.owners_agree, ballot.owners_against) == (2, 1)
    with pytest.raises(AnswersMissing) as refused:
        at_the_door(roll_of(round_)[1], worker, "yes", owners_agree=1, owners_against=2)
    assert set(refused.value.details) == {"decide"}
    assert tally(round_).total.voted == 1


def test_divided_owners_are_recorded_and_not_counted(round_, worker):
    entry = roll_of(round_)[0]
    visit = at_the_door(entry, worker, "", owners_agree=1, owners_against=1)
    assert (visit.outcome, visit.note) == (VisitOutcome.TIE, "1:1")
    assert at_the_door(entry, worker, "", owners_agree=1, owners_against=1, time="18:01").pk == visit.pk
    assert (Ballot.objects.count(), tally(round_).total.voted) == (0, 0)


@pytest.mark.parametrize(
    ("agree", "against", "field"),
    [(1, None, "owners_against"), (None, 1, "owners_agree"), (0, 0, "owners_agree"), (-1, 2, "owners_agree"), (51, 0, "owners_agree")],
)
def test_numbers_of_owners_that_cannot_be_are_named(round_, worker, agree, against, field):
    with pytest.raises(InvalidInput) as refused:
        at_the_door(roll_of(round_)[0], worker, owners_agree=agree, owners_against=against)
    assert set(refused.value.details) == {field}


def test_a_round_of_opinions_asks_no_majority(tree, worker):
    community = make_community("130404")
    opinions = make_open_round(community, make_planned_project(community), "opinions")
    with pytest.raises(InvalidInput) as refused:
        at_the_door(roll_of(opinions)[0], worker, posted=says("", "修屋面"), owners_agree=1, owners_against=1)
    assert set(refused.value.details) == {"owners_agree"}
    assert at_the_door(roll_of(opinions)[0], worker, posted=says("", "修屋面")).channel == Channel.VISIT


# --- proxies -----------------------------------------------------------------------------------------------------
def test_a_proxy_is_kept_sealed_with_the_document_cleaned(round_, worker):
    raw = picture(600, 400, taken="2021:04:06 09:00:00", position=(114.46, 36.61))
    ballot = at_the_door(roll_of(round_)[0], worker, proxy_name=" 李 梅 ", document=raw)
    assert "李" not in ballot.proxy_sealed and unseal(ballot.proxy_sealed) == "李 梅"
    kept = default_storage.open(ballot.document).read()
    assert kept.startswith(b"\xff\xd8") and b"SecretPhone" not in kept and b"Exif" not in kept


@pytest.mark.parametrize(
    ("name", "document", "field"),
    [("李梅", None, "document"), ("李梅", b"", "document"), ("李梅", b"no picture", "document"), ("", picture(300, 300), "proxy_name"), ("长" * 31, picture(300, 300), "proxy_name")],
)  # fmt: skip
def test_a_proxy_without_a_document_or_a_document_without_a_name_is_refused(round_, worker, name, document, field):
    with pytest.raises(InvalidInput) as refused:
        at_the_door(roll_of(round_)[0], worker, proxy_name=name, document=document)
    assert set(refused.value.details) == {field}
    assert not Ballot.objects.exists()


# --- call-backs --------------------------------------------------------------------------------------------------
def test_the_lot_draws_the_share_of_the_setting(settings):
    settings.CALL_BACK_PERCENT = 5
    drawn = sum(doorstep.drawn() for _ in range(20_000))
    assert 800 < drawn < 1200  # five standard deviations are 154
    settings.CALL_BACK_PERCENT = 0
    assert not any(doorstep.drawn() for _ in range(200))


def test_a_drawn_ballot_waits_for_its_call_once(round_, worker):
    entry, key = roll_of(round_)[0], uuid.uuid4()
    with always_drawn:
        ballot = at_the_door(entry, worker, key=key)
        at_the_door(entry, worker, key=key)
    assert CallBack.objects.get().ballot_id == ballot.pk


@never_drawn
def test_a_ballot_that_replaces_the_households_own_is_always_called_back(round_, worker):
    first, second = roll_of(round_)[:2]
    at_the_door(first, worker)
    at_the_door(first, worker, replaces=True)
    assert not CallBack.objects.exists()
    cast(second, "no", time="10:00")
    ballot = at_the_door(second, worker, "yes", replaces=True)
    assert CallBack.objects.get().ballot_id == ballot.pk


# --- visits ------------------------------------------------------------------------------------------------------
def test_absent_and_refused_are_recorded_and_count_for_nothing(round_, worker):
    entry = roll_of(round_)[0]
    visits(entry, worker, "absent", note="门口留了便条")
    visits(entry, worker, "absent", note="门口留了便条", time="18:01")
    visits(entry, worker, "refused", time="19:00")
    assert list(Visit.objects.order_by("pk").values_list("outcome", flat=True)) == ["absent", "refused"]
    assert tally(round_).total.voted == 0


@pytest.mark.parametrize("outcome", ["tie", "", "yes"])
def test_a_visit_is_absent_or_refused(round_, worker, outcome):
    with pytest.raises(InvalidInput):
        visits(roll_of(round_)[0], worker, outcome)


def test_a_household_that_has_just_answered_is_not_recorded_as_absent(round_, worker):
    entry = roll_of(round_)[0]
    cast(entry)
    with pytest.raises(CannotEnter, match="已投票"):
        visits(entry, worker)


# --- new codes ---------------------------------------------------------------------------------------------------
def test_a_new_code_ends_the_old_one_at_once_and_stays_on_record(round_, worker):
    entry = roll_of(round_)[0]
    old = code_for(entry)
    new = reissue_code(entry=entry, reason="纸条丢失", actor=worker, at=at("2021-04-05"))
    entry.refresh_from_db()
    assert new == code_for(entry) != old
    print_ = SlipPrint.objects.get()
    assert (print_.entry, print_.reason, print_.household_count, print_.recorded_by) == (entry, "纸条丢失", 1, worker)
    assert cast(entry).receipt
    entry.issue = 1
    with pytest.raises(CodeRefused):
        cast(entry)


def test_a_new_code_needs_its_reason(round_, worker):
    with pytest.raises(InvalidInput):
        reissue_code(entry=roll_of(round_)[0], reason=" ", actor=worker, at=at("2021-04-05"))
    assert not SlipPrint.objects.exists()


def test_codes_are_given_out_until_the_end_of_objections(round_, worker):
    closed = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    entry = roll_of(closed)[0]
    reissue_code(entry=entry, reason="要提异议", actor=worker, at=at("2021-04-17", "20:00"))
    with pytest.raises(RoundClosed):
        reissue_code(entry=entry, reason="要提异议", actor=worker, at=at("2021-04-17", "20:01"))


# --- at once -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_one_form_sent_many_times_at_once_is_one_ballot_and_one_lot(round_, worker):
    entry, key = roll_of(round_)[0], uuid.uuid4()
    with always_drawn:
        results = at_once(*[lambda: at_the_door(entry, worker, key=key) for _ in range(6)])
    assert len({one.pk for one in results}) == 1
    assert (Ballot.objects.count(), CallBack.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_phone_and_door_at_once_are_one_counted_ballot(round_, worker):
    rows = roll_of(round_)[:4]
    jobs = [job for entry in rows for job in (
        lambda entry=entry: cast(entry, "no", time="18:00"),
        lambda entry=entry: at_the_door(entry, worker, "yes", time="18:01", replaces=True),
    )]  # fmt: skip
    results = at_once(*jobs)
    assert not [one for one in results if isinstance(one, Exception)]
    assert (tally(round_).total.voted, tally(round_).total.agreed) == (4, 4)  # the later word of each household
    assert recount(round_).agrees


@pytest.mark.django_db(transaction=True)
def test_codes_reissued_at_once_leave_one_that_works(round_, worker):
    entry = roll_of(round_)[0]
    codes = at_once(*[lambda: reissue_code(entry=entry, reason="纸条丢失", actor=worker, at=at("2021-04-05")) for _ in range(4)])
    entry.refresh_from_db()
    assert len(set(codes)) == 4
    assert (entry.issue, code_for(entry) in codes, SlipPrint.objects.count()) == (5, True, 4)
    assert RollEntry.objects.filter(round=round_).values("code_digest").distinct().count() == 10
