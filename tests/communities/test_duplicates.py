"""Duplicate suspicion: same name, same address, near with a similar name; reach, merged and settled pairs."""

import datetime

import pytest
from django.utils import timezone

from communities.duplicates import suspected_ids, suspicions
from communities.merging import keep_apart, merge_communities
from communities.models import Community
from regions.models import Region
from regions.operations import add_region
from tests.factories.register import make_community

NOW = datetime.datetime(2021, 6, 1, 9, 0, tzinfo=datetime.UTC)
FAR = {"longitude": None, "latitude": None}


@pytest.fixture
def streets(district_staff, region):
    return [
        add_region(actor=district_staff, at=timezone.now(), parent=region("130404"), code=code, name_zh=name, kind="sub_district")
        for code, name in (("130404007", "化林路街道"), ("130404008", "石化街道"))
    ]


def reasons(viewer, **more):
    return [found.reasons for found in suspicions(viewer, **more)]


def test_the_same_name_in_one_sub_district_is_suspected(district_staff, streets):
    # the constraint allows the same name in a street and in its committee, or in the county as a whole
    make_community("130404007", name="机械厂家属院", **FAR)
    make_community("130404", name="机械厂家属院", **FAR)
    assert reasons(district_staff) == [("name",)]


def test_the_same_name_in_two_sub_districts_is_not(district_staff, streets):
    make_community("130404007", name="光明小区", **FAR)
    make_community("130404008", name="光明小区", **FAR)
    assert reasons(district_staff) == []


def test_the_same_name_in_two_counties_is_not(city_official):
    make_community("130404", name="光明小区", **FAR)
    make_community("130403", name="光明小区", **FAR)
    assert reasons(city_official) == []


def test_the_same_address_is_suspected_and_no_address_is_none(district_staff):
    make_community(name="甲院", address="百花大街18号", **FAR)
    make_community(name="乙楼", address="百花大街18号", **FAR)
    make_community(name="丙楼", address="", **FAR)
    make_community(name="丁楼", address="", **FAR)
    assert reasons(district_staff) == [("address",)]


@pytest.mark.parametrize(
    ("east_metres", "north_metres", "found"),
    [(0, 0, True), (40, 0, True), (0, -45, True), (-30, 30, True), (40, 40, False), (60, 0, False), (0, 51, False)],
)
def test_within_50_metres_a_similar_name_is_suspected(district_staff, east_metres, north_metres, found):
    longitude, latitude = 114.4611, 36.6113
    make_community(name="机械厂家属院", longitude=longitude, latitude=latitude)
    # one degree is 111,195 m of latitude, and 89,250 m of longitude at 36.61 degrees north
    make_community(name="机械厂家属楼", longitude=longitude + east_metres / 89_250, latitude=latitude + north_metres / 111_195)
    assert reasons(district_staff) == ([("near",)] if found else [])


@pytest.mark.parametrize(("name", "found"), [("机械厂宿舍", True), ("激械厂家属院", True), ("光明里", False), ("棉纺厂宿舍", False)])
def test_names_are_compared_by_sound(district_staff, name, found):
    make_community(name="机械厂家属院")
    make_community(name=name)
    assert reasons(district_staff) == ([("near",)] if found else [])


def test_every_reason_of_a_pair_is_told_and_the_strongest_pair_comes_first(district_staff, streets):
    make_community(name="甲院", address="百花大街18号", **FAR)
    make_community(name="乙楼", address="百花大街18号", **FAR)
    first = make_community("130404007", name="机械厂家属院", address="建设路1号")
    second = make_community("130404", name="机械厂家属院", address="建设路1号")
    strongest = suspicions(district_staff)[0]
    assert (strongest.first, strongest.second) == (first.pk, second.pk)
    assert set(strongest.reasons) == {"name", "address", "near"}
    assert strongest.metres == pytest.approx(0)


def test_a_stranger_sees_no_pair_of_another_area(district_staff, other_city_official, other_district_staff, streets):
    make_community("130404007", name="机械厂家属院")
    make_community("130404", name="机械厂家属院")
    assert suspected_ids(district_staff)
    assert not suspected_ids(other_city_official)
    assert not suspected_ids(other_district_staff)


def test_pairs_can_be_narrowed_to_a_subtree_or_one_community(city_official, streets):
    make_community("130404007", name="机械厂家属院")
    make_community("130404", name="机械厂家属院")
    make_community("130403", name="甲院", address="同一路1号", **FAR)
    lone = make_community("130403", name="乙楼", address="同一路1号", **FAR)
    assert len(reasons(city_official)) == 2
    assert len(reasons(city_official, under=Region.objects.get(code="130403"))) == 1
    assert reasons(city_official, of=lone) == [("address",)]


def test_settled_pairs_are_gone(district_staff):
    first, second, third = (make_community(name=name, address="同一路1号", **FAR) for name in ("甲院", "乙楼", "丙里"))
    assert len(reasons(district_staff)) == 3
    keep_apart(actor=district_staff, at=NOW, first_id=second.pk, second_id=first.pk, reason="两个院子，中间隔墙")
    assert len(reasons(district_staff)) == 2
    merge_communities(actor=district_staff, at=NOW, survivor_id=first.pk, duplicate_id=third.pk, reason="同一院子")
    assert reasons(district_staff) == []
    assert Community.objects.current().count() == 2
