"""Pages: the dashboard, the rows behind a figure, the definitions, the published figures, the outlines of the maps."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import queries
from analytics.anchors import invention
from analytics.behind import described, entries_of, rows_behind, worded
from analytics.gate_figures import BY_CODE as GATE_BY_CODE
from analytics.gate_figures import GATE_INDICATORS, GATES, OUTCOMES, rounds_behind
from analytics.indicators import BY_CODE, INDICATORS
from analytics.keeping import PAGE_SECONDS, PART_SECONDS, key_of
from analytics.maps import outline
from analytics.measures import DEFAULT_MEASURE, MEASURES
from analytics.overview import Place, crumbs, overview, years
from analytics.period import BadPeriod, Period, default_day, parse_period
from analytics.queries import Freshness
from analytics.todo import todo_of
from common.paging import cursor_page
from common.views import ActionView, PublicView, StaffRequest
from regions.models import Region
from regions.queries import ancestors, region_or_404
from regions.scope import Scope
from surveys.rules import GATE_PERCENT

PLACEHOLDER = "csrf-token-of-this-session"  # stands in a kept page where each answer puts its own token
PARTS = ("place", "head", "ranking", "gates", "course", "laggards")
SORTS = ("name_key", "county_key", "since", "household_count", "value", "photo_count")
ROUND_SORTS = ("name_key", "county_key", "closed_at", "roll_count", "voted", "share")
LISTED = 200  # communities that a county's dashboard lists itself
FOREVER = "public, max-age=31536000, immutable"


def opening_day() -> datetime.date:
    """The day on which pages open without one in the URL."""
    return default_day(settings.DASHBOARD_AS_OF, timezone.localdate())


def period_of(request: HttpRequest, counted: list[Freshness]) -> tuple[Period, str]:
    """Year and day from the URL; what cannot be meant is replaced by the default, with a sentence that says so."""
    rules: dict[str, Any] = {"years": [one.year for one in counted], "opens_on": opening_day(), "today": timezone.localdate()}
    year, as_of = (request.GET.get(name, "").strip() for name in ("year", "as_of"))
    try:
        return parse_period(year, as_of, **rules), ""
    except BadPeriod as bad:
        period = parse_period("" if bad.field == "year" else year, "" if bad.field == "as_of" else as_of, **rules)
        return period, _("“%(given)s” is not a day or year that can be shown. You see %(day)s instead.") % {
            "given": bad.given, "day": period.as_of.isoformat(),
        }  # fmt: skip


def _fresh(counted: list[Freshness], period: Period) -> Freshness:
    """The year's count; version 0 stands for a year that nobody has counted."""
    found = (one for one in counted if one.year == period.year)
    return next(found, Freshness(period.year, 0, timezone.now(), "", False, False))


class Dashboard(ActionView):
    """Province → reporting unit → county → communities. What is cached is keyed by the figures' version and the viewer."""

    action = "dashboard.see"

    def get(self, request: StaffRequest, code: str = "") -> HttpResponse:
        """Without a code: the viewer's own region."""
        user = request.user
        region = region_or_404(code, user) if code else user.region
        if region is None:
            raise Http404
        counted = queries.year_counts()
        period, problem = period_of(request, counted)
        place = Place(region, period, MEASURES.get(request.GET.get("measure", ""), DEFAULT_MEASURE))
        todo = todo_of(user)
        versions = [(one.year, one.version, one.rule_version, one.waiting, one.results) for one in counted]
        name = (region.path, region.name_zh, period, place.measure.key, get_language(), user.scope.key, versions)
        whole = region.depth < queries.COUNTY_DEPTH and not problem and not get_messages(request)
        posts = [(post.pk, post.role, post.region.name_zh) for post in user.current_posts]
        key = key_of("dashboard-page", *name, user.pk, user.name, user.username, posts, todo, request.get_full_path())
        page = cache.get(key) if whole else None
        if page is None:
            context = {
                "parts": self._parts(place, counted, user.scope, key_of("dashboard", *name)),
                "problem": problem,
                "region": region,
                "period": period,
                "todo": todo,
                "communities": self._communities(place),
                "listed": LISTED,
                "rows_url": place.rows(BY_CODE["planned_communities"]),
                "synthetic_data": invention(period.year, _fresh(counted, period).synthetic),
                "csrf_token": PLACEHOLDER,
            }
            page = render_to_string("analytics/dashboard.html", context, request)
            if whole:
                cache.set(key, page, PAGE_SECONDS)
        return HttpResponse(page.replace(PLACEHOLDER, get_token(request)))

    def _parts(self, place: Place, counted: list[Freshness], scope: Scope, key: str) -> dict[str, str]:
        """The rendered sections. What the key does not name must not be in them."""
        parts: dict[str, str] | None = cache.get(key)
        if parts is None:
            context = overview(place, _fresh(counted, place.period))
            context["crumbs"] = crumbs(place, ancestors(place.region), scope)
            context["children"] = sorted((row["name"], row["url"]) for row in context["ranking"]["rows"])
            context["years"] = years(place, counted)
            context["measures"] = [
                {"label": one.label, "current": one == place.measure, "url": place.dashboard(measure=one.key)} for one in MEASURES.values()
            ]
            parts = {part: render_to_string(f"analytics/_{part}.html", context) for part in PARTS}
            cache.set(key, parts, PART_SECONDS)
        return parts

    def _communities(self, place: Place) -> list[Any] | None:
        """At county level and below, the communities themselves, read now; None above."""
        if place.region.depth < queries.COUNTY_DEPTH:
            return None
        rows = described(entries_of(place.region, place.period.year), place.period.as_of)
        return worded(rows.order_by("name_key", "pk")[:LISTED])


