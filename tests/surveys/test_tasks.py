"""Driven by the clock: rounds open and close at their time, once, whoever is killed; households are reminded once a day."""

import logging

import pytest

from common.crypto import seal, unseal
from communities.models import Household
from messaging.models import OutboxRow
from surveys import tasks
from surveys.choices import ReviewKind, RoundState, SheetState
from surveys.models import Publication, Reminder, Review, RollEntry, Round, RoundCount
from surveys.operations import reminders
from surveys.operations import rounds as operations
from surveys.operations.rounds import announce_round, take_back_announcement
from tests.communities.test_races import at_once
from tests.factories.entering import handed_in, keyed, roll_of
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, fill_flats, make_draft, make_open_round
from tests.factories.works import make_planned_project


@pytest.fixture
def clock(monkeypatch):
    """clock("2021-04-01", "08:00"): the tasks see this moment."""

    def set_to(day, time="08:00"):
        monkeypatch.setattr(tasks.timezone, "now", lambda: at(day, time))

    return set_to


@pytest.fixture
def community(db, tree):
    return make_community("130404", name="机械厂家属院")


def announced(community, kind="scheme", *, opens="2021-04-01", flats=6):
    fill_flats(community, flats)
    round_ = make_draft(community, make_planned_project(community), kind, opens=opens)
    return announce_round(round_=round_, actor=round_.created_by, at=at("2021-03-12"))


def state(round_):
    round_.refresh_from_db()
    return round_.state


# --- opening and closing -----------------------------------------------------------------------------------------
def test_a_round_opens_at_its_time_and_not_before(community, clock):
    round_ = announced(community)
    clock("2021-04-01", "07:59")
    tasks.advance_rounds()
    assert (state(round_), RollEntry.objects.count()) == (RoundState.ANNOUNCED, 0)
    clock("2021-04-01", "08:00")
    tasks.advance_rounds()
    assert (state(round_), RollEntry.objects.filter(round=round_).count(), round_.roll_count) == (RoundState.OPEN, 6, 6)


def test_a_round_closes_at_its_time_and_is_published_once(community, clock):
    round_ = make_open_round(community, make_planned_project(community))
    cast(roll_of(round_)[0])
    clock("2021-04-10", "19:59")
    tasks.advance_rounds()
    assert state(round_) == RoundState.OPEN
    clock("2021-04-10", "20:00")
    tasks.advance_rounds()
    tasks.advance_rounds()
    assert (state(round_), round_.counted.voted, Publication.objects.count()) == (RoundState.CLOSED, 1, 1)


def test_a_worker_that_slept_opens_late_and_closes_in_time(community, clock):
    round_ = announced(community)
    clock("2021-04-09")
    tasks.advance_rounds()
    assert state(round_) == RoundState.OPEN
    clock("2021-04-13")
    tasks.advance_rounds()
    assert (state(round_), Publication.objects.count()) == (RoundState.CLOSED, 1)


def test_a_round_that_slept_through_its_whole_time_is_not_published_as_a_no(community, clock):
    round_ = announced(community)
    clock("2021-04-12")
    tasks.advance_rounds()
    assert (state(round_), Publication.objects.count()) == (RoundState.ANNOUNCED, 0)
    back = take_back_announcement(round_=round_, reason="服务器停机，未能开始", actor=round_.created_by, at=at("2021-04-12"))
    assert back.state == RoundState.DRAFT


def test_sheets_that_wait_keep_the_round_open_for_keying_until_the_hours_are_over(community, clock):
    clerks = [make_user("street_staff", "130404") for _ in range(2)]
    round_ = make_open_round(community, make_planned_project(community))
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    clock("2021-04-10", "20:00")
    tasks.advance_rounds()
    assert state(round_) == RoundState.KEYING
    clock("2021-04-12", "19:59")
    tasks.advance_rounds()
    assert state(round_) == RoundState.KEYING
    clock("2021-04-12", "20:00")
    tasks.advance_rounds()
    sheet.refresh_from_db()
    assert (state(round_), sheet.state, round_.counted.voted) == (RoundState.CLOSED, SheetState.FIRST, 0)


def test_the_round_closes_as_soon_as_the_last_sheet_is_keyed(community, clock):
    clerks = [make_user("street_staff", "130404") for _ in range(2)]
    round_ = make_open_round(community, make_planned_project(community))
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    clock("2021-04-10", "20:00")
    tasks.advance_rounds()
    keyed(sheet, clerks[0], when="2021-04-11")
    keyed(sheet, clerks[1], number=2, when="2021-04-11")
    clock("2021-04-11", "12:00")
    tasks.advance_rounds()
    assert (state(round_), round_.counted.agreed) == (RoundState.CLOSED, 1)


def test_one_round_that_cannot_open_does_not_hold_up_the_others(community, clock, caplog):
    empty = make_community("130404")
    stuck = announced(empty)
    Household.objects.filter(community=empty).delete()
    good = announced(community)
    clock("2021-04-01", "08:00")
    with caplog.at_level(logging.WARNING):
        tasks.advance_rounds()
    assert (state(stuck), state(good)) == (RoundState.ANNOUNCED, RoundState.OPEN)
    assert str(stuck.pk) in caplog.text


