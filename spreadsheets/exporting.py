"""Making a list: what is asked, counted, written, and checked in the file itself before anybody gets it."""

from __future__ import annotations

import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from accounts.models import User
from spreadsheets.lists import LISTS
from spreadsheets.pulse import Progress
from spreadsheets.writer import Report, frame_rows, rows_in_file, rows_lost, write_report

DIRECT_BELOW = 2000  # rows; shorter lists are answered at once


def ask(*, actor: User, sheet: str, params: dict[str, Any], at: datetime.datetime) -> Report:
    """The list as it would be made now, inside the actor's area. Raises NotAllowed, InvalidInput, Http404 for another area."""
    form = LISTS[sheet]
    actor.require("exports.run")
    actor.require(form.action)
    return form.report(actor, params.get("query", {}), at)


def make_file(*, actor: User, sheet: str, params: dict[str, Any], place: Path, progress: Progress, at: datetime.datetime) -> int:
    """Write the list to a file; returns its rows. Reach and rights are asked again, as they are now."""
    progress.begin(1)
    report = ask(actor=actor, sheet=sheet, params=params, at=at)
    progress.begin(2, report.expected)
    count = write_report(report, place, progress.tick)
    progress.begin(3)
    verify(report, place)
    return count


def make_now(report: Report) -> BytesIO:
    """A short list, in memory."""
    target = BytesIO()
    write_report(report, target)
    verify(report, target)
    target.seek(0)
    return target


def verify(report: Report, source: Path | BytesIO) -> None:
    """The file's rows are the query's rows. Raises RowsLost."""
    found = rows_in_file(source) - frame_rows(report)
    if found != report.expected:
        raise rows_lost(found, report.expected)
