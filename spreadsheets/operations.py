"""Writes to jobs: starting, confirming, stopping, claiming, handing on, finishing."""

from __future__ import annotations

import datetime
import re
import uuid
from pathlib import PurePath
from typing import IO, Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from common.errors import DomainError
from spreadsheets import storage
from spreadsheets.choices import IMPORTS
from spreadsheets.intake import recognise
from spreadsheets.models import OPEN_STATES, WAITING_STATES, WORKING_STATES, Job, JobKind, JobState
from spreadsheets.pulse import ClaimLost, silent_since

TASK = "spreadsheets.tasks.run_jobs"
MOST_ATTEMPTS = 3
MOST_WAITING = 20  # open jobs of one user
CLAIM_LOCK = 5_210_002
WORKS_AS = {JobState.QUEUED: JobState.RUNNING, JobState.CONFIRMED: JobState.WRITING}
WAITS_AS = {working: waiting for waiting, working in WORKS_AS.items()}


class WrongState(DomainError):
    """The job has moved on since the page was opened."""

    code = "wrong_state"


def nudge() -> None:
    """Ask a worker to look now; a dead broker is not the user's problem: beat sweeps."""
    try:
        current_app.send_task(TASK, ignore_result=True, retry=False, expires=30)
    except (OperationalError, OSError):
        return


def clean_name(name: str) -> str:
    """An upload's own name, without folders and characters that a file name or a header cannot have."""
    return re.sub(r'[\x00-\x1f\x7f"\\/:*?<>|]', "_", PurePath(name.replace("\\", "/")).name).strip(" ._")[-120:] or "upload"


def _refuse_too_many(actor: User) -> None:
    if Job.objects.filter(owner=actor, state__in=OPEN_STATES).count() >= MOST_WAITING:
        raise WrongState(_("%(most)s of your jobs are still waiting. Start this one when they are done.") % {"most": MOST_WAITING})


@transaction.atomic
def start_import(*, actor: User, at: datetime.datetime, sheet: str, file: IO[bytes], name: str, size: int) -> Job:
    """Keep the upload and queue its check. Raises NotAllowed, or InvalidInput for a file that is no workbook."""
    form = IMPORTS[sheet]
    actor.require("imports.run")
    actor.require(form.action)
    _refuse_too_many(actor)
    kind = recognise(file, size)
    job = Job(kind=JobKind.IMPORT, sheet=sheet, owner=actor, created_at=at, file_name=clean_name(name))
    job.params = {"format": kind, "language": get_language() or settings.LANGUAGE_CODE}
    job.file_in = storage.keep(job.key, f"in.{kind}", file)
    job.save()
    transaction.on_commit(nudge, robust=True)
    return job


@transaction.atomic
def start_export(*, actor: User, at: datetime.datetime, sheet: str, params: dict[str, Any], file_name: str) -> Job:
    """Queue a list too long to wait for. `params` are the filters as the sheet reads them; the region's reach is asked again later."""
    actor.require("exports.run")
    _refuse_too_many(actor)
    params = params | {"language": get_language() or settings.LANGUAGE_CODE}
    job = Job.objects.create(kind=JobKind.EXPORT, sheet=sheet, owner=actor, created_at=at, file_name=file_name, params=params)
    transaction.on_commit(nudge, robust=True)
    return job


@transaction.atomic
def confirm(*, actor: User, at: datetime.datetime, job: Job) -> Job:
    """The clerk has seen what would change: queue the writing. Raises WrongState unless the check found no problem."""
    actor.require("imports.run")
    actor.require(IMPORTS[job.sheet].action)
    job = Job.objects.select_for_update().get(pk=job.pk, owner=actor)
    if job.state != JobState.CHECKED:
        raise WrongState(_("This import is not waiting for a confirmation any more. Look at its page again."))
    job.state, job.attempts, job.step, job.done_count, job.seconds_left = JobState.CONFIRMED, 0, 0, 0, None
    job.finished_at = None
    job.summary = job.summary | {"confirmed_at": at.isoformat()}
    job.save()
    transaction.on_commit(nudge, robust=True)
    return job


