"""Driven by the clock: opening and closing at their time, keeping counts ready, looking for the unusual, reminding."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from common.errors import DomainError
from surveys.bulk import run_batches
from surveys.choices import BatchItemState, RoundState
from surveys.models import Round, RoundBatch, RoundBatchItem
from surveys.operations.publishing import keep_count
from surveys.operations.reminders import remind_round
from surveys.operations.rounds import close_round, open_round
from surveys.reviews import raise_reviews

logger = logging.getLogger(__name__)


def _each(rows: QuerySet[Round], do: Callable[..., Any], at: datetime.datetime) -> int:
    """Claim one round after the other (SKIP LOCKED) and carry out one operation each; one that cannot is left and told."""
    done = 0
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                claimed = Round.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
                if claimed is not None:
                    do(round_=claimed, at=at)
                    done += 1
        except DomainError as error:
            logger.warning("Round %s: %s", pk, error)
    return done


@shared_task(expires=30)
def advance_rounds() -> None:
    """Open and close the rounds whose time has come. Killed at any point: each round is one transaction, the next beat goes on."""
    now = timezone.now()
    _each(Round.objects.due_to_open(now), open_round, now)
    _each(Round.objects.due_to_close(now), close_round, now)
    _each(Round.objects.filter(state=RoundState.KEYING), close_round, now)


@shared_task(expires=30)
def count_running() -> None:
    """Keep the counts of running rounds ready for lists: those with ballots since their last count."""
    now = timezone.now()
    running = Round.objects.filter(state__in=[RoundState.OPEN, RoundState.KEYING])
    stale = Q(counted__isnull=True) | Q(ballots__entered_at__gt=F("counted__counted_at") - datetime.timedelta(seconds=5))
    for round_ in running.filter(stale).distinct():
        keep_count(round_, now)


@shared_task(expires=60)
def look_for_the_unusual() -> None:
    """Raise reviews for running rounds, and once more for those closed within the last day."""
    now = timezone.now()
    recent = Q(state__in=[RoundState.OPEN, RoundState.KEYING]) | Q(closed_at__gt=now - datetime.timedelta(days=1))
    for round_ in Round.objects.filter(recent):
        raise_reviews(round_=round_, at=now)


@shared_task(expires=300)
def remind_households() -> None:
    """Remind households that have not answered, once a day at most, between the hours of the setting."""
    now = timezone.now()
    first, last = settings.REMIND_AT_HOURS
    if not first <= timezone.localtime(now).hour < last:
        return
    for round_ in Round.objects.filter(state=RoundState.OPEN, remind=True, closes_at__gt=now):
        remind_round(round_=round_, at=now)


@shared_task(expires=30)
def open_batches() -> None:
    """Make the rounds that are ordered for many communities. Several workers share the rows; killed, the next beat goes on."""
    waiting = RoundBatchItem.objects.filter(state=BatchItemState.WAITING).values("batch")
    run_batches(RoundBatch.objects.filter(pk__in=waiting).order_by("pk"))


def nudge_batches() -> None:
    """Ask a worker to look now; a dead broker is not the user's problem: beat looks again."""
    try:
        open_batches.apply_async(ignore_result=True, retry=False, expires=30)
    except (OperationalError, OSError):
        return
