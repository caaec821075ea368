"""Assessments, themes, conversions and inspections as they are typed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communities.models import Community
from facilities.choices import CONVERTED_TO, RoomKind
from facilities.forms.inventory import DAY
from facilities.models import CommunityTheme, Conversion
from facilities.models.circle import VERDICT_CHOICES
from facilities.operations.renewal import CONVERSION_FIELDS
from projects.choices import PhotoKind
from projects.models import Photo, Project

USE = [
    ("yes", pgettext_lazy("inspection", "Open, used as planned")),
    ("no", pgettext_lazy("inspection", "Idle, or used for something else")),
]


class AssessmentForm(forms.Form):
    """Met, partly met or missing, with a note."""

    verdict = forms.ChoiceField(label=_("Assessment"), choices=VERDICT_CHOICES[:3], widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Needed unless it is met.")
    )


class ThemeForm(forms.ModelForm):
    """A theme and what is done for it."""

    class Meta:
        model = CommunityTheme
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def _post_clean(self) -> None:
        """The operation checks the row."""


class PhotoChoiceField(forms.ModelChoiceField):
    """One of the project's photos, by kind, day and caption."""

    def label_from_instance(self, photo: Photo) -> str:
        """What tells photos apart in a list."""
        return " · ".join(
            part for part in (str(photo.get_kind_display()), f"{timezone.localtime(photo.taken_at):%Y-%m-%d}", photo.caption) if part
        )


class ConversionForm(forms.ModelForm):
    """A room, what it becomes, how far it is, and its photos before and after."""

    to_kind = forms.ChoiceField(label=_("It becomes"), choices=[(kind.value, kind.label) for kind in CONVERTED_TO])
    photo_before = PhotoChoiceField(queryset=Photo.objects.none(), label=_("Photo before"), required=False, empty_label=_("None yet"))
    photo_after = PhotoChoiceField(queryset=Photo.objects.none(), label=_("Photo after"), required=False, empty_label=_("None yet"))

    class Meta:
        model = Conversion
        fields = CONVERSION_FIELDS

    def __init__(self, *args: Any, community: Community, sees_photos: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_kind"].choices = RoomKind.choices
        # the page of the community names its projects to whoever edits it, street staff included
        own = Project.objects.filter(entries__community=community, entries__removed_on__isnull=True)
        self.fields["project"].queryset = own
        self.fields["project"].empty_label = _("Choose the project")
        photos = Photo.objects.filter(community=community).only("kind", "taken_at", "caption", "project_id", "community_id")
        if not sees_photos:  # street staff do not see the county's photos: those chosen stay as they are
            photos = photos.filter(pk__in=[self.instance.photo_before_id, self.instance.photo_after_id])
        self.fields["photo_before"].queryset = photos.exclude(kind=PhotoKind.AFTER)
        self.fields["photo_after"].queryset = photos.exclude(kind=PhotoKind.BEFORE)

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in CONVERSION_FIELDS}

    def _post_clean(self) -> None:
        """The operation checks the row."""


class InspectionForm(forms.Form):
    """What was found."""

    inspected_on = forms.DateField(label=_("Inspected on"), widget=DAY)
    in_use = forms.ChoiceField(label=_("Found"), choices=USE, widget=forms.RadioSelect)
    visitors = forms.IntegerField(label=_("Visitors a day"), min_value=0, max_value=100_000, required=False)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Needed where it is idle.")
    )
    photo = forms.FileField(label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}))

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        given = self.cleaned_data
        return {
            "inspected_on": given["inspected_on"],
            "in_use": given["in_use"] == "yes",
            "visitors": given["visitors"],
            "note": given["note"],
            "photo": given["photo"].read() if given["photo"] else b"",
        }
