"""The form of households: one row is one flat with its owners and phone; buildings come along with it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from common.text import narrow
from communities.bulk import Counts, lock_imports
from communities.bulk_households import HouseholdStage
from communities.models import Community
from spreadsheets import cells
from spreadsheets.columns import Column, head
from spreadsheets.problems import CellError, Problems
from spreadsheets.sheets.base import Batch, ImportSheet, Tick

COLUMNS = (
    Column(
        "community_code",
        head("Community code"),
        cells.code_text(20),
        aliases=("编码", "小区编号"),
        width=16,
        hint=_("As in the register. May stay empty where the name stands only once in your area."),
    ),
    Column("community_name", head("Community name"), cells.text(80), aliases=("小区名", "小区"), width=22),
    Column(
        "building",
        head("Building"),
        cells.building,
        required=True,
        aliases=("楼号", "栋", "幢号", "楼幢"),
        width=10,
        hint=_("For example 3 or 3号楼."),
    ),
    Column("storeys", head("Storeys"), cells.whole(1, 100, "层"), aliases=("楼层数", "总层数"), width=8, number_format="0"),
    Column("unit", head("Stairwell"), cells.stairwell, required=True, aliases=("单元号",), width=8, hint=_("For example 2 or 2单元.")),
    Column(
        "door",
        head("Door"),
        cells.door,
        required=True,
        aliases=("房号", "室号", "户号", "房间号"),
        width=10,
        hint=_("Format the column as text, so that Excel does not turn 1-2 into a date."),
    ),
    Column(
        "area",
        head("Exclusive floor area (m²)"),
        cells.area("0.01", 100_000),
        required=True,
        aliases=("建筑面积", "专有面积", "面积", "产权面积"),
        width=14,
        number_format="#,##0.00",
    ),
    Column(
        "owners",
        head("Owners"),
        cells.people(40),
        aliases=("业主", "产权人姓名", "业主姓名", "户主"),
        width=20,
        hint=_("Separate several owners by 、"),
    ),
    Column("phone", head("Phone"), cells.phone, aliases=("电话", "手机号", "联系方式", "手机"), width=16),
)


class HouseholdBatch(Batch):
    """Flats: their communities are in the register already, inside the actor's area."""

    def __init__(self, actor: User, action: str, problems: Problems) -> None:
        super().__init__(actor, action, problems)
        self.by_code: dict[str, tuple[int, str, str]] = {}
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.merged: dict[str, str] = {}
        rows = Community.objects.filter(self.scope.q("region__path")).values_list("pk", "code", "name", "merged_into__code")
        for pk, code, name, into in rows:
            if into:
                self.merged[code] = into
            else:
                self.by_code[code] = (pk, code, name)
                self.by_name[narrow(name)].append(code)
        self.found: dict[tuple[Any, Any], tuple[int, str, str] | CellError] = {}
        self.table = HouseholdStage()

    def take(self, number: int, values: list[Any]) -> Sequence[Any] | None:
        code, name, building, storeys, unit, door, area, owners, phone = values
        wanted = (code, name)
        found = self.found.get(wanted)
        if found is None:
            found = self.found[wanted] = self._community(code, name)
        if code is None and self.problems.noted(number, "community_code"):
            return None
        if isinstance(found, CellError):
            self.problems.add(number, found.key, found.code, **found.params)
            return None
        if building is None or unit is None or door is None:
            return None
        return number, found[0], found[1], building, storeys, unit, door, area, owners, phone

    def _community(self, code: str | None, name: str | None) -> tuple[int, str, str] | CellError:
        if code is None and name is None:
            return CellError("missing", key="community_code")
        if code is None:
            codes = self.by_name.get(narrow(name or ""), [])
            if len(codes) != 1:
                return CellError("community_ambiguous" if codes else "community_unknown", key="community_name", value=name)
            return self.by_code[codes[0]]
        if code in self.merged:
            return CellError("merged", key="community_code", value=code, into=self.merged[code])
        if code not in self.by_code:
            elsewhere = Community.objects.filter(code=code).exists()
            return CellError("outside" if elsewhere else "community_unknown", key="community_code", value=code)
        home = self.by_code[code]
        if name is not None and narrow(name) != narrow(home[2]):
            return CellError("community_other_name", key="community_name", value=name, code=code, name=home[2])
        return home

    def stage(self, rows: list[Sequence[Any]]) -> None:
        self.table.add(rows)

    def compare(self, *, lock: bool, tick: Tick) -> None:
        if lock:
            lock_imports()
        self.table.index()
        for row, key, code, details in self.table.clashes():
            self.problems.add(row, key, code, **details)
        if not self.problems.count:
            self.table.compare(lock=lock, tick=tick)

    def counts(self) -> Counts:
        return self.table.counts()

    def write(self, *, at: datetime.datetime, tick: Tick) -> None:
        self.table.write(step=tick)


HOUSEHOLDS = ImportSheet(
    name="households",
    title=pgettext_lazy("form", "Households"),
    explanation=_("Flats with owners and phones; buildings are made along with them. An empty cell leaves the registered value as it is."),
    columns=COLUMNS,
    action="households.edit",
    batch=HouseholdBatch,
)
