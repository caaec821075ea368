"""The sign of life of a running job: progress out, stop wishes in, beside whatever transaction the work is in."""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection, connections
from django.utils import timezone

from spreadsheets.models import Job

SECONDS = 1.0


class Stopped(Exception):
    """The owner wants the job to stop."""


class ClaimLost(Exception):
    """Another worker has taken the job over: this one must not write any more."""


class Progress:
    """How far the work is. `tick` is cheap; it raises Stopped or ClaimLost when the pulse has heard so."""

    def __init__(self) -> None:
        self.step = 0
        self.done = 0
        self.total = 0
        self.problems = 0
        self.stop = False
        self.lost = False
        self._step_began = time.monotonic()

    def begin(self, step: int, total: int = 0) -> None:
        """Go on to a step (1 = first)."""
        self.step, self.done, self.total = step, 0, total
        self._step_began = time.monotonic()
        self.tick(0)

    def tick(self, count: int) -> None:
        """`count` more rows are done."""
        self.done += count
        if self.lost:
            raise ClaimLost
        if self.stop:
            raise Stopped

    @property
    def seconds_left(self) -> int | None:
        """Of this step, as it has gone so far; None until that can be said."""
        passed = time.monotonic() - self._step_began
        if not self.total or not self.done or passed < 2:
            return None
        return max(1, round(passed * max(self.total - self.done, 0) / self.done))


class Pulse:
    """Writes the progress to the job's row every second from a thread with a connection of its own.

    A stop wish also cancels the statement that the work is waiting for, so that stopping takes a second, not a minute.
    """

    def __init__(self, job_id: int, claim: uuid.UUID, progress: Progress) -> None:
        self.job_id, self.claim, self.progress = job_id, claim, progress
        self._over = threading.Event()
        self._guard = threading.Lock()
        self._work = connection.connection  # psycopg's connection of the thread that works
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """No more beats after this returns; harmless when called twice."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(SECONDS):
                try:
                    self._note()
                except DatabaseError:
                    connections["default"].close()  # tried again at the next beat; a long silence hands the job on
        finally:
            connections["default"].close()

    def _note(self) -> None:
        progress = self.progress
        mine = Job.objects.filter(pk=self.job_id, claim=self.claim)
        noted = mine.update(
            seen_at=timezone.now(),
            step=progress.step,
            done_count=progress.done,
            total_count=progress.total,
            problem_count=progress.problems,
            seconds_left=progress.seconds_left,
        )
        if not noted:
            progress.lost = True
        elif mine.filter(stop_wanted=True).exists():
            progress.stop = True
        if (progress.lost or progress.stop) and self._work is not None and not self._over.is_set():
            self._work.cancel()


def silent_since(at: datetime.datetime, seconds: int) -> datetime.datetime:
    """A working job not seen after this moment is dead."""
    return at - datetime.timedelta(seconds=seconds)
