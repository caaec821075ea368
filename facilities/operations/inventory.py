"""Writing the inventory: a facility, its changes, its state."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from common.text import narrow, pinyin, search_words
from communities.models import Community
from communities.rules import position_fault
from facilities.choices import NEEDS_REASON, STILL_TO_COME, FacilityState
from facilities.errors import LostUpdate
from facilities.models import Facility, StateChange
from facilities.operations.circles import mark_stale
from regions.choices import LEVEL_DEPTH, Level

FACILITY_FIELDS = (
    "name", "kind", "region", "address", "longitude", "latitude", "area", "opened_on", "operator", "community", "project", "source",
)  # fmt: skip


@transaction.atomic
def add_facility(
    *, actor: User, at: datetime.datetime, values: dict[str, Any], state: str = FacilityState.OPEN, reason: str = "", **more: Any
) -> Facility:
    """Enter a facility in its first state. Without a position it takes its community's.

    `values`: fields of FACILITY_FIELDS. Raises NotAllowed outside the actor's area, InvalidInput naming the fields.
    """
    _refuse_unknown(values)
    actor.require("facilities.edit", values["region"].path)
    facility = Facility(**values, **more, state=state, created_at=at, updated_at=at)
    _settle(facility, at)
    _require_reason(state, reason)
    save_checked(facility)
    _write_state(facility, facility.opened_on or timezone.localdate(at), reason, actor, at)
    mark_stale(positions=[(facility.longitude, facility.latitude)], at=at)
    return facility


@transaction.atomic
def change_facility(*, actor: User, at: datetime.datetime, facility_id: int, version: int, values: dict[str, Any]) -> Facility:
    """Change what is on record; `version` is the one that the form was opened with.

    Raises LostUpdate when somebody saved in between, NotAllowed, InvalidInput naming the fields.
    """
    facility = lock_facility(actor=actor, facility_id=facility_id)
    _refuse_unknown(values)
    if facility.version != version:
        message = _("Somebody saved this facility after you had opened it. Look at what stands there now, then save again.")
        raise LostUpdate(message, details={"version": facility.version})
    if (region := values.get("region", facility.region)) != facility.region:
        actor.require("facilities.edit", region.path)
    before = (facility.longitude, facility.latitude)
    for name, value in values.items():
        setattr(facility, name, value)
    facility.version += 1
    facility.updated_at = at
    _settle(facility, at)
    save_checked(facility)
    mark_stale(positions={before, (facility.longitude, facility.latitude)}, at=at)
    return facility


@transaction.atomic
def move_state(
    *, actor: User, at: datetime.datetime, facility_id: int, state: str, happened_on: datetime.date, reason: str = ""
) -> Facility:
    """Say that the facility came into a state on a day. The first opening is kept as `opened_on`.

    Raises NotAllowed, InvalidInput: the same state again, a day in the future or before the newest state's, idle or closed
    without a reason.
    """
    facility = lock_facility(actor=actor, facility_id=facility_id)
    if state == facility.state:
        message = _("The facility is in this state already.")
        raise InvalidInput(message, details={"state": message})
    _require_reason(state, reason)
    newest = facility.changes.first()
    if happened_on > timezone.localdate(at):
        message = _("The day lies in the future.")
        raise InvalidInput(message, details={"happened_on": message})
    if newest is not None and happened_on < newest.happened_on:
        message = _("The state before began on %(day)s. Choose that day or a later one.") % {"day": newest.happened_on}
        raise InvalidInput(message, details={"happened_on": message})
    if state == FacilityState.OPEN and facility.opened_on is None:
        facility.opened_on = happened_on
    facility.state, facility.updated_at, facility.version = state, at, facility.version + 1
    with pghistory.context(reason=reason):
        save_checked(facility)
    _write_state(facility, happened_on, reason, actor, at)
    mark_stale(positions=[(facility.longitude, facility.latitude)], at=at)
    return facility


def lock_facility(*, actor: User, facility_id: int) -> Facility:
    """The facility, locked until the transaction ends. Raises NotAllowed."""
    facility = Facility.objects.select_for_update(of=("self",)).select_related("region", "community").get(pk=facility_id)
    actor.require("facilities.edit", facility.region.path)
    return facility


def faults_of(facility: Facility, *, today: datetime.date) -> dict[str, str]:
    """What single columns cannot check, as field -> sentence: position, days, places that do not belong together. Reads nothing."""
    faults = {}
    fault = position_fault(facility.longitude, facility.latitude)
    if fault or facility.longitude is None:
        faults["longitude"] = {
            "": _("Enter the position, or choose the community in which the facility stands."),
            "half": _("A position needs both longitude and latitude."),
            "outside": _("This position is not in the province. Are longitude and latitude swapped?"),
        }[fault]
    if facility.area is not None and facility.area <= 0:
        faults["area"] = _("An area must be above 0. Leave it empty where nobody has measured.")
    if facility.opened_on and facility.opened_on > today:
        faults["opened_on"] = _("The day lies in the future. Choose the state “planned” until it is open.")
    if facility.opened_on and facility.state in STILL_TO_COME:
        faults["opened_on"] = _("What is planned or being built is not open yet. Leave the day empty.")
    return faults


def _settle(facility: Facility, at: datetime.datetime) -> None:
    """Normal forms, search words, the community's position where none is given, and what the columns alone cannot check."""
    for name in ("name", "address", "operator", "source"):
        setattr(facility, name, narrow(getattr(facility, name)))
    facility.pinyin = pinyin(facility.name)
    facility.search_text = search_words(facility.name, facility.address, facility.operator)
    place: Community | None = facility.community
    if place is not None and facility.longitude is None and facility.latitude is None:
        facility.longitude, facility.latitude = place.longitude, place.latitude
    faults = faults_of(facility, today=timezone.localdate(at))
    if facility.region.depth < LEVEL_DEPTH[Level.COUNTY]:
        faults["region"] = _("Choose a county-level unit, or a sub-district or committee in it.")
    elif place is not None and place.region.county_code != facility.region.county_code:
        faults["community"] = _("This community lies in another county. Choose one of the facility's own.")
    if facility.project is not None and facility.project.region.county_code != facility.region.county_code:
        faults["project"] = _("This project lies in another county. Choose one of the facility's own.")
    if faults:
        raise InvalidInput(_("Some values cannot be saved."), details=faults)


