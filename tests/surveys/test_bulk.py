"""Rounds for many communities: never twice, a killed worker loses nothing, what is refused is told apart."""

import datetime
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from surveys import bulk
from surveys.bulk import candidates, progress_of, run_batches
from surveys.models import Round, RoundBatch, RoundBatchItem
from surveys.operations import batches
from surveys.operations.batches import Order, open_next, order_rounds, try_again
from surveys.planning import usual_times
from surveys.tasks import open_batches
from tests.factories.evidence import make_scheme
from tests.factories.register import make_community
from tests.factories.rounds import fill_flats, make_closed_round, make_draft
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


def make_yards(number, county="130404"):
    yards = []
    for _ in range(number):
        community = make_community(county, household_count=4)
        fill_flats(community, 4)
        yards.append((community, make_planned_project(community, county_code=county)))
    return yards


def order(source="library:willingness_full", **more):
    opens_at, closes_at = usual_times(timezone.now())
    return Order(**{"source": source, "opens_at": opens_at, "closes_at": closes_at} | more)


def ordered(yards, actor, **more):
    return order_rounds(order=order(**more), chosen=yards, actor=actor, at=timezone.now())


def test_one_order_announces_a_round_in_each_community(district_staff):
    batch = ordered(make_yards(3), district_staff, contact="街道办")
    assert run_batches([batch]) == 3
    rounds = Round.objects.all()
    assert {(each.state, each.kind, each.contact, each.created_by) for each in rounds} == {
        ("announced", "willingness", "街道办", district_staff)
    }
    assert len({each.code for each in rounds}) == 3
    assert (progress_of(batch).done, progress_of(batch).over) == (3, True)


def test_drafts_alone_where_they_are_not_announced_at_once(district_staff):
    batch = ordered(make_yards(1), district_staff, announce=False)
    run_batches([batch])
    assert Round.objects.get().state == "draft"


def test_a_vote_binds_each_projects_own_version(district_staff):
    yards = make_yards(2)
    make_scheme(yards[0][1], district_staff)
    batch = ordered(yards, district_staff, source="library:scheme_full")
    run_batches([batch])
    made = Round.objects.get()
    assert (made.community, made.scheme_version, made.title_zh) == (yards[0][0], 1, "改造方案表决（第 1 版）")
    assert made.facts["summary"]
    failed = batch.items.get(state="failed")
    assert failed.community == yards[1][0]
    assert "Draw the scheme first" in failed.problem or "方案" in failed.problem


