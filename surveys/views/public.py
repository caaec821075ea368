"""What everybody may see of rounds: their times while they run, their results once they are closed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from common.paging import cursor_page
from common.views import PublicView
from surveys import queries
from surveys.choices import RoundState
from surveys.results import tally


class ResultList(PublicView):
    """Closed rounds, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page."""
        page = cursor_page(queries.published_rounds(), order="-closed_at", cursor=request.GET.get("cursor", ""), size=30)
        return render(request, "surveys/results.html", {"page": page})


class Result(PublicView):
    """One round: only its times while it runs, turnout and result after the closing."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """404 for a draft or an unknown code."""
        round_ = queries.round_by_code(code)
        if round_ is None:
            raise Http404
        closed = round_.state == RoundState.CLOSED
        return render(request, "surveys/result.html", {"round": round_, "tally": tally(round_) if closed else None})
