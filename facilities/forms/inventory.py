"""A facility as it is typed in, and a change of its state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from facilities.choices import FacilityKind, FacilityState
from facilities.models import Facility
from facilities.operations.inventory import FACILITY_FIELDS, faults_of
from projects.models import Project
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

INDENT = "　"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RegionChoiceField(forms.ModelChoiceField):
    """A region of the tree, indented by its level."""

    def label_from_instance(self, region: Region) -> str:
        """Two steps in per level below the county."""
        return INDENT * (region.depth - LEVEL_DEPTH[Level.COUNTY]) + region.name


class FacilityForm(forms.ModelForm):
    """What is on record of a facility; `version` notices that somebody else saved in between."""

    region = RegionChoiceField(queryset=Region.objects.none(), label=_("Region"), empty_label=_("Choose the region"))
    state = forms.ChoiceField(label=_("State"), choices=FacilityState.choices, initial=FacilityState.OPEN)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_("Needed where the facility is idle or closed."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Facility
        fields = FACILITY_FIELDS
        widgets = {"opened_on": DAY}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = user.scope_for("facilities.edit")
        county = LEVEL_DEPTH[Level.COUNTY]
        self.fields["region"].queryset = Region.objects.filter(scope.q("path"), depth__gte=county).order_by("path")
        communities = Community.objects.visible_to(user, "facilities.edit").current().only("name", "pinyin").order_by("pinyin", "pk")
        self.fields["kind"].choices = [("", _("Choose the kind.")), *FacilityKind.choices]
        self.fields["community"].queryset = communities
        self.fields["community"].empty_label = _("In no community")
        self.fields["project"].queryset = Project.objects.visible_to(user, "projects.see").only("name", "code").order_by("code")
        self.fields["project"].empty_label = _("By no works")
        for name in ("longitude", "latitude"):
            self.fields[name].required = False
        self.fields["longitude"].help_text = _("Empty: the position of the community.")
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version
            del self.fields["state"], self.fields["reason"]  # the state has a page of its own

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in FACILITY_FIELDS}

    def _post_clean(self) -> None:
        """Everything that can be said before the row is locked is said at once; the form leaves the instance alone."""
        given = self.cleaned_data
        if {"longitude", "latitude", "community"} <= set(given):
            position = given["longitude"], given["latitude"]
            if position == (None, None) and given["community"] is not None:
                position = given["community"].longitude, given["community"].latitude
            asked = Facility(
                longitude=position[0],
                latitude=position[1],
                area=given.get("area"),
                opened_on=given.get("opened_on"),
                state=given.get("state", self.instance.state),
            )
            for name, message in faults_of(asked, today=timezone.localdate()).items():
                if name not in self.errors:
                    self.add_error(name, message)


class StateForm(forms.Form):
    """The facility came into another state."""

    state = forms.ChoiceField(label=_("State"))
    happened_on = forms.DateField(label=_("Since"), widget=DAY)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_("Needed where the facility is idle or closed."))

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [choice for choice in FacilityState.choices if choice[0] != facility.state]
        self.fields["happened_on"].initial = timezone.localdate
