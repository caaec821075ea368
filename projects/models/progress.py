"""What is reported from the site: photos, monthly progress, progress of each work."""

from __future__ import annotations

import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import PhotoKind
from projects.models.plans import PERSON, YUAN, Entry, Project
from projects.models.schemes import Work
from projects.querysets import BelowEntryQuerySet, BelowProjectQuerySet, WorkProgressQuerySet


@pgtrigger.register(pgtrigger.Protect(name="photo_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Photo(models.Model):
    """A dated, positioned photo of a community's yard. Never changed, never deleted.

    `distance` is the distance in metres from the yard (0 inside the outline); None where the photo has no position.
    `client_key` is made by the phone: the same photo sent twice is one row. `work`: the work it shows, where it shows one.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="photos")
    community = models.ForeignKey(Community, models.PROTECT, related_name="photos")
    work = models.ForeignKey(Work, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("work item"))
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


@pgtrigger.register(pgtrigger.Protect(name="work_progress_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class WorkProgress(models.Model):
    """How far one work is on a day. Append-only: of the rows that count, the newest of the latest day stands.

    `quantity` is what is done so far, in the unit of the scheme; `started_on` and `completed_on` are the actual days as far as
    they are known. A wrong row is corrected by a further one, or voided by a row that names it (`voids`) with the reason in
    `note`. `client_key`: as in Photo.
    """

    work = models.ForeignKey(Work, models.PROTECT, related_name="progress")
    reported_on = models.DateField(_("as of"))
    percent = models.PositiveSmallIntegerField(_("progress (%)"), validators=[MaxValueValidator(100)])
    quantity = models.DecimalField(_("quantity done"), max_digits=12, decimal_places=2, null=True, blank=True)
    started_on = models.DateField(_("actual start"), null=True, blank=True)
    completed_on = models.DateField(_("actual completion"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    voids = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="voided_by", verbose_name=_("voids"))
    client_key = models.UUIDField(unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = WorkProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress of a work")
        verbose_name_plural = _("progress of works")
        ordering = ("work", "-reported_on", "-pk")
        indexes = [models.Index(fields=["work", "-reported_on", "-id"], name="work_progress_newest_first")]
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="work_progress_within_hundred"),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | models.Q(quantity__gte=0), name="work_progress_quantity_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True) | models.Q(percent=100), name="work_progress_completed_is_hundred"
            ),
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True)
                | models.Q(started_on__isnull=True)
                | models.Q(completed_on__gte=models.F("started_on")),
                name="work_progress_completed_after_its_start",
            ),
            models.CheckConstraint(condition=models.Q(voids__isnull=True) | ~models.Q(note=""), name="work_progress_void_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.work_id} {self.reported_on} {self.percent}%"
