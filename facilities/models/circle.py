"""The living circle as it is kept: results per community and item, sums per county, and the countings that make them.

Everything here but Assessment is derived: it can be counted again at any time from the inventory.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communities.models import Community
from facilities.checklist import ASSESSED, ITEMS
from facilities.choices import RunState
from facilities.models.inventory import Facility
from facilities.querysets import BelowCommunityQuerySet, CountyQuerySet
from facilities.rules import Verdict
from regions.models import Region

PERSON = settings.AUTH_USER_MODEL
ITEM_CHOICES = [(item.code, item.words) for item in ITEMS]
ASSESSED_CHOICES = [(item.code, item.words) for item in ASSESSED]
VERDICT_CHOICES = [
    (Verdict.MET.value, _("Met")),
    (Verdict.PARTLY.value, _("Partly met")),
    (Verdict.MISSING.value, pgettext_lazy("item", "Missing")),
    (Verdict.UNKNOWN.value, _("Not assessed")),
]


@pgtrigger.register(pgtrigger.Protect(name="assessment_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Assessment(models.Model):
    """What somebody who knows the community says of an item that no distance decides. Append-only; the newest row counts."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="assessments")
    item = models.CharField(pgettext_lazy("checklist", "item"), max_length=12, choices=ASSESSED_CHOICES)
    verdict = models.CharField(_("assessment"), max_length=8, choices=VERDICT_CHOICES[:3])
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowCommunityQuerySet.as_manager()
    stays_with_merged = True

    class Meta:
        verbose_name = _("assessment of an item")
        verbose_name_plural = _("assessments of items")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["community", "item", "-id"], name="assessment_newest_first")]

    def __str__(self) -> str:
        return f"{self.get_item_display()}: {self.get_verdict_display()}"


class CircleCount(models.Model):
    """When a community's circle was counted, by which rule; `stale_since`: something near changed after that."""

    community = models.OneToOneField(Community, models.CASCADE, related_name="circle")
    counted_at = models.DateTimeField()
    rule_version = models.CharField(max_length=12)
    stale_since = models.DateTimeField(null=True, blank=True)

    objects = BelowCommunityQuerySet.as_manager()
    stays_with_merged = True

    class Meta:
        verbose_name = _("counted living circle")
        verbose_name_plural = _("counted living circles")
        indexes = [models.Index(fields=["stale_since"], name="circle_stale", condition=models.Q(stale_since__isnull=False))]

    def __str__(self) -> str:
        return f"{self.community_id} {self.counted_at:%Y-%m-%d %H:%M}"


class CircleResult(models.Model):
    """One item of one community before and after the planned works; metres on foot to the facility that decides.

    Its keys are kept without a constraint in the database: the rows are derived, and nearly 200,000 of them are written at once.
    """

    community = models.ForeignKey(Community, models.CASCADE, related_name="circle_results", db_constraint=False)
    item = models.CharField(pgettext_lazy("checklist", "item"), max_length=12, choices=ITEM_CHOICES)
    before = models.CharField(_("before"), max_length=8, choices=VERDICT_CHOICES)
    after = models.CharField(_("after"), max_length=8, choices=VERDICT_CHOICES)
    why_before = models.CharField(max_length=12, blank=True)
    why_after = models.CharField(max_length=12, blank=True)
    metres_before = models.PositiveIntegerField(null=True, blank=True)
    metres_after = models.PositiveIntegerField(null=True, blank=True)
    nearest_before = models.ForeignKey(
        Facility, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    nearest_after = models.ForeignKey(
        Facility, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )

    objects = BelowCommunityQuerySet.as_manager()
    stays_with_merged = True

    class Meta:
        verbose_name = _("living circle result")
        verbose_name_plural = _("living circle results")
        constraints = [models.UniqueConstraint(fields=["community", "item"], name="circle_item_once_per_community")]

    def __str__(self) -> str:
        return f"{self.community_id} {self.item} {self.before} {self.after}"


class CircleTotal(models.Model):
    """One item in one county: communities and households by verdict, before and after. Summed up the tree when it is read.

    `communities`, `households`: those whose circle is counted; what is neither met, partly met nor missing is not assessed.
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    item = models.CharField(max_length=12, choices=ITEM_CHOICES)
    communities = models.PositiveIntegerField()
    communities_met_before = models.PositiveIntegerField()
    communities_partly_before = models.PositiveIntegerField()
    communities_missing_before = models.PositiveIntegerField()
    communities_met_after = models.PositiveIntegerField()
    communities_partly_after = models.PositiveIntegerField()
    communities_missing_after = models.PositiveIntegerField()
    households = models.PositiveIntegerField()
    households_met_before = models.PositiveIntegerField()
    households_partly_before = models.PositiveIntegerField()
    households_missing_before = models.PositiveIntegerField()
    households_met_after = models.PositiveIntegerField()
    households_partly_after = models.PositiveIntegerField()
    households_missing_after = models.PositiveIntegerField()

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage of an item in a county")
        verbose_name_plural = _("coverage of items in counties")
        constraints = [models.UniqueConstraint(fields=["region", "item"], name="circle_total_once_per_county")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.item}"


class CircleRun(models.Model):
    """One counting of all communities of a region, in pieces: killed at any point, it goes on after `last`, the last community done."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = _("counting of living circles")
        verbose_name_plural = _("countings of living circles")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["region"], condition=~models.Q(state=RunState.DONE), name="circle_run_one_at_a_time_per_region")
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.done}/{self.total}"
