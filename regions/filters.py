"""The shape of a question to the tree."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.text import narrow
from regions.choices import LEVEL_DEPTH, Level, RegionKind
from regions.models import Region


class RegionFilter(filters.FilterSet):
    """Filters of regions: the subtree, direct children, level, kind, a part of the name."""

    under = filters.CharFilter(label=_("In the subtree of the region with this code"), method="below", max_length=15)
    parent = filters.CharFilter(label=_("Directly below the region with this code"), field_name="parent__code", max_length=15)
    level = filters.ChoiceFilter(label=_("Level"), choices=Level.choices, method="on_level")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=RegionKind.choices)
    q = filters.CharFilter(label=_("Part of the name, pinyin or code"), method="find", max_length=60)

    class Meta:
        model = Region
        fields: list[str] = []

    def below(self, rows: Any, name: str, value: str) -> QuerySet[Region]:
        """The region and all below it."""
        top = Region.objects.filter(code=value).first()
        return rows.within(top) if top else rows.none()

    def on_level(self, rows: Any, name: str, value: str) -> QuerySet[Region]:
        """Regions of one level."""
        return rows.filter(depth=LEVEL_DEPTH[Level(value)])

    def find(self, rows: Any, name: str, value: str) -> QuerySet[Region]:
        """In either name, in the pinyin, or at the code's beginning."""
        word = narrow(value)
        return rows.filter(
            Q(name_zh__contains=word) | Q(name_en__icontains=word) | Q(pinyin__contains=word.lower()) | Q(code__startswith=word)
        )
