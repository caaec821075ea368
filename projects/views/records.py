"""The documents of a project: entering one, saying that one does not count."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from projects.choices import RECORD_SUBJECTS, TAKEN_OVER, RecordKind
from projects.forms import ReasonForm, RecordForm
from projects.models import Project, Record
from projects.operations import add_record, void_record
from projects.views.shared import project_crumbs, project_or_404, put_errors


class RecordAdd(ActionView):
    """Form: a dated document of a project; ?kind= and ?subject= choose what a gate asked for."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        kind, subject = request.GET.get("kind", ""), request.GET.get("subject", "")
        initial: dict[str, Any] = {"dated_on": timezone.localdate()}
        if kind in RecordKind.values and kind not in TAKEN_OVER:
            initial["kind"] = kind
            if kind in RECORD_SUBJECTS and subject in RECORD_SUBJECTS[kind].values:
                initial |= {"subject": subject, "party": RECORD_SUBJECTS[kind](subject).label}
        return self._page(request, project, RecordForm(initial=initial))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = RecordForm(request.POST)
        if form.is_valid():
            try:
                add_record(project=project, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The document is recorded."))
                return redirect(reverse("projects:detail", args=[pk]) + "#records")
        return self._page(request, project, form, status=422)

    def _page(self, request: StaffRequest, project: Project, form: RecordForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "crumbs": project_crumbs(request, project, _("Add a document")),
            "title": _("Add a document"),
            "button": _("Record the document"),
            "back": reverse("projects:detail", args=[project.pk]) + "#records",
        }
        return render(request, "projects/form.html", context, status=status)


class RecordVoid(ActionView):
    """Form: a document that does not count, with the reason."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._record(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        record = self._record(request, pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                void_record(record=record, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The document no longer counts."))
                return redirect(reverse("projects:detail", args=[record.project_id]) + "#records")
        return self._page(request, record, form, status=422)

    def _record(self, request: StaffRequest, pk: int) -> Record:
        rows = Record.objects.visible_to(request.user).select_related("project__region")
        record: Record = get_object_or_404(rows, pk=pk)
        if not request.user.may(self.action, record.project.region.path):
            raise PermissionDenied
        return record

    def _page(self, request: StaffRequest, record: Record, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": record.project,
            "crumbs": project_crumbs(request, record.project, _("Void a document")),
            "title": _("Void “%(document)s”") % {"document": record},
            "lead": _("It stays readable with your reason, but no gate counts it."),
            "button": _("Void"),
            "danger": True,
            "back": reverse("projects:detail", args=[record.project_id]) + "#records",
        }
        return render(request, "projects/form.html", context, status=status)
