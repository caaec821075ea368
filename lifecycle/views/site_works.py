"""The phone on site, work by work: each card is one entry with its own key, kept on the phone until it is sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from lifecycle.progress import works_as_of
from lifecycle.views.progress import may_report
from lifecycle.views.site import entry_or_404, read_photos
from lifecycle.visits import store_card
from projects.choices import PhotoKind, Weather
from projects.models import Entry, Work
from projects.operations import WorkRow
from projects.site_forms import AsOfForm, DiaryForm, WorkRowForm


class SiteWorks(ActionView):
    """The works of one community as cards, and a card of the diary. Posted as a plain form it comes back as a page, by script as JSON."""

    action = "progress.enter"

    def get(self, request: StaffRequest, entry: int) -> HttpResponse:
        return self._page(request, entry_or_404(request, entry), {})

    def post(self, request: StaffRequest, entry: int) -> HttpResponse:
        """JSON: 200 {"ok", "percent", "photos"}; 409/422 {"errors": {field: sentence}}."""
        row = entry_or_404(request, entry)
        wants_json = "application/json" in request.headers.get("Accept", "")
        card, errors = read_card(request, row)
        status = 422
        if not errors:
            try:
                stored, photos = store_card(entry=row, actor=request.user, at=timezone.now(), **card)
            except DomainError as error:
                status = error.status
                errors = error.details if isinstance(error.details, dict) and error.details else {"": str(error.message)}
            else:
                if wants_json:
                    percent = stored.percent if stored else None
                    return JsonResponse({"ok": True, "percent": percent, "photos": [photo.pk for photo in photos]})
                messages.success(request, _("Sent."))
                return redirect("projects:site-works", entry=entry)
        if wants_json:
            return JsonResponse({"errors": errors}, status=status)
        return self._page(request, row, errors, status=status)

    def _page(self, request: StaffRequest, entry: Entry, errors: dict[str, Any], status: int = 200) -> HttpResponse:
        works = works_as_of(entry.project, timezone.localdate())
        own = [line for line in works.lines if line.item.work.community_id in (None, entry.community_id)]
        context = {
            "entry": entry,
            "project": entry.project,
            "community": entry.community,
            "lines": [{"line": line, "key": uuid.uuid4()} for line in own],
            "diary_key": uuid.uuid4(),
            "weathers": Weather.choices,
            "photo_kind": PhotoKind.PROGRESS.value,
            "today": timezone.localdate(),
            "may_report": may_report(entry.project),
            "resting": works.rests[0] if works.rests and not works.rests[0].ended else None,
            "errors": errors,
            "typed": request.POST,
            "list_url": reverse("projects:site"),
        }
        return render(request, "lifecycle/site_works.html", context, status=status)


def read_card(request: StaffRequest, entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what `store_card` takes, one sentence per wrong field)."""
    photos, errors = read_photos(request)
    if request.POST.get("card") == "diary":
        form = DiaryForm(request.POST)
        errors |= {name: texts[0] for name, texts in form.errors.items()}
        data = form.cleaned_data
        diary = {name: data.get(name) for name in ("on", "weather", "workers", "text")} | {"client_key": data.get("key")}
        return {"photos": photos, "diary": diary}, errors
    row, as_of = WorkRowForm(request.POST), AsOfForm(request.POST)
    for part in (row, as_of):
        errors |= {name: texts[0] for name, texts in part.errors.items()}
    work = Work.objects.filter(project=entry.project, pk=whole_number(request.POST.get("work", ""))).select_related("community").first()
    if work is None:
        errors["work"] = _("This work does not stand in the scheme any more. Load the page again.")
    if errors or work is None:
        return {}, errors
    if not row.says_something and not photos:
        return {}, {"": _("There is nothing to send. Take a photo or enter the progress.")}
    if row.values["note"] and all(row.values[name] is None for name in ("percent", "quantity", "started_on", "completed_on")):
        return {}, {"percent": _("Enter the progress beside the note.")}
    return {"photos": photos, "work": WorkRow(work, **row.values), "reported_on": as_of.cleaned_data["reported_on"]}, errors


class SiteWorker(ActionView):
    """The script that serves the site's pages without a connection; its address is its scope."""

    action = "progress.enter"

    def get(self, request: StaffRequest) -> HttpResponse:
        answer = render(request, "lifecycle/site_worker.js", content_type="text/javascript; charset=utf-8")
        answer["Cache-Control"] = "no-cache"
        return answer
