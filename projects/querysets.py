"""Words of plans' and projects' tables."""

from typing import Self

from regions.querysets import M, ScopedQuerySet


class PlanQuerySet(ScopedQuerySet[M]):
    """Annual plans, one per county and year."""


class ProjectQuerySet(ScopedQuerySet[M]):
    """Projects."""


class BelowProjectQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a project."""

    path_field = "project__region__path"


class EntryQuerySet(ScopedQuerySet[M]):
    """Communities in a project of a year: the grain at which everything is counted."""

    path_field = "project__region__path"

    def of_year(self, year: int) -> Self:
        """Entries of one plan year."""
        return self.filter(year=year)

    def in_plan(self) -> Self:
        """Entries that stand in the annual plan (not those started outside it or taken out again)."""
        return self.filter(plan__isnull=False, removed_on__isnull=True)


class BelowEntryQuerySet(ScopedQuerySet[M]):
    """Rows that hang below an entry."""

    path_field = "entry__project__region__path"
