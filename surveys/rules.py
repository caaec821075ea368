"""Pure rules of rounds: questions and answers, the 80 % gate, Civil Code Art. 278, flats with several owners."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from common.numbers import share_reached

RULE_VERSION = "2026-1"
GATE_PERCENT = 80
FORMS = ("single", "multiple", "rating", "ranking", "text")
LONGEST_TEXT = 500
HIGHEST_MARK = 5
RESERVED = frozenset({"code", "key", "receipt", "q"})  # names that the voting form itself uses
SMALL_GROUP = 5  # results of fewer ballots than this are not shown where a choice could be traced

Question = dict[str, Any]
Answers = dict[str, Any]


class BadQuestions(ValueError):
    """A questionnaire that cannot be asked; `where` names the question (or ""), `what` is a code of the fault."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what


def check_questions(questions: Sequence[Question], *, deciding: bool) -> None:
    """Raise BadQuestions unless every question can be asked and exactly one decides (none where `deciding` is False).

    The deciding question is a required single choice with at least one option that counts as "agree" and one that does not.
    """
    codes = [question.get("code", "") for question in questions]
    if not questions:
        raise BadQuestions("", "empty")
    if len(set(codes)) != len(codes) or not all(codes) or RESERVED & set(codes):
        raise BadQuestions("", "codes_repeat")
    for question in questions:
        _check_question(question)
    deciders = [question for question in questions if question.get("deciding")]
    if len(deciders) != (1 if deciding else 0):
        raise BadQuestions(deciders[-1]["code"] if deciders else "", "one_decides" if deciding else "none_decides")
    for question in deciders:
        counted = [option.get("counts", "") for option in question["options"]]
        if question["form"] != "single" or not question.get("required") or "agree" not in counted or not all(counted):
            raise BadQuestions(question["code"], "deciding_form")


def _check_question(question: Question) -> None:
    code, form = question["code"], question.get("form")
    if form not in FORMS:
        raise BadQuestions(code, "form")
    if not str(question.get("zh", "")).strip():
        raise BadQuestions(code, "text_missing")
    options = question.get("options") or []
    if form in {"single", "multiple", "ranking"}:
        names = [option.get("code", "") for option in options]
        if len(options) < 2:
            raise BadQuestions(code, "two_options")
        if len(set(names)) != len(names) or not all(names):
            raise BadQuestions(code, "options_repeat")
        if not all(str(option.get("zh", "")).strip() for option in options):
            raise BadQuestions(code, "text_missing")


def deciding_question(questions: Sequence[Question]) -> Question | None:
    """The question that decides; None where the answer itself is what counts."""
    return next((question for question in questions if question.get("deciding")), None)


def read_answers(questions: Sequence[Question], posted: Callable[[str], list[str]]) -> tuple[Answers, dict[str, str]]:
    """(answers, faults by question code). `posted(code)` gives the values sent under a name, [] for none.

    Kept: option code, list of codes in the order of choice, mark 1 … most, or text. What was not answered is left out.
    Faults: "required", "unknown", "too_many", "too_long".
    """
    answers: Answers = {}
    faults: dict[str, str] = {}
    for question in questions:
        value, fault = _READERS[question["form"]](question, posted)
        if fault:
            faults[question["code"]] = fault
        elif value in ("", [], None):
            if question.get("required"):
                faults[question["code"]] = "required"
        else:
            answers[question["code"]] = value
    return answers, faults


def _options(question: Question) -> list[str]:
    return [option["code"] for option in question.get("options") or []]


def _read_single(question: Question, posted: Callable[[str], list[str]]) -> tuple[Any, str]:
    values = [value for value in posted(question["code"]) if value]
    if len(values) > 1:
        return None, "too_many"
    if values and values[0] not in _options(question):
        return None, "unknown"
    return (values[0] if values else ""), ""


def _read_multiple(question: Question, posted: Callable[[str], list[str]]) -> tuple[Any, str]:
    values = [value for value in dict.fromkeys(posted(question["code"])) if value]
    if any(value not in _options(question) for value in values):
        return None, "unknown"
    if question.get("most") and len(values) > question["most"]:
        return None, "too_many"
    return values, ""


def _read_rating(question: Question, posted: Callable[[str], list[str]]) -> tuple[Any, str]:
    values = [value for value in posted(question["code"]) if value]
    if not values:
        return None, ""
    highest = question.get("most") or HIGHEST_MARK
    if len(values) > 1 or values[0] not in {str(mark) for mark in range(1, highest + 1)}:
        return None, "unknown"
    return int(values[0]), ""


def _read_ranking(question: Question, posted: Callable[[str], list[str]]) -> tuple[Any, str]:
    """One select per place works without script: `code` holds the options in order, empty places are passed over."""
    return _read_multiple(question, posted)


