"""The list of sub-districts and committees, in the form's own columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from regions.models import Region
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import official
from spreadsheets.naming import COMMITTEE, SUB, Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.sheets.regions import COLUMNS
from spreadsheets.writer import Report


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Everything below the county-level units of a region."""
    top = region_of(actor, {"region": query.get("region") or query.get("under")})
    rows = Region.objects.visible_to(actor).within(top).filter(depth__gte=SUB).order_by("path")
    with official():
        title = _("%(region)s: sub-districts and committees") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows, Names(top)),
            expected=rows.count(),
            lines=[made_line(at)],
            synthetic=rows.filter(synthetic=True).exists(),
            sheet_name=_("Sub-districts and committees"),
            file_name=f"{title.replace('：', '')}.xlsx",
        )


def _rows(rows: Any, names: Names) -> Iterator[list[Any]]:
    for path, code, name, depth in rows.values_list("path", "code", "name_zh", "depth").iterator(chunk_size=2000):
        row = [names.county(path), path.split("/")[SUB - 1], names.at(path, SUB)]
        yield [*row, code, name] if depth == COMMITTEE else [*row, None, None]


REGION_LIST = ListSheet(
    name="regions",
    title=gettext_lazy("Sub-districts and committees"),
    explanation=gettext_lazy("Codes and names below the county-level units."),
    action="regions.see",
    report=report,
)
