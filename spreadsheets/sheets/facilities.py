"""The form of facilities: one row is one facility, found again by region, kind and name; and the list in the same columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from common.errors import InvalidInput
from communities.bulk import Counts, lock_imports
from communities.models import Community
from facilities.bulk import FacilityStage
from facilities.choices import FacilityKind, FacilityState
from facilities.filters import FacilityFilter
from facilities.models import Facility
from spreadsheets import cells
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import Column, chosen, head, official
from spreadsheets.naming import COMMITTEE, SUB, Names
from spreadsheets.places import Places
from spreadsheets.problems import CellError, Problems
from spreadsheets.sheets.base import Batch, ImportSheet, ListSheet, Tick
from spreadsheets.sheets.communities import COLUMNS as COMMUNITY_COLUMNS
from spreadsheets.writer import Report

KIND_WORDS = {
    "服务站": "station",
    "社区服务站": "station",
    "托育点": "nursery",
    "日间照料站": "elderly",
    "养老服务站": "elderly",
    "卫生服务站": "health",
    "超市": "supermarket",
    "快递": "parcel",
    "快递驿站": "parcel",
    "餐饮": "meals",
    "停车场": "parking",
    "充电桩": "charging",
    "健身广场": "ground",
    "绿地": "green",
}
STATE_WORDS = {"规划": "planned", "在建": "building", "开放": "open", "启用": "open", "停用": "closed", "关闭": "closed"}
_BY_KEY = {column.key: column for column in COMMUNITY_COLUMNS}


def today() -> datetime.date:
    """The day in Shanghai."""
    return timezone.localdate()


COLUMNS = (
    _BY_KEY["county"],
    _BY_KEY["sub_district"],
    _BY_KEY["committee"],
    Column("name", head("Facility"), cells.text(80), required=True, aliases=("名称", "设施名称"), width=26),
    Column(
        "kind",
        head("Kind of facility"),
        chosen(FacilityKind, KIND_WORDS),
        required=True,
        options=tuple(FacilityKind.labels),
        aliases=("类型", "类别", "种类"),
        width=18,
    ),
    _BY_KEY["address"],
    _BY_KEY["longitude"],
    _BY_KEY["latitude"],
    Column(
        "area",
        head("Area of the facility (m²)"),
        cells.area("0.1", 1_000_000),
        aliases=("面积", "建筑面积"),
        width=12,
        number_format="#,##0.00",
        total=True,
    ),
    Column(
        "state",
        head("State of the facility"),
        chosen(FacilityState, STATE_WORDS),
        options=tuple(FacilityState.labels),
        aliases=("状态", "使用状态"),
        width=12,
        hint=_("Empty for a new facility: it is open."),
    ),
    Column("opened_on", head("Opened on"), cells.day(today), aliases=("开放日期", "投用日期"), width=12, number_format="yyyy-mm-dd"),
    Column("operator", head("Operator"), cells.text(80), aliases=("运营方", "经营单位"), width=22),
    Column(
        "community_code",
        head("Code of its community"),
        cells.code_text(20),
        aliases=("小区编码", "所在小区"),
        width=16,
        hint=_("Where it stands in a community. Without a position of its own it takes the community's."),
    ),
    Column("reason", head("Why idle or closed"), cells.text(300), aliases=("原因", "闲置原因"), width=26),
)


class FacilityBatch(Batch):
    """Facilities: regions are found by name, communities by code, and the inventory decides what is new."""

    def __init__(self, actor: User, action: str, problems: Problems) -> None:
        super().__init__(actor, action, problems)
        self.places = Places(self.scope)
        rows = Community.objects.filter(self.scope.q("region__path"), merged_into__isnull=True).values_list("code", "pk")
        self.communities: dict[str, int] = dict(rows)
        self.table = FacilityStage()

    def take(self, number: int, values: list[Any]) -> Sequence[Any] | None:
        county, sub_district, committee, name, kind, address, longitude, latitude, area, state, opened_on, operator, code, reason = values
        region_id, community_id = None, None
        if county is not None:
            try:
                region_id = self.places.find(county, sub_district, committee).pk
            except CellError as error:
                self.problems.add(number, error.key, error.code, **error.params)
        if (longitude is None) != (latitude is None):
            self.problems.add(number, "longitude" if longitude is None else "latitude", "half_position")
        if code is not None:
            community_id = self.communities.get(code)
            if community_id is None:
                self.problems.add(number, "community_code", "community_unknown", value=code)
        fields = (region_id, kind, name, address, longitude, latitude, area, state, opened_on, operator, community_id, None)
        return number, *fields, reason

    def stage(self, rows: list[Sequence[Any]]) -> None:
        self.table.add(rows)

    def compare(self, *, lock: bool, tick: Tick) -> None:
        if lock:
            lock_imports()
        self.table.compare(lock=lock)
        for row, key, code, details in self.table.clashes():
            if not (code == "position_missing" and self.problems.count):
                self.problems.add(row, key, code, **details)

    def counts(self) -> Counts:
        return self.table.counts()

    def write(self, *, at: datetime.datetime, tick: Tick) -> None:
        self.table.write(actor=self.actor, at=at)


FACILITIES = ImportSheet(
    name="facilities",
    title=pgettext_lazy("form", "Facilities"),
    explanation=_("New facilities, and corrections to those on record. An empty cell leaves the value on record as it is."),
    columns=COLUMNS,
    action="facilities.edit",
    batch=FacilityBatch,
)


def filtered(actor: User, query: dict[str, Any]) -> FacilityFilter:
    """The page's own filter over the facilities in reach. Raises InvalidInput for values the page would refuse too."""
    data = QueryDict(mutable=True)
    for key, value in query.items():
        data.setlist(key, value if isinstance(value, list) else [str(value)])
    data["region"] = region_of(actor, query).code
    request: Any = SimpleNamespace(user=actor, GET=data)
    found = FacilityFilter(data, queryset=Facility.objects.visible_to(actor), request=request)
    if not found.form.is_valid():
        raise InvalidInput(_t("These filters cannot be read. Go back to the list and choose them again."), details=dict(found.form.errors))
    return found


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Facilities of a region under the filters of the page."""
    top = region_of(actor, query)
    found = filtered(actor, query)
    rows = found.qs.order_by("region__path", "kind", "pinyin", "pk")
    with official():
        named = [f"{label}：{value}" for label, value in found.named()]
        title = _t("%(region)s: service facilities") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows, Names(top)),
            expected=rows.count(),
            lines=[_t("Filters: %(filters)s") % {"filters": "；".join(named)}, made_line(at)],
            total_label=_t("Total"),
            synthetic=rows.filter(synthetic=True).exists(),
            sheet_name=_t("Facilities"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=4,
        )


def _rows(rows: Any, names: Names) -> Iterator[list[Any]]:
    with official():
        kinds, states = ({str(value): str(label) for value, label in words.choices} for words in (FacilityKind, FacilityState))
    fields = (
        "region__path", "name", "kind", "address", "longitude", "latitude", "area", "state", "opened_on", "operator", "community__code",
    )  # fmt: skip
    for path, name, kind, address, longitude, latitude, area, state, opened_on, operator, code in rows.values_list(*fields).iterator(
        chunk_size=2000
    ):
        place = [names.county(path), names.at(path, SUB), names.at(path, COMMITTEE)]
        yield [*place, name, kinds[kind], address, longitude, latitude, area, states[state], opened_on, operator, code or "", ""]


FACILITY_LIST = ListSheet(
    name="facilities",
    title=_("Inventory of facilities"),
    explanation=_("The inventory with all its columns. Corrected cells can be uploaded again."),
    action="facilities.see",
    report=report,
)
