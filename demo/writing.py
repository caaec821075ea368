"""From the plan in memory to rows of plans, projects, entries, contracts, stages, reports and photos."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from accounts.models import User
from communities.models import Community
from demo.catalogue import catalogue_ids
from demo.copying import copy_objects
from demo.documents import File, file_of
from demo.evidence import findings_of, photos_of
from demo.later import next_state
from demo.people import city_username, clerk_username
from demo.progress import work_rows
from demo.schemes import CODES
from demo.shapes import Report, Works, Yard, YearPlan
from lifecycle.findings import Finding
from lifecycle.models import ChangeKind, GateOverride, StageChange
from lifecycle.rules import RULE_VERSION
from projects.choices import TAKEN_OVER, ContractKind, PhotoKind, PlanState, Stage
from projects.comparing import Key, without_spaces
from projects.models import AnnualPlan, Contract, Entry, Photo, ProgressReport, Project, Record, Scheme, SchemeItem, Work, WorkProgress
from regions.models import Region

ZONE = ZoneInfo("Asia/Shanghai")
OUTSIDE_REASON = "年度计划外开工，手续后补（示例）"
# why a level above let a gate be passed: the planted faults
LET_PASS = {
    "in_frozen_plan": "计划外应急改造，省级同意先行实施（示例）",
    "contractor_on_site": "照片定位在小区外，市级已派人到场核实（示例）",
}
WITH_PAPERS = "130404"  # Fuxing: the documents of every project; elsewhere of the running and the coming year
Day = datetime.date


def moment(day: Day, rng: Random) -> datetime.datetime:
    """Some minute of the working day in Shanghai."""
    return datetime.datetime.combine(day, datetime.time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59)), ZONE)


@dataclass(slots=True)
class Rows:
    """What is written, table by table."""

    projects: list[Project] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    changes: list[StageChange] = field(default_factory=list)
    reports: list[tuple[int, ProgressReport]] = field(default_factory=list)  # number of the entry, report
    photos: list[Photo] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    items: list[tuple[Scheme, Work, SchemeItem]] = field(default_factory=list)
    done: list[WorkProgress] = field(default_factory=list)
    shown: list[tuple[Photo, Work]] = field(default_factory=list)  # which work a photo shows
    records: list[Record] = field(default_factory=list)
    overrides: list[tuple[GateOverride, dict[str, Any]]] = field(default_factory=list)  # with the finding that names it


class Writer:
    """Makes the rows of one load. Its own generator: what is written does not depend on what was built before."""

    def __init__(self, plan: YearPlan, users: dict[str, User], communities: dict[str, Community], seed: int, today: Day) -> None:
        self.plan, self.users, self.communities, self.today = plan, users, communities, today
        self.rng = Random(f"{seed}:rows")
        self.counties = {region.code: region for region in Region.objects.filter(depth=3)}
        self.units = {region.code: region for region in Region.objects.filter(depth=2)}
        self.province = Region.objects.get(depth=1)
        self.old = set(map(id, plan.works))
        self.rows = Rows()
        self.plans: dict[tuple[str, int], AnnualPlan] = {}
        self.catalogue = catalogue_ids()

    def write(self) -> None:
        """Everything, parents first, in the language of the province's staff."""
        with translation.override("zh-hans"):
            self._write()

    def _write(self) -> None:
        works = [*self.plan.works, *self.plan.later]
        self._make_plans(works)
        for one in works:
            self.rows.projects.append(self._project(one))
        copy_objects(Project, self.rows.projects)
        for one, project in zip(works, self.rows.projects, strict=True):
            self._hang(one, project)
        rows = self.rows
        copy_objects(Entry, rows.entries)
        for number, report in rows.reports:
            report.entry = rows.entries[number]
        copy_objects(Contract, rows.contracts)
        self._write_schemes()
        copy_objects(Record, rows.records)
        copy_objects(GateOverride, [override for override, _ in rows.overrides])
        for override, finding in rows.overrides:
            finding["override"] = override.pk
        copy_objects(StageChange, rows.changes)
        copy_objects(ProgressReport, [report for _, report in rows.reports])
        copy_objects(Photo, rows.photos)

    def _write_schemes(self) -> None:
        copy_objects(Scheme, self.rows.schemes)
        copy_objects(Work, self.rows.works)
        for scheme, work, item in self.rows.items:
            item.scheme, item.work = scheme, work
        copy_objects(SchemeItem, [item for *_, item in self.rows.items])
        for row in self.rows.done:
            row.work_id = row.work.pk
        for photo, work in self.rows.shown:
            photo.work = work
        copy_objects(WorkProgress, self.rows.done)

    def _clerk(self, county: str) -> User:
        return self.users[clerk_username(county)]

    def _make_plans(self, works: list[Works]) -> None:
        for one in works:
            if not one.in_plan or one.year is None or (one.county, one.year) in self.plans:
                continue
            coming = one.planned_on is None
            state = PlanState(next_state(one.county)) if coming else PlanState.FROZEN
            frozen_on = one.planned_on or self.today
            plan = AnnualPlan(region=self.counties[one.county], year=one.year, state=state, synthetic=True)
            steps = [PlanState.DRAFT, PlanState.SUBMITTED, PlanState.CONFIRMED, PlanState.FROZEN]
            reached = steps.index(state)
            city = self.users[city_username(self._unit(one.county))]
            if reached >= 1:
                plan.submitted_at, plan.submitted_by = moment(frozen_on - datetime.timedelta(days=16), self.rng), self._clerk(one.county)
            if reached >= 2:
                plan.confirmed_at, plan.confirmed_by = moment(frozen_on - datetime.timedelta(days=8), self.rng), city
            if reached == 3:
                plan.frozen_at, plan.frozen_by = moment(frozen_on, self.rng), self.users["province"]
            self.plans[one.county, one.year] = plan
        copy_objects(AnnualPlan, list(self.plans.values()))

    def _unit(self, county: str) -> str:
        return self.counties[county].codes[1]

    def _project(self, one: Works) -> Project:
        stage, on = _steps(one)[-1]
        first = one.reserve_on or self.today
        return Project(
            code=one.code,
            name=one.name,
            region=self.counties[one.county],
            stage=stage,
            stage_on=on,
            started_on=one.started_on,
            completed_on=one.completed_on,
            accepted_on=one.accepted_on,
            synthetic=True,
            created_at=moment(first, self.rng),
        )

    def _hang(self, one: Works, project: Project) -> None:
        """Everything below a project."""
        clerk = self._clerk(one.county)
        plan = self.plans.get((one.county, one.year)) if one.in_plan and one.year else None
        for yard in one.yards:
            for report in one.reports.get(yard.name, []):
                self.rows.reports.append((len(self.rows.entries), self._report(report, clerk)))
            self.rows.entries.append(self._entry(one, yard, project, plan))
        self._contracts(one, project, clerk)
        file = file_of(one)
        works = self._schemes(file, project, clerk)
        for stage, on in _steps(one):
            self._step(file, project, stage, on, clerk)
        photos = photos_of(one, project, self.communities, clerk, self.rng)
        self.rows.photos += photos
        for number, photo in enumerate(photo for photo in photos if photo.kind in {PhotoKind.PROGRESS, PhotoKind.AFTER}):
            if own := [work for work in works if work.community in (None, photo.community)]:
                self.rows.shown.append((photo, own[number % len(own)]))

    def _step(self, file: File, project: Project, stage: Stage, on: Day, clerk: User) -> None:
        one = file.one
        recorded = on + datetime.timedelta(days=self.rng.choice((0, 0, 1, 1, 2)))
        change = StageChange(
            project=project,
            kind=ChangeKind.REACH,
            stage=stage,
            happened_on=on,
            recorded_at=moment(min(recorded, self.today), self.rng),
            recorded_by=self.users["province"] if stage == Stage.PLANNED else clerk,
            reason="" if one.in_plan or stage not in {Stage.DESIGNED, Stage.STARTED} else OUTSIDE_REASON,
            findings=[self._proof(one, project, stage, on, finding) for finding in findings_of(stage, file)],
            rule_version=RULE_VERSION,
        )
        self.rows.changes.append(change)

    def _proof(self, one: Works, project: Project, stage: Stage, on: Day, finding: Finding) -> dict[str, Any]:
        """The finding as stored; an unmet gate was let pass by a level above, with a row that says so."""
        stored = finding.as_dict()
        if not finding.passed:
            by_province = finding.code == "in_frozen_plan"
            region = self.province if by_province else self.units[self._unit(one.county)]
            actor = self.users["province"] if by_province else self.users[city_username(self._unit(one.county))]
            reason = LET_PASS[finding.code]
            override = GateOverride(
                project=project, stage=stage, gate=finding.code, reason=reason, region=region, recorded_at=moment(on, self.rng),
                recorded_by=actor,
            )  # fmt: skip
            stored |= {"passed": True, "overridden_by": f"{region.name} {actor.name}", "reason": reason}
            self.rows.overrides.append((override, stored))
        return stored

    def _schemes(self, file: File, project: Project, clerk: User) -> list[Work]:
        """The versions of the scheme, and the documents where they are written; the works of the version that stands."""
        one = file.one
        works: dict[Key, Work] = {}
        for number, version in enumerate(file.versions, start=1):
            scheme = Scheme(
                project=project, version=number, title=f"{one.name}方案", summary=version.summary, household_share=version.household_share,
                starts_on=one.yards[0].due_start, ends_on=one.yards[0].due_completion, drawn_on=version.drawn_on, reason=version.reason,
                item_count=len(version.lines), recorded_at=moment(version.drawn_on, self.rng), recorded_by=clerk,
            )  # fmt: skip
            self.rows.schemes.append(scheme)
            for position, line in enumerate(version.lines, start=1):
                item = SchemeItem(
                    position=position, kind=line.kind, name=line.name, quantity=line.quantity, unit=line.unit, amount=line.amount,
                    unit_price=line.unit_price, intent=line.intent, starts_on=line.starts_on, ends_on=line.ends_on,
                    catalogue_item_id=self.catalogue.get(CODES[line.name, line.unit]),
                )  # fmt: skip
                yard = None if line.community is None else self.communities[one.yards[line.community].code]
                work = works.setdefault(
                    line.key, Work(project=project, community=yard, kind=line.kind, name=line.name, key=without_spaces(line.name))
                )
                self.rows.items.append((scheme, work, item))
        self.rows.works += works.values()
        if one.started_on and file.versions:
            pairs = [(works[line.key], line) for line in file.version.lines]
            self.rows.done += work_rows(one, pairs, clerk, self.today, whole=one.county == WITH_PAPERS)
        standing = [works[line.key] for line in file.version.lines] if file.versions else []
        if one.county != WITH_PAPERS and id(one) in self.old:
            return standing
        sheeted = TAKEN_OVER if one.county == WITH_PAPERS else frozenset()  # these projects have an acceptance sheet (demo/acceptances.py)
        for paper in (each for each in file.papers if each.dated_on <= self.today and each.kind not in sheeted):
            self.rows.records.append(
                Record(
                    project=project,
                    kind=paper.kind,
                    subject=paper.subject,
                    party=paper.party,
                    number=paper.number,
                    dated_on=paper.dated_on,
                    amount=paper.amount,
                    note=paper.note,
                    recorded_at=moment(paper.dated_on, self.rng),
                    recorded_by=clerk,
                )
            )
        return standing

    def _entry(self, one: Works, yard: Yard, project: Project, plan: AnnualPlan | None) -> Entry:
        return Entry(
            project=project,
            community=self.communities[yard.code],
            plan=plan,
            year=one.year,
            household_count=yard.counted_households,
            floor_area=yard.area,
            planned_amount=yard.amount,
            planned_start_on=yard.due_start if plan else None,
            planned_completion_on=yard.due_completion if plan else None,
            entered_on=(one.planned_on or self.today) if plan else None,
        )

    def _contracts(self, one: Works, project: Project, clerk: User) -> None:
        amount = sum(one.contract_of(yard) for yard in one.yards)
        for kind, on, party, share, letter in (
            (ContractKind.WORKS, one.works_on, one.party, 1.0, "施"),
            (ContractKind.SUPERVISION, one.supervision_on, one.supervisor, 0.018, "监"),
        ):
            if on:
                contract = Contract(
                    project=project,
                    kind=kind,
                    number=f"{one.code}-{letter}",
                    signed_on=on,
                    amount=round(amount * share),
                    party=party,
                    recorded_at=moment(on, self.rng),
                    recorded_by=clerk,
                )
                self.rows.contracts.append(contract)

    def _report(self, report: Report, clerk: User) -> ProgressReport:
        return ProgressReport(
            month=report.on.replace(day=1),
            reported_on=report.on,
            percent=report.percent,
            paid_amount=report.paid,
            no_change=report.no_change,
            note=report.note,
            client_key=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            recorded_at=moment(report.on + datetime.timedelta(days=self.rng.choice((0, 1, 1, 2))), self.rng),
            recorded_by=clerk,
        )


def _steps(one: Works) -> list[tuple[Stage, Day]]:
    days = (
        (Stage.RESERVE, one.reserve_on),
        (Stage.PLANNED, one.planned_on),
        (Stage.DESIGNED, one.designed_on),
        (Stage.APPROVED, one.approved_on),
        (Stage.TENDERED, one.tendered_on),
        (Stage.STARTED, one.started_on),
        (Stage.COMPLETED, one.completed_on),
        (Stage.ACCEPTED, one.accepted_on),
    )
    return [(stage, on) for stage, on in days if on]
