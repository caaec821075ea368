"""Moving projects along their way: one locked step at a time, with the proof beside it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput, given_reason
from communities.models import Community
from lifecycle.findings import Finding
from lifecycle.models import ChangeKind, StageChange
from lifecycle.queries import findings_for, reached_days, standing_changes
from lifecycle.rules import RULE_VERSION
from lifecycle.transitions import can_be_taken_back, next_stage, stage_before, works_are_done
from projects import operations as works
from projects.choices import Condition, Stage
from projects.models import Project
from regions.models import Region

# the steps whose days stand on the project itself
DATED = (Stage.STARTED, Stage.COMPLETED, Stage.ACCEPTED)


class GateClosed(DomainError):
    """A gate is not passed; `details` lists what is missing."""

    code = "gate_closed"


class StageMoved(DomainError):
    """The project is not where this step begins: usually somebody else was faster."""

    code = "stage_moved"


def _local(stage: str) -> str:
    return str(Stage(stage).label)


def _require_day(project: Project, happened_on: datetime.date, at: datetime.datetime) -> None:
    if happened_on > timezone.localdate(at):
        message = _("The day lies in the future. A step is recorded when it has happened.")
        raise InvalidInput(message, details={"happened_on": message})
    if project.stage_on and happened_on < project.stage_on:
        message = _("The day lies before the previous step, “%(stage)s” on %(day)s.") % {
            "stage": _local(project.stage), "day": project.stage_on.isoformat(),
        }  # fmt: skip
        raise InvalidInput(message, details={"happened_on": message})


def require_active(project: Project) -> None:
    """Raise StageMoved while the project rests or is given up."""
    if project.condition != Condition.ACTIVE:
        raise StageMoved(_("The project is suspended or withdrawn. Resume it first."))


def refusal(stage: Stage, missing: Sequence[Finding]) -> GateClosed:
    """The error that says why a step cannot be taken: a sentence per unmet gate, the findings in `details`."""
    return GateClosed(
        _("“%(stage)s” cannot be recorded yet. %(missing)s")
        % {"stage": _local(stage), "missing": " ".join(f"{f.name}: {f.sentence}" for f in missing)},
        details=[finding.as_dict() | {"link": finding.link} for finding in missing],
    )


def _move(project: Project, stage: Stage, stage_on: datetime.date | None, at: datetime.datetime) -> None:
    """The change row must be written first: a trigger of the database asks for it."""
    days = reached_days(project)
    project.stage, project.stage_on = stage, stage_on
    project.started_on, project.completed_on, project.accepted_on = (days.get(step) for step in DATED)
    project.save(update_fields=["stage", "stage_on", "started_on", "completed_on", "accepted_on"])
    works.project_figures_changed(project=project, at=at)


@transaction.atomic
def record_step(project: Project, stage: Stage, happened_on: datetime.date, *, actor: User, at: datetime.datetime) -> StageChange:
    """The step itself, on a locked project whose right was asked: gates, row, stage, figures."""
    require_active(project)
    _require_day(project, happened_on, at)
    found = findings_for(project, stage, happened_on)
    missing = [finding for finding in found if not finding.passed]
    if missing:
        raise refusal(stage, missing)
    change = StageChange.objects.create(
        project=project,
        kind=ChangeKind.REACH,
        stage=stage,
        happened_on=happened_on,
        recorded_at=at,
        recorded_by=actor,
        findings=[finding.as_dict() for finding in found],
        rule_version=RULE_VERSION,
    )
    _move(project, stage, happened_on, at)
    return change


@transaction.atomic
def reach_stage(*, project: Project, stage: str, happened_on: datetime.date, actor: User, at: datetime.datetime) -> StageChange:
    """Record that the project reached its next stage on a day.

    Raises StageMoved when the project is not at the step before (the second of two clerks), InvalidInput for a day in the
    future or before the previous step, GateClosed with the unmet findings. Writes nothing when it raises.
    """
    project = works.locked_project(project.pk)
    actor.require("stages.move", project.region.path)
    following = next_stage(project.stage)
    if following is None or following != stage:
        raise StageMoved(
            _("The project already stands at “%(now)s”%(since)s; “%(wanted)s” cannot be recorded. Load the page again.")
            % {"now": _local(project.stage), "since": _since(project), "wanted": _local(stage)}
        )
    return record_step(project, following, happened_on, actor=actor, at=at)


def _since(project: Project) -> str:
    """Who recorded the present stage, and for which day."""
    last = standing_changes(project).select_related("recorded_by").last()
    return _(" (%(day)s, recorded by %(name)s)") % {"day": last.happened_on.isoformat(), "name": last.recorded_by.name} if last else ""


@transaction.atomic
def take_back(*, change: StageChange, reason: str, actor: User, at: datetime.datetime) -> StageChange:
    """Take the newest step back, with a reason: a further row, the project stands one step lower, figures follow.

    A step that others build upon (not the newest) must wait until those are taken back. Raises StageMoved.
    """
    project = works.locked_project(change.project_id)
    actor.require("stages.move", project.region.path)
    reason = given_reason(reason)
    require_active(project)
    standing = list(standing_changes(project))
    if not standing or standing[-1].pk != change.pk:
        raise StageMoved(_("Only the newest step can be taken back, and only once. Load the page again."))
    if not can_be_taken_back(change.stage):
        raise StageMoved(_("This step is taken back through the annual plan, or by withdrawing the project."))
    row = _row(project, ChangeKind.REVERSE, change.stage, timezone.localdate(at), reason, actor, at, reverses=change)
    before = standing[-2] if len(standing) > 1 else None
    with pghistory.context(reason=reason):
        _move(project, Stage(before.stage) if before else stage_before(change.stage), before.happened_on if before else None, at)
    return row


def _row(
    project: Project, kind: ChangeKind, stage: str, happened_on: datetime.date, reason: str, actor: User, at: datetime.datetime,
    reverses: StageChange | None = None, resumes_on: datetime.date | None = None,
) -> StageChange:  # fmt: skip
    return StageChange.objects.create(
        project=project, kind=kind, stage=stage, happened_on=happened_on, reason=reason, recorded_at=at, recorded_by=actor,
        rule_version=RULE_VERSION, reverses=reverses, resumes_on=resumes_on,
    )  # fmt: skip


def _change_condition(
    project: Project,
    allowed: Sequence[Condition],
    condition: Condition,
    kind: ChangeKind,
    happened_on: datetime.date,
    reason: str,
    actor: User,
    at: datetime.datetime,
    resumes_on: datetime.date | None = None,
) -> StageChange:
    project = works.locked_project(project.pk)
    actor.require("stages.move", project.region.path)
    reason = given_reason(reason)
    if resumes_on and resumes_on <= happened_on:
        message = _("The works go on after the day on which they were suspended.")
        raise InvalidInput(message, details={"resumes_on": message})
    if project.condition not in allowed:
        raise StageMoved(_("The project is now “%(now)s”. Load the page again.") % {"now": project.get_condition_display()})
    if condition != Condition.ACTIVE and works_are_done(project.stage):
        raise StageMoved(_("The works are completed: they can be neither suspended nor withdrawn. A mistaken step is taken back first."))
    last = StageChange.objects.filter(project=project).order_by("-pk").first()
    _require_day(project, happened_on, at)
    if last and kind != ChangeKind.REACH and last.kind in {ChangeKind.SUSPEND, ChangeKind.RESUME} and happened_on < last.happened_on:
        message = _("The day lies before the last entry, %(day)s.") % {"day": last.happened_on.isoformat()}
        raise InvalidInput(message, details={"happened_on": message})
    row = _row(project, kind, project.stage, happened_on, reason, actor, at, resumes_on=resumes_on)
    project.condition = condition
    with pghistory.context(reason=reason):
        project.save(update_fields=["condition"])
    works.project_figures_changed(project=project, at=at)
    return row


@transaction.atomic
def suspend(
    *,
    project: Project,
    happened_on: datetime.date,
    reason: str,
    actor: User,
    at: datetime.datetime,
    resumes_on: datetime.date | None = None,
) -> StageChange:
    """Works rest for a while; the project keeps its stage and its place in the plan. `resumes_on`: when they are expected to go on."""
    allowed = [Condition.ACTIVE]
    return _change_condition(project, allowed, Condition.SUSPENDED, ChangeKind.SUSPEND, happened_on, reason, actor, at, resumes_on)


@transaction.atomic
def resume(*, project: Project, happened_on: datetime.date, reason: str, actor: User, at: datetime.datetime) -> StageChange:
    """A suspended project goes on."""
    return _change_condition(project, [Condition.SUSPENDED], Condition.ACTIVE, ChangeKind.RESUME, happened_on, reason, actor, at)


@transaction.atomic
def withdraw(*, project: Project, happened_on: datetime.date, reason: str, actor: User, at: datetime.datetime) -> StageChange:
    """The project is given up for good: it leaves the figures on that day."""
    allowed = [Condition.ACTIVE, Condition.SUSPENDED]
    return _change_condition(project, allowed, Condition.WITHDRAWN, ChangeKind.WITHDRAW, happened_on, reason, actor, at)


@transaction.atomic
def enter_reserve(*, name: str, county: Region, communities: Sequence[Community], actor: User, at: datetime.datetime) -> Project:
    """Create a project of eligible communities and bring it into the reserve library, in one step."""
    project = works.create_project(name=name, county=county, communities=communities, actor=actor, at=at)
    project = works.locked_project(project.pk)
    record_step(project, Stage.RESERVE, timezone.localdate(at), actor=actor, at=at)
    return project
