"""Annual plans, projects and the communities in them: the grain at which the province counts."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import Condition, PlanState, Stage
from projects.querysets import EntryQuerySet, PlanQuerySet, ProjectQuerySet
from regions.models import Region

YUAN: dict[str, Any] = {"max_digits": 16, "decimal_places": 2}
YEAR = [MinValueValidator(2018), MaxValueValidator(2100)]
PERSON = settings.AUTH_USER_MODEL


@pghistory.track()
class AnnualPlan(models.Model):
    """The plan of one county-level unit for one year: drafted there, confirmed by the city, frozen by the province."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="plans", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEAR)
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    returned_reason = models.CharField(_("returned because"), max_length=300, blank=True)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual plan")
        verbose_name_plural = _("annual plans")
        constraints = [models.UniqueConstraint(fields=["region", "year"], name="plan_once_per_county_and_year")]

    def __str__(self) -> str:
        return f"{self.region} {self.year}"


@pghistory.track()
class Project(models.Model):
    """A renovation project: one or more communities of one county. Its stage is moved by `lifecycle` alone.

    `started_on`, `completed_on` and `accepted_on` are the days of those steps, empty until they are recorded and again when
    they are taken back: whoever looks at a past month needs to know what was under works then, not what is today.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, related_name="projects", verbose_name=_("county"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.SURVEYED, editable=False)
    stage_on = models.DateField(null=True, editable=False)
    started_on = models.DateField(_("started on"), null=True, editable=False)
    completed_on = models.DateField(_("completed on"), null=True, editable=False)
    accepted_on = models.DateField(_("accepted on"), null=True, editable=False)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, default=Condition.ACTIVE, editable=False)
    synthetic = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Entry(models.Model):
    """A community in a project, and in a year's plan: the grain at which the province counts.

    `plan` is empty while the project is in the reserve library, and for a community started outside the plan (it counts
    in the part of a rate, not in the whole: rates may exceed 100 %). `household_count` and `floor_area` are those of the
    day on which it entered the plan: a later registry change does not move a published denominator. Amounts in yuan.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="entries")
    community = models.ForeignKey(Community, models.PROTECT, related_name="entries")
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, null=True, blank=True, related_name="entries")
    year = models.PositiveSmallIntegerField(_("plan year"), null=True, blank=True, validators=YEAR)
    household_count = models.PositiveIntegerField(_("households"))
    floor_area = models.DecimalField(_("floor area (m²)"), max_digits=12, decimal_places=2)
    planned_amount = models.DecimalField(_("planned investment (yuan)"), default=0, **YUAN)
    planned_start_on = models.DateField(_("planned start"), null=True, blank=True)
    planned_completion_on = models.DateField(_("planned completion"), null=True, blank=True)
    entered_on = models.DateField(_("in the plan since"), null=True, blank=True)
    removed_on = models.DateField(_("taken out of the plan on"), null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("community in a project")
        verbose_name_plural = _("communities in projects")
        constraints = [
            models.UniqueConstraint(fields=["project", "community"], name="entry_once_per_project"),
            models.UniqueConstraint(
                fields=["community", "year"], condition=models.Q(removed_on__isnull=True), name="entry_once_per_community_and_year"
            ),
            models.CheckConstraint(
                condition=models.Q(plan__isnull=True) | models.Q(year__isnull=False, entered_on__isnull=False),
                name="entry_in_plan_has_year_and_day",
            ),
            models.CheckConstraint(condition=models.Q(planned_amount__gte=0), name="entry_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.year or ''}"
