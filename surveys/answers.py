"""Statistics of a round's answers, question by question, from the ballots that count.

What may be seen, and why nobody can be told from it:
- Totals of the whole community are shown: who chose what cannot be read from a sum over many households. A question that fewer than
  SMALL_GROUP (5) households answered shows no choices; the deciding question always does, because its result is public by law.
- By building, for staff only: a building with 1 to 4 answers shows none of its choices, and elsewhere a choice of 1 to 4 households
  says "<5". Where a single hidden number could be had by subtraction from the total (of the building, where each household gave one
  answer; of the community, always), the next smallest number is hidden too. Zeros stay: that nobody chose something names nobody.
  (What a building said to the deciding question in all, agreed or not, is published by the milder rule of results.hide_small.)
- Marks of a building have a mean only where none of its numbers is hidden.
- The public sees the whole community alone, after the closing: no buildings, no texts, only themes and their numbers.
While a round runs, whoever reads the live numbers before and after one ballot sees what that ballot changed; this is why they are
for staff only, and why the hiding begins anew with each building.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from common.text import natural_key
from surveys import themes
from surveys.choices import RoundState
from surveys.models import Round
from surveys.rules import HIGHEST_MARK, SMALL_GROUP, Question

FEW, COVER = "few", "cover"
ONE_EACH = ("single", "rating")  # each household gave one answer: the choices of a building add up to its answers
CHOSEN = (*ONE_EACH, "multiple", "ranking")
# Households on the roll and with a ballot by building; answers given by building and question; each choice with its place (from 1, 0
# where there is no order). Texts are left out: they have a statement of their own.
COUNTS = """
    WITH mine AS MATERIALIZED (
        SELECT e.building, b.id IS NOT NULL AS voted, b.answers
        FROM surveys_rollentry e LEFT JOIN surveys_ballot b ON b.id = e.ballot_id
        WHERE e.round_id = %(round)s),
    given AS MATERIALIZED (
        SELECT mine.building, answer.key, answer.value, jsonb_typeof(answer.value) = 'array' AS several
        FROM mine CROSS JOIN LATERAL jsonb_each(mine.answers) answer)
    SELECT building, NULL, NULL, count(*) FILTER (WHERE voted), count(*) FROM mine GROUP BY 1
    UNION ALL
    SELECT building, key, NULL, 0, count(*) FROM given GROUP BY 1, 2
    UNION ALL
    SELECT building, key, value #>> '{}', 0, count(*) FROM given WHERE NOT several AND key = ANY (%(chosen)s) GROUP BY 1, 2, 3
    UNION ALL
    SELECT building, key, item.name, item.place, count(*)
    FROM given CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN several THEN value ELSE '[]' END)
         WITH ORDINALITY item (name, place)
    WHERE key = ANY (%(chosen)s) GROUP BY 1, 2, 3, 4
"""
TEXTS = """
    SELECT answer.key, answer.value #>> '{}'
    FROM surveys_rollentry e JOIN surveys_ballot b ON b.id = e.ballot_id
    CROSS JOIN LATERAL jsonb_each(b.answers) answer
    WHERE e.round_id = %(round)s AND answer.key = ANY (%(texts)s) AND (%(building)s = '' OR e.building = %(building)s)
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be chosen, or a mark, and the households that chose it; None where that is hidden.

    Of a ranking (the menu of wanted works) `first` put it first and `points` is its Borda score: with n places to give, the first
    place counts n points, the second n - 1 …; what a household did not choose gets none from it. `hidden`: "few" (1 to 4), "cover".
    """

    code: str
    words: str
    households: int | None = 0
    first: int | None = None
    points: int | None = None
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what was answered. `answered` of `households` (all on the roll), of whom `voted` have a ballot.

    Choices of several and rankings stand in the order of how many want them, others as asked. `few`: too few answers to show
    them. `mean` of a rating is exact. `groups`: the themes of free texts, where they were asked for.
    """

    number: int
    code: str
    form: str
    words: str
    deciding: bool
    answered: int
    voted: int
    households: int
    choices: tuple[Choice, ...] = ()
    few: bool = False
    mean: Fraction | None = None
    most: int = 0
    groups: tuple[themes.Group, ...] = ()

    @property
    def shown(self) -> list[Choice]:
        """What stands in its table: of several answers and rankings only what somebody chose."""
        return [choice for choice in self.choices if choice.households != 0 or self.form in ONE_EACH]

    @property
    def unchosen(self) -> list[str]:
        """The words of what nobody chose, where it is left out of the table."""
        return [choice.words for choice in self.choices if choice.households == 0 and self.form not in ONE_EACH]

    @property
    def hides(self) -> bool:
        """Whether some of its numbers are hidden."""
        return any(choice.hidden for choice in self.choices)


