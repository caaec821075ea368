"""Made-up histories of a plan year, and a naive recount of them in plain Python."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from django.utils import timezone
from hypothesis import strategies as st

from accounts.models import User
from lifecycle.findings import invented
from lifecycle.models import ChangeKind, StageChange
from projects.choices import STAGE_ORDER, Stage
from projects.models import AnnualPlan, Entry, ProgressReport, Project
from regions.models import Region
from tests.factories.register import make_community

YEAR = 2021
COUNTIES = ("130404", "130403", "130902", "130682")  # two of one city, one of another, one that reports directly
STAGES = ("designed", "approved", "started", "completed", "accepted", "closed")
_number = count(1)
_days = st.integers(0, 330).map(lambda offset: datetime.date(YEAR, 1, 10) + datetime.timedelta(days=offset))


@dataclass
class Story:
    """What happened to one community of the year."""

    county: str = "130404"
    households: int = 100
    amount: int = 1_000_000
    in_plan: bool = True
    frozen: bool = True
    entered_on: datetime.date = datetime.date(YEAR, 1, 1)
    removed_on: datetime.date | None = None
    start_due: datetime.date | None = None
    completion_due: datetime.date | None = None
    steps: list[tuple[str, datetime.date, bool]] = field(default_factory=list)  # stage, day, taken back
    withdrawn_on: datetime.date | None = None
    paid: list[tuple[int, int, int]] = field(default_factory=list)  # month, day, yuan since the beginning; a later one replaces


stories = st.lists(
    st.builds(
        Story,
        county=st.sampled_from(COUNTIES),
        households=st.integers(1, 400),
        amount=st.integers(0, 3_000_000),
        in_plan=st.booleans(),
        frozen=st.sampled_from([True, True, False]),
        entered_on=_days,
        removed_on=st.none() | _days,
        start_due=st.none() | _days,
        completion_due=st.none() | _days,
        steps=st.lists(st.tuples(st.sampled_from(STAGES), _days, st.booleans()), max_size=5),
        withdrawn_on=st.none() | _days,
        paid=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(0, 900_000)), max_size=5),
    ),
    max_size=6,
)


def live(told: list[Story], actor: User) -> list[Entry]:
    """Write the stories into the database, in as few rows as they need."""
    return [_live(story, actor) for story in told]


def _live(story: Story, actor: User) -> Entry:
    now, number = timezone.now(), next(_number)
    region = Region.objects.get(code=story.county)
    community = make_community(story.county, household_count=story.households)
    project = Project.objects.create(code=f"H{number:06d}", name=f"项目{number}", region=region, created_at=now)
    plan = None
    if story.in_plan:  # a frozen and a draft plan stand beside each other in two years' rows; the state decides
        plan = AnnualPlan.objects.get_or_create(
            region=region, year=YEAR if story.frozen else YEAR + 50, defaults={"state": "frozen" if story.frozen else "draft"}
        )[0]
    entry = Entry.objects.create(
        project=project,
        community=community,
        plan=plan,
        year=YEAR,
        household_count=story.households,
        floor_area=story.households * 70,
        planned_amount=story.amount,
        planned_start_on=story.start_due,
        planned_completion_on=story.completion_due,
        entered_on=story.entered_on if plan else None,
        removed_on=story.removed_on,
    )
    for stage, day, back in story.steps:
        change = _change(project, ChangeKind.REACH, stage, day, actor)
        if back:
            _change(project, ChangeKind.REVERSE, stage, day, actor, reverses=change)
    if story.withdrawn_on:
        _change(project, ChangeKind.WITHDRAW, "planned", story.withdrawn_on, actor)
    for month, day, amount in story.paid:
        report(entry, month, day, amount, actor)
    return entry


def _change(project: Project, kind: str, stage: str, day: datetime.date, actor: User, **more: object) -> StageChange:
    reason = "" if kind == ChangeKind.REACH else "理由"
    return StageChange.objects.create(
        project=project,
        kind=kind,
        stage=stage,
        happened_on=day,
        recorded_at=timezone.now(),
        recorded_by=actor,
        reason=reason,
        rule_version="t",
        findings=invented(Stage(stage)),
        **more,
    )


def reach(entry: Entry, stage: str, day: datetime.date, actor: User) -> StageChange:
    """One more step of the entry's project."""
    return _change(entry.project, ChangeKind.REACH, stage, day, actor)


def report(entry: Entry, month: int, day: int, amount: int, actor: User) -> ProgressReport:
    """A monthly report."""
    return ProgressReport.objects.create(
        entry=entry,
        month=datetime.date(YEAR, month, 1),
        reported_on=datetime.date(YEAR, month, day),
        percent=10,
        paid_amount=amount,
        client_key=uuid.uuid4(),
        recorded_at=timezone.now(),
        recorded_by=actor,
    )


def naive(told: list[Story], day: datetime.date) -> dict[str, Decimal | int]:
    """The totals of these stories at the end of a day, by walking through them one by one."""
    totals: dict[str, Decimal | int] = dict.fromkeys(
        [
            *("planned_communities", "planned_households", "planned_area", "planned_amount", "paid_amount"),
            *(f"{stage}_{grain}" for stage in ("designed", "started", "completed", "accepted") for grain in ("communities", "households")),
            *(f"{due}_{grain}" for due in ("due_start", "due_completion") for grain in ("communities", "households")),
        ],
        0,
    )

    def add(name: str, story: Story) -> None:
        totals[f"{name}_communities"] += 1
        totals[f"{name}_households"] += story.households

    for story in told:
        gone = story.removed_on is not None and story.removed_on <= day
        planned = story.in_plan and story.frozen and story.entered_on <= day and not gone
        if planned:
            add("planned", story)
            totals["planned_area"] += story.households * 70
            totals["planned_amount"] += story.amount
            if story.start_due and story.start_due <= day:
                add("due_start", story)
            if story.completion_due and story.completion_due <= day:
                add("due_completion", story)
        withdrawn = story.withdrawn_on is not None and story.withdrawn_on <= day
        furthest = max((STAGE_ORDER[stage] for stage, on, back in story.steps if not back and on <= day), default=-1)
        for stage in ("designed", "started", "completed", "accepted"):
            if furthest >= STAGE_ORDER[stage] and not gone and not withdrawn:
                add(stage, story)
        newest = {month: (on, amount) for month, on, amount in story.paid}
        done = [month for month, (on, _amount) in newest.items() if datetime.date(YEAR, month, on) <= day]
        if done:
            totals["paid_amount"] += newest[max(done)][1]
    return totals
