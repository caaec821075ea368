"""The shape of input of works."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import ContractKind, PhotoKind
from projects.models import Contract, Entry
from projects.rules import wan_of_yuan, whole_percent, yuan_of_wan


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class WanField(forms.CharField):
    """An amount typed in 万元 (10,000 yuan), given on as exact yuan; "" is None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Raises ValidationError for what is no amount."""
        text = super().clean(value)
        if not text:
            return None
        yuan = yuan_of_wan(text)
        if yuan is None or yuan < 0:
            raise forms.ValidationError(_("Enter an amount in units of 10,000 yuan, such as 402.5."))
        return yuan

    def prepare_value(self, value: Any) -> Any:
        """Stored yuan as 万元 in the input."""
        return wan_of_yuan(value) if isinstance(value, Decimal) else value


class PercentField(forms.CharField):
    """A whole percentage; "" is None."""

    def clean(self, value: Any) -> int | None:
        """Raises ValidationError for what is no whole number from 0 to 100."""
        text = super().clean(value)
        if not text:
            return None
        number = whole_percent(text)
        if number is None:
            raise forms.ValidationError(_("Enter a whole number from 0 to 100."))
        return number


class ContractForm(forms.ModelForm):
    """A contract; the amount in 万元."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContractKind.choices)
    amount = WanField(label=_("Amount (10,000 yuan)"))
    party = forms.CharField(label=_("Contracting party"), max_length=100)

    class Meta:
        model = Contract
        fields = ("kind", "number", "signed_on", "amount", "party")
        widgets = {"signed_on": DayInput()}


class CommunityOfProjectField(forms.ModelChoiceField):
    """An entry, called by its community's name."""

    def label_from_instance(self, obj: Any) -> str:
        """The community's name."""
        return str(obj.community.name)


class PhotoForm(forms.Form):
    """Photos of one community from the desk; time and position come out of the files."""

    entry = CommunityOfProjectField(label=_("Community"), queryset=Entry.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Shows"), choices=PhotoKind.choices)
    caption = forms.CharField(label=_("Caption"), max_length=120, required=False)
    file = forms.FileField(
        label=_("Photo"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"}),
        help_text=_("JPEG, PNG, WebP or HEIC, up to 15 MB. Time and position are read from the file and removed from the stored picture."),
    )

    def __init__(self, *args: Any, entries: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entry"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = entries


class PutInPlanForm(forms.Form):
    """What the plan says of one community."""

    planned_amount = WanField(label=_("Planned investment (10,000 yuan)"))
    planned_start_on = forms.DateField(label=_("Planned start"), widget=DayInput())
    planned_completion_on = forms.DateField(label=_("Planned completion"), widget=DayInput())


class AdjustPlanForm(forms.Form):
    """Out of a frozen plan: the day and the reason."""

    on = forms.DateField(label=_("As of"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class AdjustIntoPlanForm(PutInPlanForm, AdjustPlanForm):
    """Into a frozen plan."""

    field_order = ("planned_amount", "planned_start_on", "planned_completion_on", "on", "reason")


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ProgressRowForm(forms.Form):
    """One row of the entry grid, or of a phone: empty fields are left as they stand."""

    percent = PercentField(required=False)
    paid_amount = WanField(required=False)
    note = forms.CharField(required=False, max_length=300)
    no_change = forms.BooleanField(required=False)
    key = forms.UUIDField(required=False)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to store."""
        data = self.cleaned_data
        return data.get("percent") is not None or data.get("paid_amount") is not None or bool(data.get("no_change"))


class SitePhotoForm(forms.Form):
    """What a phone sends beside one photo."""

    key = forms.UUIDField()
    taken_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"])
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(required=False, min_value=0)
    kind = forms.ChoiceField(required=False, choices=PhotoKind.choices)

    def clean_taken_at(self) -> datetime.datetime | None:
        """The phone sends Greenwich time."""
        value = self.cleaned_data["taken_at"]
        return value.replace(tzinfo=datetime.UTC) if value else None
