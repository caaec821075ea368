"""The annual plan's climb: drafted and submitted by the county, confirmed by the city, frozen by the province."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput, given_reason
from projects.choices import STAGE_ORDER, Condition, PlanState, Stage
from projects.models import AnnualPlan, Entry
from projects.operations.figures import figures_changed
from projects.operations.works import NotEligible, is_eligible
from regions.choices import Level
from regions.models import Region


class PlanMoved(DomainError):
    """The plan is not in the state that this step needs: usually somebody else was faster."""

    code = "plan_moved"


def _locked(plan: AnnualPlan) -> AnnualPlan:
    return AnnualPlan.objects.select_related("region").select_for_update(of=("self",)).get(pk=plan.pk)


def _locked_entry(entry: Entry) -> Entry:
    return Entry.objects.select_related("project__region", "community").select_for_update(of=("self",)).get(pk=entry.pk)


def _require_state(plan: AnnualPlan, state: PlanState) -> None:
    if plan.state != state:
        raise PlanMoved(
            _("The plan is now “%(now)s”; this step needs “%(needed)s”. Load the page again.")
            % {"now": plan.get_state_display(), "needed": state.label}
        )


@transaction.atomic
def draft_plan(*, county: Region, year: int, actor: User, at: datetime.datetime) -> AnnualPlan:
    """Open the county's plan of a year; the one that exists is returned."""
    actor.require("plans.draft", county.path)
    if county.level != Level.COUNTY:
        raise InvalidInput(_("A plan belongs to a county-level unit."))
    this_year = timezone.localdate(at).year
    if not 2018 <= year <= this_year + 2:
        raise InvalidInput(_("Choose a year from 2018 to %(last)s.") % {"last": this_year + 2})
    return AnnualPlan.objects.get_or_create(region=county, year=year)[0]


def _check_planned(
    year: int, planned_amount: Decimal, planned_start_on: datetime.date, planned_completion_on: datetime.date
) -> dict[str, str]:
    errors = {}
    if planned_amount <= 0:
        errors["planned_amount"] = _("The planned investment must be more than 0.")
    if planned_completion_on < planned_start_on:
        errors["planned_completion_on"] = _("Completion lies before the start.")
    elif planned_completion_on.year != year:
        errors["planned_completion_on"] = _("What enters the plan of %(year)s is completed in %(year)s.") % {"year": year}
    return errors


def _put(
    plan: AnnualPlan,
    entry: Entry,
    planned_amount: Decimal,
    planned_start_on: datetime.date,
    planned_completion_on: datetime.date,
    entered_on: datetime.date,
) -> Entry:
    """Write the entry into the plan with today's registry counts. The unique constraint decides between two clerks."""
    errors = _check_planned(plan.year, planned_amount, planned_start_on, planned_completion_on)
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    if entry.project.region_id != plan.region_id:
        raise InvalidInput(_("The project belongs to another county."))
    if entry.project.condition != Condition.ACTIVE or STAGE_ORDER[entry.project.stage] > STAGE_ORDER[Stage.PLANNED]:
        raise PlanMoved(_("Only a project of the reserve library can enter a plan."))
    if entry.plan_id and entry.plan_id != plan.pk:
        raise PlanMoved(_("This community already stands in the plan of %(year)s.") % {"year": entry.year})
    if entry.removed_on:
        raise PlanMoved(_("This community was taken out of a frozen plan. Open a new project for it."))
    if not is_eligible(entry.community):
        raise NotEligible(_("%(name)s is not eligible. Its page in the register gives the reason.") % {"name": entry.community.name})
    entry.plan, entry.year, entry.entered_on = plan, plan.year, entered_on
    entry.household_count, entry.floor_area = entry.community.household_count, entry.community.floor_area
    entry.planned_amount, entry.planned_start_on, entry.planned_completion_on = planned_amount, planned_start_on, planned_completion_on
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        raise PlanMoved(
            _("%(name)s already stands in the plan of %(year)s with another project.") % {"name": entry.community.name, "year": plan.year}
        ) from error
    return entry


@transaction.atomic
def put_in_plan(
    *,
    plan: AnnualPlan,
    entry: Entry,
    planned_amount: Decimal,
    planned_start_on: datetime.date,
    planned_completion_on: datetime.date,
    actor: User,
    at: datetime.datetime,
) -> Entry:
    """Put a community of the reserve library into a draft plan, or change its figures there; amount in yuan.

    Raises PlanMoved when the plan is no draft any more or the community stands in the year's plan with another project.
    """
    plan, entry = _locked(plan), _locked_entry(entry)
    actor.require("plans.draft", plan.region.path)
    _require_state(plan, PlanState.DRAFT)
    return _put(plan, entry, planned_amount, planned_start_on, planned_completion_on, timezone.localdate(at))


@transaction.atomic
def take_from_plan(*, entry: Entry, actor: User, at: datetime.datetime) -> Entry:
    """Put a community back into the reserve, from a draft plan."""
    entry = _locked_entry(entry)
    if entry.plan is None:
        raise PlanMoved(_("This community stands in no plan."))
    plan = _locked(entry.plan)
    actor.require("plans.draft", plan.region.path)
    _require_state(plan, PlanState.DRAFT)
    entry.plan = entry.year = entry.entered_on = None
    entry.save()
    return entry


