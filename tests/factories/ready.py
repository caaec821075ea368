"""Everything a step of the stair asks for, written for real: rounds, schemes, documents, contracts, photos, reports.

`make_ready(project, "started", actor, on="2021-04-30")` makes the gates of that step pass on that day.
"""

from __future__ import annotations

import datetime

from django.conf import settings

from accounts.models import User
from lifecycle.choices import ArchiveDocument
from lifecycle.models import ArchiveEntry
from projects.comparing import estimate
from projects.models import Project
from projects.queries import lines_of, newest_scheme
from projects.rules import owners_to_ask
from tests.factories.acceptance import give_sheet
from tests.factories.evidence import at, day, finish_works, make_contract, make_photo, make_record, make_report, make_scheme
from tests.factories.rounds import make_closed_round
from tests.factories.special import make_confirmation, make_special
from tests.factories.works import make_plan

HOUSEHOLDS = 5


def give_round(
    project: Project, kind: str, *, agreed: int = HOUSEHOLDS, closed: str = "2021-04-10", version: int = 1, households: int = 0
) -> None:
    """A closed round of each community."""
    for entry in project.entries.filter(removed_on__isnull=True).select_related("community__region"):
        more = {"scheme_version": version} if kind in {"scheme", "opinions"} else {}
        make_closed_round(entry.community, project, kind, agreed=agreed, households=households or HOUSEHOLDS, closed=closed, **more)


def give_scheme(project: Project, actor: User, drawn: str) -> None:
    """A scheme, unless the project has one."""
    if newest_scheme(project) is None:
        make_scheme(project, actor, drawn=drawn)


def give_funding(project: Project, actor: User, dated: str, *, share: int = 100) -> None:
    """Sources of all three sides that cover `share` % of the estimate."""
    scheme = newest_scheme(project)
    assert scheme is not None
    total = int(estimate(lines_of(scheme))) * share // 100
    parts = {"government": total - total // 5, "residents": total // 10, "society": total // 5 - total // 10}
    for side, amount in parts.items():
        make_record(project, actor, "funding", dated=dated, subject=side, amount=amount)


def give_confirmations(project: Project, actor: User, dated: str) -> None:
    """Every owner of the installation says that it has no works here."""
    scheme = newest_scheme(project)
    kinds = {line.kind for line in lines_of(scheme)} if scheme else set()
    for owner in owners_to_ask(settings.PIPE_OWNERS, kinds):
        make_confirmation(project, actor, owner, on=dated)


def give_special_work(project: Project, actor: User, until: str) -> None:
    """One special work of the project, completed the day before."""
    ends = (day(until) - datetime.timedelta(days=1)).isoformat()
    starts = (day(until) - datetime.timedelta(days=8)).isoformat()
    entry = project.entries.first()
    assert entry is not None
    make_special(
        actor, entry.community, county_code=project.region.code, project=project, state="completed", filed=starts, starts=starts, ends=ends
    )


def _put_into_frozen_plan(project: Project, on: datetime.date) -> None:
    entries = project.entries.filter(plan__isnull=True)
    entries.update(plan=make_plan(project.region.code, on.year), year=on.year, entered_on=on, planned_amount=1_000_000)


def _vote(project: Project, actor: User, on: datetime.date) -> None:
    drawn, closed = (on - datetime.timedelta(days=days) for days in (50, 12))
    give_scheme(project, actor, drawn.isoformat())
    scheme = newest_scheme(project)
    assert scheme is not None
    if not project.rounds.filter(kind="scheme").exists():
        give_round(project, "scheme", closed=closed.isoformat(), version=scheme.version)


def _planned(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    give_round(project, "willingness", closed=closed)
    for kind in ("fiscal_assessment", "property_mode"):
        make_record(project, actor, kind, dated=before)
    _put_into_frozen_plan(project, when)


def _designed(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    give_scheme(project, actor, (when - datetime.timedelta(days=50)).isoformat())
    give_round(project, "opinions", closed=closed)


def _approved(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    _vote(project, actor, when)
    give_funding(project, actor, before)
    give_confirmations(project, actor, before)
    make_record(project, actor, "approval", dated=before)


def _tendered(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    _vote(project, actor, when)
    make_record(project, actor, "tender", dated=before)


def _started(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    _vote(project, actor, when)
    for kind, amount in (("works", 3_205_000), ("supervision", 80_000)):
        make_contract(project, actor, kind, signed=before, amount=amount, number=f"{kind}-{project.pk}-{before}")
    for entry in project.entries.all():
        make_photo(entry, actor, taken=before)


def _completed(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    for entry in project.entries.all():
        make_report(entry, actor, f"{when - datetime.timedelta(days=when.day):%Y-%m}", 100)
        make_photo(entry, actor, "after", taken=before)
    finish_works(project, actor, before)
    give_special_work(project, actor, before)


def _accepted(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    give_round(project, "satisfaction", closed=closed)
    make_record(project, actor, "property_agreement", dated=before)
    give_sheet(Project.objects.get(pk=project.pk), actor, before)


def _closed(project: Project, actor: User, when: datetime.date, before: str, closed: str) -> None:
    make_record(project, actor, "final_account", dated=before, amount=4_500_000)
    fill_archive(project, actor, before)


def fill_archive(project: Project, actor: User, filed: str) -> None:
    """Every document of the archive filed by hand."""
    for document in ArchiveDocument:
        ArchiveEntry.objects.create(
            project=project, document=document, number="A-1", filed_by_name="档案员", filed_on=day(filed), recorded_at=at(filed),
            recorded_by=actor,
        )  # fmt: skip


WRITERS = {
    "planned": _planned, "designed": _designed, "approved": _approved, "tendered": _tendered, "started": _started, "completed": _completed,
    "accepted": _accepted, "closed": _closed,
}  # fmt: skip


def make_ready(project: Project, stage: str, actor: User, *, on: str = "2021-04-30") -> Project:
    """Write what the gates of `stage` ask for, so that they pass on the day `on`."""
    when = day(on)
    before, closed = (when - datetime.timedelta(days=1)).isoformat(), (when - datetime.timedelta(days=12)).isoformat()
    WRITERS[stage](project, actor, when, before, closed)
    return project
