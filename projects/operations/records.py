"""Writing the documents that gates ask for; a wrong one is voided by a further row."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from projects.choices import RECORD_SUBJECTS, TAKEN_OVER, WITH_AMOUNT, WITH_NUMBER, Condition, RecordKind
from projects.models import Project, Record
from projects.operations.works import ProjectLocked, locked_project


def _require_open(project: Project, actor: User) -> None:
    actor.require("projects.edit", project.region.path)
    if project.condition == Condition.WITHDRAWN:
        raise ProjectLocked(_("The project is withdrawn: it cannot be changed."))


def _check(
    kind: str, subject: str, party: str, number: str, dated_on: datetime.date, amount: Decimal | None, today: datetime.date
) -> dict[str, str]:
    errors = {}
    if kind not in RecordKind.values or kind in TAKEN_OVER:
        return {"kind": _("Choose the document.")}
    if (subjects := RECORD_SUBJECTS.get(kind)) is not None and subject not in subjects.values:
        errors["subject"] = _("Choose whom the document concerns.")
    if not party.strip():
        errors["party"] = _("Enter who issued or signed it.")
    if kind in WITH_NUMBER and not number.strip():
        errors["number"] = _("Enter the number of the document.")
    if dated_on > today:
        errors["dated_on"] = _("The day lies in the future.")
    if kind in WITH_AMOUNT and (amount is None or amount <= 0):
        errors["amount"] = _("The amount must be more than 0.")
    return errors


@transaction.atomic
def add_record(
    *,
    project: Project,
    kind: str,
    party: str,
    dated_on: datetime.date,
    actor: User,
    at: datetime.datetime,
    subject: str = "",
    number: str = "",
    amount: Decimal | None = None,
    note: str = "",
) -> Record:
    """Record a dated document of a project; amount in yuan, kept only where the kind has one.

    The same document again (a double click, two clerks) gives the row that stands. Raises InvalidInput with a sentence
    per field, ProjectLocked for a withdrawn project.
    """
    project = locked_project(project.pk)
    _require_open(project, actor)
    errors = _check(kind, subject, party, number, dated_on, amount, timezone.localdate(at))
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    values = {
        "kind": kind,
        "subject": subject if kind in RECORD_SUBJECTS else "",
        "party": party.strip()[:100],
        "number": number.strip()[:60],
        "dated_on": dated_on,
        "amount": amount if kind in WITH_AMOUNT else None,
        "note": note.strip()[:300],
    }
    same = Record.objects.filter(project=project, voids__isnull=True, voided_by__isnull=True, **values).first()
    return same or Record.objects.create(project=project, recorded_at=at, recorded_by=actor, **values)


@transaction.atomic
def void_record(*, record: Record, reason: str, actor: User, at: datetime.datetime) -> Record:
    """Say that a document does not count, with a reason: a further row, the first one stays readable.

    Raises InvalidInput without a reason, or when it is voided already.
    """
    project = locked_project(record.project_id)
    _require_open(project, actor)
    words = given_reason(reason)
    if record.voids_id or Record.objects.filter(voids=record).exists():
        raise InvalidInput(_("This document does not count already."))
    return Record.objects.create(
        project=project, kind=record.kind, subject=record.subject, party=record.party, number=record.number, dated_on=record.dated_on,
        amount=record.amount, note=words, voids=record, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
