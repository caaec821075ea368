"""Progress of each work: append-only rows, the newest of the latest day stands."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.models import Project, SchemeItem, Work, WorkProgress
from projects.operations.progress import NotStarted
from projects.operations.works import locked_project
from projects.queries import works_of


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What is said of one work: see WorkProgress. A missing `percent` or day is taken from the row before."""

    work: Work
    percent: int | None = None
    quantity: Decimal | None = None
    started_on: datetime.date | None = None
    completed_on: datetime.date | None = None
    note: str = ""
    client_key: uuid.UUID | None = None


def require_going_on(project: Project) -> None:
    """Raises NotStarted unless works of the project have begun, are not accepted yet and are not at rest."""
    if project.condition == Condition.WITHDRAWN:
        raise NotStarted(_("The project is withdrawn: nothing more is reported."))
    if project.condition == Condition.SUSPENDED:
        raise NotStarted(_("The project is suspended: resume it first, then report."))
    if STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.STARTED]:
        raise NotStarted(_("The project has not started. Record the start first."))
    if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.ACCEPTED]:
        raise NotStarted(_("The project is accepted: its works are no longer reported on."))


def require_day(project: Project, day: datetime.date, at: datetime.datetime, field: str) -> None:
    """Raises InvalidInput for a day in the future or before the project's start."""
    message = ""
    if day > timezone.localdate(at):
        message = _("The day lies in the future.")
    elif project.started_on and day < project.started_on:
        message = _("The project started on %(day)s: an earlier day cannot be.") % {"day": project.started_on.isoformat()}
    if message:
        raise InvalidInput(message, details={field: message})


@transaction.atomic
def report_work(
    *, project: Project, row: WorkRow, actor: User, at: datetime.datetime, reported_on: datetime.date | None = None
) -> WorkProgress:
    """Report how far one work of a project is on a day (today). Never overwrites; see `report_works`."""
    return report_works(project=project, rows=[row], actor=actor, at=at, reported_on=reported_on)[0]


@transaction.atomic
def report_works(
    *, project: Project, rows: Sequence[WorkRow], actor: User, at: datetime.datetime, reported_on: datetime.date | None = None
) -> list[WorkProgress]:
    """Report several works of a project as of one day: all of them or none.

    The same `client_key`, or the same values again, give the row that exists. Less than before, more than a later day, and more
    than the planned quantity by QUANTITY_TOLERANCE need a note. Raises InvalidInput (a sentence per field; of several works
    as "<id of the work>-<field>"), NotStarted.
    """
    project = locked_project(project.pk)
    actor.require("progress.enter", project.region.path)
    sent = _sent_before(rows)
    fresh = [row for row in rows if row.client_key not in sent]
    if not fresh:
        return [sent[row.client_key] for row in rows if row.client_key]
    require_going_on(project)
    day = reported_on or timezone.localdate(at)
    require_day(project, day, at, "reported_on")
    items = {item.work_id: item for item in works_of(project)}
    told = WorkProgress.objects.counting().filter(work__in=[row.work.pk for row in fresh])
    known: dict[int, list[WorkProgress]] = {}
    for each in told.order_by("-reported_on", "-pk"):
        known.setdefault(each.work_id, []).append(each)
    errors: dict[str, str] = {}
    checked: list[tuple[WorkRow, WorkProgress | None]] = []
    for row in fresh:
        past = known.get(row.work.pk, [])
        before = next((each for each in past if each.reported_on <= day), None)
        full = _completed_row(row, before)
        found = _errors(project, items.get(row.work.pk), full, day, before, next((e for e in reversed(past) if e.reported_on > day), None))
        errors |= {f"{row.work.pk}-{name}" if len(rows) > 1 else name: words for name, words in found.items()}
        checked.append((full, before))
    if errors:
        raise InvalidInput(" ".join(dict.fromkeys(errors.values())), details=errors)
    stored = {full.work.pk: _stored(full, before, day, actor, at) for full, before in checked}
    return [sent[row.client_key] if row.client_key in sent else stored[row.work.pk] for row in rows]


def _sent_before(rows: Sequence[WorkRow]) -> dict[uuid.UUID | None, WorkProgress]:
    """Key → the row stored by an earlier sending; raises when a key belongs to another work."""
    keys = {row.client_key: row.work.pk for row in rows if row.client_key}
    found: dict[uuid.UUID | None, WorkProgress] = {row.client_key: row for row in WorkProgress.objects.filter(client_key__in=keys)}
    if any(row.work_id != keys[row.client_key] for row in found.values()):
        raise InvalidInput(_("This report was already sent for another work."))
    return found


