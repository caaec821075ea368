"""The inventory: service facilities, and what became of each."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from facilities.choices import NEEDS_REASON, FacilityKind, FacilityState
from facilities.querysets import BelowFacilityQuerySet, FacilityQuerySet
from projects.models import Project
from regions.models import Region

PERSON = settings.AUTH_USER_MODEL


@pghistory.track()
class Facility(models.Model):
    """One place that serves residents. Position in WGS 84 degrees, area in m² (empty: nobody has measured it).

    `community` is the yard in which it stands, if it stands in one; `project` the works that bring or brought it. `state` repeats
    the newest StateChange; `opened_on` is the first day on which it served somebody.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=FacilityKind)
    region = models.ForeignKey(Region, models.PROTECT, related_name="facilities", verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=160, blank=True)
    longitude = models.FloatField(_("longitude"))
    latitude = models.FloatField(_("latitude"))
    area = models.DecimalField(_("area (m²)"), max_digits=9, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=FacilityState, editable=False)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    operator = models.CharField(_("operator"), max_length=80, blank=True)
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="facilities", verbose_name=_("community"))
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="facilities", verbose_name=_("project"))
    synthetic = models.BooleanField(_("synthetic"), default=False, editable=False)
    source = models.CharField(_("source"), max_length=120, blank=True)
    pinyin = models.CharField(max_length=400, editable=False)
    search_text = models.TextField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # against lost updates: a form carries it
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        indexes = [
            models.Index(fields=["pinyin", "id"], name="facility_by_pinyin"),
            models.Index(fields=["latitude", "longitude"], name="facility_by_place"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="facility_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "name"],
                name="facility_once_per_region",
                violation_error_message=_("A facility of this kind and name stands in this region already."),
            ),
            models.CheckConstraint(
                condition=models.Q(area__isnull=True) | models.Q(area__gt=0),
                name="facility_area_positive",
                violation_error_message=_("An area must be above 0. Leave it empty where nobody has measured."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(pgtrigger.Protect(name="facility_state_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class StateChange(models.Model):
    """A facility came into a state on a day. Append-only; the newest row counts. Idle and closed say why."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="changes")
    state = models.CharField(_("state"), max_length=10, choices=FacilityState)
    happened_on = models.DateField(_("since"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowFacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of a facility")
        verbose_name_plural = _("states of facilities")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["facility", "-id"], name="facility_newest_state")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=sorted(NEEDS_REASON)) | ~models.Q(reason=""), name="facility_state_needs_its_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.happened_on}"
