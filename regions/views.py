"""The region tree: what lies where, and adding what lies below a county."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from regions.forms import CHILD_KIND, CHILD_LEVEL, RegionForm
from regions.models import Region
from regions.operations import add_region
from regions.queries import ancestors, level_counts, region_or_404, tree_rows


class RegionList(ActionView):
    """The tree below one region, two levels at a time; `region` in the URL."""

    action = "regions.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The reader's own region, or the one in the URL."""
        top = self._top(request)
        return render(request, "regions/list.html", self._context(request, top))

    def _top(self, request: StaffRequest) -> Region:
        code = request.GET.get("region", "")
        if code:
            return region_or_404(code, request.user)
        if request.user.region is None:
            raise PermissionDenied
        return request.user.region

    def _context(self, request: StaffRequest, top: Region, form: RegionForm | None = None) -> dict[str, Any]:
        address = reverse("regions:list")
        user = request.user
        may_add = top.depth in CHILD_LEVEL and user.may("regions.add", top.path)
        above = [step for step in ancestors(top) if user.scope.covers(step.path)]
        rows = tree_rows(top)
        return {
            "top": top,
            "rows": rows,
            "says": [_level_words(level, number) for level, number in level_counts(top).items()],
            "crumbs": [(step.name, f"{address}?region={step.code}") for step in above],
            "form": (form or RegionForm(parent=top)) if may_add else None,
            "child_kind": CHILD_KIND[CHILD_LEVEL[top.depth]].label if may_add else "",
            "county_above": user.may("regions.add", top.path) and top.depth < min(CHILD_LEVEL),
        }


class RegionAdd(RegionList):
    """Add a sub-district below a county, or a residents' committee below a sub-district."""

    action = "regions.add"

    def get(self, request: StaffRequest, code: str) -> HttpResponse:
        """The form stands on the parent's page."""
        return redirect(f"{reverse('regions:list')}?region={code}")

    def post(self, request: StaffRequest, code: str) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        parent = region_or_404(code, request.user)
        request.user.require(self.action, parent.path)
        if parent.depth not in CHILD_LEVEL:
            raise Http404(_("Nothing can be added below this region."))
        form = RegionForm(request.POST, parent=parent)
        if form.is_valid():
            kind = CHILD_KIND[CHILD_LEVEL[parent.depth]]
            try:
                region = add_region(actor=request.user, at=timezone.now(), parent=parent, kind=kind, **form.cleaned_data)
            except DomainError as error:
                for name, message in (error.details or {"": error.message}).items():
                    form.add_error(name if name in form.fields else None, str(message))
            else:
                messages.success(request, _("%(name)s was added") % {"name": region.name})
                return redirect(f"{reverse('regions:list')}?region={parent.code}")
        return render(request, "regions/list.html", self._context(request, parent, form), status=422)


def _level_words(level: str, number: int) -> str:
    return {
        "reporting": ngettext("%(n)s reporting unit", "%(n)s reporting units", number),
        "county": ngettext("%(n)s county-level unit", "%(n)s county-level units", number),
        "sub_district": ngettext("%(n)s sub-district", "%(n)s sub-districts", number),
        "committee": ngettext("%(n)s residents' committee", "%(n)s residents' committees", number),
    }[level] % {"n": f"{number:,}"}
