"""Writing to and claiming from the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from messaging.models import Heartbeat, OutboxRow, OutboxState


def post(*, topic: str, key: str, at: datetime.datetime, payload: dict[str, Any] | None = None) -> OutboxRow:
    """Write a row inside the caller's transaction, and nudge the topic's worker once it is committed.

    A lost nudge does no harm: beat sweeps waiting rows every two seconds.
    """
    row = OutboxRow.objects.create(topic=topic, key=key, payload=payload or {}, created_at=at)
    transaction.on_commit(lambda: nudge(topic), robust=True)
    return row


def nudge(topic: str) -> None:
    """Ask the topic's consumer to look now; a dead broker is not the user's problem."""
    try:
        current_app.send_task(settings.OUTBOX_CONSUMERS[topic], ignore_result=True, retry=False)
    except (OperationalError, OSError):
        return


@contextmanager
def claimed(*, topic: str, at: datetime.datetime, most: int = 500) -> Iterator[list[OutboxRow]]:
    """Claim waiting rows of a topic (SKIP LOCKED); they are done when the block ends, or still waiting when it is killed.

    The block's work and the rows' new state commit together.
    """
    with transaction.atomic():
        waiting = OutboxRow.objects.filter(topic=topic, state=OutboxState.PENDING).order_by("id")
        rows = list(waiting.select_for_update(skip_locked=True)[:most])
        yield rows
        OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=OutboxState.DONE, done_at=at)


def beat(*, name: str, at: datetime.datetime) -> None:
    """Note that a background process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": at})
