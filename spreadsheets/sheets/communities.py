"""The form of communities: one row is one community, found again by its code, or by region and name."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from communities.bulk import CommunityStage, Counts, lock_imports
from communities.choices import ManagementKind, OwnerKind
from spreadsheets import cells
from spreadsheets.columns import Column, chosen, head
from spreadsheets.places import Places
from spreadsheets.problems import CellError, Problems
from spreadsheets.sheets.base import Batch, ImportSheet, Tick

LONGITUDES, LATITUDES = (113, 120), (36, 43)
OWNERSHIP_WORDS = {
    "房改房": "reform",
    "单位自管": "unit_owned",
    "单位产权": "unit_owned",
    "商品房": "commodity",
    "商品": "commodity",
    "混合": "mixed",
}
MANAGEMENT_WORDS = {
    "无": "none",
    "无物业": "none",
    "无人管理": "none",
    "社区代管": "committee",
    "居委会代管": "committee",
    "自治": "self",
    "业主自治": "self",
    "单位管理": "unit",
    "物业公司": "professional",
    "专业物业": "professional",
}


def this_year() -> int:
    """The year in Shanghai: nothing in the register was built or renovated after it."""
    return timezone.localdate().year


COLUMNS = (
    Column(
        "county",
        head("County-level unit"),
        cells.text(60),
        required=True,
        prefilled=True,
        aliases=("县区", "县（市、区）", "区县", "所属县区"),
        width=16,
        hint=_("Name or six-digit code. Where two cities have a unit of this name, write the city before it."),
    ),
    Column(
        "sub_district",
        head("Sub-district"),
        cells.text(60),
        aliases=("街道", "街道（乡镇）", "乡镇", "街道办"),
        width=18,
        hint=_("Name or nine-digit code. It must be in the register of regions."),
    ),
    Column(
        "committee",
        head("Residents' committee"),
        cells.text(60),
        aliases=("社区", "社区（村）", "居委会"),
        width=18,
        hint=_("Name or twelve-digit code. It must be in the register of regions."),
    ),
    Column(
        "code",
        head("Community code"),
        cells.code_text(20),
        aliases=("编码", "小区编号", "编号"),
        width=16,
        hint=_("Leave it empty for a new community: the system makes one. Keep it for a community already registered."),
    ),
    Column("name", head("Community name"), cells.text(80), required=True, aliases=("小区名", "名称", "老旧小区名称"), width=24),
    Column("address", head("Address"), cells.text(160), aliases=("详细地址", "坐落", "小区地址"), width=32),
    Column(
        "longitude",
        head("Longitude"),
        cells.degrees(_("longitude"), *LONGITUDES, LATITUDES),
        width=12,
        number_format="0.000000",
        hint=_("Decimal degrees (WGS 84), between 113 and 120."),
    ),
    Column(
        "latitude",
        head("Latitude"),
        cells.degrees(_("latitude"), *LATITUDES, LONGITUDES),
        width=12,
        number_format="0.000000",
        hint=_("Decimal degrees (WGS 84), between 36 and 43."),
    ),
    Column(
        "built_year",
        head("Year built"),
        cells.year(1900, 2100, this_year),
        required=True,
        aliases=("建设年份", "建成时间", "竣工年份", "建造年代"),
        width=10,
        number_format="0",
        hint=_("One year with four digits."),
    ),
    Column(
        "building_count",
        head("Buildings"),
        cells.whole(0, 2000, "栋"),
        aliases=("栋数", "楼栋数量", "楼幢数"),
        width=9,
        number_format="#,##0",
        total=True,
    ),
    Column(
        "unit_count", head("Stairwells"), cells.whole(0, 10_000, "单元"), aliases=("单元数量",), width=9, number_format="#,##0", total=True
    ),
    Column(
        "household_count",
        head("Households"),
        cells.whole(1, 50_000, "户"),
        required=True,
        aliases=("总户数", "居民户数", "涉及户数"),
        width=9,
        number_format="#,##0",
        total=True,
    ),
    Column(
        "floor_area",
        head("Floor area (m²)"),
        cells.area("1", 10_000_000),
        required=True,
        aliases=("总建筑面积", "面积"),
        width=14,
        number_format="#,##0.00",
        total=True,
    ),
    Column(
        "owner_kind",
        head("Ownership"),
        chosen(OwnerKind, OWNERSHIP_WORDS),
        options=tuple(OwnerKind.labels),
        aliases=("产权", "产权类型"),
        width=14,
    ),
    Column(
        "population",
        head("Population"),
        cells.whole(0, 200_000, "人"),
        aliases=("居住人口", "人口"),
        width=9,
        number_format="#,##0",
        total=True,
    ),
    Column(
        "elderly_count",
        head("Residents over 60"),
        cells.whole(0, 200_000, "人"),
        aliases=("60岁以上", "老年人口", "老年人数"),
        width=11,
        number_format="#,##0",
        total=True,
    ),
    Column(
        "management_kind",
        head("Managed by"),
        chosen(ManagementKind, MANAGEMENT_WORDS),
        options=tuple(ManagementKind.labels),
        aliases=("物业管理", "管理情况"),
        width=16,
    ),
    Column(
        "illegal_area",
        head("Illegal structures (m²)"),
        cells.area("0", 1_000_000),
        aliases=("违建面积", "违法建设"),
        width=13,
        number_format="#,##0.00",
        total=True,
    ),
    Column(
        "renovated_year",
        head("Renovated in"),
        cells.year(1950, 2100, this_year),
        aliases=("改造时间", "已改造年份"),
        width=10,
        number_format="0",
        hint=_("Leave it empty when it was never renovated."),
    ),
    Column(
        "demolition_planned",
        head("Planned for demolition"),
        cells.yes_no,
        options=(_("yes"), _("no")),
        aliases=("拟拆迁", "列入征收"),
        width=12,
    ),
    Column("late_reason", head("Approved reason for a building after 2000"), cells.text(200), aliases=("2000年后纳入原因",), width=24),
)


class CommunityBatch(Batch):
    """Communities: regions are found by name, and the register decides what is new."""

    def __init__(self, actor: User, action: str, problems: Problems) -> None:
        super().__init__(actor, action, problems)
        self.places = Places(self.scope)
        self.counties: dict[int, str] = {}  # row -> county's code, where the row named one in reach
        self.table = CommunityStage()

    def take(self, number: int, values: list[Any]) -> Sequence[Any] | None:
        county, sub_district, committee, code, name, *rest = values
        region_id, county_code = None, None
        if county is not None:
            try:
                place = self.places.find(county, sub_district, committee)
                region_id, county_code = place.pk, place.path.split("/")[2]
                self.counties[number] = county_code
            except CellError as error:
                self.problems.add(number, error.key, error.code, **error.params)
        if (rest[1] is None) != (rest[2] is None):
            self.problems.add(number, "longitude" if rest[1] is None else "latitude", "half_position")
        return number, code, county_code, name, region_id, *rest, None

    def stage(self, rows: list[Sequence[Any]]) -> None:
        self.table.add(rows)

    def compare(self, *, lock: bool, tick: Tick) -> None:
        if lock:
            lock_imports()
        self.table.compare(lock=lock)
        for row, key, code, details in self.table.clashes():
            self.problems.add(row, key, code, **details)
        for row, code, path in self.table.homes():
            if not self.scope.covers(path):
                self.problems.add(row, "code", "outside", value=code)
            elif row in self.counties and path.split("/")[2] != self.counties[row]:
                home = self.places.by_path["/".join(path.split("/")[:3]) + "/"]
                self.problems.add(row, "code", "other_county", value=code, county=home.name)

    def counts(self) -> Counts:
        return self.table.counts()

    def write(self, *, at: datetime.datetime, tick: Tick) -> None:
        self.table.write(at=at)


COMMUNITIES = ImportSheet(
    name="communities",
    title=pgettext_lazy("form", "Communities"),
    explanation=_("New communities, and corrections to registered ones. An empty cell leaves the registered value as it is."),
    columns=COLUMNS,
    action="communities.edit",
    batch=CommunityBatch,
)
