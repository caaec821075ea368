"""What hangs below a community: buildings, flats, and the people in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from communities.errors import LostUpdate
from communities.forms import BuildingForm, HouseholdForm, take_refusal
from communities.models import Building, Community, Household
from communities.operations import add_building, add_household, change_building, change_household, reveal_owners, state_of
from communities.queries import community_or_404, disclosures
from communities.views.register import crumbs


class PartView(ActionView):
    """Form page of something below a community: one template, one way to refuse and to come back."""

    def community(self, request: StaffRequest, pk: int) -> Community:
        """404 outside the reader's area, 403 in it without the right."""
        community = community_or_404(pk, request.user)
        request.user.require(self.action, community.region.path)
        return community

    def show(self, request: StaffRequest, community: Community, form: forms.BaseForm, title: str, status: int = 200) -> HttpResponse:
        """The form in the community's place."""
        back = reverse("communities:detail", args=[community.pk])
        context = {
            "form": form,
            "community": community,
            "title": title,
            "crumbs": [*crumbs(request.user, community.region, community.name)[:-1], (community.name, back), (title, "")],
            "back": back,
        }
        return render(request, "communities/part_form.html", context, status=status)

    def refuse(self, form: forms.BaseForm, error: DomainError, row: Any = None) -> None:
        """The refusal in its place; after somebody else's change the next save is done knowingly."""
        if isinstance(error, LostUpdate) and row is not None:
            form.data = {**form.data.dict(), "seen": state_of(row)}
        take_refusal(form, error)


class BuildingAdd(PartView):
    """Add a building."""

    action = "communities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """An empty form."""
        return self.show(request, self.community(request, pk), BuildingForm(), _("Add a building"))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        community, form = self.community(request, pk), BuildingForm(request.POST)
        if form.is_valid():
            try:
                add_building(actor=request.user, at=timezone.now(), community_id=community.pk, values=form.values())
            except DomainError as error:
                self.refuse(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("communities:detail", community.pk)
        return self.show(request, community, form, _("Add a building"), status=422)


class BuildingChange(PartView):
    """Change a building."""

    action = "communities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what is on record."""
        building = self._building(request, pk)
        form = BuildingForm(instance=building, initial={"seen": state_of(building)})
        return self.show(request, building.community, form, _("Change %(name)s") % {"name": building.name})

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        building = self._building(request, pk)
        form = BuildingForm(request.POST, instance=building)
        if form.is_valid():
            seen = form.cleaned_data["seen"]
            try:
                change_building(actor=request.user, at=timezone.now(), building_id=building.pk, seen=seen, values=form.values())
            except DomainError as error:
                self.refuse(form, error, building)
            else:
                messages.success(request, _("Saved"))
                return redirect("communities:detail", building.community_id)
        return self.show(request, building.community, form, _("Change %(name)s") % {"name": building.name}, status=422)

    def _building(self, request: StaffRequest, pk: int) -> Building:
        building = Building.objects.visible_to(request.user).select_related("community__region").filter(pk=pk).first()
        if building is None:
            raise Http404(_("There is no such building in your area."))
        self.community(request, building.community_id)
        return building


class HouseholdAdd(PartView):
    """Add a flat."""

    action = "households.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """An empty form."""
        community = self.community(request, pk)
        form = HouseholdForm(community=community, initial={"building": request.GET.get("building", "")})
        return self.show(request, community, form, _("Add a household"))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        community = self.community(request, pk)
        form = HouseholdForm(request.POST, community=community)
        if form.is_valid():
            data = form.cleaned_data
            try:
                add_household(
                    actor=request.user,
                    at=timezone.now(),
                    community_id=community.pk,
                    values=form.values(),
                    owners=data["owners"],
                    phone=data["phone"],
                )
            except DomainError as error:
                self.refuse(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect(f"{reverse('communities:detail', args=[community.pk])}?building={data['building'].pk}")
        return self.show(request, community, form, _("Add a household"), status=422)


class HouseholdChange(PartView):
    """Change a flat. Its people stay masked; what is entered replaces them."""

    action = "households.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what is on record, people left out."""
        household = household_or_404(request, pk, self.action)
        form = HouseholdForm(instance=household, community=household.community, initial={"seen": state_of(household)})
        return self.show(request, household.community, form, _("Change household %(place)s") % {"place": household})

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        household = household_or_404(request, pk, self.action)
        community, title = household.community, _("Change household %(place)s") % {"place": household}
        form = HouseholdForm(request.POST, instance=household, community=community)
        if form.is_valid():
            data = form.cleaned_data
            try:
                change_household(
                    actor=request.user,
                    at=timezone.now(),
                    household_id=household.pk,
                    seen=data["seen"],
                    values=form.values(),
                    owners=data["owners"] or None,
                    phone=data["phone"] or None,
                )
            except DomainError as error:
                self.refuse(form, error, household)
            else:
                messages.success(request, _("Saved"))
                return redirect(f"{reverse('communities:detail', args=[community.pk])}?building={data['building'].pk}")
        return self.show(request, community, form, title, status=422)


class HouseholdShow(ActionView):
    """Owners and phone of one flat in clear: asked for on purpose, and written down."""

    action = "households.see_names"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The table's row for htmx, a page of its own without script."""
        household = household_or_404(request, pk, self.action)
        contact = reveal_owners(actor=request.user, at=timezone.now(), household=household)
        context = {
            "row": {"household": household, "contact": contact},
            "community": household.community,
            "crumbs": crumbs(request.user, household.community.region, household.community.name),
            "may_see_names": True,
            "may_edit_households": request.user.may("households.edit", household.community.region.path),
        }
        template = "communities/_household.html" if request.htmx else "communities/household.html"
        response = render(request, template, context)
        response["Cache-Control"] = "no-store"
        return response


class DisclosureList(ActionView):
    """The auditor's list of who read whose names."""

    action = "audit.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Newest first."""
        page = cursor_page(disclosures(request.user), order="-at", cursor=request.GET.get("cursor", ""))
        return render(request, "communities/disclosures.html", {"page": page})


def household_or_404(request: StaffRequest, pk: int, action: str) -> Household:
    """The flat in the reader's area; NotAllowed (403) without the right there."""
    rows = Household.objects.visible_to(request.user).select_related("building", "community__region")
    household = rows.filter(pk=pk).first()
    if household is None:
        raise Http404(_("There is no such household in your area."))
    request.user.require(action, household.community.region.path)
    return household
