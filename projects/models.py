"""Annual plans, projects and what is reported of them."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import Condition, ContractKind, PhotoKind, PipeOwner, PlanState, RecordKind, Side, Stage, WorkKind
from projects.querysets import (
    BelowEntryQuerySet,
    BelowProjectQuerySet,
    BelowSchemeQuerySet,
    EntryQuerySet,
    PlanQuerySet,
    ProjectQuerySet,
)
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


@pgtrigger.register(pgtrigger.Protect(name="photo_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Photo(models.Model):
    """A dated, positioned photo of a community's yard. Never changed, never deleted.

    `distance` is the distance in metres from the yard (0 inside the outline); None where the photo has no position.
    `client_key` is made by the phone: the same photo sent twice is one row.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="photos")
    community = models.ForeignKey(Community, models.PROTECT, related_name="photos")
    kind = models.CharField(_("shows"), max_length=10, choices=PhotoKind)
    file = models.CharField(max_length=160, editable=False)  # name in the default storage
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    taken_at = models.DateTimeField(_("taken at"))
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    distance = models.FloatField(null=True, blank=True)
    in_yard = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    client_key = models.UUIDField(unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ("-taken_at", "-pk")

    def __str__(self) -> str:
        return self.caption or self.file


@pgtrigger.register(pgtrigger.Protect(name="progress_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class ProgressReport(models.Model):
    """What a district reports of one entry for one month. Append-only: the newest row of a month counts.

    `percent` 0–100 of the works done, `paid_amount` yuan paid since the project's beginning (cumulative); both as they
    stood on `reported_on`, a day of that month. A value below last month's needs a `note`. `client_key`: as in Photo.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="reports")
    month = models.DateField(_("month"))
    reported_on = models.DateField(_("as of"))
    percent = models.PositiveSmallIntegerField(_("progress (%)"), validators=[MaxValueValidator(100)])
    paid_amount = models.DecimalField(_("paid so far (yuan)"), **YUAN)
    no_change = models.BooleanField(_("no progress this month"), default=False)
    # taken back: the month counts as not reported; the row repeats the month before, so sums over months stay right
    void = models.BooleanField(_("taken back"), default=False, db_default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    client_key = models.UUIDField(unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        indexes = [models.Index(fields=["entry", "month", "-id"], name="progress_newest_first")]
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="progress_within_hundred"),
            models.CheckConstraint(condition=models.Q(paid_amount__gte=0), name="progress_paid_not_negative"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="progress_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.month:%Y-%m}"


@pgtrigger.register(pgtrigger.Protect(name="scheme_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Scheme(models.Model):
    """One version of a project's renovation scheme, written whole and never changed: a vote binds exactly this version.

    A newer version supersedes it. `item_count` seals the version: the database takes no further item. `household_share`
    is what one household pays, yuan. `summary` is what a resident reads.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="schemes")
    version = models.PositiveSmallIntegerField(_("version"), validators=[MinValueValidator(1)])
    title = models.CharField(_("title"), max_length=100)
    summary = models.TextField(_("what is renovated"), max_length=2000)
    household_share = models.DecimalField(_("a household pays (yuan)"), null=True, blank=True, **YUAN)
    starts_on = models.DateField(_("works planned from"), null=True, blank=True)
    ends_on = models.DateField(_("works planned until"), null=True, blank=True)
    drawn_on = models.DateField(_("drawn up on"))
    reason = models.CharField(_("changed because"), max_length=300, blank=True)
    item_count = models.PositiveSmallIntegerField(_("work items"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ("project", "version")
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="scheme_version_once_per_project"),
            models.CheckConstraint(condition=models.Q(version__gte=1, item_count__gte=1), name="scheme_has_version_and_items"),
            models.CheckConstraint(condition=models.Q(version=1) | ~models.Q(reason=""), name="scheme_change_needs_a_reason"),
            models.CheckConstraint(
                condition=models.Q(household_share__isnull=True) | models.Q(household_share__gte=0), name="scheme_share_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.version}"


@pgtrigger.register(
    pgtrigger.Protect(name="scheme_item_never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="scheme_item_within_its_version",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func="""
            IF NEW.position > (SELECT item_count FROM projects_scheme WHERE id = NEW.scheme_id) THEN
                RAISE EXCEPTION 'a version of a scheme is written whole: it takes no further item' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
)
class SchemeItem(models.Model):
    """One work item of a version: quantity in `unit`, amount in yuan. The estimate of a version is the sum of its items."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=12, choices=WorkKind)
    name = models.CharField(_("work item"), max_length=60)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=12)
    amount = models.DecimalField(_("amount (yuan)"), **YUAN)

    objects = BelowSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ("scheme", "position")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "position"], name="scheme_item_once_per_place"),
            models.UniqueConstraint(fields=["scheme", "kind", "name"], name="scheme_item_once_per_version"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, quantity__gt=0, amount__gt=0), name="scheme_item_quantity_and_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(pgtrigger.Protect(name="record_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Record(models.Model):
    """A dated document of a project that a gate asks for. Never changed; a wrong one is voided by a further row (`voids`).

    One plain table for what has no room of its own yet: the ledger of funding, special works and their windows, joint
    acceptance, property agreements and settlements each take their kinds over when they are built; the gates then ask
    there. `subject` is the side that pays or the owner of the pipes where the kind asks for one; amount in yuan.
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
