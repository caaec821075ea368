"""Writes the demo's special works, roads, pavings, confirmations and proposed days: COPY, parents first."""

from __future__ import annotations

import datetime
from collections import defaultdict
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from communities.models import Community
from demo.copying import copy_objects
from demo.people import city_username, clerk_username
from demo.schemes import versions_of
from demo.shapes import Works
from demo.special import FULL, REASONS, ROAD_SCENES, ROADS, WORDS, Special, answers_of, specials_of
from projects.choices import OwnerAnswer, PipeOwner, SpecialState, StretchKind
from projects.models import (
    ConfirmedWork,
    OwnerConfirmation,
    Paving,
    Project,
    SpecialWork,
    SpecialWorkStep,
    SpecialWorkStretch,
    Stretch,
    WindowProposal,
)
from regions.models import Region

ZONE = ZoneInfo("Asia/Shanghai")
Day = datetime.date
DIGGING_TABLES = (Stretch, Paving, SpecialWork, SpecialWorkStretch, SpecialWorkStep, OwnerConfirmation, ConfirmedWork)
WAY = (SpecialState.FILED, SpecialState.AGREED, SpecialState.RUNNING, SpecialState.COMPLETED, SpecialState.ACCEPTED)
PAVED_LATELY = {0: Day(2020, 9, 18), 2: Day(2018, 10, 12)}  # road by number: the first is still closed in 2021


def _at(day: Day, hour: int = 10) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), ZONE)


