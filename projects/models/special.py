"""Special works of pipe and cable owners, their steps, and what owners say of a project before its yard is opened."""

from __future__ import annotations

import datetime
from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import SPECIAL_MOVES, OwnerAnswer, PipeOwner, SpecialState
from projects.models.plans import PERSON, Project
from projects.models.stretches import Stretch
from projects.querysets import FROM_ON, UNTIL_ON, BelowProjectQuerySet, BelowProposalQuerySet, BelowSpecialWorkQuerySet, SpecialWorkQuerySet
from regions.models import Region

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
RECORDED: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+", "editable": False}


@pgtrigger.register(
    pgtrigger.FSM(
        name="special_work_moves_by_its_table",
        field="state",
        transitions=[(before, after) for before, afters in SPECIAL_MOVES.items() for after in afters],
    )
)
@pghistory.track()
class SpecialWork(models.Model):
    """What one owner of pipes, cables or lifts plans on yards and roads of a county, and what came of it.

    `project` is the renovation with which it is carried out and accepted, if any. `unavoidable` is the owner's reason for a
    clash that stays. Its days are the actual ones, or the planned ones until they are known (`from_on`, `until_on`).
    """

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="special_works", verbose_name=_("county"))
    owner = models.CharField(_("pipe or cable owner"), max_length=12, choices=PipeOwner)
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="special_works", verbose_name=_("project"))
    stretches = models.ManyToManyField(Stretch, through="SpecialWorkStretch", related_name="special_works", verbose_name=_("stretches"))
    title = models.CharField(_("title"), max_length=100)
    laid = models.CharField(_("what is laid"), max_length=200)
    digs = models.BooleanField(_("the ground is opened"), default=True)
    planned_start_on = models.DateField(_("planned start"))
    planned_completion_on = models.DateField(_("planned completion"))
    started_on = models.DateField(_("started on"), null=True, blank=True, editable=False)
    completed_on = models.DateField(_("completed on"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=SpecialState, default=SpecialState.FILED, editable=False)
    contact = models.CharField(_("contact unit"), max_length=120, blank=True)
    unavoidable = models.CharField(_("why the clash cannot be avoided"), max_length=300, blank=True)
    filed_at = models.DateTimeField(_("filed at"), editable=False)
    filed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = SpecialWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("special work")
        verbose_name_plural = _("special works")
        ordering = ("planned_start_on", "number")
        indexes = [models.Index(UNTIL_ON, FROM_ON, name="special_work_in_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned_completion_on__gte=models.F("planned_start_on")), name="special_work_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True) | models.Q(completed_on__gte=models.F("started_on")),
                name="special_work_completed_after_its_start",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["filed", "agreed", "withdrawn"], started_on__isnull=True, completed_on__isnull=True)
                | models.Q(state="running", started_on__isnull=False, completed_on__isnull=True)
                | models.Q(state__in=["completed", "accepted"], started_on__isnull=False, completed_on__isnull=False),
                name="special_work_has_the_days_of_its_state",
            ),
            models.CheckConstraint(condition=~models.Q(title="") & ~models.Q(laid=""), name="special_work_says_what"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def from_on(self) -> datetime.date:
        """The first day, actual or planned."""
        return self.started_on or self.planned_start_on

    @property
    def until_on(self) -> datetime.date:
        """The last day, actual or planned; never before the first."""
        return max(self.completed_on or self.planned_completion_on, self.from_on)


@pghistory.track()
class SpecialWorkStretch(models.Model):
    """A stretch on which a special work lies."""

    work = models.ForeignKey(SpecialWork, models.PROTECT, related_name="places")
    stretch = models.ForeignKey(Stretch, models.PROTECT, related_name="places")

    objects = BelowSpecialWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("stretch of a special work")
        verbose_name_plural = _("stretches of special works")
        ordering = ("work", "pk")
        constraints = [models.UniqueConstraint(fields=["work", "stretch"], name="special_work_once_per_stretch")]

    def __str__(self) -> str:
        return f"{self.work_id} {self.stretch_id}"


@pgtrigger.register(pgtrigger.Protect(name="special_step_never_changed", operation=APPEND_ONLY))
class SpecialWorkStep(models.Model):
    """A special work came into a state: true since `happened_on`, known since `recorded_at`. Never changed."""

    work = models.ForeignKey(SpecialWork, models.PROTECT, related_name="steps")
    state = models.CharField(_("state"), max_length=10, choices=SpecialState)
    happened_on = models.DateField(_("happened on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, **RECORDED)

    objects = BelowSpecialWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a special work")
        verbose_name_plural = _("steps of special works")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(state="withdrawn") | ~models.Q(reason=""), name="special_step_back_needs_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.work_id} {self.state}"


@pgtrigger.register(pgtrigger.Protect(name="owner_confirmation_never_changed", operation=APPEND_ONLY))
class OwnerConfirmation(models.Model):
    """What an owner of pipes or cables says of a project before its yard is opened. Append-only: the newest row counts.

    "Joins" names the special works with which it joins (`works`); "cannot join" says why.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="confirmations")
    owner = models.CharField(_("pipe or cable owner"), max_length=12, choices=PipeOwner)
    answer = models.CharField(_("answer"), max_length=6, choices=OwnerAnswer)
    works = models.ManyToManyField(SpecialWork, through="ConfirmedWork", related_name="confirmations")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    party = models.CharField(_("confirmed by"), max_length=100)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    confirmed_on = models.DateField(_("confirmed on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, **RECORDED)

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner's confirmation")
        verbose_name_plural = _("owners' confirmations")
        ordering = ("project", "owner", "pk")
        indexes = [models.Index(fields=["project", "owner", "-id"], name="confirmation_newest_first")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(answer="cannot") | ~models.Q(reason=""), name="confirmation_refused_with_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.owner} {self.answer}"


@pgtrigger.register(pgtrigger.Protect(name="confirmed_work_never_changed", operation=APPEND_ONLY))
class ConfirmedWork(models.Model):
    """A special work with which an owner joins."""

    confirmation = models.ForeignKey(OwnerConfirmation, models.PROTECT, related_name="joined")
    work = models.ForeignKey(SpecialWork, models.PROTECT, related_name="+")

    objects = BelowSpecialWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("work that an owner joins with")
        verbose_name_plural = _("works that owners join with")
        constraints = [models.UniqueConstraint(fields=["confirmation", "work"], name="confirmed_work_once")]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.work_id}"


@pgtrigger.register(pgtrigger.Protect(name="window_proposal_never_changed", operation=APPEND_ONLY))
class WindowProposal(models.Model):
    """Other days proposed to the owner of a special work, to mend a clash. Append-only; the owner's decision is a row of its own."""

    work = models.ForeignKey(SpecialWork, models.PROTECT, related_name="proposals")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    note = models.CharField(_("because"), max_length=300)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, **RECORDED)

    objects = BelowSpecialWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed window")
        verbose_name_plural = _("proposed windows")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="proposal_ends_after_its_start")]

    def __str__(self) -> str:
        return f"{self.work_id} {self.starts_on} {self.ends_on}"


@pgtrigger.register(pgtrigger.Protect(name="window_decision_never_changed", operation=APPEND_ONLY))
class WindowDecision(models.Model):
    """The owner accepts a proposed window, or refuses it with a reason. One for each proposal, never changed."""

    proposal = models.OneToOneField(WindowProposal, models.PROTECT, related_name="decision")
    accepted = models.BooleanField(_("accepted"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, **RECORDED)

    objects = BelowProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a proposed window")
        verbose_name_plural = _("decisions on proposed windows")
        constraints = [
            models.CheckConstraint(condition=models.Q(accepted=True) | ~models.Q(reason=""), name="decision_refused_with_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.accepted}"