def _require_reason(state: str, reason: str) -> None:
    if state not in FacilityState.values:
        message = _("Choose the state.")
        raise InvalidInput(message, details={"state": message})
    if state in NEEDS_REASON and not reason.strip():
        message = _("Say why it is idle or closed.")
        raise InvalidInput(message, details={"reason": message})


def _write_state(facility: Facility, day: datetime.date, reason: str, actor: User, at: datetime.datetime) -> None:
    StateChange.objects.create(
        facility=facility, state=facility.state, happened_on=day, reason=narrow(reason), recorded_at=at, recorded_by=actor
    )


def _refuse_unknown(values: Iterable[str]) -> None:
    if unknown := set(values) - set(FACILITY_FIELDS):
        raise InvalidInput(_("Unknown fields: %(names)s.") % {"names": ", ".join(sorted(unknown))})


def save_checked(row: models.Model) -> None:
    """Check every field and constraint, then save; what two clerks raced for is caught by the database."""
    try:
        row.full_clean(exclude={"pinyin", "search_text"})
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        details = {("" if name == "__all__" else name): messages[0] for name, messages in error.message_dict.items()}
        raise InvalidInput(_("Some values cannot be saved."), details=details) from error
    except IntegrityError as error:
        message = _("Somebody else has just saved a row of the same name. Look at it before you save again.")
        raise InvalidInput(message, details={"": message}) from error
