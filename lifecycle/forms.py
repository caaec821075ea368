"""The shape of input of the stair."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from projects.choices import ContractKind
from projects.forms import DayInput, WanField


class StepForm(forms.Form):
    """The day on which a step happened."""

    happened_on = forms.DateField(label=_("It happened on"), widget=DayInput())


class ConditionForm(StepForm):
    """Suspend, resume, withdraw: a day and a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ProjectForm(forms.Form):
    """A new project for the reserve library."""

    name = forms.CharField(label=_("Name of the project"), max_length=100)
    communities = forms.ModelMultipleChoiceField(
        label=_("Communities"),
        queryset=Community.objects.none(),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose at least one community.")},
    )

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["communities"].queryset = communities


class SiteContractForm(forms.Form):
    """A contract typed on the phone; left out when the number is empty."""

    number = forms.CharField(required=False, max_length=60)
    signed_on = forms.DateField(required=False)
    amount = WanField(required=False)
    party = forms.CharField(required=False, max_length=100)

    def __init__(self, *args: Any, kind: ContractKind, **kwargs: Any) -> None:
        super().__init__(*args, prefix=kind.value, **kwargs)
        self.kind = kind

    def clean(self) -> dict[str, Any]:
        """All or nothing: a number without the rest names what is missing."""
        data = super().clean() or {}
        if any(data.get(name) for name in self.fields):
            for name in self.fields:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed for the contract."))
        return data

    @property
    def given(self) -> bool:
        """Whether anything was typed."""
        return any(self.cleaned_data.get(name) for name in self.fields)


class SiteForm(forms.Form):
    """What a visit declares."""

    declare = forms.ChoiceField(required=False, choices=[("start", "start"), ("completion", "completion")])
    happened_on = forms.DateField(required=False)
    month = forms.RegexField(r"^\d{4}-\d{2}$", required=False)
