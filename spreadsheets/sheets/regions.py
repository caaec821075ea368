"""The form of regions: a row is a sub-district, or a residents' committee with its sub-district."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from common.text import pinyin
from communities.bulk import Counts, lock_imports
from regions.choices import RegionKind
from regions.models import Region
from regions.operations import new_region
from spreadsheets import cells
from spreadsheets.columns import Column, head
from spreadsheets.places import Place, Places
from spreadsheets.problems import CellError, Problems
from spreadsheets.sheets.base import Batch, ImportSheet, Tick

COLUMNS = (
    Column(
        "county",
        head("County-level unit"),
        cells.text(60),
        required=True,
        prefilled=True,
        aliases=("县区", "县（市、区）", "区县"),
        width=16,
        hint=_("Name or six-digit code. Where two cities have a unit of this name, write the city before it."),
    ),
    Column(
        "sub_code",
        head("Sub-district code"),
        cells.digits(9),
        required=True,
        aliases=("街道编码", "乡镇代码", "街道（乡镇）代码"),
        width=16,
        hint=_("Nine digits of the national statistics code; they start with the county's code."),
    ),
    Column(
        "sub_name",
        head("Sub-district name"),
        cells.text(60),
        required=True,
        aliases=("街道", "街道（乡镇）", "街道（乡镇）名称", "乡镇名称"),
        width=22,
    ),
    Column(
        "committee_code",
        head("Committee code"),
        cells.digits(12),
        aliases=("社区编码", "社区（村）代码", "居委会代码"),
        width=18,
        hint=_("Twelve digits; they start with the sub-district's code. Empty for a row that is a sub-district only."),
    ),
    Column("committee_name", head("Committee name"), cells.text(60), aliases=("社区", "社区（村）", "居委会名称"), width=22),
)


@dataclass
class Wanted:
    """A region that the file speaks of: where first, under what."""

    row: int
    kind: RegionKind
    code: str
    name: str
    parent: str  # code
    present: Region | None = None
    keys: tuple[str, str] = field(default=("", ""))


class RegionBatch(Batch):
    """Sub-districts and committees: few enough to be compared in memory."""

    def __init__(self, actor: User, action: str, problems: Problems) -> None:
        super().__init__(actor, action, problems)
        self.places = Places(self.scope)
        self.wanted: dict[str, Wanted] = {}
        self.names: dict[tuple[str, str], Wanted] = {}
        self.same = 0

    def take(self, number: int, values: list[Any]) -> Sequence[Any] | None:
        county, sub_code, sub_name, committee_code, committee_name = values
        place = self._county(number, county)
        if place is None or sub_code is None:
            return None
        if not sub_code.startswith(place.code):
            self.problems.add(number, "sub_code", "code_prefix", value=sub_code, prefix=place.code)
        elif sub_name is not None:
            self._want(Wanted(number, RegionKind.SUB_DISTRICT, sub_code, sub_name, place.code, keys=("sub_code", "sub_name")))
        if committee_code is None and committee_name is None:
            return None
        if committee_code is None or committee_name is None:
            self.problems.add(number, "committee_code" if committee_code is None else "committee_name", "missing")
        elif not committee_code.startswith(sub_code):
            self.problems.add(number, "committee_code", "code_prefix", value=committee_code, prefix=sub_code)
        else:
            keys = ("committee_code", "committee_name")
            self._want(Wanted(number, RegionKind.COMMITTEE, committee_code, committee_name, sub_code, keys=keys))
        return None

    def _county(self, number: int, raw: Any) -> Place | None:
        if raw is None:
            return None
        try:
            place = self.places.county(raw)
        except CellError as error:
            self.problems.add(number, error.key, error.code, **error.params)
            return None
        if not self.scope.covers(place.path):
            self.problems.add(number, "county", "outside", value=place.name)
            return None
        return place

    def _want(self, wanted: Wanted) -> None:
        before = self.wanted.get(wanted.code)
        if before is not None:
            if before.name != wanted.name:
                self.problems.add(wanted.row, wanted.keys[1], "two_names", value=wanted.code, row=before.row)
            elif wanted.kind == RegionKind.COMMITTEE:
                self.problems.add(wanted.row, wanted.keys[0], "twice", row=before.row)
            return
        namesake = self.names.setdefault((wanted.parent, wanted.name), wanted)
        if namesake is not wanted:
            self.problems.add(wanted.row, wanted.keys[1], "name_twice", row=namesake.row)
        self.wanted[wanted.code] = wanted

    def stage(self, rows: list[Sequence[Any]]) -> None:
        """Nothing to keep: the regions wait in memory."""

    def compare(self, *, lock: bool, tick: Tick) -> None:
        if lock:
            lock_imports()
            counties = {wanted.parent for wanted in self.wanted.values() if wanted.kind == RegionKind.SUB_DISTRICT}
            list(Region.objects.select_for_update().filter(code__in=counties).order_by("pk"))
        present = {region.code: region for region in Region.objects.filter(code__in=self.wanted).select_related("parent")}
        parents = {wanted.parent for wanted in self.wanted.values()}
        siblings = Region.objects.filter(parent__code__in=parents).values_list("parent__code", "name_zh", "code")
        names = {(parent, name): code for parent, name, code in siblings}
        for wanted in self.wanted.values():
            found = present.get(wanted.code)
            if found is not None and (found.parent is None or found.parent.code != wanted.parent):
                self.problems.add(wanted.row, wanted.keys[0], "code_elsewhere", value=wanted.code, name=found.name_zh)
                continue
            wanted.present = found
            taken = names.get((wanted.parent, wanted.name), wanted.code)
            if taken != wanted.code:
                self.problems.add(wanted.row, wanted.keys[1], "region_name_taken", value=wanted.name, code=taken)

    def counts(self) -> Counts:
        rows = self.wanted.values()
        new = sum(wanted.present is None for wanted in rows)
        changed = sum(wanted.present is not None and wanted.present.name_zh != wanted.name for wanted in rows)
        return Counts(new, changed, len(rows) - new - changed)

    def write(self, *, at: datetime.datetime, tick: Tick) -> None:
        for kind in (RegionKind.SUB_DISTRICT, RegionKind.COMMITTEE):
            rows = [wanted for wanted in self.wanted.values() if wanted.kind == kind]
            parents = {region.code: region for region in Region.objects.filter(code__in={wanted.parent for wanted in rows})}
            fresh = [
                new_region(code=wanted.code, name_zh=wanted.name, name_en="", kind=kind, parent=parents[wanted.parent])
                for wanted in rows
                if wanted.present is None
            ]
            Region.objects.bulk_create(fresh, batch_size=1000)
            tick(len(fresh))
            for wanted in rows:
                if wanted.present is not None and wanted.present.name_zh != wanted.name:
                    Region.objects.filter(pk=wanted.present.pk).update(name_zh=wanted.name, pinyin=pinyin(wanted.name))


REGIONS = ImportSheet(
    name="regions",
    title=pgettext_lazy("form", "Sub-districts and committees"),
    explanation=_("Sub-districts and residents' committees below the county-level units. A changed name is taken over."),
    columns=COLUMNS,
    action="regions.add",
    batch=RegionBatch,
)
