"""Merging two records of one community: what moves, what is refused, what stays as a trail."""

import datetime
import uuid

import pytest
from django.utils import timezone

from common.crypto import seal
from common.errors import InvalidInput, NotAllowed
from communities.errors import CannotMerge, MergedAway
from communities.history import history_of
from communities.merging import keep_apart, merge_communities
from communities.models import Building, Community, Household
from communities.owners import owners_of
from projects.models import Photo
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.works import make_planned_project, make_project

NOW = datetime.datetime(2021, 6, 1, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def pair(tree):
    return make_community(name="机械厂家属院"), make_community(name="机械厂宿舍")


def merge(actor, survivor, duplicate, reason="同一院子登记了两次"):
    return merge_communities(actor=actor, at=NOW, survivor_id=survivor.pk, duplicate_id=duplicate.pk, reason=reason)


def refusal(actor, survivor, duplicate):
    with pytest.raises(CannotMerge) as refused:
        merge(actor, survivor, duplicate)
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None
    return refused.value.details["reasons"]


def test_buildings_flats_and_projects_move_to_the_survivor(district_staff, pair):
    survivor, duplicate = pair
    make_households(duplicate, 3)
    project = make_planned_project(duplicate)
    merge(district_staff, survivor, duplicate)
    assert survivor.buildings.get().name == "1号楼"
    assert survivor.households.count() == 3
    assert project.entries.get().community == survivor
    assert not Household.objects.filter(community=duplicate).exists()
    assert not Building.objects.filter(community=duplicate).exists()


def test_the_duplicate_stays_as_a_locked_record_with_the_reason(district_staff, pair):
    survivor, duplicate = pair
    merge(district_staff, survivor, duplicate, reason="两次普查")
    duplicate.refresh_from_db()
    assert duplicate.merged_into == survivor
    assert history_of(duplicate)[0].reason == "两次普查"
    assert history_of(survivor)[0].reason == "两次普查"
    assert list(Community.objects.current()) == [survivor]
    with pytest.raises(MergedAway):
        merge(district_staff, survivor, duplicate)


def test_the_survivors_own_facts_stay(district_staff, pair):
    survivor, duplicate = pair
    before = (survivor.name, survivor.household_count, survivor.built_year)
    after = merge(district_staff, survivor, duplicate)
    after.refresh_from_db()
    assert (after.name, after.household_count, after.built_year) == before
    assert after.version == 2


def test_flats_of_a_building_of_the_same_name_join_it(district_staff, pair):
    survivor, duplicate = pair
    kept = make_households(survivor, 2)
    moving = make_households(duplicate, 4)  # doors 101-104; 101 and 102 are the same flats
    merge(district_staff, survivor, duplicate)
    assert sorted(survivor.households.values_list("door", flat=True)) == ["101", "102", "103", "104"]
    assert {flat.pk for flat in kept} < set(survivor.households.values_list("pk", flat=True))
    assert survivor.buildings.count() == 1
    assert {flat.door for flat in duplicate.households.all()} == {"101", "102"}
    assert Household.objects.get(pk=moving[2].pk).building.community == survivor


def test_flats_that_contradict_each_other_are_named_and_nothing_moves(district_staff, pair):
    survivor, duplicate = pair
    make_households(survivor, 1)
    make_households(duplicate, 2)
    Household.objects.filter(community=duplicate, door="101").update(exclusive_area=99)
    (reason,) = refusal(district_staff, survivor, duplicate)
    assert "1-101" in reason
    assert "1-102" not in reason
    assert duplicate.households.count() == 2


def test_an_owner_known_to_the_duplicate_alone_is_not_lost(district_staff, pair):
    survivor, duplicate = pair
    make_households(survivor, 1)
    (flat,) = make_households(duplicate, 1)
    flat.owners.bulk_create(owners_of(flat, ["王建国"], ""))
    assert len(refusal(district_staff, survivor, duplicate)) == 1
    other = survivor.households.get()
    other.owners.bulk_create(owners_of(other, ["王建国", "李敏"], ""))
    merge(district_staff, survivor, duplicate)
    assert survivor.households.get().owners.count() == 2


def test_a_phone_known_to_the_duplicate_alone_is_not_lost(district_staff, pair):
    survivor, duplicate = pair
    make_households(survivor, 1)
    make_households(duplicate, 1)
    Household.objects.filter(community=duplicate).update(phone_sealed=seal("13812345678"))
    assert len(refusal(district_staff, survivor, duplicate)) == 1


def test_both_in_one_project_is_refused(district_staff, pair):
    make_project(*pair)
    assert len(refusal(district_staff, *pair)) == 1


def test_both_in_the_plans_of_one_year_is_refused_and_of_two_years_is_not(district_staff, pair):
    survivor, duplicate = pair
    make_planned_project(survivor, year=2021)
    project = make_planned_project(duplicate, year=2021)
    assert len(refusal(district_staff, survivor, duplicate)) == 1
    project.entries.update(year=2022)
    merge(district_staff, survivor, duplicate)
    assert survivor.entries.count() == 2


def test_evidence_photos_are_never_moved_so_their_record_must_go_on(district_staff, pair):
    survivor, duplicate = pair
    project = make_planned_project(duplicate)
    Photo.objects.create(
        project=project,
        community=duplicate,
        kind="start",
        file="x.jpg",
        taken_at=timezone.now(),
        client_key=uuid.uuid4(),
        recorded_at=timezone.now(),
        recorded_by=district_staff,
    )
    (reason,) = refusal(district_staff, survivor, duplicate)
    assert duplicate.name in reason
    assert project.entries.get().community == duplicate
    merge(district_staff, duplicate, survivor)


def test_what_was_merged_into_the_duplicate_follows_it(district_staff, pair):
    survivor, duplicate = pair
    earlier = make_community(merged_into=duplicate)
    merge(district_staff, survivor, duplicate)
    earlier.refresh_from_db()
    assert earlier.merged_into == survivor


def test_a_merge_needs_a_reason_and_two_communities(district_staff, pair):
    with pytest.raises(InvalidInput) as refused:
        merge(district_staff, *pair, reason=" ")
    assert "reason" in refused.value.details
    with pytest.raises(InvalidInput):
        merge(district_staff, pair[0], pair[0])


def test_communities_of_two_counties_are_not_merged(region):
    staff = make_user("district_staff", "130400")
    reasons = refusal(staff, make_community("130404"), make_community("130403"))
    assert len(reasons) == 1


@pytest.mark.parametrize("who", ["province_official", "city_official", "other_district_staff", "department_staff", "auditor"])
def test_only_the_districts_staff_merge(request, pair, who):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        merge(actor, *pair)
    with pytest.raises(NotAllowed):
        keep_apart(actor=actor, at=NOW, first_id=pair[0].pk, second_id=pair[1].pk, reason="两个院子")


def test_keeping_apart_needs_a_reason(district_staff, pair):
    with pytest.raises(InvalidInput):
        keep_apart(actor=district_staff, at=NOW, first_id=pair[0].pk, second_id=pair[1].pk, reason="")
