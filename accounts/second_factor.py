"""The second factor: an authenticator app (TOTP, RFC 6238) and recovery codes that work once each."""

from __future__ import annotations

import datetime
from typing import Any, cast

import pghistory
import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.operations import manageable
from accounts.rules import RECOVERY_CODES, looks_like_app_code, recovery_code
from common.errors import DomainError, InvalidInput, NotAllowed
from common.text import narrow


class SecondFactorWanted(DomainError):
    """The second factor cannot be removed while a post demands it."""

    code = "second_factor_wanted"


def demanded_of(user: User) -> bool:
    """Whether one of the current posts demands the second factor (settings.SECOND_FACTOR_ROLES)."""
    wanted = settings.SECOND_FACTOR_ROLES
    return bool(wanted) and any(post.role in wanted for post in user.current_posts)


@transaction.atomic
def begin(*, actor: User) -> TOTPDevice:
    """The device that waits for its first code: the same one until it is confirmed, so that a reload keeps the QR code."""
    User.objects.select_for_update().get(pk=actor.pk)
    return TOTPDevice.objects.get_or_create(user=actor, confirmed=False, defaults={"name": "app"})[0]


def qr_code(device: TOTPDevice) -> str:
    """The device's address for the app, as a data: URI of an SVG picture (allowed by the CSP's img-src)."""
    return str(segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2, omitsize=False))


def secret(device: TOTPDevice) -> str:
    """The key to type where the picture cannot be read: base32 in groups of four."""
    query = dict(part.split("=", 1) for part in device.config_url.split("?", 1)[1].split("&"))
    text = query["secret"]
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def confirm(*, actor: User, at: datetime.datetime, code: str) -> tuple[TOTPDevice, list[str]]:
    """Confirm the waiting device with its first code; it replaces an older one. Returns it and new recovery codes.

    Raises InvalidInput when the code is wrong, late, or tried too often; the count of failures stays.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None:
            raise InvalidInput(_("The set-up has not been begun. Open the page again."))
        if device.verify_token(_typed(code)):
            TOTPDevice.objects.filter(user=user, confirmed=True).delete()
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            user.second_factor_since = at
            user.save(update_fields=["second_factor_since"])
            return device, _new_recovery_codes(user)
    message = wrong_code_sentence([device], at)
    raise InvalidInput(message, details={"code": message})


def _typed(code: str) -> str:
    """The code without the spaces that people put into it."""
    return narrow(code).replace(" ", "").lower()


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [recovery_code() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def renew_recovery_codes(*, actor: User) -> list[str]:
    """Ten new recovery codes; the old ones stop."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    return _new_recovery_codes(user)


def recovery_codes_left(user: User) -> int:
    """How many recovery codes have not been used."""
    return StaticToken.objects.filter(device__user=user).count()


def check(*, user: User, at: datetime.datetime, code: str) -> Device:
    """The device that accepts the code, app or recovery. Raises InvalidInput; the count of failures stays and slows tries."""
    code = _typed(code)
    kind: Any = TOTPDevice if looks_like_app_code(code) else StaticDevice
    with transaction.atomic():
        devices = list(kind.objects.select_for_update().filter(user=user, confirmed=True))
        for device in devices:
            if device.verify_token(code):
                return cast(Device, device)
    message = wrong_code_sentence(devices, at)
    raise InvalidInput(message, details={"code": message})


def wrong_code_sentence(devices: list[Any], at: datetime.datetime) -> str:
    """What to do about a refused code, with the wait when there were too many tries."""
    for device in devices:
        allowed, facts = device.verify_is_allowed()
        if not allowed and facts and facts.get("locked_until"):
            seconds = int((facts["locked_until"] - at).total_seconds()) + 1
            if seconds > 1:
                return _("This code is not right, or was used already. Wait %(seconds)d seconds before the next try.") % {
                    "seconds": seconds
                }
    return _("This code is not right, or was used already. Enter the one the app shows now; check the clock of the phone.")


@transaction.atomic
def remove(*, actor: User, at: datetime.datetime, user: User, reason: str = "") -> User:
    """Remove a second factor: one's own where no post demands it, or that of somebody on a level below (lost phone)."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if actor.pk == user.pk:
        if demanded_of(actor):
            raise SecondFactorWanted(_("Your post demands the second factor. You can set it up anew instead."))
    elif not manageable(actor, user, timezone.localdate(at)):
        raise NotAllowed(_("This account has a post on your own level, above it or in another area. The level above both manages it."))
    with pghistory.context(reason=reason):
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        user.second_factor_since = None
        user.save(update_fields=["second_factor_since"])
    return user
