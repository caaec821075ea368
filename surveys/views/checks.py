"""Checking: call-backs, reviews, objections, and who entered what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, NotAllowed
from common.views import ActionView, StaffRequest
from communities.owners import masked_contact
from surveys.choices import CallOutcome, Channel, ObjectionState
from surveys.entering import (
    ballot_of_review,
    call_backs_for,
    entered_by_staff,
    given_anew,
    household_of,
    objections_of,
    review_words,
    reviews_of,
)
from surveys.forms.entering import CallForm, DecideForm, SettleForm
from surveys.models import Ballot, CallBack, Objection, Review, RollEntry, Round
from surveys.operations.calls import account_of, record_call, settle_review
from surveys.operations.objections import decide_objection, why_not_decided_by
from surveys.rolls import masked_door
from surveys.screens import day_text
from surveys.views.entering import round_with_roll
from surveys.views.shared import put_errors, round_crumbs

OPEN_CALLS = (CallOutcome.WAITING, CallOutcome.UNREACHABLE)


def called(entry: RollEntry, *, clear: bool) -> str:
    """The household: in full for those who check, with a masked door for those who only look on."""
    if not clear:
        entry.door = masked_door(entry.door)
    return household_of(entry)


class CheckPage(ActionView):
    """A page about one row with a form, and the operation behind its button."""

    form_class: type[forms.Form] = forms.Form
    back_name = ""

    def answer(self, request: StaffRequest, pk: int, own: int) -> HttpResponse:
        """Show the form, or carry it out and go back to the list."""
        round_ = round_with_roll(request, pk, self.action)
        row = self.row(request, round_, own)
        form = self.form_class(request.POST) if request.method == "POST" else self.form_class()
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    said = self.run(request, row, form.cleaned_data)
                except NotAllowed:
                    raise
                except DomainError as error:
                    put_errors(form, error)
                else:
                    messages.success(request, said)
                    return redirect(self.back_name, pk=pk)
        page = self.page(request, round_, row)
        context = page | {
            "round": round_,
            "form": form,
            "back": reverse(self.back_name, args=[pk]),
            "crumbs": round_crumbs(request, round_, page["title"]),
        }
        return render(request, "surveys/entering_form.html", context, status=status)

    def row(self, request: StaffRequest, round_: Round, own: int) -> Any:
        """The row, or 404."""
        raise NotImplementedError

    def run(self, request: StaffRequest, row: Any, data: dict[str, Any]) -> str:
        """Call the operation; what the toast says."""
        raise NotImplementedError

    def page(self, request: StaffRequest, round_: Round, row: Any) -> dict[str, Any]:
        """Title, facts, points, button."""
        raise NotImplementedError


# --- call-backs --------------------------------------------------------------------------------------------------
class CallBackList(ActionView):
    """Households to call back; the reader's own entries are not among them."""

    action = "rounds.check"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        rows = list(call_backs_for(round_, request.user))
        context = {
            "round": round_,
            "waiting": [self._row(row) for row in rows if row.outcome in OPEN_CALLS],
            "done": [self._row(row) for row in rows if row.outcome not in OPEN_CALLS],
            "crumbs": round_crumbs(request, round_, _("Call-backs")),
        }
        return render(request, "surveys/call_backs.html", context)

    @staticmethod
    def _row(row: CallBack) -> dict[str, Any]:
        entry = row.ballot.entry
        return {"call": row, "household": household_of(entry), "contact": masked_contact(entry.household)}


