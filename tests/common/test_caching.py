"""The cache's client is kept, and is nobody's alone."""

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache, caches


def test_a_value_comes_back_to_every_thread():
    cache.set("kept", {"year": 2021}, 60)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _number: caches["default"].get("kept"), range(20))) == [{"year": 2021}] * 20


def test_one_client_serves_all_calls():
    client = cache._cache.get_client()
    cache.set("again", 1, 60)
    assert cache.get("again") == 1
    assert cache._cache.get_client(write=True) is client
