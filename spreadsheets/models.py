"""Long jobs: Excel in, Excel out. The row is the queue, the progress and the result."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobKind(models.TextChoices):
    """What a job does."""

    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")


class JobState(models.TextChoices):
    """Where a job stands. CHECKED waits for the clerk's confirmation; FAULTY has bad cells and a marked copy."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    CHECKED = "checked", _("Checked, waiting for confirmation")
    FAULTY = "faulty", _("Needs corrections")
    CONFIRMED = "confirmed", _("Confirmed, waiting")
    WRITING = "writing", _("Writing")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.CONFIRMED, JobState.WRITING)
WAITING_STATES = (JobState.QUEUED, JobState.CONFIRMED)
WORKING_STATES = (JobState.RUNNING, JobState.WRITING)


class Job(models.Model):
    """An import or export that takes longer than a page may. Only its owner sees it.

    `params` holds what the sheet needs (region code, filters, language); `file_in` and `file_out` are names in the private
    storage. `claim` names the worker's hold on the job: a task that finds another value there has lost it and stops.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=JobKind)
    sheet = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    step = models.PositiveSmallIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)  # what would change / what changed; first problems
    seconds_left = models.PositiveIntegerField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    stop_wanted = models.BooleanField(default=False)
    file_name = models.CharField(max_length=160, blank=True)  # as the user knows it
    file_in = models.CharField(max_length=160, blank=True)
    file_out = models.CharField(max_length=160, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # the running task's sign of life
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["state", "id"], condition=models.Q(state__in=["queued", "confirmed", "running", "writing"]), name="job_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sheet} {self.state}"

    @property
    def open(self) -> bool:
        """Whether a worker has, or will have, something to do."""
        return self.state in OPEN_STATES
