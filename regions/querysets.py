"""Words of region-scoped tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from django.db.models import Model, QuerySet

from regions.choices import COUNTY_KINDS, REPORTING_KINDS
from regions.scope import Scope

if TYPE_CHECKING:
    from regions.models import Region

M = TypeVar("M", bound=Model)


class Viewer(Protocol):
    """Anybody with a reach in the tree: a user, a token, the public."""

    @property
    def scope(self) -> Scope:
        """The subtrees in reach."""

    def scope_for(self, action: str) -> Scope:
        """The subtrees in which an action is allowed."""


class ScopedQuerySet(QuerySet[M]):
    """Rows that hang below a region. `path_field` names the way from the row to its region's path."""

    path_field = "region__path"

    def visible_to(self, viewer: Viewer | Any, action: str = "") -> Self:
        """The rows in the viewer's reach: every list, detail, export, API call and file starts here.

        With an action of the permission table, only where a post of the viewer allows it: somebody with two posts in two
        regions may have the right in one of them alone.
        """
        scope = viewer.scope_for(action) if action else viewer.scope
        return self.filter(scope.q(self.path_field))

    def within(self, region: Region) -> Self:
        """The rows of a region's subtree."""
        return self.filter(**{f"{self.path_field}__startswith": region.path})


class RegionQuerySet(ScopedQuerySet[M]):
    """Regions themselves."""

    path_field = "path"

    def reporting_units(self) -> Self:
        """The units that report to the province (14 in Hebei)."""
        return self.filter(kind__in=REPORTING_KINDS)

    def counties(self) -> Self:
        """County-level units (167 in Hebei)."""
        return self.filter(kind__in=COUNTY_KINDS)
