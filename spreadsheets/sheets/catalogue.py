"""The catalogue of works of one year."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.text import whole_number
from projects.models import CatalogueVersion
from spreadsheets.asking import made_line
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

PRICE = "#,##0.00"
COLUMNS = (
    Column("code", head("Code"), width=8),
    Column("class", head("Class"), width=10),
    Column("kind", head("Kind"), width=14),
    Column("name", head("Work item"), width=26),
    Column("unit", head("Unit"), width=8),
    Column("low", head("Typical unit price from (yuan)"), width=14, number_format=PRICE),
    Column("high", head("Typical unit price to (yuan)"), width=14, number_format=PRICE),
    Column("output", head("Output indicator"), width=18),
    Column("factor", head("Factor to the indicator's unit"), width=12, number_format="0.######"),
    Column("common", head("Common item"), width=10),
    Column("description", head("What belongs to it"), width=40),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Every item of the year's catalogue. Raises Http404 for a catalogue that is not there."""
    version = CatalogueVersion.objects.filter(pk=whole_number(str(query.get("catalogue") or ""))).first()
    if version is None:
        raise Http404
    items = list(version.items.order_by("position"))
    with official():
        title = _("Catalogue of works %(year)s") % {"year": version.year}
        rows = [
            [
                *(item.code, str(item.work_class.label), str(item.get_kind_display()), item.name, item.unit),
                *(item.price_low, item.price_high, str(item.get_output_display()) if item.output else "", item.factor),
                *(_("yes") if item.compulsory else "", item.description),
            ]
            for item in items
        ]
        source = _("Where the price bands come from: %(source)s") % {"source": version.source}
        return Report(
            title=title,
            columns=COLUMNS,
            rows=rows,
            expected=len(rows),
            lines=[f"{version.get_state_display()} · {made_line(at)}", source],
            sheet_name=title,
            file_name=f"{title}.xlsx",
            frozen_columns=4,
        )


CATALOGUE = ListSheet(
    name="catalogue",
    title=gettext_lazy("Catalogue of works"),
    explanation=gettext_lazy("Every item of a year's catalogue with its price band and output indicator."),
    action="catalogue.see",
    report=report,
    asks=(),
    subject="catalogue",
)
