"""Words of the tables of rounds."""

from __future__ import annotations

import datetime
from typing import Self

from django.apps import apps
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from common.text import narrow
from regions.querysets import M, ScopedQuerySet
from surveys.choices import RoundState
from surveys.rules import GATE_PERCENT


class RoundQuerySet(ScopedQuerySet[M]):
    """Rounds; their place is their community's."""

    path_field = "community__region__path"

    def running(self) -> Self:
        """Not yet closed and not cancelled."""
        return self.exclude(state__in=[RoundState.CLOSED, RoundState.CANCELLED])

    def due_to_open(self, at: datetime.datetime) -> Self:
        """Announced, and their opening has come."""
        return self.filter(state=RoundState.ANNOUNCED, opens_at__lte=at)

    def due_to_close(self, at: datetime.datetime) -> Self:
        """Open, and their closing has come."""
        return self.filter(state=RoundState.OPEN, closes_at__lte=at)

    def closed(self) -> Self:
        """With a result."""
        return self.filter(state=RoundState.CLOSED)

    def with_lack(self) -> Self:
        """Adds `lack`: hundredths of households that are missing to the 80 % gate, by the kept count; 0 or less = reached."""
        return self.annotate(lack=F("roll_count") * GATE_PERCENT - Coalesce(F("counted__agreed"), 0) * 100)

    def search(self, words: str) -> Self:
        """Every word must occur: in the title, the round's code, or the community's name, pinyin, initials or code."""
        rows = self
        for word in narrow(words).lower().split():
            found = apps.get_model("communities", "Community")._default_manager.search(word).order_by().values("pk")
            rows = rows.filter(Q(title_zh__contains=word) | Q(code=word.upper()) | Q(community__in=found))
        return rows


class BelowRoundQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a round."""

    path_field = "round__community__region__path"


class BelowEntryQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a household of a roll."""

    path_field = "entry__round__community__region__path"


class BelowBallotQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a ballot."""

    path_field = "ballot__round__community__region__path"


class BelowSheetQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a paper sheet."""

    path_field = "sheet__round__community__region__path"


class RoundBatchQuerySet(ScopedQuerySet[M]):
    """Rounds for many communities; their place is the smallest region that holds them all."""


class BelowBatchQuerySet(ScopedQuerySet[M]):
    """Communities of a batch: each in its own place."""

    path_field = "community__region__path"
