"""What staff and households record around ballots: sheets and their keyings, visits, call-backs, reviews, objections, reminders."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.choices import CallOutcome, ObjectionState, ReviewKind, SheetState, VisitOutcome
from surveys.models.rounds import Ballot, RollEntry, Round
from surveys.querysets import BelowBallotQuerySet, BelowEntryQuerySet, BelowRoundQuerySet, BelowSheetQuerySet

PERSON = settings.AUTH_USER_MODEL
NEVER = pgtrigger.Update | pgtrigger.Delete


@pghistory.track()
class Sheet(models.Model):
    """A signed paper sheet of a household: its photo, handed in at a moment; keyed by two different people before it counts."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="sheets")
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="sheets")
    photo = models.CharField(max_length=160)  # name in the default storage
    handed_in_at = models.DateTimeField(_("handed in at"))
    proxy_sealed = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SheetState, default=SheetState.FIRST)
    void_reason = models.CharField(_("not valid because"), max_length=200, blank=True)
    ballot = models.OneToOneField(Ballot, models.PROTECT, null=True, related_name="sheet")
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper sheet")
        verbose_name_plural = _("paper sheets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="counted") ^ models.Q(ballot__isnull=True), name="sheet_counted_has_its_ballot"
            ),
            models.CheckConstraint(condition=~models.Q(state="void") | ~models.Q(void_reason=""), name="sheet_void_says_why"),
            models.CheckConstraint(condition=models.Q(proxy_sealed="") | ~models.Q(document=""), name="sheet_proxy_needs_document"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="sheet_is_what_was_handed_in",
                fields=["round", "entry", "photo", "handed_in_at", "proxy_sealed", "document", "registered_at", "registered_by"],
            ),
            pgtrigger.Protect(name="sheet_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"


class Keying(models.Model):
    """What one person read from a sheet. First and second are two people; the third, when they differ, is neither. Append-only."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="keyings")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("keying of a sheet")
        verbose_name_plural = _("keyings of sheets")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="keying_number_once"),
            models.UniqueConstraint(fields=["sheet", "recorded_by"], name="keying_once_per_person"),
            models.CheckConstraint(condition=models.Q(number__range=(1, 3)), name="keying_one_to_three"),
        ]
        triggers = [pgtrigger.Protect(name="keying_never_changed", operation=NEVER)]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.number}"


class Visit(models.Model):
    """Somebody went to the door and brought no ballot. Not a ballot, never counted. Append-only."""

    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="visits")
    outcome = models.CharField(_("outcome"), max_length=10, choices=VisitOutcome)
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit without a ballot")
        verbose_name_plural = _("visits without a ballot")
        triggers = [pgtrigger.Protect(name="visit_never_changed", operation=NEVER)]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.outcome}"


@pghistory.track()
class CallBack(models.Model):
    """A ballot entered at the door, drawn by lot: somebody else calls the household and asks whether it is theirs."""

    ballot = models.OneToOneField(Ballot, models.PROTECT, related_name="call_back")
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome, default=CallOutcome.WAITING)
    note = models.CharField(_("note"), max_length=200, blank=True)
    drawn_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", null=True)

    objects = BelowBallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="waiting") ^ models.Q(called_by__isnull=False, called_at__isnull=False),
                name="call_back_says_who_called",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.outcome}"


@pghistory.track()
class Review(models.Model):
    """Something unusual that a person must look at. It changes no vote; it is settled with a sentence."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="reviews")
    kind = models.CharField(_("kind"), max_length=16, choices=ReviewKind)
    subject = models.CharField(max_length=64)  # of the device, the account, the night
    detail = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", null=True)
    note = models.CharField(_("what was found"), max_length=300, blank=True)

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "subject"], name="review_once_per_subject"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by__isnull=True)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False) & ~models.Q(note=""),
                name="review_settled_says_what_was_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.kind}"


@pghistory.track()
class Objection(models.Model):
    """A household with its code objects to its ballot, or to the round. While one is open the gate is frozen."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="objections")
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="objections")
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="objections", null=True)  # the one that counted then
    text = models.CharField(_("what is wrong"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=ObjectionState, default=ObjectionState.OPEN)
    raised_at = models.DateTimeField()
    reason = models.CharField(_("decision and its reason (public)"), max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", null=True)

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ("raised_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=models.Q(state="open"), name="objection_open_once"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_by__isnull=True)
                | ~models.Q(state="open") & models.Q(decided_by__isnull=False, decided_at__isnull=False) & ~models.Q(reason=""),
                name="objection_decided_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="objection_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="objection_says_what_it_said", fields=["round", "entry", "ballot", "text", "raised_at"]),
            pgtrigger.Protect(name="objection_decided_once", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.state}"


class Annulment(models.Model):
    """A ballot that an upheld objection took out of the count. The ballot itself stays as it is. Append-only."""

    ballot = models.OneToOneField(Ballot, models.PROTECT, related_name="annulment")
    objection = models.OneToOneField(Objection, models.PROTECT, related_name="annulment")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowBallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("annulled ballot")
        verbose_name_plural = _("annulled ballots")
        triggers = [pgtrigger.Protect(name="annulment_never_changed", operation=NEVER)]

    def __str__(self) -> str:
        return str(self.ballot_id)


class Reminder(models.Model):
    """A household was reminded on a day: once a day at most, by the constraint."""

    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="reminders")
    on = models.DateField()
    sent_at = models.DateTimeField(null=True)

    objects = BelowEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["entry", "on"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.on}"


class SlipPrint(models.Model):
    """Somebody printed household codes: how many, when, why a further issue. Append-only."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="slip_prints")
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="slip_prints", null=True)  # one household's new code
    household_count = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("printing of household codes")
        verbose_name_plural = _("printings of household codes")
        triggers = [pgtrigger.Protect(name="slip_print_never_changed", operation=NEVER)]

    def __str__(self) -> str:
        return f"{self.round_id} {self.household_count}"
