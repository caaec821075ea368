"""The shape of a question to the list of rounds: pages and exports read the same query string."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from common.text import storable
from regions.models import Region
from surveys.choices import Matter, RoundKind, RoundState
from surveys.desk import NEEDS, need
from surveys.models import Round

# a kind, or one of the matters that the owners decide
SUBJECT_GROUPS = (
    ("", [(value, label) for value, label in RoundKind.choices if value != RoundKind.LEGAL]),
    (RoundKind.LEGAL.label, [*Matter.choices]),
)
SUBJECTS = [each for _group, choices in SUBJECT_GROUPS for each in choices]


class RoundFilter(filters.FilterSet):
    """Region (code), subject (kind or matter), state, words, project; `only`: one of the needs, or "action" for any of them."""

    q = filters.CharFilter(method="by_words", max_length=80)
    region = filters.CharFilter(method="by_region", max_length=15)
    subject = filters.ChoiceFilter(method="by_subject", choices=SUBJECTS)
    state = filters.ChoiceFilter(choices=RoundState.choices)
    project = filters.NumberFilter(field_name="project_id", min_value=1, max_value=2**31)
    batch = filters.NumberFilter(field_name="batch_item__batch_id", min_value=1, max_value=2**31)
    only = filters.ChoiceFilter(method="by_need", choices=[(name, name) for name in ("action", *NEEDS)])

    class Meta:
        model = Round
        fields: list[str] = []

    def by_words(self, rows: Any, name: str, value: str) -> QuerySet[Round]:
        """Every word must occur."""
        return rows.search(value) if storable(value) else rows.none()

    def by_region(self, rows: Any, name: str, value: str) -> QuerySet[Round]:
        """The subtree of the region with this code; nothing for an unknown code or one outside the reader's area."""
        region = Region.objects.visible_to(self.request.user).filter(code=value).first()
        return rows.within(region) if region else rows.none()

    def by_subject(self, rows: Any, name: str, value: str) -> QuerySet[Round]:
        """By kind, or by the owners' matter."""
        return rows.filter(matter=value) if value in Matter.values else rows.filter(kind=value)

    def by_need(self, rows: Any, name: str, value: str) -> QuerySet[Round]:
        """What needs somebody."""
        return rows.with_lack().filter(need(value, timezone.now(), self.request.user))