@transaction.atomic
def stop(*, actor: User, at: datetime.datetime, job: Job) -> Job:
    """Stop a job: a waiting one at once, a working one at its next sign of life. Nothing half-written stays."""
    job = Job.objects.select_for_update().get(pk=job.pk, owner=actor)
    if job.state in WORKING_STATES:
        job.stop_wanted = True
    elif job.state in (*WAITING_STATES, JobState.CHECKED):
        job.state, job.finished_at = JobState.STOPPED, at
    else:
        raise WrongState(_("This job is over; there is nothing to stop."))
    job.save()
    return job


@transaction.atomic
def claim(*, at: datetime.datetime) -> Job | None:
    """Take the oldest waiting job, for this worker alone; None when there is none, or when enough are running.

    Two workers never get the same one (SKIP LOCKED). At most settings.JOBS_AT_ONCE work at a time, so that a long import
    leaves a process free for the figures.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
    alive = Job.objects.filter(state__in=WORKING_STATES, seen_at__gte=silent_since(at, settings.JOB_SILENCE_SECONDS))
    if alive.count() >= settings.JOBS_AT_ONCE:
        return None
    job = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(state__in=WAITING_STATES).order_by("id").first()
    if job is None:
        return None
    job.state = WORKS_AS[JobState(job.state)]
    job.claim, job.attempts = uuid.uuid4(), job.attempts + 1
    job.started_at = job.seen_at = at
    job.step, job.done_count, job.total_count, job.problem_count, job.seconds_left = 0, 0, 0, 0, None
    job.stop_wanted = False
    job.save()
    return job


@transaction.atomic
def hand_on_silent(*, at: datetime.datetime) -> int:
    """Put jobs whose worker has died back into the queue; one that died MOST_ATTEMPTS times has failed. Returns how many."""
    deadline = silent_since(at, settings.JOB_SILENCE_SECONDS)
    dead = list(Job.objects.select_for_update(skip_locked=True).filter(state__in=WORKING_STATES, seen_at__lt=deadline))
    for job in dead:
        if job.stop_wanted:
            job.state, job.finished_at = JobState.STOPPED, at
        elif job.attempts >= MOST_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, at
            words = _("The server broke off this job %(times)s times. Nothing was changed. Tell the operator.")
            job.message = words % {"times": job.attempts}
        else:
            job.state = WAITS_AS[JobState(job.state)]
        job.claim = None
        job.save()
    return len(dead)


def hold(job: Job) -> Job:
    """The job's row, locked, if this worker still has it; inside the transaction that writes the result. Raises ClaimLost."""
    held = Job.objects.select_for_update().filter(pk=job.pk, claim=job.claim).first()
    if held is None:
        raise ClaimLost
    return held


@transaction.atomic
def finish(*, job: Job, at: datetime.datetime, state: JobState, **values: Any) -> Job:
    """Note the end of a job's run. Raises ClaimLost when another worker has it by now."""
    held = hold(job)
    for name, value in values.items():
        setattr(held, name, value)
    held.state, held.claim, held.seconds_left = state, None, None
    held.finished_at = held.seen_at = at
    held.save()
    return held


@transaction.atomic
def put_back(*, job: Job, state: JobState) -> None:
    """Queue the job again: the register moved between its check and its writing."""
    held = hold(job)
    held.state, held.claim = state, None
    held.save()
    transaction.on_commit(nudge, robust=True)


@transaction.atomic
def remove_old_files(*, at: datetime.datetime) -> int:
    """Take away files of jobs that ended settings.JOB_KEEP_DAYS ago: uploads hold personal data. The job's row stays."""
    deadline = at - datetime.timedelta(days=settings.JOB_KEEP_DAYS)
    old = Job.objects.select_for_update(skip_locked=True).exclude(state__in=OPEN_STATES).exclude(file_in="", file_out="")
    jobs = list(old.filter(created_at__lt=deadline)[:100])
    for job in jobs:
        storage.remove(job.key)
        if job.state == JobState.CHECKED:
            job.state = JobState.STOPPED
        job.file_in = job.file_out = ""
        job.save()
    return len(jobs)
