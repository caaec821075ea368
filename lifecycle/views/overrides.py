"""Forms of a level above: let a gate of the next step be passed, and take that back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from lifecycle.findings import NAMES, Finding
from lifecycle.models import GateOverride
from lifecycle.operations import level_above, override_gate, take_back_override
from lifecycle.queries import findings_for
from lifecycle.rules import GATES
from lifecycle.screens import finding_for_page
from lifecycle.transitions import next_stage
from projects.choices import Stage
from projects.forms import ReasonForm
from projects.models import Project
from projects.views.shared import project_crumbs, project_or_404, put_errors


class OverrideGate(ActionView):
    """Let one gate of the next step be passed: the finding in full, the reason, and that it is published."""

    action = "gates.override"

    def get(self, request: StaffRequest, pk: int, gate: str) -> HttpResponse:
        project, stage, finding = self._asked(request, pk, gate)
        return self._page(request, project, stage, finding, ReasonForm())

    def post(self, request: StaffRequest, pk: int, gate: str) -> HttpResponse:
        project, stage, finding = self._asked(request, pk, gate)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                override_gate(
                    project=project, stage=request.POST.get("stage", ""), gate=gate, reason=form.cleaned_data["reason"],
                    actor=request.user, at=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("“%(gate)s” may be passed. Your name and reason are published.") % {"gate": NAMES[gate]})
                return redirect("projects:detail", pk=pk)
        return self._page(request, project, stage, finding, form, status=422)

    def _asked(self, request: StaffRequest, pk: int, gate: str) -> tuple[Project, Stage, Finding]:
        """The project, its next step and the gate's finding; 404 for a gate that the step does not ask."""
        project = project_or_404(request, pk, self.action)
        if level_above(request.user, project) is None:
            raise PermissionDenied
        stage = next_stage(project.stage)
        if stage is None or gate not in GATES[stage]:
            raise Http404
        found = findings_for(project, stage, timezone.localdate())
        return project, stage, next(finding for finding in found if finding.code == gate)

    def _page(
        self, request: StaffRequest, project: Project, stage: Stage, finding: Finding, form: ReasonForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "stage": stage,
            "finding": finding_for_page(finding),
            "passed": finding.passed,
            "crumbs": project_crumbs(request, project, _("Let a gate be passed")),
        }
        return render(request, "lifecycle/override.html", context, status=status)


class OverrideTakeBack(ActionView):
    """Take an override back before the step is taken."""

    action = "gates.override"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._row(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                take_back_override(override=row, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The override is taken back."))
                return redirect("projects:detail", pk=row.project_id)
        return self._page(request, row, form, status=422)

    def _row(self, request: StaffRequest, pk: int) -> GateOverride:
        rows = GateOverride.objects.visible_to(request.user).select_related("project__region")
        row: GateOverride = get_object_or_404(rows, pk=pk)
        if not request.user.may(self.action, row.project.region.path) or level_above(request.user, row.project) is None:
            raise PermissionDenied
        return row

    def _page(self, request: StaffRequest, row: GateOverride, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": row.project,
            "title": _("Take the override of “%(gate)s” back") % {"gate": NAMES.get(row.gate, row.gate)},
            "lead": _("Both stay in the history and on the public list."),
            "button": _("Take back"),
            "back": reverse("projects:detail", args=[row.project_id]),
            "crumbs": project_crumbs(request, row.project, _("Take the override back")),
        }
        return render(request, "projects/form.html", context, status=status)
