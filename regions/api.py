"""The tree for machines: read only."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from common.api import CursorPagination
from regions.filters import RegionFilter
from regions.models import Region


class RegionSerializer(serializers.ModelSerializer):
    """A region; `path` holds the codes from the province down."""

    parent: Any = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    level = serializers.CharField(read_only=True)

    class Meta:
        model = Region
        fields = ("code", "name_zh", "name_en", "kind", "level", "parent", "path", "longitude", "latitude", "synthetic")


class RegionPagination(CursorPagination):
    """In tree order."""

    ordering = "path"


class RegionViewSet(ReadOnlyModelViewSet):
    """Regions in the caller's area, in tree order."""

    action_name = "regions.see"
    queryset = Region.objects.none()
    serializer_class = RegionSerializer
    pagination_class = RegionPagination
    filterset_class = RegionFilter
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Region]:
        """Only what the caller reaches."""
        rows: Any = Region.objects.visible_to(self.request.user)
        return rows.select_related("parent")
