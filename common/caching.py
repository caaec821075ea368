"""The cache's way to Redis."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends import redis
from redis.exceptions import RedisError

T = TypeVar("T")
REST_SECONDS = 3  # a server that did not answer is left alone for so long: a page asks it many times
logger = logging.getLogger(__name__)


class _OneClient(redis.RedisCacheClient):
    """Django's client for the cache, which keeps redis-py's client: Django makes a new one for each call, and that costs
    more than the call. redis-py's client holds nothing but its pool of connections and is made to be shared by threads.

    Nothing lives in the cache alone: sessions and figures are in the database. A server that is away is therefore an empty
    cache and not an error: pages are slower, nobody's work is lost. `/healthz` tells of it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._kept: dict[int, Any] = {}
        self._rests_until = 0.0

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the server that is meant; asking twice for a new server makes two, of which one is kept."""
        index = self._get_connection_pool_index(write)
        if index not in self._kept:
            self._kept[index] = super().get_client(key, write=write)
        return self._kept[index]

    def _tried(self, call: Callable[[], T], otherwise: T) -> T:
        """What the server answers, or `otherwise` when it does not."""
        if time.monotonic() < self._rests_until:
            return otherwise
        try:
            return call()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            logger.warning("The cache does not answer (%s): going on without it.", type(error).__name__)
            return otherwise

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        """Whether the key was set."""
        return self._tried(lambda: super(_OneClient, self).add(key, value, timeout), False)

    def get(self, key: Any, default: Any) -> Any:
        """The value, or the default."""
        return self._tried(lambda: super(_OneClient, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Keep a value."""
        self._tried(lambda: super(_OneClient, self).set(key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> Any:
        """Whether the key was there."""
        return self._tried(lambda: super(_OneClient, self).touch(key, timeout), False)

    def delete(self, key: Any) -> Any:
        """Whether the key was there."""
        return self._tried(lambda: super(_OneClient, self).delete(key), False)

    def get_many(self, keys: Iterable[Any]) -> Any:
        """The values of those keys that are there."""
        nothing: dict[Any, Any] = {}
        return self._tried(lambda: super(_OneClient, self).get_many(keys), nothing)

    def has_key(self, key: Any) -> Any:
        """Whether the key is there."""
        return self._tried(lambda: super(_OneClient, self).has_key(key), False)

    def incr(self, key: Any, delta: Any) -> Any:
        """The number after counting. Raises ValueError when the key is not there, as Django wants it."""
        found = self._tried(lambda: super(_OneClient, self).incr(key, delta), None)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def set_many(self, data: Any, timeout: Any) -> None:
        """Keep several values."""
        self._tried(lambda: super(_OneClient, self).set_many(data, timeout), None)

    def delete_many(self, keys: Iterable[Any]) -> None:
        """Drop several keys."""
        self._tried(lambda: super(_OneClient, self).delete_many(keys), None)


class RedisCache(redis.RedisCache):
    """django.core.cache.backends.redis.RedisCache with a client that is kept, and that does without a server that is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient
