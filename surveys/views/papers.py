"""Papers of a round as PDF: notices, slips with household codes, the notice of the result."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed
from common.views import ActionView, StaffRequest
from surveys.choices import RoundState
from surveys.forms.rolls import SlipsForm
from surveys.operations.rounds import require_state
from surveys.operations.slips import print_slips
from surveys.papers import notice_of, result_of, slips_of
from surveys.printing import notice_pdf, result_pdf, slips_pdf
from surveys.views.shared import round_or_404


def language_of(request: StaffRequest) -> str:
    """Papers are for residents: Chinese, unless ?language=en asks otherwise."""
    return "en" if (request.GET.get("language") or request.POST.get("language")) == "en" else "zh-hans"


def pdf(content: bytes, name: str, *, secret: bool = False) -> HttpResponse:
    """Shown in the browser; what holds codes is kept by nobody on the way."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store" if secret else "private, max-age=0"
    return answer


class NoticePdf(ActionView):
    """A page for the gate, a page for each stairwell door."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        require_state(round_, RoundState.ANNOUNCED, RoundState.OPEN)
        return pdf(notice_pdf(notice_of(round_, request.build_absolute_uri, language_of(request))), f"notice-{round_.code}")


class SlipsPdf(ActionView):
    """The slips with their codes: posted, because each printing is recorded."""

    action = "rounds.manage"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The PDF; a refusal comes back as a message on the round's page."""
        round_ = round_or_404(request, pk, self.action)
        form = SlipsForm(request.POST)
        try:
            given = form.cleaned_data if form.is_valid() else {}
            codes = print_slips(round_=round_, actor=request.user, at=timezone.now(), **given)
        except NotAllowed:
            raise
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("surveys:detail", pk=pk)
        content = slips_pdf(slips_of(round_, codes, request.build_absolute_uri, language_of(request)))
        return pdf(content, f"slips-{round_.code}", secret=True)

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """An address alone prints nothing."""
        round_or_404(request, pk, self.action)
        messages.error(request, _("Slips are printed with the button on this page: each printing is recorded."))
        return redirect("surveys:detail", pk=pk)


class ResultPdf(ActionView):
    """The notice of the result, to hang at the gate."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        try:
            content = result_pdf(result_of(round_, request.build_absolute_uri, language_of(request)))
        except ValueError as error:
            raise Http404(_("This round has no result yet.")) from error
        return pdf(content, f"result-{round_.code}")
