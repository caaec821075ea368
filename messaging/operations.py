"""Writing to and claiming from the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from common.crypto import unseal
from messaging.models import Heartbeat, OutboxRow, OutboxState
from messaging.transports import NotSent, transport


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


def post_message(*, phone_sealed: str, text: str, key: str, at: datetime.datetime) -> OutboxRow:
    """Queue a short text to a sealed phone number, in the caller's transaction; `key` names it for ever."""
    return post(topic="messages", key=key, payload={"phone_sealed": phone_sealed, "text": text}, at=at)


def send_waiting(*, at: datetime.datetime, most: int = 200) -> int:
    """Hand waiting messages to the transport, one transaction each; a failure waits longer each time, and is given up in the end.

    A message is marked before the next is touched: a killed worker repeats one message at most, under the same key.
    """
    sent = 0
    ready = Q(not_before__isnull=True) | Q(not_before__lte=at)
    waiting = OutboxRow.objects.filter(ready, topic="messages", state=OutboxState.PENDING).order_by("id")
    for pk in list(waiting.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            row = OutboxRow.objects.select_for_update(skip_locked=True).filter(pk=pk, state=OutboxState.PENDING).first()
            if row is None:
                continue
            try:
                transport().send(phone=unseal(row.payload["phone_sealed"]), text=row.payload["text"], key=row.key)
            except NotSent as error:
                row.attempts += 1
                row.last_error = str(error)[:500]
                row.not_before = at + datetime.timedelta(minutes=2**row.attempts)
                row.state = OutboxState.FAILED if row.attempts >= settings.MESSAGE_ATTEMPTS else OutboxState.PENDING
            else:
                row.state, row.done_at, row.attempts = OutboxState.DONE, at, row.attempts + 1
                sent += 1
            row.save()
    return sent
