"""Writes: accounts and posts. A level serves the levels below it only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pghistory
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import ApiToken, Post, User
from accounts.rules import initial_password, may_give_post, strictly_below
from accounts.throttling import forget
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import narrow
from regions.models import Region


@dataclass(frozen=True)
class FirstPassword:
    """An account and its one-time password: shown once, stored nowhere in clear."""

    user: User
    password: str


class AccountClosed(DomainError):
    """The account is closed: it must be opened again first."""

    code = "account_closed"


def require_post_right(actor: User, *, role: str, region: Region) -> None:
    """Raise NotAllowed unless the actor may give (or end) this post: strictly below an own managing post."""
    actor.require("accounts.manage", region.path)
    giver = [(post.role, post.region.path) for post in actor.current_posts]
    if not may_give_post(giver=giver, role=role, path=region.path, level=region.level):
        raise NotAllowed(
            _("A level manages the accounts of the levels below it only. Ask the level above %(region)s.") % {"region": region.name},
            details={"role": role, "region": region.code},
        )


def manageable(actor: User, user: User, day: datetime.date) -> bool:
    """Whether the actor may close the account or set its password: every post that still counts lies strictly below.

    An account with a post elsewhere or at the actor's own level is out of reach: whoever sets its password takes over all
    its rights. Posts that have ended count only when there is no other.
    """
    if actor.pk == user.pk:
        return False
    posts = list(user.posts.select_related("region"))
    posts = [post for post in posts if post.ends_on is None or post.ends_on >= day] or posts
    above = actor.scope_for("accounts.manage").paths
    return bool(posts) and all(any(strictly_below(post.region.path, own) for own in above) for post in posts)


def _require_manageable(actor: User, user: User, at: datetime.datetime) -> User:
    """The locked account, when the actor may manage it."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not manageable(actor, locked, timezone.localdate(at)):
        raise NotAllowed(_("This account has a post on your own level, above it or in another area. The level above both manages it."))
    return locked


