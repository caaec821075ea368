"""What the pages of acceptance show: a sheet in words, its items, defects and parties; lists of a region."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from common.crypto import masked_name, unseal
from lifecycle.acceptance import AGAINST, EARLIER, SIGNED, Reading, Signing, blockers
from lifecycle.choices import WAITING, ItemResult, PartyKind, SheetState
from lifecycle.models import AcceptanceSheet, Defect, SheetItem, SheetParty, SheetPhoto, WarrantyTicket
from lifecycle.operations import may_sign
from lifecycle.rules import settlement_due
from projects.choices import STAGE_ORDER, Condition, RecordKind, Stage
from projects.models import Project, Record

RESULT_STATES = {ItemResult.OPEN: "none", ItemResult.PASSED: "pass", ItemResult.DEFECT: "fail", ItemResult.NOT_APPLICABLE: "near"}
SIGN_STATES = {SIGNED: "pass", EARLIER: "near", AGAINST: "fail"}
STATE_TAGS = {
    SheetState.PREPARED: "",
    SheetState.HELD: "on",
    SheetState.COMPLETE: "pass",
    SheetState.RECTIFY: "near",
    SheetState.WITHDRAWN: "",
}


def sees_names(user: User, project: Project) -> bool:
    """Whether representatives' names and drawn signatures are shown in clear."""
    return user.may("households.see_names", project.region.path)


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A party on the page."""

    party: SheetParty
    name: str
    state: str  # pass, near, fail, none
    words: str
    signer: str
    when: datetime.datetime | None
    way: str
    reason: str
    drawing: str
    may_sign: bool


def signed_line(row: Signing, *, clear: bool, may: bool = False) -> SignedLine:
    """A party with its signature, a resident's masked unless `clear`."""
    signature, resident = row.signature, row.party.kind == PartyKind.RESIDENT
    words = {
        SIGNED: pgettext("acceptance", "Signed"),
        EARLIER: _("Signed an earlier state"),
        AGAINST: pgettext("acceptance", "Against"),
    }.get(row.state, _("Not signed yet"))
    signer = unseal(signature.name_sealed) if signature else ""
    return SignedLine(
        party=row.party,
        name=row.party.called(clear=clear),
        state=SIGN_STATES.get(row.state, "none"),
        words=words,
        signer=masked_name(signer) if resident and not clear else signer,
        when=signature.recorded_at if signature else None,
        way=str(signature.get_way_display()) if signature else "",
        reason=signature.reason if signature else "",
        drawing=signature.drawing if signature and (clear or not resident) else "",
        may_sign=may,
    )


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item on the page."""

    item: SheetItem
    state: str
    words: str
    photos: list[dict[str, Any]]
    quick: bool  # may be passed with one touch


def sheet_photo(row: SheetPhoto, says: str) -> dict[str, Any]:
    """As components/_photo_grid.html wants it."""
    return {
        "url": reverse("projects:photo", args=[row.photo_id]),
        "thumbnail": reverse("projects:photo-thumbnail", args=[row.photo_id]),
        "alt": says,
        "caption": says,
        "detail": "",
        "located": None if row.photo.distance is None else row.photo.in_yard,
    }


def item_line(item: SheetItem, open_defects: set[int]) -> ItemLine:
    """An item with its result and photos."""
    return ItemLine(
        item=item,
        state=RESULT_STATES[ItemResult(item.result)],
        words=str(item.get_result_display()),
        photos=[sheet_photo(row, row.defect.what if row.defect else item.name) for row in item.photos.all()],
        quick=item.result != ItemResult.PASSED and item.pk not in open_defects,
    )


def sheet_says(reading: Reading) -> str:
    """One sentence: where the sheet stands."""
    sheet = reading.sheet
    if sheet.state == SheetState.PREPARED:
        words = {"day": sheet.planned_on.isoformat(), "place": sheet.place, "count": len(reading.items)}
        return _("Planned for %(day)s, %(place)s; %(count)s items to be checked.") % words
    if sheet.state in {SheetState.RECTIFY, SheetState.WITHDRAWN}:
        return _("%(state)s: %(reason)s") % {"state": sheet.get_state_display(), "reason": sheet.closed_reason}
    signed, whole = len(reading.signings) - len(reading.unsigned), len(reading.signings)
    checked = len(reading.items) - len(reading.unchecked)
    says = _("Held on %(day)s: %(checked)s of %(items)s items checked, %(signed)s of %(whole)s parties have signed.") % {
        "day": sheet.held_on.isoformat() if sheet.held_on else "", "checked": checked, "items": len(reading.items), "signed": signed,
        "whole": whole,
    }  # fmt: skip
    if open_defects := len(reading.open_defects):
        says += " " + ngettext("%(count)s defect is open.", "%(count)s defects are open.", open_defects) % {"count": open_defects}
    return says


def sheet_screen(reading: Reading, user: User, today: datetime.date) -> dict[str, Any]:
    """The context of a sheet's page."""
    sheet = reading.sheet
    clear = sees_names(user, sheet.project)
    held = sheet.state == SheetState.HELD
    open_defects = {row.item_id for row in reading.open_defects}
    return {
        "sheet": sheet,
        "project": sheet.project,
        "tag": STATE_TAGS[SheetState(sheet.state)],
        "says": sheet_says(reading),
        "items": [item_line(item, open_defects) for item in reading.items],
        "defects": [{"row": row, "late": row.mended_on is None and row.due_on < today} for row in reading.defects],
        "open_defects": len(reading.open_defects),
        "signings": [
            signed_line(row, clear=clear, may=held and row.state != SIGNED and bool(may_sign(user, row.party, sheet.project)))
            for row in reading.signings
        ],
        "unsigned": len(reading.unsigned),
        "gone": [(party, party.called(clear=clear)) for party in reading.gone],
        "blockers": blockers(reading) if sheet.on_the_way else [],
        "clear": clear,
        "held": held,
        "prepared": sheet.state == SheetState.PREPARED,
        "short_hash": sheet.content_hash[:16],
    }


