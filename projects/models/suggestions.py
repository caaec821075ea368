"""Works that somebody proposes for a scheme: a gap of the living circle, a wish of the residents, a line of the city's template."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import SuggestionSource, SuggestionState, WorkKind
from projects.models.plans import PERSON, Project
from projects.models.schemes import Scheme
from projects.querysets import BelowProjectQuerySet


@pghistory.track()
class Suggestion(models.Model):
    """A work proposed for a project's scheme: open until a version takes it over or somebody dismisses it with a reason.

    `community` is empty for the whole project. `key` is the name without spaces, as of a work: one open proposal of each.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="suggestions")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="suggestions", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=12, choices=WorkKind)
    name = models.CharField(_("work item"), max_length=60)
    key = models.CharField(max_length=60, editable=False)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    source = models.CharField(_("proposed because of"), max_length=10, choices=SuggestionSource)
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SuggestionState, default=SuggestionState.OPEN)
    taken_into = models.ForeignKey(
        Scheme, models.PROTECT, null=True, blank=True, related_name="suggestions", verbose_name=_("taken into version")
    )
    reason = models.CharField(_("dismissed because"), max_length=300, blank=True)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed work")
        verbose_name_plural = _("proposed works")
        ordering = ("project", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "community", "kind", "key"],
                condition=models.Q(state="open"),
                nulls_distinct=False,
                name="suggestion_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | models.Q(quantity__gt=0), name="suggestion_quantity_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", taken_into__isnull=True, settled_at__isnull=True, reason="")
                | models.Q(state="taken", taken_into__isnull=False, settled_at__isnull=False)
                | (models.Q(state="dismissed", taken_into__isnull=True, settled_at__isnull=False) & ~models.Q(reason="")),
                name="suggestion_settled_with_version_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
