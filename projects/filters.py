"""Filters of project lists: pages and API read the same query string."""

from __future__ import annotations

import datetime
from decimal import Decimal

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from projects.choices import Condition, PipeOwner, SpecialState, Stage
from projects.ground import clashing
from projects.models import Entry, ProgressReport, Project, SpecialWork
from regions.models import Region


def within_region(rows: QuerySet, path_field: str, code: str) -> QuerySet:
    """The rows below the region with this code; none for an unknown code."""
    region = Region.objects.filter(code=code).first()
    return rows.filter(**{f"{path_field}__startswith": region.path}) if region else rows.none()


class ProjectFilter(filters.FilterSet):
    """Region (code), plan year, stage, condition, words; and what needs a look: no photo, behind the plan."""

    q = filters.CharFilter(method="by_words")
    region = filters.CharFilter(method="by_region")
    year = filters.NumberFilter(method="by_year")
    stage = filters.MultipleChoiceFilter(choices=Stage.choices)
    condition = filters.ChoiceFilter(choices=Condition.choices)
    only = filters.ChoiceFilter(choices=[("no_photo", "no_photo"), ("behind", "behind")], method="by_need")

    class Meta:
        model = Project
        fields: list[str] = []

    def by_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)

    def by_region(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return within_region(rows, "region__path", value)

    def by_year(self, rows: QuerySet, name: str, value: int) -> QuerySet:
        return rows.filter(Exists(Entry.objects.filter(project=OuterRef("pk"), year=value)))

    def by_need(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.without_photo() if value == "no_photo" else rows.behind_plan(timezone.localdate())


class EntryFilter(filters.FilterSet):
    """Entries: region, plan year, stage of the project, project, community."""

    region = filters.CharFilter(method="by_region")
    year = filters.NumberFilter(field_name="year")
    stage = filters.MultipleChoiceFilter(field_name="project__stage", choices=Stage.choices)
    project = filters.NumberFilter(field_name="project_id")
    community = filters.NumberFilter(field_name="community_id")
    in_plan = filters.BooleanFilter(method="by_plan")

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_region(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return within_region(rows, "project__region__path", value)

    def by_plan(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        standing = {"plan__isnull": False, "removed_on__isnull": True}
        return rows.filter(**standing) if value else rows.exclude(**standing)


class ReportFilter(filters.FilterSet):
    """Progress reports: entry, project, month (its first day)."""

    entry = filters.NumberFilter(field_name="entry_id")
    project = filters.NumberFilter(field_name="entry__project_id")
    month = filters.DateFilter(field_name="month")

    class Meta:
        model = ProgressReport
        fields: list[str] = []


class SpecialWorkFilter(filters.FilterSet):
    """Special works: words, region (code), owner, state, year of their days; those that clash without a reason."""

    q = filters.CharFilter(method="by_words")
    region = filters.CharFilter(method="by_region")
    owner = filters.ChoiceFilter(choices=PipeOwner.choices)
    state = filters.ChoiceFilter(choices=SpecialState.choices)
    year = filters.NumberFilter(method="by_year", min_value=2000, max_value=2100)
    only = filters.ChoiceFilter(choices=[("open", "open"), ("clash", "clash"), ("waiting", "waiting")], method="by_need")

    class Meta:
        model = SpecialWork
        fields: list[str] = []

    def by_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)

    def by_region(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return within_region(rows, "region__path", value)

    def by_year(self, rows: QuerySet, name: str, value: Decimal) -> QuerySet:
        year = int(value)
        return rows.between(datetime.date(year, 1, 1), datetime.date(year, 12, 31))

    def by_need(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "open":
            return rows.filter(state__in=[SpecialState.FILED, SpecialState.AGREED, SpecialState.RUNNING])
        if value == "waiting":
            return rows.waiting()
        return rows.filter(pk__in=clashing(rows))