@pytest.mark.parametrize("moment", ["opening", "closing"])
def test_killed_half_way_nothing_is_half_done_and_the_next_run_finishes(community, clock, monkeypatch, moment):
    round_ = announced(community) if moment == "opening" else make_open_round(community, make_planned_project(community))
    before = round_.state
    clock(*(("2021-04-01", "08:00") if moment == "opening" else ("2021-04-10", "20:00")))
    whole = Round.save if moment == "opening" else operations.publish

    def killed(*args, **more):
        whole(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "opening":
            patch.setattr(Round, "save", killed)
        else:
            patch.setattr(operations, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.advance_rounds()
    assert (state(round_), Publication.objects.count()) == (before, 0)
    assert RollEntry.objects.filter(round=round_).count() == (0 if moment == "opening" else 10)
    tasks.advance_rounds()
    assert state(round_) == (RoundState.OPEN if moment == "opening" else RoundState.CLOSED)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_and_close_once(tree, clock):
    community = make_community("130404")
    round_ = announced(community)
    clock("2021-04-01", "08:00")
    assert not [one for one in at_once(*[tasks.advance_rounds] * 4) if isinstance(one, Exception)]
    assert (state(round_), RollEntry.objects.count()) == (RoundState.OPEN, 6)
    clock("2021-04-10", "20:00")
    assert not [one for one in at_once(*[tasks.advance_rounds] * 4) if isinstance(one, Exception)]
    assert (state(round_), Publication.objects.count()) == (RoundState.CLOSED, 1)


# --- counts and reviews ------------------------------------------------------------------------------------------
def test_counts_of_running_rounds_are_kept_ready(community, clock):
    round_ = make_open_round(community, make_planned_project(community))
    clock("2021-04-06", "10:00")
    tasks.count_running()
    assert RoundCount.objects.get(round=round_).voted == 0
    for entry in roll_of(round_)[:5]:
        cast(entry, time="10:30")
    clock("2021-04-06", "10:31")
    tasks.count_running()
    counted = RoundCount.objects.get(round=round_)
    assert (counted.voted, counted.agreed, counted.passed, counted.counted_at) == (5, 5, None, at("2021-04-06", "10:31"))
    clock("2021-04-06", "11:00")
    tasks.count_running()
    assert RoundCount.objects.get(round=round_).counted_at == at("2021-04-06", "10:31")  # nothing new came in


def test_the_unusual_is_looked_for_while_the_round_runs_and_a_day_longer(community, clock, settings):
    settings.REVIEW_PER_DEVICE = 2
    round_ = make_open_round(community, make_planned_project(community))
    for entry in roll_of(round_)[:3]:
        cast(entry)  # all from one device
    clock("2021-04-10", "20:00")
    tasks.advance_rounds()
    clock("2021-04-12")
    tasks.look_for_the_unusual()
    assert not Review.objects.exists()
    clock("2021-04-11")
    tasks.look_for_the_unusual()
    tasks.look_for_the_unusual()
    assert [review.kind for review in Review.objects.all()] == [ReviewKind.ONE_DEVICE]


# --- reminders ---------------------------------------------------------------------------------------------------
def with_phones(community, *, flats=4):
    fill_flats(community, flats)
    for number, flat in enumerate(community.households.order_by("pk")[: flats - 1]):
        flat.phone_sealed = seal(f"1380000000{number}")
        flat.save()


def reminded():
    return list(OutboxRow.objects.filter(topic="messages").order_by("pk"))


@pytest.fixture
def open_round(community):
    with_phones(community)
    return make_open_round(community, make_planned_project(community), households=4)


def test_households_that_have_a_phone_and_no_ballot_are_reminded_once_a_day(open_round, clock):
    cast(roll_of(open_round)[0])
    clock("2021-04-07", "09:00")
    tasks.remind_households()
    clock("2021-04-07", "15:00")
    tasks.remind_households()
    assert sorted(unseal(row.payload["phone_sealed"]) for row in reminded()) == ["13800000001", "13800000002"]
    clock("2021-04-08", "09:00")
    tasks.remind_households()
    assert (len(reminded()), Reminder.objects.count()) == (4, 4)


def test_a_reminder_names_the_community_and_the_closing_and_no_code_or_choice(open_round, clock):
    clock("2021-04-07", "09:00")
    tasks.remind_households()
    text = reminded()[0].payload["text"]
    assert "机械厂家属院" in text and "04-10 20:00" in text
    assert open_round.code not in text


@pytest.mark.parametrize(("time", "number"), [("08:59", 0), ("09:00", 3), ("19:59", 3), ("20:00", 0)])
def test_nobody_is_reminded_early_or_late_in_the_day(open_round, clock, time, number):
    clock("2021-04-07", time)
    tasks.remind_households()
    assert len(reminded()) == number


def test_nobody_is_reminded_of_a_round_that_is_over_or_wants_no_reminders(open_round, clock):
    Round.objects.filter(pk=open_round.pk).update(remind=False)
    clock("2021-04-07", "09:00")
    tasks.remind_households()
    Round.objects.filter(pk=open_round.pk).update(remind=True)
    clock("2021-04-11", "09:00")
    tasks.remind_households()
    assert reminded() == []


def test_killed_while_reminding_nobody_is_marked_who_was_not_sent_to(open_round, clock, monkeypatch):
    clock("2021-04-07", "09:00")
    sent = []

    def killed(**row):
        sent.append(row)
        if len(sent) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reminders, "post_message", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.remind_households()
    assert (Reminder.objects.count(), reminded()) == (0, [])
    tasks.remind_households()
    assert (Reminder.objects.count(), len(reminded())) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_remind_at_once_send_one_message_each(tree, clock):
    community = make_community("130404")
    with_phones(community, flats=8)
    make_open_round(community, make_planned_project(community), households=8)
    clock("2021-04-07", "09:00")
    assert not [one for one in at_once(*[tasks.remind_households] * 4) if isinstance(one, Exception)]
    keys = [row.key for row in reminded()]
    assert len(keys) == len(set(keys)) == 7 == Reminder.objects.count()
