"""The dated documents that the gates of the demo's projects asked for. All synthetic."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from demo.days import MACHINERY_CODE
from demo.schemes import Version, owners_of, versions_of
from demo.shapes import Works
from projects.choices import RecordKind, Side

Day = datetime.date
# side: the machinery-factory yard's sources as drawn, 万元
DRAWN_SOURCES = {Side.GOVERNMENT: "742.0", Side.RESIDENTS: "26.8", Side.SOCIETY: "127.6"}
FROM_RESIDENTS, FROM_SOCIETY = Decimal("0.03"), Decimal("0.12")  # of the estimate, elsewhere
DEPARTMENTS = ("住房和城乡建设局（示例）", "消防救援大队（示例）", "城市管理综合行政执法局（示例）")


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a project."""

    kind: RecordKind
    dated_on: Day
    party: str
    number: str = ""
    subject: str = ""
    amount: Decimal | None = None
    note: str = ""


def _before(day: Day, days: int) -> Day:
    return day - datetime.timedelta(days=days)


@dataclass(frozen=True, slots=True)
class File:
    """What a project has on paper: the versions of its scheme, and the documents in the order of its way."""

    one: Works
    versions: list[Version]
    papers: list[Paper]

    @property
    def version(self) -> Version:
        """The version that stands."""
        return self.versions[-1]

    @property
    def newest(self) -> dict[RecordKind, Paper]:
        """The last document of each kind."""
        return {paper.kind: paper for paper in self.papers}


def file_of(one: Works) -> File:
    """Everything that the project's steps asked for on paper."""
    versions = versions_of(one)
    version = versions[-1] if versions else None
    return File(one, versions, [*_for_the_plan(one), *_for_the_approval(one, version), *_for_the_works(one, version)])


def _for_the_plan(one: Works) -> Iterator[Paper]:
    day = one.planned_on or (one.reserve_on and one.reserve_on + datetime.timedelta(days=12) if one.year else None)
    if day:
        yield Paper(RecordKind.FISCAL_ASSESSMENT, _before(day, 6), "财政局（示例）", f"示财评〔{day.year}〕{one.code[-3:]} 号")
        yield Paper(RecordKind.PROPERTY_MODE, _before(day, 4), "街道办事处（示例）", note="专业公司服务，业主大会已同意")


def _for_the_approval(one: Works, version: Version | None) -> Iterator[Paper]:
    if one.approved_on and version:
        for side, amount in sources_of(one, version).items():
            yield Paper(RecordKind.FUNDING, _before(one.approved_on, 3), f"{side.label}（示例）", subject=side.value, amount=amount)
        number = f"示审批〔{one.approved_on.year}〕{one.code[-3:]} 号"
        yield Paper(RecordKind.APPROVAL, one.approved_on, "行政审批局（示例）", number)
    if one.tendered_on:
        yield Paper(RecordKind.TENDER, one.tendered_on, "公共资源交易中心（示例）", f"{one.code}-中标")


def _for_the_works(one: Works, version: Version | None) -> Iterator[Paper]:
    owners = owners_of(version) if version else []
    if one.accepted_on:
        for department in DEPARTMENTS:
            yield Paper(RecordKind.ACCEPTANCE, one.accepted_on, department, f"{one.code}-验收")
        yield Paper(RecordKind.RESIDENTS_SIGNATURE, one.accepted_on, "居民代表（示例）")
        for owner in owners:
            yield Paper(RecordKind.SPECIAL_ACCEPTED, one.accepted_on, f"{owner.label}（示例）", subject=owner.value)
        yield Paper(RecordKind.PROPERTY_AGREEMENT, _before(one.accepted_on, 3), "示例物业公司", f"{one.code}-物业")


def sources_of(one: Works, version: Version) -> dict[Side, Decimal]:
    """Side → yuan; together exactly the estimate."""
    if one.code == MACHINERY_CODE:
        return {side: Decimal(wan) * 10_000 for side, wan in DRAWN_SOURCES.items()}
    residents = round(version.amount * FROM_RESIDENTS, -2) or Decimal(100)
    society = round(version.amount * FROM_SOCIETY, -2) or Decimal(100)
    return {Side.GOVERNMENT: version.amount - residents - society, Side.RESIDENTS: residents, Side.SOCIETY: society}
