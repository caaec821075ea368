"""Progress of a project's works at the desk: the table, the grid to enter it, the history of one work."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from lifecycle.progress import WorkLine, works_as_of
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.forms import ReasonForm
from projects.models import Photo, Project, Work, WorkProgress
from projects.operations import WorkRow, report_works, void_work_progress
from projects.site_forms import AsOfForm, WorkRowForm
from projects.views.shared import project_crumbs, project_or_404, put_errors

SILENT_DAYS = 15  # DOMAIN.md section 8: no progress for 15 / 30 days


def day_of(data: QueryDict) -> datetime.date:
    """?on=2021-06-18; today for anything else, and never later than today."""
    today = timezone.localdate()
    try:
        return min(datetime.date.fromisoformat(data.get("on", "")), today)
    except ValueError:
        return today


def fits(line: WorkLine, data: QueryDict) -> bool:
    """Words, community and state of the page's filters."""
    work, state, community = line.item.work, data.get("state", ""), whole_number(data.get("community", ""))
    words = f"{line.item.name} {work.building} {work.community.name if work.community else ''}".lower()
    if not all(word in words for word in data.get("q", "").lower().split()):
        return False
    if community and work.community_id not in (None, community):
        return False
    if state == "behind":
        return bool(line.lag)
    if state == "silent":
        return line.silent is not None and line.silent >= SILENT_DAYS
    return state not in ("waiting", "running", "done") or line.state == state


def may_report(project: Project) -> bool:
    """Whether its works are reported on: started, not accepted, not at rest."""
    order = STAGE_ORDER[project.stage]
    return project.condition == Condition.ACTIVE and STAGE_ORDER[Stage.STARTED] <= order < STAGE_ORDER[Stage.ACCEPTED]


class ProgressPage(ActionView):
    """The works of a project as of a day, beside what the monthly reports say; suspensions; filters, print, Excel."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        path, day = project.region.path, day_of(request.GET)
        works = works_as_of(project, day)
        lines = [line for line in works.lines if fits(line, request.GET)]
        context = {
            "project": project,
            "works": works,
            "lines": lines,
            "day": day,
            "today": timezone.localdate(),
            "silent_days": SILENT_DAYS,
            "resting": works.rests[0] if project.condition == Condition.SUSPENDED and works.rests else None,
            "states": [
                ("waiting", _("Not begun")), ("running", _("Going on")), ("done", _("Done")), ("behind", _("Behind the calendar")),
                ("silent", _("No report for %(days)s days") % {"days": SILENT_DAYS}),
            ],
            "filtered": any(request.GET.get(key) for key in ("q", "community", "state")),
            "may_enter": request.user.may("progress.enter", path) and may_report(project),
            "may_move": request.user.may("stages.move", path),
            "started": STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.STARTED],
            "crumbs": project_crumbs(request, project, _("Progress of the works")),
        }  # fmt: skip
        return render(request, "lifecycle/works_progress.html", context)


class ProgressEnter(ActionView):
    """The desk grid: all works of a project at once, stored together or not at all."""

    action = "progress.enter"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, project_or_404(request, pk, self.action), {}, {})

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """What differs from what the page showed is stored; a refusal stands at its row, and nothing is stored."""
        project = project_or_404(request, pk, self.action)
        as_of, forms, rows = AsOfForm(request.POST), {}, []
        works = works_as_of(project, timezone.localdate())
        errors: dict[str, Any] = {} if as_of.is_valid() else {"reported_on": as_of.errors["reported_on"][0]}
        for line in works.lines:
            form = forms[line.item.work_id] = WorkRowForm(request.POST, prefix=str(line.item.work_id))
            if not form.is_valid():
                errors |= {f"{line.item.work_id}-{name}": texts[0] for name, texts in form.errors.items()}
            elif form.says_something and _changed(form, line):
                rows.append(WorkRow(line.item.work, **(form.values | {"client_key": form.values["client_key"] or uuid.uuid4()})))
        if rows and not errors:
            try:
                stored = report_works(
                    project=project, rows=rows, actor=request.user, at=timezone.now(), reported_on=as_of.cleaned_data["reported_on"]
                )
            except DomainError as error:
                errors = _at_rows(error, rows)
            else:
                messages.success(request, _("%(count)s works are saved.") % {"count": len(stored)})
                return redirect("projects:work-progress", pk=pk)
        elif not errors:
            errors[""] = _("Nothing was changed.")
        return self._page(request, project, errors, forms, status=422)

    def _page(
        self, request: StaffRequest, project: Project, errors: dict[str, Any], forms: dict[int, WorkRowForm], status: int = 200
    ) -> HttpResponse:  # fmt: skip
        today = timezone.localdate()
        rows = []
        for line in works_as_of(project, today).lines:
            own = {name.split("-", 1)[1]: text for name, text in errors.items() if name.startswith(f"{line.item.work_id}-")}
            rows.append({"line": line, "typed": _typed(line, forms.get(line.item.work_id)), "errors": own, "key": uuid.uuid4()})
        context = {
            "project": project, "rows": rows, "today": today, "may_report": may_report(project),
            "reported_on": request.POST.get("reported_on"),
            "errors": [text for name, text in errors.items() if not name.split("-")[0].isdigit()],
            "wrong": sum(bool(row["errors"]) for row in rows),
            "crumbs": project_crumbs(request, project, _("Enter progress of the works")),
        }  # fmt: skip
        return render(request, "lifecycle/works_enter.html", context, status=status)


def _at_rows(error: DomainError, rows: list[WorkRow]) -> dict[str, Any]:
    """The sentences of an operation, each at its row."""
    details = error.details if isinstance(error.details, dict) and error.details else {"": str(error.message)}
    if len(rows) == 1:
        return {name if name in ("", "reported_on") else f"{rows[0].work.pk}-{name}": text for name, text in details.items()}
    return details


def _typed(line: WorkLine, form: WorkRowForm | None) -> dict[str, Any]:
    """What the row's fields hold: as typed, else as it stands."""
    names = ("percent", "quantity", "started_on", "completed_on", "note")
    if form:
        return {name: form.data.get(f"{form.prefix}-{name}", "") for name in names}
    row = line.row
    if row is None:
        return dict.fromkeys(names, "")
    quantity = "" if row.quantity is None else f"{row.quantity.normalize():f}"
    days = {name: getattr(row, name).isoformat() if getattr(row, name) else "" for name in ("started_on", "completed_on")}
    return {"percent": row.percent, "quantity": quantity, "note": ""} | days


