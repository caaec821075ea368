"""The annual plan as the stair sees it: which projects keep it from being frozen, and what freezing or adjusting moves."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.views import StaffRequest
from lifecycle.operations import adjust_plan, freeze_plan
from lifecycle.queries import waiting_for_the_plan
from lifecycle.screens import finding_for_page
from lifecycle.views.doors import without_shut_doors
from projects.choices import PlanState
from projects.models import AnnualPlan, Entry
from projects.views import plans


class PlanPage(plans.PlanPage):
    """The plan's page, with what its projects still miss for "planned" while the plan is not frozen."""

    def more(self, plan: AnnualPlan) -> dict[str, Any]:
        """Adds `waiting`: (project, findings) of each that would keep the plan from being frozen."""
        if plan.state == PlanState.FROZEN:
            return {}
        waiting = waiting_for_the_plan(plan, timezone.localdate())
        user, path = self.request.user, plan.region.path
        pages = [(project, [finding_for_page(finding) for finding in found]) for project, found in waiting]
        return {"waiting": [(project, without_shut_doors(found, user, path)) for project, found in pages]}


class PlanFreeze(plans.PlanStep):
    """The province freezes a plan; its projects of the reserve reach "planned"."""

    action = "plans.freeze"

    def run(self, request: StaffRequest, plan: Any) -> None:
        freeze_plan(plan=plan, actor=request.user, at=timezone.now())

    def said(self) -> str:
        return _("The plan is frozen. It is the whole of every rate from today on.")


class PlanAdjust(plans.PlanAdjust):
    """Into or out of a frozen plan; a community put in takes its project along."""

    def run(self, request: StaffRequest, plan: AnnualPlan, row: Entry, data: dict[str, Any]) -> None:
        adjust_plan(plan=plan, entry=row, into=row.plan_id is None, actor=request.user, at=timezone.now(), **data)
