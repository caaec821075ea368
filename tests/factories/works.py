"""Plans, projects and entries, ready for the stage a test needs."""

import datetime
from itertools import count

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from communities.models import Community
from lifecycle.findings import invented
from lifecycle.models import StageChange
from projects.choices import Stage
from projects.models import AnnualPlan, Entry, Project
from regions.models import Region
from tests.factories.people import make_user
from tests.factories.register import make_community

_number = count(1)


def make_plan(county_code: str = "130404", year: int = 2021, state: str = "frozen") -> AnnualPlan:
    """The county's plan of the year."""
    return AnnualPlan.objects.get_or_create(region=Region.objects.get(code=county_code), year=year, defaults={"state": state})[0]


def write_step(project: Project, stage: str, day: datetime.date, actor: User, **more: object) -> StageChange:
    """The row of a step with invented findings of all its gates: the database takes no other."""
    values = {"recorded_at": timezone.now(), "rule_version": "test", "findings": invented(Stage(stage))} | more
    return StageChange.objects.create(project=project, kind="reach", stage=stage, happened_on=day, recorded_by=actor, **values)


def _somebody() -> User:
    """Whoever recorded what a test does not ask about."""
    return User.objects.filter(posts__role="province_official").first() or make_user("province_official", "130000")


@transaction.atomic
def make_project(*communities: Community, county_code: str = "130404", stage: str = "planned", **more: object) -> Project:
    """A project of the given communities (or one new one), not yet in a plan; beyond "surveyed" with the row of its step."""
    number = next(_number)
    project = Project.objects.create(
        code=f"P{number:06d}",
        name=f"测试项目{number}",
        region=Region.objects.get(code=county_code),
        stage=stage,
        created_at=timezone.now(),
        **more,
    )
    if stage != "surveyed":
        write_step(project, stage, datetime.date(2021, 1, 1), _somebody())
    for community in communities or (make_community(county_code),):
        Entry.objects.create(
            project=project, community=community, household_count=community.household_count, floor_area=community.floor_area
        )
    return project


def make_planned_project(*communities: Community, county_code: str = "130404", year: int = 2021, stage: str = "planned") -> Project:
    """A project whose communities stand in the county's frozen plan since 1 January."""
    project = make_project(*communities, county_code=county_code, stage=stage)
    plan = make_plan(county_code, year)
    project.entries.update(
        plan=plan,
        year=year,
        entered_on=datetime.date(year, 1, 1),
        planned_amount=1_000_000,
        planned_start_on=datetime.date(year, 5, 1),
        planned_completion_on=datetime.date(year, 10, 31),
    )
    return project
