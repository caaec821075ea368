"""The construction diary: what happened on site, day by day."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import Weather
from projects.models.plans import PERSON, Project
from projects.querysets import BelowProjectQuerySet


@pgtrigger.register(pgtrigger.Protect(name="diary_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class DiaryEntry(models.Model):
    """One entry of a day. Never changed: a correction is a further entry that names the first one (`corrects`).

    `workers` is the number of people on site; `community` is empty where the entry concerns the whole project. Its photos are
    those of the project taken that day.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="diary")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("community"))
    on = models.DateField(_("day"))
    weather = models.CharField(_("weather"), max_length=10, choices=Weather)
    workers = models.PositiveSmallIntegerField(_("workers on site"))
    text = models.TextField(_("what was done"), max_length=1000)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects"))
    client_key = models.UUIDField(unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("diary entry")
        verbose_name_plural = _("construction diary")
        ordering = ("on", "pk")
        indexes = [models.Index(fields=["project", "on"], name="diary_of_project")]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="diary_says_something")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.on}"
