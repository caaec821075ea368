"""One column list writes the template, reads the upload and prints the export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import override, pgettext_lazy

from common.text import narrow
from spreadsheets import cells
from spreadsheets.problems import CellError

OFFICIAL = "zh-hans"
Words = str | Promise


@contextmanager
def official() -> Iterator[None]:
    """Official workbooks speak Chinese, whatever language their reader's screen has."""
    with override(OFFICIAL):
        yield


def head(words: str) -> Words:
    """The header of a column; "column" is its context, because a header says 楼栋数 where a page says 楼栋."""
    return pgettext_lazy("column", words)


@dataclass(frozen=True)
class Column:
    """One column of a form: its words for people, how a cell is read, how it is printed.

    `aliases` are other headers that people use for it. `prefilled`: the template writes it, a row with nothing else is
    empty. `total`: the export sums it. `rate`: keys of part and whole; the
    export writes the division as a formula."""

    key: str
    header: Words
    parse: cells.Parser = cells.plain
    required: bool = False
    options: tuple[Words, ...] = ()
    aliases: tuple[str, ...] = ()
    width: int = 12
    number_format: str = ""
    hint: Words = ""
    prefilled: bool = False
    total: bool = False
    rate: tuple[str, str] | None = None

    def read(self, raw: Any) -> Any:
        """The value, or None for a cell left empty. Raises CellError."""
        if cells.blank(raw):
            if self.required:
                raise CellError("missing")
            return None
        return self.parse(raw)

    @property
    def official_header(self) -> str:
        """The header in official workbooks."""
        with official():
            return str(self.header)

    @property
    def official_options(self) -> list[str]:
        """The words of the drop-down."""
        with official():
            return [str(option) for option in self.options]

    def headers(self) -> set[str]:
        """Every spelling by which the column is found, as `bare` makes them."""
        spellings = {self.official_header, *self.aliases, self.key}
        with override("en"):
            spellings.add(str(self.header))
        return {bare(words) for words in spellings}


def bare(header: Any) -> str:
    """A header without what people and forms put around it: spaces, stars, units and other words in brackets."""
    words = re.sub(r"[\s*:]", "", narrow(str(header)).lower())
    return re.sub(r"(?<=.)\([^)]*\)?", "", words)


def chosen(choices: type[TextChoices], more: dict[str, str] | None = None) -> cells.Parser:
    """A parser for a model's choices: Chinese and English labels, the stored value, and other words people use."""

    @cache
    def parser() -> cells.Parser:  # made at first use: translations are not there while modules load
        words: dict[str, str] = {value: value for value in choices.values}
        for language in ("en", OFFICIAL):
            with override(language):
                words |= {narrow(str(label)).lower(): value for value, label in choices.choices}
                labels = [str(label) for label in choices.labels]
        return cells.choice(words | (more or {}), "、".join(labels))

    return lambda raw: parser()(raw)


def letter(index: int) -> str:
    """0 → "A", 26 → "AA"."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def positions(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, int]:
    """Which cell of a row is the header of which column: key -> index. The first of two equal headers wins."""
    found: dict[str, int] = {}
    spellings = {spelling: column.key for column in columns for spelling in column.headers()}
    for index, cell in enumerate(row):
        key = spellings.get(bare(cell)) if isinstance(cell, str) and cell.strip() else None
        if key is not None:
            found.setdefault(key, index)
    return found
