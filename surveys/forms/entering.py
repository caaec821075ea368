"""Forms of those who enter ballots, call back, settle and decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.choices import CallOutcome, ObjectionState
from surveys.forms.rounds import moment_field

PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif"


def photo_field(label: Any, **more: Any) -> forms.FileField:
    """A picture, taken with the phone or chosen."""
    return forms.FileField(label=label, widget=forms.ClearableFileInput(attrs={"accept": PICTURES}), **more)


class DoorForm(forms.Form):
    """What comes beside the answers at the door. Nothing is filled in before."""

    key = forms.UUIDField()
    owners_agree = forms.IntegerField(required=False, min_value=0, max_value=50)
    owners_against = forms.IntegerField(required=False, min_value=0, max_value=50)
    proxy_name = forms.CharField(required=False, max_length=30)
    document = forms.FileField(required=False)
    replaces = forms.BooleanField(required=False)


class SheetForm(forms.Form):
    """A signed sheet that was handed in."""

    entry = forms.ChoiceField(label=_("Household"), error_messages={"required": _("Choose the household.")})
    photo = photo_field(_("Photo of the signed sheet"), error_messages={"required": _("Add the photo of the signed sheet.")})
    handed_in_at = moment_field(
        _("Handed in at"), help_text=_("The ballot counts as of this moment; a later ballot of the household takes its place.")
    )
    proxy_name = forms.CharField(
        label=_("Signed by somebody else for the household"),
        max_length=30,
        required=False,
        help_text=_("Only with a document that allows it."),
    )
    document = photo_field(_("Photo of that document"), required=False)

    def __init__(self, *args: Any, roll: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].choices = [("", "—"), *roll]


class VoidForm(forms.Form):
    """Why a sheet is not valid."""

    reason = forms.CharField(
        label=_("Why the sheet is not valid"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("An old form used again, another household's, not signed …"),
        error_messages={"required": _("Give the reason.")},
    )


class NewCodeForm(forms.Form):
    """Why a household gets another code."""

    reason = forms.CharField(
        label=_("Why a new code"),
        max_length=200,
        help_text=_("The slip was lost, or another person holds it. The reason stays on record."),
        error_messages={"required": _("Give the reason.")},
    )


class CallForm(forms.Form):
    """What the household said on the telephone."""

    outcome = forms.ChoiceField(
        label=_("What the household says"),
        choices=[
            (CallOutcome.CONFIRMED, _("The ballot is its own")),
            (CallOutcome.DENIED, _("It did not give this ballot")),
            (CallOutcome.UNREACHABLE, _("Not reached: call again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of the call.")},
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("When it denies the ballot: its words."))


class SettleForm(forms.Form):
    """What was found."""

    note = forms.CharField(
        label=_("What was found"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How it was checked, and what came out. Stays on record."),
        error_messages={"required": _("Write down what was found.")},
    )


class DecideForm(forms.Form):
    """The decision about an objection; nothing is chosen before."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=lambda: [("uphold", ObjectionState.UPHELD.label), ("dismiss", ObjectionState.DISMISSED.label)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Published with the result. Name no person and no door."),
        error_messages={"required": _("Give the reason.")},
    )
