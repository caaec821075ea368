"""Dated documents that gates ask for."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import PipeOwner, RecordKind, Side
from projects.models.plans import PERSON, YUAN, Project
from projects.querysets import BelowProjectQuerySet


@pgtrigger.register(pgtrigger.Protect(name="record_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Record(models.Model):
    """A dated document of a project that a gate asks for. Never changed; a wrong one is voided by a further row (`voids`).

    One plain table for what has no room of its own yet: the ledger of funding, joint acceptance, property agreements and
    settlements each take their kinds over when they are built, as special works have; the gates then ask there. `subject` is
    the side that pays or the owner of the pipes where the kind asks for one; amount in yuan.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="records")
    kind = models.CharField(_("document"), max_length=20, choices=RecordKind)
    subject = models.CharField(_("concerns"), max_length=12, blank=True, choices=[*Side.choices, *PipeOwner.choices])
    party = models.CharField(_("issued or signed by"), max_length=100)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    dated_on = models.DateField(_("dated"))
    amount = models.DecimalField(_("amount (yuan)"), null=True, blank=True, **YUAN)
    note = models.CharField(_("note"), max_length=300, blank=True)
    voids = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="voided_by", verbose_name=_("voids"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a project")
        verbose_name_plural = _("documents of projects")
        ordering = ("dated_on", "pk")
        indexes = [models.Index(fields=["project", "kind"], name="record_of_project")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__isnull=True) | models.Q(amount__gt=0), name="record_amount_positive"),
            models.CheckConstraint(condition=models.Q(voids__isnull=True) | ~models.Q(note=""), name="record_void_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()
