"""Words of the register's tables."""

from typing import Self

from regions.querysets import M, ScopedQuerySet


class CommunityQuerySet(ScopedQuerySet[M]):
    """Communities."""

    def current(self) -> Self:
        """Without those merged into another."""
        return self.filter(merged_into__isnull=True)

    def search(self, words: str) -> Self:
        """Every word must occur: in name, address, code, pinyin or initials."""
        rows = self
        for word in words.lower().split():
            rows = rows.filter(search_text__contains=word)
        return rows


class BelowCommunityQuerySet(ScopedQuerySet[M]):
    """Rows that hang directly below a community."""

    path_field = "community__region__path"


class BelowHouseholdQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a household."""

    path_field = "household__community__region__path"
