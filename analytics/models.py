"""Counts: what happened per county, plan year and day. Everything else is summed from here."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.models import Region
from regions.querysets import ScopedQuerySet

AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2, "default": 0}
COLUMNS = (
    *("planned_communities", "planned_households", "planned_area", "planned_amount"),
    *("designed_communities", "designed_households", "started_communities", "started_households"),
    *("completed_communities", "completed_households", "accepted_communities", "accepted_households"),
    *("due_start_communities", "due_start_households", "due_completion_communities", "due_completion_households"),
    "paid_amount",
)


class DailyCount(models.Model):
    """What changed in one county on one day for the projects of one plan year: increments, additive over regions and days.

    The state of any region on any day is the sum over the counties below it and the days up to it. Only days on which
    something happened have a row. Communities and households are counted, never projects; amounts in yuan; area in m².
    """

    pk = models.CompositePrimaryKey("year", "region_id", "on")
    # no foreign key in the database: thousands of checks at each count, of ids that the counted projects already vouch for
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    year = models.PositiveSmallIntegerField()
    on = models.DateField()
    planned_communities = models.IntegerField(default=0)
    planned_households = models.IntegerField(default=0)
    planned_area = models.DecimalField(**AMOUNT)
    planned_amount = models.DecimalField(**AMOUNT)
    designed_communities = models.IntegerField(default=0)
    designed_households = models.IntegerField(default=0)
    started_communities = models.IntegerField(default=0)
    started_households = models.IntegerField(default=0)
    completed_communities = models.IntegerField(default=0)
    completed_households = models.IntegerField(default=0)
    accepted_communities = models.IntegerField(default=0)
    accepted_households = models.IntegerField(default=0)
    due_start_communities = models.IntegerField(default=0)  # planned to start on this day
    due_start_households = models.IntegerField(default=0)
    due_completion_communities = models.IntegerField(default=0)
    due_completion_households = models.IntegerField(default=0)
    paid_amount = models.DecimalField(**AMOUNT)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily count")
        verbose_name_plural = _("daily counts")

    def __str__(self) -> str:
        return f"{self.region_id} {self.year} {self.on}"


class YearCount(models.Model):
    """When a year's figures were counted last, and their version (what is cached is keyed by it)."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    version = models.PositiveBigIntegerField(default=0)
    counted_at = models.DateTimeField()  # every change recorded before this moment is in the figures
    full_counted_at = models.DateTimeField(null=True, blank=True)
    rule_version = models.CharField(max_length=20)
    synthetic = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("year's count")
        verbose_name_plural = _("years' counts")

    def __str__(self) -> str:
        return str(self.year)
