"""Worker and broker are killed during a round: no ballot is lost, the count is right, the round closes when they are back."""

import datetime
import os
import signal
import time

import pytest

from surveys.models import Ballot, Round
from surveys.results import recount, tally
from tests.factories.register import make_community
from tests.factories.rounds import code_for, let_time_run_out, make_current_round
from tests.factories.works import make_planned_project
from tests.journeys.test_clerk_starts import wait_for_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def round_(tree):
    community = make_community("130404", name="机械厂家属院")
    return make_current_round(community, make_planned_project(community), households=12)


def vote(page, entry, option: str) -> str:
    """From the slip's address to the receipt, without script; the receipt's number."""
    page.goto(f"/v/{entry.round.code}/c/{code_for(entry)}/")
    page.click("button.go")
    page.check(f"input[value={option}]")
    page.click("button.go")
    return page.locator(".ticket .id").inner_text()


def until(what, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


def test_no_ballot_is_lost_while_worker_and_broker_are_away(open_page, round_, worker, settings):
    phone = open_page(width=390, height=844, java_script_enabled=False)
    entries = list(round_.roll.select_related("round").order_by("number"))
    receipts = [vote(phone, entry, "yes") for entry in entries[:3]]
    wait_for_worker(worker)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    receipts += [vote(phone, entry, "yes") for entry in entries[3:6]]
    settings.CACHES = settings.CACHES | {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    receipts += [vote(phone, entry, "no" if number else "yes") for number, entry in enumerate(entries[6:10])]
    receipts.append(vote(phone, entries[0], "yes"))  # a replaced ballot among them
    assert len(set(receipts)) == len(receipts) == Ballot.objects.count() == 11
    total = tally(round_).total
    assert (total.voted, total.agreed, total.against) == (10, 7, 3)
    assert recount(round_).agrees


def test_a_round_whose_closing_fell_into_the_outage_closes_once_when_the_worker_is_back(open_page, round_, request):
    entry = round_.roll.select_related("round").order_by("number").first()
    phone = open_page(width=390, height=844, java_script_enabled=False)
    receipt = vote(phone, entry, "yes")
    let_time_run_out(round_.pk, datetime.timedelta(minutes=30))
    phone.goto(f"/v/{round_.code}/")
    assert "截止" in phone.inner_text("main")
    request.getfixturevalue("worker")  # it comes back after the closing
    until(lambda: Round.objects.get(pk=round_.pk).state == "closed")
    round_.refresh_from_db()
    assert round_.publications.count() == 1
    assert round_.counted.agreed == 1
    phone.goto(f"/results/{round_.code}/?receipt={receipt}")
    assert receipt in phone.inner_text("main")
