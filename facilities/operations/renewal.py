"""Conversions of idle rooms, and a community's theme."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from common.text import narrow
from communities.models import Community
from facilities.choices import CONVERTED_TO, ConversionState, FacilityKind, FacilityState
from facilities.models import CommunityTheme, Conversion, Facility
from facilities.operations.inventory import add_facility, move_state, save_checked
from projects.models import Photo, Project

CONVERSION_FIELDS = ("project", "name", "from_kind", "to_kind", "area", "state", "note", "photo_before", "photo_after")
# what a conversion's state says of the facility that it makes
FACILITY_STATE: dict[str, FacilityState] = {
    ConversionState.PLANNED: FacilityState.PLANNED,
    ConversionState.WORKS: FacilityState.BUILDING,
    ConversionState.DONE: FacilityState.OPEN,
}
ORDER = list(FACILITY_STATE)


@transaction.atomic
def add_conversion(*, actor: User, at: datetime.datetime, community: Community, values: dict[str, Any]) -> Conversion:
    """Enter the conversion of an idle room, and the facility that it becomes: from then on it counts in the circle after the works.

    `values`: fields of CONVERSION_FIELDS. Raises NotAllowed, InvalidInput naming the fields.
    """
    actor.require("facilities.edit", community.region.path)
    row = Conversion(community=community, created_at=at, updated_at=at, **values)
    _check(row)
    save_checked(row)
    row.facility = _new_facility(row, actor, at)
    row.save()
    return row


@transaction.atomic
def change_conversion(*, actor: User, at: datetime.datetime, conversion_id: int, values: dict[str, Any]) -> Conversion:
    """Change a conversion; its facility comes into the state that the conversion has. Done needs a photo of the finished room.

    Raises NotAllowed, InvalidInput naming the fields: also for a step back, or another kind of facility once it is open.
    """
    row = Conversion.objects.select_for_update(of=("self",)).select_related("community__region", "facility").get(pk=conversion_id)
    actor.require("facilities.edit", row.community.region.path)
    before, kind = row.state, row.to_kind
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = at
    _check(row)
    faults = {}
    if row.state in ORDER and ORDER.index(row.state) < ORDER.index(before):
        faults["state"] = _("A conversion goes forward: planned, under works, done.")
    if row.to_kind != kind:
        faults["to_kind"] = _("The facility is on record as another kind. Enter a conversion of its own.")
    if faults:
        raise InvalidInput(_("Some values cannot be saved."), details=faults)
    save_checked(row)
    facility = row.facility
    if facility is not None and row.state != before and facility.state != FACILITY_STATE[row.state]:
        newest = facility.changes.first()
        day = max(timezone.localdate(at), newest.happened_on) if newest else timezone.localdate(at)
        move_state(actor=actor, at=at, facility_id=facility.pk, state=FACILITY_STATE[row.state], happened_on=day)
    return row


@transaction.atomic
def set_theme(*, actor: User, at: datetime.datetime, community: Community, name: str, description: str = "") -> CommunityTheme:
    """Write the community's theme, or another one in its place. Raises NotAllowed, InvalidInput naming the fields."""
    actor.require("facilities.edit", community.region.path)
    row = CommunityTheme.objects.select_for_update().filter(community=community).first() or CommunityTheme(community=community)
    row.name, row.description = narrow(name), description.strip()
    save_checked(row)
    return row


def _check(row: Conversion) -> None:
    """What the columns alone cannot check."""
    faults = {}
    project: Project = row.project
    if not project.entries.filter(community=row.community, removed_on__isnull=True).exists():
        faults["project"] = _("This project does not hold the community.")
    if row.to_kind not in {kind.value for kind in CONVERTED_TO}:
        faults["to_kind"] = _("Choose what the room becomes.")
    for name in ("photo_before", "photo_after"):
        photo: Photo | None = getattr(row, name)
        if photo is not None and (photo.project_id, photo.community_id) != (row.project_id, row.community_id):
            faults[name] = _("This photo shows another project or community.")
    if row.state == ConversionState.DONE and row.photo_after is None:
        faults["photo_after"] = _("Done is shown by a photo of the finished room. Choose one, or add it to the project first.")
    if faults:
        raise InvalidInput(_("Some values cannot be saved."), details=faults)


def _new_facility(row: Conversion, actor: User, at: datetime.datetime) -> Facility:
    state, community = FACILITY_STATE[row.state], row.community
    with translation.override("zh-hans"):
        name = f"{community.name}{FacilityKind(row.to_kind).label}（{row.name}）"[:80]
    values: dict[str, Any] = {
        "name": name,
        "kind": row.to_kind,
        "region": community.region,
        "longitude": None,
        "latitude": None,
        "area": row.area,
        "community": community,
        "project": row.project,
        "opened_on": timezone.localdate(at) if state == FacilityState.OPEN else None,
    }
    return add_facility(actor=actor, at=at, values=values, state=state)
