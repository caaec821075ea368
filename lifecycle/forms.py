"""The shape of input of the stair."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from lifecycle.choices import Department, ItemResult, PartyKind, TicketState, WarrantyKind
from lifecycle.models import SheetParty
from lifecycle.operations import Representative
from lifecycle.strokes import MOST_CHARACTERS
from projects.choices import ContractKind
from projects.forms import CommunityOfProjectField, DayInput, WanField
from projects.models import Entry


class StepForm(forms.Form):
    """The day on which a step happened."""

    happened_on = forms.DateField(label=_("It happened on"), widget=DayInput())


class ConditionForm(StepForm):
    """Suspend, resume, withdraw: a day and a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class SuspendForm(ConditionForm):
    """Suspend: also when the works are expected to go on."""

    resumes_on = forms.DateField(label=_("Expected to go on"), required=False, widget=DayInput())
    field_order = ("happened_on", "resumes_on", "reason")


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


# --- joint acceptance -------------------------------------------------------------------------------------------------

PHOTO_ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif"


def _text(label: Any, most: int, *, required: bool = True, rows: int = 0, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=help_text)


def _photo() -> forms.FileField:
    widget = forms.ClearableFileInput(attrs={"accept": PHOTO_ACCEPT, "capture": "environment"})
    return forms.FileField(label=_("Photo"), required=False, widget=widget)


class PrepareForm(forms.Form):
    """The day and place of an acceptance, and up to four representatives of the residents."""

    planned_on = forms.DateField(label=_("Planned on"), widget=DayInput())
    place = _text(_("Where the parties meet"), 100)
    name_1 = _text(
        _("First representative of the residents"), 60, help_text=_("The full name. It is shown masked to those who do not need it.")
    )
    place_1 = _text(_("Building and stairwell"), 60, required=False)
    name_2 = _text(_("Second representative of the residents"), 60, help_text=_("From another building or stairwell if possible."))
    place_2 = _text(_("Building and stairwell"), 60, required=False)
    name_3 = _text(_("Third representative of the residents"), 60, required=False)
    place_3 = _text(_("Building and stairwell"), 60, required=False)

    @property
    def representatives(self) -> list[Representative]:
        """Those that were named."""
        data = self.cleaned_data
        return [Representative(data[f"name_{n}"], data[f"place_{n}"]) for n in (1, 2, 3) if data[f"name_{n}"].strip()]


class HoldForm(forms.Form):
    """The day on which the parties met."""

    held_on = forms.DateField(label=_("Held on"), widget=DayInput())


class PartyForm(forms.Form):
    """Somebody more on the sheet."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PartyKind.choices)
    department = forms.ChoiceField(label=_("Department"), required=False, choices=[("", "—"), *Department.choices])
    name = _text(_("Name of the firm or the representative"), 100, required=False)
    place = _text(_("Building and stairwell"), 60, required=False, help_text=_("For a representative of the residents."))
    reason = _text(_("Reason"), 300, rows=2)


class ItemForm(forms.Form):
    """What was found of an item: passed, or not applicable with the reason."""

    result = forms.ChoiceField(choices=[("passed", ItemResult.PASSED.label), ("na", ItemResult.NOT_APPLICABLE.label)])
    note = _text(_("Note"), 300, required=False)


class DefectForm(forms.Form):
    """A defect of an item."""

    what = _text(_("What is wrong"), 200)
    responsible = forms.ModelChoiceField(label=_("Mended by"), queryset=SheetParty.objects.none(), empty_label=None)
    due_on = forms.DateField(label=_("To be mended by"), widget=DayInput())
    minor = forms.BooleanField(
        label=_("Minor: may be left to the warranty"), required=False, help_text=_("It does not keep the sheet from being complete.")
    )
    photo = _photo()

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = parties


class RecheckForm(forms.Form):
    """A named person looked again."""

    mended = forms.TypedChoiceField(
        label=_("Found"),
        choices=[("yes", _("Mended")), ("no", _("Not mended"))],
        widget=forms.RadioSelect(),
        coerce=lambda word: word == "yes",
    )
    checked_on = forms.DateField(label=_("Checked on"), widget=DayInput())
    checked_by_name = _text(_("Checked by"), 60)
    note = _text(_("Note"), 300, required=False)
    photo = _photo()


class DeadlineForm(forms.Form):
    """Another deadline."""

    due_on = forms.DateField(label=_("To be mended by"), widget=DayInput())
    reason = _text(_("Reason"), 300, rows=2)


class SignForm(forms.Form):
    """A party's word: for or against, a name, perhaps a drawn signature. Nothing is chosen beforehand."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput())
    agrees = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda word: word == "yes", error_messages={"required": _("Choose for or against.")}
    )
    reason = forms.CharField(max_length=300, required=False)
    name = forms.CharField(max_length=60, error_messages={"required": _("Type the full name of who signs.")})
    drawing = forms.CharField(max_length=MOST_CHARACTERS, required=False)


# --- after the acceptance ---------------------------------------------------------------------------------------------


class TicketForm(forms.Form):
    """Something broke within the warranty."""

    community = CommunityOfProjectField(label=_("Community"), queryset=Entry.objects.none(), empty_label=None)
    place = _text(_("Building, stairwell, door"), 100, required=False)
    kind = forms.ChoiceField(label=_("Kind of work"), choices=WarrantyKind.choices)
    what = _text(_("What is wrong"), 300, rows=2)
    reported_on = forms.DateField(label=_("Reported on"), widget=DayInput())
    reporter = _text(_("Reported by"), 60, required=False, help_text=_("Kept encrypted, shown masked."))
    due_on = forms.DateField(label=_("To be mended by"), required=False, widget=DayInput())
    photo = _photo()

    def __init__(self, *args: Any, entries: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = entries


class TicketStepForm(forms.Form):
    """What became of a ticket."""

    state = forms.ChoiceField(label=_("State"), choices=TicketState.choices, widget=forms.HiddenInput())
    happened_on = forms.DateField(label=_("It happened on"), widget=DayInput())
    note = _text(_("What was done or found"), 300, rows=2)
    photo = _photo()


class FileForm(forms.Form):
    """A document put into the archive."""

    number = _text(_("Number of the document, or where it lies"), 80)
    filed_by_name = _text(_("Filed by"), 60)
    filed_on = forms.DateField(label=_("Filed on"), widget=DayInput())
    note = _text(_("Note"), 300, required=False)
