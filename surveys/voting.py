"""What the pages of a voting household say: the round's face, its questions as fields, its rule in one line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import display
from common.spoken import MONTHS_EN, is_chinese
from surveys.choices import RoundKind
from surveys.models import Round
from surveys.operations.ballots import Door
from surveys.operations.rounds import place_of
from surveys.printing.words import silence
from surveys.rolls import masked_door
from surveys.rules import GATE_PERCENT, HIGHEST_MARK, THRESHOLDS, Question

MOST_PLACES = 5  # selects of a ranking without a limit of its own
TELEPHONE = re.compile(r"(?<![\d-])(\d[\d-]{5,}\d)(?![\d-])")


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return is_chinese(get_language() or "zh-hans")


def worded(said: Mapping[str, Any], name: str = "") -> str:
    """The text of a question or an option in the reader's language; Chinese where there is no English one."""
    zh, en = (f"{name}_zh", f"{name}_en") if name else ("zh", "en")
    return str((said.get(en) if not chinese() else "") or said.get(zh) or "")


@dataclass(frozen=True, slots=True)
class Face:
    """What a voting page says of a round, whichever row it was read from."""

    code: str
    kind: str
    matter: str
    title_zh: str
    title_en: str
    place: Mapping[str, Any]
    facts: Mapping[str, Any]
    contact: str
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    objection_days: int
    households: int | None
    scheme_version: int | None
    synthetic: bool

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_zh if chinese() or not self.title_en else self.title_en

    @property
    def heading(self) -> str:
        """First line of the page's top: whose renovation."""
        return _("Renovation of %(name)s") % {"name": self.place.get("community", "")}

    @property
    def region(self) -> str:
        """Second line of the page's top: city and county."""
        return worded(self.place)

    @property
    def rule(self) -> str:
        """When the round passes."""
        if self.kind == RoundKind.OPINIONS:
            return _("%(percent)s%% of all households answer") % {"percent": GATE_PERCENT}
        if self.kind == RoundKind.WILLINGNESS:
            return _("%(percent)s%% of all households want it") % {"percent": GATE_PERCENT}
        if self.kind == RoundKind.SATISFACTION:
            return _("%(percent)s%% of all households are satisfied") % {"percent": GATE_PERCENT}
        if self.kind != RoundKind.LEGAL:
            return _("%(percent)s%% of all households agree") % {"percent": GATE_PERCENT}
        if THRESHOLDS[self.matter].more_than:
            return _("Two thirds take part by heads and by area, more than half of them agree")
        return _("Two thirds take part by heads and by area, three quarters of them agree")

    @property
    def silence(self) -> str:
        """How a household counts that does not answer."""
        return silence(self.kind)

    @property
    def contact_parts(self) -> list[tuple[str, bool]]:
        """The contact as pieces: (text, whether it is a telephone number)."""
        return [(piece, bool(TELEPHONE.fullmatch(piece))) for piece in TELEPHONE.split(self.contact) if piece]

    @property
    def scheme_url(self) -> str:
        """The public page of the version that is asked about; "" where there is none."""
        project = str(self.facts.get("project") or "")
        return f"{reverse('projects:scheme-public', args=[project])}?version={self.facts.get('version')}" if project else ""

    @property
    def offers(self) -> list[tuple[str, str, bool]]:
        """What the scheme says to a household: (name, value, long text), as far as it is known."""
        facts = self.facts
        found = [
            (_("What is renovated"), str(facts.get("summary") or ""), True),
            (_("Total cost"), money(facts.get("amount")), False),
            (_("Your household pays"), money(facts.get("household_share")), False),
            (_("Construction"), months(facts.get("starts_on"), facts.get("ends_on")), False),
        ]
        return [each for each in found if each[1]]


def face_of_round(round_: Round) -> Face:
    """The face of a round's row; before its opening the names are read from the register."""
    return Face(
        *(round_.code, round_.kind, round_.matter, round_.title_zh, round_.title_en),
        *(round_.place or place_of(round_.community), round_.facts, round_.contact, round_.opens_at, round_.closes_at),
        *(round_.objection_days, round_.roll_count, round_.scheme_version, round_.synthetic),
    )


