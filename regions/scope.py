"""A reach in the region tree: authority flows down the path."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Scope:
    """The subtrees that somebody reaches, as region paths ("130000/130100/"). No path = nothing."""

    paths: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Whether the region with this path lies in the reach."""
        return any(path.startswith(own) for own in self.paths)

    def q(self, field: str) -> Q:
        """The condition "the row's region path lies in the reach" for a queryset; matches nothing without paths."""
        condition = Q(pk__in=[])
        for path in self.paths:
            condition |= Q(**{f"{field}__startswith": path})
        return condition

    @property
    def key(self) -> str:
        """A stable name for caches: two viewers with the same reach share what is cached."""
        return "|".join(sorted(self.paths)) or "-"
