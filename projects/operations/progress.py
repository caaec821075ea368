"""Monthly progress: append-only rows, the newest of a month counts."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.models import Entry, ProgressReport
from projects.operations.figures import figures_changed
from projects.queries import contract_amount, reports_of_months
from projects.rules import Doubt, Reported, doubts_of, first_day, last_day, wan_of_yuan


class NotStarted(DomainError):
    """Progress of works that have not started, or are given up."""

    code = "not_started"


def _locked_entry(pk: int) -> Entry:
    return Entry.objects.select_related("project__region", "community").select_for_update(of=("self",)).get(pk=pk)


def _sentence(doubt: Doubt) -> str:
    words = {
        ("less_than_before", "percent"): _("Less than last month's %(figure)s%%. If this is a correction, give the reason in the note."),
        ("more_than_after", "percent"): _("More than the following month's %(figure)s%%. If this is a correction, give the reason."),
        ("less_than_before", "paid_amount"): _("Less than last month's %(figure)s. If this is a correction, give the reason in the note."),
        ("more_than_after", "paid_amount"): _("More than the following month's %(figure)s. If this is a correction, give the reason."),
        ("over_contract", "paid_amount"): _("More than the contract allows, %(figure)s. The unit is 10,000 yuan: check the figure."),
    }
    figure = wan_of_yuan(doubt.figure) if isinstance(doubt.figure, Decimal) else doubt.figure
    return words[doubt.code, doubt.field] % {"figure": figure}


def _require_reportable(entry: Entry, month: datetime.date, today: datetime.date) -> None:
    project = entry.project
    if project.condition == Condition.WITHDRAWN:
        raise NotStarted(_("The project is withdrawn: nothing more is reported."))
    if STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.STARTED]:
        raise NotStarted(_("The project has not started. Record the start first."))
    if project.started_on and last_day(month) < project.started_on:
        raise NotStarted(
            _("Works began on %(day)s: there is nothing to report of a month before.") % {"day": project.started_on.isoformat()}
        )
    if month > first_day(today):
        raise InvalidInput(_("This month has not begun."), details={"month": _("This month has not begun.")})


def _known(report: ProgressReport | None) -> Reported | None:
    return Reported(report.percent, report.paid_amount) if report else None


def _check(entry: Entry, month: datetime.date, new: Reported, note: str, history: dict[datetime.date, ProgressReport]) -> None:
    """Raise InvalidInput with one sentence per field."""
    elsewhere = sum(
        (report.paid_amount for report in _newest_of_project(entry.project_id).values() if report.entry_id != entry.pk), Decimal(0)
    )
    doubts = doubts_of(
        new,
        before=_known(next((history[m] for m in sorted(history, reverse=True) if m < month), None)),
        after=_known(next((history[m] for m in sorted(history) if m > month), None)),
        contract_amount=contract_amount(entry.project_id) or Decimal(0),
        paid_elsewhere=elsewhere,
        note=note,
    )
    errors: dict[str, str] = {}
    for doubt in doubts:
        errors.setdefault(doubt.field, _sentence(doubt))
    completed_on = entry.project.completed_on
    if new.percent < 100 and completed_on and completed_on <= last_day(month):
        errors["percent"] = _("Completion is recorded: the progress is 100%. Take the completion back first.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)


def _newest_of_project(project_id: int) -> dict[int, ProgressReport]:
    """Each entry's newest report of its latest reported month."""
    rows = ProgressReport.objects.filter(entry__project_id=project_id).order_by("entry_id", "-month", "-pk").distinct("entry_id")
    return {row.entry_id: row for row in rows}


@transaction.atomic
def report_progress(
    *,
    entry: Entry,
    month: datetime.date,
    percent: int | None,
    paid_amount: Decimal | None,
    actor: User,
    at: datetime.datetime,
    note: str = "",
    no_change: bool = False,
    reported_on: datetime.date | None = None,
    client_key: uuid.UUID | None = None,
) -> ProgressReport:
    """Report one community's month: per cent of the works, yuan paid since the beginning. Never overwrites.

    `no_change` repeats the month before. A missing value is taken from the newest report. The same `client_key`, or the same
    values again, give the row that exists. Raises InvalidInput with a sentence per field, NotStarted before the start.
    """
    entry = _locked_entry(entry.pk)
    actor.require("progress.enter", entry.project.region.path)
    if client_key and (sent := ProgressReport.objects.filter(client_key=client_key).first()):
        if sent.entry_id != entry.pk:
            raise InvalidInput(_("This report was already sent for another community."))
        return sent
    month, today = first_day(month), timezone.localdate(at)
    _require_reportable(entry, month, today)
    day = reported_on or min(last_day(month), today)
    if first_day(day) != month or day > today:
        message = _("The day must lie in the month and not in the future.")
        raise InvalidInput(message, details={"reported_on": message})
    history = reports_of_months(entry)
    before = next((history[m] for m in sorted(history, reverse=True) if (m < month if no_change else m <= month)), None)
    if percent is None or no_change:
        percent = before.percent if before else 0
    if paid_amount is None or no_change:
        paid_amount = before.paid_amount if before else Decimal(0)
    if not 0 <= percent <= 100 or paid_amount < 0:
        raise InvalidInput(_("Progress lies between 0 and 100%, and no amount is negative."))
    _check(entry, month, Reported(percent, paid_amount), note, history)
    same = history.get(month)
    if same and (same.percent, same.paid_amount, same.note, same.no_change) == (percent, paid_amount, note.strip(), no_change):
        return same
    return _append(entry, month, day, Reported(percent, paid_amount), actor, at, note=note, no_change=no_change, client_key=client_key)


def _append(
    entry: Entry, month: datetime.date, day: datetime.date, values: Reported, actor: User, at: datetime.datetime,
    *, note: str = "", no_change: bool = False, void: bool = False, client_key: uuid.UUID | None = None,
) -> ProgressReport:  # fmt: skip
    row = ProgressReport.objects.create(
        entry=entry, month=month, reported_on=day, percent=values.percent, paid_amount=values.paid_amount, no_change=no_change, void=void,
        note=note.strip(), client_key=client_key or uuid.uuid4(), recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    figures_changed(county_code=entry.project.region.code, years=[entry.year], at=at)
    return row


@transaction.atomic
def undo_reports(*, reports: Sequence[ProgressReport], actor: User, at: datetime.datetime) -> list[ProgressReport]:
    """Take reports back by further rows: each month says again what it said before; where it said nothing it counts as not
    reported (`void`, with the values of the month before, so that sums of money stay right).

    A report that somebody has replaced since is left alone.
    """
    done = []
    for report in sorted(reports, key=lambda row: row.entry_id):
        entry = _locked_entry(report.entry_id)
        actor.require("progress.enter", entry.project.region.path)
        rows = list(ProgressReport.objects.filter(entry=entry, month=report.month).order_by("-pk"))
        if rows[0].pk != report.pk or report.void:
            continue
        old = rows[1] if len(rows) > 1 else None
        if old is None or old.void:
            earlier = reports_of_months(entry)
            last = next((earlier[m] for m in sorted(earlier, reverse=True) if m < report.month), None)
            values = _known(last) or Reported(0, Decimal(0))
            done.append(_append(entry, report.month, report.reported_on, values, actor, at, void=True))
        else:
            values = Reported(old.percent, old.paid_amount)
            done.append(_append(entry, report.month, report.reported_on, values, actor, at, note=old.note, no_change=old.no_change))
    return done
