"""The roof: start, health, error pages, headers of every page, the API's own page."""

import datetime
import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from messaging.operations import beat
from renovation.navigation import MENU
from tests.factories.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_healthz_is_fine_when_database_broker_and_worker_live(client):
    beat(name="worker", at=timezone.now())
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "up", "broker": "up", "worker": "up"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_healthz_tells_of_a_silent_worker(client):
    assert client.get("/healthz").json()["worker"] == "down"
    beat(name="worker", at=timezone.now() - datetime.timedelta(minutes=2))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "up", "broker": "up", "worker": "down"}


def test_healthz_tells_of_a_dead_broker(client, monkeypatch):
    beat(name="worker", at=timezone.now())

    def refuse(*_args, **_more):
        raise RedisConnectionError("refused")

    monkeypatch.setattr(cache, "set", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "up", "broker": "down", "worker": "up"}


def test_healthz_tells_of_a_dead_database(client, monkeypatch):
    def refuse(*_args, **_more):
        raise OperationalError("refused")

    broken = SimpleNamespace(cursor=refuse, close=lambda: None)
    monkeypatch.setattr("renovation.views.connection", broken)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "down", "broker": "up", "worker": "down"}


@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/api/", "/nowhere/", "/published/", "/accounts/"])
def test_every_answer_carries_the_strict_policy(client, tree, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_api_page_has_nothing_inline_and_nothing_from_elsewhere(client):
    text = client.get("/api/").content.decode()
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert "<style" not in text
    assert not re.search(r"(?:src|href)=\"https?:", text)
    assert client.get("/api/?script=").status_code == 200
    schema = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert schema["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    assert "/api/v1/statistics/" in schema["paths"]


def test_cookies_are_kept_from_scripts(client, city_official):
    client.post("/accounts/login/", {"username": city_official.username, "password": PASSWORD})
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_not_there_says_so_in_a_page(client, city_official, language):
    client.cookies["django_language"] = language
    client.force_login(city_official)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


def test_what_is_not_allowed_says_so_in_a_page(client, city_official):
    client.force_login(city_official)
    answer = client.get("/audit/")
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_a_page(city_official):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_a_fault_is_answered_without_request_or_context(client, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError("broken")

    monkeypatch.setattr("renovation.views.render", fail)
    quiet = Client(raise_request_exception=False)
    answer = quiet.get("/design/")
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()
    assert "broken" not in answer.content.decode()


def test_the_components_page_stands(client):
    assert client.get("/design/").status_code == 200


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("province_official", "130000"),
        ("city_official", "130400"),
        ("district_staff", "130404"),
        ("department_staff", "130404"),
        ("auditor", "130000"),
    ],
)
def test_the_menu_leads_everybody_only_where_they_may_go(client, tree, role, code):
    user = make_user(role, code)
    client.force_login(user)
    start = client.get("/", follow=True)
    assert start.status_code == 200
    menu = links(start)
    assert len(menu) == sum(user.may(action) for _label, _name, action, _prefixes in MENU)
    for address in menu:
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert links(page, current=True) == [address]


def links(page, current=False):
    """Addresses of the masthead's menu: all, or the one that is here."""
    nav = re.search(r'<nav class="nav".*?</nav>', page.content.decode(), re.DOTALL)[0]
    return re.findall(r'<a href="([^"]+)" aria-current="page">' if current else r'<a href="([^"]+)"', nav)


def test_every_menu_entry_has_its_page():
    from django.urls import reverse

    assert all(reverse(name) for _label, name, _action, _prefixes in MENU)


def test_the_language_is_changed_by_a_form_and_comes_back_to_the_page(client, city_official):
    client.force_login(city_official)
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/"})
    assert answer.headers["Location"] == "/accounts/"
    assert 'lang="en"' in client.get("/accounts/").content.decode()
    assert client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"}).headers["Location"] == "/"
