"""The acceptance sheet as a whole: drawn up by itself, parties, held, completed, sent to be rectified, withdrawn."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import pghistory
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.crypto import seal
from common.errors import DomainError, InvalidInput, NotAllowed, given_reason
from lifecycle.acceptance import blockers, content_hash, content_of, present_hash, read
from lifecycle.choices import Department, PartyKind, SheetState
from lifecycle.models import AcceptanceSheet, Defect, SheetItem, SheetParty
from lifecycle.operations.aftercare import tickets_of_minor_defects
from lifecycle.operations.overrides import level_above
from lifecycle.operations.steps import require_active
from projects import operations as works
from projects.choices import STAGE_ORDER, ContractKind, RecordKind, Stage
from projects.models import Contract, Project, SchemeItem, SpecialWork
from projects.queries import special_works_of, standing_records, works_of

CONTRACT_PARTIES = {
    ContractKind.WORKS: PartyKind.CONTRACTOR,
    ContractKind.SUPERVISION: PartyKind.SUPERVISOR,
    ContractKind.DESIGN: PartyKind.DESIGNER,
}


class SheetMoved(DomainError):
    """The sheet is not where this begins: somebody else was faster, or it is closed."""

    code = "sheet_moved"


class SheetNotComplete(DomainError):
    """Something keeps the sheet from being complete; `details` lists a sentence for each."""

    code = "sheet_not_complete"


@dataclass(frozen=True, slots=True)
class Representative:
    """A representative of the residents as typed: name, and building and stairwell in words."""

    name: str
    place: str = ""


def locked_sheet(pk: int) -> AcceptanceSheet:
    """The sheet's row, locked until the transaction ends, with its project: whatever is written on a sheet waits for it."""
    return AcceptanceSheet.objects.select_related("project__region").select_for_update(of=("self",)).get(pk=pk)


def require_state(sheet: AcceptanceSheet, *states: SheetState) -> None:
    """Raise SheetMoved unless the sheet is in one of the states."""
    if sheet.state not in states:
        raise SheetMoved(
            _("The acceptance sheet is now “%(state)s”: this cannot be done any more. Load the page again.")
            % {"state": sheet.get_state_display()}
        )


def content_changed(sheet: AcceptanceSheet) -> None:
    """Write down the hash of what the locked sheet says now; signatures given before it belong to an earlier state."""
    sheet.content_hash = present_hash(sheet)
    sheet.save(update_fields=["content_hash"])


# --- drawing up -------------------------------------------------------------------------------------------------------


def _checked_representatives(rows: Sequence[Representative]) -> list[Representative]:
    found = [Representative(row.name.strip(), row.place.strip()) for row in rows if row.name.strip()]
    if any(len(row.name) > 60 or len(row.place) > 60 for row in found):
        raise InvalidInput(_("A name or place is too long: 60 characters at most."))
    if len(set(found)) < len(found):
        raise InvalidInput(_("The same representative is entered twice."), details={"": _("The same representative is entered twice.")})
    return found


def _day_not_before_completion(project: Project, day: datetime.date, field: str) -> None:
    if project.completed_on and day < project.completed_on:
        message = _("The day lies before the completion, %(day)s.") % {"day": project.completed_on.isoformat()}
        raise InvalidInput(message, details={field: message})


def _parties(sheet: AcceptanceSheet, project: Project, special: Sequence[SpecialWork]) -> list[SheetParty]:
    """Departments of the installation, firms of the contracts, owners of the special works, the property company if known."""
    found = [SheetParty(sheet=sheet, kind=PartyKind.DEPARTMENT, department=Department(code)) for code in settings.ACCEPTANCE_DEPARTMENTS]
    firms: dict[tuple[str, str], None] = {}
    order = list(CONTRACT_PARTIES)
    for contract in sorted(Contract.objects.filter(project=project), key=lambda row: (order.index(ContractKind(row.kind)), row.pk)):
        firms[(CONTRACT_PARTIES[ContractKind(contract.kind)], contract.party.strip())] = None
    for work in special:
        firms[(PartyKind.PIPE_OWNER, str(work.get_owner_display()))] = None
    for record in standing_records([project], kinds=[RecordKind.PROPERTY_AGREEMENT]).get(project.pk, []):
        firms[(PartyKind.PROPERTY, record.party.strip())] = None
    return found + [SheetParty(sheet=sheet, kind=kind, name=name) for kind, name in firms]


