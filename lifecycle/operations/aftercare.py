"""After the acceptance: warranty tickets and their steps, documents put into the archive."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.crypto import seal
from common.errors import DomainError, InvalidInput, given_reason
from communities.models import Community
from lifecycle.choices import TICKET_MOVES, ArchiveDocument, TicketState, WarrantyKind
from lifecycle.models import AcceptanceSheet, ArchiveEntry, Defect, TicketStep, WarrantyTicket
from lifecycle.warranty import due_day, kind_of_work, responsible_contract, warranty_end
from projects.choices import Condition
from projects.models import Photo, Project
from projects.operations import ProjectLocked, locked_project


class TicketMoved(DomainError):
    """The ticket is not where this step begins: somebody else was faster."""

    code = "ticket_moved"


def _project_of(project: Project, community: Community) -> Project:
    found = locked_project(project.pk)
    if found.accepted_on is None:
        raise ProjectLocked(_("The warranty begins with the acceptance; the project is not accepted yet."))
    if not found.entries.filter(community=community, removed_on__isnull=True).exists():
        raise InvalidInput(
            _("Choose one of the project's communities."), details={"community": _("Choose one of the project's communities.")}
        )
    return found


@transaction.atomic
def open_ticket(
    *,
    project: Project,
    community: Community,
    kind: str,
    what: str,
    reported_on: datetime.date,
    due_on: datetime.date | None = None,
    place: str = "",
    reporter: str = "",
    photo: Photo | None = None,
    actor: User,
    at: datetime.datetime,
) -> WarrantyTicket:
    """Write down that something broke after the acceptance. The responsible contract and the period's end follow from the project.

    Due WARRANTY_DUE_DAYS after the report unless another day is given. Reported after the period it is kept all the same, and says so.
    Raises ProjectLocked before the acceptance, InvalidInput with a sentence per field.
    """
    actor.require("warranty.edit", community.region.path)
    project = _project_of(project, community)
    accepted_on = project.accepted_on
    assert accepted_on is not None
    errors = {}
    if kind not in WarrantyKind.values:
        errors["kind"] = _("Choose the kind of work.")
    if not what.strip():
        errors["what"] = _("Say what is wrong.")
    if not accepted_on <= reported_on <= timezone.localdate(at):
        errors["reported_on"] = _("The day lies in the future, or before the acceptance.")
    if due_on is not None and due_on < reported_on:
        errors["due_on"] = _("The day lies before the report.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    ticket = WarrantyTicket.objects.create(
        project=project, community=community, place=place.strip()[:100], kind=kind, what=what.strip()[:300], reported_on=reported_on,
        reporter_sealed=seal(reporter.strip()[:60]), contract=responsible_contract(project), warranty_until=warranty_end(kind, accepted_on),
        due_on=due_on or due_day(reported_on), photo=photo, created_at=at, created_by=actor, synthetic=project.synthetic,
    )  # fmt: skip
    _step(ticket, TicketState.OPEN, reported_on, _("Reported"), actor, at)
    return ticket


def _step(
    ticket: WarrantyTicket,
    state: TicketState,
    day: datetime.date,
    note: str,
    actor: User,
    at: datetime.datetime,
    photo: Photo | None = None,
) -> TicketStep:
    return TicketStep.objects.create(
        ticket=ticket, state=state, happened_on=day, note=note, photo=photo, recorded_at=at, recorded_by=actor
    )  # fmt: skip


@transaction.atomic
def tickets_of_minor_defects(
    sheet: AcceptanceSheet, defects: Sequence[Defect], *, actor: User, at: datetime.datetime
) -> list[WarrantyTicket]:
    """Minor defects left over from a sheet that is being completed become tickets with the same deadline. Its right was asked."""
    project, day = sheet.project, sheet.held_on or timezone.localdate(at)
    contract = responsible_contract(project)
    first = project.entries.filter(removed_on__isnull=True).select_related("community").order_by("pk").first()
    made = []
    for defect in defects:
        work = defect.item.work
        community = work.community if work and work.community else first.community if first else None
        if community is None:
            continue
        kind = kind_of_work(work.kind if work else "")
        ticket = WarrantyTicket.objects.create(
            project=project, community=community, place=work.building if work else "", kind=kind, what=f"{defect.item.name}: {defect.what}",
            reported_on=day, contract=contract, warranty_until=warranty_end(kind, day), due_on=defect.due_on, defect=defect, created_at=at,
            created_by=actor, synthetic=sheet.synthetic,
        )  # fmt: skip
        _step(ticket, TicketState.OPEN, day, _("Left over from the acceptance as a minor defect"), actor, at)
        made.append(ticket)
    return made


@transaction.atomic
def move_ticket(
    *,
    ticket: WarrantyTicket,
    state: str,
    happened_on: datetime.date,
    note: str,
    photo: Photo | None = None,
    actor: User,
    at: datetime.datetime,
) -> WarrantyTicket:
    """Say that a ticket is handled, closed or re-opened, on a day, with a note. Append-only beside it.

    Raises TicketMoved for a step that does not follow, InvalidInput without a note or for a day in the future or before the report.
    """
    ticket = WarrantyTicket.objects.select_related("community__region").select_for_update(of=("self",)).get(pk=ticket.pk)
    actor.require("warranty.edit", ticket.community.region.path)
    if state not in TICKET_MOVES.get(ticket.state, ()):
        raise TicketMoved(_("The ticket is now “%(state)s”. Load the page again.") % {"state": ticket.get_state_display()})
    words = note.strip()
    errors = {}
    if not words:
        errors["note"] = _("Say what was done or found.")
    if not ticket.reported_on <= happened_on <= timezone.localdate(at):
        errors["happened_on"] = _("The day lies in the future, or before the report.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    ticket.state = state
    if state == TicketState.REOPENED:
        ticket.due_on = max(ticket.due_on, due_day(happened_on))
    with pghistory.context(reason=words[:300]):
        ticket.save(update_fields=["state", "due_on"])
    _step(ticket, TicketState(state), happened_on, words[:300], actor, at, photo)
    return ticket


# --- archive ----------------------------------------------------------------------------------------------------------


def _archive_of(project: Project, actor: User) -> Project:
    found = locked_project(project.pk)
    actor.require("projects.edit", found.region.path)
    if found.condition == Condition.WITHDRAWN:
        raise ProjectLocked(_("The project is withdrawn: it cannot be changed."))
    return found


@transaction.atomic
def file_document(
    *,
    project: Project,
    document: str,
    number: str,
    filed_by_name: str,
    filed_on: datetime.date,
    note: str = "",
    actor: User,
    at: datetime.datetime,
) -> ArchiveEntry:
    """Write down that a document lies in the archive: its number or place, who filed it, when. Raises InvalidInput, ProjectLocked."""
    project = _archive_of(project, actor)
    errors = {}
    if document not in ArchiveDocument.values:
        errors["document"] = _("Choose the document.")
    if not number.strip():
        errors["number"] = _("Enter the number of the document, or where it lies.")
    if not filed_by_name.strip():
        errors["filed_by_name"] = _("Enter who filed it.")
    if filed_on > timezone.localdate(at):
        errors["filed_on"] = _("The day lies in the future.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    return ArchiveEntry.objects.create(
        project=project, document=document, number=number.strip()[:80], filed_by_name=filed_by_name.strip()[:60], filed_on=filed_on,
        note=note.strip()[:300], recorded_at=at, recorded_by=actor,
    )  # fmt: skip


@transaction.atomic
def take_back_document(*, entry: ArchiveEntry, reason: str, actor: User, at: datetime.datetime) -> ArchiveEntry:
    """Say that an entry of the archive was wrong, with a reason: a further row. Raises InvalidInput when it is taken back already."""
    project = _archive_of(entry.project, actor)
    words = given_reason(reason)
    if entry.takes_back_id or ArchiveEntry.objects.filter(takes_back=entry).exists():
        raise InvalidInput(_("This entry is taken back already."))
    return ArchiveEntry.objects.create(
        project=project, document=entry.document, number=entry.number, filed_by_name=entry.filed_by_name, filed_on=entry.filed_on,
        note=words, takes_back=entry, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