def _read_text(question: Question, posted: Callable[[str], list[str]]) -> tuple[Any, str]:
    text = " ".join(posted(question["code"])[:1]).strip().replace("\x00", "")
    return (None, "too_long") if len(text) > LONGEST_TEXT else (text, "")


_READERS: dict[str, Callable[[Question, Callable[[str], list[str]]], tuple[Any, str]]] = {
    "single": _read_single,
    "multiple": _read_multiple,
    "rating": _read_rating,
    "ranking": _read_ranking,
    "text": _read_text,
}


def counts_as(questions: Sequence[Question], answers: Mapping[str, Any]) -> str:
    """What the answers say to the deciding question: "agree", "against", "abstain", or "none" where nothing decides."""
    question = deciding_question(questions)
    if question is None:
        return "none"
    chosen = answers.get(question["code"])
    return next((option["counts"] for option in question["options"] if option["code"] == chosen), "none")


def answers_differ(questions: Sequence[Question], first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Codes of the questions that two people read differently from one sheet. Texts are compared without spaces and widths."""
    return [
        question["code"]
        for question in questions
        if _comparable(question, first.get(question["code"])) != _comparable(question, second.get(question["code"]))
    ]


def _comparable(question: Question, value: Any) -> Any:
    if question["form"] == "text":
        return "".join(unicodedata.normalize("NFKC", value or "").split())
    if question["form"] == "multiple":
        return sorted(value or [])
    return value


def households_needed(households: int, percent: int = GATE_PERCENT) -> int:
    """The least number of households that reaches the gate: 250 of 312."""
    return -(-households * percent // 100)


def gate_passed(agreed: int, households: int) -> bool:
    """The 80 % gate: of ALL households on the roll; silence is no (DOMAIN.md section 6)."""
    return share_reached(agreed, households, GATE_PERCENT)


def flat_decides(agree: int, against: int) -> str | None:
    """Several owners of one flat decide first, by majority: "agree" or "against"; a tie decides nothing (None)."""
    if agree == against:
        return None
    return "agree" if agree > against else "against"


# --- Civil Code Art. 278 -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Threshold:
    """Of those taking part: `part`/`whole`, reached ("at least") or passed ("more than")."""

    part: int
    whole: int
    more_than: bool = False

    def holds(self, value: Decimal | int, total: Decimal | int) -> bool:
        """Compared exactly, without division. Of nothing, nothing holds."""
        left, right = value * self.whole, total * self.part
        return total > 0 and (left > right if self.more_than else left >= right)


QUORUM = Threshold(2, 3)
THRESHOLDS: dict[str, Threshold] = {
    "fund_use": Threshold(1, 2, more_than=True),
    "fund_raising": Threshold(3, 4),
    "lift": Threshold(3, 4),
    "common_parts": Threshold(3, 4),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """A flat on the roll: its buyer by head, exclusive area in m², and what its counted ballot says ("" = no ballot)."""

    head: str
    area: Decimal
    says: str = ""


@dataclass(frozen=True, slots=True)
class LegalCount:
    """An owners' matter by head and by exclusive area (m²)."""

    matter: str
    heads: int
    area: Decimal
    heads_took_part: int
    area_took_part: Decimal
    heads_agree: int
    area_agree: Decimal
    threshold: Threshold = field(default=Threshold(3, 4))

    @property
    def quorum(self) -> bool:
        """At least two thirds of the heads and of the area took part."""
        return QUORUM.holds(self.heads_took_part, self.heads) and QUORUM.holds(self.area_took_part, self.area)

    @property
    def approved(self) -> bool:
        """The matter's threshold, of those who took part, by both counts."""
        return self.threshold.holds(self.heads_agree, self.heads_took_part) and self.threshold.holds(self.area_agree, self.area_took_part)

    @property
    def passed(self) -> bool:
        """Quorum and threshold."""
        return self.quorum and self.approved


def count_legal(matter: str, voices: Iterable[Voice]) -> LegalCount:
    """Count by head and by area (Art. 278; heads as in the Supreme Court's interpretation: one buyer, one head).

    A buyer of several flats takes part with any of them and agrees only if every ballot of theirs agrees [open]; area counts
    flat by flat.
    """
    heads: dict[str, list[str]] = {}
    area = area_took_part = area_agree = Decimal(0)
    for voice in voices:
        heads.setdefault(voice.head, [])
        area += voice.area
        if voice.says:
            heads[voice.head].append(voice.says)
            area_took_part += voice.area
            area_agree += voice.area if voice.says == "agree" else 0
    took_part = [said for said in heads.values() if said]
    agree = sum(all(one == "agree" for one in said) for said in took_part)
    return LegalCount(matter, len(heads), area, len(took_part), area_took_part, agree, area_agree, THRESHOLDS[matter])
