"""Joint acceptances of the demo's county: sheets of the accepted projects, one that is being signed, what came after. All synthetic.

Complete sheets are written as rows and completed one by one, so that the database checks every signature; the one on its way is
played by the operations, as people would.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from accounts.models import User
from common.crypto import seal
from demo.copying import copy_objects
from demo.names import person
from lifecycle.acceptance import AT_THE_DESK, content_hash
from lifecycle.choices import Department, PartyKind, SheetState, SignWay
from lifecycle.models import AcceptanceSheet, ArchiveEntry, SheetItem, SheetParty, SheetPhoto, Signature, TicketStep, WarrantyTicket
from lifecycle.operations import (
    Representative,
    check_item,
    hold_sheet,
    open_ticket,
    prepare_sheet,
    recheck_defect,
    report_defect,
    sign,
)
from lifecycle.operations.sheets import CONTRACT_PARTIES
from lifecycle.strokes import HEIGHT, WIDTH
from projects.choices import ContractKind, PhotoKind, SpecialState, Stage
from projects.models import Contract, Photo, Project
from projects.queries import special_works_of, works_of

COUNTY = "130404"
ZONE = ZoneInfo("Asia/Shanghai")
ACCOUNTS = {
    Department.HOUSING: "department_housing",
    Department.PLANNING: "department_planning",
    Department.FIRE: "department_fire",
    Department.CITY_MANAGEMENT: "department_urban",
}
FILED = {"change_orders": "变更-1", "supervision": "监理卷 1–3", "as_built": "竣工图 12 张"}
# reported so many days before today, kind, what, place, what became of it
TICKETS = (
    (6, "pipes", "三层卫生间下水不畅", "2 号楼 1 单元 302", ()),
    (31, "equipment", "单元门禁刷卡没反应", "5 号楼 2 单元", ()),
    (48, "roof", "顶层西北角渗水", "3 号楼 2 单元 602", (("handled", 20, "补做防水层，闭水试验 24 小时"),)),
    (75, "pipes", "楼道水表井漏水", "1 号楼 3 单元", (("handled", 8, "更换阀门"), ("closed", 11, "住户确认不再漏水"))),
    (90, "equipment", "路灯不亮", "小区主路", (("handled", 5, "更换驱动电源"), ("reopened", 19, "又灭了两盏"))),
)


def at(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    """A moment in Shanghai."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)


def scribble(rng: Random) -> str:
    """Path data that looks like a hurried signature."""
    strokes, x = [], rng.randint(40, 90)
    for _ in range(rng.randint(3, 5)):
        y = rng.randint(60, 130)
        points = [f"M{x} {y}"]
        for _ in range(rng.randint(7, 13)):
            x = min(WIDTH - 20, x + rng.randint(4, 18))
            y = min(HEIGHT - 20, max(20, y + rng.randint(-45, 45)))
            points.append(f"L{x} {y}")
        strokes.append("".join(points))
        x = max(30, x - rng.randint(-30, 20))
    return "".join(strokes)


@dataclass
class _Rows:
    sheets: list[tuple[AcceptanceSheet, Project]] = field(default_factory=list)
    parties: list[SheetParty] = field(default_factory=list)
    items: list[SheetItem] = field(default_factory=list)
    signatures: list[tuple[SheetParty, Signature]] = field(default_factory=list)


