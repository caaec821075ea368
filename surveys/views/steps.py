"""The steps of a round's way that a person takes, each with a page that says what will happen."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed
from common.views import ActionView, StaffRequest
from surveys.choices import RoundState
from surveys.desk import stairwell_of, subject_of
from surveys.forms.rounds import ExtendForm, ReasonForm
from surveys.models import Round
from surveys.operations.rounds import announce_round, cancel_round, extend_round, require_state, take_back_announcement
from surveys.rolls import registered
from surveys.screens import day_text
from surveys.views.shared import put_errors, round_crumbs, round_or_404


class RoundStep(ActionView):
    """A page that says what the step does, and its button. Refusals stand beside the fields."""

    action = "rounds.manage"
    form_class: type[forms.Form] = ReasonForm
    danger = False
    states: tuple[RoundState, ...] = ()

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The page; a round in another state says so."""
        round_ = round_or_404(request, pk, self.action)
        require_state(round_, *self.states)
        return self._page(request, round_, self.form_class(initial=self.initial(round_)))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Take the step, then back to the round."""
        round_ = round_or_404(request, pk, self.action)
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                self.run(request, round_, form.cleaned_data)
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, self.said(round_))
                return redirect("surveys:detail", pk=pk)
        return self._page(request, round_, form, status=422)

    def _page(self, request: StaffRequest, round_: Round, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "round": round_,
            "subject": subject_of(round_),
            "stairwell": stairwell_of(round_),
            "form": form,
            "title": self.title(round_),
            "button": self.button(),
            "danger": self.danger,
            "points": self.points(round_),
            "warnings": self.warnings(round_),
            "crumbs": round_crumbs(request, round_, self.title(round_)),
            "back": reverse("surveys:detail", args=[round_.pk]),
            "edit_url": reverse("surveys:edit", args=[round_.pk]) if round_.state == RoundState.DRAFT else "",
        }
        return render(request, "surveys/step.html", context, status=status)

    def initial(self, round_: Round) -> dict[str, Any]:
        """Values that the form begins with."""
        return {}

    def title(self, round_: Round) -> str:
        """The page's heading."""
        raise NotImplementedError

    def button(self) -> str:
        """The button's words."""
        raise NotImplementedError

    def points(self, round_: Round) -> list[str]:
        """What will happen, sentence by sentence."""
        raise NotImplementedError

    def warnings(self, round_: Round) -> list[str]:
        """What the reader should look at first."""
        return []

    def said(self, round_: Round) -> str:
        """What the toast says."""
        raise NotImplementedError

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        """Call the operation."""
        raise NotImplementedError


class NoFields(forms.Form):
    """Nothing to fill in."""


class RoundAnnounce(RoundStep):
    """Draft → announced."""

    form_class = NoFields
    states = (RoundState.DRAFT,)

    def title(self, round_: Round) -> str:
        return _("Announce the round")

    def button(self) -> str:
        return _("Announce")

    def points(self, round_: Round) -> list[str]:
        """Publicity, opening, roll, closing."""
        return [
            _("From now on title, questions and version of the scheme are fixed and public. Times can be changed by taking it back."),
            _("Publicity runs until the opening, %(days)s days at least: print notices and slips now.")
            % {"days": settings.ROUND_PUBLICITY_DAYS},
            _("It opens by itself on %(day)s and freezes its roll from the registry at that moment.") % {"day": day_text(round_.opens_at)},
            _("It closes by itself on %(day)s and publishes its result at once; nobody can close it early.")
            % {"day": day_text(round_.closes_at)},
        ]

    def warnings(self, round_: Round) -> list[str]:
        """Households that are missing in the registry cannot vote; a lift has a stairwell's only."""
        have, told = registered(round_).count(), round_.community.household_count
        found = []
        if have != told and not round_.building_id:
            words = _("The register counts %(told)s households, but %(have)s flats are entered one by one. Only those can vote.")
            found.append(words % {"told": told, "have": have})
        if round_.opens_at < timezone.now() + datetime.timedelta(days=settings.ROUND_PUBLICITY_DAYS):
            words = _("Announced now, it may open on %(day)s at the earliest. Change its opening first.")
            found.append(words % {"day": day_text(timezone.now() + datetime.timedelta(days=settings.ROUND_PUBLICITY_DAYS))})
        return found

    def said(self, round_: Round) -> str:
        return _("The round is announced. Print its notices and slips.")

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        announce_round(round_=round_, actor=request.user, at=timezone.now())


class RoundUnannounce(RoundStep):
    """Announced → draft."""

    states = (RoundState.ANNOUNCED,)

    def title(self, round_: Round) -> str:
        return _("Take back the announcement")

    def button(self) -> str:
        return _("Take back")

    def points(self, round_: Round) -> list[str]:
        return [
            _("The round becomes a draft again and can be changed."),
            _("Its publicity begins anew when it is announced again."),
            _("Notices that hang already have to be taken down. Codes on slips stay the same."),
        ]

    def said(self, round_: Round) -> str:
        return _("The round is a draft again.")

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        take_back_announcement(round_=round_, reason=data["reason"], actor=request.user, at=timezone.now())


class RoundExtend(RoundStep):
    """A later closing."""

    form_class = ExtendForm
    states = (RoundState.OPEN,)

    def initial(self, round_: Round) -> dict[str, Any]:
        """A week more."""
        return {"closes_at": round_.closes_at + datetime.timedelta(days=7)}

    def title(self, round_: Round) -> str:
        return _("Give the round more time")

    def button(self) -> str:
        return _("Extend")

    def points(self, round_: Round) -> list[str]:
        latest = round_.closes_at + datetime.timedelta(days=settings.ROUND_EXTENSION_DAYS)
        return [
            _("It closes on %(day)s now; it can be moved to %(latest)s at the latest.")
            % {"day": day_text(round_.closes_at), "latest": day_text(latest)},
            _("A round is extended %(times)s times at most; this one was extended %(done)s times.")
            % {"times": settings.ROUND_EXTENSIONS, "done": round_.extensions},
            _("The reason is public. Ballots that were cast stay as they are."),
        ]

    def said(self, round_: Round) -> str:
        return _("The round has more time.")

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        extend_round(round_=round_, actor=request.user, at=timezone.now(), **data)


class RoundCancel(RoundStep):
    """An end without a result. Whoever may manage sees the page; an open round needs the right to decide."""

    danger = True
    states = (RoundState.DRAFT, RoundState.ANNOUNCED, RoundState.OPEN)

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Who may not end an open round learns it before writing a reason."""
        round_ = round_or_404(request, pk, self.action)
        if round_.state == RoundState.OPEN:
            request.user.require("rounds.decide", round_.community.region.path)
        return super().get(request, pk)

    def title(self, round_: Round) -> str:
        return _("Cancel the round")

    def button(self) -> str:
        return _("Cancel the round")

    def points(self, round_: Round) -> list[str]:
        if round_.state != RoundState.OPEN:
            return [_("The round ends before it began. The reason is kept."), _("Nobody can take this back; a new round can be drafted.")]
        return [
            _("The round ends without a result. The reason is published."),
            _("Its ballots stay on record for ever and count for nothing."),
            _("Nobody can take this back; a new round can be drafted."),
        ]

    def said(self, round_: Round) -> str:
        return _("The round is cancelled.")

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        cancel_round(round_=round_, reason=data["reason"], actor=request.user, at=timezone.now())
