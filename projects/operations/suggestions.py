"""Proposing works for a scheme, and dismissing a proposal; a new version takes over those that it holds."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from communities.models import Community
from projects.choices import SuggestionSource, SuggestionState, WorkKind
from projects.comparing import without_spaces
from projects.models import Project, Suggestion
from projects.operations.schemes import LONGEST_NAME, LONGEST_UNIT, MOST, require_open
from projects.operations.works import locked_project


def _check(project: Project, community: Community | None, kind: str, name: str, quantity: Decimal | None, source: str) -> dict[str, str]:
    errors = {}
    if community and not project.entries.filter(community=community, removed_on__isnull=True).exists():
        errors["community"] = _("The community does not belong to the project.")
    if kind not in WorkKind.values:
        errors["kind"] = _("Choose the kind.")
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        errors["name"] = _("Enter a name of at most 60 characters.")
    if quantity is not None and not 0 < quantity < MOST:
        errors["quantity"] = _("The quantity must be more than 0.")
    if source not in SuggestionSource.values:
        errors["source"] = _("Say where the proposal comes from.")
    return errors


@transaction.atomic
def suggest_work(
    *,
    project: Project,
    community: Community | None,
    kind: str,
    name: str,
    source: str,
    actor: User,
    at: datetime.datetime,
    quantity: Decimal | None = None,
    unit: str = "",
    note: str = "",
) -> Suggestion:
    """Propose a work for the project's scheme; `community` None means the whole project, quantity in `unit`.

    The same again (a second click, two clerks) gives the row that stands: the open one, or the one that the newest version
    has taken over. Raises InvalidInput with a sentence per field, ProjectLocked once the works are completed.
    """
    project = locked_project(project.pk)
    actor.require("projects.edit", project.region.path)
    require_open(project)
    errors = _check(project, community, kind, name, quantity, source)
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    key = without_spaces(name)
    same = Suggestion.objects.filter(project=project, community=community, kind=kind, key=key)
    newest = project.schemes.order_by("-version").first()
    standing = same.filter(state=SuggestionState.OPEN).first() or (newest and same.filter(taken_into=newest).first())
    return standing or Suggestion.objects.create(
        project=project, community=community, kind=kind, name=name.strip(), key=key, quantity=quantity, unit=unit.strip()[:LONGEST_UNIT],
        source=source, note=note.strip()[:300], made_at=at, made_by=actor,
    )  # fmt: skip


@transaction.atomic
def dismiss_suggestion(*, suggestion: Suggestion, reason: str, actor: User, at: datetime.datetime) -> Suggestion:
    """Say that a proposed work will not be part of the scheme, with a reason. Raises InvalidInput without one, or when it is settled."""
    project = locked_project(suggestion.project_id)
    actor.require("projects.edit", project.region.path)
    words = given_reason(reason)
    row = Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    if row.state != SuggestionState.OPEN:
        raise InvalidInput(_("This proposal is settled already."))
    row.state, row.reason, row.settled_at, row.settled_by = SuggestionState.DISMISSED, words, at, actor
    row.save()
    return row
