"""What can be wrong with a cell or a file: a stable code, what is wrong, how to mend it. No database, no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

MOST_KEPT = 20_000  # problems kept with their place; the count goes on beyond

# code -> (what is wrong, how to mend it)
WORDS: dict[str, tuple[Any, Any]] = {
    "missing": (_("This cell is empty"), _("Fill it in; it is required")),
    "not_a_number": (_("“%(value)s” is not a number"), _("Write digits only, for example 120")),
    "unit": (_("“%(value)s” has another unit"), _("Convert it to %(unit)s and write digits only")),
    "not_whole": (_("%(value)s is not a whole number"), _("Write a whole number without decimals")),
    "too_small": (_("%(value)s is below the least value %(least)s"), _("Check the number and the unit")),
    "too_large": (_("%(value)s is above the highest value %(most)s"), _("Check the number and the unit")),
    "too_long": (_("The text has %(length)s characters"), _("Shorten it to %(most)s characters or fewer")),
    "not_a_year": (_("“%(value)s” is not one year"), _("Write one year with four digits, for example 1985")),
    "year_to_come": (_("The year %(value)s has not come yet"), _("Check the year")),
    "not_a_choice": (_("“%(value)s” is not in the list"), _("Choose one of: %(choices)s")),
    "not_yes_or_no": (_("“%(value)s” is neither yes nor no"), _("Write 是 or 否")),
    "date_instead": (_("Excel has turned this cell into a date"), _("Format the column as text and type the value again")),
    "not_a_code": (_("“%(value)s” is not a code of this form"), _("Write %(digits)s digits, as in the official list")),
    "bad_characters": (_("“%(value)s” holds characters that a code cannot have"), _("Use letters, digits and - only")),
    "not_a_phone": (_("“%(value)s” is not a phone number"), _("Write 11 digits of a mobile phone, or a landline with its area code")),
    "not_a_degree": (_("%(value)s cannot be a %(axis)s in this province"), _("Write decimal degrees between %(least)s and %(most)s")),
    "axes_swapped": (_("%(value)s looks like the other coordinate"), _("Exchange longitude and latitude")),
    "elderly_over_population": (
        _("%(value)s residents over 60 are more than the population of %(population)s"),
        _("Correct one of the two"),
    ),
    "renovated_before_built": (_("Renovated in %(value)s, before it was built in %(built)s"), _("Correct one of the two years")),
    "half_position": (_("A position needs both longitude and latitude"), _("Fill in the other one, or empty both")),
    "not_a_day": (_("“%(value)s” is not a day"), _("Write it as 2021-05-31")),
    "day_to_come": (_("The day %(value)s has not come yet"), _("Check the day; what is not open yet has none")),
    "position_missing": (_("This facility has no position"), _("Fill in longitude and latitude, or the code of its community")),
    "state_needs_reason": (_("Idle or closed without a reason"), _("Write why in the column for it")),
    "not_open_yet": (_("What is planned or being built has no opening day yet"), _("Empty this cell, or correct the state")),
    "other_county_community": (_("%(value)s lies in another county"), _("Correct the community's code or the county")),
    "two_storeys": (_("Another row gives this building %(most)s storeys, this one %(value)s"), _("Write the same number in all its rows")),
    "county_unknown": (_("There is no county-level unit “%(value)s”"), _("Correct the name, or add the region first")),
    "county_unknown_near": (_("There is no county-level unit “%(value)s”"), _("Is it %(names)s?")),
    "county_ambiguous": (_("There are several units named “%(value)s”"), _("Write the city before the name, or the code: %(choices)s")),
    "sub_district_unknown": (_("%(county)s has no sub-district “%(value)s”"), _("Correct the name, or add the region first")),
    "sub_district_unknown_near": (_("%(county)s has no sub-district “%(value)s”"), _("Is it %(names)s?")),
    "committee_unknown": (_("%(sub_district)s has no residents' committee “%(value)s”"), _("Correct the name, or add the region first")),
    "committee_unknown_near": (_("%(sub_district)s has no residents' committee “%(value)s”"), _("Is it %(names)s?")),
    "sub_district_missing": (_("A residents' committee stands here without its sub-district"), _("Fill in the sub-district")),
    "outside": (_("“%(value)s” lies outside your area"), _("Leave this row to the staff of that area")),
    "twice": (_("The same row stands in row %(row)s already"), _("Delete one of the two rows")),
    "name_twice": (_("The same name stands in row %(row)s already"), _("Delete one of the two rows, or tell the names apart")),
    "name_taken": (_("“%(value)s” is registered here already, under code %(code)s"), _("Write that code, or another name")),
    "merged": (_("Community %(value)s was merged into %(into)s"), _("Write code %(into)s instead")),
    "other_county": (
        _("Community %(value)s is registered in %(county)s"),
        _("A community cannot change its county by Excel; correct the code or the county"),
    ),
    "community_unknown": (_("There is no community “%(value)s”"), _("Import the community first, or correct the code")),
    "community_ambiguous": (_("Several communities are named “%(value)s”"), _("Fill in the community's code")),
    "community_other_name": (_("Code %(code)s is %(name)s, not “%(value)s”"), _("Correct the code or the name")),
    "code_prefix": (
        _("Code %(value)s does not start with %(prefix)s"),
        _("Use the code of the official list; it starts with its parent's code"),
    ),
    "code_elsewhere": (_("Code %(value)s is taken by %(name)s"), _("Correct the code")),
    "region_name_taken": (_("“%(value)s” stands here already, under code %(code)s"), _("Correct the name or the code")),
    "two_names": (_("Code %(value)s has another name in row %(row)s"), _("Write the same name in both rows")),
    "owner_too_long": (_("The name “%(value)s” is too long"), _("Separate several owners by 、")),
}


class CellError(Exception):
    """A cell that cannot be read. `key` names another column than the one being read, where the fault lies there."""

    def __init__(self, code: str, /, *, key: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code, self.key, self.params = code, key, params


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad cell: row as Excel counts it (1 = first), key of its column, code and what the sentence needs."""

    row: int
    key: str
    code: str
    params: dict[str, Any]

    @property
    def what(self) -> str:
        """What is wrong, in the reader's language."""
        return str(WORDS[self.code][0]) % self.params

    @property
    def mend(self) -> str:
        """How to mend it, in the reader's language."""
        return str(WORDS[self.code][1]) % self.params

    def as_json(self) -> list[Any]:
        """For the job's row."""
        return [self.row, self.key, self.code, {name: str(value) for name, value in self.params.items()}]


@dataclass
class Problems:
    """All bad cells of one file: every one counted, the first MOST_KEPT kept."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    _last: tuple[int, set[str]] = field(default_factory=lambda: (0, set()))

    def add(self, row: int, key: str, code: str, /, **params: Any) -> None:
        """Note one bad cell."""
        self.count += 1
        self.rows.add(row)
        self._last = (row, {key} if self._last[0] != row else self._last[1] | {key})
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Problem(row, key, code, params))

    def noted(self, row: int, key: str) -> bool:
        """Whether this cell of the row being read is bad already."""
        return self._last[0] == row and key in self._last[1]

    def sorted(self) -> list[Problem]:
        """In reading order."""
        return sorted(self.kept, key=lambda problem: problem.row)
