"""Counting circles: what is kept, what becomes stale, runs in pieces, sums."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from communities.merging import merge_communities
from facilities import tasks
from facilities.coverage import coverage_of
from facilities.models import CircleCount, CircleResult, CircleRun, CircleTotal
from facilities.operations import circles
from facilities.operations.circles import assess, count_circles, count_stale, mark_stale, order_run, run_piece
from facilities.operations.inventory import change_facility, move_state
from tests.factories.evidence import make_scheme
from tests.factories.facilities import METRE, make_facility
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

NOW = datetime.datetime(2021, 5, 31, 8, tzinfo=datetime.UTC)


def result(community, item):
    return CircleResult.objects.get(community=community, item=item)


def test_each_item_is_kept_with_its_distance_before_and_after(district_staff, community):
    project = make_planned_project(community)
    near = make_facility(community, kind="elderly", metres=200, actor=district_staff)
    coming = make_facility(community, kind="nursery", metres=100, state="building", project=project, actor=district_staff)
    count_circles(communities=[community.pk], at=NOW)
    assert CircleResult.objects.filter(community=community).count() == 20
    elderly, nursery = result(community, "elderly"), result(community, "nursery")
    assert (elderly.before, elderly.after, elderly.metres_before, elderly.nearest_before_id) == ("met", "met", 260, near.pk)
    assert (nursery.before, nursery.why_before, nursery.after, nursery.nearest_after_id) == ("partly", "to_come", "met", coming.pk)
    assert result(community, "kindergarten").metres_before is None
    assert CircleCount.objects.get(community=community).counted_at == NOW


def test_the_scheme_that_stands_brings_what_it_names(district_staff, community):
    project = make_planned_project(community)
    make_scheme(project, district_staff)
    kinds = set(project.schemes.get().items.values_list("kind", flat=True))
    assert "water" in kinds, "the factory's scheme changed: choose another item"
    count_circles(communities=[community.pk], at=NOW)
    pipes = result(community, "pipes")
    assert (pipes.before, pipes.after, pipes.why_after) == ("partly", "met", "works")


def test_counting_again_changes_nothing_and_a_change_marks_only_what_is_near(district_staff, community):
    far = make_community(latitude=community.latitude + 3000 * METRE)
    both = [community.pk, far.pk]
    facility = make_facility(community, kind="elderly", metres=100, actor=district_staff)
    count_circles(communities=both, at=NOW)
    before = list(CircleResult.objects.order_by("pk").values())
    count_circles(communities=both, at=NOW)
    assert list(CircleResult.objects.order_by("pk").values()) == before
    move_state(
        actor=district_staff, at=timezone.now(), facility_id=facility.pk, state="idle", happened_on=timezone.localdate(), reason="停水"
    )
    assert set(CircleCount.objects.filter(stale_since__isnull=False).values_list("community", flat=True)) == {community.pk}
    assert count_stale(at=timezone.now()) == 1
    assert (result(community, "elderly").before, result(community, "elderly").why_before) == ("partly", "idle")
    place = {"longitude": far.longitude, "latitude": far.latitude}
    change_facility(actor=district_staff, at=timezone.now(), facility_id=facility.pk, version=2, values=place)
    assert CircleCount.objects.filter(stale_since__isnull=False).count() == 2, "where it was and where it is"
    assert mark_stale(positions=[(114.46, 41.0)], at=NOW) == 0


def test_a_run_goes_on_where_it_was_cut_off(district_staff, province_official, community, region, monkeypatch):
    communities = [community, *(make_community() for _ in range(6)), make_community("130902")]
    monkeypatch.setattr(circles, "PIECE", 3)
    run = order_run(region=region("130000"), at=NOW, actor=province_official)
    assert order_run(region=region("130000"), at=NOW, actor=province_official) == run
    assert run_piece(run=run, at=NOW)
    real = circles.count_circles

    def killed(**_values):
        real(**_values)
        raise SystemExit

    monkeypatch.setattr(circles, "count_circles", killed)
    with pytest.raises(SystemExit):
        run_piece(run=run, at=NOW)
    monkeypatch.setattr(circles, "count_circles", real)
    run.refresh_from_db()
    assert (run.done, CircleCount.objects.count()) == (3, 3), "nothing of the piece that was cut off stays"
    tasks.count_circles()
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("done", 8, len(communities))
    assert CircleCount.objects.count() == 8
    total = CircleTotal.objects.get(region__code="130404", item="elderly")
    assert (total.communities, total.communities_missing_before, total.households) == (7, 7, 700)


def test_the_night_counts_everything_once(community, region):
    tasks.count_every_circle()
    tasks.count_every_circle()
    assert [run.state for run in CircleRun.objects.all()] == ["done", "done"]
    assert CircleResult.objects.filter(community=community).count() == 20


def test_an_assessment_is_kept_counts_at_once_and_needs_its_note(district_staff, city_official, community):
    with pytest.raises(InvalidInput):
        assess(actor=district_staff, at=NOW, community=community, item="mechanism", verdict="missing")
    with pytest.raises(InvalidInput):
        assess(actor=district_staff, at=NOW, community=community, item="elderly", verdict="met")
    with pytest.raises(NotAllowed):
        assess(actor=city_official, at=NOW, community=community, item="mechanism", verdict="met")
    assess(actor=district_staff, at=NOW, community=community, item="mechanism", verdict="partly", note="没有例会")
    assess(actor=district_staff, at=NOW, community=community, item="mechanism", verdict="met")
    assert result(community, "mechanism").before == "met"
    assert community.assessments.count() == 2
    assert CircleTotal.objects.get(item="mechanism").communities_met_before == 1


def test_two_counted_communities_are_merged_with_what_stands_in_them(district_staff, community, region):
    twin = make_community(name="机械厂宿舍")
    facility = make_facility(twin, actor=district_staff)
    change_facility(actor=district_staff, at=NOW, facility_id=facility.pk, version=1, values={"community": twin})
    for each in (community, twin):
        assess(actor=district_staff, at=NOW, community=each, item="culture", verdict="met")
    merge_communities(actor=district_staff, at=NOW, survivor_id=community.pk, duplicate_id=twin.pk, reason="同一个院")
    facility.refresh_from_db()
    assert facility.community == community
    tasks.count_every_circle()
    line = next(line for line in coverage_of(region("130404")) if line.item.code == "culture")
    assert (line.communities, line.communities_met_before) == (1, 1)
    assert CircleTotal.objects.get(region__code="130404", item="culture").communities == 1


def test_many_communities_are_counted_with_as_few_queries_as_one(district_staff, community):
    def asked(keys):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            count_circles(communities=keys, at=NOW)
        return len(seen)

    one = asked([community.pk])
    assert asked([community.pk, *(make_community().pk for _ in range(5))]) == one <= 12
