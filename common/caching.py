"""The cache's way to Redis."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import redis


class _OneClient(redis.RedisCacheClient):
    """Django's client for the cache, which keeps redis-py's client: Django makes a new one for each call, and that costs
    more than the call. redis-py's client holds nothing but its pool of connections and is made to be shared by threads."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the server that is meant; asking twice for a new server makes two, of which one is kept."""
        index = self._get_connection_pool_index(write)
        if index not in self._kept:
            self._kept[index] = super().get_client(key, write=write)
        return self._kept[index]


class RedisCache(redis.RedisCache):
    """django.core.cache.backends.redis.RedisCache with a client that is kept."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient
