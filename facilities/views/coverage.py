"""Coverage of a region: items most missing, places behind each figure, the counting that keeps it fresh."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from communities.models import Community
from communities.queries import place_names
from facilities.coverage import Coverage, coverage_by_place, coverage_of, freshness_of, item_or_none, results_behind
from facilities.models import CircleRun
from facilities.operations.circles import order_run
from facilities.tasks import nudge_counting
from facilities.views.shared import crumbs, region_of, shared_depth
from facilities.words import SHAPES, VERDICTS
from regions.models import Region

PAGE = "facilities:coverage"


class CoveragePage(ActionView):
    """How many communities have each item of the checklist, before and after the planned works."""

    action = "facilities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Summed from what is kept; the same number of queries however many communities there are."""
        region = region_of(request)
        lines = coverage_of(region) if region else []
        chosen = next((line for line in lines if line.item.code == request.GET.get("item", "")), lines[0] if lines else None)
        places = coverage_by_place(region, chosen.item) if region and chosen else []
        fresh = freshness_of(region) if region else None
        context = {
            "region": region,
            "lines": lines,
            "chosen": chosen,
            "places": [(place, line, self._deeper(place, line)) for place, line in places],
            "fresh": fresh,
            "synthetic": region is not None and Community.objects.within(region).filter(synthetic=True).exists(),
            "crumbs": crumbs(request, region, page=PAGE) if region else [],
            "run": CircleRun.objects.visible_to(request.user).filter(region=region).exclude(state="done").first() if region else None,
            "may_count": region is not None and request.user.may("facilities.count", region.path),
            "may_export": request.user.may("exports.run"),
        }
        return render(request, "facilities/coverage.html", context)

    @staticmethod
    def _deeper(place: Region, line: Coverage) -> str:
        """The page of the place itself, for the same item."""
        return f"{reverse(PAGE)}?region={place.code}&item={line.item.code}"


class BehindPage(ActionView):
    """The communities behind a figure of the coverage."""

    action = "facilities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """One page; the filters live in the address."""
        region = region_of(request)
        item = item_or_none(request.GET.get("item", ""))
        if region is None or item is None:
            return redirect(PAGE)
        when = "after" if request.GET.get("when") == "after" else "before"
        verdict = request.GET.get("verdict", "")
        verdict = verdict if verdict in VERDICTS else ""
        found = results_behind(request.user, region=region, item=item.code, when=when, verdict=verdict)
        page = cursor_page(found, order="order", cursor=request.GET.get("cursor", ""))
        places = place_names((row.community.region for row in page.rows), above=shared_depth(request.user))
        title = str(item.words)
        back = f"{reverse(PAGE)}?region={region.code}&item={item.code}"
        context = {
            "region": region,
            "item": item,
            "when": when,
            "verdict": verdict,
            "page": page,
            "rows": [self._row(row, places) for row in page.rows],
            "segments": self._segments(request, verdict),
            "whens": self._whens(request, when),
            "crumbs": crumbs(request, region, (title, back), (_("Communities"), ""), page=PAGE),
        }
        return render(request, "facilities/behind.html", context)

    @staticmethod
    def _row(row: Any, places: dict[str, str]) -> dict[str, Any]:
        said = {
            when: {
                "words": VERDICTS[getattr(row, when)],
                "shape": SHAPES[getattr(row, when)],
                "metres": getattr(row, f"metres_{when}"),
                "facility": getattr(row, f"nearest_{when}"),
            }
            for when in ("before", "after")
        }
        return {"community": row.community, "place": places[row.community.region.path], **said}

    @staticmethod
    def _segments(request: StaffRequest, chosen: str) -> list[dict[str, Any]]:
        items = []
        for value, label in [("", _("All")), *VERDICTS.items()]:
            query = request.GET.copy()
            query.pop("cursor", None)
            query["verdict"] = value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
        return items

    @staticmethod
    def _whens(request: StaffRequest, chosen: str) -> list[dict[str, Any]]:
        items = []
        for value, label in (("before", _("Today")), ("after", _("After the works"))):
            query = request.GET.copy()
            query.pop("cursor", None)
            query["when"] = value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
        return items


class CountRegion(ActionView):
    """Order a recount of a region's circles."""

    action = "facilities.count"

    def post(self, request: StaffRequest) -> HttpResponse:
        """To the page that says how far it is."""
        region = region_of(request)
        if region is None:
            return redirect(PAGE)
        run = order_run(region=region, actor=request.user, at=timezone.now())
        nudge_counting()
        return redirect("facilities:run", run.pk)


class RunPage(ActionView):
    """How far a counting is."""

    action = "facilities.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Asked for by htmx, the progress alone."""
        run = get_object_or_404(CircleRun.objects.visible_to(request.user).select_related("region", "created_by"), pk=pk)
        seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
        context = {
            "run": run,
            "seconds": seconds,
            "crumbs": crumbs(request, run.region, (_("Counting"), ""), page=PAGE),
            "next_url": f"{reverse(PAGE)}?region={run.region.code}",
        }
        partial = bool(request.headers.get("HX-Request"))
        return render(request, "facilities/_run.html" if partial else "facilities/run.html", context)
