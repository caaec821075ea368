"""The shape of input: communities, buildings, flats, merging."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, InvalidInput
from common.text import narrow
from communities.models import Building, Community, Household
from communities.operations import BUILDING_FIELDS, COMMUNITY_FIELDS, HOUSEHOLD_FIELDS, faults_of
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

PHONE = re.compile(r"\+?[\d -]{7,20}")
INDENT = "　"


class RegionChoiceField(forms.ModelChoiceField):
    """A region of the tree, indented by its level."""

    def label_from_instance(self, region: Region) -> str:
        """Two steps in per level below the county."""
        return INDENT * (region.depth - LEVEL_DEPTH[Level.COUNTY]) + region.name


def regions_to_choose(user: Any, action: str) -> Any:
    """County-level units and what lies below, where the user may do the action."""
    scope = user.scope_for(action)
    return Region.objects.filter(scope.q("path"), depth__gte=LEVEL_DEPTH[Level.COUNTY]).order_by("path")


def check_columns(form: forms.ModelForm, model: type[Model]) -> None:
    """Run the validators of the model's columns on what the form has understood."""
    columns = {column.name: column for column in model._meta.fields}
    for name, value in list(form.cleaned_data.items()):
        if value is None or name not in columns or columns[name].is_relation:
            continue
        try:
            columns[name].run_validators(value)
        except forms.ValidationError as error:
            form.add_error(name, error)


class OutlineField(forms.JSONField):
    """Corners as JSON; nothing where there are none."""

    default_error_messages = {"invalid": _("Write the corners as [[longitude, latitude], …].")}

    def prepare_value(self, value: Any) -> Any:
        """An empty box instead of "null"."""
        return "" if value is None else super().prepare_value(value)


class CommunityForm(forms.ModelForm):
    """A community's facts; `version` notices that somebody else saved in between."""

    region = RegionChoiceField(queryset=Region.objects.none(), label=_("Region"), empty_label=_("Choose the region"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Community
        fields = COMMUNITY_FIELDS
        widgets = {"outline": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})}
        field_classes = {"outline": OutlineField}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions_to_choose(user, "communities.edit")
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in COMMUNITY_FIELDS}

    def _post_clean(self) -> None:
        """Everything that can be said before the row is locked is said at once; the form leaves the instance alone."""
        known = {name: value for name, value in self.cleaned_data.items() if name in COMMUNITY_FIELDS and value is not None}
        check_columns(self, Community)
        for name, message in faults_of(Community(**known), this_year=timezone.localdate().year).items():
            if name not in self.errors:
                self.add_error(name, message)


class BuildingForm(forms.ModelForm):
    """A building; `seen` notices that somebody else saved in between."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Building
        fields = BUILDING_FIELDS

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in BUILDING_FIELDS}

    def _post_clean(self) -> None:
        """As in CommunityForm."""
        check_columns(self, Building)


class HouseholdForm(forms.ModelForm):
    """A flat with its people. For a known flat the people stay hidden: what is entered replaces what is there."""

    owners = forms.CharField(label=_("Owners, one per line"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=1000)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=24, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Household
        fields = HOUSEHOLD_FIELDS

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = community.buildings.order_by("name")
        self.fields["building"].label = _("Building")
        self.fields["building"].empty_label = _("Choose a building")
        if self.instance.pk:
            self.fields["owners"].help_text = _("Leave empty to keep the owners on record.")
            self.fields["phone"].help_text = _("Leave empty to keep the phone on record.")

    def clean_phone(self) -> str:
        """Digits, spaces and hyphens."""
        phone = narrow(self.cleaned_data["phone"])
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("Write the phone in digits, such as 13812345678."))
        return phone.replace(" ", "").replace("-", "")

    def clean_owners(self) -> list[str]:
        """One name per line, empty lines dropped."""
        names = [narrow(line) for line in self.cleaned_data["owners"].splitlines() if narrow(line)]
        if any(len(name) > 40 for name in names):
            raise forms.ValidationError(_("One of the names is longer than 40 characters. Write one owner per line."))
        return names

    def values(self) -> dict[str, Any]:
        """What the operation takes, people apart."""
        return {name: self.cleaned_data[name] for name in HOUSEHOLD_FIELDS}

    def _post_clean(self) -> None:
        """As in CommunityForm."""


class MergeForm(forms.Form):
    """Which record goes on, and why the two are one."""

    survivor = forms.TypedChoiceField(label=_("Which record goes on"), widget=forms.RadioSelect, coerce=int)
    reason = forms.CharField(label=_("Why the two are one"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, pair: tuple[Community, Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["survivor"].choices = [(row.pk, f"{row.name} ({row.code})") for row in pair]


class ApartForm(forms.Form):
    """How two look-alikes differ."""

    reason = forms.CharField(label=_("How the two differ"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


def take_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Put an operation's refusal beside the fields that it names, the rest on top of the form."""
    details = error.details if isinstance(error, InvalidInput) and isinstance(error.details, dict) else {}
    for name, message in details.items():
        form.add_error(name if name in form.fields and not form.fields[name].widget.is_hidden else None, str(message))
    if not details:
        form.add_error(None, str(error.message))
