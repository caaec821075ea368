"""Reading every row of an upload through its form: all bad cells are gathered, good rows are staged in chunks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from spreadsheets.cells import blank
from spreadsheets.columns import Column
from spreadsheets.problems import CellError, Problems
from spreadsheets.pulse import Progress
from spreadsheets.reading import Reading
from spreadsheets.sheets.base import Batch

CHUNK = 5000
MEMO = 20_000  # different texts of one column remembered at a time
FAULTY = object()


def check_rows(reading: Reading, columns: Sequence[Column], batch: Batch, problems: Problems, progress: Progress) -> int:
    """Check all rows and stage what can be staged; returns the number of rows that hold something."""
    readers = [reader_of(column, problems) for column in columns]
    keys = [column.key for column in columns]
    own = [index for index, column in enumerate(columns) if not column.prefilled]
    chunk: list[Sequence[Any]] = []
    count, seen = 0, reading.header_row
    for number, row in reading.rows(keys):
        if len(own) < len(columns) and all(blank(row[index]) for index in own):
            continue  # the template wrote this row, nobody else did
        count += 1
        staged = batch.take(number, [read(number, raw) for read, raw in zip(readers, row, strict=True)])
        if staged is not None:
            chunk.append(staged)
        if count % CHUNK == 0:
            batch.stage(chunk)
            chunk = []
            progress.problems = problems.count
            progress.tick(number - seen)
            seen = number
    batch.stage(chunk)
    progress.problems = problems.count
    progress.tick(max(reading.height - seen, 0))
    return count


def reader_of(column: Column, problems: Problems) -> Callable[[int, Any], Any]:
    """Reads one cell of a column: the value, or None after noting what is wrong. Equal texts are parsed once."""
    memo: dict[str, Any] = {}
    parse, key, required = column.parse, column.key, column.required

    def parsed(raw: Any) -> Any:
        if blank(raw):
            return CellError("missing") if required else None
        try:
            return parse(raw)
        except CellError as error:
            return error

    def read(number: int, raw: Any) -> Any:
        if type(raw) is str:
            value = memo.get(raw, FAULTY)
            if value is FAULTY:
                if len(memo) >= MEMO:
                    memo.clear()
                value = memo[raw] = parsed(raw)
        else:
            value = parsed(raw)
        if type(value) is CellError:
            problems.add(number, key, value.code, **value.params)
            return None
        return value

    return read
