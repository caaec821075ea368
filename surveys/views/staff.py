"""The staff's list of rounds, and one round as it stands: turnout, what waits, what can be printed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.views import ActionView, StaffRequest
from communities.queries import place_names
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.queries import children, region_or_404
from surveys.choices import RoundState
from surveys.desk import DEFAULT_SORT, need_counts, round_page, rounds_in_reach, stairwell_of, subject_of, waiting_in
from surveys.filters import SUBJECT_GROUPS, RoundFilter
from surveys.models import Round
from surveys.results import recount
from surveys.screens import detail_of, live_of
from surveys.views.shared import crumbs, round_crumbs, round_or_404

FILTERS = ("q", "region", "subject", "state", "project", "batch", "only")


class RoundList(ActionView):
    """Rounds in reach: which need something, filters, order and place in the query string; the same number of queries always."""

    action = "rounds.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page; an unknown or foreign region is 404."""
        now = timezone.now()
        region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
        base = rounds_in_reach(request.user)
        query = request.GET.copy()
        query["only"] = ""
        wide = RoundFilter(query, queryset=base, request=request)
        counts = need_counts(wide.qs, now, request.user)
        found = RoundFilter(request.GET, queryset=base, request=request)
        only = request.GET.get("only", "")
        total = counts.get(only, counts["all"])
        page = round_page(found.qs, sort=request.GET.get("sort", DEFAULT_SORT), cursor=request.GET.get("cursor", ""), total=total)
        places = place_names((row.community.region for row in page.rows), above=self._shared_depth(request.user))
        waiting = waiting_in(page.rows, request.user)
        reach = request.user.scope_for("rounds.manage")
        ticks = {row.pk for row in page.rows if row.state == RoundState.DRAFT and reach.covers(row.community.region.path)}
        context = {
            "page": page,
            "ticks": ticks,
            "rows": [
                {
                    "round": row,
                    "subject": subject_of(row),
                    "place": places[row.community.region.path],
                    "waiting": waiting[row.pk],
                    "tick": row.pk in ticks,
                }
                for row in page.rows
            ],
            "counts": counts,
            "segments": self._segments(request, counts),
            "subject_groups": SUBJECT_GROUPS,
            "states": RoundState.choices,
            "region": region,
            "regions_below": self._children(region),
            "crumbs": crumbs(request, region) if region else [],
            "filtered": any(request.GET.get(name) for name in FILTERS),
            "kept": [(name, request.GET[name]) for name in ("only", "sort", "project", "batch") if request.GET.get(name)],
            "counted_up_to": base.filter(state__in=[RoundState.OPEN, RoundState.KEYING]).aggregate(at=Max("counted__counted_at"))["at"],
            "may_manage": request.user.may("rounds.manage"),
            "all_synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "surveys/list.html", context)

    @staticmethod
    def _shared_depth(user: Any) -> int:
        """The reader's own region is not repeated in every row."""
        posts = user.current_posts
        county = LEVEL_DEPTH[Level.COUNTY]
        return min(posts[0].region.depth, county) if len(posts) == 1 else LEVEL_DEPTH[Level.PROVINCE]

    @staticmethod
    def _children(region: Region | None) -> list[tuple[str, str]]:
        """The regions one step down, for the filter."""
        return [(child.code, child.name) for child in children(region)] if region else []

    @staticmethod
    def _segments(request: StaffRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
        """What needs somebody, each with its count under the other filters."""
        words = (
            ("", _("All"), "all"),
            ("action", _("Needs action"), "action"),
            ("opening", _("Opens within 3 days"), "opening"),
            ("below", _("Open, below 80 %"), "below"),
            ("closing", _("Closes within 3 days"), "closing"),
            ("objections", _("Objections open"), "objections"),
            ("reviews", _("Reviews and call-backs"), "reviews"),
            ("paper", _("Paper waiting"), "paper"),
        )
        items = []
        for value, label, key in words:
            query = request.GET.copy()
            for name in ("cursor", "only"):
                query.pop(name, None)
            if value:
                query["only"] = value
            current = request.GET.get("only", "") == value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": current, "count": counts[key]})
        return items


class RoundDetail(ActionView):
    """One round for those who run it."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        context = detail_of(round_, request.user, timezone.now()) | {
            "crumbs": [*round_crumbs(request, round_)[:-1], (round_.community.name, "")],
            "subject": subject_of(round_),
            "stairwell": stairwell_of(round_),
        }
        return render(request, "surveys/detail.html", context)


class RoundLive(ActionView):
    """The count alone, asked for again while the round is open."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        may = request.user.may("rounds.missing", round_.community.region.path)
        answer = render(request, "surveys/_live.html", live_of(round_, timezone.now()) | {"may_missing": may})
        answer["Cache-Control"] = "no-store"
        return answer


class RoundRecount(ActionView):
    """Count again from the ballots alone, and say whether the roll agrees."""

    action = "rounds.see"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        self._say(request, round_)
        return redirect("surveys:detail", pk=pk)

    @staticmethod
    def _say(request: StaffRequest, round_: Round) -> None:
        found = recount(round_)
        if found.agrees:
            words = _("Counted again from %(ballots)s ballots: %(voted)s households, %(agreed)s agree. The roll says the same.")
            if round_.state != RoundState.CLOSED:
                words = _("Counted again from %(ballots)s ballots: %(voted)s households. The roll says the same.")
            messages.info(request, words % {"ballots": found.ballots, "voted": found.voted, "agreed": found.agreed})
        else:
            words = _("The recount differs from the roll for %(wrong)s households. Tell the operator before anything else is done.")
            messages.error(request, words % {"wrong": found.wrong})