@dataclass(frozen=True, slots=True)
class CrossLine:
    """A building's answers to one question."""

    building: str
    answered: int
    choices: tuple[Choice, ...]


def in_words(row: dict[str, Any]) -> str:
    """A question's or an answer's text in the reader's language; Chinese where there is no English one."""
    english = (get_language() or "").startswith("en") and row.get("en")
    return str(english or row["zh"])


def hidden_cells(rows: Sequence[Sequence[int]], answered: Sequence[int], *, one_each: bool) -> list[list[str]]:
    """Which numbers of a table (a row per building) are hidden, and why: "few", "cover" or "" (module docstring)."""
    marks = [
        [FEW if 0 < size < SMALL_GROUP or 0 < number < SMALL_GROUP else "" for number in row]
        for row, size in zip(rows, answered, strict=True)
    ]
    lines = [[(line, column) for line in range(len(rows))] for column in range(len(rows[0]) if rows else 0)]
    if one_each:
        lines += [[(line, column) for column in range(len(row))] for line, row in enumerate(rows)]
    while _covered(rows, marks, lines):
        pass
    return marks


def _covered(rows: Sequence[Sequence[int]], marks: list[list[str]], lines: Iterable[Sequence[tuple[int, int]]]) -> bool:
    """One round of hiding a second number wherever a single one is hidden; whether anything was hidden."""
    changed = False
    for line in lines:
        shown = [(rows[a][b] == 0, rows[a][b], a, b) for a, b in line if not marks[a][b]]
        if len(line) - len(shown) == 1 and shown:
            _zero, _number, a, b = min(shown)
            marks[a][b] = COVER
            changed = True
    return changed


class Answers:
    """The counts of a round, made from one statement."""

    def __init__(self, round_: Round, rows: Iterable[tuple[Any, ...]]) -> None:
        self.asked: list[Question] = list(round_.questions)
        self.voted: Counter[str] = Counter()
        self.households: Counter[str] = Counter()
        self.answered: Counter[tuple[str, str]] = Counter()
        self.chosen: defaultdict[tuple[str, str], Counter[tuple[str, int]]] = defaultdict(Counter)
        for building, code, name, place, number in rows:
            if code is None:
                self.voted[building], self.households[building] = place, number
            elif name is None:
                self.answered[building, code] = number
            else:
                self.chosen[building, code][name, place] += number

    @property
    def buildings(self) -> list[str]:
        """Names in natural order."""
        return sorted(self.households, key=natural_key)

    def questions(self, building: str = "") -> list[Asked]:
        """Every question, over all households or of one building (then with numbers hidden as by_building hides them)."""
        return [self._asked(number, question, building) for number, question in enumerate(self.asked, start=1)]

    def by_building(self, code: str) -> list[CrossLine]:
        """A question's choices building by building; [] where there is one building only."""
        question = next(question for question in self.asked if question["code"] == code)
        places = self.buildings
        if len(places) < 2 or question["form"] not in CHOSEN:
            return []
        options = _options(question)
        rows = [[self._wanted(place, code, name) for name, _words in options] for place in places]
        answered = [self.answered[place, code] for place in places]
        marks = hidden_cells(rows, answered, one_each=question["form"] in ONE_EACH)
        return [
            CrossLine(
                place,
                size,
                tuple(
                    Choice(*option, None if mark else number, hidden=mark) for option, number, mark in zip(options, row, line, strict=True)
                ),
            )
            for place, size, row, line in zip(places, answered, rows, marks, strict=True)
        ]

    def _wanted(self, building: str, code: str, name: str) -> int:
        return sum(number for (chosen, _place), number in self.chosen[building, code].items() if chosen == name)

    def _asked(self, number: int, question: Question, building: str) -> Asked:
        code, form = question["code"], question["form"]
        places = [building] if building else list(self.households)
        asked = Asked(
            number=number,
            code=code,
            form=form,
            words=in_words(question),
            deciding=bool(question.get("deciding")),
            answered=sum(self.answered[place, code] for place in places),
            voted=sum(self.voted[place] for place in places),
            households=sum(self.households[place] for place in places),
            most=_most(question) if form in {"ranking", "rating"} else 0,
        )
        few = asked.answered < SMALL_GROUP and not (asked.deciding and not building)
        if form not in CHOSEN or not asked.answered or few:
            return replace(asked, few=few and asked.answered > 0)
        choices = self._of_building(code, building) if building and len(self.households) > 1 else self._of_all(question, places)
        return replace(asked, choices=tuple(choices), mean=_mean(asked, choices))

    def _of_building(self, code: str, building: str) -> list[Choice]:
        return list(next(line.choices for line in self.by_building(code) if line.building == building))

    def _of_all(self, question: Question, places: list[str]) -> list[Choice]:
        code, form = question["code"], question["form"]
        together: Counter[tuple[str, int]] = Counter()
        for place in places:
            together.update(self.chosen[place, code])
        found = []
        for name, words in _options(question):
            at = {place: number for (chosen, place), number in together.items() if chosen == name}
            choice = Choice(name, words, sum(at.values()))
            if form == "ranking":
                points = sum(max(_most(question) - place + 1, 0) * number for place, number in at.items())
                choice = replace(choice, first=at.get(1, 0), points=points)
            found.append(choice)
        return sorted(found, key=lambda choice: (-(choice.households or 0), -(choice.points or 0))) if form not in ONE_EACH else found


