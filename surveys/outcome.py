"""What the public page of a round shows after its closing: the gate's bar, the groups, the ways, the proof, the objections."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import display, spoken
from surveys.answers import public_answers
from surveys.ballot_file import Leaf, parse
from surveys.choices import CallOutcome, Channel, ObjectionState, RoundKind
from surveys.codes import RECEIPT_LENGTH, is_code, typed
from surveys.codes import spoken as grouped
from surveys.models import Annulment, CallBack, Keying, Objection, Publication, Round
from surveys.printing.words import sides, silence
from surveys.publications import published_file
from surveys.queries import public_crumbs
from surveys.results import Line, by_building, legal_count, tally
from surveys.rules import GATE_PERCENT, RULE_VERSION
from surveys.screens import thresholds
from surveys.signing import known_keys

KEPT_SECONDS = 24 * 60 * 60
PARTS = {"says": "_law_says", "gate": "_result_gate", "buildings": "_result_buildings", "answers": "_answers_public"}
TEXT_FROM = 25  # per cent of a bar: a part as wide as this carries its label


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the gate's bar: its pattern (yes, no, abst, mute), its words, where it begins and how wide it is, in per cent."""

    side: str
    name: str
    number: int
    x: Decimal
    width: Decimal

    @property
    def labelled(self) -> bool:
        """Whether its label fits into it."""
        return self.side == "yes" and self.width >= TEXT_FROM


@dataclass(frozen=True, slots=True)
class GateBar:
    """All households of the roll as one bar; `line` is where the needed number stands, in per cent."""

    parts: list[Part]
    line: Decimal
    line_label: str

    @property
    def told(self) -> str:
        """The bar in words, for who does not see it."""
        return ", ".join([*(f"{part.name} {part.number}" for part in self.parts), self.line_label])


def gate_bar(kind: str, total: Line, needed: int) -> GateBar:
    """The bar of a gate: agree solid, disagree striped, abstain dotted, not voted hatched; empty parts are left out."""
    words, whole = sides(kind), max(total.households, 1)
    counts = (
        ("yes", words.agree, total.agreed),
        ("no", words.against, total.against),
        ("abst", words.abstain, total.abstained),
        ("mute", words.silent, total.missing),
    )
    parts, start = [], 0
    for side, name, number in counts:
        if number:
            x, end = (display.round_half_up(Decimal(place * 100) / whole, 2) for place in (start, start + number))
            parts.append(Part(side, name, number, x, end - x))
            start += number
    line = display.round_half_up(Decimal(needed * 100) / whole, 2)
    label = _("%(percent)s%% line: %(needed)s households") % {"percent": GATE_PERCENT, "needed": display.group(needed)}
    return GateBar(parts, line, label)


def sentence(kind: str, total: Line) -> str:
    """The result as a fraction in words."""
    numbers = {"whole": display.group(total.households), "part": display.group(total.agreed)}
    return {
        RoundKind.WILLINGNESS: _("Of all %(whole)s households %(part)s want it"),
        RoundKind.OPINIONS: _("Of all %(whole)s households %(part)s gave their opinion"),
        RoundKind.SATISFACTION: _("Of all %(whole)s households %(part)s are satisfied"),
    }.get(RoundKind(kind), _("Of all %(whole)s households %(part)s agreed")) % numbers


def ways(round_: Round, channels: dict[str, int]) -> list[dict[str, Any]]:
    """How the ballots came in, and what guards each way against mistakes. Two queries."""
    calls = CallBack.objects.filter(ballot__round=round_).aggregate(
        drawn=Count("pk"),
        **{outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in CallOutcome},
    )
    differed = Keying.objects.filter(sheet__round=round_, number=3).count()
    guards = {Channel.PHONE: _("One code for each household"), Channel.VISIT: _called_back(calls), Channel.PAPER: _keyed(differed)}
    numbers = {way: channels.get(way, 0) for way in Channel}
    return [{"name": str(way.label), "number": number, "guard": guards[way] if number else ""} for way, number in numbers.items()]


def _called_back(calls: dict[str, int]) -> str:
    if not calls["drawn"]:
        return _("Households drawn by lot are called back")
    told = _("%(drawn)s drawn by lot and called back, %(confirmed)s confirmed") % calls
    if calls[CallOutcome.DENIED]:
        told += _(", %(denied)s denied") % calls
    if left := calls[CallOutcome.WAITING] + calls[CallOutcome.UNREACHABLE]:
        told += _(", %(left)s not reached yet") % {"left": left}
    return told


def _keyed(differed: int) -> str:
    if not differed:
        return _("Keyed by two people, no difference")
    return ngettext(
        "Keyed by two people, %(number)s sheet differed and was settled by a third",
        "Keyed by two people, %(number)s sheets differed and were settled by a third",
        differed,
    ) % {"number": differed}


# --- the published file -------------------------------------------------------------------------------------------
def kept_file(publication: Publication) -> str:
    """The whole file of a revision, which never changes: made once, kept in the cache."""
    key = f"ballot-file:{publication.pk}:{publication.root}"
    text: str | None = cache.get(key)
    if text is None:
        text = published_file(publication)
        cache.set_many({key: text, f"{key}:size": len(text.encode())}, KEPT_SECONDS)
    return text


