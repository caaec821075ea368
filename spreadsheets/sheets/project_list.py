"""The list of projects under the filters of their page: one row per community, in the columns of the detail list."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import InvalidInput
from projects.filters import ProjectFilter
from projects.models import Entry, Project
from spreadsheets.asking import made_line, region_of, source_line
from spreadsheets.columns import official
from spreadsheets.naming import Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.sheets.details import COLUMNS, Details
from spreadsheets.writer import Report


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Communities of the projects in reach that the page's filters leave, as of today. Raises InvalidInput."""
    top = region_of(actor, query)
    data = QueryDict(mutable=True)
    for key, value in (query | {"region": top.code}).items():
        data.setlist(key, value if isinstance(value, list) else [str(value)])
    request: Any = SimpleNamespace(user=actor, GET=data)
    chosen = ProjectFilter(data, queryset=Project.objects.visible_to(actor), request=request)
    if not chosen.form.is_valid():
        raise InvalidInput(_("These filters cannot be read. Go back to the list and choose them again."), details=dict(chosen.form.errors))
    rows = Entry.objects.filter(project__in=chosen.qs.order_by().values("pk"), removed_on__isnull=True)
    if chosen.form.cleaned_data.get("year"):
        rows = rows.filter(year=chosen.form.cleaned_data["year"])
    with official():
        title = _("%(region)s: communities of the projects") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=Details(rows, timezone.localdate(at), Names(top)).rows(),
            expected=rows.count(),
            lines=[made_line(at), source_line()],
            total_label=_("Total"),
            synthetic=rows.filter(Q(project__synthetic=True) | Q(community__synthetic=True)).exists(),
            sheet_name=_("Projects"),
            file_name=f"{title}.xlsx",
            frozen_columns=6,
        )


PROJECT_LIST = ListSheet(
    name="projects",
    title=gettext_lazy("Projects"),
    explanation=gettext_lazy("Projects as the page of projects filters them: one row per community, 40 columns."),
    action="projects.see",
    report=report,
)
