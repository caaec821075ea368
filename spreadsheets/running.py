"""What a worker does with a claimed job: check a file, write a checked one, or make a list. Killed at any point, it can begin again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

import pghistory
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from common.errors import DomainError
from spreadsheets import storage
from spreadsheets.checking import check_rows
from spreadsheets.choices import IMPORTS
from spreadsheets.exporting import make_file
from spreadsheets.marking import mark_copy
from spreadsheets.models import Job, JobKind, JobState
from spreadsheets.operations import finish, hold, put_back
from spreadsheets.problems import Problems
from spreadsheets.pulse import ClaimLost, Progress, Pulse, Stopped
from spreadsheets.reading import Reading, open_table
from spreadsheets.sheets.base import Batch

log = logging.getLogger(__name__)
SHOWN_PROBLEMS = 50
Listener = Callable[[Job, Progress], AbstractContextManager[Any]]


class RegisterMoved(Exception):
    """Rows that passed the check do not pass at writing."""


def with_pulse(job: Job, progress: Progress) -> AbstractContextManager[Any]:
    """The usual sign of life."""
    connection.ensure_connection()
    assert job.claim is not None
    return Pulse(job.pk, job.claim, progress)


def silently(job: Job, progress: Progress) -> AbstractContextManager[Any]:
    """Without a thread: for work inside somebody else's transaction."""
    return nullcontext()


def run(job: Job, listener: Listener = with_pulse) -> None:
    """Do a claimed job to its end and note the outcome. Never raises for what a user can cause."""
    progress = Progress()
    try:
        with override(job.params.get("language")), listener(job, progress) as pulse:
            _work(job, progress, getattr(pulse, "end", lambda: None))
    except ClaimLost:
        log.warning("job %s was taken over by another worker", job.key)
    except Stopped:
        _end(job, JobState.STOPPED)
    except DomainError as error:
        _end(job, JobState.FAILED, message=error.message)
    except DatabaseError as error:
        _broken_statement(job, progress, error)
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError):
        log.exception("job %s failed", job.key)
        with override(job.params.get("language")):
            _end(job, JobState.FAILED, message=_("The job could not be finished; nothing was changed. Tell the operator its number."))


def _broken_statement(job: Job, progress: Progress, error: DatabaseError) -> None:
    """A cancelled statement is a stop; two imports that met are tried again; a lost server leaves the job to the sweep."""
    if progress.lost:
        return
    if progress.stop:
        _end(job, JobState.STOPPED)
    elif isinstance(error, IntegrityError) and job.state == JobState.WRITING:
        log.warning("job %s met another change of the register and is checked again: %s", job.key, error)
        put_back(job=job, state=JobState.QUEUED)
    else:
        log.exception("job %s lost its database; it is handed on when its silence is noticed", job.key)
        connection.close()


def _end(job: Job, state: JobState, **values: Any) -> None:
    try:
        finish(job=job, at=timezone.now(), state=state, **values)
    except ClaimLost:
        log.warning("job %s was taken over by another worker", job.key)


def _work(job: Job, progress: Progress, hush: Callable[[], None]) -> None:
    if job.kind == JobKind.EXPORT:
        _export(job, progress, hush)
    elif job.state == JobState.RUNNING:
        _check(job, progress, hush)
    else:
        _write(job, progress, hush)


def _owner(job: Job) -> User:
    """Read anew: rights are those of now, not those of the upload."""
    return User.objects.get(pk=job.owner_id)


def _export(job: Job, progress: Progress, hush: Callable[[], None]) -> None:
    name, place = storage.place_for(job.key, "out.xlsx")
    rows = make_file(actor=_owner(job), sheet=job.sheet, params=job.params, place=place, progress=progress, at=timezone.now())
    hush()
    finish(job=job, at=timezone.now(), state=JobState.DONE, file_out=name, done_count=rows, total_count=rows, summary={"rows": rows})


def _check(job: Job, progress: Progress, hush: Callable[[], None]) -> None:
    """All rows against the form and the register; nothing is written."""
    with transaction.atomic():
        batch, problems, reading, rows = _read(job, progress, lock=False)
        counts = batch.counts() if not problems.count else None
        transaction.set_rollback(True)  # the temporary tables go; everything read stays unchanged
    summary = {"rows": rows, "unread": reading.unread[:20], "sheet": reading.sheet}
    if counts is not None:
        hush()
        finish(job=job, at=timezone.now(), state=JobState.CHECKED, summary=summary | asdict(counts), problem_count=0, total_count=rows)
        return
    _return_marked(job, problems, reading, summary, progress, hush)


def _return_marked(
    job: Job, problems: Problems, reading: Reading, summary: dict[str, Any], progress: Progress, hush: Callable[[], None]
) -> None:
    progress.begin(4)
    name, place = storage.place_for(job.key, "marked.xlsx")
    found = problems.sorted()
    mark_copy(
        source=storage.path_of(job.file_in),
        kind=job.params["format"],
        place=place,
        reading=reading,
        columns=IMPORTS[job.sheet].columns,
        problems=found,
        count=problems.count,
        progress=progress,
    )
    hush()
    summary |= {
        "faulty_rows": len(problems.rows),
        "problems": [problem.as_json() for problem in found[:SHOWN_PROBLEMS]],
        "letters": {problem.key: reading.column_letter(problem.key) for problem in found if problem.key in reading.places},
    }
    values = {"summary": summary, "problem_count": problems.count, "file_out": name, "total_count": summary["rows"]}
    finish(job=job, at=timezone.now(), state=JobState.FAULTY, **values)


def _write(job: Job, progress: Progress, hush: Callable[[], None]) -> None:
    """Check once more with the rows locked, then write all or nothing, then note it: one transaction."""
    at = timezone.now()
    try:
        with transaction.atomic(), pghistory.context(**_audit(job)):
            batch, problems, reading, rows = _read(job, progress, lock=True)
            if problems.count:
                raise RegisterMoved
            counts = batch.counts()
            progress.begin(4, counts.new + counts.changed)
            batch.write(at=at, tick=progress.tick)
            hush()
            progress.tick(0)
            hold(job)
            summary = {"rows": rows, "unread": reading.unread[:20], "sheet": reading.sheet} | asdict(counts)
            finish(job=job, at=timezone.now(), state=JobState.DONE, summary=summary, problem_count=0, done_count=rows, total_count=rows)
    except RegisterMoved:
        hush()
        put_back(job=job, state=JobState.QUEUED)  # its check marks what does not fit any more


def _audit(job: Job) -> dict[str, Any]:
    reason = _("Excel import: %(name)s") % {"name": job.file_name}
    return {"user": job.owner_id, "url": reverse("spreadsheets:job", args=[job.key]), "batch": str(job.key), "reason": reason}


def _read(job: Job, progress: Progress, *, lock: bool) -> tuple[Batch, Problems, Reading, int]:
    form = IMPORTS[job.sheet]
    actor = _owner(job)
    actor.require("imports.run")
    actor.require(form.action)
    progress.begin(1)
    reading = open_table(storage.path_of(job.file_in), job.params["format"], form.columns)
    problems = Problems()
    progress.begin(2, max(reading.height - reading.header_row, 0))
    batch = form.batch(actor, form.action, problems)
    rows = check_rows(reading, form.columns, batch, problems, progress)
    if not rows:
        message = _("The table has a header but no rows. Fill in at least one row.")
        raise DomainError(message, code="no_rows")
    reading.release()
    progress.begin(3, rows)
    batch.compare(lock=lock, tick=progress.tick)
    progress.problems = problems.count
    return batch, problems, reading, rows
