"""PostgreSQL's COPY for model rows: many times faster than INSERT, and the table's triggers still fire."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from django.db import connection, models

CHUNK_ROWS = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_SPECIAL = re.compile(r"[\\\t\n\r]")


class _Lines(io.TextIOBase):
    """A file that psycopg2 reads piece by piece; no more than one piece is in memory."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self.pieces, self.rest = pieces, ""

    def read(self, size: int | None = -1) -> str:
        """The next `size` characters; "" at the end."""
        wanted = size if size is not None and size > 0 else 1 << 60
        while len(self.rest) < wanted:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.rest += piece
        found, self.rest = self.rest[:wanted], self.rest[wanted:]
        return found

    def readable(self) -> bool:
        """Always."""
        return True

    def __enter__(self) -> Self:
        return self


def reserve_ids(model: type[models.Model], number: int) -> range:
    """`number` primary keys taken from the table's sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", [sequence])
        first = cursor.fetchone()[0]
        if number > 1:
            cursor.execute("SELECT setval(%s, %s)", [sequence, first + number - 1])
    return range(first, first + number)


def copy_text(model: type[models.Model], columns: Sequence[str], pieces: Iterator[str]) -> None:
    """COPY pieces of text that hold whole or broken lines of tab-separated values."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', _Lines(pieces), 1 << 16)


def copy_objects(model: type[models.Model], rows: Sequence[Any]) -> None:
    """COPY unsaved instances and give primary keys to those that have none. Defaults of the model are kept; `save()` is not called."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields]
    without = [row for row in rows if row.pk is None]
    for row, pk in zip(without, reserve_ids(model, len(without)) if without else (), strict=True):
        row.pk = pk
    copy_text(model, [field.column for field in fields], _pieces([field.attname for field in fields], rows))


def _pieces(names: Sequence[str], rows: Iterable[Any]) -> Iterator[str]:
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join(as_text(getattr(row, name)) for name in names) + "\n")
        if len(lines) >= CHUNK_ROWS:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def as_text(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float):
        return str(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


CONSTRAINTS = """
    SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', %(table)s, conname),
           format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', %(table)s, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
INDEXES = """
    SELECT format('DROP INDEX %%I', i.indexrelid::regclass::text), pg_get_indexdef(i.indexrelid)
    FROM pg_index i WHERE i.indrelid = %(table)s::regclass
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY i.indexrelid
"""


@contextmanager
def rebuilt_afterwards(*kinds: type[models.Model]) -> Iterator[None]:
    """Foreign keys, unique constraints and indexes of empty tables are made once, when the block ends, not row by row.

    In the same transaction: nobody ever sees the tables without them. Tables that hold rows are left as they are.
    """
    steps: list[tuple[str, str]] = []
    with connection.cursor() as cursor:
        for table in [kind._meta.db_table for kind in kinds if not kind._default_manager.exists()]:
            for query in (CONSTRAINTS, INDEXES):
                cursor.execute(query, {"table": table})
                steps += cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to be made cannot be altered
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for drop, _ in steps:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, make in steps:
            cursor.execute(make)


@contextmanager
def triggers_resting(*kinds: type[models.Model]) -> Iterator[None]:
    """The tables' own triggers do not fire inside the block: for rows of a past that was never lived through step by step."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for kind in kinds:
            cursor.execute(f'ALTER TABLE "{kind._meta.db_table}" DISABLE TRIGGER USER')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for kind in kinds:
            cursor.execute(f'ALTER TABLE "{kind._meta.db_table}" ENABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
