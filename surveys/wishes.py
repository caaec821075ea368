"""What the households of a project want to have renovated: kinds of works, counted from the answers of its closed rounds.

An answer means a kind of work by the mapping of the library (`library.WORKS_OF_OPTION`). Numbers are of whole communities, over
all households on the rolls; a round in which fewer than SMALL_GROUP households answered such a question says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import connection

from projects.choices import WorkKind
from projects.models import Project
from surveys.choices import RoundKind, RoundState
from surveys.library import WORKS_OF_OPTION
from surveys.models import Round
from surveys.rules import SMALL_GROUP

# households that chose an answer, in whichever of the questions asked; once each
CHOSEN = """
    SELECT e.round_id, item.name, count(DISTINCT e.id)
    FROM surveys_rollentry e JOIN surveys_ballot b ON b.id = e.ballot_id
    CROSS JOIN LATERAL jsonb_each(b.answers) answer
    CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(answer.value) = 'array' THEN answer.value ELSE '[]' END) item (name)
    WHERE e.round_id = ANY (%(rounds)s) AND answer.key = ANY (%(questions)s)
    GROUP BY GROUPING SETS ((e.round_id, item.name), (e.round_id))
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """A kind of work: `wanted` of `wanted_of` households before the scheme (willingness), `missed` of `missed_of` in it (opinions).

    The households are all on the frozen rolls of the rounds that asked; 0 of 0 where none did.
    """

    kind: str
    wanted: int = 0
    wanted_of: int = 0
    missed: int = 0
    missed_of: int = 0

    @property
    def part(self) -> int:
        """Households of the larger share."""
        return self.wanted if self._before else self.missed

    @property
    def whole(self) -> int:
        """Of how many."""
        return self.wanted_of if self._before else self.missed_of

    @property
    def _before(self) -> bool:
        return self.wanted * (self.missed_of or 1) >= self.missed * (self.wanted_of or 1) if self.missed_of else True

    def reached(self, percent: int) -> bool:
        """Whether at least so many per cent of the households want it."""
        return self.whole > 0 and self.part * 100 >= self.whole * percent


def _asked(round_: Round) -> dict[str, set[str]]:
    """Question -> the answers in it that mean works."""
    found = {}
    for question in round_.questions:
        if question["form"] in {"multiple", "ranking"}:
            codes = {option["code"] for option in question.get("options") or []} & set(WORKS_OF_OPTION)
            if codes:
                found[question["code"]] = codes
    return found


def wishes_of(project: Project) -> list[Wish]:
    """Every kind of work that was asked for in the newest closed rounds of the project's communities, most wanted first; two queries."""
    rounds = list(
        Round.objects.filter(project=project, kind__in=[RoundKind.WILLINGNESS, RoundKind.OPINIONS], state=RoundState.CLOSED)
        .order_by("community_id", "kind", "-closed_at", "-pk")
        .distinct("community_id", "kind")
        .only("pk", "kind", "questions", "roll_count")
    )
    asked = {round_.pk: _asked(round_) for round_ in rounds}
    codes = sorted({code for questions in asked.values() for code in questions})
    if not codes:
        return []
    chosen: defaultdict[int, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN, {"rounds": [round_.pk for round_ in rounds], "questions": codes})
        for round_id, name, number in cursor.fetchall():
            chosen[round_id][name or ""] = number
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for round_ in rounds:
        if chosen[round_.pk][""] < SMALL_GROUP:
            continue
        words = ("wanted", "wanted_of") if round_.kind == RoundKind.WILLINGNESS else ("missed", "missed_of")
        _add(found, chosen[round_.pk], set().union(*asked[round_.pk].values()), words, round_.roll_count or 0)
    wishes = [Wish(kind, **found[kind]) for kind in WorkKind.values if kind in found]
    return sorted(wishes, key=lambda wish: (-(wish.part / wish.whole if wish.whole else 0), wish.kind))


def _add(found: defaultdict[str, Counter[str]], chosen: Counter[str], offered: set[str], words: tuple[str, str], households: int) -> None:
    """One round's numbers; a kind that two answers mean counts the more wanted of them."""
    of_kind: dict[str, int] = {}
    for code in offered:
        for kind in WORKS_OF_OPTION[code]:
            of_kind[kind] = max(of_kind.get(kind, 0), chosen[code])
    for kind, number in of_kind.items():
        found[kind][words[0]] += number
        found[kind][words[1]] += households
