"""The register: community, building, household, owner."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.choices import ManagementKind, OwnerKind
from communities.querysets import BelowCommunityQuerySet, BelowHouseholdQuerySet, BelowPairQuerySet, CommunityQuerySet
from regions.models import Region

AREA: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}
YEAR = [MinValueValidator(1900), MaxValueValidator(2100)]


@pghistory.track()
class Community(models.Model):
    """An old residential compound, or one single building. Counts and areas are as registered, m²; shares are not stored."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=160, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="communities", verbose_name=_("region"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    outline = models.JSONField(_("outline"), null=True, blank=True, help_text=_("Corners as [longitude, latitude] pairs."))
    built_year = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True, validators=YEAR)
    building_count = models.PositiveIntegerField(_("buildings"), default=0)
    unit_count = models.PositiveIntegerField(_("stairwells"), default=0)
    household_count = models.PositiveIntegerField(_("households"), default=0)
    floor_area = models.DecimalField(_("floor area (m²)"), default=0, **AREA)
    owner_kind = models.CharField(_("ownership"), max_length=20, choices=OwnerKind, blank=True)
    population = models.PositiveIntegerField(_("population"), default=0)
    elderly_count = models.PositiveIntegerField(_("residents over 60"), default=0)
    management_kind = models.CharField(_("managed by"), max_length=20, choices=ManagementKind, default=ManagementKind.NONE)
    illegal_area = models.DecimalField(_("illegal structures (m²)"), default=0, **AREA)
    renovated_year = models.PositiveSmallIntegerField(_("renovated in"), null=True, blank=True, validators=YEAR)
    demolition_planned = models.BooleanField(_("planned for demolition"), default=False)
    late_reason = models.CharField(_("approved reason for a building after 2000"), max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False)
    synthetic = models.BooleanField(_("synthetic"), default=False, editable=False)
    source = models.CharField(_("source"), max_length=120, blank=True)
    pinyin = models.CharField(max_length=400, editable=False)
    search_text = models.TextField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # against lost updates: a form carries it
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        indexes = [
            models.Index(fields=["pinyin", "id"], name="community_by_pinyin"),
            models.Index(fields=["name"], name="community_by_name"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="community_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"],
                condition=models.Q(merged_into__isnull=True),
                name="community_name_once_per_region",
                violation_error_message=_("A community of this name stands in this region already."),
            ),
            models.CheckConstraint(
                condition=models.Q(elderly_count__lte=models.F("population")),
                name="community_elderly_within_population",
                violation_error_message=_("More residents over 60 than residents. Correct one of the two."),
            ),
            models.CheckConstraint(
                condition=models.Q(floor_area__gte=0, illegal_area__gte=0),
                name="community_areas_not_negative",
                violation_error_message=_("An area cannot be below 0."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Building(models.Model):
    """A building of a community."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="buildings")
    name = models.CharField(_("building"), max_length=30)
    unit_count = models.PositiveSmallIntegerField(_("stairwells"), default=1)
    storey_count = models.PositiveSmallIntegerField(_("storeys"), default=0)
    household_count = models.PositiveIntegerField(_("households"), default=0)
    floor_area = models.DecimalField(_("floor area (m²)"), default=0, **AREA)
    built_year = models.PositiveSmallIntegerField(_("year built"), null=True, blank=True, validators=YEAR)

    objects = BelowCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                name="building_once_per_community",
                violation_error_message=_("This community has a building of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


# Inserts of households and owners come in hundreds of thousands by import: the batch itself is the record of them.
# So that their first change has a "before" all the same, an update keeps the row as it was (Old).
@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Household(models.Model):
    """One flat: building, stairwell and door once per community; exclusive floor area in m²."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="households")
    building = models.ForeignKey(Building, models.PROTECT, related_name="households")
    unit = models.CharField(_("stairwell"), max_length=10)
    door = models.CharField(_("door"), max_length=20)
    exclusive_area = models.DecimalField(_("exclusive floor area (m²)"), max_digits=9, decimal_places=2)
    phone_sealed = models.CharField(max_length=160, blank=True, editable=False)

    objects = BelowCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "unit", "door"],
                name="household_once_per_building",
                violation_error_message=_("This door of this stairwell is registered already."),
            ),
            models.CheckConstraint(
                condition=models.Q(exclusive_area__gt=0),
                name="household_area_positive",
                violation_error_message=_("The exclusive floor area must be above 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.unit}-{self.door}"


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())
class Owner(models.Model):
    """A registered owner of a flat. The name is encrypted; `person` (a keyed hash) finds the same person again."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="owners")
    name_sealed = models.CharField(max_length=200, editable=False)
    person = models.CharField(max_length=64, db_index=True, editable=False)

    objects = BelowHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        constraints = [models.UniqueConstraint(fields=["household", "person"], name="owner_once_per_household")]

    def __str__(self) -> str:
        return f"{_('owner')} {self.pk}"


class CodeCounter(models.Model):
    """The last number given to a community of a county. One row per county, locked while a number is taken."""

    county_code = models.CharField(max_length=15, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("code counter")
        verbose_name_plural = _("code counters")

    def __str__(self) -> str:
        return f"{self.county_code} {self.last}"


@pgtrigger.register(pgtrigger.Protect(name="disclosure_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Disclosure(models.Model):
    """Somebody read the owners and the phone of a household in clear. Append-only; the auditor reads it."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="disclosures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BelowHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.household_id} {self.at:%Y-%m-%d %H:%M}"


@pghistory.track()
class DistinctPair(models.Model):
    """Two communities that look alike and are two: somebody looked and said why. `first` has the smaller key."""

    first = models.ForeignKey(Community, models.PROTECT, related_name="+")
    second = models.ForeignKey(Community, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BelowPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_pair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="distinct_pair_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} / {self.second_id}"
