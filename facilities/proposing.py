"""From a gap of the checklist to a proposed work of the community's running project."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError
from communities.models import Community
from facilities.checklist import ITEMS, Item
from facilities.circle import circle_of, standard
from facilities.words import why_words
from projects.choices import STAGE_ORDER, Condition, Stage, SuggestionSource, SuggestionState
from projects.comparing import without_spaces
from projects.models import Project, Suggestion
from projects.operations.suggestions import suggest_work

BEFORE_THE_END = [stage for stage, order in STAGE_ORDER.items() if order < STAGE_ORDER[Stage.COMPLETED]]


class NoRunningProject(DomainError):
    """The community stands in no project whose works are still to be completed."""

    code = "no_running_project"


def running_project(community: Community) -> Project | None:
    """The newest project of the community whose works are not completed; None without one."""
    rows = Project.objects.filter(entries__community=community, entries__removed_on__isnull=True, stage__in=BEFORE_THE_END)
    return rows.exclude(condition=Condition.WITHDRAWN).select_related("region").order_by("-pk").first()


def proposals_of(community: Community, project: Project | None) -> dict[str, Suggestion]:
    """Item → what is proposed for the community out of its gap and not dismissed; {} without a project."""
    if project is None:
        return {}
    rows = Suggestion.objects.filter(project=project, community=community).exclude(state=SuggestionState.DISMISSED)
    by_key = {(row.kind, row.key): row for row in rows}
    found: dict[str, Any] = {}
    for item in ITEMS:
        if item.suggest is not None and (row := by_key.get((item.suggest.value, without_spaces(work_name(item))))):
            found[item.code] = row
    return found


def work_name(item: Item) -> str:
    """How the work is called in a scheme: in Chinese, whoever proposes it."""
    with translation.override("zh-hans"):
        return str(item.words)


def propose(*, community: Community, item: Item, actor: User, at: datetime.datetime) -> Suggestion:
    """Propose the item's work for the community's running project; a second click gives the proposal that stands.

    Raises NoRunningProject, and what `suggest_work` raises.
    """
    project = running_project(community)
    if project is None or item.suggest is None:
        raise NoRunningProject(_("This community stands in no running project. Create one first, then propose the work."))
    _yard, lines = circle_of(community)
    line = next(line for line in lines if line.item == item)
    rule = standard()
    area = rule.area_of(item)
    return suggest_work(
        project=project,
        community=community,
        kind=item.suggest.value,
        name=work_name(item),
        quantity=Decimal(area or 1),
        unit=item.unit,
        source=SuggestionSource.GAP,
        note=why_words(item, line.before, community.population, rule),
        actor=actor,
        at=at,
    )
