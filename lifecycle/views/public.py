"""What everybody may see of the gates: which ones a level above let pass, by whom, and why."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.text import storable
from common.views import PublicView
from lifecycle.queries import published_overrides
from regions.models import Region
from regions.queries import province


class PublishedOverrides(PublicView):
    """Every gate that was not reached and was let pass, newest first: override only in public (DOMAIN.md section 5)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """`region`: a reporting unit or a county."""
        code = request.GET.get("region", "")
        region = Region.objects.filter(code=code).first() if code and storable(code) else None
        if code and region is None:
            raise Http404(_("There is no such region."))
        rows = published_overrides(region.path if region else None)
        context = {
            "rows": rows,
            "region": region,
            "regions": Region.objects.filter(parent=province()).order_by("code"),
            "all_synthetic": bool(rows) and all(row.synthetic for row in rows),
        }
        return render(request, "lifecycle/overrides.html", context)
