"""Counting: a round's result from its roll and the ballots that count, per building and stairwell, channel, day; and the recount."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import connection

from common.numbers import Share
from common.text import natural_key
from surveys.choices import RoundKind, Verdict
from surveys.models import Round
from surveys.rules import SMALL_GROUP, LegalCount, Voice, count_legal, gate_passed, households_needed

SAYS = {Verdict.AGREE: "agree", Verdict.AGAINST: "against", Verdict.ABSTAIN: "abstain", Verdict.NONE: "none"}
# Households, and the ballot that counts for each from the ballots alone: the last one that is not annulled. A round, or all (NULL).
RECOUNT = """
    WITH mine AS (SELECT b.id, b.entry_id, b.cast_at, b.verdict, a.id IS NOT NULL AS annulled
                  FROM surveys_ballot b LEFT JOIN surveys_annulment a ON a.ballot_id = b.id
                  WHERE %(round)s::bigint IS NULL OR b.round_id = %(round)s),
    last AS (SELECT DISTINCT ON (entry_id) entry_id, id, verdict FROM mine WHERE NOT annulled
             ORDER BY entry_id, cast_at DESC, id DESC)
    SELECT count(*), (SELECT count(*) FROM mine), (SELECT count(*) FROM mine WHERE annulled), count(last.id),
           count(*) FILTER (WHERE last.verdict = 1), count(*) FILTER (WHERE last.verdict = 0),
           count(*) FILTER (WHERE last.verdict = 2), count(*) FILTER (WHERE e.ballot_id IS DISTINCT FROM last.id)
    FROM surveys_rollentry e LEFT JOIN last ON last.entry_id = e.id
    WHERE %(round)s::bigint IS NULL OR e.round_id = %(round)s
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Households of a group (a building, a stairwell, or all): on the roll, voted, and what they said.

    `hidden`: too few ballots to show what they said without showing who said it.
    """

    building: str
    unit: str
    households: int
    voted: int = 0
    agreed: int = 0
    against: int = 0
    abstained: int = 0
    hidden: bool = False

    @property
    def missing(self) -> int:
        """Households without a ballot."""
        return self.households - self.voted

    @property
    def turnout(self) -> Share:
        """Voted of all."""
        return Share(self.voted, self.households)

    @property
    def approval(self) -> Share:
        """Agreed of all."""
        return Share(self.agreed, self.households)


def summed(lines: Iterable[Line], building: str = "", unit: str = "") -> Line:
    """The sum of lines as one line."""
    total = Line(building, unit, 0)
    for line in lines:
        total = replace(
            total,
            households=total.households + line.households,
            voted=total.voted + line.voted,
            agreed=total.agreed + line.agreed,
            against=total.against + line.against,
            abstained=total.abstained + line.abstained,
        )
    return total


def hide_small(lines: list[Line]) -> list[Line]:
    """Lines of 1 to 4 ballots are hidden, and the next smallest with them until two or more lines hide SMALL_GROUP ballots together:
    the total less what is shown gives their sum away."""
    hidden = {number for number, line in enumerate(lines) if 0 < line.voted < SMALL_GROUP}
    others = sorted((line.voted, number) for number, line in enumerate(lines) if number not in hidden and line.voted)
    while hidden and others and (len(hidden) == 1 or sum(lines[number].voted for number in hidden) < SMALL_GROUP):
        hidden.add(others.pop(0)[1])
    return [replace(line, hidden=number in hidden) for number, line in enumerate(lines)]


@dataclass(frozen=True, slots=True)
class Tally:
    """A round as it stands: its stairwells, its channels, its total. For opinions `agreed` counts those who answered."""

    kind: str
    stairwells: list[Line]
    channels: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> Line:
        """All households of the roll."""
        return summed(self.stairwells)

    @property
    def buildings(self) -> list[Line]:
        """Building by building, in natural order."""
        names = dict.fromkeys(line.building for line in self.stairwells)
        return [summed((line for line in self.stairwells if line.building == name), name) for name in names]

    @property
    def needed(self) -> int:
        """Households that the 80 % gate needs."""
        return households_needed(self.total.households)

    @property
    def passed(self) -> bool:
        """Whether the 80 % gate is reached, of all households on the roll."""
        total = self.total
        return gate_passed(total.agreed, total.households)


def by_building(counted: Tally) -> list[tuple[Line, list[Line]]]:
    """(building, its stairwells), both with what few ballots would give away hidden.

    Within each building: its total stands beside its stairwells, so a hidden one needs a second. Of a hidden building all
    stairwells are hidden, or their sum would be the building's.
    """
    groups = []
    for building in hide_small(counted.buildings):
        lines = hide_small([line for line in counted.stairwells if line.building == building.building])
        groups.append((building, [replace(line, hidden=line.hidden or building.hidden) for line in lines]))
    return groups


def _rows(query: str, values: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def tally(round_: Round) -> Tally:
    """The round's count at this moment, from the roll's pointers; one query."""
    rows = _rows(
        """
        SELECT e.building, e.unit, b.channel, b.verdict, count(*)
        FROM surveys_rollentry e LEFT JOIN surveys_ballot b ON b.id = e.ballot_id
        WHERE e.round_id = %s GROUP BY 1, 2, 3, 4
        """,
        [round_.pk],
    )
    return _folded(round_.kind, rows)


def _folded(kind: str, rows: Iterable[tuple[Any, ...]]) -> Tally:
    found: dict[tuple[str, str], Line] = {}
    channels: dict[str, int] = {}
    for building, unit, channel, verdict, number in rows:
        part = Line(building, unit, number)
        if verdict is not None:
            channels[channel] = channels.get(channel, 0) + number
            agreed = kind == RoundKind.OPINIONS or verdict == Verdict.AGREE
            part = Line(
                *(building, unit, number, number, number if agreed else 0),
                number if verdict == Verdict.AGAINST else 0,
                number if verdict == Verdict.ABSTAIN else 0,
            )
        found[building, unit] = summed([found.get((building, unit), Line(building, unit, 0)), part], building, unit)
    ordered = sorted(found.values(), key=lambda line: (natural_key(line.building), natural_key(line.unit)))
    return Tally(kind, ordered, channels)


def legal_count(round_: Round) -> LegalCount:
    """An owners' matter by heads and area at this moment (Civil Code Art. 278); one query."""
    rows = _rows(
        "SELECT e.head, e.area, b.verdict FROM surveys_rollentry e LEFT JOIN surveys_ballot b ON b.id = e.ballot_id WHERE e.round_id = %s",
        [round_.pk],
    )
    return count_legal(
        round_.matter, (Voice(head, area, "" if verdict is None else SAYS[Verdict(verdict)]) for head, area, verdict in rows)
    )


