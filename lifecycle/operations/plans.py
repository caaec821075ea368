"""Plans on the stair: what the province freezes or adjusts takes its projects to "planned", through the gates."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from lifecycle.operations.steps import GateClosed, record_step, refusal
from lifecycle.queries import findings_for
from projects import operations as works
from projects.choices import Condition, Stage
from projects.models import AnnualPlan, Entry, Project

PROJECTS_SHOWN = 5


def _waiting(plan: AnnualPlan) -> list[int]:
    """The projects of the reserve that stand in the plan."""
    rows = Project.objects.filter(entries__plan=plan, entries__removed_on__isnull=True, condition=Condition.ACTIVE)
    return sorted(set(rows.filter(stage__in=[Stage.SURVEYED, Stage.RESERVE]).values_list("pk", flat=True)))


@transaction.atomic
def freeze_plan(*, plan: AnnualPlan, actor: User, at: datetime.datetime) -> AnnualPlan:
    """The province freezes a plan; every project of the reserve that stands in it reaches "planned" with that.

    No project stays behind in silence: where one has not passed its gates, nothing is frozen and GateClosed lists who
    misses what (`details`: one {"project", "name", "findings"} each).
    """
    plan = works.freeze_plan(plan=plan, actor=actor, at=at)
    today = timezone.localdate(at)
    refused = []
    for pk in _waiting(plan):
        project = works.locked_project(pk)
        if project.stage == Stage.SURVEYED:
            refused.append((project, refusal(Stage.PLANNED, findings_for(project, Stage.RESERVE, today))))
            continue
        try:
            with transaction.atomic():
                record_step(project, Stage.PLANNED, today, actor=actor, at=at)
        except GateClosed as error:
            refused.append((project, error))
    if refused:
        raise _not_all(refused)
    return plan


def _not_all(refused: list[tuple[Project, GateClosed]]) -> GateClosed:
    lines = []
    for project, error in refused[:PROJECTS_SHOWN]:
        missing = _(", ").join(finding["name"] for finding in error.details)
        lines.append(_("%(project)s: %(missing)s") % {"project": project.name, "missing": missing})
    words = {"count": len(refused), "lines": _("; ").join(lines)}
    sentence = (
        _("The plan cannot be frozen: %(count)s projects have not passed their gates. %(lines)s.")
        if len(refused) <= PROJECTS_SHOWN
        else _("The plan cannot be frozen: %(count)s projects have not passed their gates. %(lines)s, and others.")
    )
    details = [{"project": project.pk, "name": project.name, "findings": error.details} for project, error in refused]
    return GateClosed(sentence % words, details=details)


@transaction.atomic
def adjust_plan(
    *,
    plan: AnnualPlan,
    entry: Entry,
    into: bool,
    on: datetime.date,
    reason: str,
    actor: User,
    at: datetime.datetime,
    planned_amount: Decimal | None = None,
    planned_start_on: datetime.date | None = None,
    planned_completion_on: datetime.date | None = None,
) -> Entry:
    """Change a frozen plan (`projects.operations.adjust_plan`); a community put in takes its project to "planned" with it.

    Raises GateClosed when the project has not passed the gates of that step. A project of several communities moves with
    the last of them: until then the plan alone is what it still misses.
    """
    entry = works.adjust_plan(
        plan=plan, entry=entry, into=into, on=on, reason=reason, actor=actor, at=at, planned_amount=planned_amount,
        planned_start_on=planned_start_on, planned_completion_on=planned_completion_on,
    )  # fmt: skip
    project = works.locked_project(entry.project_id)
    if into and project.stage == Stage.RESERVE:
        missing = [finding for finding in findings_for(project, Stage.PLANNED, on) if not finding.passed]
        others = [finding for finding in missing if finding.code != "in_frozen_plan"]
        if others:
            raise refusal(Stage.PLANNED, others)
        if not missing:
            record_step(project, Stage.PLANNED, on, actor=actor, at=at)
    return entry
