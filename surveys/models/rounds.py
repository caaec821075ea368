"""A round, its frozen roll, its ballots, its published results."""

from __future__ import annotations

import datetime
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.numbers import Share
from communities.models import Building, Community, Household
from projects.models import Project
from surveys.choices import WAYS, Channel, Matter, RoundKind, RoundState, Verdict
from surveys.models import guards
from surveys.querysets import BelowEntryQuerySet, BelowRoundQuerySet, RoundQuerySet

PERSON = settings.AUTH_USER_MODEL
FROZEN_COLUMNS = ("round_id", "number", "household_id", "building", "unit", "door", "area", "head")
AREA: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


@pghistory.track(exclude=["secret"])
class Round(models.Model):
    """One question to the households of one community, from its draft to its published result.

    `questions` is a snapshot (rules.Question as dictionaries), as are `facts` (what the scheme says to a household) and
    `place` (names for the pages). `secret` makes the household codes. Roll figures are set when the roll is frozen.
    A lift concerns one stairwell: `building` and `unit` name it, and only its flats are on the roll.
    """

    code = models.CharField(_("public code"), max_length=10, unique=True, editable=False)
    secret = models.CharField(max_length=40, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="rounds", verbose_name=_("community"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="rounds", null=True, blank=True, verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=12, choices=RoundKind)
    matter = models.CharField(_("matter"), max_length=14, choices=Matter, blank=True)
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("building"))
    unit = models.CharField(_("stairwell"), max_length=10, blank=True)
    scheme_version = models.PositiveSmallIntegerField(_("version of the scheme"), null=True, blank=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=80)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    questionnaire = models.CharField(_("questionnaire"), max_length=40, editable=False)
    questions = models.JSONField(default=list, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    place = models.JSONField(default=dict, editable=False)
    contact = models.CharField(_("where to ask (address, telephone)"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RoundState, default=RoundState.DRAFT, editable=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    objection_days = models.PositiveSmallIntegerField(_("days for objections"), default=7)
    extensions = models.PositiveSmallIntegerField(_("times extended"), default=0, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)  # of the last extension, or of cancelling
    remind = models.BooleanField(_("remind households that have not answered"), default=True)
    roll_hash = models.CharField(_("hash of the roll"), max_length=64, blank=True, editable=False)
    roll_count = models.PositiveIntegerField(_("households on the roll"), null=True, editable=False)
    roll_area = models.DecimalField(_("floor area on the roll (m²)"), null=True, editable=False, **AREA)
    roll_heads = models.PositiveIntegerField(_("owners by head on the roll"), null=True, editable=False)
    synthetic = models.BooleanField(_("synthetic"), default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False, verbose_name=_("prepared by"))

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["project", "community", "kind", "closed_at"], name="round_of_project"),
            models.Index(fields=["state", "closes_at"], name="round_by_state"),
            models.Index(models.F("opens_at").desc(nulls_last=True), models.F("id").desc(), name="round_newest_opening"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="round_closes_after_opening"),
            models.CheckConstraint(
                condition=models.Q(kind="legal") ^ models.Q(matter=""),
                name="round_legal_names_its_matter",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="scheme") | models.Q(scheme_version__isnull=False), name="round_on_scheme_names_its_version"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="legal") | models.Q(project__isnull=False), name="round_of_gate_belongs_to_project"
            ),
            models.CheckConstraint(
                condition=models.Q(matter="lift", building__isnull=False) & ~models.Q(unit="")
                | ~models.Q(matter="lift") & models.Q(building__isnull=True, unit=""),
                name="round_on_lift_names_its_stairwell",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "announced", "cancelled"])
                | models.Q(roll_count__gt=0, roll_area__gt=0, roll_heads__gt=0, opened_at__isnull=False) & ~models.Q(roll_hash=""),
                name="round_open_has_its_roll",
            ),
            models.CheckConstraint(condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False), name="round_closed_says_when"),
            # one question of a kind at a time: two clerks cannot open it twice
            models.UniqueConstraint(
                fields=["community", "kind", "matter", "building", "unit"],
                condition=models.Q(state__in=["draft", "announced", "open", "keying"]),
                nulls_distinct=False,
                name="round_once_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="round_goes_its_way",
                field="state",
                transitions=[(start.value, end.value) for start, ends in WAYS.items() for end in ends],
            ),
            pgtrigger.Trigger(
                name="round_asks_what_it_announced",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=guards.fixed_columns(
                    "OLD.state NOT IN ('draft')",
                    *("code", "secret", "community_id", "project_id", "kind", "matter", "building_id", "unit"),
                    *("scheme_version", "questions", "title_zh", "title_en"),
                )
                + guards.fixed_columns(
                    "OLD.state NOT IN ('draft', 'announced')",
                    *("opens_at", "opened_at", "objection_days", "facts", "place"),
                )
                + guards.fixed_columns(
                    "OLD.state IN ('keying', 'closed', 'cancelled')",
                    *("closes_at", "roll_hash", "roll_count", "roll_area", "roll_heads"),
                )
                + guards.fixed_columns("OLD.state = 'closed'", "closed_at")
                + "RETURN NEW;",
            ),
            pgtrigger.Protect(
                name="round_closes_no_earlier",
                operation=pgtrigger.UpdateOf("closes_at"),
                condition=pgtrigger.Q(old__state="open", new__closes_at__lt=pgtrigger.F("old__closes_at")),
            ),
            pgtrigger.Protect(name="round_kept", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state__in=["draft", "announced"])),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language; Chinese where there is no English one."""
        return self.title_en if (get_language() or "").startswith("en") and self.title_en else self.title_zh

    @property
    def where(self) -> str:
        """City and county in the reader's language, as kept with the opened round; before that its region."""
        english = (get_language() or "").startswith("en")
        return str((self.place.get("en") if english else "") or self.place.get("zh") or self.community.region.name)

    @property
    def name(self) -> str:
        """For the audit trail."""
        return self.title_zh

    @property
    def objections_until(self) -> datetime.datetime | None:
        """End of the objection period; None before the closing."""
        return self.closed_at + datetime.timedelta(days=self.objection_days) if self.closed_at else None


