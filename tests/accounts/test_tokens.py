"""Keys of machine clients: narrowed, bounded, stopped at once, and never more than their user."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.authentication import ActionPermission, TokenAuthentication
from accounts.models import ApiToken, Post
from accounts.operations import close_account, reset_password
from accounts.tokens import bearer_of, digest_of, issue_token, revoke_token
from common.errors import InvalidInput, NotAllowed
from communities.models import Community
from tests.factories.people import make_user
from tests.factories.register import make_community

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SOON = timezone.localdate(NOW) + datetime.timedelta(days=30)


def issue(actor, actions=("communities.see",), **more):
    return issue_token(actor=actor, at=NOW, name="data centre", actions=actions, expires_on=more.pop("expires_on", SOON), **more)


def asks(key):
    return TokenAuthentication().authenticate(Request(RequestFactory().get("/", headers={"Authorization": f"Bearer {key}"})))


def test_the_key_is_stored_as_a_digest_only(city_official):
    made = issue(city_official)
    assert made.token.digest == digest_of(made.key)
    assert made.key not in str(ApiToken.objects.filter(pk=made.token.pk).values())


def test_a_key_acts_as_its_user_in_the_listed_actions_alone(city_official):
    user, _token = asks(issue(city_official).key)
    assert user.pk == city_official.pk
    assert user.may("communities.see")
    assert not user.may("projects.see"), "the user may, the key may not"
    with pytest.raises(NotAllowed):
        user.require("exports.run")


def test_a_key_with_a_region_reaches_only_below_it(city_official, region):
    inside, outside = make_community("130404"), make_community("130403")
    user, _token = asks(issue(city_official, region=region("130404")).key)
    assert list(Community.objects.visible_to(user)) == [inside]
    assert outside in Community.objects.visible_to(city_official)
    assert not user.may("communities.see", region("130400").path)


def test_a_key_loses_what_its_user_loses(city_official, region):
    key = issue(city_official, region=region("130404")).key
    city_official.posts.update(region=region("130900"))
    user, _token = asks(key)
    assert user.current_posts == []
    assert not user.may("communities.see")


def test_a_key_above_a_post_keeps_the_post(province_official, region):
    made = issue(province_official, region=region("130400"))
    province_official.posts.update(region=region("130404"), role="district_staff")
    assert [post.region.code for post in bearer_of(made.key, NOW)[0].current_posts] == ["130404"]


@pytest.mark.parametrize("spoil", ["revoked", "expired", "closed", "altered"])
def test_every_dead_key_is_refused_in_the_same_words(province_official, city_official, spoil):
    made = issue(city_official)
    key = made.key
    if spoil == "revoked":
        revoke_token(actor=city_official, at=NOW, token=made.token)
    elif spoil == "expired":
        ApiToken.objects.update(created_at=NOW - datetime.timedelta(days=9), expires_at=NOW - datetime.timedelta(seconds=1))
    elif spoil == "closed":
        close_account(actor=province_official, at=NOW, user=city_official, reason="left")
    else:
        key = key[:-1] + ("a" if key[-1] != "a" else "b")
    with pytest.raises(AuthenticationFailed) as refused:
        asks(key)
    with pytest.raises(AuthenticationFailed) as unknown:
        asks("hbr_unknown")
    assert str(refused.value) == str(unknown.value)


def test_other_headers_are_left_to_others():
    request = Request(RequestFactory().get("/", headers={"Authorization": "Basic abc"}))
    assert TokenAuthentication().authenticate(request) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"actions": ()}, "actions"),
        ({"actions": ("plans.freeze",)}, "actions"),
        ({"actions": ("accounts.manage",)}, "actions"),
        ({"actions": ("moon.fly",)}, "actions"),
        ({"expires_on": SOON - datetime.timedelta(days=31)}, "expires_on"),
        ({"expires_on": SOON + datetime.timedelta(days=400)}, "expires_on"),
    ],
)
def test_a_key_that_could_do_too_much_or_too_long_is_refused(city_official, changes, field):
    with pytest.raises(InvalidInput) as refused:
        issue(city_official, **changes)
    assert set(refused.value.details) == {field}


def test_a_key_for_somebody_elses_region_is_refused(city_official, region):
    with pytest.raises(NotAllowed):
        issue(city_official, region=region("130900"))


def test_only_the_levels_of_the_table_issue_keys(district_staff):
    with pytest.raises(NotAllowed):
        issue(district_staff)


def test_a_stranger_cannot_revoke_a_key_but_the_level_above_can(province_official, city_official, other_city_official):
    made = issue(city_official)
    with pytest.raises(NotAllowed):
        revoke_token(actor=other_city_official, at=NOW, token=made.token)
    assert revoke_token(actor=province_official, at=NOW, token=made.token).revoked_at == NOW
    assert revoke_token(actor=city_official, at=NOW + datetime.timedelta(hours=1), token=made.token).revoked_at == NOW


def test_the_database_refuses_a_key_that_allows_nothing(city_official):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.create(
            name="x", user=city_official, digest="d", actions=[], created_at=NOW, expires_at=NOW + datetime.timedelta(1)
        )


def test_use_is_noted_without_a_write_on_every_call(city_official, django_assert_num_queries):
    key = issue(city_official).key
    asks(key)
    assert ApiToken.objects.get().last_used_at
    events = ApiToken.objects.get().events.count()
    with django_assert_num_queries(1):
        asks(key)
    assert ApiToken.objects.get().events.count() == events, "reading leaves no trace in the audit trail"


def test_the_api_asks_the_same_table(city_official, rf):
    view = type("View", (), {"action_name": "projects.edit"})()
    request = rf.get("/")
    request.user = city_official
    assert not ActionPermission().has_permission(request, view)
    view.action_name = "projects.see"
    assert ActionPermission().has_permission(request, view)


def test_public_means_reading_only(rf):
    view = type("View", (), {"action_name": "projects.see", "public": True})()
    request = rf.get("/")
    request.user = None
    assert ActionPermission().has_permission(request, view)
    posting = rf.post("/")
    posting.user = None
    assert not ActionPermission().has_permission(posting, view)


def test_the_pages_issue_show_once_and_revoke(client, city_official, other_city_official):
    client.force_login(city_official)
    values = {"name": "centre", "actions": ["communities.see"], "expires_on": SOON.isoformat(), "region": "130404"}
    page = client.post("/accounts/tokens/new/", values)
    key = page.context["key"]
    assert "no-store" in page.headers["Cache-Control"]
    assert key not in client.get("/accounts/").content.decode()
    assert client.post("/accounts/tokens/new/", values | {"region": "130900"}).context["form"].errors["region"]
    token = ApiToken.objects.get()
    client.force_login(other_city_official)
    assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    client.force_login(city_official)
    assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at


def test_a_user_with_a_post_elsewhere_issues_keys_only_where_the_right_is(tree, region):
    person = make_user("city_official", "130400")
    Post.objects.create(user=person, role="district_staff", region=region("130902"))
    with pytest.raises(NotAllowed):
        issue(person, region=region("130902"))


def test_a_password_reset_from_above_stops_the_keys_too(province_official, city_official):
    made = issue(city_official)
    reset_password(actor=province_official, at=NOW, user=city_official, reason="laptop stolen")
    with pytest.raises(AuthenticationFailed):
        asks(made.key)
