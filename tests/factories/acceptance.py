"""Acceptance sheets: drawn up, held, checked and signed by the operations."""

from __future__ import annotations

from accounts.models import User
from common.crypto import unseal
from lifecycle.acceptance import AT_THE_DESK
from lifecycle.models import AcceptanceSheet, SheetParty, Signature, WarrantyTicket
from lifecycle.operations import Representative, check_item, complete_sheet, hold_sheet, prepare_sheet, sign
from lifecycle.operations.aftercare import open_ticket
from projects.models import Project
from projects.queries import newest_scheme
from tests.factories.evidence import at, bring_to, day, make_contract, make_scheme
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

RESIDENTS = (Representative("张玉兰", "1 号楼 1 单元"), Representative("李建军", "2 号楼 3 单元"))


def department_account(project: Project, department: str) -> User:
    """The account of a department in the project's county."""
    found = User.objects.filter(posts__department=department, posts__region=project.region).first()
    return found or make_user("department_staff", project.region.code, department=department)


def make_completed_project(actor: User, *, completed: str = "2021-06-01", scheme: bool = True) -> Project:
    """A completed project with a scheme of three works and both contracts."""
    project = bring_to(make_planned_project(make_community()), "completed", completed, actor)
    if scheme:
        make_scheme(project, actor)
        make_contract(project, actor, "works")
        make_contract(project, actor, "supervision", amount=80_000)
    return project


def make_sheet(project: Project, actor: User, *, planned: str = "2021-06-10") -> AcceptanceSheet:
    """Drawn up, with two representatives."""
    return prepare_sheet(
        project=project, planned_on=day(planned), place="小区广场", representatives=RESIDENTS, actor=actor, at=at(planned, "08:00")
    )


def make_held_sheet(project: Project, actor: User, *, held: str = "2021-06-10") -> AcceptanceSheet:
    """Held; nothing checked yet."""
    return hold_sheet(sheet=make_sheet(project, actor, planned=held), held_on=day(held), actor=actor, at=at(held, "09:00"))


def pass_all(sheet: AcceptanceSheet, actor: User, *, on: str = "2021-06-10") -> AcceptanceSheet:
    """Every item passed."""
    for item in sheet.items.all():
        check_item(item=item, result="passed", actor=actor, at=at(on, "10:00"))
    return AcceptanceSheet.objects.get(pk=sheet.pk)


def sign_for(party: SheetParty, clerk: User, *, on: str = "2021-06-10", agrees: bool = True, reason: str = "", **more: str) -> Signature:
    """The party's word on the sheet as it stands now: on its own account, or at the clerk's screen."""
    sheet = AcceptanceSheet.objects.select_related("project__region").get(pk=party.sheet_id)
    own = party.kind == "department" and party.department not in AT_THE_DESK
    actor = department_account(sheet.project, party.department) if own else clerk
    name = actor.name if own else unseal(party.name_sealed) or "刘工"
    values = {"seen": sheet.content_hash, "name": name} | more
    return sign(party=party, agrees=agrees, reason=reason, actor=actor, at=at(on, "11:00"), **values)


def sign_all(sheet: AcceptanceSheet, clerk: User, *, on: str = "2021-06-10") -> None:
    """Every party that stands, for."""
    for party in sheet.parties.filter(removed_at__isnull=True):
        sign_for(party, clerk, on=on)


def make_signed_sheet(project: Project, actor: User, *, held: str = "2021-06-10") -> AcceptanceSheet:
    """Held, everything passed, everybody signed; not completed."""
    sheet = pass_all(make_held_sheet(project, actor, held=held), actor, on=held)
    sign_all(sheet, actor, on=held)
    return sheet


def make_complete_sheet(project: Project, actor: User, *, held: str = "2021-06-10") -> AcceptanceSheet:
    """Complete on the day it was held."""
    return complete_sheet(sheet=make_signed_sheet(project, actor, held=held), actor=actor, at=at(held, "15:00"))


def give_sheet(project: Project, actor: User, on: str) -> None:
    """A complete sheet, unless the project has one or rests."""
    there = AcceptanceSheet.objects.filter(project=project, state__in=["prepared", "held", "complete"]).exists()
    if project.condition != "active" or there:
        return
    if newest_scheme(project) is None:
        make_scheme(project, actor, drawn="2021-03-01")
    make_complete_sheet(project, actor, held=on)


def make_ticket(project: Project, actor: User, *, kind: str = "roof", reported: str = "2021-07-01", **more: object) -> WarrantyTicket:
    """A report of the project's first community."""
    community = project.entries.select_related("community__region").order_by("pk")[0].community
    values = {"what": "屋面渗水", "place": "3 号楼 2 单元 501"} | more
    return open_ticket(
        project=project, community=community, kind=kind, reported_on=day(reported), actor=actor, at=at(reported), **values
    )  # fmt: skip
