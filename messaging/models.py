"""The outbox: the row is the queue."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxState(models.TextChoices):
    """A row waits, is done, or has failed too often."""

    PENDING = "pending", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class OutboxRow(models.Model):
    """Something that others must hear of: written in the same transaction as the change itself.

    `topic` names the consumer (settings.OUTBOX_CONSUMERS); `key` makes waiting rows of the same subject one.
    """

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.PENDING)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        indexes = [models.Index(fields=["topic", "id"], condition=models.Q(state="pending"), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class Heartbeat(models.Model):
    """When each background process was last seen alive; /healthz reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
