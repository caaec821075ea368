"""Coverage of a region, summed up the tree: how many communities have each item, before and after the planned works."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, IntegerField, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from communities.models import Community
from facilities.checklist import BY_CODE, ITEMS, Item
from facilities.models import CircleCount, CircleResult, CircleTotal
from facilities.rules import Verdict
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.querysets import Viewer

COUNTY_DEPTH = LEVEL_DEPTH[Level.COUNTY]
SAID = (Verdict.MET, Verdict.PARTLY, Verdict.MISSING)
WHENS = ("before", "after")
SUMMED = ["communities", "households"] + [
    f"{unit}_{verdict.value}_{when}" for unit in ("communities", "households") for verdict in SAID for when in WHENS
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """One item over some communities: part and whole by verdict, in communities and in households."""

    item: Item
    counts: dict[str, int]

    def __getattr__(self, name: str) -> int:
        """`communities_met_before`, `households_missing_after` and the like."""
        try:
            return self.counts[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def unknown_before(self) -> int:
        """Communities for which nobody has said anything."""
        return self.communities - sum(self.counts[f"communities_{verdict.value}_before"] for verdict in SAID)

    @property
    def gained(self) -> int:
        """Communities in which the planned works complete the item."""
        return self.communities_met_after - self.communities_met_before


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much of a region is counted: communities counted, of how many, up to when, and how many wait for a recount."""

    counted: int
    total: int
    up_to: datetime.datetime | None
    stale: int


def freshness_of(region: Region) -> Freshness:
    """Two queries."""
    rows = CircleCount.objects.within(region).filter(community__merged_into__isnull=True)
    found = rows.aggregate(counted=Count("pk"), up_to=Min("counted_at"), stale=Count("pk", filter=Q(stale_since__isnull=False)))
    return Freshness(found["counted"], Community.objects.within(region).current().count(), found["up_to"], found["stale"])


class _PathPart(Func):
    """The code at one depth of a region's path."""

    function = "split_part"
    output_field = CharField()


def _summed(region: Region) -> tuple[QuerySet[Any], dict[str, Any], str]:
    """Rows to sum, the sums by name, and the way from a row to its region's path. Kept sums down to the county, below it the
    results themselves: few communities."""
    if region.depth < COUNTY_DEPTH:
        return CircleTotal.objects.within(region), {name: Sum(name) for name in SUMMED}, "region__path"
    rows = CircleResult.objects.within(region).filter(community__merged_into__isnull=True)
    sums: dict[str, Any] = {"communities": Count("pk"), "households": _households(Q())}
    for verdict in SAID:
        for when in WHENS:
            said = Q(**{when: verdict.value})
            sums[f"communities_{verdict.value}_{when}"] = Count("pk", filter=said)
            sums[f"households_{verdict.value}_{when}"] = _households(said)
    return rows, sums, "community__region__path"


def _households(said: Q) -> Any:
    return Coalesce(Sum("community__household_count", filter=said, output_field=IntegerField()), Value(0))


def coverage_of(region: Region) -> list[Coverage]:
    """Every item over the region, most missing first; [] while nothing is counted. One query."""
    rows, sums, _path = _summed(region)
    found = {row.pop("item"): row for row in rows.order_by().values("item").annotate(**sums)}
    lines = [Coverage(item, found[item.code]) for item in ITEMS if item.code in found]
    return sorted(lines, key=lambda line: (-line.communities_missing_before, -line.communities_partly_before, line.item.number))


def coverage_by_place(region: Region, item: Item) -> list[tuple[Region, Coverage]]:
    """One item in each region a step below, most missing first. Two queries."""
    rows, sums, path = _summed(region)
    below = rows.filter(item=item.code).annotate(below=_PathPart(F(path), Value("/"), Value(region.depth + 1))).order_by()
    found = {row.pop("below"): row for row in below.values("below").annotate(**sums)}
    regions = Region.objects.filter(code__in=[code for code in found if code])
    lines = [(row, Coverage(item, found[row.code])) for row in regions]
    return sorted(lines, key=lambda line: (-line[1].communities_missing_before, line[0].path))


def results_behind(viewer: Viewer, *, region: Region, item: str, when: str = "before", verdict: str = "") -> QuerySet[CircleResult]:
    """The communities behind a figure, in the viewer's reach, with their nearest facilities; all verdicts for ""."""
    rows = CircleResult.objects.visible_to(viewer).within(region).filter(item=item, community__merged_into__isnull=True)
    if verdict:
        rows = rows.filter(**{when: verdict})
    return rows.select_related("community__region", "nearest_before", "nearest_after").annotate(order=F("community__pinyin"))


def item_or_none(code: str) -> Item | None:
    """The item with this code."""
    return BY_CODE.get(code)
