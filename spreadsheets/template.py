"""The empty form that clerks fill in: drop-downs, hints, protected header, the county written in already."""

from __future__ import annotations

from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from regions.models import Region
from spreadsheets.columns import Column, official
from spreadsheets.naming import COUNTY, SUB, Names
from spreadsheets.sheets.base import ImportSheet

HEADER_ROW = 3
PREFILLED_ROWS = 300
VALIDATED_ROWS = 5000
LISTS_SHEET = "选项"
AUTHOR = "renovation"
HAIR = Side(style="thin", color="FFB9BFC1")


def make_template(sheet: ImportSheet, region: Region) -> tuple[BytesIO, str]:
    """The form for a region as a workbook, and its file name."""
    with official():
        book = Workbook()
        page = book.active
        page.title = str(sheet.title)[:31]
        title = _("%(region)s: %(form)s") % {"region": region.name_zh, "form": sheet.title}
        _head(page, sheet, title)
        choices = _choices(sheet, region)
        _lists(book, page, sheet, choices)
        if region.depth >= COUNTY:
            _prefill(page, sheet, choices["county"][0] if choices.get("county") else region.name_zh)
        _protect(page)
        target = BytesIO()
        book.save(target)
        target.seek(0)
        return target, _("%(title)s (form).xlsx") % {"title": title.replace("：", "")}


def _head(page: Worksheet, sheet: ImportSheet, title: str) -> None:
    last = get_column_letter(len(sheet.columns))
    page["A1"], page["A2"] = title, str(sheet.explanation) + " " + _("Columns with * are required.")
    page["A1"].font = Font(bold=True, size=16)
    page["A2"].font = Font(size=10, color="FF414A54")
    page["A2"].alignment = Alignment(vertical="center")
    page.merge_cells(f"A1:{last}1")
    page.merge_cells(f"A2:{last}2")
    page.row_dimensions[1].height = 28
    page.row_dimensions[HEADER_ROW].height = 34
    for index, column in enumerate(sheet.columns, start=1):
        cell = page.cell(HEADER_ROW, index, f"{column.header}{' *' if column.required else ''}")
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE3EEF4" if column.required else "FFECEEEC")
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        cell.border = Border(top=HAIR, bottom=HAIR, left=HAIR, right=HAIR)
        words = hint_of(column)
        if words:
            cell.comment = Comment(words, AUTHOR, height=90, width=260)
        where = page.column_dimensions[get_column_letter(index)]
        where.width = column.width + 2
        where.number_format = column.number_format or "@"
        where.protection = Protection(locked=False)
    page.freeze_panes = page.cell(HEADER_ROW + 1, 1)
    page.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW}"


def hint_of(column: Column) -> str:
    """The hint above a column: its own words, and the choices."""
    words = [str(column.hint)] if column.hint else []
    if column.options:
        words.append(_("One of: %(choices)s") % {"choices": "、".join(str(option) for option in column.options)})
    return "\n".join(words)


def _choices(sheet: ImportSheet, region: Region) -> dict[str, list[str]]:
    """Drop-downs by column key: the column's own options, and the regions below."""
    found = {column.key: [str(option) for option in column.options] for column in sheet.columns if column.options}
    keys = set(sheet.keys)
    names = Names(region)
    below = Region.objects.within(region).order_by("path").values_list("path", "depth")
    if "county" in keys:
        counties = [names.county(path) for path, depth in below if depth == COUNTY]
        found["county"] = [name for name in counties or [names.county(region.path)] if name]
    if region.depth >= COUNTY and "sub_district" in keys:
        own = [names.at(path, SUB) for path, depth in below if depth == SUB] or [names.at(region.path, SUB)]
        found["sub_district"] = [name for name in own if name]
        committees = [names.at(path, depth) for path, depth in below if depth > SUB]
        found["committee"] = list(dict.fromkeys(name for name in committees if name))
    return {key: words for key, words in found.items() if words}


def _lists(book: Workbook, page: Worksheet, sheet: ImportSheet, choices: dict[str, list[str]]) -> None:
    """Drop-downs point to a hidden sheet: a list inside the cell rule ends at 255 characters."""
    store = book.create_sheet(LISTS_SHEET)
    store.sheet_state = "hidden"
    for number, (key, words) in enumerate(choices.items(), start=1):
        column = get_column_letter(number)
        for row, word in enumerate(words, start=1):
            store.cell(row, number, word)
        name = f"list_{key}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'{LISTS_SHEET}'!${column}$1:${column}${len(words)}")
        rule = DataValidation(type="list", formula1=f"={name}", allow_blank=True, showErrorMessage=True)
        rule.errorTitle, rule.error = _("Choose from the list"), _("Choose one of the words of the list.")
        rule.errorStyle = "warning" if key in {"county", "sub_district", "committee"} else "stop"
        where = get_column_letter(sheet.keys.index(key) + 1)
        rule.add(f"{where}{HEADER_ROW + 1}:{where}{VALIDATED_ROWS}")
        page.add_data_validation(rule)


def _prefill(page: Worksheet, sheet: ImportSheet, name: str) -> None:
    """The county stands on the first rows already; rows that hold nothing else are passed over when read."""
    for index, column in enumerate(sheet.columns, start=1):
        if column.prefilled:
            for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + PREFILLED_ROWS):
                cell = page.cell(row, index, name)
                cell.protection = Protection(locked=False)
                cell.number_format = "@"


def _protect(page: Worksheet) -> None:
    """The header cannot be overwritten by mistake; there is no password, and rows may come and go."""
    guard = page.protection
    guard.sheet = True
    for name in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(guard, name, False)
