"""The shape of what people choose: a file to upload, a region and a day to list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.choices import Stage
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

DEEPEST = LEVEL_DEPTH[Level.COUNTY]


class UploadForm(forms.Form):
    """One workbook."""

    file = forms.FileField(
        label=_("Filled-in workbook"),
        help_text=_("Choose the file or drop it here: .xlsx, .xls or .csv, up to 60 MB."),
        error_messages={
            "required": _("Choose the filled-in workbook."),
            "empty": _("The file is empty. Save the workbook and choose it again."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv"}),
    )


class RegionForm(forms.Form):
    """The region of a template or a list: those in reach, down to county level, and the user's own below it."""

    region = forms.ChoiceField(label=_("Region"))

    def __init__(self, *args: Any, user: User, deepest: int = DEEPEST, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = region_choices(user, deepest)


class AskForm(RegionForm):
    """What a list is asked for; fields that a list does not ask for are dropped."""

    year = forms.IntegerField(label=_("Plan year"), min_value=2018, max_value=2100)
    as_of = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    stage = forms.ChoiceField(label=_("Stage on the day"), required=False, choices=[("", _("All")), *Stage.choices])

    def __init__(self, *args: Any, user: User, asks: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for name in set(self.fields) - set(asks):
            del self.fields[name]


def region_choices(user: User, deepest: int) -> list[tuple[str, str]]:
    """(code, indented name) of the regions in reach; a user whose post lies deeper gets the own region."""
    rows = list(Region.objects.visible_to(user).filter(depth__lte=deepest).order_by("path"))
    rows = rows or [post.region for post in user.current_posts]
    top = min((row.depth for row in rows), default=0)
    return [(row.code, "\u3000" * (row.depth - top) + row.name) for row in rows]
