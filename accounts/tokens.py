"""Keys of machine clients: issued for one's own account, narrowed to actions and a region, shown once, revoked at once."""

from __future__ import annotations

import copy
import datetime
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Post, User
from accounts.operations import manageable
from accounts.rules import LONGEST_TOKEN, token_actions
from common.errors import InvalidInput, NotAllowed
from common.text import narrow
from regions.models import Region

PREFIX = "hbr_"  # lets scanners of leaked secrets recognise a key
SEEN_EVERY = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class NewToken:
    """A token and its key: shown once, stored nowhere in clear."""

    token: ApiToken
    key: str


def digest_of(key: str) -> str:
    """What is stored of a token's key: SHA-256 suffices, the key itself is 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def actions_for(user: User) -> list[str]:
    """What a token of this user can be narrowed to."""
    return token_actions(post.role for post in user.current_posts)


@transaction.atomic
def issue_token(
    *, actor: User, at: datetime.datetime, name: str, actions: Collection[str], expires_on: datetime.date, region: Region | None = None
) -> NewToken:
    """A key that acts as the actor, in the listed actions alone and, with a region, only below it; valid through `expires_on`.

    Raises NotAllowed, or InvalidInput naming the field.
    """
    actor.require("tokens.manage", region.path if region else None)
    problems: dict[str, str] = {}
    if not narrow(name):
        problems["name"] = _("The name is missing.")
    unknown = sorted(set(actions) - set(actions_for(actor)))
    if unknown or not actions:
        problems["actions"] = _("Choose at least one of the actions that your own post allows.")
    expires_at = datetime.datetime.combine(expires_on, datetime.time.max, tzinfo=timezone.get_default_timezone())
    if not at < expires_at <= at + LONGEST_TOKEN:
        problems["expires_on"] = _("Choose a day from today on, within one year.")
    if problems:
        raise InvalidInput(" ".join(problems.values()), details=problems)
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=narrow(name),
        user=actor,
        digest=digest_of(key),
        actions=sorted(set(actions)),
        region=region,
        created_at=at,
        expires_at=expires_at,
    )
    return NewToken(token, key)


@transaction.atomic
def revoke_token(*, actor: User, at: datetime.datetime, token: ApiToken, reason: str = "") -> ApiToken:
    """Stop a key at once: one's own, or that of an account on a level below. Revoking twice changes nothing."""
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if token.user_id != actor.pk and not manageable(actor, token.user, timezone.localdate(at)):
        raise NotAllowed(_("This account has a post on your own level, above it or in another area. The level above both manages it."))
    if token.revoked_at is None:
        with pghistory.context(reason=reason):
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])
    return token


def bearer_of(key: str, at: datetime.datetime) -> tuple[User, ApiToken] | None:
    """The user behind a working key, narrowed to the key's actions and region; None for every other key alike."""
    token = ApiToken.objects.working(at).select_related("user", "region").filter(digest=digest_of(key), user__is_active=True).first()
    if token is None:
        return None
    user = token.user
    user.narrowed_to = frozenset(token.actions)
    if token.region is not None:
        user.current_posts = narrowed_posts(user.current_posts, token.region)
    return user, token


def narrowed_posts(posts: list[Post], region: Region) -> list[Post]:
    """The posts as they reach into the region's subtree: those above it shrink to it, those beside it are gone."""
    reached = []
    for post in posts:
        if region.path.startswith(post.region.path):
            smaller = copy.copy(post)
            smaller.region = region
            reached.append(smaller)
        elif post.region.path.startswith(region.path):
            reached.append(post)
    return reached


def note_use(token: ApiToken, at: datetime.datetime) -> None:
    """Remember when a key was last used, to within ten minutes: reading must not write on every call."""
    if token.last_used_at is None or at - token.last_used_at > SEEN_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - SEEN_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
