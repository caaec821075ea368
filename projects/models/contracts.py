"""Contracts of a project."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import ContractKind
from projects.models.plans import PERSON, YUAN, Project
from projects.querysets import BelowProjectQuerySet


@pghistory.track()
class Contract(models.Model):
    """A contract of a project; amount in yuan."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="contracts")
    kind = models.CharField(_("kind"), max_length=12, choices=ContractKind)
    number = models.CharField(_("contract number"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    amount = models.DecimalField(_("amount (yuan)"), **YUAN)
    party = models.CharField(_("contractor"), max_length=100)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ("signed_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "number"], name="contract_once_per_project"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="contract_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.number
