"""The annual plans: the year's list, one plan, and the steps of its climb."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed
from common.paging import cursor_page
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import PlanState
from projects.forms import AdjustIntoPlanForm, AdjustPlanForm, PutInPlanForm, ReasonForm
from projects.models import AnnualPlan, Entry
from projects.operations import confirm_plan, draft_plan, put_in_plan, return_plan, submit_plan, take_from_plan
from projects.queries import plans_of_year, reserve_entries
from projects.views.shared import crumbs, plan_or_404, put_errors
from regions.models import Region


def year_of(request: StaffRequest) -> int:
    """?year=, this year by default."""
    year = whole_number(request.GET.get("year", "") or request.POST.get("year", ""))
    return year if 2018 <= year <= 2100 else timezone.localdate().year


class PlanList(ActionView):
    """The plans of a year, county by county, with their state."""

    action = "projects.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        year, state = year_of(request), request.GET.get("state", "")
        plans = list(plans_of_year(request.user, year))
        counts = {value: sum(plan.state == value for plan in plans) for value in PlanState.values}
        shown = [plan for plan in plans if plan.state == state] if state in PlanState.values else plans
        context = {
            "plans": shown,
            "year": year,
            "years": range(timezone.localdate().year + 1, 2017, -1),
            "segments": [{"label": _("All"), "url": f"?year={year}", "current": state not in PlanState.values, "count": len(plans)}]
            + [
                {"label": label, "url": f"?year={year}&state={value}", "current": state == value, "count": counts[value]}
                for value, label in PlanState.choices
            ],
            "state": PlanState(state).label if state in PlanState.values else "",
            "frozen": counts[PlanState.FROZEN],
            "all": len(plans),
            "counties": Region.objects.visible_to(request.user).counties().count(),
            "community_total": sum(plan.community_total for plan in shown),
            "household_total": sum(plan.household_total for plan in shown),
            "amount_total": sum(plan.amount_total for plan in shown),
            "synthetic": any(plan.synthetic for plan in plans),
            "draft_counties": self._without_plan(request, plans),
            "crumbs": crumbs(request, request.user.region, (_("Annual plans"), "")) if request.user.region else [],
        }
        return render(request, "projects/plan_list.html", context)

    def _without_plan(self, request: StaffRequest, plans: list[AnnualPlan]) -> list[Region]:
        """Counties for which this user can open a plan."""
        if not request.user.may("plans.draft"):
            return []
        own = Region.objects.filter(request.user.scope_for("plans.draft").q("path")).counties()
        return list(own.exclude(pk__in=[plan.region_id for plan in plans]))


class PlanDraft(ActionView):
    """Open a county's plan of a year."""

    action = "plans.draft"

    def post(self, request: StaffRequest) -> HttpResponse:
        county = get_object_or_404(Region.objects.visible_to(request.user).counties(), code=request.POST.get("region", ""))
        plan = draft_plan(county=county, year=year_of(request), actor=request.user, at=timezone.now())
        return redirect("projects:plan", pk=plan.pk)


class PlanPage(ActionView):
    """One county's plan: what stands in it, what may enter it, and the next step of its climb."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        plan = plan_or_404(request, pk, self.action)
        user, path = request.user, plan.region.path
        entries = plan.entries.select_related("project", "community").annotate(pinyin=F("community__pinyin"))
        page = cursor_page(entries, order="pinyin", cursor=request.GET.get("cursor", ""), size=100)
        standing = plans_of_year(user, plan.year).get(pk=plan.pk)
        drafts = plan.state == PlanState.DRAFT and user.may("plans.draft", path)
        adjusts = plan.state == PlanState.FROZEN and user.may("plans.freeze", path)
        context = {
            "plan": plan,
            "totals": standing,
            "page": page,
            "reserve": list(reserve_entries(plan)[:200]) if drafts or adjusts else [],
            "drafts": drafts,
            "adjusts": adjusts,
            "confirms": plan.state == PlanState.SUBMITTED and user.may("plans.confirm", path),
            "freezes": plan.state == PlanState.CONFIRMED and user.may("plans.freeze", path),
            "steps": self._steps(plan),
            "return_form": ReasonForm(),
            "crumbs": crumbs(request, plan.region, (_("Plan of %(year)s") % {"year": plan.year}, "")),
        }
        return render(request, "projects/plan.html", context | self.more(plan))

    def more(self, plan: AnnualPlan) -> dict[str, Any]:
        """What the floor above adds to the page."""
        return {}

    def _steps(self, plan: AnnualPlan) -> list[dict[str, Any]]:
        """The climb as a stair of four."""
        order = PlanState.values
        now = order.index(plan.state)
        days = [None, plan.submitted_at, plan.confirmed_at, plan.frozen_at]
        words = [_("county"), _("county"), _("city"), _("province")]
        return [
            {
                "name": label,
                "state": "done" if number < now else "now" if number == now else "next" if number == now + 1 else "later",
                "when": timezone.localtime(days[number]).date().isoformat() if days[number] and number <= now else words[number],
            }
            for number, (_value, label) in enumerate(PlanState.choices)
        ]


class PlanStep(ActionView):
    """One step of the climb: posted, then back to the plan."""

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Refusals come back as a message on the plan's page."""
        plan = plan_or_404(request, pk, self.action)
        try:
            self.run(request, plan)
        except NotAllowed:
            raise
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, self.said())
        return redirect("projects:plan", pk=pk)

    def run(self, request: StaffRequest, plan: AnnualPlan) -> None:
        """Call the operation."""
        raise NotImplementedError

    def said(self) -> str:
        """What the toast says."""
        raise NotImplementedError


