"""The works of a project as of a day: planned, actual, how far."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.text import whole_number
from lifecycle.progress import WorkLine, works_as_of
from lifecycle.scheme_screens import class_of, place_of
from projects.models import Project
from spreadsheets.asking import made_line
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

DAY, QUANTITY = "yyyy-mm-dd", "#,##0.##"
COLUMNS = (
    Column("number", head("No."), width=6, number_format="0"),
    Column("class", head("Class"), width=9),
    Column("kind", head("Kind"), width=12),
    Column("name", head("Work item"), width=24),
    Column("place", head("Community and building"), width=20),
    Column("starts", head("Planned start"), width=12, number_format=DAY),
    Column("ends", head("Planned completion"), width=12, number_format=DAY),
    Column("started", head("Actual start"), width=12, number_format=DAY),
    Column("completed", head("Actual completion"), width=12, number_format=DAY),
    Column("percent", head("Progress (%)"), width=10, number_format="0"),
    Column("due", head("Due by the calendar (%)"), width=12, number_format="0"),
    Column("done", head("Quantity done"), width=12, number_format=QUANTITY),
    Column("quantity", head("Quantity planned"), width=12, number_format=QUANTITY),
    Column("unit", head("Unit"), width=8),
    Column("amount", head("Amount (yuan)"), width=15, number_format="#,##0.00", total=True),
    Column("reported", head("Last report"), width=12, number_format=DAY),
    Column("silent", head("Days without report"), width=10, number_format="0"),
    Column("note", head("Note"), width=30),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The works of a project (`project`) as of a day (`on`, else today). Raises Http404 outside the actor's area."""
    rows = Project.objects.visible_to(actor, "projects.see").select_related("region")
    project = rows.filter(pk=whole_number(str(query.get("project") or ""))).first()
    if project is None:
        raise Http404
    day = _day(query, timezone.localdate(at))
    with official():
        works = works_as_of(project, day)
        counted = _("counted from the works %(percent)s%%") % {"percent": works.whole.counted} if works.whole.counted is not None else ""
        typed = _("monthly report %(percent)s%%") % {"percent": works.whole.typed} if works.whole.typed is not None else ""
        title = _("%(project)s: progress of the works") % {"project": project.name}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=[_line(line) for line in works.lines],
            expected=len(works.lines),
            lines=[" · ".join(part for part in (project.code, day.isoformat(), counted, typed, made_line(at)) if part)],
            total_label=_("Total"),
            synthetic=project.synthetic,
            sheet_name=_("Progress of the works"),
            file_name=f"{project.name} {_('Progress of the works')} {day.isoformat()}.xlsx",
            frozen_columns=4,
        )


def _day(query: dict[str, Any], today: datetime.date) -> datetime.date:
    try:
        return min(datetime.date.fromisoformat(str(query.get("on") or "")), today)
    except ValueError:
        return today


def _line(line: WorkLine) -> list[Any]:
    item, row = line.item, line.row
    return [
        *(item.position, class_of(item.kind), str(item.get_kind_display()), item.name),
        *(place_of(item.work.community.name if item.work.community else "", item.work.building), line.starts_on, line.ends_on),
        *(row.started_on if row else None, row.completed_on if row else None, line.percent, line.due, row.quantity if row else None),
        *(item.quantity, item.unit, item.amount, row.reported_on if row else None, line.silent, row.note if row else ""),
    ]


WORK_PROGRESS = ListSheet(
    name="works",
    title=gettext_lazy("Progress of the works"),
    explanation=gettext_lazy("The works of one project with planned and actual days, from the page of their progress."),
    action="projects.see",
    report=report,
    asks=(),
    subject="project",
)
