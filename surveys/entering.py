"""What the pages of entering and checking ask: who is missing, what sheets wait, who entered what, what looks unusual, in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communities.owners import Contact, masked_contact
from surveys.choices import Channel, ReviewKind, RoundState, SheetState, VisitOutcome
from surveys.models import Ballot, CallBack, Keying, Objection, Review, RollEntry, Round, Sheet, SlipPrint
from surveys.queries import missing_households
from surveys.rules import Question
from surveys.voting import worded

UNSETTLED = (SheetState.FIRST, SheetState.SECOND, SheetState.DIFFERS)
SHEET_ORDER = (SheetState.DIFFERS, SheetState.SECOND, SheetState.FIRST, SheetState.COUNTED, SheetState.VOID)
WITH_PEOPLE = ("household__owners",)


def household_of(entry: RollEntry) -> str:
    """A household in full, for staff: "3号楼 2单元 402"."""
    if not entry.unit:
        return f"{entry.building} {entry.door}"
    return _("%(building)s, stairwell %(unit)s, door %(door)s") % {"building": entry.building, "unit": entry.unit, "door": entry.door}


@dataclass(frozen=True, slots=True)
class Missing:
    """A household without a ballot that counts: whom to ask for, and how often somebody stood at the door."""

    entry: RollEntry
    contact: Contact
    visits: list[Any] = field(default_factory=list)  # newest first

    @property
    def refused(self) -> bool:
        """Whether the last word at the door was a refusal."""
        return bool(self.visits) and self.visits[0].outcome == VisitOutcome.REFUSED


def missing_by_stairwell(round_: Round, *, only: str = "") -> list[tuple[str, str, list[Missing]]]:
    """(building, stairwell, households without a ballot) in the roll's order. `only`: "" all, "new" never visited, "visited"."""
    rows = missing_households(round_).select_related("household").prefetch_related(*WITH_PEOPLE)
    found = []
    for entry in rows:
        visits = sorted(entry.visits.all(), key=lambda visit: (visit.recorded_at, visit.pk), reverse=True)
        if only in {"new", "visited"} and (only == "visited") != bool(visits):
            continue
        found.append(Missing(entry, masked_contact(entry.household), visits))
    return [(*key, list(group)) for key, group in groupby(found, key=lambda one: (one.entry.building, one.entry.unit))]


def roll_choices(round_: Round) -> list[tuple[str, list[tuple[int, str]]]]:
    """The whole roll for a select: building -> (entry, "2-402")."""
    rows = RollEntry.objects.filter(round=round_).order_by("number").values_list("building", "pk", "unit", "door")
    return [
        (building, [(pk, f"{unit}-{door}" if unit else door) for _building, pk, unit, door in group])
        for building, group in groupby(rows, key=lambda row: row[0])
    ]


def entry_with_people(round_: Round, pk: int) -> QuerySet[RollEntry]:
    """A household of this round with what its page shows; none when it is not on the roll."""
    rows = RollEntry.objects.filter(round=round_, pk=pk).select_related("household", "ballot", "round")
    return rows.prefetch_related(*WITH_PEOPLE, "visits__recorded_by")


# --- paper -------------------------------------------------------------------------------------------------------
def sheets_of(round_: Round) -> list[Sheet]:
    """The round's sheets, those that wait for somebody first, then the newest."""
    keyings = Prefetch("keyings", Keying.objects.order_by("number").select_related("recorded_by").defer("answers"))
    rows = Sheet.objects.filter(round=round_).select_related("entry", "registered_by").prefetch_related(keyings)
    order = {state: place for place, state in enumerate(SHEET_ORDER)}
    return sorted(rows, key=lambda sheet: (order[SheetState(sheet.state)], -sheet.pk))


def takes_paper(round_: Round) -> bool:
    """Whether registered sheets can be keyed now."""
    return round_.state in {RoundState.OPEN, RoundState.KEYING}


def registers_paper(round_: Round, at: datetime.datetime) -> bool:
    """Whether further sheets can be registered."""
    return round_.state == RoundState.OPEN and at < round_.closes_at


@dataclass(frozen=True, slots=True)
class Compared:
    """One question as two people read it from a sheet."""

    text: str
    first: str
    second: str
    differs: bool


def compared(questions: Sequence[Question], first: dict[str, Any], second: dict[str, Any], differing: Sequence[str]) -> list[Compared]:
    """Both keyings side by side, question by question."""
    return [
        Compared(
            worded(one), answer_words(one, first.get(one["code"])), answer_words(one, second.get(one["code"])), one["code"] in differing
        )
        for one in questions
    ]


def answer_words(question: Question, value: Any) -> str:
    """An answer as a person reads it; a dash for none."""
    if value in (None, "", []):
        return "—"
    words: dict[str, str] = {option["code"]: worded(option) for option in question.get("options") or []}
    if isinstance(value, list):
        said = [words.get(code, str(code)) for code in value]
        return " → ".join(said) if question["form"] == "ranking" else " · ".join(said)
    return words.get(value, str(value)) if question["form"] == "single" else str(value)


