"""At the acceptance: items checked, defects found and looked at again, photos. Each write locks the sheet and renews its hash."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from lifecycle.choices import ItemResult, SheetState
from lifecycle.models import AcceptanceSheet, Defect, DefectCheck, SheetItem, SheetParty, SheetPhoto
from lifecycle.operations.sheets import SheetMoved, content_changed, locked_sheet, require_state
from projects.choices import PhotoKind
from projects.models import Entry, Photo
from projects.operations import keep_photo


def _held(sheet: int, actor: User) -> AcceptanceSheet:
    """The locked sheet while it is being checked and signed, for a clerk of its county."""
    found = locked_sheet(sheet)
    actor.require("acceptance.prepare", found.project.region.path)
    require_state(found, SheetState.HELD)
    return found


@transaction.atomic
def check_item(*, item: SheetItem, result: str, note: str = "", actor: User, at: datetime.datetime) -> SheetItem:
    """Write down that an item is passed or not applicable (with the reason as note). Signatures given before belong to an earlier state.

    A defect is written with `report_defect`. Raises SheetMoved, InvalidInput for another result, without a reason, or while a defect
    of the item is open.
    """
    sheet = _held(item.sheet_id, actor)
    item = SheetItem.objects.get(pk=item.pk)
    if result not in {ItemResult.PASSED, ItemResult.NOT_APPLICABLE}:
        raise InvalidInput(_("Choose what was found."), details={"result": _("Choose what was found.")})
    if result == ItemResult.NOT_APPLICABLE and not note.strip():
        raise InvalidInput(_("Say why it does not apply."), details={"note": _("Say why it does not apply.")})
    if item.defects.filter(mended_on__isnull=True).exists():
        raise InvalidInput(_("A defect of this item is open. It is checked again on its own page first."))
    if (item.result, item.note) == (result, note.strip()[:300]):
        return item
    item.result, item.note = result, note.strip()[:300]
    item.save(update_fields=["result", "note"])
    content_changed(sheet)
    return item


@transaction.atomic
def report_defect(
    *, item: SheetItem, what: str, responsible: SheetParty, due_on: datetime.date, minor: bool = False, actor: User, at: datetime.datetime
) -> Defect:
    """Write down a defect of an item: what, who mends it, until when. Raises SheetMoved, InvalidInput with a sentence per field."""
    sheet = _held(item.sheet_id, actor)
    item = SheetItem.objects.get(pk=item.pk)
    errors = {}
    if not what.strip():
        errors["what"] = _("Say what is wrong.")
    if due_on < timezone.localdate(at):
        errors["due_on"] = _("The day lies in the past.")
    if responsible.sheet_id != sheet.pk or responsible.removed_at:
        errors["responsible"] = _("Choose one of the parties on the sheet.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    defect = Defect.objects.create(
        sheet=sheet, item=item, what=what.strip()[:200], minor=minor, responsible=responsible, due_on=due_on, found_at=at, found_by=actor
    )
    item.result = ItemResult.DEFECT
    item.save(update_fields=["result"])
    content_changed(sheet)
    return defect


@transaction.atomic
def recheck_defect(
    *,
    defect: Defect,
    checked_on: datetime.date,
    checked_by_name: str,
    mended: bool,
    note: str = "",
    photo: Photo | None = None,
    actor: User,
    at: datetime.datetime,
) -> DefectCheck:
    """A named person looked again. Mended: the defect is closed, and its item is passed once none is left open.

    Raises SheetMoved (also for a defect mended already), InvalidInput with a sentence per field.
    """
    sheet = _held(defect.sheet_id, actor)
    defect = Defect.objects.select_related("item").get(pk=defect.pk)
    if defect.mended_on:
        raise SheetMoved(_("This defect is mended already. Load the page again."))
    errors = {}
    if not checked_by_name.strip():
        errors["checked_by_name"] = _("Enter who looked at it.")
    if not timezone.localdate(defect.found_at) <= checked_on <= timezone.localdate(at):
        errors["checked_on"] = _("The day lies in the future, or before the defect was found.")
    if not mended and not note.strip():
        errors["note"] = _("Say what is still wrong.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    check = DefectCheck.objects.create(
        defect=defect, checked_on=checked_on, checked_by_name=checked_by_name.strip()[:60], mended=mended, note=note.strip()[:300],
        photo=photo, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    if mended:
        defect.mended_on = checked_on
        defect.save(update_fields=["mended_on"])
        item = defect.item
        if not item.defects.filter(mended_on__isnull=True).exists():
            item.result = ItemResult.PASSED
            item.save(update_fields=["result"])
        content_changed(sheet)
    return check


@transaction.atomic
def move_deadline(*, defect: Defect, due_on: datetime.date, reason: str, actor: User, at: datetime.datetime) -> Defect:
    """Give a defect another deadline, with a reason. Raises SheetMoved, InvalidInput for a day in the past."""
    sheet = _held(defect.sheet_id, actor)
    defect = Defect.objects.get(pk=defect.pk)
    words = given_reason(reason)
    if defect.mended_on:
        raise SheetMoved(_("This defect is mended already. Load the page again."))
    if due_on < timezone.localdate(at):
        raise InvalidInput(_("The day lies in the past."), details={"due_on": _("The day lies in the past.")})
    defect.due_on = due_on
    with pghistory.context(reason=words):
        defect.save(update_fields=["due_on"])
    content_changed(sheet)
    return defect


def entry_of(sheet: AcceptanceSheet, item: SheetItem) -> Entry:
    """The community that a photo of the item shows: the work's own, else the project's first."""
    entries = Entry.objects.filter(project=sheet.project, removed_on__isnull=True).select_related("community").order_by("pk")
    community = item.work.community_id if item.work else None
    found = entries.filter(community=community).first() if community else None
    entry = found or entries.first()
    if entry is None:
        raise InvalidInput(_("The project has no community."))
    return entry


@transaction.atomic
def add_sheet_photo(
    *, item: SheetItem, defect: Defect | None = None, raw: bytes, client_key: uuid.UUID, actor: User, at: datetime.datetime, **where: Any
) -> SheetPhoto:
    """Keep a photo of an item, or of one of its defects; the same `client_key` gives the photo that was kept. `where`: see `keep_photo`.

    Raises SheetMoved, PhotoRefused.
    """
    sheet = _held(item.sheet_id, actor)
    item = SheetItem.objects.select_related("work").get(pk=item.pk)
    caption = (defect.what if defect else item.name)[:120]
    photo = keep_photo(
        entry=entry_of(sheet, item), kind=PhotoKind.PROGRESS, raw=raw, caption=caption, client_key=client_key, actor=actor, at=at, **where
    )
    return SheetPhoto.objects.get_or_create(sheet=sheet, item=item, defect=defect, photo=photo)[0]
