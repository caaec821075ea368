"""Special works and owners' confirmations, ready for what a test asks."""

from __future__ import annotations

import datetime
from typing import Any

from accounts.models import User
from communities.models import Community
from projects.models import OwnerConfirmation, Project, SpecialWork, Stretch, WindowDecision
from projects.operations import (
    Filing,
    agree_special_work,
    complete_special_work,
    file_special_work,
    start_special_work,
    yard_of,
)
from regions.models import Region
from tests.factories.evidence import at, day

STEPS = ("filed", "agreed", "running", "completed")


def make_road(name: str = "铁西大街北段", county_code: str = "130404") -> Stretch:
    return Stretch.objects.get_or_create(region=Region.objects.get(code=county_code), kind="road", name=name)[0]


def make_filing(*communities: Community, starts: str = "2021-05-10", ends: str = "2021-06-10", **more: Any) -> Filing:
    """What an owner says of a work in these yards."""
    values = {"title": "供热二次管网", "laid": "DN200 供热管 1.9 km"} | more
    return Filing(planned_start_on=day(starts), planned_completion_on=day(ends), communities=communities, **values)


def make_special(
    actor: User,
    *communities: Community,
    owner: str = "heating",
    state: str = "filed",
    county_code: str = "130404",
    filed: str = "2021-03-01",
    starts: str = "2021-05-10",
    ends: str = "2021-06-10",
    unsettled: bool = False,
    **more: Any,
) -> SpecialWork:
    """A special work, brought to its state by the operations on its planned days; `unsettled`: without a reason for its clashes."""
    region = Region.objects.get(code=county_code)
    filing = make_filing(*communities, starts=starts, ends=ends, **{"unavoidable": "管线老化，工期已定"} | more)
    work = file_special_work(region=region, owner=owner, filing=filing, actor=actor, at=at(filed))
    if unsettled:
        SpecialWork.objects.filter(pk=work.pk).update(unavoidable="")
    wanted = STEPS[: STEPS.index(state) + 1]
    if "agreed" in wanted:
        work = agree_special_work(work=work, actor=actor, at=at(filed))
    if "running" in wanted:
        work = start_special_work(work=work, day=day(starts), actor=actor, at=at(starts))
    if "completed" in wanted:
        work = complete_special_work(work=work, day=day(ends), actor=actor, at=at(ends))
    return work


def make_confirmation(
    project: Project, actor: User, owner: str, *, on: str = "2021-03-20", answer: str = "none", **more: Any
) -> OwnerConfirmation:
    """What an owner says of the project, as a row alone."""
    values = {"party": "示例公司"} | more
    return OwnerConfirmation.objects.create(
        project=project, owner=owner, answer=answer, confirmed_on=day(on), recorded_at=at(on), recorded_by=actor, **values
    )


def make_special_rows(project: Project, community: Community, actor: User, now: datetime.datetime) -> list[Any]:
    """One row of each table of special works."""
    work = make_special(actor, community, county_code=project.region.code, project=project)
    confirmation = make_confirmation(project, actor, "heating", answer="joins")
    proposal = work.proposals.create(
        starts_on=day("2021-05-20"), ends_on=day("2021-06-20"), note="after paving", recorded_at=now, recorded_by=actor
    )
    stretch = yard_of(community)
    return [
        stretch,
        stretch.pavings.create(paved_on=day("2021-05-31"), recorded_at=now, recorded_by=actor),
        work,
        work.places.get(),
        work.steps.get(),
        confirmation,
        confirmation.joined.create(work=work),
        proposal,
        WindowDecision.objects.create(proposal=proposal, accepted=True, recorded_at=now, recorded_by=actor),
    ]
