"""The auditor's page."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from audit.forms import TrailFilterForm
from audit.queries import trail
from audit.sources import Filters
from common.views import ActionView, StaffRequest
from regions.models import Region
from regions.queries import ancestors, children, region_or_404
from regions.scope import Scope

MOST_PEOPLE = 200


class Trail(ActionView):
    """Who changed what, when and why, in the auditor's region."""

    action = "audit.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Filters and page are in the address."""
        form = TrailFilterForm(request.GET)
        form.is_valid()
        scope = request.user.scope_for(self.action)
        code = request.GET.get("region", "")
        region = region_or_404(code, request.user) if code else None
        if region is not None:
            scope = Scope((region.path,)) if scope.covers(region.path) else Scope(())
        values = form.cleaned_data
        page = trail(filters_of(values, scope), only=values.get("subject", ""), cursor=request.GET.get("cursor", ""))
        used = [str(form.fields[name].label) for name in form.fields if values.get(name)]
        context = {"form": form, "page": page, "region": region, "used": used} | _places(request, region)
        return render(request, "audit/trail.html", context)


def filters_of(values: dict[str, Any], scope: Scope) -> Filters:
    """The form's values as the query takes them; days are whole days in Shanghai."""
    person = values.get("person", "").strip()
    people = None
    if person:
        found = User.objects.filter(Q(name__icontains=person) | Q(username__icontains=person))
        people = list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
    until = values.get("until")
    return Filters(
        scope=scope,
        people=people,
        since=_midnight(values.get("since")),
        until=_midnight(until + datetime.timedelta(days=1)) if until else None,
        words=values.get("q", ""),
    )


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)) if day else None


def _places(request: StaffRequest, region: Region | None) -> dict[str, Any]:
    """The breadcrumb: from the auditor's own region down, each level with the regions below it."""
    here = region or request.user.region
    if here is None:
        return {"crumbs": [], "children": []}
    query = request.GET.copy()
    query.pop("cursor", None)

    def link(place: Region) -> tuple[str, str]:
        query["region"] = place.code
        return place.name, f"?{query.urlencode()}"

    above = [link(place) for place in ancestors(here) if request.user.scope.covers(place.path)]
    return {"crumbs": above, "children": [link(place) for place in children(here)]}
