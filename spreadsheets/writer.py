"""Writing an official workbook: title, lines about source and day, header, rows, totals as formulas, ready to print on A4."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from common.errors import DomainError
from spreadsheets.columns import Column, letter, official

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program could take for a formula
DATE_FORMAT = "yyyy-mm-dd"
MOST_ROWS = 1_048_000  # Excel's own limit, less the frame
MOST_TEXT = 32_767
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "default_date_format": DATE_FORMAT,
}
TICK_EVERY = 1000


class RowsLost(DomainError):
    """The file holds another number of rows than the query counted. It is not handed out."""

    code = "rows_lost"
    status = 500


def rows_lost(found: int, expected: int) -> RowsLost:
    """The refusal, with both numbers."""
    message = _("The list has changed while it was written. Make it again.")
    return RowsLost(message, details={"written": found, "expected": expected})


@dataclass
class Report:
    """What one workbook says: a title, lines below it, the columns, the rows and how many there must be.

    `total_label`: the first cell of the totals row, "" for none; `totals`: what no sum can say there. `synthetic`: the
    invented-data line is printed; `invented` says in it what exactly is invented, where not everything is.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    expected: int
    lines: list[str] = field(default_factory=list)
    total_label: str = ""
    totals: dict[str, Any] = field(default_factory=dict)
    synthetic: bool = False
    invented: str = ""
    sheet_name: str = ""
    file_name: str = ""
    frozen_columns: int = 0


def write_report(report: Report, target: Path | IO[bytes], tick: Callable[[int], None] = lambda _count: None) -> int:
    """Write the workbook; returns the number of data rows. Raises RowsLost when rows are missing or too many for Excel."""
    if report.expected > MOST_ROWS:
        message = _("%(count)s rows do not fit into one Excel sheet. Choose a smaller region.") % {"count": report.expected}
        raise RowsLost(message, code="too_many_rows", details={"rows": report.expected})
    with official(), xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), OPTIONS) as book:
        written = _Sheet(book, report).write(tick)
    if written != report.expected:
        raise rows_lost(written, report.expected)
    return written


def rows_in_file(source: Path | IO[bytes], sheet: str = "xl/worksheets/sheet1.xml") -> int:
    """Rows that really stand in a finished workbook, counted in the file itself."""
    count, rest = 0, b""
    with zipfile.ZipFile(source) as archive, archive.open(sheet) as stream:
        while piece := stream.read(2**20):
            whole = rest + piece
            count += whole.count(b"<row ")
            rest = whole[-4:]
            count -= rest.count(b"<row ")
    return count


def frame_rows(report: Report) -> int:
    """Rows around the data: title, lines, header, totals."""
    return 2 + len(lines_of(report)) + bool(report.total_label and report.expected)


def lines_of(report: Report) -> list[str]:
    """The lines below the title."""
    with official():
        what = report.invented or _("invented for demonstration, not real figures")
        mark = [_("Sample data (synthetic): %(what)s") % {"what": what}] if report.synthetic else []
    return mark + report.lines