class Acceptances:
    """Writes them; its own generator: what is written does not depend on what was built before."""

    def __init__(self, users: dict[str, User], seed: int, today: datetime.date) -> None:
        self.users, self.today = users, today
        self.rng = Random(f"{seed}:acceptances")
        self.clerk, self.desk = users["district_fuxing"], users["clerk_fuxing"]

    def write(self) -> int:
        """Sheets, tickets and entries of the archive; the number of sheets."""
        with translation.override("zh-hans"):
            projects = Project.objects.filter(region__code=COUNTY).select_related("region").order_by("code")
            accepted = [project for project in projects.filter(stage=Stage.ACCEPTED) if project.accepted_on]
            complete = self._complete_sheets(accepted)
            self._aftercare(accepted)
            under_way = projects.filter(stage=Stage.COMPLETED, completed_on__lt=self.today - datetime.timedelta(days=4)).last()
            if under_way:
                self._under_way(under_way)
        return complete + bool(under_way)

    # --- complete ones ------------------------------------------------------------------------------------------------

    def _complete_sheets(self, projects: list[Project]) -> int:
        rows = _Rows()
        for project in projects:
            self._complete(project, rows)
        copy_objects(AcceptanceSheet, [sheet for sheet, _project in rows.sheets])
        for row in (*rows.parties, *rows.items):
            row.sheet_id = row.sheet.pk
        copy_objects(SheetParty, rows.parties)
        copy_objects(SheetItem, rows.items)
        for party, signature in rows.signatures:
            signature.party_id = party.pk
        copy_objects(Signature, [signature for _party, signature in rows.signatures])
        for sheet, project in rows.sheets:
            assert project.accepted_on is not None
            AcceptanceSheet.objects.filter(pk=sheet.pk).update(
                state=SheetState.COMPLETE, closed_at=at(project.accepted_on, 15), closed_by=self.clerk
            )
        return len(rows.sheets)

    def _complete(self, project: Project, rows: _Rows) -> None:
        assert project.accepted_on is not None
        held_on = max(project.accepted_on - datetime.timedelta(days=2), project.completed_on or project.accepted_on)
        sheet = AcceptanceSheet(
            project=project, attempt=1, state=SheetState.HELD, planned_on=held_on, held_on=held_on, place="小区中心广场（示例）",
            prepared_at=at(held_on - datetime.timedelta(days=6), 10), prepared_by=self.clerk, synthetic=True,
        )  # fmt: skip
        items = [
            SheetItem(
                sheet=sheet, position=number, work=item.work, name=item.name, detail=f"{item.quantity.normalize():f} {item.unit}",
                result="passed",
            )
            for number, item in enumerate(works_of(project), start=1)
        ]  # fmt: skip
        special = [work for work in special_works_of(project) if work.state == SpecialState.ACCEPTED]
        items += [
            SheetItem(sheet=sheet, position=number, special=work, name=work.title, detail=work.laid[:160], result="passed")
            for number, work in enumerate(special, start=len(items) + 1)
        ]
        if not items:
            return
        content = {
            "attempt": 1, "held_on": held_on.isoformat(), "defects": [],
            "items": [[item.position, item.name, item.detail, item.result, item.note] for item in items],
        }  # fmt: skip
        sheet.content_hash = content_hash(project.code, content)
        rows.sheets.append((sheet, project))
        rows.items += items
        for number, party in enumerate(self._parties(sheet, project, sorted({str(work.get_owner_display()) for work in special}))):
            rows.parties.append(party[0])
            rows.signatures.append((party[0], self._signature(party[0], party[1], sheet, at(held_on, 10, number * 4))))

    def _parties(self, sheet: AcceptanceSheet, project: Project, owners: list[str]) -> list[tuple[SheetParty, str]]:
        """Each party with the name of who signs."""
        found = []
        for code in settings.ACCEPTANCE_DEPARTMENTS:
            account = ACCOUNTS.get(Department(code))
            name = self.users[account].name if account else person(self.rng)
            found.append((SheetParty(sheet=sheet, kind=PartyKind.DEPARTMENT, department=Department(code)), name))
        for contract in Contract.objects.filter(project=project).order_by("-kind", "pk"):
            kind = CONTRACT_PARTIES[ContractKind(contract.kind)]
            found.append((SheetParty(sheet=sheet, kind=kind, name=contract.party), person(self.rng)))
        found += [(SheetParty(sheet=sheet, kind=PartyKind.PIPE_OWNER, name=owner), person(self.rng)) for owner in owners]
        found.append((SheetParty(sheet=sheet, kind=PartyKind.PROPERTY, name="示例物业公司"), person(self.rng)))
        for building in (1, 3):
            name = person(self.rng)
            place = f"{building} 号楼 {self.rng.randint(1, 4)} 单元"
            found.append((SheetParty(sheet=sheet, kind=PartyKind.RESIDENT, name_sealed=seal(name), place=place), name))
        return found

    def _signature(self, party: SheetParty, name: str, sheet: AcceptanceSheet, when: datetime.datetime) -> Signature:
        account = ACCOUNTS.get(Department(party.department)) if party.department else None
        drawing = "" if account else scribble(self.rng)
        return Signature(
            content_hash=sheet.content_hash, agrees=True, way=SignWay.ACCOUNT if account else SignWay.DRAWN, name_sealed=seal(name),
            drawing=drawing, recorded_at=when, recorded_by=self.users[account] if account else self.desk,
        )  # fmt: skip

    # --- one on its way -----------------------------------------------------------------------------------------------

    def _under_way(self, project: Project) -> None:
        """Held three days ago: two defects open, one of them overdue, one mended since; half of the parties have signed."""
        day = self.today - datetime.timedelta(days=3)
        residents = [Representative("张玉兰", "1 号楼 2 单元"), Representative("郭建民", "4 号楼 1 单元")]
        sheet = prepare_sheet(
            project=project, planned_on=day, place="小区中心广场（示例）", representatives=residents, actor=self.clerk, at=at(day, 8)
        )
        sheet = hold_sheet(sheet=sheet, held_on=day, actor=self.clerk, at=at(day, 9))
        items = list(sheet.items.select_related("work"))
        contractor = sheet.parties.filter(kind=PartyKind.CONTRACTOR).first() or sheet.parties.all()[0]
        wrong = [("落水管接口渗水", 2, False), ("墙面两处色差", 20, True), ("井盖与路面不平", 9, False)]
        for number, item in enumerate(items):
            if number < len(wrong) and number < len(items) - 1:
                what, days, minor = wrong[number]
                due = day + datetime.timedelta(days=days)
                report_defect(
                    item=item, what=what, responsible=contractor, due_on=due, minor=minor, actor=self.clerk, at=at(day, 10, number)
                )
            else:
                check_item(item=item, result="passed", actor=self.clerk, at=at(day, 11, number))
        last = sheet.defects.order_by("pk").last()
        if last:
            recheck_defect(
                defect=last, checked_on=day + datetime.timedelta(days=1), checked_by_name="刘工", mended=True, note="现场复测合格",
                actor=self.clerk, at=at(day + datetime.timedelta(days=1), 16),
            )  # fmt: skip
        photos = Photo.objects.filter(project=project, kind=PhotoKind.AFTER).order_by("pk")[:3]
        for item, photo in zip(items, photos, strict=False):
            SheetPhoto.objects.create(sheet=sheet, item=item, defect=item.defects.first(), photo=photo)
        self._some_sign(sheet.pk, at(day + datetime.timedelta(days=2), 9))

    def _some_sign(self, pk: int, when: datetime.datetime) -> None:
        sheet = AcceptanceSheet.objects.get(pk=pk)
        for party in sheet.parties.order_by("pk"):
            account = ACCOUNTS.get(Department(party.department)) if party.department else None
            values: dict[str, Any] = {"party": party, "seen": sheet.content_hash, "agrees": True, "at": when}
            if account and party.department not in AT_THE_DESK and party.department != Department.FIRE:
                sign(name=self.users[account].name, actor=self.users[account], **values)
            elif party.kind in {PartyKind.CONTRACTOR, PartyKind.SUPERVISOR}:
                sign(name=person(self.rng), drawing=scribble(self.rng), actor=self.desk, **values)

    # --- after it -----------------------------------------------------------------------------------------------------

    def _aftercare(self, projects: list[Project]) -> None:
        for number, project in enumerate(projects[-len(TICKETS) :]):
            days, kind, what, place, steps = TICKETS[number]
            reported = self.today - datetime.timedelta(days=days)
            entry = project.entries.select_related("community__region").order_by("pk").first()
            if entry is None or project.accepted_on is None or reported < project.accepted_on:
                continue
            ticket = open_ticket(
                project=project, community=entry.community, kind=kind, what=what, place=place, reporter=person(self.rng),
                reported_on=reported, actor=self.clerk, at=at(reported, 11),
            )  # fmt: skip
            for state, later, note in steps:  # written as rows: a reason would stand in the context of the whole load
                when = at(reported + datetime.timedelta(days=later), 16)
                WarrantyTicket.objects.filter(pk=ticket.pk).update(state=state)
                TicketStep.objects.create(
                    ticket=ticket, state=state, happened_on=when.date(), note=note, recorded_at=when, recorded_by=self.clerk
                )  # fmt: skip
        entries = [
            ArchiveEntry(
                project=project, document=document, number=number, filed_by_name="周海燕", filed_on=project.accepted_on,
                recorded_at=at(project.accepted_on, 17), recorded_by=self.clerk,
            )
            for project in projects[::2] if project.accepted_on
            for document, number in FILED.items()
        ]  # fmt: skip
        copy_objects(ArchiveEntry, entries)
