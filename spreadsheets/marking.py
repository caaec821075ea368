"""The returned copy: the clerk's own workbook, bad cells filled and commented, and a first sheet that lists them with links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from common.display import group
from spreadsheets.columns import Column, letter
from spreadsheets.problems import Problem
from spreadsheets.pulse import Progress
from spreadsheets.reading import PROBLEMS_SHEET, Reading, open_table

FILL = "FFF7C6C0"
AUTHOR = "renovation"
MOST_CELLS = 400_000  # beyond this the copy is written anew, with the same cells but without the clerk's own formats
MOST_LISTED = 10_000
MOST_COMMENTS = 3000  # Excel grows slow with more; the fill and the list go on
Words = tuple[str, str, str, str, str]  # row, column, cell, what, mend


def mark_copy(
    *,
    source: Path,
    kind: str,
    place: Path,
    reading: Reading,
    columns: Sequence[Column],
    problems: Sequence[Problem],
    count: int,
    progress: Progress,
) -> None:
    """Write the marked copy of `source` to `place`. `count` may exceed the problems kept: the list says so."""
    headers = {column.key: column.official_header for column in columns}
    if kind == "xlsx" and reading.height * max(len(reading.places), 1) <= MOST_CELLS:
        _mark_original(source, place, reading, headers, problems, count)
    else:
        _mark_anew(source, kind, place, reading, columns, problems, count, progress)


def _comment(problems: Sequence[Problem]) -> str:
    return "\n".join(f"{problem.what}。{problem.mend}。" for problem in problems)


def by_cell(problems: Sequence[Problem], reading: Reading) -> dict[tuple[int, int], list[Problem]]:
    """(row, column), both as Excel counts from 1; a column that the file lacks is shown at the row's first one."""
    found: dict[tuple[int, int], list[Problem]] = {}
    for problem in problems:
        index = reading.offset + reading.places.get(problem.key, min(reading.places.values())) + 1
        found.setdefault((problem.row, index), []).append(problem)
    return found


def listing(count: int, shown: int) -> list[str]:
    """The sentences above the list."""
    lines = [_("%(count)s cells to correct") % {"count": group(count)}]
    lines.append(_("Correct the marked cells in this file and upload it again. Rows without a mark are fine."))
    if count > shown:
        lines.append(_("The list shows the first %(shown)s of them.") % {"shown": group(shown)})
    return lines


def _heads() -> list[str]:
    return [_("Row"), _("Column"), _("Cell"), _("What is wrong"), _("How to mend it")]


def _mark_original(source: Path, place: Path, reading: Reading, headers: dict[str, str], problems: Sequence[Problem], count: int) -> None:
    book = openpyxl.load_workbook(source)
    if PROBLEMS_SHEET in book.sheetnames:
        del book[PROBLEMS_SHEET]
    sheet = book[reading.sheet]
    _clear_old_marks(sheet)
    fill = PatternFill("solid", fgColor=FILL)
    for number, ((row, column), found) in enumerate(by_cell(problems, reading).items()):
        cell = sheet.cell(row, column)
        if type(cell).__name__ == "MergedCell":
            continue
        cell.fill = fill
        if number < MOST_COMMENTS:
            cell.comment = Comment(_comment(found), AUTHOR, height=110, width=300)
    _list_sheet(book, sheet.title, reading, headers, problems[:MOST_LISTED], count)
    book.save(place)


def _clear_old_marks(sheet: Worksheet) -> None:
    """What an earlier copy marked is clean until proved otherwise."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
            if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == FILL:
                cell.fill = PatternFill()


def _list_sheet(book: Workbook, title: str, reading: Reading, headers: dict[str, str], problems: Sequence[Problem], count: int) -> None:
    sheet = book.create_sheet(PROBLEMS_SHEET, 0)
    for line in listing(count, len(problems)):
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(_heads())
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font = Font(bold=True)
    quoted = title.replace("'", "''")
    for problem in problems:
        column = reading.places.get(problem.key)
        where = f"{get_column_letter(reading.offset + column + 1)}{problem.row}" if column is not None else f"A{problem.row}"
        sheet.append([problem.row, headers[problem.key], where, problem.what, problem.mend])
        link = sheet.cell(sheet.max_row, 3)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{where}")
        link.font = Font(color="FF0F5A86", underline="single")
        for index in (4, 5):
            cell = sheet.cell(sheet.max_row, index)
            cell.data_type = "s"  # a bad value is quoted here; it never becomes a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for name, width in zip("ABCDE", (8, 22, 10, 48, 48), strict=True):
        sheet.column_dimensions[name].width = width
    sheet.freeze_panes = f"A{top + 1}"
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _mark_anew(
    source: Path,
    kind: str,
    place: Path,
    reading: Reading,
    columns: Sequence[Column],
    problems: Sequence[Problem],
    count: int,
    progress: Progress,
) -> None:
    """The same cells in a new workbook, row by row: memory stays flat however long the file is."""
    marks = by_cell(problems, reading)
    again = open_table(source, kind, columns)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(place), options) as book:
        bad = book.add_format({"bg_color": f"#{FILL[2:]}"})
        _list_anew(book, reading, {column.key: column.official_header for column in columns}, problems[:MOST_LISTED], count)
        sheet = book.add_worksheet(reading.sheet[:31])
        heads = {index: column for column in columns for index in [again.places.get(column.key)] if index is not None}
        for index, column in heads.items():
            sheet.set_column(reading.offset + index, reading.offset + index, column.width)
            sheet.write_string(reading.header_row - 1, reading.offset + index, column.official_header, book.add_format({"bold": True}))
        sheet.freeze_panes(reading.header_row, 0)
        commented = 0
        progress.begin(4, reading.height)
        for number, cells in enumerate(again.cells, reading.header_row + 1):
            for index, value in enumerate(cells):
                found = marks.get((number, reading.offset + index + 1))
                _write(sheet, number - 1, reading.offset + index, value, bad if found else None)
                if found and commented < MOST_COMMENTS:
                    sheet.write_comment(number - 1, reading.offset + index, _comment(found), {"author": AUTHOR, "x_scale": 2})
                    commented += 1
            if number % 5000 == 0:
                progress.tick(5000)


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        if style is not None:
            sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:32767], style)
    else:
        sheet.write(row, column, value, style)


def _list_anew(book: Any, reading: Reading, headers: dict[str, str], problems: Sequence[Problem], count: int) -> None:
    sheet = book.add_worksheet(PROBLEMS_SHEET)
    for index, width in enumerate((8, 22, 10, 48, 48)):
        sheet.set_column(index, index, width)
    top = 0
    for line in listing(count, len(problems)):
        sheet.write_string(top, 0, line, book.add_format({"bold": True}) if top == 0 else None)
        top += 1
    top += 1
    sheet.write_row(top, 0, _heads(), book.add_format({"bold": True}))
    quoted = reading.sheet[:31].replace("'", "''")
    for number, problem in enumerate(problems, top + 1):
        column = reading.places.get(problem.key)
        where = f"{letter(reading.offset + column)}{problem.row}" if column is not None else f"A{problem.row}"
        sheet.write_number(number, 0, problem.row)
        sheet.write_string(number, 1, headers[problem.key])
        sheet.write_url(number, 2, f"internal:'{quoted}'!{where}", string=where)
        sheet.write_string(number, 3, problem.what)
        sheet.write_string(number, 4, problem.mend)
    sheet.freeze_panes(top + 1, 0)