@transaction.atomic
def submit_plan(*, plan: AnnualPlan, actor: User, at: datetime.datetime) -> AnnualPlan:
    """The county sends its draft to the city. Every community in it must still be eligible."""
    plan = _locked(plan)
    actor.require("plans.draft", plan.region.path)
    _require_state(plan, PlanState.DRAFT)
    entries = list(plan.entries.in_plan().select_related("community"))
    if not entries:
        raise PlanMoved(_("The plan is empty. Add communities from the reserve library first."))
    bad = [entry.community.name for entry in entries if not is_eligible(entry.community)]
    if bad:
        raise NotEligible(
            _("Not eligible any more: %(names)s. Take them out of the plan.") % {"names": "、".join(bad[:5])}, details={"names": bad}
        )
    plan.state, plan.submitted_at, plan.submitted_by, plan.returned_reason = PlanState.SUBMITTED, at, actor, ""
    plan.save()
    return plan


@transaction.atomic
def confirm_plan(*, plan: AnnualPlan, actor: User, at: datetime.datetime) -> AnnualPlan:
    """The city confirms a submitted plan."""
    plan = _locked(plan)
    actor.require("plans.confirm", plan.region.path)
    _require_state(plan, PlanState.SUBMITTED)
    plan.state, plan.confirmed_at, plan.confirmed_by = PlanState.CONFIRMED, at, actor
    plan.save()
    return plan


@transaction.atomic
def return_plan(*, plan: AnnualPlan, reason: str, actor: User, at: datetime.datetime) -> AnnualPlan:
    """Send a plan back to the county: the city a submitted one, the province a confirmed one. The reason is shown there."""
    plan = _locked(plan)
    action = "plans.freeze" if plan.state == PlanState.CONFIRMED else "plans.confirm"
    actor.require(action, plan.region.path)
    if plan.state not in {PlanState.SUBMITTED, PlanState.CONFIRMED}:
        _require_state(plan, PlanState.SUBMITTED)
    plan.state, plan.returned_reason = PlanState.DRAFT, given_reason(reason)
    plan.submitted_at = plan.submitted_by = plan.confirmed_at = plan.confirmed_by = None
    with pghistory.context(reason=plan.returned_reason):
        plan.save()
    return plan


@transaction.atomic
def freeze_plan(*, plan: AnnualPlan, actor: User, at: datetime.datetime) -> AnnualPlan:
    """The province freezes a confirmed plan: from this day it is the whole of every rate, with the registry counts of this day."""
    plan = _locked(plan)
    actor.require("plans.freeze", plan.region.path)
    _require_state(plan, PlanState.CONFIRMED)
    today = timezone.localdate(at)
    for entry in plan.entries.in_plan().select_related("community").select_for_update(of=("self",)):
        entry.entered_on = today
        entry.household_count, entry.floor_area = entry.community.household_count, entry.community.floor_area
        entry.save()
    plan.state, plan.frozen_at, plan.frozen_by = PlanState.FROZEN, at, actor
    plan.save()
    figures_changed(county_code=plan.region.code, years=[plan.year], at=at)
    return plan


@transaction.atomic
def adjust_plan(
    *,
    plan: AnnualPlan,
    entry: Entry,
    into: bool,
    on: datetime.date,
    reason: str,
    actor: User,
    at: datetime.datetime,
    planned_amount: Decimal | None = None,
    planned_start_on: datetime.date | None = None,
    planned_completion_on: datetime.date | None = None,
) -> Entry:
    """Change a frozen plan: the province alone, with a reason and a day. What was counted before that day stays.

    `into` puts a community of the reserve in (amount and dates needed); otherwise it is taken out: only while its
    project has not started, because a start must not vanish from the whole of its rate.
    """
    plan, entry = _locked(plan), _locked_entry(entry)
    actor.require("plans.freeze", plan.region.path)
    _require_state(plan, PlanState.FROZEN)
    reason = given_reason(reason)
    if on > timezone.localdate(at):
        raise InvalidInput(_("The day lies in the future."), details={"on": _("The day lies in the future.")})
    with pghistory.context(reason=reason):
        if into:
            if planned_amount is None or planned_start_on is None or planned_completion_on is None:
                raise InvalidInput(_("Give the planned investment, start and completion."))
            entry = _put(plan, entry, planned_amount, planned_start_on, planned_completion_on, on)
        else:
            _take_out(plan, entry, on)
    figures_changed(county_code=plan.region.code, years=[plan.year], at=at)
    return entry


def _take_out(plan: AnnualPlan, entry: Entry, on: datetime.date) -> None:
    if entry.plan_id != plan.pk or entry.removed_on or entry.entered_on is None:
        raise PlanMoved(_("This community does not stand in this plan any more."))
    if STAGE_ORDER[entry.project.stage] >= STAGE_ORDER[Stage.STARTED]:
        raise PlanMoved(_("Its project has started: it stays in the plan. Withdraw the project if the works are given up."))
    if on < entry.entered_on:
        message = _("It entered the plan only on %(day)s.") % {"day": entry.entered_on}
        raise InvalidInput(message, details={"on": message})
    entry.removed_on = on
    entry.save()
