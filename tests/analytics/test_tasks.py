"""Counting from the outbox: what is claimed, what waits, what two at once do."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from analytics import tasks
from analytics.counting import count_counties, count_year
from analytics.models import DailyCount, YearCount
from analytics.queries import freshness, history
from messaging.models import OutboxRow, OutboxState
from messaging.operations import post
from regions.models import Region
from tests.analytics.histories import YEAR, Story, live, reach
from tests.factories.people import make_user

D = datetime.date


def changed(code: str = "130404", at: datetime.datetime | None = None) -> None:
    post(topic="figures", key=f"{code}:{YEAR}", payload={"county": code, "year": YEAR}, at=at or timezone.now())


def started(code: str = "130000") -> int:
    return history(Region.objects.get(code=code), YEAR).totals_on(D(2021, 12, 31))[0]["started_communities"]


@pytest.mark.django_db
def test_waiting_changes_are_counted_once_per_county(tree):
    live([Story(), Story(county="130902")], make_user("district_staff", "130404"))
    for code in ("130404", "130404", "130902"):
        changed(code)
    assert tasks.count_changed() == 2
    assert not OutboxRow.objects.filter(state=OutboxState.PENDING).exists()
    assert YearCount.objects.get().version == 1


@pytest.mark.django_db
def test_a_killed_task_leaves_figures_and_rows_as_they_were_and_the_next_run_is_right(tree, monkeypatch):
    clerk = make_user("district_staff", "130404")
    entry = live([Story()], clerk)[0]
    count_year(YEAR)
    reach(entry, "started", D(2021, 5, 1), clerk)
    changed()

    def killed(*args: object, **more: object) -> None:
        count_counties(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "count_counties", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.count_changed()
    assert started() == 0 and OutboxRow.objects.get().state == OutboxState.PENDING
    tasks.count_changed()
    assert started() == 1 and OutboxRow.objects.get().state == OutboxState.DONE


@pytest.mark.django_db
def test_a_row_that_names_nothing_does_not_block_the_others(tree):
    live([Story()], make_user("district_staff", "130404"))
    post(topic="figures", key="?", payload={}, at=timezone.now())
    changed()
    assert tasks.count_changed() == 1


@pytest.mark.django_db
def test_counted_up_to_stops_at_the_oldest_change_that_still_waits(tree):
    live([Story()], make_user("district_staff", "130404"))
    waiting_since = timezone.now() - datetime.timedelta(minutes=7)
    changed("130902", waiting_since)
    count_counties(YEAR, [Region.objects.get(code="130404")])
    fresh = freshness(YEAR)
    assert fresh is not None and fresh.counted_up_to == waiting_since and fresh.waiting
    tasks.count_changed()
    fresh = freshness(YEAR)
    assert fresh is not None and fresh.counted_up_to > waiting_since and not fresh.waiting


@pytest.mark.django_db
def test_the_nightly_count_covers_years_whose_entries_are_gone(tree):
    YearCount.objects.create(year=2019, counted_at=timezone.now(), rule_version="old", version=3)
    DailyCount.objects.create(region=Region.objects.get(code="130404"), year=2019, on=D(2019, 1, 1), started_communities=5)
    tasks.count_all_years()
    assert not DailyCount.objects.filter(year=2019).exists() and YearCount.objects.get(year=2019).version == 4


@pytest.mark.django_db(transaction=True)
def test_full_and_single_counts_at_once_end_with_the_right_figures(tree):
    clerk = make_user("district_staff", "130404")
    live([Story(steps=[("started", D(2021, 4, 1), False)]) for _number in range(3)], clerk)
    county = Region.objects.get(code="130404")
    problems: list[BaseException] = []

    def run(act) -> None:
        try:
            for _number in range(4):
                act()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    acts = [
        lambda: count_year(YEAR),
        lambda: count_counties(YEAR, [county]),
        lambda: count_counties(YEAR, [county]),
        lambda: count_year(YEAR),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == [] and started() == 3
    assert YearCount.objects.get().version == 16


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_still_writing_holds_counted_up_to_back(tree):
    live([Story()], make_user("district_staff", "130404"))
    written, counted = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            changed("130902")
            written.set()
            counted.wait(20)
        connection.close()

    thread = threading.Thread(target=write_slowly)
    begin = timezone.now()
    thread.start()
    assert written.wait(20)
    after = timezone.now()
    count_year(YEAR)
    fresh = freshness(YEAR)
    counted.set()
    thread.join(20)
    assert fresh is not None and fresh.counted_up_to <= after and fresh.counted_up_to >= begin - datetime.timedelta(seconds=5)
