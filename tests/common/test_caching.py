"""The cache may be away: pages answer, sessions come from the database, writes stay."""

import pytest
from django.core.cache import caches
from django.test import override_settings

from common.caching import RedisCache
from tests.factories.people import PASSWORD

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def no_cache():
    """The default cache, whose server is not there."""
    away = RedisCache(NOBODY, {})
    present = caches["default"]
    caches["default"] = away
    yield away
    caches["default"] = present


def test_a_server_that_is_away_is_an_empty_cache():
    cache = RedisCache(NOBODY, {})
    cache.set("key", 1)
    cache.set_many({"key": 1})
    cache.delete("key")
    cache.delete_many(["key"])
    assert cache.get("key") is None
    assert cache.get("key", "default") == "default"
    assert cache.get_many(["key"]) == {}
    assert cache.add("key", 1) is False
    assert cache.touch("key") is False
    assert "key" not in cache
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")


def test_a_server_that_is_away_is_not_asked_again_at_once(monkeypatch):
    cache = RedisCache(NOBODY, {})
    cache.get("key")
    asked = []
    monkeypatch.setattr(cache._cache, "get_client", lambda *_args, **_more: asked.append(1))
    cache.get("key")
    assert not asked


@pytest.mark.django_db
@override_settings(SESSION_ENGINE="django.contrib.sessions.backends.cached_db")
@pytest.mark.parametrize("page", ["/communities/", "/dashboard/", "/people/", "/accounts/", "/api/v1/communities/"])
def test_a_person_signs_in_and_works_while_the_cache_is_away(client, city_official, no_cache, page):
    assert client.post("/accounts/login/", {"username": city_official.username, "password": "wrong"}).status_code == 200
    assert client.post("/accounts/login/", {"username": city_official.username, "password": PASSWORD}).status_code == 302
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_the_public_figures_answer_while_the_cache_is_away(client, tree, no_cache):
    assert client.get("/published/").status_code == 200
    assert client.get("/healthz").json()["broker"] == "down"
