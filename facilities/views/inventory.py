"""The inventory: list, one facility, entering and changing it, its state."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from communities.queries import place_names
from facilities.choices import FacilityKind, FacilityState
from facilities.errors import LostUpdate
from facilities.filters import FacilityFilter
from facilities.forms.inventory import FacilityForm, StateForm
from facilities.inspecting import due_counts
from facilities.models import Facility, Inspection
from facilities.operations.inventory import add_facility, change_facility, move_state
from facilities.queries import DEFAULT_SORT, facilities_in_reach, facility_page, state_counts
from facilities.rules import inspection_due
from facilities.views.shared import crumbs, facility_or_404, put_errors, region_of, regions_below, shared_depth
from regions.models import Region

FILTERS = ("q", "region", "kind", "state", "community", "project")


class FacilityList(ActionView):
    """The facilities of the reader's area: filters, search, order and place live in the address."""

    action = "facilities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """One page of the list; the same number of queries whatever it shows."""
        region = region_of(request)
        base = facilities_in_reach(request.user)
        query = request.GET.copy()
        query["state"] = ""
        counts = state_counts(FacilityFilter(query, queryset=base, request=request).qs)
        found = FacilityFilter(request.GET, queryset=base, request=request)
        page = facility_page(found.qs, sort=request.GET.get("sort", DEFAULT_SORT), cursor=request.GET.get("cursor", ""))
        places = place_names((row.region for row in page.rows), above=shared_depth(request.user))
        context = {
            "page": page,
            "rows": [{"facility": row, "place": places[row.region.path]} for row in page.rows],
            "kinds": FacilityKind.choices,
            "region": region,
            "regions_below": regions_below(region),
            "crumbs": crumbs(request, region) if region else [],
            "segments": self._segments(request, counts),
            "inspections": due_counts(request.user, today=timezone.localdate()),
            "why": self._why(found) if not page.rows else "",
            "filtered": any(request.GET.get(name) for name in FILTERS),
            "kept": [(name, request.GET[name]) for name in ("state", "sort", "community", "project") if request.GET.get(name)],
            "may_edit": request.user.may("facilities.edit"),
            "may_export": request.user.may("exports.run"),
            "may_import": request.user.may("imports.run") and request.user.may("facilities.edit"),
            "synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "facilities/list.html", context)

    @staticmethod
    def _segments(request: StaffRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
        """The states, each with its count under the other filters."""
        items = []
        for value, label in [("", _("All")), *FacilityState.choices]:
            query = request.GET.copy()
            for name in ("state", "cursor"):
                query.pop(name, None)
            if value:
                query["state"] = value
            current = request.GET.get("state", "") == value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": current, "count": counts.get(value, 0)})
        return items

    @staticmethod
    def _why(found: FacilityFilter) -> str:
        """The filters that together exclude everything, by name."""
        quoted = _(" and ").join(_('"%(label)s: %(value)s"') % {"label": label, "value": value} for label, value in found.named())
        return _("No facility fulfils %(filters)s.") % {"filters": quoted} if quoted else ""


class FacilityDetail(ActionView):
    """One facility: where it is, whom it serves, what became of it."""

    action = "facilities.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Its facts and the states it went through, newest first."""
        facility = facility_or_404(request, pk, self.action)
        return render(request, "facilities/detail.html", detail_of(request, facility))


def detail_of(request: StaffRequest, facility: Facility) -> dict[str, Any]:
    """What a facility's page shows."""
    may_edit = request.user.may("facilities.edit", facility.region.path)
    project = facility.project
    inspections = list(facility.inspections.select_related("recorded_by"))
    due = None
    if project is not None and facility.opened_on is not None and facility.state in {FacilityState.OPEN, FacilityState.IDLE}:
        due = inspection_due(facility.opened_on, max((row.months for row in inspections), default=0), timezone.localdate())
    return {
        "facility": facility,
        "crumbs": crumbs(request, facility.region, (facility.name, "")),
        "changes": [state_event(change) for change in facility.changes.select_related("recorded_by")],
        "inspections": [inspection_event(row) for row in inspections],
        "inspection_due": due,
        "asks_inspections": facility.project is not None and facility.opened_on is not None,
        "may_edit": may_edit,
        "opens_project": project is not None and request.user.may("projects.see", project.region.path),
        "opens_community": facility.community is not None and request.user.may("communities.see", facility.community.region.path),
    }


def state_event(change: Any) -> dict[str, Any]:
    """A change of state as an event of the timeline."""
    text = change.get_state_display()
    return {
        "state": "done",
        "when": str(change.happened_on),
        "who": str(change.recorded_by),
        "text": _("%(text)s (reason: %(reason)s)") % {"text": text, "reason": change.reason} if change.reason else text,
    }


