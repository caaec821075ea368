"""The page of one special work: its steps, clashes, and days proposed to its owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from common.views import ActionView, StaffRequest
from projects.choices import SpecialState
from projects.clash_words import proposal_text, say
from projects.dig_once import other_days
from projects.forms import ReasonForm
from projects.ground import ground_of, key_of
from projects.models import SpecialWork, WindowProposal
from projects.operations import (
    agree_special_work,
    complete_special_work,
    decide_window,
    give_clash_reason,
    owners_for,
    propose_window,
    reopen_special_work,
    start_special_work,
    withdraw_special_work,
)
from projects.special_forms import DayForm
from projects.special_screens import opening_day
from projects.views.shared import put_errors
from projects.views.special import special_crumbs, special_or_404

State = SpecialState


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be done with a special work: in which states, by whom, and what it asks."""

    title: str | Promise
    button: str | Promise
    states: tuple[str, ...]
    form: type[Form] | None
    run: Callable[..., Any]
    coordinates: bool = False
    danger: bool = False


WAYS: dict[str, Way] = {
    "agree": Way(gettext_lazy("Agree on the days"), gettext_lazy("Agree"), (State.FILED,), None, agree_special_work, coordinates=True),
    "start": Way(gettext_lazy("The works have begun"), gettext_lazy("Record the start"), (State.AGREED,), DayForm, start_special_work),
    "complete": Way(
        gettext_lazy("The works are completed"), gettext_lazy("Record the completion"), (State.RUNNING,), DayForm, complete_special_work
    ),
    "explain": Way(
        gettext_lazy("Say why the clash cannot be avoided"), gettext_lazy("Keep the reason"),
        (State.FILED, State.AGREED, State.RUNNING, State.COMPLETED, State.ACCEPTED), ReasonForm, give_clash_reason,
    ),
    "reopen": Way(
        gettext_lazy("Take the completion back"), gettext_lazy("Take back"), (State.COMPLETED,), ReasonForm, reopen_special_work,
        danger=True,
    ),
    "withdraw": Way(
        gettext_lazy("Withdraw the special work"), gettext_lazy("Withdraw"), (State.FILED, State.AGREED), ReasonForm, withdraw_special_work,
        danger=True,
    ),
}  # fmt: skip


def may_go(user: User, work: SpecialWork, way: Way) -> bool:
    """Whether somebody has the right to it, whatever the state."""
    if way.coordinates:
        return user.may("special.coordinate", work.region.path)
    return work.owner in owners_for(user, work.region.path)


class SpecialPage(ActionView):
    """What is planned where, how far it is, with what it clashes."""

    action = "special.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        work = special_or_404(request, pk, self.action)
        ground = ground_of(works=[pk], today=opening_day())
        said = say(ground.clashes_of_work(work), ground)
        proposals = list(work.proposals.select_related("recorded_by", "decision", "decision__recorded_by"))
        owns = work.owner in owners_for(request.user, work.region.path)
        ways = [
            (name, way) for name, way in WAYS.items()
            if work.state in way.states and may_go(request.user, work, way) and (name != "explain" or said)
        ]  # fmt: skip
        context = {
            "work": work,
            "stretches": list(work.stretches.select_related("community")),
            "steps": self._steps(work),
            "said": said,
            "open_count": sum(one.open for one in said),
            "proposal": self._proposal(request, work, ground, said, proposals),
            "proposals": [(row, getattr(row, "decision", None), owns and row.recorded_by_id != request.user.pk) for row in proposals],
            "confirmations": work.confirmations.select_related("project").order_by("-pk")[:3],
            "ways": ways,
            "may_edit": owns and work.state in {State.FILED, State.AGREED},
            "crumbs": special_crumbs(request, work.region, (work.title, "")),
        }
        return render(request, "projects/special.html", context)

    def _steps(self, work: SpecialWork) -> list[dict[str, Any]]:
        rows = work.steps.select_related("recorded_by").order_by("-pk")
        return [
            {"state": "done", "when": row.happened_on.isoformat(), "who": row.recorded_by.name,
             "text": f"{row.get_state_display()}{_(': ') + row.reason if row.reason else ''}"}
            for row in rows
        ]  # fmt: skip

    def _proposal(
        self, request: StaffRequest, work: SpecialWork, ground: Any, said: Any, proposals: list[WindowProposal]
    ) -> dict[str, Any]:
        """Other days for this work where it clashes, and whether they can be proposed with one click."""
        if not said or work.state not in {State.FILED, State.AGREED}:
            return {}
        activity = next(each for each in ground.case.activities if each.key == key_of(work))
        found = other_days(activity, ground.case)
        waits = any(not hasattr(row, "decision") for row in proposals)
        may = found.start is not None and not waits and request.user.may("special.coordinate", work.region.path)
        return {"text": proposal_text(found), "days": found, "may": may}