def legal_figures(count: LegalCount) -> dict[str, Any]:
    """As kept with a closed round: whole numbers, areas as text with two decimals."""

    def text(value: Decimal) -> str:
        return f"{value:.2f}"

    return {
        "heads": count.heads,
        "area": text(count.area),
        "heads_took_part": count.heads_took_part,
        "area_took_part": text(count.area_took_part),
        "heads_agree": count.heads_agree,
        "area_agree": text(count.area_agree),
        "quorum": count.quorum,
        "approved": count.approved,
    }


def by_day(round_: Round) -> list[tuple[datetime.date, dict[str, int]]]:
    """(day in Shanghai, channel -> ballots that count and were cast on it), oldest first."""
    rows = _rows(
        """
        SELECT (b.cast_at AT TIME ZONE 'Asia/Shanghai')::date, b.channel, count(*)
        FROM surveys_rollentry e JOIN surveys_ballot b ON b.id = e.ballot_id
        WHERE e.round_id = %s GROUP BY 1, 2 ORDER BY 1
        """,
        [round_.pk],
    )
    days: dict[datetime.date, dict[str, int]] = {}
    for day, channel, number in rows:
        days.setdefault(day, {})[channel] = number
    return list(days.items())


@dataclass(frozen=True, slots=True)
class Recount:
    """A recount from the ballots alone, beside what the roll says. `wrong`: households whose pointer is not their last ballot."""

    households: int
    ballots: int
    replaced: int
    annulled: int
    voted: int
    agreed: int
    against: int
    abstained: int
    wrong: int

    @property
    def agrees(self) -> bool:
        """Whether ballots and roll say the same."""
        return self.wrong == 0


def recount(round_: Round | None = None) -> Recount:
    """Count again from the append-only ballots, of one round or of all; compares every household's pointer. One statement."""
    households, ballots, annulled, voted, agreed, against, abstained, wrong = _rows(RECOUNT, {"round": round_.pk if round_ else None})[0]
    return Recount(households, ballots, ballots - annulled - voted, annulled, voted, agreed, against, abstained, wrong)
