"""Slows down guessing over many names or from many addresses, beside axes' lock-out of one name at one address."""

from __future__ import annotations

import ipaddress

from axes.utils import reset
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from common.crypto import fingerprint

WINDOW_SECONDS = 15 * 60


def client_address(request: HttpRequest) -> str:
    """Who asks: the address that the last of settings.PROXY_COUNT proxies saw; without a proxy, who holds the connection.

    Without this everybody behind the proxy would share one address, and a few wrong passwords would lock them all out.
    What stands further left in X-Forwarded-For is the client's own claim and does not count.
    """
    holder = str(request.META.get("REMOTE_ADDR", ""))
    passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    claimed = passed[-min(settings.PROXY_COUNT, len(passed))] if settings.PROXY_COUNT else holder
    for text in (claimed, holder):
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            continue
    return "127.0.0.1"  # a socket file: there is one caller, the proxy


def _keys(request: HttpRequest, username: str) -> dict[str, int]:
    """Counters of failures in the window, with their limits."""
    address = client_address(request)
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
