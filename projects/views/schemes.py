"""The scheme of a project: entering a version, reading and comparing versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.display import percent
from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import STAGE_ORDER, WORK_CLASS, Condition, Stage, WorkClass, WorkKind
from projects.comparing import Difference, Line, Reason, differences, estimate, material_change
from projects.forms import SchemeForm, SchemeItemForm
from projects.models import Project, Scheme
from projects.operations import draw_scheme
from projects.operations.schemes import MOST_ITEMS
from projects.queries import lines_of, newest_scheme, schemes_of
from projects.views.shared import project_crumbs, project_or_404, put_errors

BLANK_ROWS = 12


def class_of(kind: str) -> str:
    """The class of a kind of work, in words."""
    return str(WORK_CLASS[kind].label) if kind in WORK_CLASS else ""


def may_draw(project: Project) -> bool:
    """Whether a new version can still be written."""
    return project.condition == Condition.ACTIVE and STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.COMPLETED]


def row_of(difference: Difference) -> dict[str, Any]:
    """One line of the comparison for the page."""
    line = difference.line
    words = {
        "added": _("added"),
        "removed": _("removed"),
        "changed": pgettext("work item", "changed"),
        "same": pgettext("work item", "unchanged"),
    }
    return {
        "state": difference.state,
        "word": words[difference.state],
        "name": line.name,
        "kind": WorkKind(line.kind).label,
        "class": class_of(line.kind),
        "before": difference.before,
        "after": difference.after,
    }


def reason_text(reason: Reason) -> str:
    """One reason for a new vote, as a sentence."""
    names = _(", ").join(reason.names)
    if reason.code == "added":
        return _("New in it: %(names)s.") % {"names": names}
    if reason.code == "dropped":
        return _("No longer in it: %(names)s.") % {"names": names}
    return _("It costs %(percent)s%% more.") % {"percent": percent(reason.after - reason.before, reason.before)}


class SchemePage(ActionView):
    """The versions of a project's scheme, one of them in full beside another."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        versions = schemes_of([project]).get(project.pk, [])
        by_number = {scheme.version: scheme for scheme in versions}
        shown = by_number.get(whole_number(request.GET.get("version", ""))) or (versions[-1] if versions else None)
        against = by_number.get(whole_number(request.GET.get("against", "")))
        if against is None and shown is not None:
            against = by_number.get(shown.version - 1)
        if against is shown:
            against = None
        context = {
            "project": project,
            "versions": [(scheme, estimate(lines_of(scheme))) for scheme in reversed(versions)],
            "shown": shown,
            "against": against,
            "may_draw": request.user.may("projects.edit", project.region.path) and may_draw(project),
            "crumbs": project_crumbs(request, project, _("Scheme")),
        }
        if shown:
            context |= self._content(shown, against)
        return render(request, "projects/schemes.html", context)

    def _content(self, shown: Scheme, against: Scheme | None) -> dict[str, Any]:
        after = lines_of(shown)
        before = lines_of(against) if against else after
        total = estimate(after)
        by_class = [(group.label, sum(line.amount for line in after if WORK_CLASS[line.kind] == group)) for group in WorkClass]
        rows = [row_of(difference) for difference in differences(before, after)]
        return {
            "rows": rows,
            "total": total,
            "total_before": estimate(before),
            "classes": by_class,
            "changes": {state: sum(row["state"] == state for row in rows) for state in ("added", "removed", "changed")},
            "reasons": [reason_text(reason) for reason in material_change(before, after)] if against else [],
        }


class SchemeDraw(ActionView):
    """Form: the next version, its work items as rows. Works without script: empty rows are left out."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        last = newest_scheme(project)
        initial: dict[str, Any] = {"drawn_on": timezone.localdate(), "title": _("Renovation scheme of %(name)s") % {"name": project.name}}
        lines: list[Line] = []
        if last:
            lines = lines_of(last)
            initial |= {name: getattr(last, name) for name in ("title", "summary", "household_share", "starts_on", "ends_on")}
        forms = [
            SchemeItemForm(prefix=f"item-{number}", initial=vars_of(lines[number]) if number < len(lines) else None)
            for number in range(min(MOST_ITEMS, max(BLANK_ROWS, len(lines) + 3)))
        ]
        return self._page(request, project, last, SchemeForm(initial=initial, first=last is None), forms)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        last = newest_scheme(project)
        form = SchemeForm(request.POST, first=last is None)
        number = sum(f"item-{place}-name" in request.POST for place in range(MOST_ITEMS))
        rows = [SchemeItemForm(request.POST, prefix=f"item-{place}") for place in range(number)]
        whole = [row.is_valid() for row in rows]
        if form.is_valid() and all(whole):
            items = [row.line for row in rows if row.line]
            try:
                scheme = draw_scheme(project=project, items=items, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
                if isinstance(error.details, dict) and "items" in error.details:
                    form.add_error(None, error.details["items"])
            else:
                messages.success(request, _("Version %(version)s of the scheme is recorded.") % {"version": scheme.version})
                return redirect("projects:schemes", pk=pk)
        elif not all(whole):
            form.add_error(None, _("Some rows of the work items are not complete: see the marked rows."))
        return self._page(request, project, last, form, rows, status=422)

    def _page(
        self, request: StaffRequest, project: Project, last: Scheme | None, form: SchemeForm, rows: list[SchemeItemForm], status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "rows": rows,
            "project": project,
            "version": last.version + 1 if last else 1,
            "open": may_draw(project),
            "crumbs": project_crumbs(request, project, _("New version of the scheme")),
        }
        return render(request, "projects/scheme_form.html", context, status=status)


def vars_of(line: Line) -> dict[str, Any]:
    """The item as a row's initial values."""
    return {"kind": line.kind, "name": line.name, "quantity": line.quantity.normalize(), "unit": line.unit, "amount": line.amount}
