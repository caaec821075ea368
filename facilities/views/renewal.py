"""Conversions of idle rooms, and inspections of what works brought."""

from __future__ import annotations

import datetime
import mimetypes
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from communities.models import Community
from communities.queries import place_names
from facilities.choices import ConversionState
from facilities.forms.circle import ConversionForm, InspectionForm
from facilities.inspecting import due_counts, due_inspections, overdue_since
from facilities.models import Conversion, Inspection
from facilities.operations.inspections import record_inspection
from facilities.operations.renewal import add_conversion, change_conversion
from facilities.rules import inspection_due
from facilities.views.circle import community_or_404, county_path
from facilities.views.shared import crumbs, facility_or_404, put_errors, region_of, regions_below, shared_depth


class ConversionList(ActionView):
    """Idle rooms of the reader's area and what they become, with the photos of before and after."""

    action = "facilities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Newest first; region and state in the address."""
        region = region_of(request)
        rows = Conversion.objects.visible_to(request.user)
        rows = rows.within(region) if region else rows
        state = request.GET.get("state", "")
        if state in ConversionState.values:
            rows = rows.filter(state=state)
        rows = rows.select_related("community__region", "project__region", "facility")
        page = cursor_page(rows, order="-id", cursor=request.GET.get("cursor", ""), size=24)
        places = place_names((row.community.region for row in page.rows), above=shared_depth(request.user))
        context = {
            "page": page,
            "rows": [
                {
                    "conversion": row,
                    "place": places[row.community.region.path],
                    "sees_photos": request.user.may("projects.see", row.project.region.path),
                }
                for row in page.rows
            ],
            "region": region,
            "regions_below": regions_below(region),
            "segments": self._segments(request, state),
            "crumbs": crumbs(request, region, page="facilities:conversions") if region else [],
            "synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "facilities/conversions.html", context)

    @staticmethod
    def _segments(request: StaffRequest, chosen: str) -> list[dict[str, Any]]:
        items = []
        for value, label in [("", _("All")), *ConversionState.choices]:
            query = request.GET.copy()
            query.pop("cursor", None)
            query["state"] = value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
        return items


class ConversionAdd(ActionView):
    """Enter the conversion of an idle room of a community."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """An empty form."""
        community = community_or_404(request, pk, self.action)
        return show_conversion(request, community, conversion_form(request, community), _("Convert an idle room"))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save it, and the facility that it becomes."""
        community = community_or_404(request, pk, self.action)
        form = conversion_form(request, community, request.POST)
        if form.is_valid():
            try:
                add_conversion(actor=request.user, at=timezone.now(), community=community, values=form.values())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect(reverse("facilities:circle", args=[pk]) + "#conversions")
        return show_conversion(request, community, form, _("Convert an idle room"), status=422)


class ConversionChange(ActionView):
    """Change a conversion: how far it is, its photos."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what stands."""
        row = self._row(request, pk)
        return show_conversion(request, row.community, conversion_form(request, row.community, instance=row), row.name)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save it."""
        row = self._row(request, pk)
        form = conversion_form(request, row.community, request.POST, instance=row)
        if form.is_valid():
            try:
                change_conversion(actor=request.user, at=timezone.now(), conversion_id=pk, values=form.values())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect(reverse("facilities:circle", args=[row.community_id]) + "#conversions")
        return show_conversion(request, row.community, form, row.name, status=422)

    def _row(self, request: StaffRequest, pk: int) -> Conversion:
        row = get_object_or_404(Conversion.objects.visible_to(request.user).select_related("community__region"), pk=pk)
        community_or_404(request, row.community_id, self.action)
        return row


def conversion_form(request: StaffRequest, community: Community, *data: Any, **more: Any) -> ConversionForm:
    """The form, with the photos that the reader may see."""
    sees = request.user.may("projects.see", county_path(community))
    return ConversionForm(*data, community=community, sees_photos=sees, **more)


def show_conversion(request: StaffRequest, community: Community, form: ConversionForm, title: str, status: int = 200) -> HttpResponse:
    """The form's page."""
    back = reverse("facilities:circle", args=[community.pk])
    context = {
        "form": form,
        "title": title,
        "says": community.name,
        "crumbs": crumbs(request, community.region, (community.name, back), (title, "")),
        "back": back,
    }
    return render(request, "facilities/plain_form.html", context, status=status)


class InspectionList(ActionView):
    """Which inspections are due, overdue ones first."""

    action = "facilities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """In the order in which they fell due."""
        region, today = region_of(request), timezone.localdate()
        late = overdue_since(today)
        found = due_inspections(request.user, today=today, region=region)
        counts = due_counts(request.user, today=today, region=region)
        only = request.GET.get("only", "")
        if only == "overdue":
            found = found.filter(due_on__lt=late)
        page = cursor_page(
            found, order="due_on", cursor=request.GET.get("cursor", ""), total=counts["overdue" if only == "overdue" else "due"]
        )
        places = place_names((row.region for row in page.rows), above=shared_depth(request.user))
        reach = request.user.scope_for("facilities.edit")
        context = {
            "page": page,
            "rows": [
                {
                    "facility": row,
                    "place": places[row.region.path],
                    "overdue": row.due_on < late,
                    "may_inspect": reach.covers(row.region.path),
                }
                for row in page.rows
            ],
            "counts": counts,
            "region": region,
            "regions_below": regions_below(region),
            "segments": [
                {"label": _("All"), "url": self._url(request, ""), "current": only != "overdue", "count": counts["due"]},
                {"label": _("Overdue"), "url": self._url(request, "overdue"), "current": only == "overdue", "count": counts["overdue"]},
            ],
            "today": today,
            "crumbs": crumbs(request, region, page="facilities:inspections") if region else [],
            "synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "facilities/inspections.html", context)

    @staticmethod
    def _url(request: StaffRequest, only: str) -> str:
        query = request.GET.copy()
        query.pop("cursor", None)
        query["only"] = only
        return f"?{query.urlencode()}"


class InspectionAdd(ActionView):
    """Write down what an inspection found."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form of the inspection that is due."""
        return self._show(request, pk, InspectionForm(initial={"inspected_on": timezone.localdate()}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Keep it."""
        facility_or_404(request, pk, self.action)
        form = InspectionForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                record_inspection(actor=request.user, at=timezone.now(), facility_id=pk, **form.values())
            except DomainError as error:
                if error.code == "photo_refused":
                    form.add_error("photo", str(error.message))
                else:
                    put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("facilities:detail", pk)
        return self._show(request, pk, form, status=422)

    def _show(self, request: StaffRequest, pk: int, form: InspectionForm, status: int = 200) -> HttpResponse:
        facility = facility_or_404(request, pk, self.action)
        back = reverse("facilities:detail", args=[pk])
        done = max((row.months for row in facility.inspections.all()), default=0)
        due: tuple[int, datetime.date] | None = None
        if facility.opened_on:
            due = inspection_due(facility.opened_on, done, timezone.localdate())
        title = _("Inspection")
        says = facility.name
        if due is not None:
            says = _("%(name)s: inspection %(months)s months after the opening, due on %(day)s") % {
                "name": facility.name, "months": due[0], "day": due[1],
            }  # fmt: skip
        context = {
            "form": form,
            "title": title,
            "says": says,
            "crumbs": crumbs(request, facility.region, (facility.name, back), (title, "")),
            "back": back,
        }
        return render(request, "facilities/plain_form.html", context, status=status)


class InspectionPhoto(ActionView):
    """The picture that was taken at an inspection."""

    action = "facilities.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        """The file, for those who reach its facility."""
        row = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
        if not row.photo or not default_storage.exists(row.photo):
            raise Http404(_("The file is missing."))
        answer = FileResponse(
            default_storage.open(row.photo), content_type=mimetypes.guess_type(row.photo)[0] or "application/octet-stream"
        )
        answer["Cache-Control"] = "private, max-age=86400, immutable"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer
