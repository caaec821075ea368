"""The communities of an area on a map: where each lies, and how far its renovation has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django.db.models import Case, CharField, Count, F, OuterRef, QuerySet, Subquery, Sum, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from analytics.maps import outline
from communities.filters import CommunityFilter, YearFilter
from communities.models import Community
from communities.queries import communities_in_reach
from projects.choices import Condition, Stage
from projects.models import Entry
from regions.models import Region
from regions.queries import ancestors
from regions.querysets import Viewer

DIGITS = 5  # of a degree: about a metre


class Group(TextChoices):
    """How far a community has come, in as many steps as a map can show apart."""

    OUTSIDE = "outside", _("In no project")
    RESERVE = "reserve", _("Surveyed or in reserve")
    PLANNED = "planned", _("Planned, not started")
    WORKS = "works", _("Under works")
    COMPLETED = "completed", _("Completed, not accepted")
    ACCEPTED = "accepted", _("Accepted")
    STOPPED = "stopped", _("Suspended or withdrawn")


STAGES: dict[Group, tuple[Stage, ...]] = {
    Group.RESERVE: (Stage.SURVEYED, Stage.RESERVE),
    Group.PLANNED: (Stage.PLANNED, Stage.DESIGNED, Stage.APPROVED, Stage.TENDERED),
    Group.WORKS: (Stage.STARTED,),
    Group.COMPLETED: (Stage.COMPLETED,),
    Group.ACCEPTED: (Stage.ACCEPTED, Stage.CLOSED),
}
ORDER = list(Group.values)


def grouped(viewer: Viewer) -> QuerySet[Community]:
    """The current communities in the viewer's reach with `group` (a Group) and `plan_year` of their newest project; None without one."""
    newest = Entry.objects.filter(community=OuterRef("pk"), removed_on__isnull=True).order_by(F("year").desc(nulls_last=True), "-pk")
    stages = (When(project__stage__in=stages, then=Value(group.value)) for group, stages in STAGES.items())
    stopped = When(project__condition__in=[Condition.SUSPENDED, Condition.WITHDRAWN], then=Value(Group.STOPPED.value))
    group = newest.annotate(group=Case(stopped, *stages, output_field=CharField())).values("group")[:1]
    return communities_in_reach(viewer).annotate(
        group=Coalesce(Subquery(group), Value(Group.OUTSIDE.value)), plan_year=Subquery(newest.values("year")[:1])
    )


class MapFilter(CommunityFilter):
    """The register's filters, and how far the renovation has come."""

    group = filters.ChoiceFilter(label=_("Stage"), choices=Group.choices, empty_label=_("All"))
    year = YearFilter(label=_("Plan year"), field_name="plan_year", min_value=2018, max_value=2100)


@dataclass(frozen=True, slots=True)
class Tally:
    """Communities of one group: how many, how many with a position, and their households."""

    group: Group
    communities: int
    placed: int
    households: int


def tallies(rows: QuerySet[Community]) -> list[Tally]:
    """Every group in its order, those without a community too; one query."""
    found = {
        row["group"]: row
        for row in rows.order_by().values("group").annotate(n=Count("pk"), placed=Count("longitude"), homes=Sum("household_count"))
    }
    return [
        Tally(group, row["n"], row["placed"], row["homes"] or 0) if (row := found.get(group)) else Tally(group, 0, 0, 0) for group in Group
    ]


def points(rows: QuerySet[Community]) -> dict[str, Any]:
    """What the map draws: "groups" and "points" as [longitude, latitude, place of its group, id, name, households]."""
    values = rows.filter(longitude__isnull=False, latitude__isnull=False).order_by("pk")
    number = {group: place for place, group in enumerate(ORDER)}
    return {
        "groups": ORDER,
        "points": [
            (round(lon, DIGITS), round(lat, DIGITS), number[group], pk, name, households)
            for lon, lat, group, pk, name, households in values.values_list(
                "longitude", "latitude", "group", "pk", "name", "household_count"
            )
        ],
    }


def outline_region(region: Region) -> tuple[str, str] | None:
    """Code and digest of the outline to draw below a region: its own, or that of the nearest region above that has one."""
    for step in reversed(ancestors(region)):
        if found := outline(step.code):
            return step.code, found.digest
    return None
