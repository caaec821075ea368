"""What the households of a round answered: every question with its numbers, and the free texts by theme."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.display import round_half_up
from common.text import whole_number
from spreadsheets.asking import made_line
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report
from surveys.answers import Asked, answers_of, staff_answers
from surveys.choices import RoundState
from surveys.models import Round
from surveys.rules import SMALL_GROUP

lazy = gettext_lazy
COUNT, RATE = "#,##0", "0.0%"
ANSWER_COLUMNS = (
    Column("number", head("Question no."), width=7, number_format="0"),
    Column("question", head("Question"), width=36),
    Column("answer", head("Answer or theme"), width=30),
    Column("households", head("Households with this answer"), width=11, number_format=COUNT),
    Column("answered", head("Households that answered"), width=11, number_format=COUNT),
    Column("of_answered", head("Of those who answered"), width=11, number_format=RATE, rate=("households", "answered")),
    Column("all", head("All households on the roll"), width=11, number_format=COUNT),
    Column("of_all", head("Of all households"), width=11, number_format=RATE, rate=("households", "all")),
    Column("first", head("Put first"), width=9, number_format=COUNT),
    Column("points", head("Points"), width=9, number_format=COUNT),
    Column("mean", head("Mean mark"), width=9, number_format="0.0"),
    Column("words", head("Words of the theme"), width=36),
)
TEXT_COLUMNS = (
    Column("number", head("Question no."), width=7, number_format="0"),
    Column("question", head("Question"), width=30),
    Column("theme", head("Theme"), width=18),
    Column("words", head("Words of the theme"), width=30),
    Column("text", head("Text"), width=80),
)


def round_of(actor: User, query: dict[str, Any]) -> Round:
    """The round asked for, opened or closed, where the actor may see it. Raises Http404 otherwise."""
    rows = Round.objects.visible_to(actor, "rounds.see").exclude(state__in=[RoundState.DRAFT, RoundState.ANNOUNCED])
    found = rows.select_related("community__region").filter(pk=whole_number(str(query.get("round") or ""))).first()
    if found is None:
        raise Http404
    return found


def _asked(round_: Round) -> list[Asked]:
    return staff_answers(round_, answers_of(round_))


def _report(round_: Round, title: str, columns: tuple[Column, ...], rows: list[list[Any]], at: datetime.datetime, *lines: str) -> Report:
    state = (
        _("closed %(time)s") % {"time": timezone.localtime(round_.closed_at).strftime("%Y-%m-%d %H:%M")}
        if round_.closed_at
        else _("counted while the round runs")
    )
    return Report(
        title=title,
        columns=columns,
        rows=rows,
        expected=len(rows),
        lines=[f"{round_.title_zh} · {state} · {made_line(at)}", *lines],
        synthetic=round_.synthetic,
        sheet_name=title,
        file_name=f"{round_.community.name} {title}.xlsx",
        frozen_columns=3,
    )


def answers_report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Every answer of every question; questions with fewer than SMALL_GROUP answers are named and left out."""
    round_ = round_of(actor, query)
    with official():
        asked = _asked(round_)
        rows = [row for each in asked for row in _answer_rows(each)]
        few = [f"{each.number}. {each.words}" for each in asked if each.few and each.form != "text"]
        lines = [_("Points of a ranking: the first place counts as many points as there are places, each further place one less.")]
        if few:
            words = {"n": SMALL_GROUP, "questions": "；".join(few)}
            lines.append(_("Left out, because fewer than %(n)s households answered: %(questions)s") % words)
        return _report(round_, _("Answers"), ANSWER_COLUMNS, rows, at, *lines)


def _answer_rows(asked: Asked) -> Iterator[list[Any]]:
    frame = [asked.number, asked.words]
    size = [asked.answered, None, asked.households, None]
    mean = None if asked.mean is None else round_half_up(asked.mean, 1)
    for number, choice in enumerate(asked.choices):
        yield [*frame, choice.words, choice.households, *size, choice.first, choice.points, None if number else mean, None]
    for group in asked.groups:
        yield [*frame, group.name, group.households, *size, None, None, None, _words(group.words)]


def texts_report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The free texts, personal numbers masked, theme by theme; a text stands below each of its themes."""
    round_ = round_of(actor, query)
    with official():
        rows = [
            [asked.number, asked.words, group.name, _words(group.words), text]
            for asked in _asked(round_)
            for group in asked.groups
            for text in group.texts
        ]
        line = _("One text may stand in several themes. Telephone, identity and account numbers are hidden; do not publish the texts.")
        return _report(round_, _("Free texts by theme"), TEXT_COLUMNS, rows, at, line)


def _words(words: tuple[tuple[str, int], ...]) -> str:
    return "、".join(f"{word} {number}" for word, number in words)


ROUND_ANSWERS = ListSheet(
    name="answers",
    title=lazy("Answers"),
    explanation=lazy("Every question of a round with its numbers, themes of the free texts included."),
    action="rounds.see",
    report=answers_report,
    asks=(),
    subject="round",
)
ROUND_TEXTS = ListSheet(
    name="texts",
    title=lazy("Free texts by theme"),
    explanation=lazy("What households wrote in their own words, theme by theme."),
    action="rounds.see",
    report=texts_report,
    asks=(),
    subject="round",
)
