"""The shape of a question to the inventory: the same filters on the page, in the export and in the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from facilities.choices import FacilityKind, FacilityState
from facilities.models import Facility
from regions.models import Region


class FacilityFilter(filters.FilterSet):
    """Filters of facilities; `q` finds a Chinese part, pinyin, initials, an address or an operator."""

    q = filters.CharFilter(label=_("Facility, address, operator or pinyin initials"), method="find", max_length=80)
    region = filters.CharFilter(label=_("Region"), method="below", max_length=15)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=FacilityKind.choices, empty_label=_("All"))
    state = filters.ChoiceFilter(label=_("State"), choices=FacilityState.choices, empty_label=_("All"))
    community = filters.NumberFilter(label=_("Community"), field_name="community_id")
    project = filters.NumberFilter(label=_("Project"), field_name="project_id")

    class Meta:
        model = Facility
        fields: list[str] = []

    def find(self, rows: Any, name: str, value: str) -> QuerySet[Facility]:
        """Every word must occur."""
        return rows.search(value)

    def below(self, rows: Any, name: str, value: str) -> QuerySet[Facility]:
        """The subtree of the region with this code; nothing for an unknown code or one outside the reader's area."""
        region = Region.objects.visible_to(self.request.user).filter(code=value).first()
        return rows.within(region) if region else rows.none()

    def named(self) -> list[tuple[str, str]]:
        """What is filtered, as (label, value) texts: for the empty state and the export's heading."""
        found = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, ""):
                continue
            words = str(dict(getattr(self.form.fields[name], "choices", ())).get(value, value))
            if name == "region":
                region = Region.objects.visible_to(self.request.user).filter(code=value).first()
                words = region.name if region else words
            found.append((str(self.form.fields[name].label), words))
        return found
