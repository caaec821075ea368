"""What pages and other floors may ask of the tree."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from regions.choices import COUNTY_KINDS, LEVEL_DEPTH, REPORTING_KINDS, RegionKind
from regions.models import Region
from regions.querysets import Viewer


def province() -> Region:
    """The root. Raises Region.DoesNotExist when the tree was not loaded (`load_regions`)."""
    return Region.objects.get(kind=RegionKind.PROVINCE)


def region_or_404(code: str, viewer: Viewer) -> Region:
    """The region in the viewer's reach; outside it 404, as if it did not exist."""
    found = Region.objects.visible_to(viewer).filter(code=code).first()
    if found is None:
        raise Http404(_("There is no such region in your area."))
    return found


def ancestors(region: Region) -> list[Region]:
    """From the province down to the region itself: the breadcrumb, in one query."""
    return list(Region.objects.filter(code__in=region.codes).order_by("depth"))


def children(region: Region) -> QuerySet[Region]:
    """The next level down, in code order."""
    return Region.objects.filter(parent=region).order_by("code")


def reporting_units() -> QuerySet[Region]:
    """Units reporting to the province."""
    return Region.objects.filter(kind__in=REPORTING_KINDS).order_by("code")


def counties(under: Region) -> QuerySet[Region]:
    """County-level units in a region's subtree, itself included when it is one."""
    return Region.objects.within(under).filter(kind__in=COUNTY_KINDS)


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A region in the tree: how far in it stands below the page's region, what lies directly below, communities in all."""

    region: Region
    step: int
    child_count: int
    community_count: int


def tree_rows(top: Region, *, levels: int = 2) -> list[TreeRow]:
    """The region and the `levels` below it in tree order, with counts over whole subtrees. Two queries."""
    rows = list(Region.objects.within(top).filter(depth__lte=top.depth + levels).order_by("path"))
    own = Count("communities", filter=Q(communities__merged_into__isnull=True))
    communities: Counter[str] = Counter()
    children: Counter[str] = Counter()
    for path, number in Region.objects.within(top).annotate(own=own).values_list("path", "own").order_by():
        codes = path.rstrip("/").split("/")
        children["/".join(codes[:-1]) + "/"] += 1
        for end in range(top.depth, len(codes) + 1):
            communities["/".join(codes[:end]) + "/"] += number
    return [TreeRow(row, row.depth - top.depth, children[row.path], communities[row.path]) for row in rows]


def level_counts(top: Region) -> dict[str, int]:
    """How many regions of each level lie below the region: {"county": 167, …}."""
    counted = Region.objects.within(top).filter(depth__gt=top.depth).values_list("depth").annotate(n=Count("pk")).order_by()
    by_depth = dict(counted)
    return {level.value: by_depth[depth] for level, depth in LEVEL_DEPTH.items() if depth in by_depth}
