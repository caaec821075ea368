"""The roll: who would be on it, who is, and its corrections before the first ballot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed
from common.paging import cursor_page
from common.text import natural_key, storable
from common.views import ActionView, StaffRequest
from surveys.choices import RoundState
from surveys.desk import stairwell_of, subject_of
from surveys.forms.rolls import AddToRollForm, CorrectEntryForm
from surveys.models import RollEntry, Round
from surveys.operations.corrections import add_to_roll, correct_area, door_text, take_off_roll
from surveys.rolls import entries_from_registry, figures_of, registered
from surveys.views.shared import put_errors, round_crumbs, round_or_404


def correctable(round_: Round) -> bool:
    """Whether the roll can still be corrected: open, and no ballot yet."""
    return round_.state == RoundState.OPEN and not round_.ballots.exists()


class RollPage(ActionView):
    """Before the opening what the registry would give; afterwards the frozen roll with its hash, building by building."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        building = request.GET.get("building", "")[:30]
        building = building if storable(building) else ""
        context = {
            "round": round_,
            "subject": subject_of(round_),
            "stairwell": stairwell_of(round_),
            "building": building,
            "crumbs": round_crumbs(request, round_, _("The roll")),
            "may_correct": request.user.may("rounds.manage", round_.community.region.path) and correctable(round_),
            "corrections": list(round_.corrections.select_related("recorded_by").order_by("-recorded_at", "-pk")),
        }
        context |= self._frozen(request, round_, building) if round_.roll_hash else self._expected(round_, building)
        return render(request, "surveys/roll.html", context)

    @staticmethod
    def _frozen(request: StaffRequest, round_: Round, building: str) -> dict[str, Any]:
        groups = round_.roll.order_by().values("building").annotate(households=Count("pk"), area=Sum("area"))
        rows = round_.roll.filter(building=building) if building else round_.roll.all()
        return {
            "frozen": True,
            "buildings": sorted(groups, key=lambda group: natural_key(group["building"])),
            "page": cursor_page(rows, order="number", cursor=request.GET.get("cursor", ""), size=100),
        }

    @staticmethod
    def _expected(round_: Round, building: str) -> dict[str, Any]:
        """Counted from the registry as the opening would; the flats of one building are listed when it is chosen."""
        entries = entries_from_registry(round_)
        figures = figures_of(entries)
        ownerless = dict(registered(round_).order_by().values_list("building__name").annotate(n=Count("pk", filter=Q(owners__isnull=True))))
        names = dict.fromkeys(entry.building for entry in entries)
        own = {name: [entry for entry in entries if entry.building == name] for name in names}
        return {
            "frozen": False,
            "figures": figures,
            "buildings": [
                {
                    "building": name,
                    "households": len(rows),
                    "area": sum(entry.area for entry in rows),
                    "ownerless": ownerless.get(name, 0),
                }
                for name, rows in own.items()
            ],
            "ownerless": sum(ownerless.values()),
            "differs": not round_.building_id and figures.households != round_.community.household_count,
            "entries": own.get(building, []),
        }


class RollForm(ActionView):
    """A form that corrects the roll."""

    action = "rounds.manage"

    def form(self, round_: Round, *data: Any) -> forms.Form:
        """The form of this correction."""
        raise NotImplementedError

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        """Call the operation."""
        raise NotImplementedError

    def title(self) -> str:
        """The page's heading."""
        raise NotImplementedError

    def points(self) -> list[str]:
        """What the correction does."""
        return [
            _("A roll is corrected before the first ballot only. What was done and why is kept, with the roll's new hash."),
            _("The registry is not changed by it. Correct it too where it is wrong."),
        ]

    def answer(self, request: StaffRequest, round_: Round, form: forms.Form, status: int = 200) -> HttpResponse:
        """The page."""
        context = {
            "round": round_,
            "form": form,
            "title": self.title(),
            "button": _("Correct the roll"),
            "points": self.points(),
            "warnings": [] if correctable(round_) else [_("The first ballot has been cast: the roll cannot be corrected any more.")],
            "crumbs": round_crumbs(request, round_, self.title()),
            "back": reverse("surveys:roll", args=[round_.pk]),
        }
        return render(request, "surveys/step.html", context, status=status)

    def handle(self, request: StaffRequest, round_: Round) -> HttpResponse:
        """Check the form and correct; refusals stand beside the fields."""
        form = self.form(round_, request.POST)
        if form.is_valid():
            try:
                self.run(request, round_, form.cleaned_data)
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The roll is corrected. Its new hash stands below."))
                return redirect("surveys:roll", pk=round_.pk)
        return self.answer(request, round_, form, status=422)


class RollAdd(RollForm):
    """A registered flat that is missing."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        return self.answer(request, round_, self.form(round_))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self.handle(request, round_or_404(request, pk, self.action))

    def form(self, round_: Round, *data: Any) -> forms.Form:
        missing = registered(round_).exclude(pk__in=round_.roll.values("household")).select_related("building")
        return AddToRollForm(*data, missing=missing.order_by("building__name", "unit", "door"))

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        add_to_roll(round_=round_, actor=request.user, at=timezone.now(), **data)

    def title(self) -> str:
        return _("Add a household to the roll")


class RollCorrect(RollForm):
    """Another area for one flat, or off the roll."""

    def get(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        round_ = self._found(request, pk, entry)
        return self.answer(request, round_, CorrectEntryForm(initial={"area": self.entry.area}))

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        return self.handle(request, self._found(request, pk, entry))

    def _found(self, request: StaffRequest, pk: int, entry: int) -> Round:
        round_ = round_or_404(request, pk, self.action)
        self.entry = get_object_or_404(RollEntry.objects.select_related("round"), round=round_, pk=entry)
        return round_

    def form(self, round_: Round, *data: Any) -> forms.Form:
        return CorrectEntryForm(*data)

    def run(self, request: StaffRequest, round_: Round, data: dict[str, Any]) -> None:
        given = {"entry": self.entry, "reason": data["reason"], "actor": request.user, "at": timezone.now()}
        if data["take_off"]:
            take_off_roll(**given)
        else:
            correct_area(area=data["area"], **given)

    def title(self) -> str:
        return _("Correct %(door)s on the roll") % {"door": door_text(self.entry)}