def inspection_event(row: Inspection) -> dict[str, Any]:
    """An inspection as an event of the timeline."""
    found = _("used as planned") if row.in_use else _("not used as planned")
    text = _("after %(months)s months: %(found)s") % {"months": row.months, "found": found}
    if row.visitors is not None:
        text += _(", %(visitors)s visitors a day") % {"visitors": row.visitors}
    return {
        "state": "done" if row.in_use else "open",
        "when": str(row.inspected_on),
        "who": str(row.recorded_by),
        "text": f"{text} {row.note}".strip(),
        "url": reverse("facilities:inspection-photo", args=[row.pk]) if row.photo else "",
    }


class FacilityAdd(ActionView):
    """Enter a facility."""

    action = "facilities.edit"

    def get(self, request: StaffRequest) -> HttpResponse:
        """An empty form, region and community taken over from the page before."""
        region = Region.objects.visible_to(request.user).filter(code=request.GET.get("region", "")).first()
        initial = {name: request.GET[name] for name in ("kind", "community", "project") if request.GET.get(name)}
        return self._show(request, FacilityForm(user=request.user, initial={"region": region, **initial}))

    def post(self, request: StaffRequest) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        form = FacilityForm(request.POST, user=request.user)
        if form.is_valid():
            try:
                facility = add_facility(
                    actor=request.user,
                    at=timezone.now(),
                    values=form.values(),
                    state=form.cleaned_data["state"],
                    reason=form.cleaned_data["reason"],
                )
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("%(name)s is entered.") % {"name": facility.name})
                return redirect("facilities:detail", facility.pk)
        return self._show(request, form, status=422)

    @staticmethod
    def _show(request: StaffRequest, form: FacilityForm, status: int = 200) -> HttpResponse:
        back = reverse("facilities:list")
        title = _("Enter a facility")
        context = {"form": form, "title": title, "crumbs": [(_("Facilities"), back), (title, "")], "back": back}
        return render(request, "facilities/form.html", context, status=status)


class FacilityChange(ActionView):
    """Change a facility; nobody's changes are overwritten unseen."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what is on record."""
        facility = facility_or_404(request, pk, self.action)
        return self._show(request, facility, FacilityForm(instance=facility, user=request.user))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save; after somebody else's change say so, and let the next save go through."""
        facility = facility_or_404(request, pk, self.action)
        form = FacilityForm(request.POST, instance=facility, user=request.user)
        if form.is_valid():
            version = form.cleaned_data["version"] or 0
            try:
                change_facility(actor=request.user, at=timezone.now(), facility_id=pk, version=version, values=form.values())
            except LostUpdate as error:
                form.data = with_version(form, error.details["version"])
                put_errors(form, error)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("facilities:detail", pk)
        return self._show(request, facility, form, status=422)

    @staticmethod
    def _show(request: StaffRequest, facility: Facility, form: FacilityForm, status: int = 200) -> HttpResponse:
        back = reverse("facilities:detail", args=[facility.pk])
        context = {
            "form": form,
            "facility": facility,
            "title": _("Change %(name)s") % {"name": facility.name},
            "crumbs": crumbs(request, facility.region, (facility.name, back), (_("Change"), "")),
            "back": back,
        }
        return render(request, "facilities/form.html", context, status=status)


def with_version(form: FacilityForm, version: int) -> Any:
    """The form's data with the version that is now on record: saving again is then done knowingly."""
    data = form.data.copy()
    data["version"] = version
    return data


class FacilityMove(ActionView):
    """Another state, with its day and reason."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form."""
        facility = facility_or_404(request, pk, self.action)
        return self._show(request, facility, StateForm(facility=facility))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Write the change."""
        facility = facility_or_404(request, pk, self.action)
        form = StateForm(request.POST, facility=facility)
        if form.is_valid():
            try:
                move_state(actor=request.user, at=timezone.now(), facility_id=pk, **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("facilities:detail", pk)
        return self._show(request, facility, form, status=422)

    @staticmethod
    def _show(request: StaffRequest, facility: Facility, form: StateForm, status: int = 200) -> HttpResponse:
        back = reverse("facilities:detail", args=[facility.pk])
        title = _("Change the state")
        context = {
            "form": form,
            "facility": facility,
            "title": title,
            "crumbs": crumbs(request, facility.region, (facility.name, back), (title, "")),
            "back": back,
        }
        return render(request, "facilities/state_form.html", context, status=status)