# --- lists of a region ------------------------------------------------------------------------------------------------


def sheets_in_reach(user: User) -> QuerySet[AcceptanceSheet]:
    """Acceptance sheets that the user may see, with what a list says of each."""
    rows = AcceptanceSheet.objects.visible_to(user, "acceptance.see").select_related("project__region")
    open_defects = Count("defects", filter=Q(defects__mended_on__isnull=True), distinct=True)
    return rows.annotate(open_defects=open_defects)


def open_defects_in_reach(user: User) -> QuerySet[Defect]:
    """Defects of sheets on their way that are not mended."""
    rows = Defect.objects.visible_to(user, "acceptance.see").open()
    return rows.select_related("sheet__project__region", "item", "responsible")


@dataclass(frozen=True, slots=True)
class Settlement:
    """An accepted project whose final account is due."""

    project: Project
    due_on: datetime.date
    days_left: int
    settled: bool

    @property
    def days_late(self) -> int:
        """How many days it is late; 0 in time."""
        return max(0, -self.days_left)


def settlements(projects: Iterable[Project], today: datetime.date) -> list[Settlement]:
    """The accepted projects by their due day; one query for the final accounts, however many there are."""
    rows = [project for project in projects if project.accepted_on]
    done = set(
        Record.objects.filter(
            project__in=rows, kind=RecordKind.FINAL_ACCOUNT, voids__isnull=True, voided_by__isnull=True, dated_on__lte=today
        ).values_list("project_id", flat=True)
    )
    found = [
        Settlement(row, due, (due - today).days, row.pk in done)
        for row in rows
        if row.accepted_on and (due := settlement_due(row.accepted_on))
    ]
    return sorted(found, key=lambda row: (row.due_on, row.project.code))


def settlements_due(user: User, today: datetime.date) -> QuerySet[Project]:
    """Accepted projects in reach, not closed, without a final account that counts."""
    final = Record.objects.filter(
        project=OuterRef("pk"), kind=RecordKind.FINAL_ACCOUNT, voids__isnull=True, voided_by__isnull=True, dated_on__lte=today
    )
    rows = Project.objects.visible_to(user, "acceptance.see").filter(stage=Stage.ACCEPTED, condition=Condition.ACTIVE)
    return rows.filter(~Exists(final), accepted_on__isnull=False).select_related("region").order_by("accepted_on", "code")


def aftercare_of(project: Project, reading: Reading | None, user: User, today: datetime.date) -> dict[str, Any] | None:
    """What the project's page says of acceptance, settlement, archive and warranty; None before the works have started."""
    order = STAGE_ORDER[project.stage]
    if order < STAGE_ORDER[Stage.STARTED]:
        return None
    states = list(WarrantyTicket.objects.filter(project=project).values_list("state", flat=True)) if project.accepted_on else []
    settled = settlements([project], today)
    wanted = reading is None or reading.sheet.state == SheetState.RECTIFY
    return {
        "reading": reading,
        "tag": STATE_TAGS[SheetState(reading.sheet.state)] if reading else "",
        "says": sheet_says(reading) if reading else "",
        "may_prepare": wanted
        and order <= STAGE_ORDER[Stage.COMPLETED]
        and project.condition == Condition.ACTIVE
        and user.may("acceptance.prepare", project.region.path),
        "may_ticket": user.may("warranty.edit", project.region.path),
        "settlement": settled[0] if settled and project.stage == Stage.ACCEPTED else None,
        "tickets": len(states),
        "waiting": sum(state in WAITING for state in states),
    }
