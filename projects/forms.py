"""The shape of input of works."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import TAKEN_OVER, WORK_CLASS, ContractKind, Output, PhotoKind, RecordKind, Side, WorkClass, WorkKind
from projects.models import Contract, Entry
from projects.operations.catalogue import ItemRow
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
        fields = ("kind", "number", "signed_on", "amount", "party", "starts_on", "ends_on")
        widgets = {"signed_on": DayInput(), "starts_on": DayInput(), "ends_on": DayInput()}


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


EMPTY = [("", "—")]
# the kinds of work under their classes, as the select shows them
KINDS_BY_CLASS = [
    (group.label, [(kind.value, kind.label) for kind in WorkKind if WORK_CLASS[kind] == group]) for group in WorkClass
]  # fmt: skip


class CatalogueForm(forms.Form):
    """The head of a year's draft; its items are rows of their own (CatalogueItemForm)."""

    source = forms.CharField(label=_("Source of the price bands"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    note = forms.CharField(label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CatalogueItemForm(forms.Form):
    """One item of a draft; a row left empty is no item."""

    code = forms.CharField(required=False, max_length=10)
    kind = forms.ChoiceField(required=False, choices=[*EMPTY, *KINDS_BY_CLASS])
    name = forms.CharField(required=False, max_length=60)
    unit = forms.CharField(required=False, max_length=12)
    price_low = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=2)
    price_high = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=2)
    output = forms.ChoiceField(required=False, choices=[*EMPTY, *Output.choices])
    factor = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=6)
    compulsory = forms.BooleanField(required=False)
    description = forms.CharField(required=False, max_length=300)

    NEEDED = ("code", "kind", "name", "unit", "price_low", "price_high")

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty: what is missing is named."""
        data = super().clean() or {}
        if any(data.get(name) for name in self.fields):
            for name in self.NEEDED:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill in the whole row, or leave it empty."))
        return data

    @property
    def item(self) -> ItemRow | None:
        """The item, once valid; None for an empty row."""
        data = self.cleaned_data
        return ItemRow(**data) if data.get("code") else None

    @property
    def first_error(self) -> str:
        """One sentence for the row."""
        return next((str(messages[0]) for messages in self.errors.values()), "")


class TemplateForm(forms.Form):
    """A city's template: its words; the items are ticked beside."""

    name = forms.CharField(label=_("Name"), max_length=60)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class RecordForm(forms.Form):
    """A dated document that a gate asks for; what a kind does not have is left empty."""

    kind = forms.ChoiceField(label=_("Document"), choices=[(kind, label) for kind, label in RecordKind.choices if kind not in TAKEN_OVER])
    subject = forms.ChoiceField(
        label=_("Concerns"),
        required=False,
        choices=[*EMPTY, *Side.choices],
        help_text=_("For a funding source."),
    )
    party = forms.CharField(label=_("Issued or signed by"), max_length=100)
    number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    dated_on = forms.DateField(label=_("Dated"), widget=DayInput())
    amount = WanField(label=_("Amount (10,000 yuan)"), required=False, help_text=_("For a funding source and the final account."))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class AttachmentForm(forms.Form):
    """A drawing or document of a scheme."""

    title = forms.CharField(label=_("What the file shows"), max_length=100)
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.dwg"}),
        help_text=_("PDF, JPEG, PNG or DWG. The content is checked, not the name."),
    )


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
