"""Questions as a clerk edits them: read from a form, changed by one command, written back. Pure: no JSON is ever shown to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from surveys.rules import FORMS, HIGHEST_MARK, Question

MOST_QUESTIONS, MOST_OPTIONS = 20, 30
SPARE_OPTIONS = 2  # empty rows at the end of a choice, for more answers
TEXTS = ("zh", "en", "hint_zh", "hint_en")
LONGEST = 200
WITH_OPTIONS = frozenset({"single", "multiple", "ranking"})


def fresh_code(taken: Sequence[str], letter: str) -> str:
    """A mark that no other question or answer has: q1, q2 … or a1, a2 …"""
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


def blank_question(codes: Sequence[str]) -> Question:
    """A new question: a choice of two answers that are still to be written."""
    question: Question = {"code": fresh_code(codes, "q"), "form": "single", "required": False, "deciding": False, "most": 1}
    return question | dict.fromkeys(TEXTS, "") | {"options": []}


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def _texts(get: Callable[[str], str], prefix: str) -> dict[str, str]:
    return {name: get(f"{prefix}-{name}").replace("\x00", "").strip()[:LONGEST] for name in TEXTS}


def posted_questions(get: Callable[[str], str]) -> list[Question]:
    """The questions that a form holds, in its order; `get` gives a field's text, "" for none.

    Answers without a word in either language are left out, and so is what a form of question does not have.
    """
    found: list[Question] = []
    deciding = get("deciding")
    for place in range(_number(get("questions"), MOST_QUESTIONS)):
        prefix = f"q-{place}"
        codes = [question["code"] for question in found]
        code = get(f"{prefix}-code")[:20]
        code = code if code and code not in codes else fresh_code(codes, "q")
        form = get(f"{prefix}-form")
        question: Question = {
            "code": code,
            "form": form if form in FORMS else "single",
            "required": bool(get(f"{prefix}-required")) or deciding == code,
            "deciding": deciding == code,
            "most": _number(get(f"{prefix}-most"), MOST_OPTIONS),
        }
        options = _posted_options(get, prefix, deciding=question["deciding"]) if question["form"] in WITH_OPTIONS else []
        found.append(_fitting(question | _texts(get, prefix) | {"options": options}))
    return found


def _posted_options(get: Callable[[str], str], prefix: str, *, deciding: bool) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for place in range(_number(get(f"{prefix}-n"), MOST_OPTIONS)):
        own = f"{prefix}-o-{place}"
        texts = _texts(get, own)
        if not (texts["zh"] or texts["en"]):
            continue
        codes = [option["code"] for option in options]
        code = get(f"{own}-code")[:20]
        option: dict[str, Any] = {"code": code if code and code not in codes else fresh_code(codes, "a")} | texts
        counts = get(f"{own}-counts")
        if deciding:
            option["counts"] = counts if counts in {"agree", "against", "abstain"} else ""
        options.append(option)
    return options


def _fitting(question: Question) -> Question:
    """`most` as the form of question needs it."""
    form, answers = question["form"], len(question["options"])
    if form == "rating":
        question["most"] = min(max(question["most"], 3), HIGHEST_MARK) if question["most"] else HIGHEST_MARK
    elif form in {"multiple", "ranking"}:
        question["most"] = min(question["most"], answers) or answers
    else:
        question["most"] = 1 if form == "single" else 0
    return question


def edited(questions: Sequence[Question], command: str) -> list[Question]:
    """The questions after one button: "add", "drop:CODE", "up:CODE", "down:CODE". Anything else changes nothing."""
    rows = list(questions)
    verb, _, code = command.partition(":")
    if verb == "add" and len(rows) < MOST_QUESTIONS:
        return [*rows, blank_question([question["code"] for question in rows])]
    place = next((number for number, question in enumerate(rows) if question["code"] == code), None)
    if place is None:
        return rows
    if verb == "drop":
        del rows[place]
    elif verb in {"up", "down"}:
        other = place + (-1 if verb == "up" else 1)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return rows


def editable(questions: Sequence[Question], *, more: str = "") -> list[dict[str, Any]]:
    """Questions with what the form needs: the prefix of their fields and answers with spare empty rows (more for the code `more`)."""
    rows = []
    for place, question in enumerate(questions):
        own = question.get("options") or []
        spare = SPARE_OPTIONS + (4 if question["code"] == more else 0)
        empty = [dict.fromkeys(("code", "counts", *TEXTS), "") for _ in range(min(spare, MOST_OPTIONS - len(own)))]
        options = [
            {"prefix": f"q-{place}-o-{number}", "number": number + 1} | dict.fromkeys(("counts", *TEXTS), "") | option
            for number, option in enumerate([*own, *empty])
        ]
        head: dict[str, Any] = {"prefix": f"q-{place}", "number": place + 1, "chooses": question["form"] in WITH_OPTIONS}
        rows.append(dict.fromkeys(TEXTS, "") | question | head | {"options": options})
    return rows
