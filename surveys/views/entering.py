"""At the door: who has not answered, the form for the household, the note that nobody answered, a new code."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed
from common.text import whole_number
from common.views import ActionView, StaffRequest
from communities.owners import masked_contact
from surveys.choices import RoundState, VisitOutcome
from surveys.codes import spoken
from surveys.entering import entry_with_people, household_of, missing_by_stairwell, registers_paper, roll_choices
from surveys.forms.entering import DoorForm, NewCodeForm
from surveys.models import Ballot, RollEntry, Round
from surveys.operations.doorstep import enter_at_door, record_visit, reissue_code
from surveys.operations.slips import HouseholdCode
from surveys.papers import slips_of
from surveys.printing import slips_pdf
from surveys.views.papers import language_of, pdf
from surveys.views.shared import put_errors, round_crumbs, round_or_404
from surveys.voting import asked, face_of_round

ONLY = ("", "new", "visited")


def round_with_roll(request: StaffRequest, pk: int, action: str) -> Round:
    """The round, once it has a roll (else 404)."""
    round_ = round_or_404(request, pk, action)
    if not round_.roll_hash:
        raise Http404(_("This round has not been opened: it has no roll yet."))
    return round_


def entry_or_404(round_: Round, pk: int) -> RollEntry:
    """A household of this round's roll."""
    return get_object_or_404(entry_with_people(round_, pk))


class MissingHouseholds(ActionView):
    """The households without a ballot, stairwell by stairwell: for the grid worker on the way, and to print."""

    action = "rounds.missing"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The list; `only` narrows it to those never or already visited. A household chosen below leads to its page."""
        round_ = round_with_roll(request, pk, self.action)
        if request.GET.get("entry"):
            return self._to_household(request, pk)
        everything = missing_by_stairwell(round_)
        only = request.GET.get("only", "") if request.GET.get("only", "") in ONLY else ""
        counts = self._counts(everything)
        path = round_.community.region.path
        context = {
            "round": round_,
            "groups": missing_by_stairwell(round_, only=only) if only else everything,
            "total": counts[""],
            "segments": [
                {"label": label, "url": f"?only={value}" if value else "?", "current": only == value, "count": counts[value]}
                for value, label in (("", _("All")), ("new", _("Not visited yet")), ("visited", _("Visited, no ballot")))
            ],
            "only": only,
            "running": round_.state == RoundState.OPEN,
            "registers": registers_paper(round_, timezone.now()),
            "may_enter": request.user.may("rounds.enter", path),
            "may_manage": request.user.may("rounds.manage", path),
            "roll": roll_choices(round_),
            "crumbs": round_crumbs(request, round_, _("Households still missing")),
            "now": timezone.now(),
        }
        return render(request, "surveys/missing.html", context)

    @staticmethod
    def _counts(groups: list[tuple[str, str, list[Any]]]) -> dict[str, int]:
        rows = [row for _building, _unit, households in groups for row in households]
        visited = sum(bool(row.visits) for row in rows)
        return {"": len(rows), "new": len(rows) - visited, "visited": visited}

    @staticmethod
    def _to_household(request: StaffRequest, pk: int) -> HttpResponse:
        entry = whole_number(request.GET["entry"])
        to = request.GET.get("to", "")
        if to == "sheet":
            return redirect(f"{reverse('surveys:sheet-new', args=[pk])}?entry={entry}")
        return redirect("surveys:new-code" if to == "code" else "surveys:door", pk=pk, entry=entry)


class VisitAdd(ActionView):
    """Nobody at home, or refused: recorded with one button."""

    action = "rounds.enter"

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        """Back to the list, at the household's place."""
        round_ = round_with_roll(request, pk, self.action)
        row = entry_or_404(round_, entry)
        outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
        try:
            visit = record_visit(round_=round_, entry=row, outcome=outcome, note=note, actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            messages.error(request, error.message)
        else:
            said = {"household": household_of(row), "outcome": visit.get_outcome_display()}
            messages.success(request, _("%(household)s: recorded as “%(outcome)s”.") % said)
        only = request.POST.get("only", "")
        query = f"?only={only}" if only in ONLY and only else ""
        return redirect(f"{reverse('surveys:missing', args=[pk])}{query}#h{row.pk}")


class DoorPage(ActionView):
    """The form at the door: what the household says, entered on the worker's phone."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        return self._page(request, round_, entry_or_404(round_, entry), DoorForm(), {})

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        """Enter it, and answer with the receipt: the form's key makes it safe to send the page again."""
        round_ = round_with_roll(request, pk, self.action)
        row = entry_or_404(round_, entry)
        form = DoorForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, round_, row, form, {}, status=422)
        given = {name: value for name, value in form.cleaned_data.items() if name != "document"}
        document = form.cleaned_data["document"]
        try:
            done = enter_at_door(
                round_=round_,
                entry=row,
                posted=request.POST.getlist,
                document=document.read() if document else None,
                actor=request.user,
                at=timezone.now(),
                **given,
            )
        except NotAllowed:
            raise
        except DomainError as error:
            return self._refused(request, round_, row, form, error)
        if not isinstance(done, Ballot):
            messages.info(request, _("%(household)s: the owners are divided. Recorded, not counted.") % {"household": household_of(row)})
            return redirect(f"{reverse('surveys:missing', args=[pk])}#h{row.pk}")
        context = {"round": round_, "entry": row, "household": household_of(row), "ballot": done, "spoken": spoken(done.receipt)}
        return render(request, "surveys/door_done.html", context)

    def _refused(self, request: StaffRequest, round_: Round, row: RollEntry, form: DoorForm, error: DomainError) -> HttpResponse:
        """The form again: each sentence at its question or field."""
        details = error.details if isinstance(error.details, dict) else {}
        codes = {question["code"] for question in round_.questions}
        faults = {code: str(message) for code, message in details.items() if code in codes}
        for name, message in details.items():
            if name not in codes:
                form.add_error(name if name in form.fields else None, str(message))
        if not details:
            form.add_error(None, str(error.message))
        return self._page(request, round_, row, form, faults, status=error.status if error.status == 409 else 422)

    def _page(
        self, request: StaffRequest, round_: Round, row: RollEntry, form: DoorForm, faults: dict[str, str], status: int = 200
    ) -> HttpResponse:
        context = {
            "round": round_,
            "entry": row,
            "household": household_of(row),
            "contact": masked_contact(row.household),
            "visits": sorted(row.visits.all(), key=lambda visit: visit.pk, reverse=True),
            "face": face_of_round(round_),
            "questions": asked(round_.questions, request.POST.getlist, faults),
            "faults": faults,
            "form": form,
            "key": request.POST.get("key") or uuid.uuid4(),
            "outcomes": [(VisitOutcome.ABSENT.value, VisitOutcome.ABSENT.label), (VisitOutcome.REFUSED.value, VisitOutcome.REFUSED.label)],
            "open": round_.state == RoundState.OPEN and round_.opens_at <= timezone.now() < round_.closes_at,
        }
        return render(request, "surveys/door.html", context, status=status)


