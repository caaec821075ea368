"""Slows down guessing over many names or from many addresses, beside axes' lock-out of one name at one address."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from common.crypto import fingerprint

WINDOW_SECONDS = 15 * 60


def _keys(request: HttpRequest, username: str) -> dict[str, int]:
    """Counters of failures in the window, with their limits."""
    address = get_client_ip_address(request) or "unknown"
    return {
        f"login-failures:address:{address}": settings.LOGIN_LIMIT_PER_ADDRESS,
        _name_key(username): settings.LOGIN_LIMIT_PER_NAME,
    }


def _name_key(username: str) -> str:
    return f"login-failures:name:{fingerprint(username.strip().lower())}"


def forget(username: str) -> None:
    """End the waiting of a name: somebody above has given it a new password."""
    reset(username=username)
    cache.delete(_name_key(username))


def too_many(request: HttpRequest, username: str) -> bool:
    """Whether this address, or this name from wherever, has failed too often in the last quarter of an hour."""
    limits = _keys(request, username)
    counted = cache.get_many(limits)
    return any(counted.get(key, 0) >= limit for key, limit in limits.items())


def count_failure(request: HttpRequest, username: str) -> None:
    """Count one failed sign-in; the window begins with the first."""
    for key in _keys(request, username):
        cache.add(key, 0, WINDOW_SECONDS)
        try:
            cache.incr(key)
        except ValueError:  # ran out between the two calls
            cache.set(key, 1, WINDOW_SECONDS)
