"""The map of an area's communities and the table that says the same."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page

from analytics.community_map import Group, MapFilter, grouped, outline_region, points, tallies
from common.views import ActionView, StaffRequest
from communities.queries import DEFAULT_SORT, community_page, place_names
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.queries import ancestors, children

COUNTY_DEPTH = LEVEL_DEPTH[Level.COUNTY]


class CommunityMap(ActionView):
    """Where the communities lie and how far they have come; filters, order and page live in the URL."""

    action = "communities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The same number of queries whatever it shows."""
        user = request.user
        found = MapFilter(request.GET, queryset=grouped(user), request=request)
        wide = MapFilter(without(request, "group"), queryset=grouped(user), request=request)  # the legend counts every stage
        legend = tallies(wide.qs)
        page = community_page(found.qs, sort=request.GET.get("sort", DEFAULT_SORT), cursor=request.GET.get("cursor", ""))
        places = place_names((row.region for row in page.rows), above=min(user.region.depth, COUNTY_DEPTH))
        region = Region.objects.visible_to(user).filter(code=request.GET.get("region", "")).first() or user.region
        chosen = request.GET.get("group", "")
        shown = [one for one in legend if chosen in ("", one.group.value)]
        drawn = outline_region(region)
        context = {
            "filter": found,
            "region": region,
            "crumbs": [(step.name, address(request, step)) for step in ancestors(region) if user.scope.covers(step.path)],
            "children": [(one.name, address(request, one)) for one in children(region)],
            "region_chosen": request.GET.get("region", ""),
            "legend": legend,
            "chosen": chosen,
            "total": sum(one.communities for one in shown),
            "placed": sum(one.placed for one in shown),
            "everything": sum(one.communities for one in legend),
            "page": page,
            "rows": [
                {"community": row, "place": places[row.region.path] or "—", "group": Group(row.group), "year": row.plan_year}
                for row in page.rows
            ],
            "filtered": any(request.GET.get(name) for name in found.filters),
            "points_url": f"{reverse('analytics:community-points')}?{request.GET.urlencode()}",
            "outline_url": reverse("analytics:map", args=drawn) if drawn else "",
            "tiles": settings.MAP_TILE_URL,
            "tiles_source": settings.MAP_TILE_SOURCE,
            "approval": settings.MAP_APPROVAL_NUMBER,
            "synthetic": any(row.synthetic for row in page.rows),
        }
        return render(request, "analytics/community_map.html", context)


def address(request: StaffRequest, region: Region) -> str:
    """The same question to another region."""
    query = without(request, "cursor")
    query["region"] = region.code
    return f"{request.path}?{query.urlencode()}"


def without(request: StaffRequest, name: str) -> Any:
    """The filters in the URL but one."""
    query = request.GET.copy()
    query.pop(name, None)
    return query


@method_decorator(gzip_page, name="dispatch")
class Points(ActionView):
    """What the map draws, for the same filters as the page; private, and asked for anew each time."""

    action = "communities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Communities without a position are left out: the page says how many."""
        rows = MapFilter(request.GET, queryset=grouped(request.user), request=request).qs
        return JsonResponse(
            points(rows),
            json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
            headers={"Cache-Control": "private, no-cache"},
        )
