"""Rounds for many communities at once: the order, and one row for each community; the row is the queue."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.models import Project
from regions.models import Region
from surveys.choices import BatchItemState, RoundKind
from surveys.models.rounds import Round
from surveys.querysets import BelowBatchQuerySet, RoundBatchQuerySet


@pghistory.track()
class RoundBatch(models.Model):
    """One questionnaire, one opening and one closing for many communities.

    `region` is the smallest one that holds them all; `source` is "library:CODE" or "round:KEY" of an earlier round; `language` is
    that of whoever ordered it, for the sentences about what could not be done.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="round_batches")
    kind = models.CharField(_("kind"), max_length=12, choices=RoundKind)
    source = models.CharField(max_length=60)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    contact = models.CharField(_("where to ask (address, telephone)"), max_length=160, blank=True)
    remind = models.BooleanField(_("remind households that have not answered"), default=True)
    announce = models.BooleanField(_("announce at once"), default=True)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = RoundBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("rounds for many communities")
        verbose_name_plural = _("rounds for many communities")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="batch_closes_after_opening")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.opens_at:%Y-%m-%d}"


class RoundBatchItem(models.Model):
    """One community of a batch: waiting, done with its round, or failed with the reason. Its transaction is the round's own."""

    batch = models.ForeignKey(RoundBatch, models.PROTECT, related_name="items")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", null=True)
    state = models.CharField(_("state"), max_length=8, choices=BatchItemState, default=BatchItemState.WAITING)
    round = models.OneToOneField(Round, models.PROTECT, related_name="batch_item", null=True)
    problem = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    objects = BelowBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("community of a batch")
        verbose_name_plural = _("communities of a batch")
        indexes = [models.Index(fields=["batch", "id"], condition=models.Q(state="waiting"), name="batch_item_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "community"], name="batch_community_once"),
            models.CheckConstraint(condition=models.Q(state="done") ^ models.Q(round__isnull=True), name="batch_done_has_its_round"),
            models.CheckConstraint(condition=models.Q(state="failed") ^ models.Q(problem=""), name="batch_failed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.state}"
