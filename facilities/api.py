"""The inventory for machines."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from facilities.filters import FacilityFilter
from facilities.models import Facility
from facilities.queries import facilities_in_reach


class FacilitySerializer(serializers.ModelSerializer):
    """A facility; area in m², position in WGS 84 degrees."""

    region: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)
    region_path = serializers.CharField(source="region.path", read_only=True)
    community: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Facility
        fields = (
            "id", "name", "kind", "region", "region_path", "address", "longitude", "latitude", "area", "state", "opened_on", "operator",
            "community", "synthetic", "source", "updated_at",
        )  # fmt: skip


class FacilityViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Facilities in the caller's area, under the filters of the page."""

    request: Any

    queryset = Facility.objects.none()
    serializer_class = FacilitySerializer
    filterset_class = FacilityFilter
    action_name = "facilities.see"

    def get_queryset(self) -> QuerySet[Facility]:
        """What the caller reaches."""
        return facilities_in_reach(self.request.user).order_by("pk")