def _place_of(item: SchemeItem) -> str:
    work = item.work
    place = " ".join(part for part in (work.community.name if work.community else "", work.building) if part)
    quantity = f"{item.quantity.normalize():f} {item.unit}"
    return f"{quantity} · {place}" if place else quantity


def _draw_items(sheet: AcceptanceSheet, project: Project, special: Sequence[SpecialWork]) -> None:
    """Every work of the standing scheme, then every special work, as they are now."""
    sheet.items.all().delete()
    rows = [
        SheetItem(sheet=sheet, position=number, work=item.work, name=item.name, detail=_place_of(item)[:160])
        for number, item in enumerate(works_of(project), start=1)
    ]
    rows += [
        SheetItem(sheet=sheet, position=number, special=work, name=work.title, detail=work.laid[:160])
        for number, work in enumerate(special, start=len(rows) + 1)
    ]
    if not rows:
        raise InvalidInput(_("There is nothing to accept: the project has neither a scheme nor special works."))
    for row in rows:
        row.save()


@transaction.atomic
def prepare_sheet(
    *,
    project: Project,
    planned_on: datetime.date,
    place: str,
    representatives: Sequence[Representative],
    actor: User,
    at: datetime.datetime,
) -> AcceptanceSheet:
    """Draw up the next attempt's sheet: parties and items by themselves, the residents' representatives as named.

    From the start of the works on, one at a time; open defects of the attempt before are carried over when it is held. Raises
    SheetMoved while another sheet is on its way or complete, InvalidInput with a sentence per field.
    """
    project = works.locked_project(project.pk)
    actor.require("acceptance.prepare", project.region.path)
    require_active(project)
    if not STAGE_ORDER[Stage.STARTED] <= STAGE_ORDER[project.stage] <= STAGE_ORDER[Stage.COMPLETED]:
        raise SheetMoved(_("A sheet is drawn up once the works have started, and before the project is accepted."))
    if AcceptanceSheet.objects.filter(project=project, state__in=[SheetState.PREPARED, SheetState.HELD, SheetState.COMPLETE]).exists():
        raise SheetMoved(_("The project has an acceptance sheet already. Load the page again."))
    if not place.strip():
        raise InvalidInput(_("Enter where the parties meet."), details={"place": _("Enter where the parties meet.")})
    _day_not_before_completion(project, planned_on, "planned_on")
    last = AcceptanceSheet.objects.filter(project=project).aggregate(last=Max("attempt"))["last"] or 0
    sheet = AcceptanceSheet.objects.create(
        project=project, attempt=last + 1, planned_on=planned_on, place=place.strip()[:100], content_hash="0" * 64, prepared_at=at,
        prepared_by=actor, synthetic=project.synthetic,
    )  # fmt: skip
    special = special_works_of(project)
    named = _checked_representatives(representatives)
    for party in [*_parties(sheet, project, special), *(_resident(sheet, row) for row in named)]:
        party.save()
    _draw_items(sheet, project, special)
    content_changed(sheet)
    return sheet


def _resident(sheet: AcceptanceSheet, row: Representative) -> SheetParty:
    return SheetParty(sheet=sheet, kind=PartyKind.RESIDENT, name_sealed=seal(row.name), place=row.place)


@transaction.atomic
def add_party(
    *, sheet: AcceptanceSheet, kind: str, name: str, place: str = "", reason: str, actor: User, at: datetime.datetime
) -> SheetParty:
    """Put somebody more on a prepared sheet, with a reason. `name` is a department's code, a firm's or a representative's name.

    Raises SheetMoved once the sheet is held, InvalidInput for an unknown kind or department, an empty name, or a party twice.
    """
    sheet = locked_sheet(sheet.pk)
    actor.require("acceptance.prepare", sheet.project.region.path)
    require_state(sheet, SheetState.PREPARED)
    words, name, place = given_reason(reason), name.strip(), place.strip()[:60]
    if kind not in PartyKind.values:
        raise InvalidInput(_("Choose what kind of party it is."), details={"kind": _("Choose what kind of party it is.")})
    if not name or (kind == PartyKind.DEPARTMENT and name not in Department.values):
        message = _("Choose the department.") if kind == PartyKind.DEPARTMENT else _("Enter the name.")
        raise InvalidInput(message, details={"department" if kind == PartyKind.DEPARTMENT else "name": message})
    party = SheetParty(sheet=sheet, kind=kind, added_reason=words)
    if kind == PartyKind.DEPARTMENT:
        party.department = name
    elif kind == PartyKind.RESIDENT:
        party.name_sealed, party.place = seal(name[:60]), place
    else:
        party.name = name[:100]
    there = {row.called(clear=True) for row in sheet.parties.filter(removed_at__isnull=True, kind=kind)}
    if party.called(clear=True) in there:
        raise InvalidInput(_("This party is on the sheet already."), details={"name": _("This party is on the sheet already.")})
    with pghistory.context(reason=words):
        party.save()
    return party


