"""How the demo's households voted: numbers for each community and kind of round, made from its code alone, all synthetic."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from demo.days import MACHINERY_CODE
from demo.shapes import Works, Yard
from surveys.rules import households_needed

# (least, most) share in % of all households that agree (opinions: answer), and that disagree
SHARES = {"willingness": (82, 97, 3), "opinions": (81, 93, 0), "scheme": (80, 94, 7), "satisfaction": (81, 96, 8)}
# as drawn: kind -> agreed, against of 312
MACHINERY = {"willingness": (287, 9), "opinions": (268, 0), "scheme": (259, 20), "satisfaction": (271, 14)}
DURATION = {"willingness": 14, "opinions": 12, "scheme": 10, "satisfaction": 9}  # days a round is open


@dataclass(frozen=True, slots=True)
class Vote:
    """One closed round of one community: agreed (opinions: answered) and against, of all households on the roll."""

    kind: str
    yard: str  # code of the community
    households: int
    agreed: int
    against: int
    closed_on: datetime.date

    @property
    def opened_on(self) -> datetime.date:
        """First day of voting."""
        return self.closed_on - datetime.timedelta(days=DURATION[self.kind])


def closing_day(one: Works, kind: str) -> datetime.date | None:
    """When the round of a kind closed: before the step that it opens, objections included; None when the step is not taken."""
    step = {"willingness": one.planned_on, "opinions": one.designed_on, "scheme": one.approved_on, "satisfaction": one.accepted_on}[kind]
    if step is None:
        return one.willing_on if kind == "willingness" else None
    if one.code == MACHINERY_CODE and kind == "scheme":
        return step - datetime.timedelta(days=9)  # 10 April, as drawn
    return step - datetime.timedelta(days=9 + len(one.code + one.name) % 5)


def vote_of(one: Works, yard: Yard, kind: str) -> Vote | None:
    """The yard's round of a kind; None when its step is not taken. Every one of them reaches 80 %, some narrowly."""
    closed_on = closing_day(one, kind)
    if closed_on is None or not yard.households:
        return None
    households = yard.households
    if one.code == MACHINERY_CODE:
        agreed, against = MACHINERY[kind]
    else:
        rng = Random(f"votes:{yard.code}:{kind}")
        least, most, refusing = SHARES[kind]
        agreed = max(households_needed(households), households * rng.randint(least * 10, most * 10) // 1000)
        against = min(households - agreed, households * rng.randint(0, refusing * 10) // 1000)
    return Vote(kind, yard.code, households, agreed, against, closed_on)