class SpecialMove(ActionView):
    """Form: one step of a special work."""

    action = "special.see"

    def get(self, request: StaffRequest, pk: int, way: str) -> HttpResponse:
        work, step = self._step(request, pk, way)
        form = (
            step.form(initial={"day": timezone.localdate(), "reason": work.unavoidable if way == "explain" else ""})
            if step.form
            else Form()
        )
        return self._page(request, work, step, form)

    def post(self, request: StaffRequest, pk: int, way: str) -> HttpResponse:
        work, step = self._step(request, pk, way)
        form = (step.form or Form)(request.POST)
        if form.is_valid():
            try:
                step.run(work=work, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The step is recorded."))
                return redirect("projects:special", pk)
        return self._page(request, work, step, form, status=422)

    def _step(self, request: StaffRequest, pk: int, way: str) -> tuple[SpecialWork, Way]:
        work = special_or_404(request, pk, self.action)
        if way not in WAYS:
            raise Http404
        if not may_go(request.user, work, WAYS[way]):
            raise PermissionDenied
        return work, WAYS[way]

    def _page(self, request: StaffRequest, work: SpecialWork, step: Way, form: Form, status: int = 200) -> HttpResponse:
        back = reverse("projects:special", args=[work.pk])
        context = {
            "form": form, "title": step.title, "button": step.button, "danger": step.danger, "back": back, "lead": work.title,
            "crumbs": special_crumbs(request, work.region, (work.title, back), (str(step.title), "")), "special": work,
        }  # fmt: skip
        return render(request, "projects/special_move.html", context, status=status)


class SpecialPropose(ActionView):
    """One click: the days that mend the clashes of a work are proposed to its owner."""

    action = "special.coordinate"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        work = special_or_404(request, pk, self.action)
        ground = ground_of(works=[pk], today=opening_day())
        activity = next((each for each in ground.case.activities if each.key == key_of(work)), None)
        found = other_days(activity, ground.case) if activity else None
        said = say(ground.clashes_of_work(work), ground)
        if found is None or found.start is None or found.end is None or not said:
            messages.error(request, proposal_text(found) if found and found.why else _("This work clashes with nothing any more."))
            return redirect("projects:special", pk)
        try:
            note = f"{said[0].heading} · {said[0].place}"
            propose_window(work=work, starts_on=found.start, ends_on=found.end, note=note, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            words = {"first": found.start.isoformat(), "last": found.end.isoformat(), "owner": work.get_owner_display()}
            messages.success(request, _("Proposed to %(owner)s: %(first)s to %(last)s.") % words)
        return redirect("projects:special", pk)


class ProposalDecide(ActionView):
    """The owner accepts proposed days, or refuses them with a reason."""

    action = "special.file"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        rows = WindowProposal.objects.visible_to(request.user).select_related("work__region")
        proposal = get_object_or_404(rows, pk=pk)
        accept = request.POST.get("answer") == "accept"
        try:
            decide_window(
                proposal=proposal, accept=accept, reason=request.POST.get("reason", ""), actor=request.user, at=timezone.now()
            )  # fmt: skip
        except DomainError as error:
            if error.status == 403:
                raise PermissionDenied from error
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("The proposed days are accepted.") if accept else _("The proposed days are refused."))
        return redirect("projects:special", proposal.work_id)
