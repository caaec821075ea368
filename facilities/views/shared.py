"""What the pages of facilities have in common: finding a row in reach, breadcrumbs, refusals beside their fields."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError, InvalidInput
from common.views import StaffRequest
from facilities.models import Facility
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.queries import ancestors, children, region_or_404


def facility_or_404(request: StaffRequest, pk: int, action: str) -> Facility:
    """The facility in the user's reach (else 404), with the right in its region (else 403)."""
    rows = Facility.objects.visible_to(request.user).select_related("region", "community__region", "project__region")
    facility = get_object_or_404(rows, pk=pk)
    if not request.user.may(action, facility.region.path):
        raise PermissionDenied
    return facility


def region_of(request: StaffRequest) -> Region | None:
    """The region that ?region= names (404 outside the reach), else the reader's own."""
    return region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region


def regions_below(region: Region | None) -> list[tuple[str, str]]:
    """The regions one step down, for the filter."""
    return [(child.code, child.name) for child in children(region)] if region else []


def shared_depth(user: Any) -> int:
    """The reader's own region is not repeated in every row."""
    posts = user.current_posts
    county = LEVEL_DEPTH[Level.COUNTY]
    return min(posts[0].region.depth, county) if len(posts) == 1 else LEVEL_DEPTH[Level.PROVINCE]


def crumbs(request: StaffRequest, region: Region, *more: tuple[str, str], page: str = "facilities:list") -> list[tuple[str, str]]:
    """The regions above that the user reaches (each leads to `page` for it), then `more`."""
    scope = request.user.scope
    return [*((each.name, f"{reverse(page)}?region={each.code}") for each in ancestors(region) if scope.covers(each.path)), *more]


def put_errors(form: Any, error: DomainError) -> None:
    """Show an operation's refusal at the fields that it names, the rest above the form."""
    details = error.details if isinstance(error, InvalidInput) and isinstance(error.details, dict) else {}
    for name, message in details.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not details:
        form.add_error(None, str(error.message) or _("This cannot be stored."))