class NewCode(ActionView):
    """Another code for one household: shown once, the old one ends at once."""

    action = "rounds.manage"

    def get(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        return self._page(request, round_, entry_or_404(round_, entry), NewCodeForm())

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        row = entry_or_404(round_, entry)
        form = NewCodeForm(request.POST)
        if form.is_valid():
            try:
                code = reissue_code(entry=row, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                return self._given(request, round_, row, code)
        return self._page(request, round_, row, form, status=422)

    def _given(self, request: StaffRequest, round_: Round, row: RollEntry, code: str) -> HttpResponse:
        """The code, this once, on the screen or as a slip to print; kept by nobody on the way."""
        if request.POST.get("as") == "pdf":
            codes = [HouseholdCode(row.building, row.unit, row.door, code)]
            content = slips_pdf(slips_of(round_, codes, request.build_absolute_uri, language_of(request)))
            return pdf(content, f"slip-{round_.code}-{row.number}", secret=True)
        context = {
            "round": round_,
            "household": household_of(row),
            "code": spoken(code),
            "url": request.build_absolute_uri(reverse("surveys:vote", args=[round_.code])),
            "crumbs": round_crumbs(request, round_, _("New code for a household")),
        }
        answer = render(request, "surveys/new_code.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def _page(self, request: StaffRequest, round_: Round, row: RollEntry, form: NewCodeForm, status: int = 200) -> HttpResponse:
        context = {
            "round": round_,
            "form": form,
            "title": _("New code for a household"),
            "facts": [(_("Household"), household_of(row)), (_("Codes given out so far"), str(row.issue))],
            "points": [_("The old code ends at once."), _("Give the new one to the household only: whoever holds it can vote for it.")],
            "button": _("New code, show it"),
            "also": _("New code, print the slip"),
            "back": reverse("surveys:missing", args=[round_.pk]),
            "crumbs": round_crumbs(request, round_, _("New code for a household")),
        }
        return render(request, "surveys/entering_form.html", context, status=status)