@transaction.atomic
def remove_party(*, party: SheetParty, reason: str, actor: User, at: datetime.datetime) -> SheetParty:
    """Take a party off a prepared sheet, with a reason; it stays readable. Raises SheetMoved once the sheet is held."""
    sheet = locked_sheet(party.sheet_id)
    actor.require("acceptance.prepare", sheet.project.region.path)
    require_state(sheet, SheetState.PREPARED)
    party = SheetParty.objects.get(pk=party.pk)
    words = given_reason(reason)
    if party.removed_at:
        raise SheetMoved(_("This party is taken off already."))
    party.removed_at, party.removed_reason = at, words
    with pghistory.context(reason=words):
        party.save(update_fields=["removed_at", "removed_reason"])
    return party


@transaction.atomic
def hold_sheet(*, sheet: AcceptanceSheet, held_on: datetime.date, actor: User, at: datetime.datetime) -> AcceptanceSheet:
    """The parties have met: from now on items are checked and signed; the parties stand fast, the items are those of this day.

    Open defects of the attempt before are carried over to the same works. Raises SheetMoved, or InvalidInput for a day in the future
    or before the completion, too few representatives of the residents, or no department.
    """
    project = works.locked_project(sheet.project_id)
    sheet = locked_sheet(sheet.pk)
    actor.require("acceptance.prepare", project.region.path)
    require_active(project)
    require_state(sheet, SheetState.PREPARED)
    if project.stage != Stage.COMPLETED:
        raise SheetMoved(
            _("The acceptance is held once the project is completed; it now stands at “%(now)s”.") % {"now": project.get_stage_display()}
        )
    if held_on > timezone.localdate(at):
        raise InvalidInput(_("The day lies in the future."), details={"held_on": _("The day lies in the future.")})
    _day_not_before_completion(project, held_on, "held_on")
    kinds = list(sheet.parties.filter(removed_at__isnull=True).values_list("kind", flat=True))
    too_few = settings.ACCEPTANCE_RESIDENTS - kinds.count(PartyKind.RESIDENT)
    if too_few > 0:
        raise InvalidInput(
            ngettext(
                "%(count)s more representative of the residents is needed.",
                "%(count)s more representatives of the residents are needed.",
                too_few,
            )
            % {"count": too_few}
        )
    if PartyKind.DEPARTMENT not in kinds:
        raise InvalidInput(_("No department is on the sheet: an acceptance needs at least one."))
    _draw_items(sheet, project, special_works_of(project))
    sheet.state, sheet.held_on = SheetState.HELD, held_on
    sheet.save(update_fields=["state", "held_on"])
    _carry_defects_over(sheet, actor, at)
    content_changed(sheet)
    return sheet


def _carry_defects_over(sheet: AcceptanceSheet, actor: User, at: datetime.datetime) -> None:
    """What the attempt before left open stands on the same work again, for the party of the same name, or the contractor."""
    before = AcceptanceSheet.objects.filter(project=sheet.project, attempt__lt=sheet.attempt, state=SheetState.RECTIFY).last_attempt()
    if before is None:
        return
    items = {(item.work_id, item.special_id): item for item in sheet.items.all()}
    parties = list(sheet.parties.filter(removed_at__isnull=True))
    usual = next((party for party in parties if party.kind == PartyKind.CONTRACTOR), parties[0])
    for defect in before.defects.filter(mended_on__isnull=True).select_related("item", "responsible"):
        item = items.get((defect.item.work_id, defect.item.special_id))
        if item is None:
            continue
        same = [party for party in parties if (party.kind, party.name, party.department) == _named(defect.responsible)]
        Defect.objects.create(
            sheet=sheet, item=item, what=defect.what, minor=defect.minor, responsible=(same or [usual])[0], due_on=defect.due_on,
            found_at=at, found_by=actor, carried_from=defect,
        )  # fmt: skip
        item.result = "defect"
        item.save(update_fields=["result"])


