"""What a clerk sends from the site in one piece: contracts, photos, a step, a month's progress. All of it or nothing."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lifecycle.operations import reach_stage
from projects.choices import STAGE_ORDER, Stage
from projects.models import Contract, Entry, Photo, ProgressReport, WorkProgress
from projects.operations import WorkRow, add_contract, add_photo, keep_photo, locked_project, report_progress, report_work, write_diary

DECLARED = {"start": Stage.STARTED, "completion": Stage.COMPLETED}


@dataclass(frozen=True)
class Visit:
    """One sending. `key` is made by the phone: the same visit sent twice changes nothing the second time."""

    key: uuid.UUID
    contracts: Sequence[dict[str, Any]] = ()
    photos: Sequence[dict[str, Any]] = ()
    month: datetime.date | None = None
    percent: int | None = None
    paid_amount: Decimal | None = None
    note: str = ""
    declare: str = ""
    happened_on: datetime.date | None = None


@dataclass
class Stored:
    """What stands after a visit."""

    photos: list[Photo] = field(default_factory=list)
    report: ProgressReport | None = None
    stage: str = ""


@transaction.atomic
def store_visit(*, entry: Entry, visit: Visit, actor: User, at: datetime.datetime) -> Stored:
    """Store a visit in the order in which the gates need it: contracts, photos, start, progress, completion.

    What an earlier sending of the same visit stored is found again by its keys. Raises what the operations raise
    (InvalidInput, PhotoRefused, GateClosed, StageMoved, NotAllowed); then nothing of the visit is stored.
    """
    project = locked_project(entry.project_id)
    actor.require("progress.enter", project.region.path)
    stored = Stored()
    for contract in visit.contracts:
        if not Contract.objects.filter(project=project, kind=contract["kind"], number=contract["number"].strip()).exists():
            add_contract(project=project, actor=actor, at=at, **contract)
    stored.photos = [add_photo(entry=entry, actor=actor, at=at, **photo) for photo in visit.photos]
    if visit.declare == "start":
        _declare(project.pk, visit, actor, at)
    if visit.percent is not None or visit.paid_amount is not None:
        stored.report = report_progress(
            entry=entry,
            month=visit.month or timezone.localdate(at),
            percent=visit.percent,
            paid_amount=visit.paid_amount,
            note=visit.note,
            client_key=visit.key,
            actor=actor,
            at=at,
        )
    if visit.declare == "completion":
        _declare(project.pk, visit, actor, at)
    stored.stage = locked_project(project.pk).stage
    return stored


def _declare(project_pk: int, visit: Visit, actor: User, at: datetime.datetime) -> None:
    """The step, unless it is on record already (a second sending, or a colleague)."""
    project, stage = locked_project(project_pk), DECLARED[visit.declare]
    if STAGE_ORDER[project.stage] < STAGE_ORDER[stage] and visit.happened_on:
        reach_stage(project=project, stage=stage, happened_on=visit.happened_on, actor=actor, at=at)


@transaction.atomic
def store_card(
    *,
    entry: Entry,
    photos: Sequence[dict[str, Any]],
    actor: User,
    at: datetime.datetime,
    work: WorkRow | None = None,
    reported_on: datetime.date | None = None,
    diary: dict[str, Any] | None = None,
) -> tuple[WorkProgress | None, list[Photo]]:
    """Store one card of the phone: how far a work is, or a day of the diary, with its photos. All of it or nothing.

    Sent again, by its keys nothing is stored twice. A card with photos alone keeps the photos of the work. Raises what the
    operations raise.
    """
    project = locked_project(entry.project_id)
    actor.require("progress.enter", project.region.path)
    row = None
    if work and any(value is not None for value in (work.percent, work.quantity, work.started_on, work.completed_on)):
        row = report_work(project=project, row=work, actor=actor, at=at, reported_on=reported_on)
    if diary:
        write_diary(project=project, community=entry.community, actor=actor, at=at, **diary)
    subject = work.work if work else None
    return row, [keep_photo(entry=entry, actor=actor, at=at, work=subject, **photo) for photo in photos]
