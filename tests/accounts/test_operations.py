"""Accounts and posts: created, closed and reset by a level above, and by nobody else."""

import datetime
import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.choices import ROLE_LEVELS, Role
from accounts.models import Post, User
from accounts.operations import (
    AccountClosed,
    change_password,
    close_account,
    create_account,
    end_post,
    give_post,
    manageable,
    reopen_account,
    reset_password,
)
from common.errors import InvalidInput, NotAllowed
from regions.models import Region
from regions.operations import new_region
from tests.factories.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
# where each role of the cast stands in Handan, and where a new post of each role could stand
PLACES = {"province": "130000", "reporting": "130400", "county": "130404", "sub_district": "130404007"}
CAST = {
    "province_official": "130000",
    "city_official": "130400",
    "district_staff": "130404",
    "street_staff": "130404007",
    "department_staff": "130400",
    "auditor": "130000",
}


@pytest.fixture
def street(tree):
    parent = Region.objects.get(code="130404")
    region = new_region(code="130404007", name_zh="化林路街道", name_en="", kind="sub_district", parent=parent)
    region.save()
    return region


def make(actor, role="district_staff", code="130404", username="new.person", **more):
    region = Region.objects.get(code=code)
    return create_account(actor=actor, at=NOW, username=username, name="新人", role=role, region=region, **more)


@pytest.mark.parametrize("actor_role", CAST)
@pytest.mark.parametrize("new_role", list(Role))
@pytest.mark.parametrize("place", PLACES)
def test_every_role_against_every_post(street, actor_role, new_role, place):
    actor = make_user(actor_role, CAST[actor_role])
    depth = {"130000": 1, "130400": 2, "130404": 3, "130404007": 4}
    managers = {"province_official", "city_official", "district_staff"}
    below = depth[PLACES[place]] > depth[CAST[actor_role]]
    if actor_role in managers and below and place in ROLE_LEVELS[new_role]:
        made = make(actor, new_role, PLACES[place], department="housing")
        assert made.user.posts.get().role == new_role
        assert made.user.must_change_password
        assert made.user.check_password(made.password)
    else:
        with pytest.raises(NotAllowed):
            make(actor, new_role, PLACES[place], department="housing")
        assert not User.objects.filter(username="new.person").exists()


def test_a_city_does_not_create_accounts_in_another_city(city_official):
    with pytest.raises(NotAllowed):
        make(city_official, code="130902")


def test_a_user_name_is_taken_in_any_case(city_official):
    make(city_official, username="Wang.Fang")
    with pytest.raises(InvalidInput) as refused:
        make(city_official, username="wang.fang")
    assert set(refused.value.details) == {"username"}


@pytest.mark.parametrize("username", ["", "two words", "a" * 61, "名/字"])
def test_an_impossible_user_name_is_refused_at_its_field(city_official, username):
    with pytest.raises(InvalidInput) as refused:
        make(city_official, username=username)
    assert "username" in refused.value.details
    assert not Post.objects.filter(region__code="130404").exists()


def test_department_staff_need_their_department(city_official):
    with pytest.raises(InvalidInput) as refused:
        make(city_official, role="department_staff")
    assert set(refused.value.details) == {"department"}
    assert not User.objects.filter(username="new.person").exists(), "nothing half-written"


def test_a_post_that_ends_before_it_begins_is_refused(city_official):
    with pytest.raises(InvalidInput):
        make(city_official, starts_on=TODAY, ends_on=TODAY - datetime.timedelta(days=1))


def test_the_same_post_twice_at_one_time_is_refused(city_official, district_staff, region):
    with pytest.raises(InvalidInput):
        give_post(actor=city_official, at=NOW, user=district_staff, role="district_staff", region=region("130404"))


def test_a_second_post_widens_the_reach(city_official, district_staff, region):
    give_post(actor=city_official, at=NOW, user=district_staff, role="district_staff", region=region("130403"))
    assert User.objects.get(pk=district_staff.pk).may("projects.edit", region("130403").path)


def test_a_right_holds_in_the_region_of_its_post_alone(tree, region):
    person = make_user("district_staff", "130404")
    Post.objects.create(user=person, role="auditor", region=region("130902"))
    assert person.may("audit.see", region("130902").path)
    assert not person.may("audit.see", region("130404").path)
    assert not person.may("projects.edit", region("130902").path)


@pytest.mark.parametrize("change", [close_account, reset_password])
def test_a_stranger_an_equal_and_oneself_change_no_account(change, city_official, other_city_official, district_staff, tree):
    equal = make_user("auditor", "130400")
    for actor, user in ((other_city_official, district_staff), (city_official, equal), (city_official, city_official)):
        with pytest.raises(NotAllowed):
            change(actor=actor, at=NOW, user=user, reason="moved")


