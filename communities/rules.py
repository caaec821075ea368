"""Pure rules of the register: eligibility and duplicate suspicion (DOMAIN.md section 4)."""

from dataclasses import dataclass

from common.geo import distance_metres

RENOVATED_SINCE = 2018
BUILT_UNTIL = 2000
NEAR_METRES = 50
SIMILAR_NAMES = 0.5  # share of common trigrams of the pinyin: homophones typed differently are alike too


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


LONGITUDES = (113.0, 120.5)  # the province's extent, degrees
LATITUDES = (36.0, 43.0)
OUTLINE_CORNERS = 500
OUTLINE_METRES = 5_000


def position_fault(longitude: float | None, latitude: float | None) -> str:
    """What is wrong with a position: "", "half" (only one of the two) or "outside" (not in the province: often swapped)."""
    if longitude is None and latitude is None:
        return ""
    if longitude is None or latitude is None:
        return "half"
    inside_province = LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
    return "" if inside_province else "outside"


def outline_fault(outline: object) -> str:
    """What is wrong with an outline: "", "form", "corners", "outside" or "size" (a yard is at most 5 km across)."""
    if outline is None:
        return ""
    if not isinstance(outline, list) or not all(_is_corner(corner) for corner in outline):
        return "form"
    if not 3 <= len({tuple(corner) for corner in outline}) <= OUTLINE_CORNERS:
        return "corners"
    if any(position_fault(*corner) for corner in outline):
        return "outside"
    longitudes, latitudes = [c[0] for c in outline], [c[1] for c in outline]
    span = distance_metres((min(longitudes), min(latitudes)), (max(longitudes), max(latitudes)))
    return "size" if span > OUTLINE_METRES else ""


def _is_corner(corner: object) -> bool:
    return isinstance(corner, list) and len(corner) == 2 and all(isinstance(x, int | float) and not isinstance(x, bool) for x in corner)


def next_code(county_code: str, number: int) -> str:
    """The code of a county's n-th registered community: "13040400017"."""
    return f"{county_code}{number:05d}"
