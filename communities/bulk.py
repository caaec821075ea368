"""Thousands of register rows at once: COPY into a temporary table, compare it with the register, then one INSERT and one UPDATE.

Everything here runs inside the caller's transaction; rights and cell checks are the caller's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from common.text import pinyin, search_words
from communities.operations import take_codes

SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
FIELDS = {  # what a file may give of a community -> (type, what a new one gets where the cell is empty)
    "name": ("text", "''"),
    "region_id": ("bigint", "NULL"),
    "address": ("text", "''"),
    "longitude": ("double precision", "NULL"),
    "latitude": ("double precision", "NULL"),
    "built_year": ("int", "NULL"),
    "building_count": ("int", "0"),
    "unit_count": ("int", "0"),
    "household_count": ("int", "0"),
    "floor_area": ("numeric(12,2)", "0"),
    "owner_kind": ("text", "''"),
    "population": ("int", "0"),
    "elderly_count": ("int", "0"),
    "management_kind": ("text", "'none'"),
    "illegal_area": ("numeric(12,2)", "0"),
    "renovated_year": ("int", "NULL"),
    "demolition_planned": ("boolean", "false"),
    "late_reason": ("text", "''"),
    "source": ("text", "''"),
}
IMPORT_LOCK = 5_210_001  # one import writes the register at a time; pages go on
Clash = tuple[int, str, str, dict[str, Any]]  # row, field, code, details


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch would do, or has done."""

    new: int = 0
    changed: int = 0
    same: int = 0