class Rows(ActionView):
    """The communities behind a figure: the list whose sum is the figure."""

    action = "dashboard.see"

    def get(self, request: StaffRequest, code: str) -> HttpResponse:
        """Scoped: a region outside the viewer's reach is 404, also where its figure is public."""
        indicator = BY_CODE.get(code)
        side = request.GET.get("side", "part")
        if indicator is None or side not in {"part", "whole"} or not indicator.column(side):
            raise Http404(_("There is no such figure."))
        wanted = request.GET.get("region", "")
        region = region_or_404(wanted, request.user) if wanted else request.user.region
        if region is None:
            raise Http404
        counted = queries.year_counts()
        period, problem = period_of(request, counted)
        sort = request.GET.get("sort", "")
        rows = rows_behind(indicator, region, period.year, period.as_of, side)
        place = Place(region, period, DEFAULT_MEASURE)
        sums = rows.aggregate(number=Count("pk"), total=Sum("value"))  # one reading of all rows for both
        order = sort if sort.removeprefix("-") in SORTS else "name_key"
        page = cursor_page(rows, order=order, cursor=request.GET.get("cursor", ""), total=sums["number"])
        worded(page.rows)
        context = {
            "indicator": indicator,
            "side": side,
            "region": region,
            "period": period,
            "problem": problem,
            "page": page,
            "total": sums["total"] or 0,
            "crumbs": [*crumbs(place, ancestors(region), request.user.scope), (indicator.name, "")],
            "back": place.dashboard(),
            "synthetic": _fresh(counted, period).synthetic,
        }
        return render(request, "analytics/rows.html", context)


class GateRows(ActionView):
    """The rounds behind a figure of the three 80 %: the newest closed one of each community."""

    action = "dashboard.see"

    def get(self, request: StaffRequest, kind: str) -> HttpResponse:
        """Scoped like the communities behind a figure."""
        outcome = request.GET.get("outcome", OUTCOMES[0])
        if kind not in GATES or outcome not in OUTCOMES:
            raise Http404(_("There is no such figure."))
        wanted = request.GET.get("region", "")
        region = region_or_404(wanted, request.user) if wanted else request.user.region
        if region is None:
            raise Http404
        period, problem = period_of(request, queries.year_counts())
        place = Place(region, period, DEFAULT_MEASURE)
        rows = rounds_behind(kind, region, period.year, period.as_of)
        sums = rows.aggregate(
            closed=Count("pk"), passed=Count("pk", filter=Q(counted__passed=True)), failed=Count("pk", filter=Q(counted__passed=False))
        )
        if outcome != "closed":
            rows = rows.filter(counted__passed=outcome == "passed")
        sort = request.GET.get("sort", "")
        order = sort if sort.removeprefix("-") in ROUND_SORTS else "share"
        page = cursor_page(rows, order=order, cursor=request.GET.get("cursor", ""), total=sums[outcome])
        words = {"closed": _("All with a result"), "passed": _("Passed"), "failed": _("Not reached")}
        context = {
            "gate": GATES[kind],
            "kind": kind,
            "region": region,
            "period": period,
            "problem": problem,
            "page": page,
            "outcome": outcome,
            "outcomes": [
                {"label": words[one], "url": place.rounds(kind, one), "current": one == outcome, "count": sums[one]} for one in OUTCOMES
            ],
            "crumbs": [*crumbs(place, ancestors(region), request.user.scope), (GATES[kind], "")],
            "back": f"{place.dashboard()}#h-gates",
            "definition": GATE_BY_CODE["gate_pass_rate"],
            "opens_rounds": request.user.may("rounds.see"),
            "threshold": GATE_PERCENT,
            "synthetic": any(row.synthetic for row in page.rows),
        }
        return render(request, "analytics/gate_rows.html", context)


class Definitions(PublicView):
    """What each figure means, and by which version of the rule."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The declared list."""
        return render(request, "analytics/definitions.html", {"indicators": [*INDICATORS, *GATE_INDICATORS]})


class Published(PublicView):
    """The province's figures for everybody: key figures and the ranking of the units, no rows behind them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The same numbers as the dashboard's."""
        counted = queries.year_counts()
        period, problem = period_of(request, counted)
        fresh = _fresh(counted, period)
        key = key_of("published", period, get_language(), [(one.year, one.version, one.results) for one in counted])
        main = cache.get(key)
        if main is None:
            province = Region.objects.get(code=settings.PROVINCE_CODE)
            context = overview(Place(province, period, DEFAULT_MEASURE, linked=False), fresh)
            main = render_to_string("analytics/_published.html", context)
            cache.set(key, main, PART_SECONDS)
        context = {
            "main": main,
            "problem": problem,
            "period": period,
            "fresh": fresh,
            "years": [
                {"label": str(one.year), "current": one.year == period.year, "url": f"{request.path}?year={one.year}"} for one in counted
            ],
            "synthetic_data": invention(period.year, fresh.synthetic),
        }
        return render(request, "analytics/published.html", context)


class Map(PublicView):
    """Outlines: public geography, kept by browsers for ever because the digest is in the address."""

    def get(self, request: HttpRequest, code: str, digest: str) -> HttpResponse:
        """404 for another digest than the present one."""
        found = outline(code)
        if found is None or found.digest != digest:
            raise Http404
        if request.headers.get("If-None-Match") == f'"{digest}"':
            return HttpResponseNotModified()
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": FOREVER, "ETag": f'"{digest}"', "Vary": "Accept-Encoding"} | (
            {"Content-Encoding": "gzip"} if packed else {}
        )
        return HttpResponse(found.compressed if packed else found.body, content_type="application/geo+json", headers=headers)