def _completed_row(row: WorkRow, before: WorkProgress | None) -> WorkRow:
    """What was left out, from the row before: the days stay known, the completion only while the work is at 100 %."""
    percent = row.percent if row.percent is not None else before.percent if before else 0
    return replace(
        row,
        percent=percent,
        quantity=row.quantity if row.quantity is not None else before.quantity if before else None,
        started_on=row.started_on or (before.started_on if before else None),
        completed_on=row.completed_on or (before.completed_on if before and percent == 100 else None),
        note=row.note.strip()[:300],
    )


def _errors(
    project: Project, item: SchemeItem | None, row: WorkRow, day: datetime.date, before: WorkProgress | None, after: WorkProgress | None
) -> dict[str, str]:
    """One sentence per wrong field."""
    if item is None or item.work.project_id != project.pk:
        return {"work": _("This work does not stand in the scheme any more. Load the page again.")}
    percent = row.percent or 0
    if not 0 <= percent <= 100 or (row.quantity is not None and row.quantity < 0):
        return {"percent": _("Progress lies between 0 and 100%, and no quantity is negative.")}
    found = _days(project, row, day)
    if percent < 100 and project.completed_on and project.completed_on <= day:
        found["percent"] = _("Completion is recorded: the progress is 100%. Take the completion back first.")
    elif not row.note and before and percent < before.percent:
        found["percent"] = _("Less than the %(percent)s%% of %(day)s. If this is a correction, give the reason in the note.") % {
            "percent": before.percent, "day": before.reported_on.isoformat(),
        }  # fmt: skip
    elif not row.note and after and percent > after.percent:
        found["percent"] = _("More than the %(percent)s%% of %(day)s. If this is a correction, give the reason in the note.") % {
            "percent": after.percent, "day": after.reported_on.isoformat(),
        }  # fmt: skip
    most = item.quantity * (100 + settings.QUANTITY_TOLERANCE) / 100
    if row.quantity is not None and row.quantity > most and not row.note:
        found["quantity"] = _("The scheme plans %(planned)s %(unit)s. If more is really done, say why in the note.") % {
            "planned": f"{item.quantity.normalize():f}", "unit": item.unit,
        }  # fmt: skip
    return found


def _days(project: Project, row: WorkRow, day: datetime.date) -> dict[str, str]:
    found = {}
    for name in ("started_on", "completed_on"):
        value: datetime.date | None = getattr(row, name)
        if value and value > day:
            found[name] = _("This day lies after the day of the report.")
        elif value and project.started_on and value < project.started_on:
            words = _("The project started on %(day)s: an earlier day cannot be.")
            found[name] = words % {"day": project.started_on.isoformat()}
    if row.completed_on and row.percent != 100:
        found["completed_on"] = _("A work with a day of completion is at 100%.")
    elif row.completed_on and row.started_on and row.completed_on < row.started_on:
        found["completed_on"] = _("The completion lies before the start.")
    return found


def _stored(row: WorkRow, before: WorkProgress | None, day: datetime.date, actor: User, at: datetime.datetime) -> WorkProgress:
    """The new row, or the one of that day that says the same already."""
    values = {
        "percent": row.percent, "quantity": row.quantity, "started_on": row.started_on, "completed_on": row.completed_on, "note": row.note,
    }  # fmt: skip
    if before and before.reported_on == day and all(getattr(before, name) == value for name, value in values.items()):
        return before
    key = row.client_key or uuid.uuid4()
    return WorkProgress.objects.create(
        work=row.work, reported_on=day, client_key=key, recorded_at=at, recorded_by=actor, **values
    )  # fmt: skip


@transaction.atomic
def void_work_progress(*, row: WorkProgress, reason: str, actor: User, at: datetime.datetime) -> WorkProgress:
    """Say that a row does not count, with a reason: a further row, the first one stays readable. The row before stands again.

    Raises InvalidInput without a reason or when it does not count already, NotStarted once the completion rests on it.
    """
    project = locked_project(row.work.project_id)
    actor.require("progress.enter", project.region.path)
    require_going_on(project)
    words = given_reason(reason)
    if STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.COMPLETED]:
        raise NotStarted(_("The completion rests on this report. Take the completion back first."))
    if row.voids_id or WorkProgress.objects.filter(voids=row).exists():
        raise InvalidInput(_("This report does not count already."))
    return WorkProgress.objects.create(
        work=row.work, reported_on=row.reported_on, percent=row.percent, quantity=row.quantity, started_on=row.started_on,
        completed_on=row.completed_on, note=words, voids=row, client_key=uuid.uuid4(), recorded_at=at, recorded_by=actor,
    )  # fmt: skip
