"""What looks unusual is raised at its limit, once, and drops no vote."""

import datetime
import uuid

import pytest

from surveys.choices import Channel, ReviewKind
from surveys.models import Review
from surveys.operations.ballots import Entered, cast_by_phone, door_of_entry, write_ballot
from surveys.results import recount, tally
from surveys.reviews import raise_review, raise_reviews
from tests.communities.test_races import at_once
from tests.factories.entering import roll_of, says
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import code_for, make_open_round
from tests.factories.works import make_planned_project

NOW = at("2021-04-07", "12:00")


@pytest.fixture
def round_(db, tree, settings):
    settings.REVIEW_PER_DEVICE, settings.REVIEW_PER_ACCOUNT, settings.REVIEW_AT_NIGHT = 3, 4, 5
    community = make_community("130404", name="机械厂家属院")
    return make_open_round(community, make_planned_project(community), households=40)


@pytest.fixture
def worker(tree):
    return make_user("street_staff", "130404")


def by_phone(entries, *, device="", day="2021-04-06", time="19:00"):
    for number, entry in enumerate(entries):
        own = device or f"device {entry.pk}"
        moment = at(day, time) + datetime.timedelta(seconds=number)
        cast_by_phone(round_code=entry.round.code, code=code_for(entry), key=uuid.uuid4(), posted=says(), device=own, at=moment)


def by_staff(entries, actor, *, day="2021-04-06", time="15:00", channel=Channel.VISIT):
    for entry in entries:
        write_ballot(
            door=door_of_entry(entry.pk, lock=True), key=uuid.uuid4(), channel=channel, answers={"decide": "yes"}, cast_at=at(day, time),
            at=at(day, time), entered=Entered(actor.pk),
        )  # fmt: skip


def raised(round_, kind):
    raise_reviews(round_=round_, at=NOW)
    return list(Review.objects.filter(round=round_, kind=kind).order_by("subject"))


def test_a_quiet_round_raises_nothing(round_):
    by_phone(roll_of(round_)[:12])
    assert raise_reviews(round_=round_, at=NOW) == []


def test_more_households_from_one_device_than_the_limit(round_):
    rows = roll_of(round_)
    by_phone(rows[:3], device="phone of the building head")
    assert raised(round_, ReviewKind.ONE_DEVICE) == []
    by_phone(rows[3:4], device="phone of the building head")
    (review,) = raised(round_, ReviewKind.ONE_DEVICE)
    assert (review.subject, review.detail) == ("phone of the building head", {"households": 4})


def test_one_household_that_changes_its_mind_often_is_one_household(round_):
    entry = roll_of(round_)[0]
    for minute in range(10, 16):
        by_phone([entry], device="one phone", time=f"19:{minute}")
    assert raised(round_, ReviewKind.ONE_DEVICE) == []


def test_more_ballots_by_one_account_on_one_day_than_the_limit(round_, worker):
    rows = roll_of(round_)
    by_staff(rows[:4], worker, day="2021-04-05")
    by_staff(rows[4:8], worker, day="2021-04-06")
    assert raised(round_, ReviewKind.ONE_ACCOUNT) == []
    by_staff(rows[8:9], worker, day="2021-04-06", channel=Channel.PAPER)
    (review,) = raised(round_, ReviewKind.ONE_ACCOUNT)
    assert (review.subject, review.detail) == (f"{worker.pk} 2021-04-06", {"ballots": 5, "name": worker.name})


@pytest.mark.parametrize(("time", "night"), [("22:50", False), ("23:00", True), ("03:00", True), ("05:59", False), ("06:00", False)])
def test_a_burst_at_night(round_, time, night):
    by_phone(roll_of(round_)[:5], day="2021-04-06", time=time)
    assert raised(round_, ReviewKind.NIGHT) == []
    by_phone(roll_of(round_)[5:6], day="2021-04-06", time={"05:59": "06:01"}.get(time, time))
    assert bool(raised(round_, ReviewKind.NIGHT)) is night


def test_a_large_share_entered_by_staff_from_twenty_ballots_on(round_, worker, settings):
    settings.REVIEW_PER_ACCOUNT = 100
    rows = roll_of(round_)
    by_staff(rows[:19], worker)
    assert raised(round_, ReviewKind.STAFF_SHARE) == []
    by_phone(rows[19:38])
    assert raised(round_, ReviewKind.STAFF_SHARE) == []  # 19 of 38: half is not more than half
    by_staff(rows[38:40], worker)
    (review,) = raised(round_, ReviewKind.STAFF_SHARE)
    assert review.detail == {"staff": 21, "ballots": 40}


def test_each_is_raised_once_and_keeps_what_was_found(round_, worker):
    by_staff(roll_of(round_)[:6], worker)
    (review,) = raised(round_, ReviewKind.ONE_ACCOUNT)
    review.note, review.settled_at, review.settled_by = "核实过", NOW, make_user("district_staff", "130404")
    review.save()
    by_staff(roll_of(round_)[6:8], worker)
    assert raise_reviews(round_=round_, at=NOW) == []
    review.refresh_from_db()
    assert (review.note, review.detail["ballots"]) == ("核实过", 6)


def test_no_review_drops_changes_or_delays_a_vote(round_, worker):
    rows = roll_of(round_)
    by_staff(rows[:20], worker, time="23:30")
    by_phone(rows[20:30], device="one", time="23:40")
    before = tally(round_)
    raise_review(round_=round_, kind=ReviewKind.CODE_GUESSING, subject="2021-04-06 23", detail={"tries": 101}, at=NOW)
    assert len(raise_reviews(round_=round_, at=NOW)) == 4
    assert tally(round_) == before
    assert before.total.agreed == 30
    assert recount(round_).agrees


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_raise_each_once(round_, worker):
    by_staff(roll_of(round_)[:6], worker)
    results = at_once(*[lambda: raise_reviews(round_=round_, at=NOW) for _ in range(4)])
    assert not [one for one in results if isinstance(one, Exception)]
    assert Review.objects.filter(kind=ReviewKind.ONE_ACCOUNT).count() == 1
