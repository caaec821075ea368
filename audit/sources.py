"""Where changes are recorded: pghistory's event tables, and append-only tables that are their own record.

Nothing here names a model: every tracked table on any floor is found by itself, and its place in the region tree is its
queryset's `path_field`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import pghistory
import pghistory.models
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import CharField, F, Q, QuerySet, TextField, Value

from regions.scope import Scope

# a row is named by the first of its own fields that is there, then by what it belongs to
OWN_NAMES = ("name", "name_zh", "number", "role", "kind", "door", "year", "month")
PARENTS = (
    *("community", "entry__community", "project", "household__community", "round__community", "entry__round__community"),
    *("ballot__round__community", "sheet__round__community", "region", "user"),
)
# columns that say nothing to a reader: keys, search columns, technical marks
TECHNICAL = {
    "id",
    "path",
    "depth",
    "pinyin",
    "search_text",
    "version",
    "created_at",
    "updated_at",
    "client_key",
    "recorded_at",
    "recorded_by",
}
PROTECTED_WORDS = ("sealed", "digest", "password", "person", "fingerprint", "phone")


def is_protected(column: str) -> bool:
    """Personal data and secrets: that they changed is shown, what they are never."""
    return any(word in column for word in PROTECTED_WORDS) and not column.endswith(("_at", "_since")) and not column.startswith("must_")


def is_root(path: str) -> bool:
    """The whole tree."""
    return path.count("/") == 1


@dataclass(frozen=True)
class Filters:
    """What the auditor asks for; empty means everything in reach."""

    scope: Scope
    people: list[int] | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    words: str = ""
    objects: list[int] | None = field(default=None)


class Source:
    """One table of records about the rows of one model."""

    at_field = ""
    object_field = "pk"

    def __init__(self, subject: type[models.Model], table: type[models.Model]) -> None:
        self.subject = subject
        self.table = table
        self.key = subject._meta.label_lower

    @property
    def label(self) -> str:
        """The subject in words."""
        return str(self.subject._meta.verbose_name)

    @cached_property
    def path_field(self) -> str | None:
        """The way from a row of the subject to its region's path; None for a table outside the tree."""
        return getattr(self.subject._default_manager.all(), "path_field", None)

    @cached_property
    def columns(self) -> list[models.Field]:
        """What is shown of a record, in the model's order."""
        known = {each.name for each in self.subject._meta.concrete_fields}
        return [
            each
            for each in self.table._meta.concrete_fields
            if each.name in known and each.name not in TECHNICAL and not isinstance(each, models.JSONField)
        ]

    @cached_property
    def parents(self) -> list[str]:
        """What the record's row belongs to, as ways over foreign keys: at most two."""
        return [way for way in PARENTS if _over_foreign_keys(self.table, f"{way}__id")][:2]

    @cached_property
    def text_columns(self) -> list[str]:
        """Where words are sought: own texts and the names of what it belongs to, nothing protected."""
        own = [
            each.name for each in self.columns
            if isinstance(each, CharField | TextField) and not each.choices and not is_protected(each.name)
        ]  # fmt: skip
        return own + [f"{way}__{'name_zh' if way == 'region' else 'name'}" for way in self.parents]

    def scope_condition(self, scope: Scope) -> Q:
        """Records of rows in reach. The whole tree needs no condition; a table without a place is the whole tree's alone."""
        if any(is_root(path) for path in scope.paths):
            return Q()
        if self.path_field is None:
            return Q(pk__in=[])
        if _over_foreign_keys(self.table, self.path_field):
            return scope.q(self.path_field)
        reached = self.subject._default_manager.filter(scope.q(self.path_field)).order_by().values("pk")
        return Q(**{f"{self.object_field}__in": reached})

    def words_condition(self, words: str) -> Q:
        """Every word must occur somewhere in the record."""
        condition = Q()
        for word in words.split():
            anywhere = Q()
            for column in self.text_columns:
                anywhere |= Q(**{f"{column}__icontains": word})
            condition &= anywhere | self.reason_condition(word)
        return condition

    def reason_condition(self, word: str) -> Q:
        """Where the stated reason holds a word."""
        return Q(pk__in=[])

    def person_condition(self, people: list[int]) -> Q:
        """Records made by one of these users."""
        raise NotImplementedError

    def records(self, filters: Filters) -> QuerySet[Any]:
        """The table's records that fit."""
        rows = self.table._default_manager.filter(self.scope_condition(filters.scope))
        if filters.people is not None:
            rows = rows.filter(self.person_condition(filters.people))
        if filters.since:
            rows = rows.filter(**{f"{self.at_field}__gte": filters.since})
        if filters.until:
            rows = rows.filter(**{f"{self.at_field}__lt": filters.until})
        if filters.objects is not None:
            rows = rows.filter(**{f"{self.object_field}__in": filters.objects})
        return rows.filter(self.words_condition(filters.words)) if filters.words else rows

    def keys(self, filters: Filters) -> QuerySet[Any]:
        """(source, at, number) of the records that fit: the columns that all sources share."""
        columns = {"trail_source": Value(self.key), "trail_at": F(self.at_field), "trail_number": F("pk")}
        return self.records(filters).order_by().annotate(**columns).values(*columns)


class EventSource(Source):
    """pghistory's events of a tracked model."""

    at_field = "pgh_created_at"
    object_field = "pgh_obj_id"

    @cached_property
    def old_rows(self) -> set[str]:
        """Labels of events that hold the row as it was before; the others hold it as it became."""
        return {each.label for each in self.table.pgh_trackers or () if getattr(each, "row", None) == pghistory.Old}

    def person_condition(self, people: list[int]) -> Q:
        return Q(pgh_context__metadata__user__in=people)

    def reason_condition(self, word: str) -> Q:
        return Q(pgh_context__metadata__reason__icontains=word)


class JournalSource(Source):
    """An append-only table: each row says itself who recorded it and when."""

    at_field = "recorded_at"

    def person_condition(self, people: list[int]) -> Q:
        return Q(recorded_by__in=people)


def _over_foreign_keys(model: type[models.Model], path: str) -> bool:
    """Whether a lookup from this model follows foreign keys only, so that no record comes twice."""
    current: Any = model
    for step in path.split("__"):
        try:
            found = current._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if not getattr(found, "concrete", False) or isinstance(found, ArrayField):
            return False
        current = found.related_model or current
    return True


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """All of them, by the subject's label, in the order of the floors."""
    found: dict[str, Source] = {}
    every = apps.get_models()
    for model in every:
        subject = getattr(model, "pgh_tracked_model", None)
        if subject is not None and issubclass(model, pghistory.models.Event) and not model._meta.proxy:
            found[subject._meta.label_lower] = EventSource(subject, model)
    for model in every:
        names = {each.name for each in model._meta.concrete_fields}
        if {"recorded_at", "recorded_by"} <= names and not hasattr(model, "pgh_tracked_model") and model._meta.label_lower not in found:
            found[model._meta.label_lower] = JournalSource(model, model)
    return found
