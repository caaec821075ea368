"""What became of one row of the register: read from the audit trail, newest first, in the words of its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import pgettext

from accounts.models import User
from communities.models import Household, Owner
from regions.models import Region

HIDDEN = {"id", "pinyin", "search_text", "version", "created_at", "updated_at", "name_sealed", "phone_sealed", "person"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after, as texts."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One saved change: who ("" = nobody is known), when, why, and the fields."""

    at: datetime.datetime | None
    who: str
    label: str
    reason: str = ""
    changes: list[FieldChange] = field(default_factory=list)

    @property
    def when(self) -> str:
        """Local time as people read it."""
        return date_format(timezone.localtime(self.at), "Y-m-d H:i") if self.at else ""


def latest_change(row: Model) -> Change:
    """The newest entry in the row's audit trail; for a flat, in its owners' too."""
    found = history_of(row, most=1)
    if isinstance(row, Household):
        event = Owner.pgh_event_model.objects.select_related("pgh_context").filter(household_id=row.pk).order_by("-pgh_id").first()
        if event is not None and (not found or event.pgh_created_at > found[0].at):
            metadata = event.pgh_context.metadata if event.pgh_context else {}
            who = _users([event.pgh_context]).get(metadata.get("user"), "")
            found = [Change(event.pgh_created_at, who, event.pgh_label, metadata.get("reason", ""))]
    return found[0] if found else Change(None, "", "")


def history_of(row: Model, most: int = 20, since: int | None = None) -> list[Change]:
    """The newest changes of a row (three queries). `since`: only those after this version of a community."""
    events = row.events.select_related("pgh_context").order_by("-pgh_id")
    if since is not None:
        events = events.filter(version__gte=since)
    found = list(events[: most + 1])
    users = _users(event.pgh_context for event in found)
    regions = {r.pk: r for r in Region.objects.filter(pk__in={e.region_id for e in found if hasattr(e, "region_id")})}
    result: list[Change] = []
    for newer, older in zip(found, [*found[1:], None], strict=False):
        if len(result) == most or (since is not None and older is None):
            break
        metadata = newer.pgh_context.metadata if newer.pgh_context else {}
        fields = _differences(older, newer, regions) if older is not None else []
        result.append(
            Change(newer.pgh_created_at, users.get(metadata.get("user"), ""), newer.pgh_label, metadata.get("reason", ""), fields)
        )
    return result


def _users(contexts: Iterable[Any]) -> dict[Any, str]:
    ids = {context.metadata.get("user") for context in contexts if context}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids - {None})}


def _differences(older: Any, newer: Any, regions: dict[int, Region]) -> list[FieldChange]:
    found = []
    for column in newer._meta.concrete_fields:
        name = column.name
        if name.startswith("pgh_") or name in HIDDEN:
            continue
        before, after = getattr(older, column.attname), getattr(newer, column.attname)
        if before != after:
            found.append(
                FieldChange(capfirst(str(column.verbose_name)), _text(older, name, before, regions), _text(newer, name, after, regions))
            )
    return found


def _text(event: Any, name: str, value: Any, regions: dict[int, Region]) -> str:
    if name == "region":
        return str(regions.get(value, ""))
    if name == "outline":
        return str(len(value)) if value else ""
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    display = getattr(event, f"get_{name}_display", None)
    return str(display() if display else "" if value is None else value)
