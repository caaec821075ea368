"""The phone on site: choose a community, take photos, enter progress, declare start or completion; sends when there is a net."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from lifecycle.findings import Finding
from lifecycle.forms import SiteContractForm, SiteForm
from lifecycle.queries import findings_for
from lifecycle.transitions import next_stage
from lifecycle.visits import DECLARED, Visit, store_visit
from projects.choices import STAGE_ORDER, Condition, ContractKind, PhotoKind, Stage
from projects.forms import ProgressRowForm, SitePhotoForm
from projects.models import Contract, Entry, Photo
from projects.queries import newest_reports, reports_before_month
from projects.rules import first_day, month_of, wan_of_yuan

LISTED = 60
PHOTOS_AT_ONCE = 12
ON_SITE = [Stage.APPROVED, Stage.TENDERED, Stage.STARTED, Stage.COMPLETED]
SITE_CONTRACTS = (ContractKind.WORKS, ContractKind.SUPERVISION)


def site_entries(request: StaffRequest) -> QuerySet[Entry]:
    """Communities in the clerk's area where works are about to start or going on."""
    scope = request.user.scope_for("progress.enter").q("project__region__path")
    rows = Entry.objects.filter(scope, removed_on__isnull=True, project__stage__in=ON_SITE, project__condition=Condition.ACTIVE)
    return rows.select_related("project__region", "community").order_by("community__pinyin", "pk")


def entry_or_404(request: StaffRequest, pk: int) -> Entry:
    """The entry in the clerk's reach (else 404), with the right to report of it (else 403)."""
    entry = get_object_or_404(Entry.objects.visible_to(request.user).select_related("project__region", "community"), pk=pk)
    if not request.user.may("progress.enter", entry.project.region.path):
        raise PermissionDenied
    return entry


class SiteList(ActionView):
    """Which community am I at?"""

    action = "progress.enter"

    def get(self, request: StaffRequest) -> HttpResponse:
        words = request.GET.get("q", "").lower().split()
        rows = site_entries(request)
        for word in words:
            rows = rows.filter(Q(community__search_text__contains=word) | Q(project__code__icontains=word))
        found = list(rows[: LISTED + 1])
        reports = newest_reports(found)
        items = [(entry, reports.get(entry.pk), STAGE_ORDER[entry.project.stage] < STAGE_ORDER[Stage.STARTED]) for entry in found[:LISTED]]
        context = {"items": items, "more": len(found) > LISTED, "q": request.GET.get("q", "")}
        return render(request, "lifecycle/site_list.html", context)


class SiteCommunity(ActionView):
    """One community on the phone. Posted as a plain form it comes back as a page, by script as JSON."""

    action = "progress.enter"

    def get(self, request: StaffRequest, entry: int) -> HttpResponse:
        return self._page(request, entry_or_404(request, entry), {})

    def post(self, request: StaffRequest, entry: int) -> HttpResponse:
        """JSON: 200 {"ok", "photos", "report", "stage", "done"}; 409/422 {"errors": {field: sentence}, "findings": [...]}."""
        row = entry_or_404(request, entry)
        wants_json = "application/json" in request.headers.get("Accept", "")
        visit, errors = read_visit(request)
        status, findings = 422, []
        if visit and not errors:
            try:
                stored = store_visit(entry=row, visit=visit, actor=request.user, at=timezone.now())
            except DomainError as error:
                status = error.status
                errors = error.details if isinstance(error.details, dict) else {"": str(error.message)}
                findings = error.details if isinstance(error.details, list) else []
            else:
                if wants_json:
                    report = {"percent": stored.report.percent} if stored.report else None
                    return JsonResponse({"ok": True, "photos": [p.pk for p in stored.photos], "report": report, "stage": stored.stage})
                messages.success(request, _("Sent."))
                return redirect("projects:site-community", entry=entry)
        if wants_json:
            return JsonResponse({"errors": errors, "findings": findings}, status=status)
        return self._page(request, row, errors, status=status)

    def _page(self, request: StaffRequest, entry: Entry, errors: dict[str, Any], status: int = 200) -> HttpResponse:
        project, today = entry.project, timezone.localdate()
        month = first_day(today)
        before_start = STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.STARTED]
        following = next_stage(project.stage)
        declare = next((word for word, stage in DECLARED.items() if stage == following), "")
        known = set(Contract.objects.filter(project=project).values_list("kind", flat=True))
        now, before = newest_reports([entry]).get(entry.pk), reports_before_month([entry], month).get(entry.pk)
        context = {
            "entry": entry,
            "project": project,
            "community": entry.community,
            "month": month,
            "today": today,
            "before_start": before_start,
            "declare": declare,
            "findings": self._findings(project, following, today) if declare else [],
            "missing_contracts": [] if not before_start else [(kind.value, kind.label) for kind in SITE_CONTRACTS if kind not in known],
            "now": now,
            "before": before,
            "slider": now.percent if now else before.percent if before else 0,
            "paid": wan_of_yuan(now.paid_amount) if now else "",
            "photo_kind": PhotoKind.START if before_start else PhotoKind.PROGRESS,
            "photo_kinds": []
            if before_start
            else [(PhotoKind.PROGRESS.value, PhotoKind.PROGRESS.label), (PhotoKind.AFTER.value, PhotoKind.AFTER.label)],
            "photo_total": Photo.objects.filter(project=project, community=entry.community).count(),
            "outline_json": json.dumps(entry.community.outline or []),
            "radius": settings.PHOTO_RADIUS_METRES,
            "errors": errors,
            "typed": request.POST,
            "key": uuid.uuid4(),
            "list_url": reverse("projects:site"),
        }
        return render(request, "lifecycle/site_community.html", context, status=status)

    def _findings(self, project: Any, following: Stage | None, today: datetime.date) -> list[Finding]:
        return findings_for(project, following, today) if following else []


