"""The shape of input: a new sub-district or residents' committee."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.choices import LEVEL_DEPTH, Level, RegionKind
from regions.models import Region
from regions.operations import CODE_LENGTH

CHILD_LEVEL = {LEVEL_DEPTH[Level.COUNTY]: Level.SUB_DISTRICT, LEVEL_DEPTH[Level.SUB_DISTRICT]: Level.COMMITTEE}
CHILD_KIND = {Level.SUB_DISTRICT: RegionKind.SUB_DISTRICT, Level.COMMITTEE: RegionKind.COMMITTEE}


class RegionForm(forms.Form):
    """Code and names; what it becomes follows from where it is added."""

    code = forms.CharField(label=_("Code"), max_length=15, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)

    def __init__(self, *args: Any, parent: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        length = CODE_LENGTH[CHILD_LEVEL[parent.depth]]
        self.fields["code"].help_text = _("%(length)d digits, starting with %(prefix)s.") % {"length": length, "prefix": parent.code}
