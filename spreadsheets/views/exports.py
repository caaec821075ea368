"""Excel out: choose, then a short list comes at once and a long one as a job."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from common.errors import InvalidInput
from common.views import ActionView, StaffRequest
from spreadsheets import operations
from spreadsheets.asking import period_of, region_of
from spreadsheets.exporting import DIRECT_BELOW, ask, make_now
from spreadsheets.forms import AskForm
from spreadsheets.lists import LISTS
from spreadsheets.sheets.base import ListSheet
from spreadsheets.views.jobs import XLSX
from spreadsheets.writer import Report

NOT_FILTERS = ("cursor", "page", "sort", "csrfmiddlewaretoken")


class Export(ActionView):
    """GET shows what would be listed, POST makes it. Filters come in the query string, as on the page they belong to."""

    action = "exports.run"
    form: ListSheet

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["sheet"] not in LISTS:
            raise Http404
        self.form = LISTS[kwargs["sheet"]]
        if request.user.is_authenticated and not request.user.may(self.form.action):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: StaffRequest, sheet: str) -> HttpResponse:
        query = plain(request.GET)
        return self._page(request, query, self._asked(request, query))

    def post(self, request: StaffRequest, sheet: str) -> HttpResponseBase:
        query = plain(request.POST)
        asked = AskForm(request.POST, user=request.user, asks=self.form.asks)
        if not asked.is_valid():
            return self._page(request, query, asked)
        at = timezone.now()
        try:
            report = ask(actor=request.user, sheet=sheet, params={"query": query}, at=at)
        except InvalidInput as error:
            asked.add_error(next((name for name in error.details or () if name in asked.fields), None), error.message)
            return self._page(request, query, asked)
        if report.expected < DIRECT_BELOW:
            return FileResponse(make_now(report), as_attachment=True, filename=report.file_name, content_type=XLSX)
        params = {"query": query, "scope": [region_of(request.user, query).path]}
        job = operations.start_export(actor=request.user, at=at, sheet=sheet, params=params, file_name=report.file_name)
        return redirect("spreadsheets:job", key=job.key)

    def _asked(self, request: StaffRequest, query: dict[str, Any]) -> AskForm:
        """The form as the query string fills it, and the usual values beside."""
        initial = dict(query)
        initial["region"] = region_of(request.user, {"region": query.get("region") or query.get("under")}).code
        if "as_of" in self.form.asks:
            try:
                period = period_of(query, timezone.now())
            except InvalidInput:
                period = period_of({}, timezone.now())
            initial |= {"year": period.year, "as_of": period.as_of.isoformat()}
        return AskForm(user=request.user, asks=self.form.asks, initial=initial)

    def _page(self, request: StaffRequest, query: dict[str, Any], asked: AskForm) -> HttpResponse:
        hidden = [(key, value) for key, values in query.items() if key not in asked.fields for value in _listed(values)]
        context = {"form": self.form, "asked": asked, "hidden": hidden, "report": self._preview(request, query, asked)}
        return render(request, "spreadsheets/export.html", context, status=400 if asked.errors else 200)

    def _preview(self, request: StaffRequest, query: dict[str, Any], asked: AskForm) -> Report | None:
        if asked.is_bound:
            return None
        try:
            return ask(actor=request.user, sheet=self.form.name, params={"query": query}, at=timezone.now())
        except InvalidInput as error:
            asked.problem = error.message
            return None


def plain(data: QueryDict) -> dict[str, Any]:
    """The filters of a query string; several values of one key stay a list."""
    return {key: values[0] if len(values) == 1 else values for key, values in data.lists() if key not in NOT_FILTERS and any(values)}


def _listed(values: Any) -> list[str]:
    return values if isinstance(values, list) else [values]
