"""The papers of a round, filled in from its rows: notices, slips, the notice of the result."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.text import natural_key
from surveys.choices import Channel, ObjectionState, RoundKind, RoundState
from surveys.codes import spoken
from surveys.models import Round
from surveys.operations.slips import HouseholdCode
from surveys.printing import About, BuildingResult, ChannelResult, Notice, Objections, Proof, Result, Scheme, Slip, Slips
from surveys.queries import newest_publication
from surveys.results import hide_small, legal_count, tally
from surveys.rolls import registered
from surveys.rules import deciding_question
from surveys.screens import stairwells_of

Absolute = Callable[[str], str]  # a path on this site -> the whole address


def about(round_: Round, language: str) -> About:
    """What every paper says; before the opening the households are those registered now."""
    english = language.startswith("en")
    place = round_.place
    return About(
        title=round_.title_en if english and round_.title_en else round_.title_zh,
        community=place.get("community", ""),
        place=place.get("en" if english else "zh", ""),
        kind=round_.kind,
        households=round_.roll_count or registered(round_).count(),
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        matter=round_.matter,
        issuer=str(round_.community.region.name_zh),
        contact=round_.contact,
        synthetic=round_.synthetic,
        language=language,
    )


def _scheme(facts: dict[str, str]) -> Scheme | None:
    def amount(name: str) -> Decimal | None:
        return Decimal(facts[name]) if facts.get(name) else None

    def day(name: str) -> datetime.date | None:
        return datetime.date.fromisoformat(facts[name]) if facts.get(name) else None

    if not facts:
        return None
    return Scheme(
        works=facts.get("summary", ""),
        total_amount=amount("amount"),
        household_amount=amount("household_share"),
        starts_on=day("starts_on"),
        ends_on=day("ends_on"),
    )


def notice_of(round_: Round, absolute: Absolute, language: str) -> Notice:
    """One page for the gate and one for each stairwell door, in natural order."""
    own = about(round_, language)
    question = deciding_question(round_.questions)
    words = question.get("en" if language.startswith("en") else "zh") if question else ""
    stairwells = sorted(stairwells_of(round_), key=lambda row: (natural_key(row[0]), natural_key(row[1])))
    opening = timezone.localdate(round_.opens_at)
    first = timezone.localdate(round_.announced_at) if round_.announced_at else opening
    return Notice(
        about=own,
        question=words or own.title,
        url=absolute(reverse("surveys:vote", args=[round_.code])),
        typed_url=absolute(reverse("surveys:find")),
        code=round_.code,
        scheme=_scheme(round_.facts),
        publicity=(first, max(first, opening - datetime.timedelta(days=1))),
        verify_url=absolute(reverse("surveys:result", args=[round_.code])),
        stairwells=tuple(stairwells),
    )


def slips_of(round_: Round, codes: Iterable[HouseholdCode], absolute: Absolute, language: str) -> Slips:
    """A slip for each code."""
    return Slips(
        about=about(round_, language),
        slips=tuple(
            Slip(
                each.building,
                each.unit,
                each.door,
                spoken(each.code),
                absolute(reverse("surveys:vote-slip", args=[round_.code, each.code])),
            )
            for each in codes
        ),
        typed_url=absolute(reverse("surveys:find")),
    )


def result_of(round_: Round, absolute: Absolute, language: str) -> Result:
    """The notice of a closed round's result. Raises ValueError for a round without one."""
    publication = newest_publication(round_)
    if round_.state != RoundState.CLOSED or publication is None or round_.objections_until is None or round_.closed_at is None:
        raise ValueError("a round that is not closed has no result")
    counted = tally(round_)
    total = counted.total
    url = absolute(reverse("surveys:result", args=[round_.code]))
    objections = round_.objections.all()
    with translation.override(language):
        notes = {
            Channel.PHONE: _("one household, one code"),
            Channel.VISIT: _("entered by a named worker, called back by lot"),
            Channel.PAPER: _("keyed by two people"),
        }
        channels = [ChannelResult(str(each.label), counted.channels[each], notes[each]) for each in Channel if counted.channels.get(each)]
    return Result(
        about=about(round_, language),
        agree=total.agreed,
        against=total.against if round_.kind != RoundKind.OPINIONS else 0,
        abstain=total.abstained if round_.kind != RoundKind.OPINIONS else 0,
        passed=bool(round_.counted.passed),
        published_at=publication.published_at,
        law=legal_count(round_) if round_.kind == RoundKind.LEGAL else None,
        buildings=tuple(
            BuildingResult(
                line.building, line.households, line.voted, None if line.hidden else line.agreed, None if line.hidden else line.against
            )
            for line in hide_small(counted.buildings)
        ),
        channels=tuple(channels),
        proof=Proof(publication.root, publication.key_id, publication.published_at, url),
        objections=Objections(
            timezone.localdate(round_.closed_at) + datetime.timedelta(days=1),
            timezone.localdate(round_.objections_until),
            absolute(reverse("surveys:result", args=[round_.code])),
            received=objections.count(),
            decided=objections.exclude(state=ObjectionState.OPEN).count(),
        ),
    )
