"""Printing the household codes: who did it, when and why is on record before a code leaves the house."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from surveys.choices import RoundState
from surveys.codes import code_of
from surveys.models import RollEntry, Round, SlipPrint
from surveys.operations.rounds import locked_round, require_state
from surveys.rolls import entries_from_registry


@dataclass(frozen=True, slots=True)
class HouseholdCode:
    """A household with its code (eight letters and digits, without a dash)."""

    building: str
    unit: str
    door: str
    code: str


@transaction.atomic
def print_slips(*, round_: Round, building: str = "", reason: str = "", actor: User, at: datetime.datetime) -> list[HouseholdCode]:
    """The codes of all households, or of one building, to be printed on slips; that they were given out is recorded.

    While the round is announced they are those of the registry (they stay the same when it opens), afterwards those of the roll
    with the issue that is in use. Printing again needs a reason. Raises RoundMoved in another state, InvalidInput without
    that reason or for a building without a household.
    """
    locked = locked_round(round_.pk)
    actor.require("rounds.manage", locked.community.region.path)
    require_state(locked, RoundState.ANNOUNCED, RoundState.OPEN)
    entries = _entries(locked, building)
    if not entries:
        message = _("There is no household to print a slip for.")
        raise InvalidInput(message, details={"building": message})
    if not reason.strip() and SlipPrint.objects.filter(round=locked, entry__isnull=True).exists():
        message = _("Slips were printed before: say why they are printed again.")
        raise InvalidInput(message, details={"reason": message})
    words = " · ".join(part for part in (building, reason.strip()) if part)
    SlipPrint.objects.create(round=locked, household_count=len(entries), reason=words[:200], recorded_at=at, recorded_by=actor)
    return [
        HouseholdCode(entry.building, entry.unit, entry.door, code_of(locked.secret, entry.household_id, entry.issue)) for entry in entries
    ]


def _entries(round_: Round, building: str) -> list[RollEntry]:
    if round_.state == RoundState.OPEN:
        rows = RollEntry.objects.filter(round=round_).order_by("number")
        return list(rows.filter(building=building) if building else rows)
    found = entries_from_registry(round_)
    return [entry for entry in found if entry.building == building] if building else found
