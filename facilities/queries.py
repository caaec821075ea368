"""The questions that pages, the API and exports ask of the inventory."""

from __future__ import annotations

from django.db.models import Count, F, QuerySet

from common.paging import Page, cursor_page
from facilities.models import Facility
from regions.querysets import Viewer

# what the page and the API may sort by -> the column
SORTS = {"name": "pinyin", "kind": "kind", "region": "place", "state": "state", "area": "area", "opened": "opened_on"}
DEFAULT_SORT = "name"


def facilities_in_reach(viewer: Viewer) -> QuerySet[Facility]:
    """The facilities in the viewer's reach, region and community included."""
    return Facility.objects.visible_to(viewer).select_related("region", "community")


def facility_page(rows: QuerySet[Facility], *, sort: str, cursor: str, size: int = 50, total: int | None = None) -> Page[Facility]:
    """One page; `sort` is a key of SORTS, with "-" for descending; an unknown one sorts by name."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, falling = DEFAULT_SORT, False
    if key == "region":
        rows = rows.annotate(place=F("region__path"))
    column = SORTS[key]
    return cursor_page(rows.defer("search_text"), order=f"-{column}" if falling else column, cursor=cursor, size=size, total=total)


def state_counts(rows: QuerySet[Facility]) -> dict[str, int]:
    """State -> how many of the rows, and "" for all of them; one query."""
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return counted | {"": sum(counted.values())}
