"""My jobs: the list, one job's page, its progress, its file. Only the owner sees a job; for everybody else it is not there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from spreadsheets import operations
from spreadsheets.choices import CHECK_STEPS, EXPORT_STEPS, IMPORTS, WRITE_STEPS
from spreadsheets.columns import Column
from spreadsheets.lists import LISTS
from spreadsheets.models import OPEN_STATES, Job, JobKind, JobState
from spreadsheets.problems import Problem
from spreadsheets.storage import path_of

PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_job(request: StaffRequest, key: uuid.UUID) -> Job:
    """The user's job; 404 for another's, as if it did not exist."""
    return get_object_or_404(Job, key=key, owner=request.user)


def title_of(job: Job) -> str:
    """What the job is about, in words."""
    form = IMPORTS.get(job.sheet) if job.kind == JobKind.IMPORT else LISTS.get(job.sheet)
    return str(form.title) if form else job.sheet


class JobList(ActionView):
    """Forms to fill in, lists to take home, and my jobs."""

    action = "exports.run"

    def get(self, request: StaffRequest) -> HttpResponse:
        jobs = Job.objects.filter(owner=request.user)
        page = cursor_page(jobs, order="-created_at", cursor=request.GET.get("cursor", ""), size=PAGE)
        imports = [form for form in IMPORTS.values() if request.user.may("imports.run") and request.user.may(form.action)]
        lists = [form for form in LISTS.values() if form.offered_to(request.user)]
        rows = [(job, title_of(job)) for job in page.rows]
        return render(request, "spreadsheets/list.html", {"page": page, "rows": rows, "imports": imports, "lists": lists})


class JobPage(ActionView):
    """Where one job stands: its progress, its problems, what it would change, its result."""

    action = "exports.run"

    def get(self, request: StaffRequest, key: uuid.UUID) -> HttpResponse:
        job = own_job(request, key)
        return render(request, "spreadsheets/job.html", page_context(job))


class ProgressFragment(ActionView):
    """What the page polls; once the job has moved on, the page is loaded anew."""

    action = "exports.run"

    def get(self, request: StaffRequest, key: uuid.UUID) -> HttpResponse:
        job = own_job(request, key)
        if not job.open:
            return HttpResponseClientRefresh() if request.htmx else redirect("spreadsheets:job", key=key)
        return render(request, "components/_progress.html", progress_context(job))


class Stop(ActionView):
    """Stop a job, or drop a checked import."""

    action = "exports.run"

    def post(self, request: StaffRequest, key: uuid.UUID) -> HttpResponse:
        job = operations.stop(actor=request.user, at=timezone.now(), job=own_job(request, key))
        messages.info(request, _("Stopping") if job.open else _("Stopped; nothing was changed"))
        return redirect("spreadsheets:job", key=key)


class JobFile(ActionView):
    """The marked copy of an import, or the list that was made."""

    action = "exports.run"

    def get(self, request: StaffRequest, key: uuid.UUID) -> HttpResponseBase:
        job = own_job(request, key)
        if not job.file_out or not path_of(job.file_out).is_file() or not still_in_reach(request.user, job):
            raise Http404(_("This file is no longer kept. Make it again."))
        return FileResponse(path_of(job.file_out).open("rb"), as_attachment=True, filename=download_name(job), content_type=XLSX)


def still_in_reach(user: Any, job: Job) -> bool:
    """Whether the list's region still lies in the user's area: posts end, files stay."""
    paths = job.params.get("scope", [])
    return all(user.scope.covers(path) for path in paths)


def download_name(job: Job) -> str:
    """The name under which the file is saved."""
    if job.kind == JobKind.EXPORT:
        return job.file_name
    stem = job.file_name.rsplit(".", 1)[0]
    return _("%(name)s (to correct).xlsx") % {"name": stem}


def progress_context(job: Job) -> dict[str, Any]:
    """What the progress partial needs."""
    steps = EXPORT_STEPS if job.kind == JobKind.EXPORT else WRITE_STEPS if job.state in ("confirmed", "writing") else CHECK_STEPS
    running = job.state in (JobState.RUNNING, JobState.WRITING) and job.step
    return {
        "id": "progress",
        "title": (_("Export: %(title)s") if job.kind == JobKind.EXPORT else _("Import: %(title)s")) % {"title": title_of(job)},
        "step": job.step,
        "steps": (len(steps) - (steps is CHECK_STEPS and not job.problem_count)) if running else 0,
        "step_name": steps[min(job.step, len(steps)) - 1] if running else "",
        "done": job.done_count,
        "total": job.total_count,
        "problems": job.problem_count,
        "seconds_left": job.seconds_left,
        "poll_url": reverse("spreadsheets:progress", args=[job.key]),
        "stop_url": reverse("spreadsheets:stop", args=[job.key]),
        "state": "running",
        "message": _("Stopping") if job.stop_wanted else "",
    }


def page_context(job: Job) -> dict[str, Any]:
    """Everything the job's page shows."""
    form = IMPORTS.get(job.sheet) if job.kind == JobKind.IMPORT else None
    context: dict[str, Any] = {"job": job, "title": title_of(job), "form": form, "summary": job.summary, "kept": bool(job.file_out)}
    if job.state in OPEN_STATES:
        context["progress"] = progress_context(job)
    if job.state == JobState.FAULTY and form:
        columns = {column.key: column for column in form.columns}
        letters = job.summary.get("letters", {})
        context["problems"] = [_line(item, columns, letters) for item in job.summary.get("problems", [])]
    return context


def _line(item: list[Any], columns: dict[str, Column], letters: dict[str, str]) -> dict[str, Any]:
    problem = Problem(*item)
    where = f"{letters[problem.key]}{problem.row}" if problem.key in letters else ""
    return {"row": problem.row, "column": columns[problem.key].header, "cell": where, "what": problem.what, "mend": problem.mend}
