"""Cursor (keyset) paging of pages: the same speed on page 1 and page 300, and no row twice when rows are added."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

from common.text import storable

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page, cursors of its neighbours ("" = none), and the count of all rows."""

    rows: list[M]
    next: str
    previous: str
    total: int


def _encode(direction: str, value: Any, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([direction, value, pk], default=str).encode()).decode().rstrip("=")


def _decode(rows: QuerySet[M], field: str, cursor: str) -> tuple[str, Any, int] | None:
    """None for a missing or broken cursor, or one of another order: the reader lands on page 1."""
    kind = F(field).resolve_expression(rows.query).output_field
    try:
        direction, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value, pk = kind.to_python(value), int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    fits = direction in ("n", "p") and (not isinstance(value, str) or storable(value))
    return (direction, value, pk) if fits else None


def cursor_page(rows: QuerySet[M], *, order: str, cursor: str, size: int = 50, total: int | None = None) -> Page[M]:
    """One page of `rows` sorted by the field or annotation `order` ("-name" = descending), ties by pk.

    NULLs of the sort field come last in both directions. The caller has checked `order` against its list. `total` is given
    by a caller that has counted the rows already.
    """
    total = rows.count() if total is None else total
    field, falling = order.removeprefix("-"), order.startswith("-")
    at = _decode(rows, field, cursor) if cursor else None
    back = at is not None and at[0] == "p"
    down = falling != back
    if at is not None:
        rows = rows.filter(_beyond(field, at[1], at[2], down=down, back=back))
    first = F(field).desc(nulls_first=True) if down and back else F(field).desc(nulls_last=True)
    if not down:
        first = F(field).asc(nulls_first=True) if back else F(field).asc(nulls_last=True)
    found = list(rows.order_by(first, "-pk" if down else "pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "", total)
    has_next, has_previous = (True, more) if back else (more, at is not None)
    return Page(
        found,
        _encode("n", getattr(found[-1], field), found[-1].pk) if has_next else "",
        _encode("p", getattr(found[0], field), found[0].pk) if has_previous else "",
        total,
    )


def _beyond(field: str, value: Any, pk: int, *, down: bool, back: bool) -> Q:
    """The rows after (value, pk) in reading direction."""
    after_pk = Q(pk__lt=pk) if down else Q(pk__gt=pk)
    if value is None:
        same = Q(**{f"{field}__isnull": True}) & after_pk
        return same | Q(**{f"{field}__isnull": False}) if back else same
    ahead = Q(**{f"{field}__{'lt' if down else 'gt'}": value}) | (Q(**{field: value}) & after_pk)
    return ahead if back else ahead | Q(**{f"{field}__isnull": True})