def test_who_has_a_post_in_another_city_too_is_managed_by_the_province_alone(
    city_official, other_city_official, province_official, district_staff, region
):
    Post.objects.create(user=district_staff, role="district_staff", region=region("130902"))
    for city in (city_official, other_city_official):
        assert not manageable(city, district_staff, TODAY)
        with pytest.raises(NotAllowed):
            reset_password(actor=city, at=NOW, user=district_staff, reason="forgotten")
    assert manageable(province_official, district_staff, TODAY)


def test_an_ended_post_elsewhere_does_not_stand_in_the_way(city_official, district_staff, region):
    yesterday = TODAY - datetime.timedelta(days=1)
    Post.objects.create(user=district_staff, role="district_staff", region=region("130902"), ends_on=yesterday)
    assert manageable(city_official, district_staff, TODAY)


def test_a_closed_account_stops_at_once_and_stays_on_record(client, city_official, district_staff):
    client.force_login(district_staff)
    assert client.get("/accounts/").status_code == 200
    close_account(actor=city_official, at=NOW, user=district_staff, reason="left the office")
    assert client.get("/accounts/").status_code == 302
    assert not User.objects.get(pk=district_staff.pk).may("projects.edit")
    assert district_staff.posts.get().ends_on == TODAY
    with pytest.raises(AccountClosed):
        reset_password(actor=city_official, at=NOW, user=district_staff, reason="forgotten")


def test_an_account_opened_again_has_a_new_first_password(city_official, district_staff):
    close_account(actor=city_official, at=NOW, user=district_staff, reason="left")
    made = reopen_account(actor=city_official, at=NOW, user=district_staff, reason="came back")
    assert made.user.is_active
    assert made.user.must_change_password
    assert made.user.check_password(made.password)
    assert not made.user.check_password(PASSWORD)


def test_a_reset_password_ends_the_sessions(client, city_official, district_staff):
    client.force_login(district_staff)
    reset_password(actor=city_official, at=NOW, user=district_staff, reason="forgotten")
    assert client.get("/accounts/").status_code == 302


def test_a_post_ends_with_its_last_day(city_official, district_staff):
    end_post(actor=city_official, at=NOW, post=district_staff.posts.get(), ends_on=TODAY, reason="moved")
    assert User.objects.get(pk=district_staff.pk).may("projects.edit"), "the last day counts"
    held = district_staff.posts.held_on(TODAY + datetime.timedelta(days=1))
    assert not held.exists()


def test_nobody_ends_a_post_of_their_own_level_or_elsewhere(city_official, other_city_official, district_staff):
    for actor, post in (
        (city_official, city_official.posts.get()),
        (other_city_official, district_staff.posts.get()),
        (district_staff, district_staff.posts.get()),
    ):
        with pytest.raises(NotAllowed):
            end_post(actor=actor, at=NOW, post=post, ends_on=TODAY, reason="moved")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "Another-Pass-77", "old_password"),
        (PASSWORD, PASSWORD, "new_password1"),
        (PASSWORD, "short", "new_password1"),
        (PASSWORD, "12345678901234", "new_password1"),
        (PASSWORD, "password123", "new_password1"),
        (PASSWORD, "district_staff-130404", "new_password1"),
    ],
)
def test_a_weak_or_unproven_password_is_refused_at_its_field(district_staff, old, new, field):
    with pytest.raises(InvalidInput) as refused:
        change_password(actor=district_staff, at=NOW, old=old, new=new)
    assert set(refused.value.details) == {field}
    assert User.objects.get(pk=district_staff.pk).check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_take_the_same_name_at_once_make_one_account(tree):
    actor = make_user("city_official", "130400")
    gate, results = threading.Barrier(2), []

    def attempt(username):
        try:
            gate.wait()
            results.append(make(actor, username=username).user.pk)
        except InvalidInput as refused:
            results.append(set(refused.details))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(name,)) for name in ("same.name", "SAME.name")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"username"} in results
    assert User.objects.filter(username__iexact="same.name").count() == 1


def test_the_posts_in_force_are_the_held_ones_with_their_regions_highest_first(district_staff, region, django_assert_num_queries):
    give = {"user": district_staff, "role": "city_official", "starts_on": TODAY - datetime.timedelta(days=9)}
    Post.objects.create(region=region("130400"), **give)
    Post.objects.create(region=region("130900"), ends_on=TODAY - datetime.timedelta(days=1), **give)
    Post.objects.create(region=region("131000"), **give | {"starts_on": TODAY + datetime.timedelta(days=1)})
    asked = district_staff.posts.held_on(TODAY).select_related("region").order_by("region__depth", "pk")
    with django_assert_num_queries(1):
        held = Post.objects.in_force(district_staff.pk, TODAY)
        assert [post.region.code for post in held] == ["130400", "130404"]
    for one, other in zip(held, asked, strict=True):
        assert (one, one.region) == (other, other.region)
        assert {**vars(one), "_state": 0} == {**vars(other), "_state": 0}
        assert {**vars(one.region), "_state": 0} == {**vars(other.region), "_state": 0}
