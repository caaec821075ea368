"""Driven by the clock and by nudges: workers claim jobs, the sweep hands on those of dead workers."""

from celery import shared_task
from django.utils import timezone

from spreadsheets.models import WAITING_STATES, Job
from spreadsheets.operations import claim, hand_on_silent, nudge, remove_old_files
from spreadsheets.running import run


@shared_task
def run_jobs() -> None:
    """Claim and do jobs until none is waiting (or enough are running elsewhere)."""
    while (job := claim(at=timezone.now())) is not None:
        run(job)


@shared_task(expires=10)
def sweep_jobs() -> None:
    """Hand on what dead workers left, remove old files, and nudge a worker when something waits."""
    at = timezone.now()
    hand_on_silent(at=at)
    remove_old_files(at=at)
    if Job.objects.filter(state__in=WAITING_STATES).exists():
        nudge()
