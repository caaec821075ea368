"""Inspections of what works brought: is it used as planned?"""

from __future__ import annotations

import datetime
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from common.text import narrow
from facilities.choices import FacilityState
from facilities.models import Inspection
from facilities.operations.inventory import lock_facility, move_state
from facilities.rules import inspection_due
from projects.operations.photos import cleaned_photo


@transaction.atomic
def record_inspection(
    *,
    actor: User,
    at: datetime.datetime,
    facility_id: int,
    inspected_on: datetime.date,
    in_use: bool,
    visitors: int | None = None,
    note: str = "",
    photo: bytes = b"",
) -> Inspection:
    """Keep the inspection that is due on its day. What is found idle comes into the state idle; what is in use again is open.

    Raises NotAllowed, PhotoRefused, InvalidInput: none is due, a day in the future, idle without a note.
    """
    facility = lock_facility(actor=actor, facility_id=facility_id)
    faults = {}
    if inspected_on > timezone.localdate(at):
        faults["inspected_on"] = _("The day lies in the future.")
    if not in_use and not note.strip():
        faults["note"] = _("Say why it is not used as planned.")
    done = facility.inspections.aggregate(most=Max("months"))["most"] or 0
    due = inspection_due(facility.opened_on, done, inspected_on) if facility.opened_on else None
    if due is None and not faults:
        faults["inspected_on"] = _("No inspection is due on this day: they follow 3, 6 and 12 months after the opening.")
    if faults or due is None:
        raise InvalidInput(_("Some values cannot be saved."), details=faults)
    row = Inspection.objects.create(
        facility=facility,
        months=due[0],
        inspected_on=inspected_on,
        in_use=in_use,
        visitors=visitors,
        note=narrow(note),
        photo=_stored(photo, at) if photo else "",
        recorded_at=at,
        recorded_by=actor,
    )
    found = FacilityState.OPEN if in_use else FacilityState.IDLE
    if facility.state != found:
        newest = facility.changes.first()
        day = max(inspected_on, newest.happened_on) if newest else inspected_on
        move_state(
            actor=actor, at=at, facility_id=facility.pk, state=found, happened_on=day, reason=note or _("Found in use at an inspection")
        )
    return row


def _stored(raw: bytes, at: datetime.datetime) -> str:
    """The cleaned picture's name in the storage."""
    image = cleaned_photo(raw)
    name: str = default_storage.save(f"inspections/{timezone.localdate(at):%Y/%m}/{uuid.uuid4()}.jpg", ContentFile(image.picture))
    return name
