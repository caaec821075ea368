"""Forms around a round: beginning a draft, its words and times, giving a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A day with its time, in Beijing time."""
    return forms.DateTimeField(
        label=label,
        widget=MomentInput(),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={
            "required": _("Choose a day and a time."),
            "invalid": _("Write day and time like 2021-04-10 20:00."),
        },
        **more,
    )


class StartForm(forms.Form):
    """The first step: which project and version, where the questions come from; for a lift its stairwell."""

    source = forms.ChoiceField(
        label=_("What is asked"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a questionnaire, or an earlier round to copy.")},
    )
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        help_text=_("The round's result opens a gate of this project. Matters of the owners need none."),
    )
    stairwell = forms.ChoiceField(label=_("Stairwell"), required=False, help_text=_("For a lift only: its flats alone vote."))

    def __init__(self, *args: Any, sources: Any, projects: Any, stairwells: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = sources
        self.fields["project"].queryset = projects
        self.fields["stairwell"].choices = [("", "—"), *stairwells]
        if not stairwells:
            del self.fields["stairwell"]


class DraftForm(forms.Form):
    """Words and times of a draft; its questions are rows of their own (questions.py)."""

    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=80, error_messages={"required": _("Give the round a title.")})
    title_en = forms.CharField(label=_("Title (English)"), max_length=120, required=False)
    opens_at = moment_field(_("Opens at"))
    closes_at = moment_field(_("Closes at"))
    contact = forms.CharField(
        label=_("Where to ask (address, telephone)"),
        max_length=160,
        required=False,
        help_text=_("Stands on the notices and slips: who helps, who gives a lost code again."),
    )
    remind = forms.BooleanField(label=_("Remind households that have not answered by text message, once a day at most"), required=False)


class ReasonForm(forms.Form):
    """A reason that is kept for ever."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason.")},
    )


class ExtendForm(ReasonForm):
    """A later closing with its reason."""

    closes_at = moment_field(_("Closes at"))
    field_order = ("closes_at", "reason")


class BulkForm(forms.Form):
    """One questionnaire and one pair of times for many communities."""

    source = forms.ChoiceField(
        label=_("What is asked"), error_messages={"required": _("Choose a questionnaire, or an earlier round to copy.")}
    )
    opens_at = moment_field(_("Opens at"))
    closes_at = moment_field(_("Closes at"))
    contact = forms.CharField(
        label=_("Where to ask (address, telephone)"),
        max_length=160,
        required=False,
        help_text=_("The same for all; leave it empty where each community has its own."),
    )
    announce = forms.BooleanField(label=_("Announce at once (otherwise they stay drafts)"), required=False)
    remind = forms.BooleanField(label=_("Remind households that have not answered by text message, once a day at most"), required=False)

    def __init__(self, *args: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = sources
