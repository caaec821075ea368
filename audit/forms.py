"""The auditor's filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.sources import sources

IN = {"class": "in"}
DATE = {"type": "date", "class": "in date"}


class TrailFilterForm(forms.Form):
    """What the trail can be narrowed to. The reasons of changes and the words of rows are searched; protected values never."""

    q = forms.CharField(label=_("Search"), required=False, max_length=80, widget=forms.TextInput(attrs=IN))
    person = forms.CharField(label=_("Who"), required=False, max_length=60, widget=forms.TextInput(attrs={"class": "in mid"}))
    subject = forms.ChoiceField(label=_("What"), required=False, choices=[], widget=forms.Select(attrs=IN))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    until = forms.DateField(label=_("Through"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = sorted(((key, source.label) for key, source in sources().items()), key=lambda each: each[1])
        self.fields["subject"].choices = [("", _("Everything")), *subjects]

    def clean(self) -> dict[str, Any]:
        """The days in the right order."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first one."))
        return values
