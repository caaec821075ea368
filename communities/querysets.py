"""Words of the register's tables."""

from typing import Self

from django.db.models import Q

from common.text import narrow
from communities.rules import BUILT_UNTIL, RENOVATED_SINCE
from regions.querysets import M, ScopedQuerySet


class CommunityQuerySet(ScopedQuerySet[M]):
    """Communities."""

    def current(self) -> Self:
        """Without those merged into another."""
        return self.filter(merged_into__isnull=True)

    def eligible(self) -> Self:
        """Those without any reason against them: `rules.ineligible_because`, said in SQL."""
        return self.filter(self._eligible())

    def ineligible(self) -> Self:
        """Those with at least one reason against them."""
        return self.exclude(self._eligible())

    @staticmethod
    def _eligible() -> Q:
        old_enough = Q(built_year__lte=BUILT_UNTIL) | (Q(built_year__isnull=False) & Q(late_reason__regex=r"\S"))
        not_done = Q(renovated_year__isnull=True) | Q(renovated_year__lt=RENOVATED_SINCE)
        return old_enough & not_done & Q(demolition_planned=False)

    def search(self, words: str) -> Self:
        """Every word must occur: in name, address, code, pinyin or initials. Full-width forms count as plain ones."""
        rows = self
        for word in narrow(words).lower().split():
            rows = rows.filter(search_text__contains=word)
        return rows


class BelowCommunityQuerySet(ScopedQuerySet[M]):
    """Rows that hang directly below a community."""

    path_field = "community__region__path"


class BelowHouseholdQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a household."""

    path_field = "household__community__region__path"


class BelowPairQuerySet(ScopedQuerySet[M]):
    """Rows that speak of two communities of one county."""

    path_field = "first__region__path"