def proof_of(round_: Round, publication: Publication) -> dict[str, Any]:
    """What `surveys/_verify.html` needs."""
    size = cache.get(f"ballot-file:{publication.pk}:{publication.root}:size") or len(kept_file(publication).encode())
    header = dict(line.split(": ", 1) for line in publication.header.split("\n")[1:])
    return {
        "file_url": f"{reverse('surveys:ballot-file', args=[round_.code])}?revision={publication.revision}",
        "file_name": f"{round_.code}-{publication.revision}.txt",
        "file_size": size,
        "ballots": int(header["ballots"]),
        "root": publication.root,
        "key": known_keys().get(publication.key_id, ""),
        "key_id": publication.key_id,
        "revision": publication.revision,
        "published_at": publication.published_at,
    }


def found_leaf(publication: Publication, receipt: str) -> Leaf | None:
    """The ballot of a receipt in the published file, however the receipt is typed."""
    narrowed = typed(receipt)
    if not is_code(narrowed, RECEIPT_LENGTH):
        return None
    wanted = grouped(narrowed)
    text = kept_file(publication)
    return next((leaf for leaf in parse(text)[1] if leaf.receipt == wanted), None) if f"\n{wanted}," in text else None


# --- objections and revisions -------------------------------------------------------------------------------------
def objections_of(round_: Round, at: datetime.datetime) -> dict[str, Any]:
    """The period, whether it runs, and what was decided: the building is named, nothing nearer. One query."""
    rows = list(Objection.objects.filter(round=round_).select_related("entry"))
    until = round_.objections_until
    assert round_.closed_at and until
    first = timezone.localdate(round_.closed_at) + datetime.timedelta(days=1)
    days = -(-(until - at) // datetime.timedelta(days=1))
    decided = [
        {"building": row.entry.building, "state": row.state, "label": row.get_state_display(), "reason": row.reason, "at": row.decided_at}
        for row in rows
        if row.state != ObjectionState.OPEN
    ]
    return {
        "period": spoken.resident_period(first, until, get_language() or "zh-hans"),
        "running": at < until,
        "days_left": max(days, 0),
        "received": len(rows),
        "open": len(rows) - len(decided),
        "decided": decided,
    }


def revisions_of(round_: Round, publications: Iterable[Publication]) -> list[dict[str, Any]]:
    """The published revisions, the newest first, each with the reasons of the objections that made it. One query."""
    upheld = list(Annulment.objects.filter(ballot__round=round_).select_related("objection").order_by("recorded_at"))
    rows: list[dict[str, Any]] = []
    before: Publication | None = None
    for publication in sorted(publications, key=lambda one: one.revision):
        since = before.published_at if before else publication.published_at
        reasons = [each.objection.reason for each in upheld if since < each.recorded_at <= publication.published_at]
        rows.append({"publication": publication, "reasons": reasons})
        before = publication
    return rows[::-1]


# --- the page -------------------------------------------------------------------------------------------------------
def kept_parts(round_: Round, publication: Publication) -> dict[str, Any]:
    """What a revision never changes, rendered once for each language: `says`, `gate`, `buildings`, `answers` as markup of our own
    templates, `channels` and `voted` as numbers."""
    key = f"outcome:{publication.pk}:{publication.root}:{RULE_VERSION}:{get_language()}"
    parts: dict[str, Any] | None = cache.get(key)
    if parts is None:
        counted = tally(round_)
        by_law = legal_count(round_) if round_.kind == RoundKind.LEGAL else None
        context = {
            "passed": round_.counted.passed,
            "total": counted.total,
            "bar": None if by_law else gate_bar(round_.kind, counted.total, counted.needed),
            "sentence": sentence(round_.kind, counted.total),
            "words": sides(round_.kind),
            "silence": silence(round_.kind),
            "law": by_law,
            "thresholds": thresholds(by_law) if by_law else [],
            "groups": by_building(counted),
            "answers": public_answers(round_),
            "answers_count": round_.kind == RoundKind.OPINIONS,
        }
        parts = {name: render_to_string(f"surveys/{template}.html", context) for name, template in PARTS.items()}
        parts |= {"channels": counted.channels, "voted": counted.total.voted}
        cache.set(key, parts, KEPT_SECONDS)
    return parts | {name: mark_safe(parts[name]) for name in PARTS}


def stamp_of(round_: Round, publication: Publication) -> str:
    """When voting ended and when the result was published; the day once where it is the same."""
    language = get_language() or "zh-hans"
    ended = spoken.resident_moment(round_.closes_at, language, year=True, weekday=False)
    same = spoken.beijing_day(round_.closes_at) == spoken.beijing_day(publication.published_at)
    clock = f"{publication.published_at.astimezone(spoken.BEIJING):%H:%M}"
    shown = clock if same else spoken.resident_moment(publication.published_at, language, year=True, weekday=False)
    return _("Ended %(closed)s, published %(published)s") % {"closed": ended, "published": shown}


def outcome_of(round_: Round, at: datetime.datetime, receipt: str = "") -> dict[str, Any]:
    """All that the page of a closed round shows; the number of queries does not depend on how many voted."""
    publications = list(round_.publications.select_related("round").order_by("-revision"))
    newest = publications[0]
    parts = kept_parts(round_, newest)
    return {
        "parts": parts,
        "legal": round_.kind == RoundKind.LEGAL,
        "answers_count": round_.kind == RoundKind.OPINIONS,
        "ways": ways(round_, parts["channels"]),
        "objections": objections_of(round_, at),
        "revisions": revisions_of(round_, publications),
        "proof": proof_of(round_, newest),
        "stamp": stamp_of(round_, newest),
        "receipt": receipt,
        "found": found_leaf(newest, receipt) if receipt else None,
        "corrections": round_.corrections.count(),
        "crumbs": public_crumbs(round_),
    }
