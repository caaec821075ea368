"""Words of the tables of acceptance and aftercare."""

import datetime
from typing import Self

from django.db.models import Q

from lifecycle.choices import ON_THE_WAY, WAITING
from projects.querysets import BelowProjectQuerySet
from regions.querysets import M, ScopedQuerySet


class SheetQuerySet(BelowProjectQuerySet[M]):
    """Acceptance sheets."""

    def standing(self) -> Self:
        """Prepared or being signed."""
        return self.filter(state__in=ON_THE_WAY)

    def last_attempt(self) -> M | None:
        """The one with the highest number; None without any."""
        return self.order_by("attempt").last()


class BelowSheetQuerySet(ScopedQuerySet[M]):
    """Rows that hang below an acceptance sheet."""

    path_field = "sheet__project__region__path"


class DefectQuerySet(BelowSheetQuerySet[M]):
    """Defects found at acceptances."""

    def open(self) -> Self:
        """Neither mended nor left to the warranty, on a sheet that still counts."""
        return self.filter(mended_on__isnull=True, sheet__state__in=ON_THE_WAY)

    def overdue(self, day: datetime.date) -> Self:
        """Open after their deadline."""
        return self.open().filter(due_on__lt=day)


class BelowDefectQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a defect."""

    path_field = "defect__sheet__project__region__path"


class BelowPartyQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a party of a sheet."""

    path_field = "party__sheet__project__region__path"


class TicketQuerySet(ScopedQuerySet[M]):
    """Warranty tickets hang below their community: street staff see those of their own."""

    path_field = "community__region__path"

    def waiting(self) -> Self:
        """Not handled, or re-opened."""
        return self.filter(state__in=WAITING)

    def overdue(self, day: datetime.date) -> Self:
        """Waiting after their day."""
        return self.waiting().filter(due_on__lt=day)

    def search(self, words: str) -> Self:
        """Every word must occur: in what is wrong, the place, the community or the project."""
        rows = self
        for word in words.split():
            rows = rows.filter(
                Q(what__icontains=word) | Q(place__icontains=word) | Q(community__search_text__contains=word.lower())
                | Q(project__code__icontains=word) | Q(project__name__icontains=word)
            )  # fmt: skip
        return rows


class BelowTicketQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a warranty ticket."""

    path_field = "ticket__community__region__path"
