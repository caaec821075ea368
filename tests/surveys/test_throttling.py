"""Guessing is slow: wrong codes are counted per address; while it waits, a right code is refused too."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.errors import TooManyTries
from surveys.models import Ballot, Review, RollEntry
from surveys.throttling import count_wrong_code, require_patience
from tests.factories.register import make_community
from tests.factories.rounds import code_for, make_current_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(tree):
    community = make_community("130404")
    return make_current_round(community, make_planned_project(community))


@pytest.fixture
def home(round_):
    return RollEntry.objects.filter(round=round_).select_related("round").order_by("number")[0]


def guess(client, round_, code="ABCDEFGH", address="192.0.2.7", name="vote-question", **more):
    return client.post(reverse(f"surveys:{name}", args=[round_.code]), {"code": code} | more, REMOTE_ADDR=address)


def test_after_so_many_wrong_codes_an_address_waits_and_is_told_how_long(client, round_, home, settings):
    settings.CODE_TRIES = 3
    assert [guess(client, round_).status_code for _ in range(5)] == [422, 422, 422, 429, 429]
    waiting = guess(client, round_)
    assert 0 < int(waiting.headers["Retry-After"]) <= 600 and "请等 10 分钟再试" in waiting.content.decode()
    assert guess(client, round_, address="192.0.2.8").status_code == 422


def test_while_it_waits_a_right_code_gets_the_same_answer_as_a_wrong_one(client, round_, home, settings):
    settings.CODE_TRIES = 1
    guess(client, round_)
    for name in ("vote-question", "ballot-cast"):
        right, wrong = (guess(client, round_, code, name=name, decide="yes") for code in (code_for(home), "ABCDEFGH"))
        assert right.status_code == wrong.status_code == 429
        assert right.content.replace(code_for(home).encode(), b"ABCDEFGH") == wrong.content
    assert (
        client.post(reverse("surveys:find"), {"q": round_.community.name, "code": code_for(home)}, REMOTE_ADDR="192.0.2.7").status_code
        == 429
    )
    assert not Ballot.objects.exists()


def test_what_was_filled_in_is_kept_to_be_sent_again(client, round_, home, settings):
    settings.CODE_TRIES = 1
    guess(client, round_)
    told = guess(client, round_, code_for(home), name="ballot-cast", decide="no", key="k-1").content.decode()
    assert all(f'name="{name}" value="{value}"' in told for name, value in (("decide", "no"), ("key", "k-1"), ("code", code_for(home))))


def test_right_codes_are_not_counted(client, round_, home, settings):
    settings.CODE_TRIES = 2
    assert {guess(client, round_, code_for(home)).status_code for _ in range(5)} == {200}


def test_the_window_begins_with_the_first_wrong_code(tree, settings):
    settings.CODE_TRIES = 2
    start = timezone.now()
    count_wrong_code("192.0.2.9", None, start)
    count_wrong_code("192.0.2.9", None, start + datetime.timedelta(minutes=4))
    with pytest.raises(TooManyTries) as waits:
        require_patience("192.0.2.9", start + datetime.timedelta(minutes=5))
    assert waits.value.details["seconds"] == 5 * 60


def test_many_wrong_codes_at_one_round_raise_one_review_an_hour(client, round_, settings):
    settings.REVIEW_WRONG_CODES = 3
    for number in range(6):
        guess(client, round_, address=f"192.0.2.{number}")
    review = Review.objects.get(round=round_)
    assert review.kind == "code_guessing" and review.detail["more_than"] == 3


def test_a_cache_that_is_away_stops_nobody(client, round_, home, settings, monkeypatch):
    monkeypatch.setattr("django.core.cache.cache.get", lambda _key, default=None: default)
    monkeypatch.setattr("django.core.cache.cache.incr", lambda key: (_ for _ in ()).throw(ValueError(key)))
    settings.CODE_TRIES = 1
    assert guess(client, round_).status_code == 422
    assert guess(client, round_, code_for(home)).status_code == 200
