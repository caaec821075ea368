"""Reading an upload: finds the sheet and the header among titles and blank rows, then hands out the cells by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, PasswordError, load_workbook

from common.errors import InvalidInput
from spreadsheets.cells import blank
from spreadsheets.columns import Column, letter, positions

HEADER_WITHIN = 30  # rows in which the header is looked for
PROBLEMS_SHEET = "要改的地方"  # the first sheet of a marked copy
TOTAL_WORDS = ("合计", "总计", "小计", "共计", "累计")
NOTE_WORDS = ("填表", "注:", "注：", "说明", "备注", "制表", "审核人", "联系人", "单位负责人")
Row = list[Any]


@dataclass
class Reading:
    """One table found in a file: where its header stands, and which cell belongs to which column."""

    sheet: str
    header_row: int  # as Excel counts: 1 = first
    places: dict[str, int]  # key -> index in a row of `cells`
    offset: int  # the sheet's first used column: index 0 of a row is this column
    height: int
    cells: Iterator[Row]
    unread: list[str] = field(default_factory=list)
    merged: dict[int, dict[int, int]] = field(default_factory=dict)  # row -> index -> first row of its merged range
    source: CalamineSheet | None = None

    def column_letter(self, key: str) -> str:
        """ "C" for the column's place in the file."""
        return letter(self.offset + self.places[key])

    def release(self) -> None:
        """Let go of the file's cells: a large sheet is not kept while the register is compared."""
        self.cells, self.source = iter(()), None

    def rows(self, keys: Sequence[str]) -> Iterator[tuple[int, Row]]:
        """Row number and the cells of `keys` in their order, None where the file has no such column.

        Blank rows, total rows and notes below the table are passed over. A cell merged over several rows counts for each.
        """
        width = len(keys)
        places = [(slot, self.places[key]) for slot, key in enumerate(keys) if key in self.places]
        above: dict[tuple[int, int], Any] = {}
        number = self.header_row
        for cells in self.cells:
            number += 1
            if number in self.merged:
                self._fill(cells, number, above)
            if not any(cells) or is_aside(cells):
                continue
            row = [None] * width
            for slot, place in places:
                row[slot] = cells[place]
            if any(not blank(cell) for cell in row):
                yield number, row

    def _fill(self, cells: Row, number: int, above: dict[tuple[int, int], Any]) -> None:
        for index, first in self.merged[number].items():
            if number == first:
                above[index, first] = cells[index]
            elif cells[index] == "":
                cells[index] = above.get((index, first), "")


def is_aside(cells: Row) -> bool:
    """A total row, or a note such as "填表人：" that stands alone in its row."""
    filled = [cell for cell in cells if cell != "" and cell is not None]
    first = filled[0] if filled else ""
    if not isinstance(first, str):
        return False
    word = first.strip().replace(" ", "").replace("\u3000", "")
    return word in TOTAL_WORDS or (len(filled) <= 2 and word.startswith(NOTE_WORDS))


def open_table(path: Path, kind: str, columns: Sequence[Column]) -> Reading:
    """The table of this form in the file. Raises InvalidInput: damaged, locked, or no sheet has the form's header."""
    best: tuple[int, Reading | None, Row] = (0, None, [])
    for candidate, found, header in _candidates(path, kind, columns):
        if found > best[0]:
            best = (found, candidate, header)
    reading = best[1]
    wanted = [column for column in columns if column.required]
    if reading is None or best[0] < 2:
        names = "、".join(column.official_header for column in wanted)
        message = _("No sheet of this file has the header of this form. A row with these headers is needed: %(names)s.") % {"names": names}
        raise InvalidInput(message, code="no_header", details={"file": message})
    missing = [column.official_header for column in wanted if column.key not in reading.places]
    if missing:
        message = _("Sheet “%(sheet)s” lacks these columns: %(names)s. Copy the rows into an empty template.") % {
            "sheet": reading.sheet,
            "names": "、".join(missing),
        }
        raise InvalidInput(message, code="columns_missing", details={"file": message})
    known = set(reading.places.values())
    reading.unread = [str(cell).strip() for index, cell in enumerate(best[2]) if index not in known and str(cell or "").strip()]
    return reading


def _candidates(path: Path, kind: str, columns: Sequence[Column]) -> Iterator[tuple[Reading, int, Row]]:
    """Every sheet with its best header row, the number of headers found there, and that row."""
    if kind == "csv":
        rows = _csv_rows(path)
        yield from _find_header("CSV", 0, len(rows), iter(rows), columns)
        return
    try:
        book = load_workbook(str(path))
        for name in book.sheet_names:
            if name == PROBLEMS_SHEET:
                continue
            sheet = book.get_sheet_by_name(name)
            if not sheet.height:
                continue
            offset = (sheet.start or (0, 0))[1]
            for reading, found, header in _find_header(name, offset, sheet.total_height, sheet.iter_rows(), columns):
                reading.source = sheet
                reading.merged = _merged(sheet, offset, reading.header_row)
                yield reading, found, header
    except PasswordError as error:
        message = _("The file is locked with a password. Save it without one.")
        raise InvalidInput(message, code="locked", details={"file": message}) from error
    except CalamineError as error:
        message = _("The file cannot be read. Open it in Excel, save it as .xlsx and upload that.")
        raise InvalidInput(message, code="damaged", details={"file": message}) from error


def _find_header(
    name: str, offset: int, height: int, cells: Iterator[Row], columns: Sequence[Column]
) -> Iterator[tuple[Reading, int, Row]]:
    seen: list[Row] = []
    best, places, at = 0, {}, 0
    for row in cells:
        seen.append(row)
        found = positions(columns, row)
        if len(found) > best:
            best, places, at = len(found), found, len(seen)
        if len(seen) >= HEADER_WITHIN or best == len(columns):
            break
    if best:
        rest = chain(seen[at:], cells)
        yield Reading(name, at, places, offset, height, rest), best, seen[at - 1]


def _merged(sheet: CalamineSheet, offset: int, header_row: int) -> dict[int, dict[int, int]]:
    """Cells merged downwards below the header: row -> index -> the range's first row."""
    found: dict[int, dict[int, int]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or []:
        if top >= header_row and bottom > top and bottom - top < 5000:
            for row in range(top, bottom + 1):
                found.setdefault(row + 1, {})[left - offset] = top + 1
    return found


def _csv_rows(path: Path) -> list[Row]:
    """A CSV file in UTF-8 or GB 18030, separated by commas, semicolons or tabs."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        message = _("The characters of this file cannot be read. Save it in Excel as .xlsx and upload that.")
        raise InvalidInput(message, code="damaged", details={"file": message})
    head = words[:4096]
    delimiter = max(",;\t", key=head.count)
    rows = [list(row) for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
