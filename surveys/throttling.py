"""Slows down guessing of household codes: wrong codes are counted per network address, and per round for a person to look at."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import ngettext

from surveys.choices import ReviewKind
from surveys.errors import TooManyTries
from surveys.models import Round
from surveys.reviews import raise_review

WINDOW_SECONDS = 10 * 60
HOUR_SECONDS = 60 * 60


def require_patience(address: str, at: datetime.datetime) -> None:
    """Raise TooManyTries, with `details["seconds"]` to wait, when this address sent settings.CODE_TRIES wrong codes in ten minutes.

    It is asked before a code is looked at: while it waits, a right code gets the same answer as a wrong one. A cache that is away
    counts nothing and stops nobody: a vote is worth more than the counter, and a code is one of a million millions.
    """
    if cache.get(_tries(address), 0) < settings.CODE_TRIES:
        return
    ends = cache.get(_end(address)) or at.timestamp() + WINDOW_SECONDS
    seconds = max(int(ends - at.timestamp()), 1)
    minutes = -(-seconds // 60)
    raise TooManyTries(
        ngettext(
            "Too many wrong codes came from this network. Please wait %(minutes)s minute.",
            "Too many wrong codes came from this network. Please wait %(minutes)s minutes.",
            minutes,
        )
        % {"minutes": minutes},
        details={"seconds": seconds},
    )


def count_wrong_code(address: str, round_: Round | None, at: datetime.datetime) -> None:
    """Count a wrong code; the address's window begins with its first one. More than settings.REVIEW_WRONG_CODES in an hour at one
    round raise a review, once for each hour."""
    cache.add(_end(address), at.timestamp() + WINDOW_SECONDS, WINDOW_SECONDS)
    _count(_tries(address), WINDOW_SECONDS)
    if round_ is None:
        return
    hour = f"{at:%Y-%m-%dT%H}"
    if _count(f"wrong-codes:round:{round_.pk}:{hour}", HOUR_SECONDS) == settings.REVIEW_WRONG_CODES + 1:
        detail: dict[str, object] = {"more_than": settings.REVIEW_WRONG_CODES, "hour": at.isoformat(timespec="minutes")}
        raise_review(round_=round_, kind=ReviewKind.CODE_GUESSING, subject=hour, detail=detail, at=at)


def _tries(address: str) -> str:
    return f"wrong-codes:address:{address}"


def _end(address: str) -> str:
    return f"wrong-codes:until:{address}"


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # ran out between the two calls, or the cache is away
        cache.set(key, 1, seconds)
        return 1
