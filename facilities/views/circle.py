"""A community's living circle: sentence, ring map, checklist; proposing works for gaps, assessing what no distance decides."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from communities.models import Community
from facilities.checklist import BY_CODE, Item, Judged
from facilities.circle import circle_of, standard
from facilities.drawing import SIZE, Spot, marks_of, rings_of
from facilities.forms.circle import AssessmentForm, ThemeForm
from facilities.models import Conversion, Facility
from facilities.operations.circles import assess
from facilities.operations.renewal import set_theme
from facilities.proposing import proposals_of, propose, running_project
from facilities.rules import RANK, Line, Provision, Verdict, Yard
from facilities.views.shared import crumbs, put_errors
from facilities.words import LETTERS, SHAPES, VERDICTS, needed_words, why_words
from regions.choices import LEVEL_DEPTH, Level

IMPROVABLE = (Verdict.PARTLY, Verdict.MISSING)


def community_or_404(request: StaffRequest, pk: int, action: str) -> Community:
    """The community in the user's reach (else 404), with the right in its region (else 403). Merged ones lead nowhere."""
    community = get_object_or_404(Community.objects.visible_to(request.user).current().select_related("region"), pk=pk)
    if not request.user.may(action, community.region.path):
        raise PermissionDenied
    return community


class CirclePage(ActionView):
    """What is within 5, 10 and 15 minutes of a community, today and after the planned works."""

    action = "facilities.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Counted live from the inventory: never older than the page."""
        community = community_or_404(request, pk, self.action)
        yard, lines = circle_of(community)
        user, path = request.user, community.region.path
        project = running_project(community)
        may_propose = project is not None and user.may("projects.edit", project.region.path)
        proposals = proposals_of(community, project)
        near = {place.pk: place for place in yard.places if place.pk is not None}
        facilities = {row.pk: row for row in Facility.objects.filter(pk__in=near).select_related("region").defer("search_text")}
        context = {
            "community": community,
            "crumbs": crumbs(request, community.region, (community.name, "")),
            "rows": [row_of(line, community, facilities, proposals) for line in lines],
            "sums": sums_of(lines),
            "rings": ring_rows(lines, yard),
            "map": map_of(community, near, facilities),
            "project": project,
            "may_propose": may_propose,
            "opens_project": project is not None and user.may("projects.see", project.region.path),
            "sees_photos": user.may("projects.see", county_path(community)),
            "may_create": user.may("projects.edit", county_path(community)),
            "may_edit": user.may("facilities.edit", path),
            "theme": getattr(community, "theme", None),
            "conversions": list(Conversion.objects.filter(community=community).select_related("photo_before", "photo_after", "project")),
            "standard": standard(),
            "tolerance_percent": round(standard().tolerance * 100),
            "now": timezone.now(),
            "synthetic": community.synthetic or any(row.synthetic for row in facilities.values()),
        }
        return render(request, "facilities/circle.html", context)


def county_path(community: Community) -> str:
    """The path of the community's county: a project hangs there."""
    return "".join(f"{code}/" for code in community.region.codes[: LEVEL_DEPTH[Level.COUNTY]])


def sums_of(lines: list[Line]) -> dict[str, Any]:
    """How many items are met, partly met, missing, not assessed: before and after."""
    before, after = Counter(line.before.verdict.value for line in lines), Counter(line.after.verdict.value for line in lines)
    return {"before": before, "after": after, "total": len(lines), "gained": after["met"] - before["met"]}


def ring_rows(lines: list[Line], yard: Yard) -> list[dict[str, Any]]:
    """Each ring with its items met before and after, and the open facilities within it."""
    rule = standard()
    rows = []
    for minutes, metres in sorted(rule.rings.items()):
        own = [line for line in lines if line.item.ring == minutes]
        within = [place for place in yard.places if place.metres * rule.detour <= metres]
        rows.append(
            {
                "minutes": minutes,
                "metres": metres,
                "items": len(own),
                "before": sum(line.before.verdict == Verdict.MET for line in own),
                "after": sum(line.after.verdict == Verdict.MET for line in own),
                "open": sum(place.state == "open" for place in within),
                "coming": sum(place.sure for place in within) + (len(yard.coming) if minutes == 5 else 0),
            }
        )
    return rows


def row_of(line: Line, community: Community, facilities: dict[int, Facility], proposals: dict[str, Any]) -> dict[str, Any]:
    """A line of the checklist as the table shows it."""
    item, rule = line.item, standard()
    said = {}
    for when in ("before", "after"):
        judged = getattr(line, when)
        said[when] = {
            "verdict": judged.verdict.value,
            "words": VERDICTS[judged.verdict.value],
            "shape": SHAPES[judged.verdict.value],
            "why": why_words(item, judged, community.population, rule),
            "metres": judged.metres,
            "facility": facilities.get(judged.facility or 0),
            "letter": LETTERS[facilities[judged.facility].kind] if judged.facility in facilities else "",
        }
    return {
        "item": item,
        **said,
        "changed": line.before != line.after,
        "better": RANK[line.after.verdict] > RANK[line.before.verdict],
        "needed": needed_words(item, community.population, rule),
        "by_hand": item.judged != Judged.FACILITIES,
        "proposal": proposals.get(item.code),
        "can_propose": item.suggest is not None and line.after.verdict in IMPROVABLE,
    }