class RoundCount(models.Model):
    """What of a round is kept ready for lists and maps: counted from the roll, while it runs by the worker, at its closing for good.

    Households. `passed` is the round's own result: None while it runs and for rounds that decide nothing.
    `legal` holds heads and areas of an owners' matter.
    """

    round = models.OneToOneField(Round, models.CASCADE, primary_key=True, related_name="counted")
    voted = models.PositiveIntegerField(default=0)
    agreed = models.PositiveIntegerField(default=0)
    against = models.PositiveIntegerField(default=0)
    abstained = models.PositiveIntegerField(default=0)
    passed = models.BooleanField(null=True)
    legal = models.JSONField(default=dict)
    ballots = models.PositiveIntegerField(default=0)  # on record when what they say was last taken over
    counted_at = models.DateTimeField()

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of a round")
        verbose_name_plural = _("counts of rounds")
        triggers = [
            # gates read this row: of a closed round it says what the roll says, whoever writes it
            pgtrigger.Trigger(
                name="count_of_a_closed_round_is_its_roll",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("asked", "record"), ("found", "record")],
                func=guards.CLOSED_COUNT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.voted}"

    @property
    def turnout(self) -> Share:
        """Households that answered, of all on the roll."""
        return Share(self.voted, self.round.roll_count or 0)

    @property
    def approval(self) -> Share:
        """Households that agree, of all on the roll."""
        return Share(self.agreed, self.round.roll_count or 0)


