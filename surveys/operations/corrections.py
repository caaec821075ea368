"""Correcting a frozen roll before its first ballot: each correction with its reason and the roll's new hash."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from communities.models import Household
from surveys.choices import RoundState
from surveys.codes import code_digest, code_of
from surveys.errors import RoundMoved
from surveys.models import Ballot, RollCorrection, RollEntry, Round
from surveys.operations.rounds import locked_round, require_state
from surveys.rolls import figures_of, head_of, registered

MOST_AREA = Decimal(10) ** 6  # m²


def _correctable(round_: Round, reason: str, actor: User) -> tuple[Round, str]:
    """The round, locked against ballots until the transaction ends, and the reason. Raises RoundMoved once a ballot is in.

    A ballot's trigger takes a share of the round's row: either it is seen here, or it waits until the correction stands.
    """
    locked = locked_round(round_.pk)
    actor.require("rounds.manage", locked.community.region.path)
    require_state(locked, RoundState.OPEN)
    if Ballot.objects.filter(round=locked).exists():
        raise RoundMoved(_("The first ballot has been cast: the roll cannot be corrected any more."))
    return locked, given_reason(reason)


def _record(round_: Round, what: str, reason: str, actor: User, at: datetime.datetime) -> RollCorrection:
    """Count and hash the roll anew, and write down what was done."""
    entries = list(RollEntry.objects.filter(round=round_).order_by("number"))
    figures = figures_of(entries)
    round_.roll_hash, round_.roll_count = figures.digest, figures.households
    round_.roll_area, round_.roll_heads = figures.area, figures.heads
    with pghistory.context(reason=reason):
        round_.save()
    return RollCorrection.objects.create(
        round=round_, what=what[:200], reason=reason, roll_hash=figures.digest, recorded_at=at, recorded_by=actor
    )


def _refused_by_the_roll(change: Callable[[], object]) -> None:
    """Carry out a change of the roll; the database's own refusal becomes a sentence."""
    try:
        with transaction.atomic():
            change()
    except ProtectedError as error:
        raise RoundMoved(_("A visit, a sheet or a new code is recorded for this household already: it stays on the roll.")) from error
    except IntegrityError as error:
        if "the roll is frozen" in str(error):
            raise RoundMoved(_("The first ballot has been cast: the roll cannot be corrected any more.")) from error
        raise


def door_text(entry: RollEntry) -> str:
    """The flat, as the correction names it."""
    return f"{entry.building} {entry.unit}-{entry.door}"


@transaction.atomic
def add_to_roll(*, round_: Round, household: Household, reason: str, actor: User, at: datetime.datetime) -> RollCorrection:
    """Put a registered flat that is missing on the roll of an open round, at its end, with the area registered now.

    Raises RoundMoved once a ballot is in, InvalidInput without a reason, for a flat of another community (or stairwell, for a
    lift), or one that is on the roll.
    """
    locked, why = _correctable(round_, reason, actor)
    flat = registered(locked).select_related("building").filter(pk=household.pk).first()
    if flat is None:
        message = _("This flat is not registered in the community that is asked.")
        raise InvalidInput(message, details={"household": message})
    if RollEntry.objects.filter(round=locked, household=flat).exists():
        message = _("This flat is on the roll already.")
        raise InvalidInput(message, details={"household": message})
    last = RollEntry.objects.filter(round=locked).aggregate(last=Max("number"))["last"] or 0
    entry = RollEntry(
        round=locked,
        number=last + 1,
        household=flat,
        building=flat.building.name,
        unit=flat.unit,
        door=flat.door,
        area=flat.exclusive_area,
        head=head_of(locked.secret, flat.pk, flat.owners.values_list("person", flat=True)),
        code_digest=code_digest(code_of(locked.secret, flat.pk, 1)),
    )
    _refused_by_the_roll(entry.save)
    return _record(locked, _("Added: %(door)s, %(area)s m²") % {"door": door_text(entry), "area": entry.area}, why, actor, at)


@transaction.atomic
def take_off_roll(*, entry: RollEntry, reason: str, actor: User, at: datetime.datetime) -> RollCorrection:
    """Take a flat off the roll of an open round; the numbers of the others stay.

    Raises RoundMoved once a ballot is in, when something is recorded for the flat already, or when it is the last one;
    InvalidInput without a reason.
    """
    locked, why = _correctable(entry.round, reason, actor)
    row = RollEntry.objects.filter(round=locked, pk=entry.pk).first()
    if row is None:
        raise RoundMoved(_("This household is not on the roll."))
    if locked.roll_count == 1:
        raise RoundMoved(_("It is the last household of the roll: cancel the round instead."))
    words = _("Taken off: %(door)s, %(area)s m²") % {"door": door_text(row), "area": row.area}
    _refused_by_the_roll(row.delete)
    return _record(locked, words, why, actor, at)


@transaction.atomic
def correct_area(*, entry: RollEntry, area: Decimal, reason: str, actor: User, at: datetime.datetime) -> RollCorrection:
    """Correct a flat's exclusive area (m², two decimals) on the roll of an open round; the registry is another matter.

    Raises RoundMoved once a ballot is in, InvalidInput without a reason, for an area that is none or the same.
    """
    locked, why = _correctable(entry.round, reason, actor)
    row = RollEntry.objects.filter(round=locked, pk=entry.pk).first()
    if row is None:
        raise RoundMoved(_("This household is not on the roll."))
    if not 0 < area < MOST_AREA or area == row.area:
        message = _("Enter the right area in m²: above 0, and another than %(area)s.") % {"area": row.area}
        raise InvalidInput(message, details={"area": message})
    words = _("Area of %(door)s: %(old)s → %(new)s m²") % {"door": door_text(row), "old": row.area, "new": area}
    row.area = area
    _refused_by_the_roll(lambda: row.save(update_fields=["area"]))
    return _record(locked, words, why, actor, at)