# --- call-backs, reviews, objections -----------------------------------------------------------------------------
def call_backs_for(round_: Round, viewer: User) -> QuerySet[CallBack]:
    """The round's call-backs without those of the viewer's own entries: whoever entered a ballot does not learn that it is drawn."""
    rows = CallBack.objects.filter(ballot__round=round_).exclude(ballot__entered_by=viewer)
    rows = rows.select_related("ballot__entry__household", "ballot__entered_by", "called_by")
    return rows.prefetch_related("ballot__entry__household__owners").order_by("drawn_at", "pk")


def reviews_of(round_: Round) -> list[Review]:
    """Open ones first, each with the newest on top."""
    rows = list(Review.objects.filter(round=round_).select_related("settled_by").order_by("-raised_at", "-pk"))
    return sorted(rows, key=lambda review: review.settled_at is not None)


def review_words(review: Review) -> str:
    """What was found, as a sentence with its limit."""
    detail: dict[str, Any] = {"day": review.subject.split()[-1]} | review.detail
    sentences = {
        ReviewKind.ONE_DEVICE: _("%(households)s households voted from one device; more than %(limit)s are looked at."),
        ReviewKind.ONE_ACCOUNT: _("%(name)s entered %(ballots)s ballots on %(day)s; more than %(limit)s are looked at."),
        ReviewKind.NIGHT: _("%(ballots)s ballots came between 23:00 and 6:00 of %(day)s; more than %(limit)s are looked at."),
        ReviewKind.STAFF_SHARE: _("Staff entered %(staff)s of the %(ballots)s ballots that counted; more than %(limit)s%% are looked at."),
        ReviewKind.DENIED_CALL: _("Called back, the household says that the ballot is not its own: “%(said)s”"),
        ReviewKind.CODE_GUESSING: _("More than %(more_than)s wrong codes were tried in one hour (%(hour)s)."),
    }
    limits = {
        ReviewKind.ONE_DEVICE: settings.REVIEW_PER_DEVICE,
        ReviewKind.ONE_ACCOUNT: settings.REVIEW_PER_ACCOUNT,
        ReviewKind.NIGHT: settings.REVIEW_AT_NIGHT,
        ReviewKind.STAFF_SHARE: settings.REVIEW_STAFF_PERCENT,
    }
    kind = ReviewKind(review.kind)
    known = {"said": "", "more_than": settings.REVIEW_WRONG_CODES, "hour": detail["day"], "limit": limits.get(kind, 0)}
    return sentences[kind] % (known | detail)


def ballot_of_review(review: Review) -> Ballot | None:
    """The ballot that a denied call is about."""
    if review.kind != ReviewKind.DENIED_CALL:
        return None
    pk = review.subject.removeprefix("ballot ")
    return Ballot.objects.filter(round=review.round_id, pk=pk).select_related("entry", "entered_by").first() if pk.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Entries:
    """How many ballots an account entered on a day, at the door and from paper."""

    name: str
    day: datetime.date
    visit: int = 0
    paper: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.visit + self.paper


def entered_by_staff(round_: Round) -> list[Entries]:
    """Who entered what, for ever: account by account and day by day, replaced and annulled ballots among them; one query."""
    rows = (
        Ballot.objects.filter(round=round_, entered_by__isnull=False)
        .annotate(day=TruncDate("entered_at"))
        .values("entered_by", "entered_by__name", "day", "channel")
        .annotate(number=Count("pk"))
        .order_by("entered_by__name", "entered_by", "day")
    )
    lines = []
    for (_account, name, day), group in groupby(rows, key=lambda row: (row["entered_by"], row["entered_by__name"], row["day"])):
        counts = {row["channel"]: row["number"] for row in group}
        lines.append(Entries(name, day, counts.get(Channel.VISIT, 0), counts.get(Channel.PAPER, 0)))
    return lines


def objections_of(round_: Round) -> list[Objection]:
    """Open ones first, oldest on top."""
    rows = Objection.objects.filter(round=round_).select_related("entry", "ballot__entered_by", "ballot__sheet", "decided_by")
    return sorted(rows, key=lambda one: (one.decided_at is not None, one.raised_at))


def given_anew(round_: Round) -> dict[int, str]:
    """Objections made with a code that the household got after the closing, each with a sentence that says from whom and why.

    With such a code somebody else could have objected: whoever decides asks the household first.
    """
    late: dict[int, list[SlipPrint]] = {}
    for one in SlipPrint.objects.filter(round=round_, entry__isnull=False, recorded_at__gte=round_.closes_at).select_related("recorded_by"):
        late.setdefault(one.entry_id or 0, []).append(one)
    marked = {}
    for objection in Objection.objects.filter(round=round_, entry__in=late):
        prints = [one for one in late[objection.entry_id] if one.recorded_at <= objection.raised_at]
        if prints:
            last = max(prints, key=lambda one: (one.recorded_at, one.pk))
            when = timezone.localtime(last.recorded_at).strftime("%Y-%m-%d %H:%M")
            words = {"when": when, "name": last.recorded_by, "reason": last.reason}
            marked[objection.pk] = _("Code given out anew on %(when)s by %(name)s: %(reason)s") % words
    return marked
