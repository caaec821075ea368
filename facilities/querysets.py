"""Words of facilities' tables."""

from typing import Self

from common.text import narrow
from facilities.choices import FacilityState
from regions.querysets import M, ScopedQuerySet


class FacilityQuerySet(ScopedQuerySet[M]):
    """Facilities."""

    def search(self, words: str) -> Self:
        """Every word must occur: in name, address, operator, pinyin or initials. Full-width forms count as plain ones."""
        rows = self
        for word in narrow(words).lower().split():
            rows = rows.filter(search_text__contains=word)
        return rows

    def not_closed(self) -> Self:
        """Those that serve somebody, stand idle or are still to come."""
        return self.exclude(state=FacilityState.CLOSED)


class BelowFacilityQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a facility."""

    path_field = "facility__region__path"


class BelowCommunityQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a community."""

    path_field = "community__region__path"


class CountyQuerySet(ScopedQuerySet[M]):
    """Rows of a region itself: sums of a county, a counting of a region."""
