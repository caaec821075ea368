"""Paper sheets: registering, keying, settling, taking out; the photo for those who key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.crypto import masked_name, unseal
from common.errors import DomainError, NotAllowed
from common.text import whole_number
from common.views import ActionView, StaffRequest
from surveys.choices import SheetState
from surveys.entering import UNSETTLED, compared, household_of, registers_paper, roll_choices, sheets_of, takes_paper
from surveys.forms.entering import SheetForm, VoidForm
from surveys.models import Ballot, Round, Sheet
from surveys.operations.paper import key_sheet, register_sheet, void_sheet
from surveys.rules import answers_differ
from surveys.views.entering import entry_or_404, round_with_roll
from surveys.views.shared import put_errors, round_crumbs
from surveys.voting import asked


def sheet_or_404(round_: Round, pk: int) -> Sheet:
    """A sheet of this round."""
    return get_object_or_404(Sheet.objects.filter(round=round_).select_related("entry", "registered_by", "ballot"), pk=pk)


def send_picture(name: str) -> HttpResponseBase:
    """A stored picture for this reader alone; 404 when there is none."""
    if not name or not default_storage.exists(name):
        raise Http404(_("The file is missing."))
    answer = FileResponse(default_storage.open(name), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


class SheetList(ActionView):
    """The round's sheets: what waits for whom."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Each with the step that this reader can take."""
        round_ = round_with_roll(request, pk, self.action)
        sheets = sheets_of(round_)
        rows = [self._row(sheet, request.user.pk, takes_paper(round_)) for sheet in sheets]
        waiting = [row for row in rows if row["sheet"].state in UNSETTLED]
        context = {
            "round": round_,
            "rows": rows,
            "waiting": len(waiting),
            "mine": sum(row["may_key"] for row in rows),
            "registers": registers_paper(round_, timezone.now()),
            "crumbs": round_crumbs(request, round_, _("Paper sheets")),
        }
        return render(request, "surveys/sheets.html", context)

    @staticmethod
    def _row(sheet: Sheet, user: int, open_: bool) -> dict[str, Any]:
        keyed = [keying.recorded_by for keying in sheet.keyings.all()]
        own = any(person.pk == user for person in keyed)
        return {
            "sheet": sheet,
            "household": household_of(sheet.entry),
            "keyed": keyed,
            "own": own,
            "may_key": open_ and sheet.state in UNSETTLED and not own,
            "late": not open_ and sheet.state in UNSETTLED,
        }


class SheetNew(ActionView):
    """Register a signed sheet with its photo."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        return self._page(request, round_, self._form(round_, initial={"entry": whole_number(request.GET.get("entry", "")) or ""}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Keep it; then its keying."""
        round_ = round_with_roll(request, pk, self.action)
        form = self._form(round_, request.POST, request.FILES)
        if form.is_valid():
            data = form.cleaned_data
            try:
                sheet = register_sheet(
                    round_=round_,
                    entry=entry_or_404(round_, whole_number(data["entry"])),
                    photo=data["photo"].read(),
                    handed_in_at=data["handed_in_at"],
                    proxy_name=data["proxy_name"],
                    document=data["document"].read() if data["document"] else None,
                    actor=request.user,
                    at=timezone.now(),
                )
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The sheet is registered. Two people key it; it counts after that."))
                return redirect("surveys:sheet", pk=pk, paper=sheet.pk)
        return self._page(request, round_, form, status=422)

    @staticmethod
    def _form(round_: Round, *args: Any, **more: Any) -> SheetForm:
        return SheetForm(*args, roll=roll_choices(round_), **more)

    def _page(self, request: StaffRequest, round_: Round, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "round": round_,
            "form": form,
            "title": _("Register a paper sheet"),
            "points": [_("Take the whole sheet, so that the cross and the signature can be read. Two people key it from the photo.")],
            "button": _("Register the sheet"),
            "closed_words": ""
            if registers_paper(round_, timezone.now())
            else _("Voting is over: no further sheet is registered. Only those registered before the closing are keyed."),
            "files": True,
            "back": reverse("surveys:sheets", args=[round_.pk]),
            "crumbs": round_crumbs(request, round_, _("Register a paper sheet")),
        }
        return render(request, "surveys/entering_form.html", context, status=status)


