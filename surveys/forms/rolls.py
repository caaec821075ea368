"""Forms around the roll and the slips."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.models import Household
from surveys.forms.rounds import ReasonForm


class FlatField(forms.ModelChoiceField):
    """A registered flat, called by its door."""

    def label_from_instance(self, obj: Any) -> str:
        """Building, stairwell, door and area."""
        return f"{obj.building.name} {obj.unit}-{obj.door} · {obj.exclusive_area} m²"


class AddToRollForm(ReasonForm):
    """A registered flat that is missing on the roll."""

    household = FlatField(label=_("Flat"), queryset=Household.objects.none(), error_messages={"required": _("Choose the flat.")})
    field_order = ("household", "reason")

    def __init__(self, *args: Any, missing: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household"].queryset = missing


class CorrectEntryForm(ReasonForm):
    """Another area, or off the roll."""

    area = forms.DecimalField(
        label=_("Right exclusive area (m²)"),
        required=False,
        max_digits=9,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    take_off = forms.BooleanField(label=_("Take this household off the roll"), required=False)
    field_order = ("area", "take_off", "reason")

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not data.get("take_off") and data.get("area") is None and "area" not in self.errors:
            self.add_error("area", _("Enter the right area, or take the household off the roll."))
        return data


class SlipsForm(forms.Form):
    """Which slips, and why again."""

    building = forms.CharField(required=False, max_length=30)
    reason = forms.CharField(required=False, max_length=150)
