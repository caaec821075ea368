"""The register for machines: communities only, never personal data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from communities.filters import CommunityFilter
from communities.models import Community
from communities.operations import COMMUNITY_FIELDS, add_community, change_community
from communities.queries import communities_in_reach, reason_words, reasons_against
from regions.models import Region

WRITABLE = tuple(name for name in COMMUNITY_FIELDS if name != "region")


class CommunitySerializer(serializers.ModelSerializer):
    """A community with its eligibility; areas in m², positions in WGS 84 degrees."""

    region: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)
    region_path = serializers.CharField(source="region.path", read_only=True)
    eligible = serializers.SerializerMethodField()
    ineligible_because = serializers.SerializerMethodField()

    class Meta:
        model = Community
        fields = (
            "code", "region", "region_path", *WRITABLE, "eligible", "ineligible_because", "synthetic", "version", "created_at",
            "updated_at",
        )  # fmt: skip

    def get_eligible(self, community: Community) -> bool:
        """Whether nothing speaks against renovation."""
        return not reasons_against(community)

    def get_ineligible_because(self, community: Community) -> list[dict[str, str]]:
        """Each reason with a stable code and a sentence."""
        return [{"code": reason.code, "message": reason_words(reason)} for reason in reasons_against(community)]


class CommunityInput(serializers.ModelSerializer):
    """What a caller may send. `version` is demanded for a change: the one that was read."""

    region: Any = serializers.SlugRelatedField(slug_field="code", queryset=Region.objects.none())
    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Community
        fields = ("region", *WRITABLE, "version")
        validators: list[Any] = []  # the operation checks the row as a whole, under its lock

    def get_fields(self) -> dict[str, serializers.Field]:
        """Regions in the caller's reach only."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            fields["region"].queryset = Region.objects.visible_to(request.user)
        return fields


class CommunityViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Communities in the caller's area; registering and changing go through the same operations as the pages."""

    request: Any

    queryset = Community.objects.none()
    serializer_class = CommunitySerializer
    filterset_class = CommunityFilter
    lookup_field = "code"

    @property
    def action_name(self) -> str:
        """Reading and writing are two rights."""
        return "communities.see" if self.request.method in {"GET", "HEAD", "OPTIONS"} else "communities.edit"

    def get_queryset(self) -> QuerySet[Community]:
        """Current communities that the caller reaches."""
        return communities_in_reach(self.request.user)

    @extend_schema(request=CommunityInput, responses={201: CommunitySerializer})
    def create(self, request: Any) -> Response:
        """Register a community; its code is made by the server."""
        values = self._values(request, partial=False)
        values.pop("version", None)
        community = add_community(actor=request.user, at=timezone.now(), region=values.pop("region"), values=values)
        return Response(self.get_serializer(community).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CommunityInput, responses=CommunitySerializer)
    def partial_update(self, request: Any, code: str) -> Response:
        """Change the fields sent; 409 `lost_update` when somebody saved since `version`."""
        community = self.get_object()
        values = self._values(request, partial=True)
        if "version" not in values:
            raise serializers.ValidationError({"version": [_("Send the version that you read.")]})
        version = values.pop("version")
        changed = change_community(actor=request.user, at=timezone.now(), community_id=community.pk, version=version, values=values)
        return Response(self.get_serializer(changed).data)

    def _values(self, request: Any, *, partial: bool) -> dict[str, Any]:
        sent = CommunityInput(data=request.data, partial=partial, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)
