"""Rounds for many communities: choosing them, ordering, and how far the order is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.errors import DomainError, NotAllowed
from common.text import storable
from common.views import ActionView, StaffRequest
from projects.choices import Stage
from projects.models import Entry
from regions.models import Region
from regions.queries import children, region_or_404
from surveys.bulk import at_once, candidates, problems_of, progress_of, run_batches, with_registered
from surveys.choices import RoundKind, RoundState
from surveys.forms.rounds import BulkForm
from surveys.library import for_kind
from surveys.models import Round, RoundBatch
from surveys.operations.batches import Order, order_rounds, try_again
from surveys.operations.rounds import announce_round
from surveys.planning import usual_times
from surveys.tasks import nudge_batches
from surveys.views.drafting import source_groups
from surveys.views.shared import crumbs, put_errors

MOST_SHOWN = 200
# the stage whose next gate asks for a round of the kind: what the page offers first
USUAL_STAGE = {
    RoundKind.WILLINGNESS: Stage.RESERVE,
    RoundKind.OPINIONS: Stage.PLANNED,
    RoundKind.SCHEME: Stage.DESIGNED,
    RoundKind.SATISFACTION: Stage.COMPLETED,
}
KINDS = [(value, label) for value, label in RoundKind.choices if value != RoundKind.LEGAL]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of the page: which communities."""

    kind: str
    region: Region | None
    stage: str
    words: str

    def rows(self, user: User) -> QuerySet[Entry]:
        """The communities that it leaves."""
        return candidates(user, kind=self.kind, region=self.region, stage=self.stage, words=self.words)


def asked_of(request: StaffRequest) -> Asked:
    """The filter in the address (a form posts to the same one). Without ?stage= the one whose gate asks for it. An unknown or
    foreign region is 404."""
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "")
    kind = kind if kind in dict(KINDS) else KINDS[0][0]
    usual = USUAL_STAGE[RoundKind(kind)]
    stage = request.GET.get("stage", usual) if request.GET.get("was", kind) == kind else usual  # another kind, another stage
    region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
    return Asked(
        kind,
        region,
        stage if stage in Stage.values else "",
        words.strip()[:80] if storable(words) else "",
    )


class BulkPage(ActionView):
    """Which communities, what is asked, when; one order."""

    action = "rounds.manage"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Everything the filter finds is chosen until the reader chooses single ones."""
        asked = asked_of(request)
        opens_at, closes_at = usual_times(timezone.now())
        first = for_kind(asked.kind)[0]
        initial = {"source": f"library:{first.code}", "opens_at": opens_at, "closes_at": closes_at, "announce": False, "remind": True}
        return self._page(request, asked, self._form(request, asked, initial=initial), set())

    def post(self, request: StaffRequest) -> HttpResponse:
        """Order them; a few are made at once, many by the worker."""
        asked = asked_of(request)
        form = self._form(request, asked, request.POST)
        chosen = {int(key) for key in request.POST.getlist("community") if key.isascii() and key.isdecimal() and len(key) < 19}
        every = request.POST.get("which") == "all"
        if form.is_valid():
            rows = asked.rows(request.user)
            entries = rows if every else rows.filter(community__in=chosen)
            pairs = [(entry.community, entry.project) for entry in entries]
            try:
                batch = order_rounds(order=Order(**form.cleaned_data), chosen=pairs, actor=request.user, at=timezone.now())
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                if at_once(len(pairs)):
                    run_batches([batch])
                else:
                    nudge_batches()
                return redirect("surveys:batch", pk=batch.pk)
        return self._page(request, asked, form, chosen, every=every, status=422)

    @staticmethod
    def _form(request: StaffRequest, asked: Asked, *data: Any, **more: Any) -> BulkForm:
        sources = [
            (group["name"], [(row["value"], row["title"]) for row in group["rows"]]) for group in source_groups(request.user, asked.kind)
        ]
        return BulkForm(*data, sources=sources, **more)

    def _page(
        self, request: StaffRequest, asked: Asked, form: BulkForm, chosen: set[int], *, every: bool = True, status: int = 200
    ) -> HttpResponse:
        rows = asked.rows(request.user)
        top = asked.region
        context = {
            "form": form,
            "asked": asked,
            "kinds": KINDS,
            "stages": Stage.choices,
            "regions_below": [(child.code, child.name) for child in children(top)] if top else [],
            "total": rows.count(),
            "rows": list(with_registered(rows)[:MOST_SHOWN]),
            "most": MOST_SHOWN,
            "chosen": chosen,
            "every": every,
            "earlier": list(RoundBatch.objects.filter(created_by=request.user)[:5]),
            "crumbs": crumbs(request, top, (_("Rounds for many communities"), "")) if top else [],
        }
        return render(request, "surveys/bulk.html", context, status=status)


def batch_or_404(request: StaffRequest, pk: int) -> RoundBatch:
    """The order, for whoever gave it and whoever may manage rounds in the whole region that it covers."""
    rows = RoundBatch.objects.visible_to(request.user, "rounds.manage") | RoundBatch.objects.filter(created_by=request.user)
    return get_object_or_404(rows.select_related("region", "created_by"), pk=pk)


class BatchPage(ActionView):
    """How far an order is, and for which communities it was not possible."""

    action = "rounds.manage"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Asked for by htmx, the progress alone."""
        batch = batch_or_404(request, pk)
        progress = progress_of(batch)
        context = {
            "batch": batch,
            "progress": progress,
            "problems": list(problems_of(batch)),
            "crumbs": crumbs(request, batch.region, (_("Rounds for many communities"), "")),
        }
        partial = bool(request.headers.get("HX-Request"))
        return render(request, "surveys/_batch.html" if partial else "surveys/batch.html", context)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Try the failed ones again."""
        batch = batch_or_404(request, pk)
        number = try_again(batch=batch, actor=request.user, at=timezone.now())
        if at_once(number):
            run_batches([batch])
        else:
            nudge_batches()
        messages.success(request, _("Tried again for %(number)s communities.") % {"number": number})
        return redirect("surveys:batch", pk=pk)


class AnnounceTicked(ActionView):
    """Announce the drafts that are ticked in the list, each for itself; refusals are told one by one."""

    action = "rounds.manage"

    def post(self, request: StaffRequest) -> HttpResponse:
        """Back to the list under the same filters."""
        keys = [key for key in request.POST.getlist("round")[:MOST_SHOWN] if key.isascii() and key.isdecimal() and len(key) < 19]
        drafts = Round.objects.visible_to(request.user, "rounds.manage").filter(pk__in=keys, state=RoundState.DRAFT)
        done = 0
        for draft in drafts.select_related("community").order_by("community__pinyin", "pk"):
            try:
                announce_round(round_=draft, actor=request.user, at=timezone.now())
                done += 1
            except DomainError as error:
                messages.error(request, f"{draft.community.name} · {draft.title}: {error.message}")
        if done:
            words = ngettext("%(number)s round is announced.", "%(number)s rounds are announced.", done)
            messages.success(request, words % {"number": done})
        elif not keys:
            messages.error(request, _("Tick the drafts first."))
        return redirect(f"{reverse('surveys:list')}?{request.GET.urlencode()}")