def _named(party: SheetParty) -> tuple[str, str, str]:
    return party.kind, party.name, party.department


# --- the end of a sheet -----------------------------------------------------------------------------------------------


def _close(sheet: AcceptanceSheet, state: SheetState, reason: str, actor: User, at: datetime.datetime) -> AcceptanceSheet:
    sheet.state, sheet.closed_at, sheet.closed_by, sheet.closed_reason = state, at, actor, reason
    with pghistory.context(reason=reason or str(SheetState(state).label)):
        sheet.save(update_fields=["state", "closed_at", "closed_by", "closed_reason"])
    return sheet


@transaction.atomic
def complete_sheet(*, sheet: AcceptanceSheet, actor: User, at: datetime.datetime) -> AcceptanceSheet:
    """Complete a held sheet, once: every party has signed for its present state, no defect is open, every special work is on it.

    In the same act the special works are accepted, and minor defects become warranty tickets. It cannot be undone; only a level
    above withdraws it. Raises SheetMoved (the second of two clerks), SheetNotComplete with what is missing, or what the special
    works say (NotCompleted). Writes nothing when it raises.
    """
    project = works.locked_project(sheet.project_id)
    sheet = locked_sheet(sheet.pk)
    actor.require("acceptance.prepare", project.region.path)
    require_active(project)
    require_state(sheet, SheetState.HELD)
    reading = read(sheet)
    missing = blockers(reading)
    if sheet.content_hash != content_hash(project.code, content_of(sheet)):
        missing.append(_("The sheet holds something that was not written through its pages. Check the items again."))
    if missing:
        raise SheetNotComplete(_("The sheet cannot be completed yet. %(missing)s") % {"missing": " ".join(missing)}, details=missing)
    held_on = sheet.held_on or timezone.localdate(at)
    works.accept_special_works(project=project, day=held_on, actor=actor, at=at)
    _close(sheet, SheetState.COMPLETE, "", actor, at)
    tickets_of_minor_defects(sheet, reading.open_defects, actor=actor, at=at)
    return sheet


@transaction.atomic
def rectify_sheet(*, sheet: AcceptanceSheet, reason: str, actor: User, at: datetime.datetime) -> AcceptanceSheet:
    """End an attempt that did not succeed: what is wrong is mended, then a new sheet is drawn up. Raises SheetMoved, InvalidInput."""
    sheet = locked_sheet(sheet.pk)
    actor.require("acceptance.prepare", sheet.project.region.path)
    require_state(sheet, SheetState.HELD)
    return _close(sheet, SheetState.RECTIFY, given_reason(reason), actor, at)


@transaction.atomic
def withdraw_sheet(*, sheet: AcceptanceSheet, reason: str, actor: User, at: datetime.datetime) -> AcceptanceSheet:
    """Withdraw a sheet with a reason: one on its way by the county; a complete one by a level above alone, while the project is not
    accepted. Special works stay accepted. Raises NotAllowed, SheetMoved, InvalidInput.
    """
    project = works.locked_project(sheet.project_id)
    sheet = locked_sheet(sheet.pk)
    words = given_reason(reason)
    if sheet.state != SheetState.COMPLETE:
        actor.require("acceptance.prepare", project.region.path)
        require_state(sheet, SheetState.PREPARED, SheetState.HELD)
        return _close(sheet, SheetState.WITHDRAWN, words, actor, at)
    actor.require("acceptance.withdraw", project.region.path)
    if level_above(actor, project, "acceptance.withdraw") is None:
        raise NotAllowed(_("Only a level above the county withdraws a complete sheet."), details={"action": "acceptance.withdraw"})
    if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.ACCEPTED]:
        raise SheetMoved(_("The project is accepted on this sheet. The step is taken back first."))
    return _close(sheet, SheetState.WITHDRAWN, words, actor, at)
