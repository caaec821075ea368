"""A level above lets a gate be passed: by name, with a reason, in public; used up by the step it was given for."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, NotAllowed, given_reason
from lifecycle.findings import NAMES
from lifecycle.models import GateOverride
from lifecycle.operations.steps import StageMoved, require_active
from lifecycle.queries import findings_for, override_is_used
from lifecycle.rules import GATES
from lifecycle.transitions import next_stage
from projects import operations as works
from projects.models import Project
from regions.models import Region


def level_above(actor: User, project: Project, action: str = "gates.override") -> Region | None:
    """The highest region of a post by which the actor may override here (or do another `action` that a level above does): strictly
    above the county, and of nobody who serves in the county itself. None for everybody else.
    """
    county = project.region.path
    if any(post.region.path.startswith(county) for post in actor.current_posts):
        return None
    paths = [path for path in actor.scope_for(action).paths if county.startswith(path) and path != county]
    return Region.objects.filter(path=min(paths, key=len)).first() if paths else None


def _require_above(actor: User, project: Project) -> Region:
    actor.require("gates.override", project.region.path)
    above = level_above(actor, project)
    if above is None:
        raise NotAllowed(_("Only a level above the county may let a gate be passed."), details={"action": "gates.override"})
    return above


@transaction.atomic
def override_gate(*, project: Project, stage: str, gate: str, reason: str, actor: User, at: datetime.datetime) -> GateOverride:
    """Let one gate of the project's next step be passed although it is not met.

    City or province, strictly above the county. It holds for this step alone and is used up by it. Raises NotAllowed,
    StageMoved when the step is not the next one, InvalidInput without a reason, for a gate that the step does not ask, or
    for one that is passed or let pass already.
    """
    project = works.locked_project(project.pk)
    above = _require_above(actor, project)
    reason = given_reason(reason)
    require_active(project)
    following = next_stage(project.stage)
    if following is None or following != stage:
        raise StageMoved(_("This is not the project's next step any more. Load the page again."))
    if gate not in GATES[following]:
        raise InvalidInput(_("This step does not ask that gate."))
    finding = next(found for found in findings_for(project, following, timezone.localdate(at)) if found.code == gate)
    if finding.passed:
        raise InvalidInput(_("“%(gate)s” is passed already: there is nothing to override.") % {"gate": NAMES[gate]})
    return GateOverride.objects.create(
        project=project, stage=following, gate=gate, reason=reason, region=above, recorded_at=at, recorded_by=actor
    )  # fmt: skip


@transaction.atomic
def take_back_override(*, override: GateOverride, reason: str, actor: User, at: datetime.datetime) -> GateOverride:
    """Take an override back by a further row, with a reason; not once the step is taken. Raises NotAllowed, InvalidInput, StageMoved."""
    project = works.locked_project(override.project_id)
    above = _require_above(actor, project)
    reason = given_reason(reason)
    if override.takes_back_id or GateOverride.objects.filter(takes_back=override).exists():
        raise StageMoved(_("This override is taken back already."))
    if override_is_used(override):
        raise StageMoved(_("The step is taken: the override can no longer be taken back. Take the step back first."))
    return GateOverride.objects.create(
        project=project, stage=override.stage, gate=override.gate, reason=reason, region=above, takes_back=override, recorded_at=at,
        recorded_by=actor,
    )  # fmt: skip
