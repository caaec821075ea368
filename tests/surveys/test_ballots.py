"""Casting: one counted ballot per household, recognised resubmissions, replaced ballots, refused codes."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from surveys.codes import code_of, typed
from surveys.errors import AnswersMissing, CodeRefused, RoundClosed
from surveys.models import Ballot, RollEntry
from surveys.operations.ballots import cast_by_phone
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, make_closed_round, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(tree):
    community = make_community("130404", name="机械厂家属院")
    return make_open_round(community, make_planned_project(community))


def entries(round_):
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def test_a_ballot_is_counted_at_once_and_gives_a_receipt(round_):
    given = cast(entries(round_)[0])
    assert len(given.receipt) == 12
    assert tally(round_).total.agreed == 1
    assert tally(round_).channels == {"phone": 1}


def test_the_same_form_sent_again_is_the_same_ballot(round_):
    first, key = entries(round_)[0], uuid.uuid4()
    receipts = {cast(first, key=key, time=f"19:{minute}").receipt for minute in range(10, 15)}
    assert len(receipts) == 1
    assert Ballot.objects.count() == 1


def test_the_same_form_with_another_answer_replaces_the_ballot(round_):
    first, key = entries(round_)[0], uuid.uuid4()
    cast(first, "yes", key=key, time="19:00")
    cast(first, "no", key=key, time="19:01")
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)
    cast(first, "yes", key=key, time="19:02")
    assert (tally(round_).total.agreed, tally(round_).total.against) == (1, 0)
    assert Ballot.objects.count() == 3
    assert recount(round_).agrees


def test_an_old_form_that_arrives_late_does_not_take_back_a_newer_vote(round_):
    first, old, new = entries(round_)[0], uuid.uuid4(), uuid.uuid4()
    given = cast(first, "yes", key=old, time="19:00")
    cast(first, "no", key=new, time="19:10")
    late = cast(first, "yes", key=old, time="19:20")
    assert (late.receipt, late.replaced) == (given.receipt, True)
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)
    assert Ballot.objects.count() == 2


def test_once_closed_a_right_code_without_answers_is_told_what_a_wrong_one_is_told(round_):
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    with pytest.raises(RoundClosed):
        cast(entries(round_)[0], "", when="2021-04-11")


def test_a_resubmission_after_the_closing_still_gives_its_receipt(round_):
    first, key = entries(round_)[0], uuid.uuid4()
    given = cast(first, key=key)
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    assert cast(first, key=key, when="2021-04-11").receipt == given.receipt
    with pytest.raises(RoundClosed):
        cast(first, "no", key=key, when="2021-04-11")


def test_codes_of_other_rounds_wrong_codes_and_ended_codes_get_one_answer(round_):
    other_community = make_community("130404")
    other = make_open_round(other_community, make_planned_project(other_community))
    first = entries(round_)[0]
    old = code_for(first)
    RollEntry.objects.filter(pk=first.pk).update(issue=2, code_digest="x" * 40)
    said = set()
    for code in (code_for(entries(other)[0]), "ABCDEFGH", "", "no code at all", old, "\x00" * 8):
        with pytest.raises(CodeRefused) as refused:
            cast_by_phone(round_code=round_.code, code=code, key=uuid.uuid4(), posted=lambda _: ["yes"], device="", at=at("2021-04-06"))
        said.add(str(refused.value.message))
    assert len(said) == 1
    assert not Ballot.objects.exists()


def test_a_code_may_be_typed_as_people_type():
    code = code_of("secret", 1, 1)
    for way in (code.lower(), f"{code[:4]}-{code[4:]}", f" {code[:4]} {code[4:]} ", f"{code[:4]}—{code[4:]}"):
        assert typed(way) == code


def test_nothing_is_written_when_an_answer_is_missing(round_):
    with pytest.raises(AnswersMissing) as missing:
        cast(entries(round_)[0], "")
    assert set(missing.value.details) == {"decide"}
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("moment", [("2021-03-31", "12:00"), ("2021-04-10", "20:00")])
def test_before_and_after_its_time_a_round_takes_no_ballot(round_, moment):
    with pytest.raises(RoundClosed):
        cast(entries(round_)[0], when=moment[0], time=moment[1])


def test_the_database_itself_refuses_what_must_not_happen(round_):
    first, second = entries(round_)[:2]
    given = cast(first)
    moved = "UPDATE surveys_roundcount SET agreed = agreed + 1, passed = true"
    refused = [
        ("UPDATE surveys_rollentry SET ballot_id = NULL", []),
        ("UPDATE surveys_round SET closes_at = closes_at - interval '1 hour' WHERE id = %s", [round_.pk]),
        ("UPDATE surveys_ballot SET verdict = 0", []),
        ("DELETE FROM surveys_ballot", []),
        ("UPDATE surveys_rollentry SET ballot_id = %s WHERE id = %s", [given.ballot_id, second.pk]),
        ("UPDATE surveys_rollentry SET area = 1 WHERE id = %s", [second.pk]),
        ("DELETE FROM surveys_rollentry WHERE id = %s", [second.pk]),
        ("UPDATE surveys_round SET questions = '[]' WHERE id = %s", [round_.pk]),
        ("UPDATE surveys_round SET state = 'draft' WHERE id = %s", [round_.pk]),
        (
            "UPDATE surveys_round SET roll_count = 1, state = 'closed', closed_at = now(), closes_at = now() WHERE id = %s AND false",
            [round_.pk],
        ),
    ]
    for statement, values in refused[:-1]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    for statement in (moved, "UPDATE surveys_round SET roll_area = 1", "UPDATE surveys_round SET roll_heads = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_exactly_80_percent_passes_and_one_household_less_does_not(tree):
    for agreed, passed in ((8, True), (7, False)):
        community = make_community("130404")
        closed = make_closed_round(community, make_planned_project(community), agreed=agreed, against=1, households=10)
        assert closed.counted.passed is passed
        assert closed.publications.get().header.startswith("renovation-ballots 1")
