"""The project's own page, and the forms that move it."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from communities.models import Community
from lifecycle.forms import ConditionForm, ProjectForm, StepForm, SuspendForm
from lifecycle.models import StageChange
from lifecycle.operations import enter_reserve, level_above, reach_stage, resume, suspend, take_back, withdraw
from lifecycle.queries import findings_for, standing_changes
from lifecycle.screens import finding_for_page, project_screen
from lifecycle.sheets import aftercare_of
from lifecycle.transitions import next_stage
from lifecycle.views.doors import without_shut_doors
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.forms import ReasonForm
from projects.models import Project
from projects.views.shared import crumbs, project_crumbs, project_or_404, put_errors
from projects.views.works import free_communities
from regions.models import Region


class ProjectPage(ActionView):
    """Everything known of a project: the stair, the next step, its communities, contracts, photos, progress, history."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        context = project_screen(project, timezone.localdate())
        path = project.region.path
        context |= {
            "crumbs": project_crumbs(request, project),
            "may_edit": request.user.may("projects.edit", path),
            "may_move": request.user.may("stages.move", path),
            "may_enter": request.user.may("progress.enter", path),
            "aftercare": aftercare_of(project, context["case"].reading, request.user, timezone.localdate()),
            "may_override": level_above(request.user, project) is not None,
        }
        if context["may_override"] and project.condition == Condition.ACTIVE:
            for finding in context["findings"]:
                if finding["state"] == "fail":
                    finding["override_url"] = reverse("projects:override", args=[pk, finding["code"]])
        aftercare = context["aftercare"]
        if aftercare and aftercare["reading"] and request.user.may("acceptance.see", path):
            context["steps"][STAGE_ORDER[Stage.ACCEPTED]]["url"] = reverse("projects:sheet", args=[aftercare["reading"].sheet.pk])
        without_shut_doors(context["findings"], request.user, path)
        return render(request, "lifecycle/project.html", context)


