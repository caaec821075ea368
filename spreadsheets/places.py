"""Regions as people write them in a cell, found inside the actor's area."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import Q

from common.text import narrow
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.scope import Scope
from spreadsheets.cells import plain, shown
from spreadsheets.problems import CellError

COUNTY, SUB_DISTRICT = LEVEL_DEPTH[Level.COUNTY], LEVEL_DEPTH[Level.SUB_DISTRICT]
SUFFIXES = ("街道办事处", "街道办", "社区居委会", "居委会")


@dataclass(frozen=True, slots=True)
class Place:
    """A region, as far as a row needs it."""

    pk: int
    code: str
    name: str
    name_en: str
    path: str


class Places:
    """All county-level units of the province, and what lies below those in reach."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        reach = Q(depth__lte=COUNTY)
        for path in scope.paths:
            reach |= Q(path__startswith="".join(f"{code}/" for code in path.split("/")[:COUNTY] if code))
        self.by_path: dict[str, Place] = {}
        self.below: dict[str, list[Place]] = defaultdict(list)
        self.counties: list[Place] = []
        for pk, code, name, name_en, path, depth in (
            Region.objects.filter(reach).order_by("path").values_list("pk", "code", "name_zh", "name_en", "path", "depth")
        ):
            place = Place(pk, code, name, name_en.lower(), path)
            self.by_path[path] = place
            self.below[parent_of(path)].append(place)
            if depth == COUNTY:
                self.counties.append(place)
        self._found: dict[tuple[Any, Any, Any], Place] = {}

    def find(self, county: Any, sub_district: Any, committee: Any) -> Place:
        """The lowest region that the three cells name; it lies in reach. Raises CellError with the key of the bad cell."""
        wanted = (county, sub_district, committee)
        if wanted not in self._found:
            place = self.county(county)
            if committee is not None and sub_district is None:
                raise CellError("sub_district_missing", key="sub_district")
            if sub_district is not None:
                place = self._under(place, sub_district, "sub_district", county=place.name)
            if committee is not None:
                place = self._under(place, committee, "committee", sub_district=place.name)
            if not self.scope.covers(place.path):
                raise CellError("outside", key="committee" if committee else "sub_district" if sub_district else "county", value=place.name)
            self._found[wanted] = place
        return self._found[wanted]

    def county(self, raw: Any) -> Place:
        """A county-level unit by code, name, or city and name. Raises CellError."""
        words = plain(raw).replace(" ", "").lower()
        fitting = [place for place in self.counties if words in self._spellings(place)]
        reachable = [place for place in fitting if self.near(place.path)]
        if len(reachable) == 1:
            return reachable[0]
        if reachable:
            choices = "、".join(f"{self._city(place)}{place.name} {place.code}" for place in reachable)
            raise CellError("county_ambiguous", key="county", value=shown(raw), choices=choices)
        if fitting:
            raise CellError("outside", key="county", value=shown(raw))
        near = [place.name for place in self.counties if self.near(place.path)]
        raise _unknown("county", raw, words, near)

    def near(self, path: str) -> bool:
        """Whether something in the region, or the region itself, lies in reach."""
        return self.scope.covers(path) or any(own.startswith(path) for own in self.scope.paths)

    def _spellings(self, place: Place) -> set[str]:
        return {place.code, place.name, place.name_en.replace(" ", ""), self._city(place) + place.name}

    def _city(self, place: Place) -> str:
        above = self.by_path.get(parent_of(place.path))
        return above.name if above else ""

    def _under(self, parent: Place, raw: Any, key: str, **params: str) -> Place:
        words = narrow(plain(raw)).replace(" ", "")
        children = self.below[parent.path]
        for place in children:
            if words in {place.code, place.name} or (place.name_en and words.lower() == place.name_en.replace(" ", "")):
                return place
        short = _short(words)
        alike = [place for place in children if _short(place.name) == short]
        if len(alike) == 1:
            return alike[0]
        raise _unknown(key, raw, words, [place.name for place in children], **params)


def parent_of(path: str) -> str:
    """ "130000/130400/" -> "130000/"."""
    return path[: path.rstrip("/").rfind("/") + 1]


def _short(name: str) -> str:
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix) + ("街道" if suffix.startswith("街道") else "社区")
    return name


def _unknown(key: str, raw: Any, words: str, names: list[str], **params: str) -> CellError:
    """No such region; with the names that come near, if there are any."""
    close = get_close_matches(words, names, n=2, cutoff=0.5)
    code = f"{key}_unknown_near" if close else f"{key}_unknown"
    return CellError(code, key=key, value=shown(raw), names="、".join(close), **params)
