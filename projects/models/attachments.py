"""Files of a version: drawings, calculations, expert opinions."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.plans import PERSON
from projects.models.schemes import Scheme
from projects.querysets import BelowSchemeQuerySet


@pgtrigger.register(pgtrigger.Protect(name="scheme_attachment_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class SchemeAttachment(models.Model):
    """A file of a version of a scheme. Never changed; one that should not be there is withdrawn by a further row (`withdraws`).

    `form` is what the content is ("pdf", "jpeg", "png", "dwg"), not what its name says; `digest` is the SHA-256 of the bytes.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="attachments")
    title = models.CharField(_("title"), max_length=100)
    name = models.CharField(_("file name"), max_length=120)
    file = models.CharField(max_length=200, editable=False)
    form = models.CharField(_("form"), max_length=8, editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    digest = models.CharField("SHA-256", max_length=64, editable=False)
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name=_("withdraws")
    )
    reason = models.CharField(_("withdrawn because"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a scheme")
        verbose_name_plural = _("files of schemes")
        ordering = ("scheme", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdraws__isnull=True, reason="") | (models.Q(withdraws__isnull=False) & ~models.Q(reason="")),
                name="scheme_attachment_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title