def _changed(form: WorkRowForm, line: WorkLine) -> bool:
    """Whether the row says anything else than what stands."""
    said = form.values
    row = line.row
    if row is None or said["note"]:
        return True
    return any(
        said[name] is not None and said[name] != getattr(row, name) for name in ("percent", "quantity", "started_on", "completed_on")
    )


def work_or_404(request: StaffRequest, pk: int) -> Work:
    """A work in the user's reach."""
    return get_object_or_404(Work.objects.visible_to(request.user).select_related("project__region", "community"), pk=pk)


class WorkHistory(ActionView):
    """Everything that was reported of one work, newest first; what does not count stays readable."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        work = work_or_404(request, pk)
        project = work.project
        rows = list(WorkProgress.objects.filter(work=work).select_related("recorded_by").order_by("-reported_on", "-pk"))
        voided = {row.voids_id: row for row in rows if row.voids_id}
        context = {
            "work": work,
            "project": project,
            "rows": [(row, voided.get(row.pk)) for row in rows if not row.voids_id],
            "items": list(work.items.select_related("scheme").order_by("-scheme__version")),
            "photos": list(Photo.objects.filter(work=work)[:24]),
            "may_void": request.user.may("progress.enter", project.region.path) and may_report(project) and project.stage == Stage.STARTED,
            "crumbs": [
                *project_crumbs(request, project, _("Progress of the works"))[:-1],
                (_("Progress of the works"), reverse("projects:work-progress", args=[project.pk])),
                (work.name, ""),
            ],
        }
        return render(request, "lifecycle/work_history.html", context)


class WorkVoid(ActionView):
    """Say that a report of a work does not count, with a reason."""

    action = "progress.enter"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._row(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        row, form = self._row(request, pk), ReasonForm(request.POST)
        if form.is_valid():
            try:
                void_work_progress(row=row, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The report no longer counts."))
                return redirect("projects:work-history", pk=row.work_id)
        return self._page(request, row, form, status=422)

    def _row(self, request: StaffRequest, pk: int) -> WorkProgress:
        rows = WorkProgress.objects.visible_to(request.user).select_related("work__project__region")
        row = get_object_or_404(rows, pk=pk)
        project_or_404(request, row.work.project_id, self.action)
        return row

    def _page(self, request: StaffRequest, row: WorkProgress, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": row.work.project,
            "title": _("The report of %(day)s does not count") % {"day": row.reported_on.isoformat()},
            "lead": _("It stays in the history with your reason; the report before it stands again."),
            "button": _("Let it not count"),
            "back": reverse("projects:work-history", args=[row.work_id]),
            "crumbs": project_crumbs(request, row.work.project, row.work.name),
        }
        return render(request, "projects/form.html", context, status=status)