def face_of_door(door: Door) -> Face:
    """The face of the round on whose roll the household is; without a query once its words are known."""
    words = door.words
    return Face(
        *(door.code, words.kind, words.matter, words.title_zh, words.title_en, words.place, words.facts),
        *(door.contact, door.opens_at, door.closes_at, words.objection_days, door.households, words.scheme_version, words.synthetic),
    )


def money(value: Any) -> str:
    """Yuan as a resident reads them: "896.4 万元", "860 元"; "" when nothing is known."""
    try:
        yuan = Decimal(str(value))
    except InvalidOperation:
        return ""
    whole = int(yuan) if yuan == int(yuan) else yuan
    if not chinese():
        return f"CNY {display.group(whole)}"
    return f"{display.ten_thousands(yuan)} 万元" if yuan >= 10_000 else f"{display.group(whole)} 元"


def months(first: Any, last: Any) -> str:
    """The months of construction: "5 月至 10 月", over New Year with both years; "" unless both days are known."""
    try:
        start, end = datetime.date.fromisoformat(str(first)), datetime.date.fromisoformat(str(last))
    except ValueError:
        return ""
    with_year = start.year != end.year
    if (start.year, start.month) == (end.year, end.month):
        return _month(start, year=False)
    return _("%(first)s to %(last)s") % {"first": _month(start, year=with_year), "last": _month(end, year=with_year)}


def _month(day: datetime.date, *, year: bool) -> str:
    if chinese():
        return f"{day.year} 年 {day.month} 月" if year else f"{day.month} 月"
    return f"{MONTHS_EN[day.month - 1]} {day.year}" if year else MONTHS_EN[day.month - 1]


def household_words(building: str, unit: str, door: str) -> str:
    """ "3 号楼 2 单元 4**": where the household lives, its door masked."""
    said = {"building": re.sub(r"^(\d+)(?=\D)", r"\1 ", building), "unit": unit, "door": masked_door(door)}
    return _("%(building)s, stairwell %(unit)s, door %(door)s") % said if unit else _("%(building)s, door %(door)s") % said


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose; nothing is chosen unless the household has chosen it."""

    code: str
    text: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page shows it, with what was chosen and what is at fault."""

    id: str
    code: str
    form: str
    text: str
    hint: str
    required: bool
    deciding: bool
    choices: list[Choice] = field(default_factory=list)
    places: list[list[Choice]] = field(default_factory=list)  # of a ranking: the choices of each place
    value: str = ""
    most: int = 0
    fault: str = ""


def _nothing(_code: str) -> list[str]:
    return []


def asked(questions: list[Question], posted: Callable[[str], list[str]] = _nothing, faults: Mapping[str, str] | None = None) -> list[Asked]:
    """The questions as fields, the deciding one first; `posted` keeps what was chosen, `faults` (code -> sentence) what to mend."""
    ordered = sorted(questions, key=lambda question: not question.get("deciding"))
    return [_asked(f"q{number}", question, posted(question["code"]), faults or {}) for number, question in enumerate(ordered, 1)]


def _asked(name: str, question: Question, chosen: list[str], faults: Mapping[str, str]) -> Asked:
    form, options = question["form"], question.get("options") or []
    most = question.get("most") or 0
    choices: list[Choice] = []
    places: list[list[Choice]] = []
    if form == "rating":
        choices = [Choice(str(mark), str(mark), "", str(mark) in chosen) for mark in range(1, (most or HIGHEST_MARK) + 1)]
    elif form == "ranking":
        number = min(most or MOST_PLACES, len(options))
        kept = [*chosen, *[""] * number][:number]
        places = [[Choice(option["code"], worded(option), "", option["code"] == taken) for option in options] for taken in kept]
    elif form != "text":
        choices = [Choice(option["code"], worded(option), worded(option, "hint"), option["code"] in chosen) for option in options]
    value = chosen[0] if form == "text" and chosen else ""
    return Asked(
        *(name, question["code"], form, worded(question), worded(question, "hint") or _limit(form, most, len(options))),
        *(bool(question.get("required")), bool(question.get("deciding"))),
        choices=choices, places=places, value=value, most=most, fault=faults.get(question["code"], ""),
    )  # fmt: skip


def _limit(form: str, most: int, options: int) -> str:
    """How many may be chosen, where that is not all."""
    if form != "multiple" or not 1 < most < options:
        return ""
    return _("Choose up to %(most)s") % {"most": most}
