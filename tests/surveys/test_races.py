"""Many hands at once, with real threads on real connections: one counted ballot per household, nothing doubled, nothing lost."""

import threading
import uuid

import pytest
from django.db import connection

from surveys.errors import RoundClosed
from surveys.models import Ballot, RollEntry, Round
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from tests.communities.test_races import at_once
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import cast, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def round_(tree):
    community = make_community("130404")
    return make_open_round(community, make_planned_project(community), households=12)


def entries(round_):
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def test_three_answers_at_once_are_one_counted_ballot(round_):
    rows = entries(round_)[:4]
    jobs = [(lambda entry=entry, option=option: cast(entry, option)) for entry in rows for option in ("yes", "no", "yes")]
    results = at_once(*jobs)
    assert not [one for one in results if isinstance(one, Exception)]
    assert tally(round_).total.voted == 4
    assert Ballot.objects.count() == 12
    assert recount(round_).agrees


def test_one_form_sent_twelve_times_at_once_is_one_ballot(round_):
    first, key = entries(round_)[0], uuid.uuid4()
    results = at_once(*[lambda: cast(first, key=key) for _ in range(12)])
    assert len({one.receipt for one in results}) == 1
    assert Ballot.objects.count() == 1


def test_a_ballot_at_the_moment_of_closing_is_counted_or_refused_never_lost(round_):
    rows = entries(round_)
    start = threading.Barrier(len(rows) + 1)

    def vote(entry):
        def job():
            start.wait()
            return cast(entry, when="2021-04-10", time="19:59")

        return job

    def close():
        start.wait()
        try:
            return close_round(round_=Round.objects.get(pk=round_.pk), at=at("2021-04-10", "20:00"))
        finally:
            connection.close()

    results = at_once(*[vote(entry) for entry in rows], close)
    cast_well = [one for one in results[:-1] if not isinstance(one, Exception)]
    assert all(isinstance(one, RoundClosed) for one in results[:-1] if isinstance(one, Exception))
    round_.refresh_from_db()
    assert round_.counted.voted == len(cast_well) == Ballot.objects.count()
    assert f"ballots: {len(cast_well)}\n" in round_.publications.get().header


def test_two_workers_that_open_or_close_at_once_do_it_once(round_):
    jobs = [lambda: close_round(round_=Round.objects.get(pk=round_.pk), at=at("2021-04-10", "20:01")) for _ in range(4)]
    results = at_once(*jobs)
    assert len([one for one in results if not isinstance(one, Exception)]) == 1
    assert round_.publications.count() == 1