class PlanSubmit(PlanStep):
    """County → city."""

    action = "plans.draft"

    def run(self, request: StaffRequest, plan: AnnualPlan) -> None:
        submit_plan(plan=plan, actor=request.user, at=timezone.now())

    def said(self) -> str:
        return _("The plan is with the city.")


class PlanConfirm(PlanStep):
    """City → province."""

    action = "plans.confirm"

    def run(self, request: StaffRequest, plan: AnnualPlan) -> None:
        confirm_plan(plan=plan, actor=request.user, at=timezone.now())

    def said(self) -> str:
        return _("The plan is confirmed and with the province.")


class PlanReturn(PlanStep):
    """Back to the county, by the city or the province: the operation asks which right is needed."""

    action = "projects.see"

    def run(self, request: StaffRequest, plan: AnnualPlan) -> None:
        return_plan(plan=plan, reason=request.POST.get("reason", ""), actor=request.user, at=timezone.now())

    def said(self) -> str:
        return _("The plan is back with the county.")


def _entry_or_404(request: StaffRequest, plan: AnnualPlan, pk: int) -> Entry:
    rows = Entry.objects.visible_to(request.user).select_related("project__region", "community")
    entry = get_object_or_404(rows, pk=pk)
    if entry.project.region_id != plan.region_id:
        raise Http404
    return entry


class EntryFormPage(ActionView):
    """A form about one community of a plan."""

    def get(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        plan = plan_or_404(request, pk, self.action)
        row = _entry_or_404(request, plan, entry)
        return self.page(request, plan, row, self.form(plan, row))

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        plan = plan_or_404(request, pk, self.action)
        row = _entry_or_404(request, plan, entry)
        form = self.form(plan, row, request.POST)
        if form.is_valid():
            try:
                self.run(request, plan, row, form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The plan is changed: %(name)s.") % {"name": row.community.name})
                return redirect("projects:plan", pk=pk)
        return self.page(request, plan, row, form, status=422)

    def page(self, request: StaffRequest, plan: AnnualPlan, row: Entry, form: Any, status: int = 200) -> HttpResponse:
        """The form with the community's facts."""
        here = _("Plan of %(year)s") % {"year": plan.year}
        title = self.title(row)
        context = {
            "form": form,
            "entry": row,
            "title": title,
            "button": _("Save"),
            "back": reverse("projects:plan", args=[plan.pk]),
            "crumbs": crumbs(request, plan.region, (here, reverse("projects:plan", args=[plan.pk])), (row.community.name, "")),
        }
        return render(request, "projects/form.html", context, status=status)

    def form(self, plan: AnnualPlan, row: Entry, *args: Any) -> Any:
        raise NotImplementedError

    def title(self, row: Entry) -> str:
        raise NotImplementedError

    def run(self, request: StaffRequest, plan: AnnualPlan, row: Entry, data: dict[str, Any]) -> None:
        raise NotImplementedError


class PlanPut(EntryFormPage):
    """Into the draft, or other figures there."""

    action = "plans.draft"

    def form(self, plan: AnnualPlan, row: Entry, *args: Any) -> PutInPlanForm:
        usual = {"planned_start_on": datetime.date(plan.year, 5, 1), "planned_completion_on": datetime.date(plan.year, 10, 31)}
        own = {key: getattr(row, key) for key in (*usual, "planned_amount") if getattr(row, key)}
        return PutInPlanForm(*args, initial=usual | own)

    def title(self, row: Entry) -> str:
        return _("%(name)s in the plan") % {"name": row.community.name}

    def run(self, request: StaffRequest, plan: AnnualPlan, row: Entry, data: dict[str, Any]) -> None:
        put_in_plan(plan=plan, entry=row, actor=request.user, at=timezone.now(), **data)


class PlanTake(ActionView):
    """Out of the draft, back into the reserve."""

    action = "plans.draft"

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        plan = plan_or_404(request, pk, self.action)
        row = _entry_or_404(request, plan, entry)
        try:
            take_from_plan(entry=row, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(name)s is back in the reserve.") % {"name": row.community.name})
        return redirect("projects:plan", pk=pk)


class PlanAdjust(EntryFormPage):
    """Into or out of a frozen plan: the province, with a reason and a day. What it moves stands one floor higher (`run`)."""

    action = "plans.freeze"

    def form(self, plan: AnnualPlan, row: Entry, *args: Any) -> AdjustPlanForm:
        initial = {"on": timezone.localdate()}
        return AdjustPlanForm(*args, initial=initial) if row.plan_id else AdjustIntoPlanForm(*args, initial=initial)

    def title(self, row: Entry) -> str:
        words = _("Take %(name)s out of the frozen plan") if row.plan_id else _("Put %(name)s into the frozen plan")
        return words % {"name": row.community.name}
