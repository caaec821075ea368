"""What renovation makes of a yard: idle rooms converted, its theme, and whether what was opened is used."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from facilities.choices import ConversionState, FacilityKind, RoomKind
from facilities.models.inventory import Facility
from facilities.querysets import BelowCommunityQuerySet, BelowFacilityQuerySet
from projects.models import Photo, Project

PERSON = settings.AUTH_USER_MODEL


@pghistory.track()
class Conversion(models.Model):
    """An idle room of a yard becomes a facility; area in m². `facility` is what it became, from the planning on."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="conversions", verbose_name=_("project"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="conversions", verbose_name=_("community"))
    name = models.CharField(_("which room"), max_length=80)
    from_kind = models.CharField(_("it was"), max_length=10, choices=RoomKind)
    to_kind = models.CharField(_("it becomes"), max_length=12, choices=FacilityKind)
    area = models.DecimalField(_("area (m²)"), max_digits=9, decimal_places=2)
    state = models.CharField(_("state"), max_length=8, choices=ConversionState, default=ConversionState.PLANNED)
    note = models.CharField(_("note"), max_length=300, blank=True)
    photo_before = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("photo before"))
    photo_after = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("photo after"))
    facility = models.OneToOneField(
        Facility, models.PROTECT, null=True, blank=True, related_name="conversion", verbose_name=_("facility that it became")
    )
    synthetic = models.BooleanField(_("synthetic"), default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = BelowCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversion of an idle room")
        verbose_name_plural = _("conversions of idle rooms")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["project", "community", "name"],
                name="conversion_once_per_room",
                violation_error_message=_("This room of the community stands in the project already."),
            ),
            models.CheckConstraint(
                condition=models.Q(area__gt=0), name="conversion_area_positive", violation_error_message=_("The area must be above 0.")
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CommunityTheme(models.Model):
    """What a community wants to be known for: a theme, and what is done for it."""

    community = models.OneToOneField(Community, models.PROTECT, related_name="theme")
    name = models.CharField(_("theme"), max_length=30)
    description = models.TextField(_("what is done for it"), max_length=600, blank=True)
    synthetic = models.BooleanField(_("synthetic"), default=False, editable=False)

    objects = BelowCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme of a community")
        verbose_name_plural = _("themes of communities")

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(pgtrigger.Protect(name="inspection_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Inspection(models.Model):
    """Somebody looked, 3, 6 or 12 months after the opening, whether a facility is used as planned. Append-only.

    `visitors`: people a day; `photo`: name in the default storage, "" without one.
    """

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="inspections")
    months = models.PositiveSmallIntegerField(_("months after opening"))
    inspected_on = models.DateField(_("inspected on"))
    in_use = models.BooleanField(_("open as planned"))
    visitors = models.PositiveIntegerField(_("visitors a day"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    photo = models.CharField(max_length=160, blank=True, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowFacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection of a facility")
        verbose_name_plural = _("inspections of facilities")
        ordering = ("-inspected_on", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["facility", "months"], name="inspection_once_per_term"),
            models.CheckConstraint(condition=models.Q(in_use=True) | ~models.Q(note=""), name="inspection_idle_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.months}"