class ProjectCreate(ActionView):
    """Form: a new project for the reserve library, of eligible communities of one county."""

    action = "projects.edit"

    def get(self, request: StaffRequest) -> HttpResponse:
        return self._page(request, None)

    def post(self, request: StaffRequest) -> HttpResponse:
        county = self._county(request)
        form = self._form(request, county, request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                project = enter_reserve(
                    name=data["name"], county=county, communities=list(data["communities"]), actor=request.user, at=timezone.now()
                )
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The project is in the reserve library."))
                return redirect("projects:detail", pk=project.pk)
        return self._page(request, form, status=422)

    def _county(self, request: StaffRequest) -> Region:
        own = Region.objects.filter(request.user.scope_for(self.action).q("path")).counties()
        code = request.GET.get("region")
        county = own.filter(code=code).first() if code else own.first()
        if county is None:
            raise PermissionDenied
        return county

    def _form(self, request: StaffRequest, county: Region, *args: Any) -> ProjectForm:
        return ProjectForm(*args, communities=Community.objects.current().within(county))

    def _page(self, request: StaffRequest, form: ProjectForm | None, status: int = 200) -> HttpResponse:
        county = self._county(request)
        words = request.GET.get("q", "").strip()
        context = {
            "form": form or self._form(request, county),
            "chosen": set(form.data.getlist("communities")) if form else set(request.GET.getlist("community")),
            "county": county,
            "q": words,
            "found": free_communities(county, words),
            "crumbs": crumbs(request, county, (_("New project"), "")),
        }
        return render(request, "lifecycle/project_create.html", context, status=status)


class StageMove(ActionView):
    """The next step: day, what the gates find on that day, confirmation."""

    action = "stages.move"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        day = self._day(request.GET.get("happened_on", "")) or timezone.localdate()
        return self._page(request, project, StepForm(initial={"happened_on": day}), day)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        if "check" in request.POST:
            day = self._day(request.POST.get("happened_on", "")) or timezone.localdate()
            return self._page(request, project, StepForm(initial={"happened_on": day}), day)
        form = StepForm(request.POST)
        stage = request.POST.get("stage", "")
        if form.is_valid() and stage in Stage.values:
            day = form.cleaned_data["happened_on"]
            try:
                reach_stage(project=project, stage=stage, happened_on=day, actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error) if not isinstance(error.details, list) else form.add_error(None, str(error.message))
            else:
                messages.success(request, _("“%(stage)s” is recorded for %(day)s.") % {"stage": Stage(stage).label, "day": day.isoformat()})
                return redirect("projects:detail", pk=pk)
            project.refresh_from_db()
        return self._page(request, project, form, form.cleaned_data.get("happened_on") or timezone.localdate(), status=422)

    def _day(self, text: str) -> datetime.date | None:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    def _page(self, request: StaffRequest, project: Project, form: StepForm, day: datetime.date, status: int = 200) -> HttpResponse:
        stage = next_stage(project.stage)
        found = findings_for(project, stage, day) if stage else []
        context = {
            "form": form,
            "project": project,
            "stage": stage,
            "day": day,
            "findings": without_shut_doors([finding_for_page(finding) for finding in found], request.user, project.region.path),
            "missing": sum(not finding.passed for finding in found),
            "crumbs": project_crumbs(request, project, _("Next step")),
        }
        return render(request, "lifecycle/stage_move.html", context, status=status)


class TakeBack(ActionView):
    """The newest step back, with a reason."""

    action = "stages.move"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        return self._page(request, project, ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = ReasonForm(request.POST)
        if form.is_valid():
            change = get_object_or_404(StageChange.objects.filter(project=project), pk=whole_number(request.POST.get("change", "")))
            try:
                take_back(change=change, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The step is taken back."))
                return redirect("projects:detail", pk=pk)
        return self._page(request, project, form, status=422)

    def _page(self, request: StaffRequest, project: Project, form: ReasonForm, status: int = 200) -> HttpResponse:
        change = standing_changes(project).last()
        label = change.get_stage_display() if change else project.get_stage_display()
        context = {
            "form": form,
            "project": project,
            "change": change,
            "title": _("Take “%(stage)s” back") % {"stage": label},
            "lead": _("The step stays in the history with your reason; the figures follow at once."),
            "button": _("Take back"),
            "back": reverse("projects:detail", args=[project.pk]),
            "crumbs": project_crumbs(request, project, _("Take a step back")),
        }
        return render(request, "projects/form.html", context, status=status)


class ChangeCondition(ActionView):
    """Suspend, resume or withdraw: named in the address."""

    action = "stages.move"
    operations = {"suspend": suspend, "resume": resume, "withdraw": withdraw}
    forms = {"suspend": SuspendForm, "resume": ConditionForm, "withdraw": ConditionForm}

    def get(self, request: StaffRequest, pk: int, way: str) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        return self._page(request, project, way, self.forms[way](initial={"happened_on": timezone.localdate()}))

    def post(self, request: StaffRequest, pk: int, way: str) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = self.forms[way](request.POST)
        if form.is_valid():
            try:
                self.operations[way](project=project, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Recorded."))
                return redirect("projects:detail", pk=pk)
        return self._page(request, project, way, form, status=422)

    def _page(self, request: StaffRequest, project: Project, way: str, form: ConditionForm, status: int = 200) -> HttpResponse:
        titles = {"suspend": _("Suspend the project"), "resume": _("Resume the project"), "withdraw": _("Withdraw the project")}
        leads = {
            "suspend": _("The project keeps its stage and its place in the plan."),
            "resume": _("The project goes on from where it stood."),
            "withdraw": _("The project is given up for good and leaves the figures on that day. This cannot be taken back."),
        }
        context = {
            "form": form,
            "project": project,
            "title": titles[way],
            "lead": leads[way],
            "button": titles[way],
            "danger": way == "withdraw",
            "back": reverse("projects:detail", args=[project.pk]),
            "crumbs": project_crumbs(request, project, titles[way]),
        }
        return render(request, "projects/form.html", context, status=status)
