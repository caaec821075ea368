"""The shape of input of special works: filing, steps, confirmations, roads and pavings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from common.text import narrow
from communities.models import Community
from projects.choices import STAGE_ORDER, Condition, OwnerAnswer, PipeOwner, Stage, StretchKind
from projects.forms import EMPTY, DayInput
from projects.models import Project, SpecialWork, Stretch
from regions.models import Region

FROM_PLAN = [stage for stage, order in STAGE_ORDER.items() if STAGE_ORDER[Stage.PLANNED] <= order < STAGE_ORDER[Stage.ACCEPTED]]
MOST_YARDS = 40
REASON = forms.Textarea(attrs={"rows": 2})


class FilingForm(forms.Form):
    """What an owner says of a special work in one county; `changed` asks for the reason of a change."""

    owner = forms.ChoiceField(label=_("Whose pipes, cables or lifts"))
    title = forms.CharField(label=_("Title"), max_length=100)
    laid = forms.CharField(
        label=_("What is laid or renewed"), max_length=200, help_text=_("With diameter and length, such as DN200, 1.9 km.")
    )
    project = forms.ModelChoiceField(
        label=_("Together with the project"), queryset=Project.objects.none(), required=False, empty_label="—",
        help_text=_("Its special works are completed and accepted in the same act as the project."),
    )  # fmt: skip
    yards = forms.CharField(
        label=_("Yards"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One community a line, by name or code."),
    )  # fmt: skip
    roads = forms.ModelMultipleChoiceField(
        label=_("Roads"), queryset=Stretch.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    new_road = forms.CharField(
        label=_("Another road"), required=False, max_length=100, help_text=_("With its stretch, such as from … to ….")
    )
    digs = forms.BooleanField(label=_("The ground is opened"), required=False, initial=True)
    planned_start_on = forms.DateField(label=_("Planned start"), widget=DayInput())
    planned_completion_on = forms.DateField(label=_("Planned completion"), widget=DayInput())
    contact = forms.CharField(label=_("Contact unit"), required=False, max_length=120)
    unavoidable = forms.CharField(
        label=_("Why the clash cannot be avoided"), required=False, max_length=300, widget=REASON,
        help_text=_("Only where the days clash with other works; it stays beside the clash."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason of the change"), max_length=300, widget=REASON)

    def __init__(self, *args: Any, county: Region, owners: Sequence[PipeOwner], changed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.county = county
        owner_field = self.fields["owner"]
        assert isinstance(owner_field, forms.ChoiceField)
        owner_field.choices = [(owner.value, owner.label) for owner in owners]
        if changed:
            del self.fields["owner"]
        else:
            del self.fields["reason"]
        projects = Project.objects.filter(region=county, stage__in=FROM_PLAN).exclude(condition=Condition.WITHDRAWN)
        roads = Stretch.objects.filter(region=county, kind=StretchKind.ROAD).order_by("name")
        for name, rows in (("project", projects.order_by("-code")), ("roads", roads)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if not roads:
            del self.fields["roads"]

    def clean_yards(self) -> list[Community]:
        """The communities of the lines; each line that fits none, or several, is named."""
        found: dict[int, Community] = {}
        rows = Community.objects.within(self.county).filter(merged_into__isnull=True).select_related("region")
        lines = [narrow(line) for line in self.cleaned_data["yards"].splitlines() if narrow(line)]
        if len(lines) > MOST_YARDS:
            raise forms.ValidationError(_t("Enter at most %(most)s communities.") % {"most": MOST_YARDS})
        for line in lines:
            fits = list(rows.filter(code=line)) or list(rows.filter(name=line)[:2])
            if not fits:
                raise forms.ValidationError(
                    _t("“%(line)s” is no community of %(county)s.") % {"line": line, "county": self.county.name}
                )  # fmt: skip
            if len(fits) > 1:
                raise forms.ValidationError(_t("“%(line)s” fits several communities: enter the code.") % {"line": line})
            found[fits[0].pk] = fits[0]
        return list(found.values())


class WorksField(forms.ModelMultipleChoiceField):
    """Special works, called by owner and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Owner and title."""
        return f"{obj.get_owner_display()} · {obj.title}"


class DayForm(forms.Form):
    """The day of a step."""

    day = forms.DateField(label=_("Day"), widget=DayInput())


class ConfirmationForm(forms.Form):
    """What an owner says of a project before its yards are opened."""

    owner = forms.ChoiceField(label=_("Pipe or cable owner"))
    answer = forms.ChoiceField(label=_("Owner's answer"), choices=OwnerAnswer.choices, widget=forms.RadioSelect)
    works = WorksField(label=_("Joins with"), queryset=SpecialWork.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Why it cannot join"), required=False, max_length=300, widget=REASON)
    party = forms.CharField(label=_("Confirmed by"), max_length=100, help_text=_("Unit and person."))
    number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    confirmed_on = forms.DateField(label=_("Confirmed on"), widget=DayInput())

    def __init__(self, *args: Any, owners: Sequence[PipeOwner], works: Sequence[SpecialWork], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(owner.value, owner.label) for owner in owners]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if len(choices) == 1 else [*EMPTY, *choices]
        joined = self.fields["works"]
        assert isinstance(joined, forms.ModelMultipleChoiceField)
        joined.queryset = SpecialWork.objects.filter(pk__in=[work.pk for work in works], owner__in=[owner.value for owner in owners])
        if not works:
            del self.fields["works"]


class RoadForm(forms.Form):
    """A stretch of road."""

    name = forms.CharField(label=_("Name of the road"), max_length=100, help_text=_("With its stretch, such as from … to …."))


class PavingForm(forms.Form):
    """The day on which a surface was made."""

    paved_on = forms.DateField(label=_("Paved on"), widget=DayInput())
    number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
