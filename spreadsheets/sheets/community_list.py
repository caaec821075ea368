"""The list of communities: the same columns as the form, so that it can be corrected and uploaded again."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import InvalidInput
from communities.choices import ManagementKind, OwnerKind
from communities.filters import CommunityFilter
from communities.models import Community
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import official
from spreadsheets.naming import COMMITTEE, SUB, Names
from spreadsheets.sheets.base import ListSheet
from spreadsheets.sheets.communities import COLUMNS
from spreadsheets.writer import Report

FIELDS = tuple(column.key for column in COLUMNS[3:])


def filtered(actor: User, query: dict[str, Any]) -> CommunityFilter:
    """The page's own filter over the communities in reach. Raises InvalidInput for values the page would refuse too."""
    data = QueryDict(mutable=True)
    for key, value in query.items():
        data.setlist(key, value if isinstance(value, list) else [str(value)])
    data["region"] = region_of(actor, query).code
    request: Any = SimpleNamespace(user=actor, GET=data)
    found = CommunityFilter(data, queryset=Community.objects.visible_to(actor).current(), request=request)
    if not found.form.is_valid():
        raise InvalidInput(_("These filters cannot be read. Go back to the list and choose them again."), details=dict(found.form.errors))
    return found


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Communities of a region under the filters of the page."""
    top = region_of(actor, query)
    found = filtered(actor, query)
    rows = found.qs.order_by("region__path", "pinyin", "pk")
    with official():
        named = [f"{label}：{value}" for label, value in found.named()]
        lines = [_("Filters: %(filters)s") % {"filters": "；".join(named)}, made_line(at)]
        title = _("%(region)s: communities in the register") % {"region": top.name_zh}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows, Names(top)),
            expected=rows.count(),
            lines=lines,
            total_label=_("Total"),
            synthetic=rows.filter(synthetic=True).exists(),
            sheet_name=_("Communities"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=5,
        )


def _rows(rows: Any, names: Names) -> Iterator[list[Any]]:
    with official():
        words = {str(value): str(label) for value, label in (*OwnerKind.choices, *ManagementKind.choices)}
    places = {key: 3 + index for index, key in enumerate(FIELDS)}
    spoken = [places["owner_kind"], places["management_kind"]]
    for path, *values in rows.values_list("region__path", *FIELDS).iterator(chunk_size=2000):
        row = [names.county(path), names.at(path, SUB), names.at(path, COMMITTEE), *values]
        for index in spoken:
            row[index] = words.get(row[index], "")
        yield row


COMMUNITY_LIST = ListSheet(
    name="communities",
    title=gettext_lazy("Communities"),
    explanation=gettext_lazy("The register with all its columns. Corrected cells can be uploaded again."),
    action="communities.see",
    report=report,
)
