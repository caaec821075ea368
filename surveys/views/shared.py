"""What the staff's pages of rounds have in common: finding a round in reach, asking for the right, breadcrumbs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import StaffRequest
from regions.models import Region
from regions.queries import ancestors
from surveys.models import Round


def round_or_404(request: StaffRequest, pk: int, action: str) -> Round:
    """The round in the user's reach (else 404), with the right in its community (else 403)."""
    rows = Round.objects.visible_to(request.user).select_related(
        "community__region", "project__region", "building", "counted", "created_by"
    )
    round_ = get_object_or_404(rows, pk=pk)
    if not request.user.may(action, round_.community.region.path):
        raise PermissionDenied
    return round_


def crumbs(request: StaffRequest, region: Region, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The regions above that the user reaches (each leads to its rounds), then `more`."""
    scope = request.user.scope
    regions = [each for each in ancestors(region) if scope.covers(each.path)]
    return [(each.name, f"{reverse('surveys:list')}?region={each.code}") for each in regions] + list(more)


def round_crumbs(request: StaffRequest, round_: Round, last: str = "") -> list[tuple[str, str]]:
    """Down to the round, and to a page below it."""
    own = (f"{round_.community.name} · {round_.title}", reverse("surveys:detail", args=[round_.pk]))
    return crumbs(request, round_.community.region, own, *([(last, "")] if last else []))


def put_errors(form: Any, error: DomainError) -> None:
    """Show an operation's refusal at the fields it names, or above the form."""
    details = error.details if isinstance(error.details, dict) else {}
    known = {name: message for name, message in details.items() if name in form.fields}
    for name, message in known.items():
        form.add_error(name, message)
    for message in [message for name, message in details.items() if name not in form.fields]:
        form.add_error(None, str(message))
    if not details:
        form.add_error(None, str(error.message) or _("This cannot be stored."))
