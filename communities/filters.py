"""The shape of a question to the register: the same filters on the page, in the export and in the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from communities.choices import ManagementKind, OwnerKind
from communities.duplicates import suspected_ids
from communities.models import Community
from regions.models import Region

YES_NO = (("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No")))
YEAR = {"min_value": 1900, "max_value": 2100}


class YearFilter(filters.Filter):
    """A whole year."""

    field_class = forms.IntegerField


class CommunityFilter(filters.FilterSet):
    """Filters of communities; `q` finds a Chinese part, pinyin, initials or a code."""

    q = filters.CharFilter(label=_("Community, address, code or pinyin initials"), method="find", max_length=80)
    region = filters.CharFilter(label=_("Region"), method="below", max_length=15)
    eligible = filters.ChoiceFilter(label=_("Can be renovated"), method="by_eligibility", choices=YES_NO, empty_label=_("All"))
    owner_kind = filters.ChoiceFilter(label=_("Ownership"), choices=OwnerKind.choices, empty_label=_("All"))
    management_kind = filters.ChoiceFilter(label=_("Managed by"), choices=ManagementKind.choices, empty_label=_("All"))
    built_from = YearFilter(label=_("Built from"), field_name="built_year", lookup_expr="gte", **YEAR)
    built_to = YearFilter(label=_("Built until"), field_name="built_year", lookup_expr="lte", **YEAR)
    illegal = filters.ChoiceFilter(label=_("Illegal structures"), method="by_illegal", choices=YES_NO, empty_label=_("All"))
    suspected = filters.ChoiceFilter(label=_("Suspected duplicate"), method="by_suspicion", choices=YES_NO, empty_label=_("All"))

    class Meta:
        model = Community
        fields: list[str] = []

    def find(self, rows: Any, name: str, value: str) -> QuerySet[Community]:
        """Every word must occur."""
        return rows.search(value)

    def below(self, rows: Any, name: str, value: str) -> QuerySet[Community]:
        """The subtree of the region with this code; nothing for an unknown code or one outside the reader's area."""
        region = Region.objects.visible_to(self.request.user).filter(code=value).first()
        return rows.within(region) if region else rows.none()

    def by_eligibility(self, rows: Any, name: str, value: str) -> QuerySet[Community]:
        """With or without a reason against renovation."""
        return rows.eligible() if value == "yes" else rows.ineligible()

    def by_illegal(self, rows: Any, name: str, value: str) -> QuerySet[Community]:
        """With or without illegal structures."""
        return rows.filter(illegal_area__gt=0) if value == "yes" else rows.filter(illegal_area=0)

    def by_suspicion(self, rows: Any, name: str, value: str) -> QuerySet[Community]:
        """In a suspected pair or not."""
        ids = suspected_ids(self.request.user)
        return rows.filter(pk__in=ids) if value == "yes" else rows.exclude(pk__in=ids)

    def named(self) -> list[tuple[str, str]]:
        """What is filtered, as (label, value) texts: for the empty state and the export's heading."""
        found = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, ""):
                continue
            choices = dict(getattr(self.form.fields[name], "choices", ()))
            words = str(choices.get(value, value))
            if name == "region":
                region = Region.objects.visible_to(self.request.user).filter(code=value).first()
                words = region.name if region else words
            found.append((str(self.form.fields[name].label), words))
        return found