class RollEntry(models.Model):
    """A household on a round's frozen roll: nobody else can vote, and there is no switch for it.

    Building, stairwell, door and area are those of the registry at the opening. `head` is the buyer by head count: a hash of the
    owners under the round's secret, the same for several flats of the same buyers, a flat's own where no owner is registered.
    `ballot` is the one that counts: the last of the household's ballots that is not annulled.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="roll", db_index=False)
    number = models.PositiveIntegerField()
    household = models.ForeignKey(Household, models.PROTECT, related_name="roll_entries")
    building = models.CharField(_("building"), max_length=30)
    unit = models.CharField(_("stairwell"), max_length=10)
    door = models.CharField(_("door"), max_length=20)
    area = models.DecimalField(_("exclusive floor area (m²)"), max_digits=9, decimal_places=2)
    head = models.CharField(max_length=32)
    issue = models.PositiveSmallIntegerField(default=1)
    code_digest = models.CharField(max_length=40)
    # no index, no constraint in the database: the trigger looks, and each ballot changes this row without touching its indexes
    ballot = models.ForeignKey("Ballot", models.PROTECT, null=True, related_name="counts_for", db_constraint=False, db_index=False)

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("household on the roll")
        verbose_name_plural = _("households on the roll")
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="roll_household_once"),
            models.UniqueConstraint(fields=["round", "number"], name="roll_number_once"),
            models.UniqueConstraint(fields=["round", "code_digest"], name="roll_code_once"),
            models.CheckConstraint(condition=models.Q(area__gt=0), name="roll_area_positive"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="roll_is_frozen",
                operation=pgtrigger.Insert | pgtrigger.Delete | pgtrigger.UpdateOf(*FROZEN_COLUMNS),
                when=pgtrigger.Before,
                declare=[("line", "surveys_rollentry%ROWTYPE")],
                func=guards.FROZEN_ROLL,
            ),
            pgtrigger.Trigger(
                name="roll_counts_its_own_ballot",
                operation=pgtrigger.UpdateOf("ballot_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__ballot__df=pgtrigger.F("new__ballot")),
                func=guards.OWN_BALLOT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.unit}-{self.door}"


class Ballot(models.Model):
    """One answer of a household. Append-only: replaced ballots stay; the roll's pointer says which one counts.

    `answers`: question code -> option code, list of codes, mark or text. `key` comes with the form: the same form sent again is
    the same ballot. `cast_at` is when the household answered (for paper: when the sheet was handed in), `entered_at` when it was
    written here. `entered_by` is empty for phones alone. `device` is a keyed hash.
    """

    # the trigger looks for both, and locks the round; indexes that others begin with are not made twice
    round = models.ForeignKey(Round, models.PROTECT, related_name="ballots", db_constraint=False, db_index=False)
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="ballots", db_constraint=False, db_index=False)
    receipt = models.CharField(max_length=12)
    key = models.UUIDField()
    form = models.UUIDField(null=True)  # the phone's form: its answers may be changed and sent again
    channel = models.CharField(max_length=8, choices=Channel)
    verdict = models.PositiveSmallIntegerField(choices=Verdict)
    answers = models.JSONField(default=dict)
    cast_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", null=True, db_index=False)
    device = models.CharField(max_length=32, blank=True)
    proxy_sealed = models.CharField(max_length=200, blank=True)  # who voted for the household, by document
    document = models.CharField(max_length=160, blank=True)  # photo of that document, name in the default storage
    owners_agree = models.PositiveSmallIntegerField(null=True)  # several owners of the flat decided among themselves
    owners_against = models.PositiveSmallIntegerField(null=True)

    objects = BelowEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        indexes = [models.Index(fields=["round", "entered_at"], name="ballot_by_round")]
        constraints = [
            models.UniqueConstraint(fields=["receipt"], name="ballot_receipt_once"),
            models.UniqueConstraint(fields=["entry", "key"], name="ballot_sent_once"),
            models.CheckConstraint(
                condition=models.Q(channel="phone") ^ models.Q(entered_by__isnull=False),
                name="ballot_entered_by_somebody_named",
            ),
            models.CheckConstraint(condition=models.Q(proxy_sealed="") | ~models.Q(document=""), name="ballot_proxy_needs_document"),
        ]
        triggers = [
            pgtrigger.Protect(name="ballot_never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            # Locks the round's row against its closing: a ballot is in before it, or refused.
            pgtrigger.Trigger(
                name="ballot_in_open_round",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("now_state", "text"), ("opening", "timestamptz"), ("closing", "timestamptz")],
                func=guards.OPEN_ROUND,
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class RollCorrection(models.Model):
    """A correction of a roll before its first ballot: what, why, who, and the roll's hash afterwards. Append-only."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="corrections")
    what = models.CharField(max_length=200)
    reason = models.CharField(_("reason"), max_length=300)
    roll_hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a roll")
        verbose_name_plural = _("corrections of rolls")
        triggers = [pgtrigger.Protect(name="roll_correction_never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.what


class Publication(models.Model):
    """A published result: the signed header of the ballot file. Append-only; an upheld objection makes the next revision."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="publications")
    revision = models.PositiveSmallIntegerField()
    header = models.TextField()
    root = models.CharField(max_length=64)
    key_id = models.CharField(max_length=20)
    published_at = models.DateTimeField()

    objects = BelowRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("published result")
        verbose_name_plural = _("published results")
        constraints = [models.UniqueConstraint(fields=["round", "revision"], name="publication_once_per_revision")]
        triggers = [pgtrigger.Protect(name="publication_never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.round_id} {self.revision}"
