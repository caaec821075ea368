"""Driven by the clock: sweeping forgotten rows and proving that the worker lives."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from messaging.models import OutboxRow, OutboxState
from messaging.operations import beat, nudge, send_waiting


@shared_task(expires=10)
def sweep_outbox() -> None:
    """Nudge the consumer of every topic that has waiting rows: what a lost broker forgot."""
    topics = OutboxRow.objects.filter(state=OutboxState.PENDING).values_list("topic", flat=True).distinct()
    for topic in topics:
        if topic in settings.OUTBOX_CONSUMERS:
            nudge(topic)


@shared_task(expires=30)
def heartbeat() -> None:
    """Runs on the worker, sent by beat: both are alive when this row is fresh."""
    beat(name="worker", at=timezone.now())


@shared_task(expires=60)
def send_messages() -> None:
    """Hand waiting messages to the transport."""
    send_waiting(at=timezone.now())