class CallBackPage(CheckPage):
    """What the household said."""

    action = "rounds.check"
    form_class = CallForm
    back_name = "surveys:call-backs"

    def get(self, request: StaffRequest, pk: int, call: int) -> HttpResponse:
        return self.answer(request, pk, call)

    def post(self, request: StaffRequest, pk: int, call: int) -> HttpResponse:
        return self.answer(request, pk, call)

    def row(self, request: StaffRequest, round_: Round, own: int) -> CallBack:
        return get_object_or_404(call_backs_for(round_, request.user), pk=own)

    def run(self, request: StaffRequest, row: CallBack, data: dict[str, Any]) -> str:
        done = record_call(call_back=row, outcome=data["outcome"], note=data["note"], actor=request.user, at=timezone.now())
        if done.outcome == CallOutcome.DENIED:
            return _("Recorded. A review is raised; the vote stays until the household objects with its code after the closing.")
        return _("Recorded: %(outcome)s.") % {"outcome": done.get_outcome_display()}

    def page(self, request: StaffRequest, round_: Round, row: CallBack) -> dict[str, Any]:
        """Whom to call, and the sentences to say. The choice is not shown: the household is asked whether it voted, not how."""
        household = row.ballot.entry.household
        contact = masked_contact(household)
        return {
            "title": _("Call back"),
            "facts": [
                (_("Household"), household_of(row.ballot.entry)),
                (_("Owners"), contact.text or "—"),
                (_("Telephone"), contact.phone or "—"),
                (_("Entered by"), _("%(name)s, %(when)s") % {"name": row.ballot.entered_by, "when": day_text(row.ballot.entered_at)}),
                *(
                    [(_("Last call"), _("%(name)s, %(when)s") % {"name": row.called_by, "when": day_text(row.called_at)})]
                    if row.called_at
                    else []
                ),
            ],
            "show": household,
            "points": [
                _("Ask whether the household signed and handed in a paper sheet. Do not ask what it chose.")
                if row.ballot.channel == Channel.PAPER
                else _("Ask whether somebody of the household gave its vote at the door on that day. Do not ask what it chose."),
                _("If it did not: tell it that it can vote again with its code until the closing, and object after it."),
            ],
            "button": _("Record the call"),
        }


# --- reviews -----------------------------------------------------------------------------------------------------
class ReviewList(ActionView):
    """What looks unusual, what came of it, and who entered what."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        may_check = request.user.may("rounds.check", round_.community.region.path)
        reviews = reviews_of(round_)
        entries = entered_by_staff(round_)
        context = {
            "round": round_,
            "open": [self._row(review, may_check, request.user) for review in reviews if review.settled_at is None],
            "settled": [self._row(review, may_check, request.user) for review in reviews if review.settled_at is not None],
            "may_check": may_check,
            "entries": entries,
            "entered": sum(line.total for line in entries),
            "crumbs": round_crumbs(request, round_, _("Reviews")),
        }
        return render(request, "surveys/reviews.html", context)

    @staticmethod
    def _row(review: Review, clear: bool, user: User) -> dict[str, Any]:
        ballot = ballot_of_review(review)
        return {
            "review": review,
            "words": review_words(review),
            "ballot": ballot,
            "household": called(ballot.entry, clear=clear) if ballot else "",
            "own": account_of(review) == user.pk,
        }


class ReviewPage(CheckPage):
    """Settle a review with a sentence."""

    action = "rounds.check"
    form_class = SettleForm
    back_name = "surveys:reviews"

    def get(self, request: StaffRequest, pk: int, review: int) -> HttpResponse:
        return self.answer(request, pk, review)

    def post(self, request: StaffRequest, pk: int, review: int) -> HttpResponse:
        return self.answer(request, pk, review)

    def row(self, request: StaffRequest, round_: Round, own: int) -> Review:
        return get_object_or_404(Review.objects.filter(round=round_), pk=own)

    def run(self, request: StaffRequest, row: Review, data: dict[str, Any]) -> str:
        settle_review(review=row, note=data["note"], actor=request.user, at=timezone.now())
        return _("The review is settled.")

    def page(self, request: StaffRequest, round_: Round, row: Review) -> dict[str, Any]:
        """What was found by the machine, and what to look at."""
        ballot = ballot_of_review(row)
        about = [(_("Household"), household_of(ballot.entry)), (_("Entered by"), str(ballot.entered_by))] if ballot else []
        return {
            "title": _("Settle a review"),
            "facts": [
                (_("Kind"), str(row.get_kind_display())),
                (_("Found"), review_words(row)),
                (_("Raised"), day_text(row.raised_at)),
                *about,
            ],
            "points": [_("No vote is dropped or changed by a review. If a ballot is false, its household objects.")],
            "button": _("Settle"),
        }


# --- objections --------------------------------------------------------------------------------------------------
class ObjectionList(ActionView):
    """Objections of households: while one is open the gate is frozen."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        path = round_.community.region.path
        clear = request.user.may("rounds.check", path)
        anew = given_anew(round_)
        rows = [
            {"objection": row, "household": called(row.entry, clear=clear), "anew": anew.get(row.pk, "")} for row in objections_of(round_)
        ]
        context = {
            "round": round_,
            "rows": rows,
            "waiting": sum(row["objection"].state == ObjectionState.OPEN for row in rows),
            "may_decide": request.user.may("rounds.decide", path),
            "until": round_.objections_until,
            "over": bool(round_.objections_until and timezone.now() >= round_.objections_until),
            "crumbs": round_crumbs(request, round_, _("Objections")),
        }
        return render(request, "surveys/objections.html", context)


