"""The questions that pages, the API and exports ask of the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, LPad
from django.http import Http404
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from common.paging import Page, cursor_page
from communities.duplicates import Suspicion, suspicions
from communities.models import Building, Community, Disclosure, Household
from communities.rules import Ineligibility, ineligible_because
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.querysets import Viewer

# what the page and the API may sort by -> the column that is indexed or cheap
SORTS = {
    "name": "pinyin",
    "code": "code",
    "region": "region",
    "built": "built_year",
    "households": "household_count",
    "area": "floor_area",
    "buildings": "building_count",
}
REGION_ORDER = "place"
DEFAULT_SORT = "name"
REASON_LABELS = {
    "renovated": gettext_noop("renovated in %(year)s"),
    "demolition": gettext_noop("to be demolished"),
    "no_year": gettext_noop("no year of construction"),
    "too_new": gettext_noop("built in %(year)s"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A suspected pair with both records."""

    suspicion: Suspicion
    first: Community
    second: Community

    @property
    def reasons(self) -> list[str]:
        """Why they are suspected, as sentences."""
        metres = self.suspicion.metres
        words = {
            "name": _("Same name in one sub-district"),
            "address": _("Same address"),
            "near": _("%(metres)d m apart with similar names") % {"metres": round(metres or 0)},
        }
        return [words[reason] for reason in self.suspicion.reasons]


def communities_in_reach(viewer: Viewer) -> QuerySet[Community]:
    """The current communities in the viewer's reach, region included."""
    return Community.objects.visible_to(viewer).current().select_related("region")


# wide columns that no list shows
NOT_LISTED = ("search_text", "outline")


def community_page(rows: QuerySet[Community], *, sort: str, cursor: str, size: int = 50) -> Page[Community]:
    """One page; `sort` is a key of SORTS, with "-" for descending; an unknown one sorts by name."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    column = SORTS.get(key)
    if column is None:
        column, falling = SORTS[DEFAULT_SORT], False
    if key == "region":
        rows, column = rows.annotate(**{REGION_ORDER: F("region__path")}), REGION_ORDER
    return cursor_page(rows.defer(*NOT_LISTED), order=f"-{column}" if falling else column, cursor=cursor, size=size)


def community_or_404(pk: int, viewer: Viewer) -> Community:
    """The community, merged ones included; 404 outside the viewer's reach."""
    found = Community.objects.visible_to(viewer).select_related("region", "merged_into").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such community in your area."))
    return found


def place_names(regions: Iterable[Region], *, above: int = LEVEL_DEPTH[Level.PROVINCE]) -> dict[str, str]:
    """Path -> the names from below depth `above` down to the region, in one query."""
    paths = {region.path for region in regions}
    codes = {code for path in paths for code in path.rstrip("/").split("/")[above:]}
    english = (get_language() or "").startswith("en")
    rows = Region.objects.filter(code__in=codes).order_by().values_list("code", "name_zh", "name_en")
    names = {code: (name_en if english else "") or name_zh for code, name_zh, name_en in rows}
    return {path: " ".join(names[code] for code in path.rstrip("/").split("/")[above:] if code in names) for path in paths}


def reasons_against(community: Community) -> list[Ineligibility]:
    """Why the community cannot be renovated; empty = it can (DOMAIN.md section 4)."""
    return ineligible_because(
        renovated_year=community.renovated_year,
        demolition_planned=community.demolition_planned,
        built_year=community.built_year,
        late_reason=community.late_reason,
    )


def reason_words(reason: Ineligibility) -> str:
    """The reason as a sentence that says what to do where something can be done."""
    return {
        "renovated": _("Renovated in %(year)s. What was renovated in 2018 or later is not renovated again."),
        "demolition": _("Planned for demolition."),
        "no_year": _("The year of construction is missing. Enter it."),
        "too_new": _("Built in %(year)s, after 2000. Enter the approved reason if there is one."),
    }[reason.code] % {"year": reason.year}


def reason_label(reason: Ineligibility) -> str:
    """The reason in two or three words, for a table cell."""
    return _(REASON_LABELS[reason.code]) % {"year": reason.year}


def buildings_of(community: Community) -> list[Building]:
    """Buildings in natural order: 2 before 10."""
    return list(community.buildings.order_by(LPad("name", 30, Value("0"))))


def household_page(community: Community, *, building: Building | None, cursor: str, size: int = 50) -> Page[Household]:
    """Flats by building, stairwell and door in natural order, owners included."""
    rows = community.households.select_related("building").prefetch_related("owners")
    if building:
        rows = rows.filter(building=building)
    pad = Value("0")
    order = Concat(LPad("building__name", 30, pad), LPad("unit", 10, pad), LPad("door", 20, pad))
    return cursor_page(rows.annotate(place=order), order="place", cursor=cursor, size=size)


def pairs_page(viewer: Viewer, *, under: Region | None, start: int, size: int = 20) -> tuple[list[Pair], int]:
    """Suspected pairs from number `start` on, strongest first, and how many there are; two queries and one for the places."""
    found = suspicions(viewer, under=under)
    return with_communities(found[start : start + size]), len(found)


def pairs_of(community: Community, viewer: Viewer) -> list[Pair]:
    """The pairs in which this community is suspected."""
    return with_communities(suspicions(viewer, of=community))


def with_communities(found: list[Suspicion]) -> list[Pair]:
    """Pairs with their records, in one query."""
    keys = {key for pair in found for key in (pair.first, pair.second)}
    rows = Community.objects.select_related("region").in_bulk(keys) if keys else {}
    return [Pair(pair, rows[pair.first], rows[pair.second]) for pair in found]


def disclosures(viewer: Viewer) -> QuerySet[Disclosure]:
    """Who read which household's people in clear."""
    return Disclosure.objects.visible_to(viewer).select_related("user", "household__building", "household__community")


def entries_of(community: Community) -> list[Any]:
    """The community's entries in projects, newest year first, with project and plan."""
    return list(community.entries.select_related("project").order_by(F("year").desc(nulls_first=True), "-pk"))
