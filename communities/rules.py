"""Pure rules of the register: eligibility and duplicate suspicion (DOMAIN.md section 4)."""

from dataclasses import dataclass
from difflib import SequenceMatcher

RENOVATED_SINCE = 2018
BUILT_UNTIL = 2000
NEAR_METRES = 50
SIMILAR_NAMES = 0.6


@dataclass(frozen=True, slots=True)
class Ineligibility:
    """One reason why a community cannot be renovated: a stable code, and the year it speaks of."""

    code: str
    year: int | None = None


def ineligible_because(
    *, renovated_year: int | None, demolition_planned: bool, built_year: int | None, late_reason: str
) -> list[Ineligibility]:
    """Every reason against the community; empty = eligible.

    Not eligible: renovated 2018 or later, planned for demolition, built after 2000 without an approved reason, or without
    a year of construction (nobody can say whether it is old).
    """
    found = []
    if renovated_year is not None and renovated_year >= RENOVATED_SINCE:
        found.append(Ineligibility("renovated", renovated_year))
    if demolition_planned:
        found.append(Ineligibility("demolition"))
    if built_year is None:
        found.append(Ineligibility("no_year"))
    elif built_year > BUILT_UNTIL and not late_reason.strip():
        found.append(Ineligibility("too_new", built_year))
    return found


def names_alike(a: str, b: str) -> bool:
    """Similar names, by the share of matching characters."""
    return SequenceMatcher(None, a, b).ratio() >= SIMILAR_NAMES
