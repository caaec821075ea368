"""Where is dug and paved: yards of communities, stretches of road, and the days on which their surface was made."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import StretchKind
from projects.models.plans import PERSON
from projects.querysets import BelowStretchQuerySet
from regions.models import Region
from regions.querysets import ScopedQuerySet


@pghistory.track()
class Stretch(models.Model):
    """A yard (one for each community) or a stretch of road of a county: the ground that is opened once.

    `line` holds the road's course as [longitude, latitude] pairs, where somebody has drawn it.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="stretches", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=4, choices=StretchKind)
    community = models.OneToOneField(Community, models.PROTECT, null=True, blank=True, related_name="yard", verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=100)
    line = models.JSONField(_("course"), default=list, blank=True)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stretch")
        verbose_name_plural = _("stretches")
        ordering = ("region", "kind", "name")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="yard", community__isnull=False) | models.Q(kind="road", community__isnull=True),
                name="stretch_yard_has_its_community",
            ),
            models.UniqueConstraint(fields=["region", "name"], condition=models.Q(kind="road"), name="stretch_road_once_per_county"),
        ]

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(pgtrigger.Protect(name="paving_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Paving(models.Model):
    """The day on which a stretch's surface was made, typed in: of roads, and of yards outside any project. Append-only.

    What a project paves is read from its works of the kind "roads". A wrong row is voided by a further one (`voids`).
    """

    stretch = models.ForeignKey(Stretch, models.PROTECT, related_name="pavings")
    paved_on = models.DateField(_("paved on"))
    number = models.CharField(_("document number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    voids = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="voided_by", verbose_name=_("voids"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowStretchQuerySet.as_manager()

    class Meta:
        verbose_name = _("paving")
        verbose_name_plural = _("pavings")
        ordering = ("paved_on", "pk")
        indexes = [models.Index(fields=["stretch", "paved_on"], name="paving_of_stretch")]
        constraints = [
            models.CheckConstraint(condition=models.Q(voids__isnull=True) | ~models.Q(note=""), name="paving_void_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.stretch_id} {self.paved_on}"