def map_of(community: Community, near: dict[int, Provision], facilities: dict[int, Facility]) -> dict[str, Any] | None:
    """The ring map; None without a position."""
    if community.longitude is None or community.latitude is None:
        return None
    rule = standard()
    spots = [
        Spot(pk, row.kind, row.state, (row.longitude, row.latitude), near[pk].metres)
        for pk, row in facilities.items()
    ]  # fmt: skip
    marks: list[dict[str, Any]] = [
        {
            "mark": mark,
            "letter": LETTERS[mark.spot.kind],
            "facility": facilities[mark.spot.pk],
            "walk": round(mark.spot.metres * rule.detour),
        }
        for mark in marks_of((community.longitude, community.latitude), spots, rule)
    ]
    kinds = {each["facility"].kind: each for each in marks}
    legend = sorted(kinds.values(), key=lambda each: (each["mark"].shape, str(each["letter"])))
    return {"size": SIZE, "middle": SIZE // 2, "rings": rings_of(rule), "marks": marks, "legend": legend}


class SuggestWork(ActionView):
    """One click: the gap of an item becomes a proposed work of the community's running project."""

    action = "projects.edit"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Propose it and go back to the checklist."""
        community = community_or_404(request, pk, "facilities.see")
        item = BY_CODE.get(request.POST.get("item", ""))
        if item is None:
            raise Http404
        try:
            made = propose(community=community, item=item, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(
                request, _("Proposed for the scheme of %(project)s: %(work)s") % {"project": made.project.name, "work": made.name}
            )
        return redirect("facilities:circle", pk)


class AssessItem(ActionView):
    """Say whether an item that no distance decides is met."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int, item: str) -> HttpResponse:
        """The form, with what was said last."""
        community, asked = self._asked(request, pk, item)
        return self._show(request, community, asked, AssessmentForm())

    def post(self, request: StaffRequest, pk: int, item: str) -> HttpResponse:
        """Keep it; the circle is counted again at once."""
        community, asked = self._asked(request, pk, item)
        form = AssessmentForm(request.POST)
        if form.is_valid():
            try:
                assess(actor=request.user, at=timezone.now(), community=community, item=item, **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("facilities:circle", pk)
        return self._show(request, community, asked, form, status=422)

    def _asked(self, request: StaffRequest, pk: int, code: str) -> tuple[Community, Item]:
        community = community_or_404(request, pk, self.action)
        item = BY_CODE.get(code)
        if item is None or item.judged == Judged.FACILITIES:
            raise Http404
        return community, item

    @staticmethod
    def _show(request: StaffRequest, community: Community, item: Item, form: AssessmentForm, status: int = 200) -> HttpResponse:
        back = reverse("facilities:circle", args=[community.pk])
        rows = community.assessments.filter(item=item.code).select_related("recorded_by")[:20]
        events = [
            {
                "state": "done",
                "when": timezone.localtime(row.recorded_at).strftime("%Y-%m-%d"),
                "who": str(row.recorded_by),
                "text": f"{row.get_verdict_display()} {row.note}",
            }
            for row in rows
        ]
        context = {
            "form": form,
            "community": community,
            "item": item,
            "events": events,
            "title": _("Assess: %(item)s") % {"item": item.words},
            "crumbs": crumbs(request, community.region, (community.name, back), (str(item.words), "")),
            "back": back,
        }
        return render(request, "facilities/assess.html", context, status=status)


class ThemePage(ActionView):
    """What a community wants to be known for."""

    action = "facilities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what stands."""
        community = community_or_404(request, pk, self.action)
        theme = getattr(community, "theme", None)
        initial = {"name": theme.name, "description": theme.description} if theme else {}
        return self._show(request, community, ThemeForm(initial=initial))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Keep it."""
        community = community_or_404(request, pk, self.action)
        form = ThemeForm(request.POST)
        if form.is_valid():
            try:
                set_theme(actor=request.user, at=timezone.now(), community=community, **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("facilities:circle", pk)
        return self._show(request, community, form, status=422)

    @staticmethod
    def _show(request: StaffRequest, community: Community, form: ThemeForm, status: int = 200) -> HttpResponse:
        back = reverse("facilities:circle", args=[community.pk])
        title = _("Theme of the community")
        context = {
            "form": form,
            "title": title,
            "says": community.name,
            "crumbs": crumbs(request, community.region, (community.name, back), (title, "")),
            "back": back,
        }
        return render(request, "facilities/plain_form.html", context, status=status)