def _options(question: Question) -> list[tuple[str, str]]:
    """(code, words) of what can be chosen; the marks of a rating from the highest down."""
    if question["form"] == "rating":
        return [(str(mark), str(mark)) for mark in range(_most(question), 0, -1)]
    return [(option["code"], in_words(option)) for option in question.get("options") or []]


def _most(question: Question) -> int:
    """The highest mark of a rating; the places of a ranking."""
    return question.get("most") or (HIGHEST_MARK if question["form"] == "rating" else len(question["options"]))


def _mean(asked: Asked, choices: Iterable[Choice]) -> Fraction | None:
    """Of all marks, exactly; None for other forms and where a number is hidden."""
    marks = [(int(choice.code), choice.households) for choice in choices] if asked.form == "rating" else []
    if not marks or any(number is None for _mark, number in marks):
        return None
    return Fraction(sum(mark * (number or 0) for mark, number in marks), asked.answered)


def answers_of(round_: Round) -> Answers:
    """The round's answers as they are now; one statement, however many questions, options and buildings there are."""
    codes = [question["code"] for question in round_.questions if question["form"] in CHOSEN]
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"round": round_.pk, "chosen": codes})
        return Answers(round_, cursor.fetchall())


def texts_of(round_: Round, building: str = "") -> dict[str, list[str]]:
    """Question code -> the free texts as written, in no order; of one building only where at least SMALL_GROUP wrote. One statement."""
    codes = [question["code"] for question in round_.questions if question["form"] == "text"]
    found: dict[str, list[str]] = {code: [] for code in codes}
    if codes:
        with connection.cursor() as cursor:
            cursor.execute(TEXTS, {"round": round_.pk, "texts": codes, "building": building})
            for code, text in cursor.fetchall():
                found[code].append(text)
    return {code: [] if building and len(texts) < SMALL_GROUP else texts for code, texts in found.items()}


def staff_answers(round_: Round, answers: Answers, building: str = "") -> list[Asked]:
    """Every question with its numbers and, for free texts, its themes with the masked texts.

    The question that decides only once the round is closed: two looks at a live page would show how one household decided.
    """
    texts = texts_of(round_, building)
    shown = [asked for asked in answers.questions(building) if round_.state == RoundState.CLOSED or not asked.deciding]
    return [replace(asked, groups=tuple(themes.grouped(texts.get(asked.code, [])))) for asked in shown]


def public_answers(round_: Round) -> list[Asked]:
    """What anybody may see of a closed round; [] before. Themes without their texts and words; what only frequent words made is "other".

    Two statements; the page keeps what a published revision says.
    """
    if round_.state != RoundState.CLOSED:
        return []
    texts = texts_of(round_)
    return [replace(asked, groups=_public_groups(texts.get(asked.code, []))) for asked in answers_of(round_).questions()]


def _public_groups(texts: list[str]) -> tuple[themes.Group, ...]:
    if len(texts) < SMALL_GROUP:
        return ()
    return tuple(themes.declared(texts))