class SheetPage(ActionView):
    """One sheet: its photo beside what this reader may do now."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int, paper: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        return self._page(request, round_, sheet_or_404(round_, paper), {}, "")

    def post(self, request: StaffRequest, pk: int, paper: int) -> HttpResponse:
        """Key it; then the next sheet that waits for this reader, or the list."""
        round_ = round_with_roll(request, pk, self.action)
        sheet = sheet_or_404(round_, paper)
        number = whole_number(request.POST.get("number", ""))
        try:
            sheet = key_sheet(sheet=sheet, number=number, posted=request.POST.getlist, actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            faults = error.details if isinstance(error.details, dict) else {}
            return self._page(
                request, round_, sheet_or_404(round_, paper), faults, "" if faults else str(error.message), status=error.status
            )
        said = {"household": household_of(sheet.entry), "state": sheet.get_state_display()}
        messages.success(request, _("%(household)s: keyed. Now: %(state)s.") % said)
        return redirect("surveys:sheets", pk=pk)

    def _page(
        self, request: StaffRequest, round_: Round, sheet: Sheet, faults: dict[str, str], refusal: str, status: int = 200
    ) -> HttpResponse:
        keyings = list(sheet.keyings.order_by("number").select_related("recorded_by"))
        own = any(keying.recorded_by_id == request.user.pk for keying in keyings)
        may_key = takes_paper(round_) and sheet.state in UNSETTLED and not own
        settles = may_key and sheet.state == SheetState.DIFFERS
        differing = answers_differ(round_.questions, keyings[0].answers, keyings[1].answers) if settles else []
        context = {
            "round": round_,
            "sheet": sheet,
            "household": household_of(sheet.entry),
            "proxy": masked_name(unseal(sheet.proxy_sealed)),
            "people": [(keying.number, keying.recorded_by, keying.recorded_at) for keying in keyings],
            "own": own,
            "number": len(keyings) + 1,
            "may_key": may_key,
            "settles": settles,
            "compared": compared(round_.questions, keyings[0].answers, keyings[1].answers, differing) if settles else [],
            "may_void": takes_paper(round_) and sheet.state in UNSETTLED,
            "late": not takes_paper(round_) and sheet.state in UNSETTLED,
            "questions": asked(round_.questions, request.POST.getlist, faults) if may_key else [],
            "faults": faults,
            "refusal": refusal,
            "crumbs": round_crumbs(request, round_, _("Paper sheets")),
        }
        return render(request, "surveys/sheet.html", context, status=status)


class SheetVoid(ActionView):
    """Take out a sheet that is no valid one."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int, paper: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        return self._page(request, round_, sheet_or_404(round_, paper), VoidForm())

    def post(self, request: StaffRequest, pk: int, paper: int) -> HttpResponse:
        round_ = round_with_roll(request, pk, self.action)
        sheet = sheet_or_404(round_, paper)
        form = VoidForm(request.POST)
        if form.is_valid():
            try:
                void_sheet(sheet=sheet, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The sheet is taken out; its photo and the reason stay on record."))
                return redirect("surveys:sheets", pk=pk)
        return self._page(request, round_, sheet, form, status=422)

    def _page(self, request: StaffRequest, round_: Round, sheet: Sheet, form: VoidForm, status: int = 200) -> HttpResponse:
        context = {
            "round": round_,
            "form": form,
            "title": _("Take out a sheet"),
            "facts": [(_("Household"), household_of(sheet.entry)), (_("Registered by"), str(sheet.registered_by))],
            "points": [_("Only when it is no valid sheet. What the household chose is no reason.")],
            "button": _("Take it out"),
            "danger": True,
            "back": reverse("surveys:sheet", args=[round_.pk, sheet.pk]),
            "crumbs": round_crumbs(request, round_, _("Take out a sheet")),
        }
        return render(request, "surveys/entering_form.html", context, status=status)


class SheetPhoto(ActionView):
    """The photo of the signed sheet, for those who key and decide."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int, paper: int) -> HttpResponseBase:
        return send_picture(sheet_or_404(round_with_roll(request, pk, self.action), paper).photo)


class SheetDocument(SheetPhoto):
    """The document by which somebody signed for the household."""

    def get(self, request: StaffRequest, pk: int, paper: int) -> HttpResponseBase:
        return send_picture(sheet_or_404(round_with_roll(request, pk, self.action), paper).document)


class BallotDocument(ActionView):
    """The document by which somebody voted for the household at the door."""

    action = "rounds.enter"

    def get(self, request: StaffRequest, pk: int, ballot: int) -> HttpResponseBase:
        round_ = round_with_roll(request, pk, self.action)
        return send_picture(get_object_or_404(Ballot.objects.filter(round=round_), pk=ballot).document)
