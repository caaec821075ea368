"""The list of rounds under the filters of its page."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import InvalidInput
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import Column, head, official
from spreadsheets.naming import COMMITTEE, SUB, Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report
from surveys.desk import rounds_in_reach, subject_of, waiting_in
from surveys.filters import RoundFilter
from surveys.models import Round

COUNT, RATE, DAY = "#,##0", "0.0%", "yyyy-mm-dd"
PIECE = 500
COLUMNS = (
    Column("county", head("County"), width=12),
    Column("sub", head("Sub-district"), width=14),
    Column("committee", head("Residents' committee"), width=14),
    Column("community", head("Community"), width=20),
    Column("subject", head("What is asked"), width=24),
    Column("state", head("State"), width=11),
    Column("opens", head("Opens"), width=12, number_format=DAY),
    Column("closes", head("Closes"), width=12, number_format=DAY),
    Column("roll", head("Households on the roll"), width=11, number_format=COUNT, total=True),
    Column("voted", head("Households that answered"), width=11, number_format=COUNT, total=True),
    Column("turnout", head("Turnout"), width=10, number_format=RATE),
    Column("agreed", head("Households that agree"), width=11, number_format=COUNT, total=True),
    Column("approval", head("Agree, of the roll"), width=10, number_format=RATE),
    Column("against", head("Households that disagree"), width=11, number_format=COUNT, total=True),
    Column("passed", head("Result"), width=10),
    Column("objections", head("Open objections"), width=10, number_format=COUNT, total=True),
    Column("code", head("Round code"), width=10),
    Column("project", head("Project"), width=26),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The rounds in reach that the page's filters leave, with the counts kept of them. Raises InvalidInput."""
    top = region_of(actor, query)
    data = QueryDict(mutable=True)
    for key, value in (query | {"region": top.code}).items():
        data.setlist(key, value if isinstance(value, list) else [str(value)])
    request: Any = SimpleNamespace(user=actor, GET=data)
    chosen = RoundFilter(data, queryset=rounds_in_reach(actor), request=request)
    if not chosen.form.is_valid():
        raise InvalidInput(_("These filters cannot be read. Go back to the list and choose them again."), details=dict(chosen.form.errors))
    rows = chosen.qs.order_by("-opens_at", "pk")
    with official():
        title = _("%(region)s: votes and surveys") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows, Names(top), actor),
            expected=rows.count(),
            lines=[made_line(at), _("Agree counts all households on the roll; for opinions those that answered.")],
            total_label=_("Total"),
            synthetic=rows.filter(synthetic=True).exists(),
            sheet_name=_("Votes and surveys"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=4,
        )


def _rows(rows: QuerySet[Round], names: Names, actor: User) -> Iterator[list[Any]]:
    """Piece by piece: four queries for what waits in each."""
    for start in range(0, rows.count(), PIECE):
        piece = list(rows[start : start + PIECE])
        waiting = waiting_in(piece, actor)
        with official():
            lines = [_line(row, names, waiting[row.pk].objections) for row in piece]
        yield from lines


def _line(row: Round, names: Names, objections: int) -> list[Any]:
    path, counted = row.community.region.path, getattr(row, "counted", None)
    voted = agreed = against = turnout = approval = None
    if counted is not None and row.roll_count:
        voted, agreed, against = counted.voted, counted.agreed, counted.against
        turnout, approval = Decimal(voted) / row.roll_count, Decimal(agreed) / row.roll_count
    result = "" if counted is None or counted.passed is None else _("reached") if counted.passed else _("not reached")
    return [
        *(names.county(path), names.at(path, SUB), names.at(path, COMMITTEE), row.community.name, subject_of(row)),
        *(str(row.get_state_display()), timezone.localdate(row.opens_at), timezone.localdate(row.closes_at), row.roll_count),
        *(voted, turnout, agreed, approval, against, result, objections or None, row.code, row.project.name if row.project else ""),
    ]


ROUND_LIST = ListSheet(
    name="rounds",
    title=gettext_lazy("Votes and surveys"),
    explanation=gettext_lazy("Rounds as their page filters them, with turnout and result."),
    action="rounds.see",
    report=report,
)