class _Sheet:
    """One sheet while it is written."""

    def __init__(self, book: Any, report: Report) -> None:
        self.report = report
        self.book = book
        self.sheet = book.add_worksheet(report.sheet_name[:31] or None)
        self.places = {column.key: index for index, column in enumerate(report.columns)}
        self.lines = lines_of(report)
        self.head = 1 + len(self.lines)  # index of the header row
        self.formats = [self._format(column) for column in report.columns]
        self.guarded = [self._format(column, quote_prefix=True) for column in report.columns]
        self.dates = [self._format(column, num_format=DATE_FORMAT) for column in report.columns]
        self.sums: list[Decimal] = [Decimal(0)] * len(report.columns)

    def _format(self, column: Column, **more: Any) -> Any:
        style = {"font_size": 10, "border": 1, "border_color": "#DCDFDD", "valign": "vcenter"}
        if column.number_format:
            style["num_format"] = column.number_format
        return self.book.add_format(style | more)

    def write(self, tick: Callable[[int], None]) -> int:
        """Everything from the title to the print set-up; returns the number of data rows."""
        self._head()
        first = self.head + 1
        count = self._body(first, tick)
        if self.report.total_label and count:
            self._totals(first, first + count)
        self._set_up(first + count)
        return count

    def _head(self) -> None:
        sheet, book = self.sheet, self.book
        for index, column in enumerate(self.report.columns):
            sheet.set_column(index, index, column.width)
        last = max(len(self.report.columns) - 1, 1)
        title = book.add_format({"bold": True, "font_size": 16, "align": "left", "valign": "vcenter"})
        sheet.set_row(0, 28)
        sheet.merge_range(0, 0, 0, last, self.report.title, title)
        warning = book.add_format({"font_size": 10, "bold": True, "font_color": "#865000"})
        small = book.add_format({"font_size": 10, "font_color": "#414A54"})
        for number, line in enumerate(self.lines, start=1):
            marked = self.report.synthetic and number == 1
            sheet.write_string(number, 0, line, warning if marked else small)
        head = book.add_format(
            {"bold": True, "font_size": 10, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#ECEEEC", "border": 1,
             "border_color": "#B9BFC1"}
        )  # fmt: skip
        sheet.set_row(self.head, 32)
        for index, column in enumerate(self.report.columns):
            sheet.write_string(self.head, index, str(column.header), head)

    def _body(self, first: int, tick: Callable[[int], None]) -> int:
        summed = [index for index, column in enumerate(self.report.columns) if column.total]
        rates = [index for index, column in enumerate(self.report.columns) if column.rate]
        row = first
        for values in self.report.rows:
            self._row(row, values)
            for index in summed:
                if values[index] is not None:
                    self.sums[index] += values[index]
            for index in rates:
                self._rate(row, index, values)
            row += 1
            if (row - first) % TICK_EVERY == 0:
                tick(TICK_EVERY)
        return row - first

    def _row(self, row: int, values: Sequence[Any]) -> None:
        """One row; text is written as text, whatever it begins with."""
        formats = self.formats
        write_string, write_number = self.sheet.write_string, self.sheet.write_number
        for index, value in enumerate(values):
            kind = type(value)
            if kind is str:
                if value:
                    style = formats[index] if not value.startswith(DANGEROUS) else self.guarded[index]
                    write_string(row, index, value[:MOST_TEXT], style)
            elif kind is int or kind is Decimal or kind is float:
                write_number(row, index, value, formats[index])
            elif value is not None:
                self._write_other(row, index, value)

    def _write_other(self, row: int, index: int, value: Any) -> None:
        if isinstance(value, datetime.date):
            self.sheet.write_datetime(row, index, value, self.dates[index])
        elif isinstance(value, bool):
            self.sheet.write_string(row, index, _("yes") if value else _("no"), self.formats[index])
        else:
            words = str(value)
            style = self.guarded[index] if words.startswith(DANGEROUS) else self.formats[index]
            self.sheet.write_string(row, index, words[:MOST_TEXT], style)

    def _rate(self, row: int, index: int, values: Sequence[Any], style: Any = None) -> None:
        """part / whole as a formula; without a whole the words "no plan", never 0."""
        keys = self.report.columns[index].rate
        assert keys is not None
        part, whole = (self.places[key] for key in keys)
        amounts = [values[part] or 0, values[whole] or 0]
        nothing = _("No plan")
        formula = f'=IF({letter(whole)}{row + 1}=0,"{nothing}",{letter(part)}{row + 1}/{letter(whole)}{row + 1})'
        shown = float(Decimal(amounts[0]) / Decimal(amounts[1])) if amounts[1] else nothing
        self.sheet.write_formula(row, index, formula, style or self.formats[index], shown)

    def _totals(self, first: int, row: int) -> None:
        """Sums that follow the reader's own filter (SUBTOTAL), below a rule."""
        rule = {"bold": True, "font_size": 10, "top": 2, "bottom": 1}
        style = self.book.add_format(rule)
        for index, column in enumerate(self.report.columns):
            own = self.book.add_format(rule | ({"num_format": column.number_format} if column.number_format else {}))
            if index == 0:
                self.sheet.write_string(row, 0, self.report.total_label, style)
            elif column.total:
                place = letter(index)
                self.sheet.write_formula(row, index, f"=SUBTOTAL(109,{place}{first + 1}:{place}{row})", own, float(self.sums[index]))
            elif column.rate:
                self._rate(row, index, self.sums, own)
            elif self.report.totals.get(column.key) is not None:
                self.sheet.write_number(row, index, self.report.totals[column.key], own)
            else:
                self.sheet.write_blank(row, index, None, style)

    def _set_up(self, end: int) -> None:
        """Frozen header, filter arrows, and the page: A4 landscape, header repeated, one page wide, numbered."""
        sheet, columns = self.sheet, self.report.columns
        sheet.freeze_panes(self.head + 1, self.report.frozen_columns)
        sheet.autofilter(self.head, 0, max(end - 1, self.head), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(self.head)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        words = {"page": "&P", "pages": "&N"}
        sheet.set_footer("&L&9" + self.report.title.replace("&", "&&")[:100] + "&R&9" + _("Page %(page)s of %(pages)s") % words)
        sheet.hide_gridlines(2)
