"""The shape of input from the site and of contracts: progress of works, diary, bidders, change orders."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import Weather
from projects.forms import PercentField, WanField
from projects.models import Work
from projects.rules import yuan_of_wan


class QuantityField(forms.DecimalField):
    """A quantity in the unit of the scheme; "" is None."""

    def __init__(self, **kwargs: Any) -> None:
        words = {"invalid": _("Enter a quantity such as 12.5."), "min_value": _("Enter a quantity such as 12.5.")}
        super().__init__(min_value=Decimal(0), max_digits=12, decimal_places=2, error_messages=words, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        """Also with separators of thousands."""
        return super().to_python(value.replace(",", "").replace("，", "") if isinstance(value, str) else value)


class WorkRowForm(forms.Form):
    """What is said of one work, on a phone or in a row of the desk grid: an empty field is left as it stands."""

    percent = PercentField(required=False)
    quantity = QuantityField(required=False)
    started_on = forms.DateField(required=False)
    completed_on = forms.DateField(required=False)
    note = forms.CharField(required=False, max_length=300)
    key = forms.UUIDField(required=False)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to store; a note alone says something too."""
        data = self.cleaned_data
        return any(data.get(name) not in (None, "") for name in self.fields if name != "key")

    @property
    def values(self) -> dict[str, Any]:
        """As WorkRow takes them."""
        data = self.cleaned_data
        return {name: data.get(name) for name in ("percent", "quantity", "started_on", "completed_on")} | {
            "note": data.get("note") or "",
            "client_key": data.get("key"),
        }


class AsOfForm(forms.Form):
    """The day that a report speaks of."""

    reported_on = forms.DateField(required=False)

    def clean_reported_on(self) -> datetime.date | None:
        """None: today."""
        return self.cleaned_data["reported_on"] or None


class DiaryForm(forms.Form):
    """A day in the construction diary."""

    on = forms.DateField(label=_("Day"))
    weather = forms.ChoiceField(label=_("Weather"), choices=Weather.choices)
    workers = forms.IntegerField(label=_("Workers on site"), min_value=0, max_value=9999)
    text = forms.CharField(label=_("What was done"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    key = forms.UUIDField(required=False, widget=forms.HiddenInput())


class SignedWanField(forms.CharField):
    """An amount in 万元 that may be less than nothing, given on as exact yuan."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "text"}), **kwargs)

    def clean(self, value: Any) -> Decimal:
        """Raises ValidationError for what is no amount; "" is 0."""
        text = super().clean(value).replace("−", "-").replace("－", "-").replace("＋", "").lstrip("+")
        yuan = yuan_of_wan(text or "0")
        if yuan is None:
            raise forms.ValidationError(_("Enter an amount in units of 10,000 yuan, more or less, such as 12.5 or -3."))
        return yuan


class ChangeOrderForm(forms.Form):
    """A change of a contract: yuan and days, more or less."""

    number = forms.CharField(label=_("Number of the change order"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    amount_delta = SignedWanField(
        label=_("Change of the amount (10,000 yuan)"), required=False, help_text=_("More: 12.5. Less: -3. Nothing: leave it empty.")
    )
    days_delta = forms.IntegerField(
        label=_("Change of the time (days)"), required=False, help_text=_("More: 10. Less: -5."), min_value=-3650, max_value=3650
    )
    works = forms.ModelMultipleChoiceField(
        label=_("Works affected"), required=False, queryset=Work.objects.none(), widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, works: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["works"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = works

    def clean_days_delta(self) -> int:
        """Nothing is 0."""
        return self.cleaned_data["days_delta"] or 0


class BidForm(forms.Form):
    """One bidder; a row left empty is none."""

    name = forms.CharField(required=False, max_length=100)
    amount = WanField(required=False)
    rank = forms.IntegerField(required=False, min_value=1, max_value=99)

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty."""
        data = super().clean() or {}
        if any(data.get(name) for name in self.fields):
            for name in self.fields:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill in the whole row, or leave it empty."))
        return data