def _new_post(user: User, *, role: str, region: Region, department: str, starts_on: datetime.date, ends_on: datetime.date | None) -> Post:
    """Write the post; InvalidInput where it overlaps one of the same kind."""
    if ends_on and ends_on < starts_on:
        message = _("The last day lies before the first day.")
        raise InvalidInput(message, details={"ends_on": message})
    if role == Role.DEPARTMENT_STAFF and not department:
        message = _("Name the department.")
        raise InvalidInput(message, details={"department": message})
    for other in user.posts.filter(role=role, region=region):
        if (ends_on is None or other.starts_on <= ends_on) and (other.ends_on is None or other.ends_on >= starts_on):
            message = _("This person holds this post already in that time.")
            raise InvalidInput(message, details={"role": message})
    return Post.objects.create(user=user, role=role, region=region, department=department, starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def create_account(
    *,
    actor: User,
    at: datetime.datetime,
    username: str,
    name: str,
    role: str,
    region: Region,
    email: str = "",
    department: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> FirstPassword:
    """An account with its first post, strictly below the actor's own, and a one-time password that must be changed.

    Raises NotAllowed, or InvalidInput naming the field (user name taken in any case, dates, department).
    """
    require_post_right(actor, role=role, region=region)
    password = initial_password()
    user = User(username=narrow(username), name=narrow(name), email=email, must_change_password=True, created_at=at, created_by=actor)
    user.set_password(password)
    user.password_changed_at = at
    try:
        user.full_clean(exclude=["password", "created_by"])
        with transaction.atomic():
            user.save()
    except ValidationError as error:
        raise _invalid_account(error) from error
    except IntegrityError as error:  # somebody else took the name between the check and the insert
        message = _("This user name is taken.")
        raise InvalidInput(message, details={"username": message}) from error
    starts_on = starts_on or timezone.localdate(at)
    _new_post(user, role=role, region=region, department=narrow(department), starts_on=starts_on, ends_on=ends_on)
    return FirstPassword(user, password)


def _invalid_account(error: ValidationError) -> InvalidInput:
    """The model's complaints as ours; the constraint's complaint belongs to the user name."""
    details = {field: " ".join(messages) for field, messages in error.message_dict.items()}
    if "__all__" in details:
        details["username"] = _("This user name is taken.")
        del details["__all__"]
    return InvalidInput(" ".join(details.values()), details=details)


@transaction.atomic
def give_post(
    *,
    actor: User,
    at: datetime.datetime,
    user: User,
    role: str,
    region: Region,
    department: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> Post:
    """Give an account one more post strictly below the actor's own. Raises NotAllowed, AccountClosed or InvalidInput."""
    require_post_right(actor, role=role, region=region)
    user = _require_manageable(actor, user, at)
    if not user.is_active:
        raise AccountClosed(_("This account is closed. Open it again first."))
    starts_on = starts_on or timezone.localdate(at)
    return _new_post(user, role=role, region=region, department=narrow(department), starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def end_post(*, actor: User, at: datetime.datetime, post: Post, ends_on: datetime.date, reason: str) -> Post:
    """Let a post end with a day (included). A post in the actor's area can be ended whatever other posts its holder has."""
    post = Post.objects.select_for_update(of=("self",)).select_related("region", "user").get(pk=post.pk)
    require_post_right(actor, role=post.role, region=post.region)
    if actor.pk == post.user_id:
        raise NotAllowed(_("Nobody ends their own post."))
    if ends_on < post.starts_on:
        message = _("The last day lies before the first day.")
        raise InvalidInput(message, details={"ends_on": message})
    with pghistory.context(reason=reason):
        post.ends_on = ends_on
        post.save(update_fields=["ends_on"])
    return post


@transaction.atomic
def close_account(*, actor: User, at: datetime.datetime, user: User, reason: str) -> User:
    """Close an account for good: its sessions and tokens stop at once, its posts end today, its history stays."""
    user = _require_manageable(actor, user, at)
    if not user.is_active:
        return user
    today = timezone.localdate(at)
    with pghistory.context(reason=reason):
        user.is_active = False
        user.save(update_fields=["is_active"])
        user.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
        running = user.posts.exclude(ends_on__lte=today)
        running.filter(starts_on__lte=today).update(ends_on=today)
        running.filter(starts_on__gt=today).delete()  # never began; the audit trail keeps them
    return user


@transaction.atomic
def reopen_account(*, actor: User, at: datetime.datetime, user: User, reason: str) -> FirstPassword:
    """Open a closed account again, with a new one-time password and no post: give it one afterwards."""
    user = _require_manageable(actor, user, at)
    with pghistory.context(reason=reason):
        return _set_first_password(user, at, is_active=True)


@transaction.atomic
def reset_password(*, actor: User, at: datetime.datetime, user: User, reason: str) -> FirstPassword:
    """A new one-time password: the old one, all sessions, all keys for programs and a lock-out stop at once.

    Raises NotAllowed or AccountClosed.
    """
    user = _require_manageable(actor, user, at)
    if not user.is_active:
        raise AccountClosed(_("This account is closed. Open it again first."))
    with pghistory.context(reason=reason):
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
        return _set_first_password(user, at, is_active=True)


def _set_first_password(user: User, at: datetime.datetime, **more: Any) -> FirstPassword:
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.password_changed_at = at
    for field, value in more.items():
        setattr(user, field, value)
    user.save(update_fields=["password", "must_change_password", "password_changed_at", *more])
    transaction.on_commit(lambda: forget(user.username))
    return FirstPassword(user, password)


@transaction.atomic
def change_password(*, actor: User, at: datetime.datetime, old: str, new: str) -> User:
    """The actor's own new password. Raises InvalidInput when the old one is wrong or the new one is weak or the same."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if not user.check_password(old):
        message = _("The present password is not right.")
        raise InvalidInput(message, details={"old_password": message})
    if new == old:
        message = _("The new password must differ from the present one.")
        raise InvalidInput(message, details={"new_password1": message})
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), details={"new_password1": " ".join(error.messages)}) from error
    user.set_password(new)
    user.must_change_password = False
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return user