def test_what_is_refused_is_told_apart_and_tried_again_when_mended(district_staff):
    yards = make_yards(2)
    bare = make_community("130404")
    yards.append((bare, make_planned_project(bare)))
    make_draft(yards[0][0], yards[0][1], kind="willingness", actor=district_staff)
    batch = ordered(yards, district_staff)
    run_batches([batch])
    progress = progress_of(batch)
    assert (progress.done, progress.failed) == (1, 2)
    assert all(item.problem for item in bulk.problems_of(batch))
    fill_flats(bare, 4)
    assert try_again(batch=batch, actor=district_staff, at=timezone.now()) == 2
    run_batches([batch])
    assert (progress_of(batch).done, progress_of(batch).failed) == (2, 1)


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_nothing_twice(district_staff, monkeypatch):
    batch = ordered(make_yards(4), district_staff)
    announce, calls = batches.announce_round, []

    def dies_at_the_second(**given):
        calls.append(given["round_"].pk)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return announce(**given)

    monkeypatch.setattr(batches, "announce_round", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_batches([batch])
    assert Round.objects.count() == 1, "the second one was undone with its row"
    assert progress_of(batch).settled == 1
    monkeypatch.setattr(batches, "announce_round", announce)
    open_batches()
    assert Round.objects.count() == Round.objects.filter(state="announced").count() == 4
    assert progress_of(batch).done == 4
    open_batches()
    assert Round.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_batch_and_make_no_round_twice(tree, district_staff):
    batch = ordered(make_yards(12), district_staff)
    start, settled = threading.Barrier(3), []

    def work():
        start.wait()
        settled.append(run_batches([RoundBatch.objects.get(pk=batch.pk)]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(settled) == 12
    assert Round.objects.count() == RoundBatchItem.objects.filter(round__isnull=False).count() == 12


def test_an_order_that_cannot_be_is_refused_field_by_field(district_staff):
    yards, now = make_yards(1), timezone.now()
    faults = {
        "opens_at": {"opens_at": now + datetime.timedelta(days=6)},
        "closes_at": {"closes_at": now + datetime.timedelta(days=8)},
        "source": {"source": "library:legal_lift"},
    }
    for field, change in faults.items():
        with pytest.raises(InvalidInput) as refused:
            ordered(yards, district_staff, **change)
        assert field in refused.value.details
    with pytest.raises(InvalidInput) as refused:
        ordered([], district_staff)
    assert "communities" in refused.value.details
    assert not RoundBatch.objects.exists()


def test_nobody_orders_rounds_in_another_district(district_staff, city_official):
    with pytest.raises(NotAllowed):
        ordered(make_yards(1, "130403"), district_staff)
    with pytest.raises(NotAllowed):
        ordered(make_yards(1), city_official)


def test_a_right_that_ended_meanwhile_ends_the_order(district_staff):
    batch = ordered(make_yards(1), district_staff)
    district_staff.posts.all().delete()
    assert open_next(batch=RoundBatch.objects.get(pk=batch.pk), at=timezone.now())
    assert batch.items.get().state == "failed"
    assert not Round.objects.exists()


def test_who_has_a_running_or_passed_round_is_not_offered(district_staff):
    (free, _p), (running, running_project), (passed, passed_project), (short, short_project) = make_yards(4)
    make_draft(running, running_project, kind="willingness", actor=district_staff)
    make_closed_round(passed, passed_project, kind="willingness", agreed=4, households=4)
    make_closed_round(short, short_project, kind="willingness", agreed=2, households=4)
    offered = {entry.community for entry in candidates(district_staff, kind="willingness")}
    assert offered == {free, short}
    assert {entry.community for entry in candidates(district_staff, kind="scheme")} == {free, running, passed, short}
    assert not candidates(district_staff, kind="willingness", stage="closed").exists()


def post(client, query="kind=willingness&stage=planned", **fields):
    opens_at, closes_at = usual_times(timezone.now())
    usual = {
        "source": "library:willingness_short", "announce": "on", "which": "all",
        "opens_at": timezone.localtime(opens_at).strftime("%Y-%m-%dT%H:%M"), "closes_at": timezone.localtime(closes_at).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    return client.post(f"{reverse('surveys:bulk')}?{query}", usual | fields, headers={"Accept-Language": "en"})


def test_a_few_are_made_while_the_clerk_waits_and_the_page_tells_how_many(client, district_staff):
    yards = make_yards(3)
    client.force_login(district_staff)
    assert client.get(reverse("surveys:bulk"), {"kind": "willingness", "stage": ""}).context["total"] == 3
    assert client.get(reverse("surveys:bulk"), {"kind": "willingness"}).context["total"] == 0, "no project waits for this gate"
    other = client.get(reverse("surveys:bulk"), {"kind": "satisfaction", "was": "willingness", "stage": "reserve"})
    assert other.context["asked"].stage == "completed", "another kind asks at another stage"
    answer = post(client, which="some", community=[yards[0][0].pk, yards[2][0].pk])
    assert answer.status_code == 302
    assert Round.objects.count() == 2
    text = client.get(answer.url, headers={"Accept-Language": "en"}).content.decode()
    assert "2 rounds made" in text
    assert "hx-trigger" not in text
    batch = RoundBatch.objects.get()
    listed = client.get(reverse("surveys:list"), {"batch": batch.pk})
    assert {row["round"].pk for row in listed.context["rows"]} == set(Round.objects.values_list("pk", flat=True))


def test_many_are_left_to_the_worker_and_the_page_asks_again(client, district_staff, settings, monkeypatch):
    settings.ROUND_BATCH_AT_ONCE = 2
    monkeypatch.setattr(open_batches, "apply_async", lambda **_more: None)
    make_yards(3)
    client.force_login(district_staff)
    answer = post(client)
    assert not Round.objects.exists()
    page = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "<html" not in page
    open_batches()
    assert Round.objects.count() == 3
    assert 'hx-trigger="every 1s"' not in client.get(answer.url, headers={"HX-Request": "true"}).content.decode()


def test_faults_of_an_order_stand_beside_their_fields(client, district_staff):
    make_yards(1)
    client.force_login(district_staff)
    answer = post(client, opens_at="2021-01-01T08:00", which="some", community=[])
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"opens_at", "__all__"} | ({"closes_at"} & set(answer.context["form"].errors))


def test_an_order_of_another_area_does_not_exist(client, district_staff, other_district_staff, city_official):
    batch = ordered(make_yards(1), district_staff)
    client.force_login(other_district_staff)
    assert client.get(reverse("surveys:batch", args=[batch.pk])).status_code == 404
    client.force_login(city_official)
    assert client.get(reverse("surveys:bulk")).status_code == 403