class _Lines:
    """A file-like view of rows in COPY's text format, made while they are read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)
        self.rest = ""
        self.count = 0

    def read(self, size: int = -1) -> str:
        """The next piece, at least `size` characters until the end."""
        pieces, length = [self.rest], len(self.rest)
        for row in self.rows:
            line = "\t".join(map(_field, row)) + "\n"
            self.count += 1
            pieces.append(line)
            length += len(line)
            if 0 <= size <= length:
                break
        whole = "".join(pieces)
        if size < 0:
            size = len(whole)
        self.rest = whole[size:]
        return whole[:size]


def _field(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value.translate(SPECIAL) if "\\" in value or "\t" in value or "\n" in value or "\r" in value else value
    if value is None:
        return "\\N"
    if kind is bool:
        return "t" if value else "f"
    if kind in (int, float, Decimal):
        return str(value)
    return str(value).translate(SPECIAL)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table, None as NULL; returns how many. Names come from code, never from a file."""
    lines = _Lines(rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", lines)
    return lines.count


def filled(sql: str, **parts: str) -> str:
    """SQL with its <parts> put in: lists of column names that stand in this file."""
    for name, part in parts.items():
        sql = sql.replace(f"<{name}>", part)
    return sql


def run(sql: str, **values: Any) -> int:
    """Execute one statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def fetch(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def fetch_in_chunks(sql: str, size: int = 5000) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query through a server-side cursor: memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(size):
            yield rows


@contextmanager
def checked_at_once() -> Iterator[None]:
    """Foreign keys are checked by each statement, not at the end: the audit triggers open a subtransaction per row, and each
    of those walks the whole list of checks still waiting (18,000 rows behind 90,000 waiting checks: 20 s instead of 2)."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    yield
    run("SET CONSTRAINTS ALL DEFERRED")


def lock_imports() -> None:
    """Wait until no other import writes the register; held until the transaction ends."""
    fetch("SELECT pg_advisory_xact_lock(%(lock)s)", lock=IMPORT_LOCK)


class CommunityStage:
    """One batch of communities on its way into the register.

    `add` rows (row number, code or None, county code, then FIELDS in order; None = the cell was empty: an existing
    community keeps its value, a new one gets the default), then `compare`, then `clashes` and `counts`, then `write`.
    """

    columns = ("row", "code", "county", *FIELDS)

    def __init__(self) -> None:
        fields = ", ".join(f"{name} {kind}" for name, (kind, _default) in FIELDS.items())
        run("DROP TABLE IF EXISTS incoming_community")
        run(
            f"CREATE TEMP TABLE incoming_community (row int, code text, county text, {fields}, id bigint, changed boolean DEFAULT false,"
            " pinyin text, search_text text) ON COMMIT DROP"
        )

    def add(self, rows: Iterable[Sequence[Any]]) -> int:
        """Stage a chunk."""
        return copy_rows("incoming_community", self.columns, rows)

    def compare(self, *, lock: bool = False) -> None:
        """Find each row's community (by code; without a code by region and name) and what differs. `lock`: for writing."""
        run("ANALYZE incoming_community")
        run("UPDATE incoming_community i SET id = c.id FROM communities_community c WHERE c.code = i.code")
        run(
            "UPDATE incoming_community i SET id = c.id, code = c.code FROM communities_community c"
            " WHERE i.code IS NULL AND c.region_id = i.region_id AND c.name = i.name AND c.merged_into_id IS NULL"
        )
        if lock:
            fetch("SELECT c.id FROM communities_community c JOIN incoming_community i ON i.id = c.id ORDER BY c.id FOR NO KEY UPDATE OF c")
        kept = ", ".join(f"{name} = COALESCE(i.{name}, c.{name})" for name in FIELDS)
        differs = ", ".join(f"COALESCE(i.{name}, c.{name})" for name in FIELDS)
        present = ", ".join(f"c.{name}" for name in FIELDS)
        run(
            filled(
                "UPDATE incoming_community i SET <kept>, changed = (<differs>) IS DISTINCT FROM (<present>)"
                " FROM communities_community c WHERE c.id = i.id",
                kept=kept,
                differs=differs,
                present=present,
            )
        )
        defaults = ", ".join(f"{name} = COALESCE({name}, {default})" for name, (_kind, default) in FIELDS.items() if default != "NULL")
        run(filled("UPDATE incoming_community SET <defaults> WHERE id IS NULL", defaults=defaults))

    def clashes(self) -> list[Clash]:
        """Rows that the register cannot take as they are."""
        found: list[Clash] = []
        for row, _code, first in fetch(
            "SELECT row, code, min(row) OVER (PARTITION BY code) FROM incoming_community WHERE code IS NOT NULL"
        ):
            if row != first:
                found.append((row, "code", "twice", {"row": first}))
        for row, _region, _name, first in fetch(
            "SELECT row, region_id, name, min(row) OVER (PARTITION BY region_id, name) FROM incoming_community"
            " WHERE region_id IS NOT NULL AND name IS NOT NULL"
        ):
            if row != first:
                found.append((row, "name", "name_twice", {"row": first}))
        for row, name, code in fetch(
            "SELECT i.row, i.name, c.code FROM incoming_community i JOIN communities_community c"
            " ON c.region_id = i.region_id AND c.name = i.name AND c.merged_into_id IS NULL AND c.id IS DISTINCT FROM i.id"
        ):
            found.append((row, "name", "name_taken", {"value": name, "code": code}))
        for row, code, into in fetch(
            "SELECT i.row, i.code, m.code FROM incoming_community i JOIN communities_community c ON c.id = i.id"
            " JOIN communities_community m ON m.id = c.merged_into_id"
        ):
            found.append((row, "code", "merged", {"value": code, "into": into}))
        for row, elderly, population in fetch(
            "SELECT row, elderly_count, population FROM incoming_community WHERE elderly_count > population"
        ):
            found.append((row, "elderly_count", "elderly_over_population", {"value": elderly, "population": population}))
        for row, renovated, built in fetch(
            "SELECT row, renovated_year, built_year FROM incoming_community WHERE renovated_year < built_year"
        ):
            found.append((row, "renovated_year", "renovated_before_built", {"value": renovated, "built": built}))
        return found

    def homes(self) -> list[tuple[int, str, str]]:
        """Where the communities already registered lie: row, code, region path."""
        return fetch(
            "SELECT i.row, i.code, r.path FROM incoming_community i JOIN communities_community c ON c.id = i.id"
            " JOIN regions_region r ON r.id = c.region_id"
        )

    def counts(self) -> Counts:
        """New, changed, same."""
        return Counts(
            *fetch(
                "SELECT count(*) FILTER (WHERE id IS NULL), count(*) FILTER (WHERE changed),"
                " count(*) FILTER (WHERE id IS NOT NULL AND NOT changed) FROM incoming_community"
            )[0]
        )

    @checked_at_once()
    def write(self, *, at: datetime.datetime) -> None:
        """Insert the new ones and change what differs; rows that are the same are not touched."""
        self._make_codes()
        rows = fetch("SELECT row, name, address, code FROM incoming_community WHERE id IS NULL OR changed")
        run("CREATE TEMP TABLE incoming_words (row int, pinyin text, search_text text) ON COMMIT DROP")
        words = ((row, pinyin(name), search_words(name, address, code)) for row, name, address, code in rows)
        copy_rows("incoming_words", ("row", "pinyin", "search_text"), words)
        run("UPDATE incoming_community i SET pinyin = w.pinyin, search_text = w.search_text FROM incoming_words w WHERE w.row = i.row")
        run("DROP TABLE incoming_words")
        changes = ", ".join(f"{name} = i.{name}" for name in FIELDS)
        run(
            filled(
                "UPDATE communities_community c SET <changes>, pinyin = i.pinyin, search_text = i.search_text,"
                " version = c.version + 1, updated_at = %(at)s FROM incoming_community i WHERE c.id = i.id AND i.changed",
                changes=changes,
            ),
            at=at,
        )
        names = ", ".join(FIELDS)
        run(
            filled(
                "INSERT INTO communities_community (code, <names>, pinyin, search_text, synthetic, version, created_at, updated_at)"
                " SELECT code, <names>, pinyin, search_text, false, 1, %(at)s, %(at)s FROM incoming_community"
                " WHERE id IS NULL ORDER BY row",
                names=names,
            ),
            at=at,
        )

    def _make_codes(self) -> None:
        wanting = fetch(
            "SELECT county, array_agg(row ORDER BY row) FROM incoming_community WHERE code IS NULL GROUP BY county ORDER BY county"
        )
        given = {code for (code,) in fetch("SELECT code FROM incoming_community WHERE code IS NOT NULL")}
        pairs: list[tuple[int, str]] = []
        for county, rows in wanting:
            codes: list[str] = []
            while len(codes) < len(rows):  # a code that this very file gives to another row is passed over
                fresh = take_codes(county_code=county, number=len(rows) - len(codes))
                codes += [code for code in fresh if code not in given]
            pairs += zip(rows, codes, strict=True)
        if not pairs:
            return
        run("CREATE TEMP TABLE incoming_code (row int, code text) ON COMMIT DROP")
        copy_rows("incoming_code", ("row", "code"), pairs)
        run("UPDATE incoming_community i SET code = n.code FROM incoming_code n WHERE n.row = i.row")
        run("DROP TABLE incoming_code")
