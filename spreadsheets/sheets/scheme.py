"""A version of a scheme, item by item, and two versions side by side."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.text import whole_number
from lifecycle.scheme_screens import class_of, comparison, entries_of, estimate_of, place_of, size_of
from projects.choices import Side, WorkKind
from projects.models import Project, Scheme
from projects.queries import schemes_of
from spreadsheets.asking import made_line
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

PRICE, AMOUNT, DAY = "#,##0.00", "#,##0.00", "yyyy-mm-dd"
ITEM_COLUMNS = (
    Column("number", head("No."), width=6, number_format="0"),
    Column("class", head("Class"), width=9),
    Column("kind", head("Kind"), width=12),
    Column("code", head("Code"), width=7),
    Column("name", head("Work item"), width=24),
    Column("place", head("Community and building"), width=20),
    Column("quantity", head("Quantity"), width=11, number_format="#,##0.##"),
    Column("unit", head("Unit"), width=8),
    Column("price", head("Unit price (yuan)"), width=12, number_format=PRICE),
    Column("amount", head("Amount (yuan)"), width=15, number_format=AMOUNT, total=True),
    Column("intent", head("Paid by"), width=9),
    Column("starts", head("Planned start"), width=12, number_format=DAY),
    Column("ends", head("Planned completion"), width=12, number_format=DAY),
)
CHANGE_COLUMNS = (
    Column("class", head("Class"), width=9),
    Column("kind", head("Kind"), width=12),
    Column("name", head("Work item"), width=24),
    Column("place", head("Community and building"), width=20),
    Column("state", head("State"), width=9),
    Column("differs", head("What differs"), width=48),
    Column("before", head("Amount before (yuan)"), width=15, number_format=AMOUNT, total=True),
    Column("after", head("Amount after (yuan)"), width=15, number_format=AMOUNT, total=True),
    Column("difference", head("Difference (yuan)"), width=15, number_format=AMOUNT, total=True),
)


def _project(actor: User, pk: object) -> Project:
    """A project in the actor's reach, with the right. Raises Http404."""
    rows = Project.objects.visible_to(actor, "projects.see").select_related("region")
    found = rows.filter(pk=whole_number(str(pk or ""))).first()
    if found is None:
        raise Http404
    return found


def items_report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The items of a version (`scheme`), with what they come to. Raises Http404 outside the actor's area."""
    asked = Scheme.objects.filter(pk=whole_number(str(query.get("scheme") or ""))).first()
    project = _project(actor, asked.project_id if asked else "")
    scheme = next(row for row in schemes_of([project])[project.pk] if asked and row.pk == asked.pk)
    with official():
        numbers = estimate_of(scheme, size_of(entries_of(project)))
        title = _("%(project)s: scheme, version %(version)s") % {"project": project.name, "version": scheme.version}
        rows = [
            [
                *(
                    item.position,
                    class_of(item.kind),
                    str(WorkKind(item.kind).label),
                    item.catalogue_item.code if item.catalogue_item else "",
                ),
                *(item.name, place_of(item.work.community.name if item.work.community else "", item.work.building), item.quantity),
                *(
                    item.unit,
                    item.unit_price,
                    item.amount,
                    str(Side(item.intent).label) if item.intent else "",
                    item.starts_on,
                    item.ends_on,
                ),
            ]
            for item in scheme.items.all()
        ]
        came = "；".join(f"{label} {amount}" for label, amount in numbers["outputs"])
        return Report(
            title=title,
            columns=ITEM_COLUMNS,
            rows=rows,
            expected=len(rows),
            lines=[f"{project.code} · {scheme.drawn_on.isoformat()} · {made_line(at)}", *([came] if came else []), *numbers["warnings"]],
            total_label=_("Total"),
            synthetic=project.synthetic,
            sheet_name=_("Scheme"),
            file_name=f"{project.name} {_('Scheme')} {scheme.version}.xlsx",
            frozen_columns=5,
        )


def changes_report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Two versions (`from`, `to`) of a project's scheme, item by item. Raises Http404."""
    project = _project(actor, query.get("project"))
    versions = {scheme.version: scheme for scheme in schemes_of([project]).get(project.pk, [])}
    before, after = (versions.get(whole_number(str(query.get(name) or ""))) for name in ("from", "to"))
    if before is None or after is None:
        raise Http404
    with official():
        found = comparison(before, after)
        words = {"project": project.name, "before": before.version, "after": after.version}
        title = _("%(project)s: version %(after)s against version %(before)s") % words
        rows = [
            [
                *(row["class"], str(row["kind"]), row["name"], row["place"], row["word"]),
                "；".join(f"{field}：{old} → {new}" for field, old, new in row["fields"]),
                row["before"].amount if row["before"] else None,
                row["after"].amount if row["after"] else None,
                row["amount"],
            ]
            for row in found["rows"]
        ]
        return Report(
            title=title,
            columns=CHANGE_COLUMNS,
            rows=rows,
            expected=len(rows),
            lines=[f"{project.code} · {made_line(at)}", *found["reasons"]],
            total_label=_("Total"),
            synthetic=project.synthetic,
            sheet_name=_("Comparison"),
            file_name=f"{project.name} {before.version}-{after.version}.xlsx",
            frozen_columns=3,
        )


SCHEME_ITEMS = ListSheet(
    name="scheme",
    title=gettext_lazy("Scheme"),
    explanation=gettext_lazy("Every work item of a version with quantity, price, payer and days."),
    action="projects.see",
    report=items_report,
    asks=(),
    subject="scheme",
)
SCHEME_CHANGES = ListSheet(
    name="scheme-changes",
    title=gettext_lazy("Comparison of two versions"),
    explanation=gettext_lazy("What was added, removed and changed between two versions of a scheme."),
    action="projects.see",
    report=changes_report,
    asks=(),
    subject="project",
)
