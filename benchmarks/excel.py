"""Excel out and in, against the bare libraries doing the same cells in the same process.

Works in one transaction that is rolled back: 9,368 invented communities with projects, stages and contracts, no trace left.
BENCH_HOUSEHOLDS=520000 measures the province's whole register of flats instead of a tenth of it.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from django.db import transaction
from django.utils import timezone

from accounts.models import Post, User
from communities.bulk import copy_rows, fetch
from communities.bulk import run as execute
from lifecycle.findings import invented
from projects.choices import Stage
from regions.models import Region
from spreadsheets.checking import check_rows
from spreadsheets.choices import IMPORTS
from spreadsheets.exporting import ask, verify
from spreadsheets.problems import Problems
from spreadsheets.pulse import Progress
from spreadsheets.reading import open_table
from spreadsheets.sheets.details import COLUMNS
from spreadsheets.writer import write_report

ROWS = 9368
YEAR = 2099  # a plan year that no real row has
DAY = datetime.date(2021, 5, 31)
TIMES = 5
RATE = [column.key for column in COLUMNS].index("paid_rate")
HOUSEHOLDS = int(os.environ.get("BENCH_HOUSEHOLDS", "52000"))
HOUSEHOLDS_LIMIT = 180 * HOUSEHOLDS / 520_000  # seconds: 520,000 in three minutes


class _Undo(Exception):
    """Ends the transaction without keeping anything."""


def run() -> list[dict[str, Any]]:
    """Measure everything; one dictionary per line of the report."""
    found: list[dict[str, Any]] = []
    try:
        with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
            actor = _invent()
            found += _export(actor, Path(folder))
            found += _import_communities(actor, Path(folder))
            found += _import_households(actor, Path(folder))
            raise _Undo
    except _Undo:
        return found


@contextmanager
def _seconds(into: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    into.append(time.perf_counter() - began)


def _line(name: str, measured: float, limit: float, most: float, *, unit: str = "s") -> dict[str, Any]:
    ratio = measured / limit
    return {
        "name": name, "measured": f"{measured:.2f} {unit}", "limit": f"{limit:.2f} {unit}", "ratio": f"{ratio:.2f}",
        "target": f"<= {most:g}", "passed": ratio <= most,
    }  # fmt: skip


# --- out -------------------------------------------------------------------------------------------------------------


def _export(actor: User, folder: Path) -> list[dict[str, Any]]:
    """The detail list from query to checked file, against xlsxwriter writing the same cells one by one."""
    ours: list[float] = []
    bare: list[float] = []
    query = {"query": {"region": "130000", "year": str(YEAR), "as_of": DAY.isoformat()}}
    at = timezone.now()
    cells = [list(row) for row in ask(actor=actor, sheet="details", params=query, at=at).rows]
    assert (len(cells), len(COLUMNS)) == (ROWS, 40)
    for _time in range(TIMES):
        with _seconds(ours):
            report = ask(actor=actor, sheet="details", params=query, at=at)
            write_report(report, folder / "ours.xlsx")
            verify(report, folder / "ours.xlsx")
        with _seconds(bare):
            _write_bare(folder / "bare.xlsx", cells)
    return [_line(f"Excel out: {ROWS:,} rows x 40 columns, query included", min(ours), min(bare), 1.5)]


def _write_bare(place: Path, cells: list[list[Any]]) -> None:
    with xlsxwriter.Workbook(str(place), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [str(column.header) for column in COLUMNS])
        for row, values in enumerate(cells, start=1):
            for index, value in enumerate(values):
                if index == RATE:
                    sheet.write_formula(row, index, f'=IF(U{row + 1}=0,"",AM{row + 1}/U{row + 1})')
                else:
                    sheet.write(row, index, value)


# --- in --------------------------------------------------------------------------------------------------------------


def _check(actor: User, name: str, place: Path) -> tuple[Any, Problems]:
    form = IMPORTS[name]
    progress, problems = Progress(), Problems()
    reading = open_table(place, "xlsx", form.columns)
    batch = form.batch(actor, form.action, problems)
    check_rows(reading, form.columns, batch, problems, progress)
    reading.release()
    batch.compare(lock=False, tick=progress.tick)
    assert not problems.count, problems.kept[:3]
    return batch, problems


def _import_communities(actor: User, folder: Path) -> list[dict[str, Any]]:
    """Checking the exported register against calamine reading every cell; then 3,057 new communities, checked and written."""
    ours: list[float] = []
    bare: list[float] = []
    place = folder / "communities.xlsx"
    write_report(ask(actor=actor, sheet="communities", params={"query": {"region": "130000", "q": "测速"}}, at=timezone.now()), place)
    for _time in range(TIMES):
        with _seconds(ours):
            batch, _problems = _check(actor, "communities", place)
            assert batch.counts().same == ROWS
        with _seconds(bare):
            book = python_calamine.load_workbook(str(place))
            assert sum(1 for _row in book.get_sheet_by_index(0).iter_rows()) >= ROWS
    new = folder / "new.xlsx"
    head = ["县（市、区）", "小区编码", "小区名称", "地址", "建成年份", "楼栋数", "户数", "建筑面积（m²）"]
    counties = list(Region.objects.counties().order_by("code").values_list("code", flat=True))
    _sheet(new, [head, *([counties[n % len(counties)], f"NEW{n:05d}", f"新建{n}", "某路", 1985, 5, 170, 12000.5] for n in range(3057))])
    written: list[float] = []
    with _seconds(written):
        batch, _problems = _check(actor, "communities", new)
        batch.write(at=timezone.now(), tick=lambda _count: None)
    return [
        _line(f"Excel in: check of {ROWS:,} communities x 21 columns", min(ours), min(bare), 12),
        _line("Excel in: 3,057 communities checked and written", written[0], 20, 1),
    ]


def _import_households(actor: User, folder: Path) -> list[dict[str, Any]]:
    """Flats with owners and phones: checked, then read again and written, as the two tasks do."""
    place = folder / "households.xlsx"
    head = ["小区编码", "楼栋", "单元", "门牌", "专有面积（m²）", "产权人", "联系电话"]
    codes = [code for (code,) in fetch("SELECT code FROM communities_community WHERE code LIKE %(like)s ORDER BY code", like="SPEED%")][
        :3057
    ]
    rows = (
        [codes[n % len(codes)], n // len(codes) % 6 + 1, 1, str(n // len(codes)), 60.5, f"王{n % 997}", f"138{n:08d}"]
        for n in range(HOUSEHOLDS)
    )
    _sheet(place, [head, *rows])
    taken: list[float] = []
    with _seconds(taken):
        _check(actor, "households", place)
        batch, _problems = _check(actor, "households", place)
        assert batch.counts().new == HOUSEHOLDS
        batch.write(at=timezone.now(), tick=lambda _count: None)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        _line(f"Excel in: {HOUSEHOLDS:,} households checked and written", taken[0], HOUSEHOLDS_LIMIT, 1),
        _line("Excel in: peak memory of this process", memory, 600, 1, unit="MB"),
    ]


def _sheet(place: Path, rows: list[list[Any]]) -> None:
    """A plain workbook, written faster than a library can: it is the material, not the measure."""
    frame = "http://schemas.openxmlformats.org"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    part = 'Override PartName="/xl/'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{frame}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<{part}workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<{part}worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{frame}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{frame}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{frame}/spreadsheetml/2006/main" xmlns:r="{frame}/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{frame}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{frame}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{frame}/spreadsheetml/2006/main"><sheetData>'.encode())
            for number, row in enumerate(rows, start=1):
                cells = "".join(
                    f'<c r="{chr(65 + index)}{number}"><v>{value}</v></c>'
                    if isinstance(value, int | float)
                    else f'<c r="{chr(65 + index)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
                    for index, value in enumerate(row)
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


# --- invented rows ---------------------------------------------------------------------------------------------------


def _invent() -> User:
    """9,368 communities in as many projects of one plan year, with stages, contracts and reports; returns who looks at them."""
    at = timezone.now()
    actor = User.objects.create(username="benchmark-excel", name="benchmark", synthetic=True)
    Post.objects.create(user=actor, role="district_staff", region=Region.objects.get(code="130000"))
    counties = list(Region.objects.counties().order_by("code").values_list("pk", flat=True))
    places = [counties[number % len(counties)] for number in range(ROWS)]
    copy_rows(
        "communities_community",
        ("code", "name", "address", "region_id", "longitude", "latitude", "built_year", "building_count", "unit_count", "household_count",
         "floor_area", "owner_kind", "population", "elderly_count", "management_kind", "illegal_area", "demolition_planned", "late_reason",
         "synthetic", "source", "pinyin", "search_text", "version", "created_at", "updated_at"),
        ((f"SPEED{n:06d}", f"测速小区{n}", f"某某路{n}号", place, 114.5, 38.0, 1985, 5, 15, 170, Decimal("12000.50"), "reform", 500, 120,
          "committee", Decimal("12.50"), False, "", True, "", "ce su", f"测速小区{n}", 1, at, at) for n, place in enumerate(places)),
    )  # fmt: skip
    communities = _ids("SELECT id FROM communities_community WHERE code LIKE %(like)s ORDER BY code", "SPEED%")
    copy_rows(
        "projects_project",
        ("code", "name", "region_id", "stage", "stage_on", "condition", "synthetic", "created_at"),
        ((f"SPEED{n:06d}", f"测速小区{n}改造项目", place, "started", DAY, "active", True, at) for n, place in enumerate(places)),
    )
    projects = _ids("SELECT id FROM projects_project WHERE code LIKE %(like)s ORDER BY code", "SPEED%")
    copy_rows(
        "projects_entry",
        ("project_id", "community_id", "year", "household_count", "floor_area", "planned_amount", "planned_start_on",
         "planned_completion_on"),
        ((*pair, YEAR, 170, Decimal("12000.50"), Decimal("3500000.00"), DAY, DAY) for pair in zip(projects, communities, strict=True)),
    )  # fmt: skip
    for stage in (Stage.DESIGNED, Stage.STARTED):
        columns = ("project_id", "kind", "stage", "happened_on", "recorded_at", "recorded_by_id", "reason", "findings", "rule_version")
        found = json.dumps(invented(stage))
        copy_rows("lifecycle_stagechange", columns, ((one, "reach", stage, DAY, at, actor.pk, "", found, "b") for one in projects))
    for kind in ("works", "supervision"):
        columns = ("project_id", "kind", "number", "signed_on", "amount", "party", "recorded_at", "recorded_by_id")
        rows = ((one, kind, f"HT-{kind}-{one}", DAY, Decimal("3200000.00"), "某某建设集团有限公司", at, actor.pk) for one in projects)
        copy_rows("projects_contract", columns, rows)
    for table in ("communities_community", "projects_project", "projects_entry", "lifecycle_stagechange", "projects_contract"):
        execute(f"ANALYZE {table}")
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # the checks of the invented rows are not the import's work
    return actor


def _ids(sql: str, like: str) -> list[int]:
    return [pk for (pk,) in fetch(sql, like=like)]
