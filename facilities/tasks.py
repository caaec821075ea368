"""Driven by the clock: countings of living circles that are ordered, circles that a change made stale, everything once a night."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from facilities.choices import RunState
from facilities.models import CircleRun
from facilities.operations.circles import count_stale, order_run, run_piece
from regions.queries import province


@shared_task(expires=30)
def count_circles() -> None:
    """Go on with what is ordered, then count what is stale. Killed at any point, the next beat goes on."""
    for run in CircleRun.objects.exclude(state=RunState.DONE).order_by("pk"):
        while run_piece(run=run, at=timezone.now()):
            pass
    while count_stale(at=timezone.now()):
        pass


@shared_task(expires=3600)
def count_every_circle() -> None:
    """Once a night: what no change of a facility announces (schemes, the register, settings) gets into the figures too."""
    order_run(region=province(), at=timezone.now())
    count_circles()


def nudge_counting() -> None:
    """Ask a worker to look now; a dead broker is not the user's problem: beat looks again."""
    try:
        count_circles.apply_async(ignore_result=True, retry=False, expires=30)
    except (OperationalError, OSError):
        return
