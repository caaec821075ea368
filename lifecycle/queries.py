"""What pages may ask of the stair: the steps taken, and what the next one still needs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from lifecycle.dossier import Dossier, dossier, dossiers
from lifecycle.findings import NAMES, Finding
from lifecycle.models import ChangeKind, GateOverride, StageChange
from lifecycle.transitions import STEPS
from projects.choices import Condition, Stage
from projects.models import AnnualPlan, Project


def standing_changes(project: Project) -> QuerySet[StageChange]:
    """The steps that count, oldest first: reached and not taken back."""
    return StageChange.objects.filter(project=project, kind=ChangeKind.REACH, reversed_by__isnull=True).order_by("pk")


def reached_days(project: Project) -> dict[str, datetime.date]:
    """Stage → the day on which it was reached."""
    return {change.stage: change.happened_on for change in standing_changes(project)}


def history(project: Project) -> list[StageChange]:
    """Every row of the project's way, newest first, with who recorded it."""
    rows = StageChange.objects.filter(project=project).select_related("recorded_by", "reverses").order_by("-recorded_at", "-pk")
    return list(rows)


# --- gates ------------------------------------------------------------------------------------------------------------


def override_is_used(override: GateOverride) -> bool:
    """Whether a step was taken with it, even one that was taken back since."""
    return StageChange.objects.filter(project=override.project_id, findings__contains=[{"override": override.pk}]).exists()


def standing_overrides(project: Project, stage: Stage) -> dict[str, GateOverride]:
    """Gate → the override that lets it be passed for this step: neither taken back nor used up."""
    rows = GateOverride.objects.filter(project=project, stage=stage, takes_back__isnull=True, taken_back_by__isnull=True)
    return {row.gate: row for row in rows.select_related("recorded_by", "region").order_by("pk") if not override_is_used(row)}


def findings_in(case: Dossier, stage: Stage) -> list[Finding]:
    """What every gate of the step sees; an unmet gate that a level above lets pass says so and keeps its numbers."""
    found = [gate(case) for gate in STEPS[stage].gates]
    if all(finding.passed for finding in found):
        return found
    let = standing_overrides(case.project, stage)
    return [finding if finding.passed or finding.code not in let else _let_pass(finding, let[finding.code]) for finding in found]


def _let_pass(finding: Finding, row: GateOverride) -> Finding:
    by = f"{row.region.name} {row.recorded_by.name}"
    return replace(finding, passed=True, override=row.pk, overridden_by=by, reason=row.reason)


def findings_for(project: Project, stage: Stage, day: datetime.date) -> list[Finding]:
    """What every gate of the step sees on that day."""
    return findings_in(dossier(project, day), stage)


def waiting_for_the_plan(plan: AnnualPlan, day: datetime.date) -> list[tuple[Project, list[Finding]]]:
    """The projects of a plan that is not frozen yet which would keep it from being frozen, with what each misses."""
    rows = Project.objects.filter(entries__plan=plan, entries__removed_on__isnull=True, condition=Condition.ACTIVE)
    rows = rows.filter(stage__in=[Stage.SURVEYED, Stage.RESERVE]).distinct().order_by("code")
    found = []
    for case in dossiers(rows, day):
        elsewhere = [entry for entry in case.entries if entry.plan_id != plan.pk]
        missing = [
            finding
            for finding in findings_in(case, Stage.PLANNED)
            if not finding.passed and (finding.code != "in_frozen_plan" or elsewhere)
        ]
        if missing:
            found.append((case.project, missing))
    return found


@dataclass(frozen=True, slots=True)
class PublishedOverride:
    """An override as everybody may read it. `state`: "open" (given, step not taken), "used" or "taken back"."""

    project: str
    code: str
    county: str
    stage: str
    gate: str
    reason: str
    region: str
    by: str
    at: datetime.datetime
    state: str
    taken_back_reason: str
    synthetic: bool


def published_overrides(region_path: str | None = None, *, projects: Iterable[Project] | None = None) -> list[PublishedOverride]:
    """Every gate that a level above let pass, newest first: in the whole province, below a region, or of some projects."""
    rows = GateOverride.objects.filter(takes_back__isnull=True)
    if region_path is not None:
        rows = rows.filter(project__region__path__startswith=region_path)
    if projects is not None:
        rows = rows.filter(project__in=projects)
    rows = rows.select_related("project__region", "region", "recorded_by", "taken_back_by")
    steps = StageChange.objects.filter(kind=ChangeKind.REACH, project__in=[row.project_id for row in rows])
    used = {finding.get("override") for findings in steps.values_list("findings", flat=True) for finding in findings}
    return [_published(row, row.pk in used) for row in rows]


def _published(row: GateOverride, used: bool) -> PublishedOverride:
    back = getattr(row, "taken_back_by", None)
    return PublishedOverride(
        project=row.project.name,
        code=row.project.code,
        county=row.project.region.name,
        stage=str(Stage(row.stage).label),
        gate=str(NAMES.get(row.gate, row.gate)),
        reason=row.reason,
        region=row.region.name,
        by=row.recorded_by.name,
        at=row.recorded_at,
        state="taken back" if back else "used" if used else "open",
        taken_back_reason=back.reason if back else "",
        synthetic=row.project.synthetic,
    )
