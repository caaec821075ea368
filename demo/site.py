"""Life on the sites of Fuxing: bidders, change orders in every state, and a construction diary. All synthetic."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from demo.copying import copy_objects
from demo.people import city_username, clerk_username
from projects.choices import ChangeState, ContractKind, Weather
from projects.models import Bidder, ChangeDecision, ChangeOrder, Contract, DiaryEntry, Project, Work

ZONE = ZoneInfo("Asia/Shanghai")
COUNTY, CITY = "130404", "130400"
DIARY_DAYS = 24
OTHERS = ("示例建工集团", "示例市政工程公司", "示例华北建设公司", "示例恒信建筑公司", "示例安居工程公司")
# reason, part of the contract, days, state: the first is above the county's own limit, the last below
CHANGES = (
    ("开挖后发现旧热力管沟渗漏，增加沟体加固（示例）", "0.021", 12, ChangeState.APPROVED),
    ("居民提出增加电动自行车充电口（示例）", "0.012", 0, ChangeState.SUBMITTED),
    ("外墙线缆入地方案调整，减少桥架（示例）", "-0.004", -3, ChangeState.REFUSED),
)
DONE = (
    "{work}：材料进场并报验，基层处理。", "{work}：按图施工，监理旁站。", "{work}：完成一个作业面，自检合格。",
    "{work}：与专项工程单位协调，错开作业时间。", "{work}：清理现场，向居民说明次日停水时段。",
)  # fmt: skip


class SiteLife:
    """Writes what happened beside the months' reports, for the started projects of one county."""

    def __init__(self, users: dict[str, User], seed: int, today: datetime.date) -> None:
        self.rng, self.today = Random(f"{seed}:site"), today
        self.clerk, self.city = users[clerk_username(COUNTY)], users[city_username(CITY)]

    def write(self) -> None:
        """Bidders of works contracts, change orders of some, the last weeks of the diary."""
        projects = list(Project.objects.filter(region__code=COUNTY, started_on__isnull=False).order_by("code"))
        contracts = {row.project_id: row for row in Contract.objects.filter(project__in=projects, kind=ContractKind.WORKS)}
        works: dict[int, list[Work]] = {}
        for work in Work.objects.filter(project__in=projects).order_by("pk"):
            works.setdefault(work.project_id, []).append(work)
        for number, project in enumerate(projects):
            if contract := contracts.get(project.pk):
                self._bidders(contract)
                if number % 3 == 0:
                    self._changes(contract, works.get(project.pk, []))
        copy_objects(DiaryEntry, [entry for project in projects for entry in self._diary(project, works.get(project.pk, []))])

    def _bidders(self, contract: Contract) -> None:
        names = [name for name in self.rng.sample(OTHERS, 3) if name != contract.party]
        rows = [Bidder(contract=contract, name=contract.party, amount=contract.amount, rank=1, winner=True)]
        for rank, name in enumerate(names, start=2):
            amount = (Decimal(contract.amount) * (1000 + self.rng.randint(4, 22) * rank) / 1000).quantize(Decimal("1"))
            rows.append(Bidder(contract=contract, name=name, amount=amount, rank=rank))
        Bidder.objects.bulk_create(rows)

    def _changes(self, contract: Contract, works: list[Work]) -> None:
        for number, (reason, part, days, state) in enumerate(CHANGES, start=1):
            drafted = self._moment(min(contract.signed_on + datetime.timedelta(days=12 * number + 10), self.today))
            order = ChangeOrder.objects.create(
                contract=contract, number=f"{contract.number}-变{number}", reason=reason, days_delta=days, state=state, drafted_at=drafted,
                amount_delta=(Decimal(contract.amount) * Decimal(part)).quantize(Decimal("1")), drafted_by=self.clerk, submitted_at=drafted,
            )  # fmt: skip
            order.works.set(works[number - 1 : number])
            if state != ChangeState.SUBMITTED:
                approved = state == ChangeState.APPROVED
                ChangeDecision.objects.create(
                    order=order, approved=approved, note="" if approved else "减少的内容未经居民代表同意（示例）", recorded_by=self.city,
                    recorded_at=drafted + datetime.timedelta(days=3),
                )  # fmt: skip

    def _diary(self, project: Project, works: list[Work]) -> list[DiaryEntry]:
        started = project.started_on or self.today
        last = min(project.completed_on or datetime.date(2021, 6, 18), self.today)
        days = [last - datetime.timedelta(days=back) for back in range(DIARY_DAYS)]
        rows = []
        for on in sorted(day for day in days if day >= started and day.weekday() < 6):
            work = self.rng.choice(works).name if works else "施工"
            rows.append(
                DiaryEntry(
                    project=project, on=on, weather=self.rng.choice((Weather.SUN, Weather.SUN, Weather.CLOUD, Weather.RAIN)).value,
                    workers=self.rng.randint(8, 46), text=self.rng.choice(DONE).format(work=work), recorded_at=self._moment(on),
                    client_key=uuid.UUID(int=self.rng.getrandbits(128), version=4), recorded_by=self.clerk,
                )
            )  # fmt: skip
        return rows

    def _moment(self, day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(18, self.rng.randint(0, 59)), ZONE)
