"""Writing schemes: each version whole, the next one with its reason; proposals that it holds are taken over."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from projects.choices import STAGE_ORDER, CatalogueState, Condition, Side, Stage, SuggestionState, WorkKind
from projects.comparing import Key, Line, priced, without_spaces
from projects.estimating import warnings
from projects.models import CatalogueItem, Entry, Project, Scheme, SchemeItem, Suggestion, Work
from projects.operations.works import ProjectLocked, locked_project
from projects.queries import usual_costs

MOST_ITEMS = 200
LONGEST_NAME, LONGEST_UNIT, LONGEST_BUILDING, MOST = 60, 12, 30, Decimal(10) ** 9


def require_open(project: Project) -> None:
    """Raises ProjectLocked once no new version of the scheme can be written."""
    if project.condition != Condition.ACTIVE:
        raise ProjectLocked(_("The project is suspended or withdrawn: it cannot be changed."))
    if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.COMPLETED]:
        raise ProjectLocked(_("The works are completed: the scheme cannot be changed any more."))


def _check_items(items: Sequence[Line], communities: Collection[int]) -> str:
    """The first thing wrong with the items, or ""."""
    if not items:
        return _("Enter at least one work item.")
    if len(items) > MOST_ITEMS:
        return _("A scheme holds at most %(most)s work items.") % {"most": MOST_ITEMS}
    seen: set[Key] = set()
    chosen = {item.item for item in items if item.item is not None}
    known = set(CatalogueItem.objects.filter(pk__in=chosen).exclude(version__state=CatalogueState.DRAFT).values_list("pk", flat=True))
    for number, item in enumerate(items, start=1):
        if item.community is not None and item.community not in communities:
            return _("Item %(number)s: the community does not belong to the project.") % {"number": number}
        if problem := _words_wrong(item, number) or _numbers_wrong(item, number):
            return problem
        if item.item is not None and item.item not in known:
            return _("Item %(number)s: choose an item of the catalogue.") % {"number": number}
        if item.key in seen:
            return _("Item %(number)s: “%(name)s” stands in the list twice.") % {"number": number, "name": item.name}
        seen.add(item.key)
    return ""


def _words_wrong(item: Line, number: int) -> str:
    if item.kind not in WorkKind.values:
        return _("Item %(number)s: choose the kind.") % {"number": number}
    if not item.name.strip() or len(item.name.strip()) > LONGEST_NAME:
        return _("Item %(number)s: enter a name of at most 60 characters.") % {"number": number}
    if not item.unit.strip() or len(item.unit.strip()) > LONGEST_UNIT:
        return _("Item %(number)s: enter the unit, such as m² or km.") % {"number": number}
    if len(without_spaces(item.building)) > LONGEST_BUILDING:
        return _("Item %(number)s: name the building in at most 30 characters.") % {"number": number}
    if item.intent and item.intent not in Side.values:
        return _("Item %(number)s: choose who pays.") % {"number": number}
    return ""


def _numbers_wrong(item: Line, number: int) -> str:
    if not (0 < item.quantity < MOST and 0 < item.amount < MOST * 10):
        return _("Item %(number)s: quantity and amount must be more than 0.") % {"number": number}
    if item.unit_price is not None and priced(item.quantity, item.unit_price) != item.amount:
        return _("Item %(number)s: the amount is not quantity times unit price.") % {"number": number}
    if item.starts_on and item.ends_on and item.ends_on < item.starts_on:
        return _("Item %(number)s: completion lies before the start.") % {"number": number}
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
    band_reason: str = "",
    suggestions: Collection[int] = (),
) -> Scheme:
    """Write the project's next version of the scheme, whole: it is never changed afterwards, a newer one supersedes it.

    Amounts in yuan. From version 2 on a reason is needed, and `band_reason` where the estimate per m² lies outside the usual
    (DOMAIN.md section 7). Open proposals that the version holds are taken over: those named by `suggestions` (ids), and those of
    the same place, kind and name. Two clerks at once get two versions, one after the other.
    Raises InvalidInput with a sentence per field ("items" for the rows), ProjectLocked once the works are completed.
    """
    project = locked_project(project.pk)
    actor.require("projects.edit", project.region.path)
    require_open(project)
    last = Scheme.objects.filter(project=project).order_by("-version").first()
    errors = _check(last, title, summary, drawn_on, starts_on, ends_on, household_share, reason, timezone.localdate(at))
    entries = list(project.entries.filter(removed_on__isnull=True))
    if problem := _check_items(items, {entry.community_id for entry in entries}):
        errors["items"] = problem
    elif _unusual(items, entries) and not band_reason.strip():
        errors["band_reason"] = _unusual(items, entries)
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
        band_reason=band_reason.strip()[:300],
        item_count=len(items),
        recorded_at=at,
        recorded_by=actor,
    )
    _write_items(scheme, items)
    _settle_suggestions(scheme, items, suggestions)
    return scheme


def _write_items(scheme: Scheme, items: Sequence[Line]) -> None:
    works = _works(scheme.project, items)
    SchemeItem.objects.bulk_create(
        SchemeItem(
            scheme=scheme, work=works[item.key], position=position, kind=item.kind, name=item.name.strip(), quantity=item.quantity,
            unit=item.unit.strip(), unit_price=item.unit_price, amount=item.amount, intent=item.intent, starts_on=item.starts_on,
            ends_on=item.ends_on, catalogue_item_id=item.item,
        )
        for position, item in enumerate(items, start=1)
    )  # fmt: skip


def _unusual(items: Sequence[Line], entries: Sequence[Entry]) -> str:
    """The sentence that asks for a reason, or ""."""
    area = sum((entry.floor_area for entry in entries), Decimal(0))
    limits = usual_costs()
    for warned in warnings(items, {}, floor_area=area, household_count=None, limits=limits):
        if warned.needs_reason:
            words = {"rate": warned.value.quantize(Decimal("0.1")), "low": limits.square_low, "high": limits.square_high}
            return _("The scheme costs %(rate)s yuan/m². Usual are %(low)s to %(high)s: say why.") % words
    return ""


def _settle_suggestions(scheme: Scheme, items: Sequence[Line], named: Collection[int]) -> None:
    held = {(item.community, item.kind, without_spaces(item.name)) for item in items}
    kinds = {item.kind for item in items}
    for row in Suggestion.objects.filter(project=scheme.project, state=SuggestionState.OPEN):
        if (row.community_id, row.kind, row.key) in held or (row.pk in named and row.kind in kinds):
            row.state, row.taken_into = SuggestionState.TAKEN, scheme
            row.settled_at, row.settled_by = scheme.recorded_at, scheme.recorded_by
            row.save()


def _works(project: Project, items: Sequence[Line]) -> dict[Key, Work]:
    """The work behind each item: the one of an earlier version, or a new one."""
    known = {key_of(work): work for work in Work.objects.filter(project=project)}
    new = {item.key: item for item in items if item.key not in known}
    made = Work.objects.bulk_create(
        Work(project=project, community_id=item.community, building=key[1], kind=item.kind, name=item.name.strip(), key=key[3])
        for key, item in new.items()
    )
    return known | {key_of(work): work for work in made}


def key_of(work: Work) -> Key:
    """What makes it the same work in two versions, as `Line.key`."""
    return work.community_id, work.building, work.kind, work.key
