"""Writing schemes: each version whole, the next one with its reason."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from projects.choices import STAGE_ORDER, Condition, Stage, WorkKind
from projects.comparing import Line
from projects.models import Project, Scheme, SchemeItem
from projects.operations.works import ProjectLocked, locked_project

MOST_ITEMS = 60
LONGEST_NAME, LONGEST_UNIT, MOST = 60, 12, Decimal(10) ** 9


def _require_open(project: Project) -> None:
    if project.condition != Condition.ACTIVE:
        raise ProjectLocked(_("The project is suspended or withdrawn: it cannot be changed."))
    if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.COMPLETED]:
        raise ProjectLocked(_("The works are completed: the scheme cannot be changed any more."))


def _check_items(items: Sequence[Line]) -> str:
    """The first thing wrong with the items, or ""."""
    if not items:
        return _("Enter at least one work item.")
    if len(items) > MOST_ITEMS:
        return _("A scheme holds at most %(most)s work items.") % {"most": MOST_ITEMS}
    seen: set[tuple[str, str]] = set()
    for number, item in enumerate(items, start=1):
        if item.kind not in WorkKind.values:
            return _("Item %(number)s: choose the kind.") % {"number": number}
        if not item.name.strip() or len(item.name.strip()) > LONGEST_NAME:
            return _("Item %(number)s: enter a name of at most 60 characters.") % {"number": number}
        if not item.unit.strip() or len(item.unit.strip()) > LONGEST_UNIT:
            return _("Item %(number)s: enter the unit, such as m² or km.") % {"number": number}
        if not (0 < item.quantity < MOST and 0 < item.amount < MOST * 10):
            return _("Item %(number)s: quantity and amount must be more than 0.") % {"number": number}
        if item.key in seen:
            return _("Item %(number)s: “%(name)s” stands in the list twice.") % {"number": number, "name": item.name}
        seen.add(item.key)
    return ""


def _check(
    last: Scheme | None, title: str, summary: str, drawn_on: datetime.date, starts_on: datetime.date | None,
    ends_on: datetime.date | None, household_share: Decimal | None, reason: str, today: datetime.date,
) -> dict[str, str]:  # fmt: skip
    errors = {}
    if not title.strip():
        errors["title"] = _("Give the scheme a title.")
    if not summary.strip():
        errors["summary"] = _("Say what is renovated, in words that a resident understands.")
    if drawn_on > today:
        errors["drawn_on"] = _("The day lies in the future.")
    elif last and drawn_on < last.drawn_on:
        errors["drawn_on"] = _("Version %(version)s was drawn up on %(day)s: a newer one cannot be older.") % {
            "version": last.version, "day": last.drawn_on.isoformat(),
        }  # fmt: skip
    if starts_on and ends_on and ends_on < starts_on:
        errors["ends_on"] = _("Completion lies before the start.")
    if household_share is not None and household_share < 0:
        errors["household_share"] = _("An amount cannot be negative.")
    if last and not reason.strip():
        errors["reason"] = _("Say why the scheme changes: residents read it.")
    return errors


@transaction.atomic
def draw_scheme(
    *,
    project: Project,
    title: str,
    summary: str,
    items: Sequence[Line],
    drawn_on: datetime.date,
    actor: User,
    at: datetime.datetime,
    household_share: Decimal | None = None,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    reason: str = "",
) -> Scheme:
    """Write the project's next version of the scheme, whole: it is never changed afterwards, a newer one supersedes it.

    Amounts in yuan. From version 2 on a reason is needed. Two clerks at once get two versions, one after the other.
    Raises InvalidInput with a sentence per field ("items" for the rows), ProjectLocked once the works are completed.
    """
    project = locked_project(project.pk)
    actor.require("projects.edit", project.region.path)
    _require_open(project)
    last = Scheme.objects.filter(project=project).order_by("-version").first()
    errors = _check(last, title, summary, drawn_on, starts_on, ends_on, household_share, reason, timezone.localdate(at))
    if problem := _check_items(items):
        errors["items"] = problem
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    scheme = Scheme.objects.create(
        project=project,
        version=last.version + 1 if last else 1,
        title=title.strip()[:100],
        summary=summary.strip()[:2000],
        household_share=household_share,
        starts_on=starts_on,
        ends_on=ends_on,
        drawn_on=drawn_on,
        reason=reason.strip()[:300],
        item_count=len(items),
        recorded_at=at,
        recorded_by=actor,
    )
    SchemeItem.objects.bulk_create(
        SchemeItem(
            scheme=scheme,
            position=position,
            kind=item.kind,
            name=item.name.strip(),
            quantity=item.quantity,
            unit=item.unit.strip(),
            amount=item.amount,
        )
        for position, item in enumerate(items, start=1)
    )
    return scheme
