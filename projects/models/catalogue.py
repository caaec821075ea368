"""The province's catalogue of works by year, and the cities' templates "9 + X" made from it."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import WORK_CLASS, CatalogueState, Output, WorkClass, WorkKind
from projects.models.plans import PERSON, YEAR, YUAN
from projects.querysets import BelowTemplateQuerySet, TemplateQuerySet
from regions.models import Region


@pgtrigger.register(
    pgtrigger.Trigger(
        name="catalogue_published_never_changed",
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func="""
            IF TG_OP = 'DELETE' THEN
                IF OLD.state <> 'draft' THEN
                    RAISE EXCEPTION 'a published catalogue is never changed' USING ERRCODE = 'check_violation';
                END IF;
                RETURN OLD;
            END IF;
            IF OLD.state <> 'draft' AND NOT (
                OLD.state = 'published' AND NEW.state = 'superseded'
                AND ROW (NEW.id, NEW.year, NEW.note, NEW.source, NEW.published_at, NEW.published_by_id)
                    IS NOT DISTINCT FROM ROW (OLD.id, OLD.year, OLD.note, OLD.source, OLD.published_at, OLD.published_by_id)
            ) THEN
                RAISE EXCEPTION 'a published catalogue is never changed' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )
)
@pghistory.track()
class CatalogueVersion(models.Model):
    """The catalogue of one year: drafted by the province, then published and never changed; the next one supersedes it.

    `source` says where its price bands come from. One version at a time is the published one: schemes are drawn from it.
    """

    year = models.PositiveSmallIntegerField(_("year"), unique=True, validators=YEAR)
    state = models.CharField(_("state"), max_length=10, choices=CatalogueState, default=CatalogueState.DRAFT)
    note = models.CharField(_("note"), max_length=500, blank=True)
    source = models.CharField(_("source of the price bands"), max_length=500)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("catalogue of works")
        verbose_name_plural = _("catalogues of works")
        ordering = ("-year",)
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="published"), name="catalogue_published_one"),
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at__isnull=True)
                | models.Q(state__in=["published", "superseded"], published_at__isnull=False),
                name="catalogue_published_has_its_moment",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="catalogue_names_its_source"),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def is_draft(self) -> bool:
        """Whether its items may still be changed."""
        return self.state == CatalogueState.DRAFT


@pgtrigger.register(
    pgtrigger.Trigger(
        name="catalogue_item_of_a_draft_only",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func="""
            IF TG_OP <> 'INSERT' AND (SELECT state FROM projects_catalogueversion WHERE id = OLD.version_id) <> 'draft'
               OR TG_OP <> 'DELETE' AND (SELECT state FROM projects_catalogueversion WHERE id = NEW.version_id) <> 'draft' THEN
                RAISE EXCEPTION 'a published catalogue is never changed' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        """,
    )
)
@pghistory.track()
class CatalogueItem(models.Model):
    """One item of a year's catalogue: unit, typical band of the unit price (yuan per unit), what its quantity counts as.

    `factor` turns a quantity in `unit` into the unit of `output` (m into km: 0.001). `compulsory`: one of the common items of
    "9 + X", which every city's template holds. `code` is the same through the years.
    """

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="items")
    code = models.CharField(_("code"), max_length=10)
    kind = models.CharField(_("kind"), max_length=12, choices=WorkKind)
    name = models.CharField(_("work item"), max_length=60)
    unit = models.CharField(_("unit"), max_length=12)
    price_low = models.DecimalField(_("typical unit price from (yuan)"), validators=[MinValueValidator(0)], **YUAN)
    price_high = models.DecimalField(_("typical unit price to (yuan)"), validators=[MinValueValidator(0)], **YUAN)
    output = models.CharField(_("output indicator"), max_length=20, blank=True, choices=Output)
    factor = models.DecimalField(_("factor to the indicator's unit"), max_digits=12, decimal_places=6, null=True, blank=True)
    compulsory = models.BooleanField(_("common item"), default=False)
    description = models.CharField(_("what belongs to it"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("item of the catalogue")
        verbose_name_plural = _("items of the catalogue")
        ordering = ("version", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="catalogue_item_code_once"),
            models.CheckConstraint(
                condition=models.Q(price_low__gt=0, price_high__gte=models.F("price_low")), name="catalogue_item_band_from_low_to_high"
            ),
            models.CheckConstraint(
                condition=models.Q(output="", factor__isnull=True) | (~models.Q(output="") & models.Q(factor__gt=0)),
                name="catalogue_item_output_with_factor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def work_class(self) -> WorkClass:
        """Basic, improvement or upgrade: by its kind."""
        return WORK_CLASS[self.kind]


@pghistory.track()
class CityTemplate(models.Model):
    """A reporting city's "9 + X": the catalogue's common items and the city's own choice, to start a scheme from."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="templates", verbose_name=_("reporting unit"))
    name = models.CharField(_("name"), max_length=60)
    catalogue = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="templates", verbose_name=_("catalogue of works"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("city template")
        verbose_name_plural = _("city templates")
        ordering = ("region", "name")
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="template_name_once_per_city")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TemplateItem(models.Model):
    """An item that a template holds: a common one, or one of the city's own choice."""

    template = models.ForeignKey(CityTemplate, models.CASCADE, related_name="rows")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="+")

    objects = BelowTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of a template")
        verbose_name_plural = _("items of templates")
        ordering = ("template", "item__position", "pk")
        constraints = [models.UniqueConstraint(fields=["template", "item"], name="template_item_once")]

    def __str__(self) -> str:
        return str(self.item)
