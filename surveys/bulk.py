"""Which communities a round can be opened for, together; how far an order is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from communities.models import Community
from projects.choices import Condition
from projects.models import Entry
from regions.models import Region
from surveys.choices import BatchItemState, RoundState
from surveys.models import Round, RoundBatch, RoundBatchItem
from surveys.operations.batches import open_next

UNDER_WAY = (RoundState.DRAFT, RoundState.ANNOUNCED, RoundState.OPEN, RoundState.KEYING)


def candidates(user: User, *, kind: str, region: Region | None = None, stage: str = "", words: str = "") -> QuerySet[Entry]:
    """Entries (community in its newest project) in which the user may open rounds and no round of the kind is under way or passed.

    `kind` "" asks nothing of earlier rounds. Annotated with `registered`: flats entered one by one; `last_state` and
    `last_agreed`, `last_households` of the newest closed round of the kind.
    """
    mine = Community.objects.visible_to(user, "rounds.manage").current()
    if region:
        mine = mine.within(region)
    if words:
        mine = mine.search(words)
    newest = Entry.objects.filter(community=OuterRef("community"), removed_on__isnull=True, project__condition=Condition.ACTIVE)
    rows = Entry.objects.filter(pk=Subquery(newest.order_by("-project_id").values("pk")[:1]), community__in=mine)
    if stage:
        rows = rows.filter(project__stage=stage)
    own = Round.objects.filter(community=OuterRef("community"), kind=kind)
    if kind:
        rows = rows.filter(~Exists(own.filter(state__in=UNDER_WAY)))
        rows = rows.filter(~Exists(own.filter(project=OuterRef("project"), state=RoundState.CLOSED, counted__passed=True)))
    return rows.select_related("community__region", "project").order_by("community__pinyin", "pk")


def with_registered(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """Adds `registered`: flats that are entered one by one."""
    flats = Community.objects.filter(pk=OuterRef("community")).annotate(number=Count("households")).values("number")
    return rows.annotate(registered=Subquery(flats))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is: communities."""

    total: int
    done: int
    failed: int

    @property
    def settled(self) -> int:
        """Done or not possible."""
        return self.done + self.failed

    @property
    def over(self) -> bool:
        """Whether nothing waits."""
        return self.settled == self.total


def progress_of(batch: RoundBatch) -> Progress:
    """One query."""
    numbers = batch.items.aggregate(
        total=Count("pk"), done=Count("pk", filter=Q(state=BatchItemState.DONE)), failed=Count("pk", filter=Q(state=BatchItemState.FAILED))
    )
    return Progress(**numbers)


def problems_of(batch: RoundBatch) -> QuerySet[RoundBatchItem]:
    """Communities for which it was not possible, by name."""
    rows = batch.items.filter(state=BatchItemState.FAILED)
    return rows.select_related("community__region").order_by("community__pinyin", "pk")


def run_batches(batches: Iterable[RoundBatch]) -> int:
    """Make the rounds that wait, each with the clock of its own moment; how many rows were settled. Can be killed at any point."""
    settled = 0
    for batch in batches:
        while open_next(batch=batch, at=timezone.now()):
            settled += 1
    return settled


def at_once(number: int) -> bool:
    """Whether so many rounds are made while the reader waits."""
    return number <= settings.ROUND_BATCH_AT_ONCE
