"""The list of special works under the filters of its page."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from common.errors import InvalidInput
from projects.filters import SpecialWorkFilter
from projects.ground import clashing
from projects.models import SpecialWork
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import Column, head, official
from spreadsheets.naming import Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

DAY = "yyyy-mm-dd"
PIECE = 500
COLUMNS = (
    Column("county", head("County"), width=12),
    Column("number", head("Number"), width=20),
    Column("owner", head("Pipe or cable owner"), width=14),
    Column("title", head("Special work"), width=26),
    Column("laid", head("What is laid or renewed"), width=26),
    Column("places", head("Where it lies"), width=28),
    Column("project", head("Project"), width=26),
    Column("digs", head("The ground is opened"), width=10),
    Column("starts", head("Planned start"), width=12, number_format=DAY),
    Column("ends", head("Planned completion"), width=12, number_format=DAY),
    Column("started", head("Started on"), width=12, number_format=DAY),
    Column("completed", head("Completed on"), width=12, number_format=DAY),
    Column("state", head("State"), width=10),
    Column("clash", head("Clash without a reason"), width=12),
    Column("reason", head("Why the clash cannot be avoided"), width=26),
    Column("contact", head("Contact unit"), width=20),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The special works in reach that the page's filters leave. Raises InvalidInput."""
    top = region_of(actor, query)
    data = QueryDict(mutable=True)
    for key, value in (query | {"region": top.code}).items():
        data.setlist(key, value if isinstance(value, list) else [str(value)])
    request: Any = SimpleNamespace(user=actor, GET=data)
    chosen = SpecialWorkFilter(data, queryset=SpecialWork.objects.visible_to(actor, "special.see"), request=request)
    if not chosen.form.is_valid():
        raise InvalidInput(_("These filters cannot be read. Go back to the list and choose them again."), details=dict(chosen.form.errors))
    rows = chosen.qs.order_by("-planned_start_on", "pk")
    with official():
        title = _("%(region)s: special works") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows, Names(top)),
            expected=rows.count(),
            lines=[made_line(at)],
            total_label=_("Total"),
            synthetic=rows.filter(synthetic=True).exists(),
            sheet_name=_("Special works"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=4,
        )


def _rows(rows: QuerySet[SpecialWork], names: Names) -> Iterator[list[Any]]:
    """Piece by piece, with what clashes among all of them."""
    open_clashes = set(clashing(rows))
    found = rows.select_related("region", "project").prefetch_related("stretches")
    for start in range(0, rows.count(), PIECE):
        with official():
            lines = [_line(work, names, work.pk in open_clashes) for work in found[start : start + PIECE]]
        yield from lines


def _line(work: SpecialWork, names: Names, clash: bool) -> list[Any]:
    places = _(", ").join(stretch.name for stretch in work.stretches.all())
    return [
        *(names.county(work.region.path), work.number, str(work.get_owner_display()), work.title, work.laid, places),
        *(work.project.name if work.project else "", pgettext("answer", "Yes") if work.digs else pgettext("answer", "No")),
        *(work.planned_start_on, work.planned_completion_on, work.started_on, work.completed_on, str(work.get_state_display())),
        *(pgettext("answer", "Yes") if clash else "", work.unavoidable, work.contact),
    ]


SPECIAL_LIST = ListSheet(
    name="special",
    title=gettext_lazy("Special works"),
    explanation=gettext_lazy("Special works of pipe and cable owners as their page filters them."),
    action="special.see",
    report=report,
)