def read_visit(request: StaffRequest) -> tuple[Visit | None, dict[str, Any]]:
    """The posted visit, or one sentence per wrong field. Photo n has the fields photo-n, photo-n-key, photo-n-taken_at, …"""
    form, row = SiteForm(request.POST), ProgressRowForm(request.POST)
    contracts = [SiteContractForm(request.POST, kind=kind) for kind in SITE_CONTRACTS]
    errors: dict[str, Any] = {}
    for part in (form, row, *contracts):
        prefix = f"{part.prefix}-" if part.prefix else ""
        errors |= {f"{prefix}{name}": texts[0] for name, texts in part.errors.items()}
    photos, photo_errors = read_photos(request)
    errors |= photo_errors
    if errors:
        return None, errors
    data = form.cleaned_data
    if data["declare"] and not data["happened_on"]:
        return None, {"happened_on": _("Give the day on which it happened.")}
    visit = Visit(
        key=row.cleaned_data["key"] or uuid.uuid4(),
        contracts=[contract.cleaned_data | {"kind": contract.kind.value} for contract in contracts if contract.given],
        photos=photos,
        month=month_of(data["month"]) if data["month"] else timezone.localdate(),
        percent=row.cleaned_data["percent"],
        paid_amount=row.cleaned_data["paid_amount"],
        note=row.cleaned_data["note"],
        declare=data["declare"],
        happened_on=data["happened_on"],
    )
    if not (visit.contracts or visit.photos or visit.declare or visit.percent is not None or visit.paid_amount is not None):
        return None, {"": _("There is nothing to send. Take a photo or enter the progress.")}
    return visit, {}


def read_photos(request: StaffRequest) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every file with what the phone says of it."""
    photos: list[dict[str, Any]] = []
    errors: dict[str, Any] = {}
    for number in range(PHOTOS_AT_ONCE):
        for file in request.FILES.getlist(f"photo-{number}"):
            form = SitePhotoForm(_photo_data(request, number))
            if not form.is_valid():
                errors[f"photo-{number}"] = next(iter(form.errors.values()))[0]
                continue
            data = form.cleaned_data
            photos.append(
                {
                    "raw": file.read(),
                    "client_key": data["key"],
                    "kind": data["kind"] or PhotoKind.PROGRESS.value,
                    "taken_at": data["taken_at"],
                    "longitude": data["longitude"],
                    "latitude": data["latitude"],
                    "accuracy": data["accuracy"],
                }
            )
    return photos, errors


def _photo_data(request: StaffRequest, number: int) -> dict[str, str]:
    """A plain form gives no key: it gets one here."""
    names = ("key", "taken_at", "longitude", "latitude", "accuracy", "kind")
    data = {name: request.POST.get(f"photo-{number}-{name}", "") for name in names}
    return data | {"key": data["key"] or str(uuid.uuid4())}
