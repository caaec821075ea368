"""Signing in and out: throttling, lock-out, ended sessions, where to go afterwards."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.operations import reset_password
from accounts.throttling import client_address
from tests.factories.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client, user, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": user.username, "password": password, **more})


def test_a_user_signs_in_and_lands_on_the_start_page(client, city_official):
    assert sign_in(client, city_official).headers["Location"] == "/"
    assert client.get("/accounts/").status_code == 200


def test_a_wrong_password_says_the_same_as_an_unknown_name(client, city_official):
    wrong = sign_in(client, city_official, "wrong").context["form"].non_field_errors()
    unknown = client.post(LOGIN, {"username": "nobody", "password": PASSWORD}).context["form"].non_field_errors()
    assert wrong == unknown


def test_a_closed_account_cannot_sign_in(client, city_official):
    city_official.is_active = False
    city_official.save()
    assert sign_in(client, city_official).status_code == 200


def test_five_failures_lock_the_name_and_the_page_says_how_long(client, city_official, settings):
    for _try in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in(client, city_official, "wrong")
    assert answer.status_code == 429
    assert "15" in answer.content.decode()
    assert answer.headers["Retry-After"] == "900"
    assert sign_in(client, city_official).status_code == 429, "even the right password is refused while it lasts"


def test_a_new_first_password_from_above_ends_the_waiting(
    client, city_official, district_staff, settings, django_capture_on_commit_callbacks
):
    settings.LOGIN_LIMIT_PER_NAME = 5
    for _try in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, district_staff, "wrong")
    with django_capture_on_commit_callbacks(execute=True):
        made = reset_password(actor=city_official, at=timezone.now(), user=district_staff, reason="forgotten")
    assert sign_in(client, district_staff, made.password).status_code == 302


def test_another_name_at_the_same_place_is_not_locked(client, city_official, other_city_official, settings):
    for _try in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, city_official, "wrong")
    assert sign_in(client, other_city_official).status_code == 302


def test_many_names_tried_from_one_place_are_slowed_down(client, city_official, settings):
    settings.LOGIN_LIMIT_PER_ADDRESS = 4
    for number in range(4):
        client.post(LOGIN, {"username": f"guess-{number}", "password": "wrong"})
    assert sign_in(client, city_official).status_code == 429


def test_one_name_tried_from_many_places_is_slowed_down(client, city_official, settings):
    settings.LOGIN_LIMIT_PER_NAME = 4
    for number in range(4):
        client.post(LOGIN, {"username": city_official.username, "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert client.post(LOGIN, {"username": city_official.username, "password": PASSWORD}, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_the_counters_run_out(client, city_official, settings):
    settings.LOGIN_LIMIT_PER_ADDRESS = 1
    client.post(LOGIN, {"username": "guess", "password": "wrong"})
    cache.clear()
    assert sign_in(client, city_official).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/people/", "/people/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_off_the_site(client, city_official, wanted, reached):
    assert sign_in(client, city_official, next=wanted).headers["Location"] == reached


def test_signing_out_needs_a_post(client, city_official):
    client.force_login(city_official)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert client.get("/accounts/").status_code == 302


def test_a_stranger_is_sent_to_sign_in_and_back_without_a_word_on_sessions(client):
    assert client.get("/people/").headers["Location"] == f"{LOGIN}?next=/people/"


def test_an_ended_session_says_so_on_the_login_page(client, city_official):
    client.force_login(city_official)
    client.session.flush()
    answer = client.get("/people/?role=auditor")
    assert answer.headers["Location"] == f"{LOGIN}?next=/people/%3Frole%3Dauditor&ended=1"
    page = client.get(answer.headers["Location"], headers={"Accept-Language": "en"})
    assert page.context["ended"]
    assert "session" in page.content.decode()


def test_a_session_ends_after_the_set_time(client, city_official, settings):
    settings.SESSION_COOKIE_AGE = 3600
    client.force_login(city_official)
    assert 3500 < client.session.get_expiry_age() <= 3600


def test_a_fragment_of_an_ended_session_moves_the_whole_page(client, city_official):
    client.force_login(city_official)
    client.session.flush()
    answer = client.get("/people/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=x"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(f"{LOGIN}?next=%2Fpeople%2F")


def test_who_holds_no_post_lands_on_the_profile_which_says_so(client, tree):
    user = make_user("city_official", "130400")
    user.posts.update(ends_on="2020-01-01")
    client.force_login(user)
    assert client.get("/").headers["Location"] == reverse("accounts:profile")
    assert client.get("/accounts/").status_code == 200
    assert client.get("/people/").status_code == 403


@pytest.mark.parametrize(
    ("proxies", "passed_on", "address"),
    [
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (1, "nonsense", "10.0.0.1"),
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_address_is_what_the_own_proxies_say_and_never_the_clients_claim(rf, settings, proxies, passed_on, address):
    settings.PROXY_COUNT = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": passed_on}, REMOTE_ADDR="10.0.0.1")) == address


def test_failures_of_one_address_behind_the_proxy_do_not_lock_out_the_others(client, city_official, settings):
    settings.PROXY_COUNT = 1
    for number in range(settings.LOGIN_LIMIT_PER_ADDRESS):
        client.post(LOGIN, {"username": f"guess{number}", "password": "wrong"}, headers={"X-Forwarded-For": "198.51.100.1"})
    for _try in range(settings.AXES_FAILURE_LIMIT):
        client.post(LOGIN, {"username": city_official.username, "password": "wrong"}, headers={"X-Forwarded-For": "198.51.100.2"})
    data = {"username": city_official.username, "password": PASSWORD}
    assert client.post(LOGIN, data, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 429
    assert client.post(LOGIN, data, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 429
    assert client.post(LOGIN, data, headers={"X-Forwarded-For": "198.51.100.3"}).status_code == 302
