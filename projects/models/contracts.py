"""Contracts of a project: who bid for them, and the orders that change them."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import ChangeState, ContractKind
from projects.models.plans import PERSON, YUAN, Project
from projects.models.schemes import Work
from projects.querysets import BelowContractQuerySet, BelowOrderQuerySet, BelowProjectQuerySet, ChangeOrderQuerySet


@pghistory.track()
class Contract(models.Model):
    """A contract of a project; amount in yuan, as signed: approved change orders come on top (`queries.current_amount`)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="contracts")
    kind = models.CharField(_("kind"), max_length=12, choices=ContractKind)
    number = models.CharField(_("contract number"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    amount = models.DecimalField(_("amount (yuan)"), **YUAN)
    party = models.CharField(_("contractor"), max_length=100)
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    ends_on = models.DateField(_("planned completion"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True) | models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="contract_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class Bidder(models.Model):
    """Who bid for a contract: amount in yuan, place in the evaluation, and whether the contract went there."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="bidders")
    name = models.CharField(_("bidder"), max_length=100)
    amount = models.DecimalField(_("bid (yuan)"), **YUAN)
    rank = models.PositiveSmallIntegerField(_("rank"), validators=[MinValueValidator(1)])
    winner = models.BooleanField(_("awarded"), default=False)

    objects = BelowContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("bidder")
        verbose_name_plural = _("bidders")
        ordering = ("contract", "rank", "pk")
        constraints = [
            models.UniqueConstraint(fields=["contract", "name"], name="bidder_once_per_contract"),
            models.UniqueConstraint(fields=["contract"], condition=models.Q(winner=True), name="one_bidder_wins"),
            models.CheckConstraint(condition=models.Q(amount__gt=0, rank__gte=1), name="bidder_amount_and_rank_positive"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ChangeOrder(models.Model):
    """A change of a contract: `amount_delta` yuan and `days_delta` days, more or less. Only an approved one counts.

    Draft, submitted, then approved or refused (`ChangeDecision`): by a level above the county, or below the limit of the
    settings by the county itself.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="changes")
    number = models.CharField(_("number of the change order"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300)
    amount_delta = models.DecimalField(_("change of the amount (yuan)"), **YUAN)
    days_delta = models.SmallIntegerField(_("change of the time (days)"), default=0)
    works = models.ManyToManyField(Work, related_name="changes", blank=True, verbose_name=_("works affected"))
    state = models.CharField(_("state"), max_length=10, choices=ChangeState, default=ChangeState.DRAFT)
    drafted_at = models.DateTimeField(editable=False)
    drafted_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)

    objects = ChangeOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("change order")
        verbose_name_plural = _("change orders")
        ordering = ("contract", "pk")
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="change_order_once_per_contract"),
            models.CheckConstraint(condition=~models.Q(amount_delta=0) | ~models.Q(days_delta=0), name="change_order_changes_something"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="change_order_needs_a_reason"),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False), name="change_order_decided_after_submission"
            ),
        ]

    def __str__(self) -> str:
        return self.number


@pgtrigger.register(pgtrigger.Protect(name="change_decision_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class ChangeDecision(models.Model):
    """What was decided on a change order: once, for good. A refusal says why."""

    order = models.OneToOneField(ChangeOrder, models.PROTECT, related_name="decision")
    approved = models.BooleanField(_("approved"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by_county = models.BooleanField(_("decided by the county itself"), default=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)

    objects = BelowOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a change order")
        verbose_name_plural = _("decisions on change orders")
        constraints = [models.CheckConstraint(condition=models.Q(approved=True) | ~models.Q(note=""), name="change_refusal_needs_a_reason")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.approved}"