class ObjectionPage(CheckPage):
    """Decide about an objection, in public and with a reason."""

    action = "rounds.decide"
    form_class = DecideForm
    back_name = "surveys:objections"

    def get(self, request: StaffRequest, pk: int, objection: int) -> HttpResponse:
        return self.answer(request, pk, objection)

    def post(self, request: StaffRequest, pk: int, objection: int) -> HttpResponse:
        return self.answer(request, pk, objection)

    def row(self, request: StaffRequest, round_: Round, own: int) -> Objection:
        rows = Objection.objects.filter(round=round_).select_related("entry", "ballot__entered_by", "ballot__sheet", "decided_by")
        return get_object_or_404(rows, pk=own)

    def run(self, request: StaffRequest, row: Objection, data: dict[str, Any]) -> str:
        uphold = data["decision"] == "uphold"
        decide_objection(objection=row, uphold=uphold, reason=data["reason"], actor=request.user, at=timezone.now())
        if uphold:
            return _("Upheld. The ballot does not count any more; the next revision of the result is published.")
        return _("Dismissed. The ballot stands; the decision is published with the result.")

    def page(self, request: StaffRequest, round_: Round, row: Objection) -> dict[str, Any]:
        """Who objects to what: never the choice."""
        ballot = row.ballot
        refused = why_not_decided_by(row, request.user) if row.state == ObjectionState.OPEN else ""
        anew = given_anew(round_).get(row.pk, "")
        return {
            "title": _("Decide an objection"),
            "facts": [
                (_("Household"), household_of(row.entry)),
                (_("Raised"), day_text(row.raised_at)),
                (_("What is wrong"), row.text),
                *self._ballot_facts(ballot),
            ],
            "pictures": self._pictures(round_, ballot),
            "warnings": [words for words in (anew, refused) if words],
            "points": [
                _("Upheld: the ballot is annulled, the household's ballot before it counts again, or none. A new revision is published."),
                _("Dismissed: everything stays. In both cases the reason is public."),
            ],
            "button": _("Decide"),
            "closed_words": _("Decided: %(state)s. %(reason)s") % {"state": row.get_state_display(), "reason": row.reason}
            if row.state != ObjectionState.OPEN
            else "",
        }

    @staticmethod
    def _ballot_facts(ballot: Ballot | None) -> list[tuple[str, str]]:
        if ballot is None:
            return [(_("Ballot"), _("No ballot of this household counted."))]
        facts = [
            (_("Ballot came"), str(Channel(ballot.channel).label)),
            (_("Cast"), day_text(ballot.cast_at)),
        ]
        if ballot.entered_by:
            facts.append((_("Entered by"), _("%(name)s, %(when)s") % {"name": ballot.entered_by, "when": day_text(ballot.entered_at)}))
        if ballot.proxy_sealed:
            facts.append((_("By proxy"), _("yes, with a document")))
        return facts

    @staticmethod
    def _pictures(round_: Round, ballot: Ballot | None) -> list[tuple[str, str]]:
        """What proves it: the photo of the sheet, the proxy's document."""
        if ballot is None:
            return []
        sheet = getattr(ballot, "sheet", None)
        found = [(_("Photo of the signed sheet"), reverse("surveys:sheet-photo", args=[round_.pk, sheet.pk]))] if sheet else []
        if ballot.document:
            found.append((_("Document of the proxy"), reverse("surveys:ballot-document", args=[round_.pk, ballot.pk])))
        return found