class Digging:
    """Makes and writes the rows; the projects are there already."""

    def __init__(self, users: dict[str, User], communities: dict[str, Community], seed: int, today: Day) -> None:
        self.users, self.communities, self.today = users, communities, today
        self.rng = Random(f"{seed}:digging")
        self.projects = {project.code: project for project in Project.objects.all()}
        self.counties = {region.code: region for region in Region.objects.filter(depth=3)}
        self.stretches: dict[str, Stretch] = {}
        self.works: list[SpecialWork] = []
        self.places: list[tuple[SpecialWork, Stretch]] = []
        self.steps: list[SpecialWorkStep] = []
        self.serials: dict[tuple[str, int], int] = defaultdict(int)
        self.confirmations: list[OwnerConfirmation] = []
        self.joined: list[tuple[OwnerConfirmation, SpecialWork]] = []

    def write(self, works: list[Works]) -> int:
        """Everything; the number of special works."""
        for one in works:
            self._project(one)
        pavings = self._roads() if any(one.unit == FULL for one in works) else []
        copy_objects(Stretch, list(self.stretches.values()))
        for paving, stretch in pavings:
            paving.stretch = stretch
        copy_objects(Paving, [paving for paving, _stretch in pavings])
        copy_objects(SpecialWork, self.works)
        copy_objects(SpecialWorkStretch, [SpecialWorkStretch(work=work, stretch=stretch) for work, stretch in self.places])
        for step in self.steps:
            step.work = step.work  # the key that the work has by now
        copy_objects(SpecialWorkStep, self.steps)
        copy_objects(OwnerConfirmation, self.confirmations)
        copy_objects(ConfirmedWork, [ConfirmedWork(confirmation=row, work=work) for row, work in self.joined])
        self._propose()
        return len(self.works)

    def _project(self, one: Works) -> None:
        versions = versions_of(one) if one.approved_on and one.approved_on <= self.today else []
        if not versions:
            return
        project, clerk = self.projects[one.code], self.users[clerk_username(one.county)]
        own: dict[PipeOwner, SpecialWork] = {}
        for special in specials_of(one):
            yards = [self._yard(self.communities[yard.code], one.county) for yard in one.yards]
            work = self._special(special, one.county, yards, project if special.linked else None, clerk, one.accepted_on)
            if special.linked:
                own[special.owner] = work
        for answer in answers_of(one, versions[-1]):
            row = OwnerConfirmation(
                project=project, owner=answer.owner, answer=answer.answer, reason=answer.reason, party=f"{answer.owner.label}（示例）",
                confirmed_on=answer.on, recorded_at=_at(answer.on), recorded_by=clerk,
            )  # fmt: skip
            self.confirmations.append(row)
            if answer.answer == OwnerAnswer.JOINS:
                self.joined.append((row, own[answer.owner]))

    def _yard(self, community: Community, county: str) -> Stretch:
        values = {"region": self.counties[county], "kind": StretchKind.YARD, "name": community.name, "synthetic": True}
        return self.stretches.setdefault(community.code, Stretch(community=community, **values))

    def _special(
        self, special: Special, county: str, places: list[Stretch], project: Project | None, clerk: User, accepted: Day | None
    ) -> SpecialWork:
        year = special.start.year
        self.serials[county, year] += 1
        filed = min(special.start - datetime.timedelta(days=self.rng.randint(35, 70)), self.today)
        work = SpecialWork(
            number=f"ZX{county}-{year}-{self.serials[county, year]:04d}", region=self.counties[county], owner=special.owner,
            project=project, title=special.title, laid=special.laid, digs=True, planned_start_on=special.start,
            planned_completion_on=special.end, started_on=special.started, completed_on=special.completed, state=special.state,
            contact=f"{special.owner.label}（示例）", unavoidable=special.unavoidable, filed_at=_at(filed), filed_by=clerk, synthetic=True,
        )  # fmt: skip
        self.works.append(work)
        self.places += [(work, place) for place in places]
        days = (filed, filed + datetime.timedelta(days=9), special.started, special.completed, accepted)
        for state, day in zip(WAY[: WAY.index(special.state) + 1], days, strict=False):
            on = min(day or filed, self.today)
            self.steps.append(SpecialWorkStep(work=work, state=state, happened_on=on, recorded_at=_at(on), recorded_by=clerk))
        return work

    def _roads(self) -> list[tuple[Paving, Stretch]]:
        """Roads of Handan's counties: some dug twice, some paved too lately to be opened again."""
        pavings = []
        for code, county in sorted(self.counties.items()):
            if county.codes[1] != FULL:
                continue
            clerk = self.users[clerk_username(code)]
            for number, name in enumerate(ROADS):
                road = self.stretches.setdefault(
                    f"{code}:{name}", Stretch(region=county, kind=StretchKind.ROAD, name=f"{county.name_zh}{name}", synthetic=True)
                )
                if number in PAVED_LATELY:
                    day = PAVED_LATELY[number]
                    values = {"paved_on": day, "number": "示例", "recorded_at": _at(Day(2021, 1, 6)), "recorded_by": clerk}
                    pavings.append((Paving(**values), road))
                scene = ROAD_SCENES[self.rng.randrange(len(ROAD_SCENES))]
                for owner, start, days in scene:
                    shift = datetime.timedelta(days=self.rng.randint(-6, 6))
                    title, laid = WORDS[owner]
                    end = start + shift + datetime.timedelta(days=days)
                    words = laid.format(metres=self.rng.randint(20, 160) * 10)
                    reason = self.rng.choice(REASONS) if self.rng.random() < 0.2 else ""
                    special = Special(owner, title, words, start + shift, end, SpecialState.FILED, unavoidable=reason, linked=False)
                    self._special(special, code, [road], None, clerk, None)
        return pavings

    def _propose(self) -> None:
        """Other days proposed by the city for some of the roads' works; the owners have not answered yet."""
        city = self.users[city_username(FULL)]
        waiting = [work for work in self.works if work.project_id is None and work.region.codes[1] == FULL][1::9]
        rows = []
        for work in waiting:
            later = datetime.timedelta(days=45)
            rows.append(
                WindowProposal(
                    work=work,
                    starts_on=work.planned_start_on + later,
                    ends_on=work.planned_completion_on + later,
                    note="与同路段工程合并开挖（示例）",
                    recorded_at=_at(Day(2021, 4, 6)),
                    recorded_by=city,
                )
            )
        copy_objects(WindowProposal, rows)
