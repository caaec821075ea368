"""What the pages of works have in common: finding a row in reach, asking for the right, breadcrumbs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import StaffRequest
from projects.models import AnnualPlan, Project
from regions.models import Region
from regions.queries import ancestors


def project_or_404(request: StaffRequest, pk: int, action: str) -> Project:
    """The project in the user's reach (else 404), with the right in its county (else 403)."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("region"), pk=pk)
    if not request.user.may(action, project.region.path):
        raise PermissionDenied
    return project


def plan_or_404(request: StaffRequest, pk: int, action: str) -> AnnualPlan:
    """The plan in the user's reach (else 404), with the right in its county (else 403)."""
    plan = get_object_or_404(AnnualPlan.objects.visible_to(request.user).select_related("region"), pk=pk)
    if not request.user.may(action, plan.region.path):
        raise PermissionDenied
    return plan


def crumbs(request: StaffRequest, region: Region, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The regions above that the user reaches (each leads to its projects), then `more`."""
    scope = request.user.scope
    regions = [r for r in ancestors(region) if scope.covers(r.path)]
    return [(r.name, f"{reverse('projects:list')}?region={r.code}") for r in regions] + list(more)


def project_crumbs(request: StaffRequest, project: Project, last: str = "") -> list[tuple[str, str]]:
    """Down to the project, and to a page below it."""
    own = (project.name, reverse("projects:detail", args=[project.pk]))
    return crumbs(request, project.region, own, *([(last, "")] if last else []))


def put_errors(form: Any, error: DomainError) -> None:
    """Show an operation's refusal at the fields it names, or above the form."""
    details = error.details if isinstance(error.details, dict) else {}
    known = {name: message for name, message in details.items() if name in form.fields}
    for name, message in known.items():
        form.add_error(name, message)
    if not known:
        form.add_error(None, str(error.message) or _("This cannot be stored."))
