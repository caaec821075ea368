"""Versions of a scheme and their work items, and the work itself, which lives through the versions."""

from __future__ import annotations

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import Side, WorkKind
from projects.models.catalogue import CatalogueItem
from projects.models.plans import PERSON, YUAN, Project
from projects.querysets import BelowProjectQuerySet, BelowSchemeQuerySet


@pgtrigger.register(pgtrigger.Protect(name="scheme_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Scheme(models.Model):
    """One version of a project's renovation scheme, written whole and never changed: a vote binds exactly this version.

    A newer version supersedes it. `item_count` seals the version: the database takes no further item. `household_share`
    is what one household pays, yuan. `summary` is what a resident reads.
    `band_reason` says why the estimate lies outside the usual yuan/m² (DOMAIN.md section 7), where it does.
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
    band_reason = models.CharField(_("outside the usual cost because"), max_length=300, blank=True)
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


@pgtrigger.register(pgtrigger.Protect(name="work_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class Work(models.Model):
    """A work item as it lives through the versions of a scheme: what progress, photos and acceptance are recorded of.

    `community` is empty for a work that concerns the whole project; `building` narrows it down in words ("3 号楼").
    `key` is the name without spaces: two versions that write it differently mean the same work.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="works")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="works", verbose_name=_("community"))
    building = models.CharField(_("building"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=WorkKind)
    name = models.CharField(_("work item"), max_length=60)
    key = models.CharField(max_length=60, editable=False)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ("project", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "community", "building", "kind", "key"], nulls_distinct=False, name="work_once_per_project"
            )
        ]

    def __str__(self) -> str:
        return self.name


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
    """What one version says of a work: quantity in `unit`, amount in yuan. The estimate of a version is the sum of its items.

    `unit_price` is yuan per unit, empty for an amount agreed as a whole; `intent` is the side that is to pay. `catalogue_item` is
    what it was chosen as, empty for a work that the catalogue does not know.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="items")
    work = models.ForeignKey(Work, models.PROTECT, related_name="items")
    catalogue_item = models.ForeignKey(
        CatalogueItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item of the catalogue")
    )
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=12, choices=WorkKind)
    name = models.CharField(_("work item"), max_length=60)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=12)
    unit_price = models.DecimalField(_("unit price (yuan)"), null=True, blank=True, **YUAN)
    amount = models.DecimalField(_("amount (yuan)"), **YUAN)
    intent = models.CharField(_("paid by"), max_length=12, blank=True, choices=Side)
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    ends_on = models.DateField(_("planned completion"), null=True, blank=True)

    objects = BelowSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ("scheme", "position")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "position"], name="scheme_item_once_per_place"),
            models.UniqueConstraint(fields=["scheme", "work"], name="scheme_item_once_per_version"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, quantity__gt=0, amount__gt=0), name="scheme_item_quantity_and_amount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(unit_price__isnull=True) | models.Q(amount=Round(models.F("quantity") * models.F("unit_price"), 2)),
                name="scheme_item_amount_is_quantity_times_price",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True) | models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="scheme_item_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name
