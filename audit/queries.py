"""Reads: the trail of a region, and the history of one row."""

from __future__ import annotations

import base64
import datetime
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet

from audit.changes import Change, Reader
from audit.sources import Filters, Source, sources
from common.paging import Page
from regions.scope import Scope

Key = tuple[datetime.datetime, str, int]


def trail(filters: Filters, *, only: str = "", cursor: str = "", size: int = 50) -> Page[Any]:
    """Changes that fit, newest first; `only` is the label of one model ("accounts.user").

    One UNION over the record tables, each branch cut to the page before it is sorted; then the records of the page with
    what they changed. The number of queries depends on the number of tables, not of rows.
    """
    asked = [source for key, source in sources().items() if not only or key == only]
    if not asked:
        return Page([], "", "", 0)
    total = _union([source.keys(filters) for source in asked]).count()
    at = _decode(cursor)
    back = at is not None and at[0] == "p"
    way = "" if back else "-"
    order = [f"{way}trail_at", f"{way}trail_source", f"{way}trail_number"]
    branches = []
    for source in asked:
        rows = source.keys(filters)
        if at is not None:
            rows = rows.filter(_beyond(source, at[1], back=back))
        branches.append(rows.order_by(*order)[: size + 1])
    found = [(row["trail_at"], row["trail_source"], row["trail_number"]) for row in _merged(branches, order, size + 1)]
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "", total)
    has_next, has_previous = (True, more) if back else (more, at is not None)
    return Page(read(found), _encode("n", found[-1]) if has_next else "", _encode("p", found[0]) if has_previous else "", total)


def history_of(row: Model, *, limit: int = 20) -> list[Change]:
    """The newest changes of one row. The caller has checked that the reader may see the row."""
    source = sources()[row._meta.label_lower]
    filters = Filters(scope=Scope(("/",)), objects=[row.pk])
    keys = source.keys(filters).order_by("-trail_at", "-trail_number")[:limit]
    return read([(key["trail_at"], key["trail_source"], key["trail_number"]) for key in keys])


def read(keys: Iterable[Key]) -> list[Change]:
    """The changes behind the keys, in the same order."""
    keys = list(keys)
    wanted: dict[str, list[int]] = defaultdict(list)
    for _at, source, number in keys:
        wanted[source].append(number)
    reader = Reader()
    for source, numbers in wanted.items():
        reader.load(sources()[source], numbers)
    return reader.changes([(source, number) for _at, source, number in keys])


def _union(branches: list[QuerySet[Any]]) -> QuerySet[Any]:
    first, *others = branches
    return first.union(*others, all=True) if others else first


def _merged(branches: list[QuerySet[Any]], order: list[str], most: int) -> Iterable[dict[str, Any]]:
    """The first rows of several sorted branches; a single one is sorted and cut already."""
    return _union(branches).order_by(*order)[:most] if len(branches) > 1 else branches[0]


def _beyond(source: Source, key: Key, *, back: bool) -> Q:
    """The records of one table after (before, when going back) a key in the order (at, source, number)."""
    at, label, number = key
    ahead, on = ("gt", "gte") if back else ("lt", "lte")
    field = source.at_field
    if source.key == label:
        return Q(**{f"{field}__{ahead}": at}) | Q(**{field: at, f"pk__{ahead}": number})
    comes_later = source.key > label if back else source.key < label
    return Q(**{f"{field}__{on if comes_later else ahead}": at})


def _encode(direction: str, key: Key) -> str:
    text = json.dumps([direction, key[0].isoformat(), key[1], key[2]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, Key] | None:
    """None for a missing or broken cursor: the reader lands on page 1."""
    try:
        direction, at, source, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.datetime.fromisoformat(at)
        valid = direction in {"n", "p"} and moment.tzinfo is not None
        return (direction, (moment, str(source), int(number))) if valid else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
