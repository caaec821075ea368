"""The works in the open API: projects and entries to read, progress to read and to add."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import NotFound

from accounts.models import User
from projects.filters import EntryFilter, ProjectFilter, ReportFilter
from projects.models import Contract, Entry, ProgressReport, Project
from projects.operations import report_progress


class EntrySerializer(serializers.ModelSerializer):
    """A community in a project and in a year's plan. Amounts in yuan, area in m²."""

    community_code = serializers.CharField(source="community.code", read_only=True)
    community_name = serializers.CharField(source="community.name", read_only=True)
    region = serializers.CharField(source="project.region.code", read_only=True, help_text="County code.")
    stage = serializers.CharField(source="project.stage", read_only=True)

    class Meta:
        model = Entry
        fields = (
            "id", "project", "community", "community_code", "community_name", "region", "stage", "year", "household_count", "floor_area",
            "planned_amount", "planned_start_on", "planned_completion_on", "entered_on", "removed_on",
        )  # fmt: skip
        read_only_fields = fields


class ContractSerializer(serializers.ModelSerializer):
    """A contract; amount in yuan."""

    class Meta:
        model = Contract
        fields = ("id", "kind", "number", "signed_on", "amount", "party")
        read_only_fields = fields


class ProjectSerializer(serializers.ModelSerializer):
    """A project with its communities and contracts."""

    region = serializers.CharField(source="region.code", read_only=True, help_text="County code.")
    region_name = serializers.CharField(source="region.name", read_only=True)
    entries = EntrySerializer(many=True, read_only=True)
    contracts = ContractSerializer(many=True, read_only=True)

    class Meta:
        model = Project
        fields = ("id", "code", "name", "region", "region_name", "stage", "stage_on", "condition", "synthetic", "entries", "contracts")
        read_only_fields = fields


class ProgressSerializer(serializers.ModelSerializer):
    """One month's report. Append-only: a later report of the same month stands in its place."""

    client_key = serializers.UUIDField(required=False, help_text="Sending the same key twice gives the first report.")
    percent = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True)
    paid_amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True)
    month = serializers.DateField(help_text="Any day of the month; stored as its first day.")
    reported_on = serializers.DateField(required=False)

    class Meta:
        model = ProgressReport
        fields = (
            "id", "entry", "month", "reported_on", "percent", "paid_amount", "no_change", "void", "note", "client_key", "recorded_at",
        )  # fmt: skip
        read_only_fields = ("id", "void", "recorded_at")

    def create(self, validated_data: dict[str, Any]) -> ProgressReport:
        """Through the same operation as the pages; its refusals become problem details."""
        user: User = self.context["request"].user
        entry = Entry.objects.visible_to(user).filter(pk=validated_data.pop("entry").pk).first()
        if entry is None:
            raise NotFound(_("There is no such community in a project of your area."))
        validated_data.setdefault("percent", None)
        validated_data.setdefault("paid_amount", None)
        return report_progress(entry=entry, actor=user, at=timezone.now(), **validated_data)


class ProjectViewSet(viewsets.ReadOnlyModelViewSet):
    """Projects in reach of the token or the signed-in user."""

    action_name = "projects.see"
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        rows = Project.objects.visible_to(self.request.user).select_related("region")
        return rows.prefetch_related("contracts", "entries__community", "entries__project__region")


class EntryViewSet(viewsets.ReadOnlyModelViewSet):
    """Communities in projects: the grain of every rate."""

    action_name = "projects.see"
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    queryset = Entry.objects.none()

    def get_queryset(self) -> QuerySet[Entry]:
        return Entry.objects.visible_to(self.request.user).select_related("project__region", "community")


class ProgressViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Progress reports. Adding one needs the right to enter progress, of the user and of the token."""

    serializer_class = ProgressSerializer
    filterset_class = ReportFilter
    queryset = ProgressReport.objects.none()

    @property
    def action_name(self) -> str:
        """Reading and adding are different rights."""
        return "progress.enter" if self.request.method == "POST" else "projects.see"

    def get_queryset(self) -> QuerySet[ProgressReport]:
        return ProgressReport.objects.visible_to(self.request.user)
