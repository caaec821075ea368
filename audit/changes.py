"""Makes a record readable: who, when, why, which row, and each changed field before and after."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.sources import OWN_NAMES, EventSource, JournalSource, Source, is_protected

HIDDEN = "•••"
Values = dict[str, Any]


@dataclass(frozen=True)
class Diff:
    """One field before and after, as texts; "" = empty."""

    field: str
    before: str
    after: str


@dataclass
class Change:
    """One change of one row."""

    at: datetime.datetime
    who: str
    action: str
    kind: str  # insert, update or delete
    subject: str
    label: str
    url: str
    reason: str
    page: str
    changes: list[Diff] = field(default_factory=list)
    note: str = ""


class Reader:
    """Collects the records of one page table by table, then looks up all names at once."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, int], tuple[Source, Any, Values | None, Values | None]] = {}
        self._people: set[int] = set()
        self._wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        self._names: dict[tuple[type[models.Model], Any], str] = {}

    def load(self, source: Source, numbers: list[int]) -> None:
        """Fetch records of one table with what stood before and after. Four queries at most, whatever the number."""
        rows: QuerySet[Any] = source.table._default_manager.filter(pk__in=numbers)
        if isinstance(source, EventSource):
            self._load_events(source, rows)
        else:
            for row in rows.select_related("recorded_by", *source.parents):
                self._keep(source, row, None, _values(source, row), row.recorded_by_id)

    def _load_events(self, source: EventSource, rows: QuerySet[Any]) -> None:
        same = source.table._default_manager.filter(pgh_obj_id=OuterRef("pgh_obj_id")).order_by()
        rows = rows.select_related("pgh_context", *source.parents).annotate(
            earlier=Subquery(same.filter(pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id").values("pgh_id")[:1]),
            later=Subquery(same.filter(pgh_id__gt=OuterRef("pgh_id")).order_by("pgh_id").values("pgh_id")[:1]),
        )
        found = list(rows)
        if source.parents:  # a join drops the events of rows whose parent is gone
            found += rows.select_related(None).select_related("pgh_context").exclude(pk__in=[row.pk for row in found])
        beside = {each for row in found for each in (row.earlier, row.later) if each is not None}
        neighbours = source.table._default_manager.in_bulk(beside)
        ends = {row.pgh_obj_id for row in found if row.later is None and row.pgh_label in source.old_rows and row.pgh_label != "delete"}
        living = source.subject._default_manager.in_bulk(ends) if ends else {}
        for row in found:
            before, after = _both(source, row, neighbours, living)
            metadata = row.pgh_context.metadata if row.pgh_context else {}
            self._keep(source, row, before, after, metadata.get("user"))

    def _keep(self, source: Source, row: Any, before: Values | None, after: Values | None, person: Any) -> None:
        self._records[(source.key, row.pk)] = (source, row, before, after)
        row.audit_person = person
        if person:
            self._people.add(person)
        for column in source.columns:
            if column.related_model is not None:
                for values in (before, after):
                    if values and values.get(column.name) is not None:
                        self._wanted[column.related_model].add(values[column.name])

    def changes(self, keys: Iterable[tuple[str, int]]) -> list[Change]:
        """The changes of the records, in the order of the keys."""
        people = User.objects.in_bulk(self._people)
        for model, numbers in self._wanted.items():
            for number, row in model._default_manager.in_bulk(numbers).items():
                self._names[(model, number)] = flat_label(row) or f"{model._meta.verbose_name} {number}"
        return [self._change(*self._records[key], people) for key in keys if key in self._records]

    def _change(self, source: Source, row: Any, before: Values | None, after: Values | None, people: dict[int, User]) -> Change:
        event = isinstance(source, EventSource)
        kind = row.pgh_label if event else "insert"
        metadata = (row.pgh_context.metadata if row.pgh_context else {}) if event else {}
        known = before is not None or kind != "update"
        person = people.get(row.audit_person)
        return Change(
            at=getattr(row, source.at_field),
            who=str(person) if person else _("the system"),
            action={"insert": _("created"), "update": _("changed"), "delete": _("deleted")}.get(kind, kind),
            kind=kind,
            subject=source.label,
            label=row_label(source, row),
            url=page_of(source, row),
            reason=metadata.get("reason", "") if event else getattr(row, "reason", "") or getattr(row, "note", ""),
            page=metadata.get("url", ""),
            changes=self._diffs(source, before or {}, after or {}) if known else [],
            note="" if known else _("What stood before was not recorded."),
        )

    def _diffs(self, source: Source, before: Values, after: Values) -> list[Diff]:
        diffs = []
        for column in source.columns:
            old, new = before.get(column.name), after.get(column.name)
            if old == new or (old in (None, "") and new in (None, "")):
                continue
            texts = (self._text(column, old), self._text(column, new))
            diffs.append(Diff(str(column.verbose_name), *texts))
        return diffs

    def _text(self, column: Any, value: Any) -> str:
        """A stored value as the reader knows it."""
        if value is None or value == "":
            return ""
        if is_protected(column.name):
            return HIDDEN
        if column.is_relation:
            return self._names.get((column.related_model, value), str(value))
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def _values(source: Source, row: Any) -> Values:
    """What the record, or a living row, says in the shown columns."""
    return {column.name: getattr(row, column.attname) for column in source.columns}


def _both(source: EventSource, row: Any, neighbours: dict[Any, Any], living: dict[Any, Any]) -> tuple[Values | None, Values | None]:
    """The row before and after the event; None = it was not there, or (before an update) not recorded."""
    own = _values(source, row)
    if row.pgh_label == "delete":
        return own, None
    if row.pgh_label in source.old_rows:
        following = neighbours.get(row.later) or living.get(row.pgh_obj_id)
        return own, _values(source, following) if following else None
    earlier = neighbours.get(row.earlier)
    if row.pgh_label == "insert" or earlier is None or earlier.pgh_label in source.old_rows:
        return None, own
    return _values(source, earlier), own


def flat_label(row: Any) -> str:
    """A row's own name without looking at any other row; "" when it has none."""
    for name in OWN_NAMES:
        value = getattr(row, name, None)
        if value not in (None, ""):
            display = getattr(row, f"get_{name}_display", None)
            return str(display() if display else value)
    return ""


def row_label(source: Source, row: Any) -> str:
    """The row's name and what it belongs to: "机械厂家属院 · 复兴区"."""
    parts = [flat_label(row)]
    for way in source.parents:
        parent = row
        for step in way.split("__"):
            parent = _related(parent, step)
        parts.append(flat_label(parent) if parent is not None else "")
    own = row.pgh_obj_id if isinstance(source, EventSource) else row.pk
    return " · ".join(dict.fromkeys(part for part in parts if part)) or f"{source.label} {own}"


def _related(row: Any, name: str) -> Any:
    """A related row that may be gone (event tables keep keys without a constraint)."""
    try:
        return getattr(row, name) if row is not None else None
    except models.ObjectDoesNotExist:
        return None


def page_of(source: Source, row: Any) -> str:
    """The address of the row's page, where its model knows one and the row still lives."""
    if isinstance(source, JournalSource) or row.pgh_label == "delete" or not hasattr(source.subject, "get_absolute_url"):
        return ""
    known = {each.attname for each in source.subject._meta.concrete_fields}
    values = {each.attname: getattr(row, each.attname) for each in source.table._meta.concrete_fields if each.attname in known}
    try:
        return str(source.subject(**values).get_absolute_url())
    except (NoReverseMatch, AttributeError):
        return ""
