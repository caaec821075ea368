"""Reading an acceptance sheet: what it says, the hash of that, who has signed for it, and what still keeps it from being complete."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifecycle.choices import DEPARTMENT_MARKS, Department, ItemResult, PartyKind, SheetState
from lifecycle.findings import named
from lifecycle.models import AcceptanceSheet, Defect, DefectCheck, SheetItem, SheetParty, SheetPhoto, Signature
from projects.models import Project, SpecialWork
from projects.queries import special_works_of

# departments whose accounts do not reach a county's projects: their word is taken at the clerk's screen
AT_THE_DESK = frozenset({Department.STREET_OFFICE.value})


def department_of(text: str) -> Department | None:
    """The department that the words of a post mean, a code or a Chinese name; None for another one."""
    words = text.strip()
    if words in Department.values:
        return Department(words)
    return next((code for code, marks in DEPARTMENT_MARKS.items() if any(mark in words for mark in marks)), None)


# --- what a sheet says ------------------------------------------------------------------------------------------------


def content_of(sheet: AcceptanceSheet) -> dict[str, Any]:
    """What is signed: the day, every item with its result, every defect with its state. Two queries."""
    items = SheetItem.objects.filter(sheet=sheet).order_by("position")
    defects = Defect.objects.filter(sheet=sheet).select_related("item").order_by("pk")
    return {
        "attempt": sheet.attempt,
        "held_on": sheet.held_on.isoformat() if sheet.held_on else "",
        "items": [[item.position, item.name, item.detail, item.result, item.note] for item in items],
        "defects": [
            [row.item.position, row.what, row.minor, row.due_on.isoformat(), row.responsible_id, row.mended_on is not None]
            for row in defects
        ],
    }


def content_hash(project_code: str, content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON, bound to the project; hexadecimal."""
    text = json.dumps([project_code, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def present_hash(sheet: AcceptanceSheet) -> str:
    """The hash of what the sheet says in the database now."""
    return content_hash(sheet.project.code, content_of(sheet))


# --- who has signed ---------------------------------------------------------------------------------------------------

MISSING, SIGNED, EARLIER, AGAINST = "missing", "signed", "earlier", "against"


@dataclass(frozen=True, slots=True)
class Signing:
    """A party with its newest signature; `state` is MISSING, SIGNED (for, on the present state), EARLIER or AGAINST."""

    party: SheetParty
    signature: Signature | None
    state: str


def _signing(party: SheetParty, present: str) -> Signing:
    newest = max(party.signatures.all(), key=lambda row: row.pk, default=None)
    if newest is None:
        return Signing(party, None, MISSING)
    if not newest.agrees:
        return Signing(party, newest, AGAINST)
    return Signing(party, newest, SIGNED if newest.content_hash == present else EARLIER)


@dataclass
class Reading:
    """A sheet read whole: parties that stand with their signatures, items, defects; special works when asked."""

    sheet: AcceptanceSheet
    signings: list[Signing]
    gone: list[SheetParty]
    items: list[SheetItem]
    defects: list[Defect]
    _special: list[SpecialWork] | None = field(default=None)

    def of_residents(self, *, yes: bool) -> list[Signing]:
        """The representatives of the residents, or all others."""
        return [row for row in self.signings if (row.party.kind == PartyKind.RESIDENT) == yes]

    @property
    def unsigned(self) -> list[Signing]:
        """Parties without a signature "for" on the present state."""
        return [row for row in self.signings if row.state != SIGNED]

    @property
    def unchecked(self) -> list[SheetItem]:
        """Items without a result."""
        return [item for item in self.items if item.result == ItemResult.OPEN]

    @property
    def open_defects(self) -> list[Defect]:
        """Defects not mended."""
        return [row for row in self.defects if row.mended_on is None]

    @property
    def blocking(self) -> list[Defect]:
        """Open defects that may not be left to the warranty."""
        return [row for row in self.open_defects if not (row.minor and settings.ACCEPTANCE_MINOR_TO_WARRANTY)]

    @property
    def special_works(self) -> list[SpecialWork]:
        """The project's special works now; asked once."""
        if self._special is None:
            self._special = special_works_of(self.sheet.project)
        return self._special

    @property
    def special_works_left_out(self) -> list[SpecialWork]:
        """Special works that came to the project after the sheet was drawn up."""
        known = {item.special_id for item in self.items}
        return [work for work in self.special_works if work.pk not in known]

    def complete_on(self, day: datetime.date) -> bool:
        """Whether it was complete by the end of that day."""
        sheet = self.sheet
        return sheet.state == SheetState.COMPLETE and sheet.closed_at is not None and timezone.localdate(sheet.closed_at) <= day


def _full(rows: Any) -> Any:
    items = SheetItem.objects.select_related("work", "special").order_by("position")
    photos = SheetPhoto.objects.select_related("photo", "defect").order_by("pk")
    checks = DefectCheck.objects.select_related("photo", "recorded_by").order_by("pk")
    defects: Any = Defect.objects.select_related("responsible", "item", "found_by")
    defects = defects.prefetch_related(Prefetch("checks", checks), Prefetch("photos", photos))
    return rows.select_related("project__region", "prepared_by", "closed_by").prefetch_related(
        Prefetch("parties", SheetParty.objects.order_by("pk")),
        Prefetch("parties__signatures", Signature.objects.select_related("recorded_by").order_by("pk")),
        Prefetch("items", items),
        Prefetch("items__photos", photos),
        Prefetch("defects", defects),
    )


def _reading(sheet: AcceptanceSheet) -> Reading:
    parties = list(sheet.parties.all())
    return Reading(
        sheet=sheet,
        signings=[_signing(party, sheet.content_hash) for party in parties if party.removed_at is None],
        gone=[party for party in parties if party.removed_at is not None],
        items=list(sheet.items.all()),
        defects=list(sheet.defects.all()),
    )


def read(sheet: AcceptanceSheet) -> Reading:
    """The sheet with everything on it; a constant number of queries."""
    return _reading(_full(AcceptanceSheet.objects).get(pk=sheet.pk))


def standing_readings(projects: Iterable[Project]) -> dict[int, Reading]:
    """Project → the sheet that its gates ask: the one on the way or complete, else the last one that is to be rectified."""
    rows = _full(AcceptanceSheet.objects.filter(project__in=[project.pk for project in projects])).exclude(state=SheetState.WITHDRAWN)
    return {sheet.project_id: _reading(sheet) for sheet in rows.order_by("project", "attempt")}


# --- what keeps it from being complete --------------------------------------------------------------------------------


def said_of(row: Signing, *, clear: bool = False) -> str:
    """A party that has not signed for the present state, with the reason where there is one."""
    name = row.party.called(clear=clear)
    if row.state == AGAINST and row.signature:
        return _("%(name)s is against: %(reason)s") % {"name": name, "reason": row.signature.reason}
    if row.state == EARLIER:
        return _("%(name)s (signed an earlier state)") % {"name": name}
    return name


def blockers(reading: Reading) -> list[str]:
    """A sentence for everything that keeps a held sheet from being complete; [] when it may be completed."""
    found = []
    if reading.sheet.state == SheetState.PREPARED:
        found.append(_("The acceptance has not been held yet."))
    if unchecked := reading.unchecked:
        found.append(_("Not checked yet: %(names)s.") % {"names": named([item.name for item in unchecked])})
    if left_out := reading.special_works_left_out:
        found.append(
            _("Special works are not on the sheet: %(names)s. Send it to be rectified and draw up a new one.")
            % {"names": named([work.title for work in left_out])}
        )
    if blocking := reading.blocking:
        found.append(_("Defects not mended: %(names)s.") % {"names": named([row.what for row in blocking])})
    too_few = settings.ACCEPTANCE_RESIDENTS - len(reading.of_residents(yes=True))
    if too_few > 0:
        found.append(
            ngettext(
                "%(count)s more representative of the residents is needed.",
                "%(count)s more representatives of the residents are needed.",
                too_few,
            )
            % {"count": too_few}
        )
    if unsigned := reading.unsigned:
        found.append(_("Not signed: %(names)s.") % {"names": named([said_of(row) for row in unsigned])})
    return found
