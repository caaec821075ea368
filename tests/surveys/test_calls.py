"""Call-backs by somebody else than the worker; reviews settled once, by somebody they are not about."""

import pytest

from common.errors import InvalidInput, NotAllowed
from surveys.choices import CallOutcome, ReviewKind
from surveys.errors import CannotEnter
from surveys.models import CallBack, Review
from surveys.operations.calls import account_of, record_call, settle_review
from surveys.results import tally
from surveys.reviews import raise_review
from tests.communities.test_races import at_once
from tests.factories.entering import at_the_door, roll_of
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import make_open_round
from tests.factories.works import make_planned_project


@pytest.fixture
def round_(db, tree):
    community = make_community("130404", name="机械厂家属院")
    return make_open_round(community, make_planned_project(community))


@pytest.fixture
def worker(tree):
    return make_user("street_staff", "130404")


@pytest.fixture
def colleague(tree):
    return make_user("street_staff", "130404")


@pytest.fixture
def waiting(round_, worker, settings):
    settings.CALL_BACK_PERCENT = 100
    at_the_door(roll_of(round_)[0], worker)
    return CallBack.objects.get()


def calls(call_back, actor, outcome="confirmed", note="", when="2021-04-07"):
    return record_call(call_back=call_back, outcome=outcome, note=note, actor=actor, at=at(when))


def test_a_colleague_records_that_the_household_confirms(waiting, colleague):
    done = calls(waiting, colleague)
    assert (done.outcome, done.called_by, done.called_at) == (CallOutcome.CONFIRMED, colleague, at("2021-04-07"))
    assert not Review.objects.exists()


def test_the_worker_who_entered_the_ballot_does_not_call_back(waiting, worker):
    with pytest.raises(CannotEnter, match="同事"):
        calls(waiting, worker)
    waiting.refresh_from_db()
    assert waiting.outcome == CallOutcome.WAITING


def test_a_denial_raises_a_review_and_drops_no_vote(round_, waiting, worker, colleague):
    calls(waiting, colleague, "denied", "说没人来过")
    review = Review.objects.get()
    assert (review.kind, review.detail["said"], account_of(review)) == (ReviewKind.DENIED_CALL, "说没人来过", worker.pk)
    assert review.detail == {"account": worker.pk, "call_back": waiting.pk, "said": "说没人来过"}, (
        "no receipt: with the file it shows the choice"
    )
    assert tally(round_).total.agreed == 1


def test_who_was_not_reached_is_called_again(waiting, colleague):
    calls(waiting, colleague, "unreachable")
    assert calls(waiting, colleague, when="2021-04-08").outcome == CallOutcome.CONFIRMED
    with pytest.raises(CannotEnter, match="已回访"):
        calls(waiting, colleague, "denied", "又说不是")
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "note", "field"), [("waiting", "", "outcome"), ("", "", "outcome"), ("maybe", "", "outcome"), ("denied", " ", "note"), ("confirmed", "长" * 201, "note")]
)  # fmt: skip
def test_a_call_says_what_came_of_it(waiting, colleague, outcome, note, field):
    with pytest.raises(InvalidInput) as refused:
        calls(waiting, colleague, outcome, note)
    assert set(refused.value.details) == {field}


@pytest.mark.parametrize("role", ["province_official", "city_official", "department_staff", "auditor"])
def test_only_street_and_district_staff_call_and_settle(round_, waiting, role):
    who = make_user(role, "130404")
    with pytest.raises(NotAllowed):
        calls(waiting, who)
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=at("2021-04-07"))
    with pytest.raises(NotAllowed):
        settle_review(review=review, note="查过", actor=who, at=at("2021-04-08"))


def test_a_review_is_settled_once_with_what_was_found(round_, colleague):
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=at("2021-04-07"))
    done = settle_review(review=review, note="晚班工人下班后集中投票，逐户核实。", actor=colleague, at=at("2021-04-08"))
    assert (done.settled_by, done.settled_at) == (colleague, at("2021-04-08"))
    with pytest.raises(CannotEnter, match="逐户核实"):
        settle_review(review=review, note="再查", actor=colleague, at=at("2021-04-09"))


@pytest.mark.parametrize("note", ["", " ", "长" * 301])
def test_settling_needs_what_was_found(round_, colleague, note):
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=at("2021-04-07"))
    with pytest.raises(InvalidInput):
        settle_review(review=review, note=note, actor=colleague, at=at("2021-04-08"))


def test_nobody_settles_a_review_about_their_own_entries(round_, waiting, worker, colleague):
    calls(waiting, colleague, "denied", "说没人来过")
    busy = raise_review(
        round_=round_,
        kind=ReviewKind.ONE_ACCOUNT,
        subject=f"{worker.pk} 2021-04-06",
        detail={"ballots": 61, "name": "x"},
        at=at("2021-04-07"),
    )
    for review in (Review.objects.get(kind=ReviewKind.DENIED_CALL), busy):
        with pytest.raises(CannotEnter, match="同事"):
            settle_review(review=review, note="没问题", actor=worker, at=at("2021-04-08"))
        assert settle_review(review=review, note="与住户核实", actor=colleague, at=at("2021-04-08")).settled_by == colleague


@pytest.mark.django_db(transaction=True)
def test_two_who_call_or_settle_at_once_do_it_once(round_, waiting, colleague):
    other = make_user("district_staff", "130404")
    results = at_once(lambda: calls(waiting, colleague), lambda: calls(waiting, other, "denied", "不是我家"))
    assert len([one for one in results if isinstance(one, CannotEnter)]) == 1
    review = raise_review(round_=round_, kind=ReviewKind.NIGHT, subject="2021-04-06", detail={"ballots": 11}, at=at("2021-04-07"))
    results = at_once(
        *[lambda who=who: settle_review(review=review, note="查过", actor=who, at=at("2021-04-08")) for who in (colleague, other)]
    )
    assert len([one for one in results if isinstance(one, CannotEnter)]) == 1
