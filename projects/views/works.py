"""Project list, and the small forms around a project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.text import whole_number
from common.views import ActionView, StaffRequest
from communities.models import Community
from projects.choices import STAGE_ORDER, Condition, ContractKind, Stage
from projects.filters import ProjectFilter
from projects.forms import ContractForm
from projects.models import Entry, Project
from projects.operations import add_community, add_contract, remove_community
from projects.queries import newest_reports, with_counts
from projects.views.shared import crumbs, project_crumbs, project_or_404, put_errors
from regions.models import Region
from regions.queries import children, region_or_404

SORTS = {"code": "code", "name": "name", "stage_on": "stage_on", "households": "household_total", "amount": "planned_total"}
DEFAULT_SORT = "-code"


def sort_of(request: StaffRequest) -> str:
    """The field to sort by from ?sort=, checked against the list."""
    asked = request.GET.get("sort", DEFAULT_SORT)
    falling, key = asked.startswith("-"), asked.removeprefix("-")
    if key not in SORTS:
        falling, key = True, "code"
    return ("-" if falling else "") + SORTS[key]


def progress_of(projects: list[Project]) -> dict[int, int]:
    """Project → progress in per cent of its floor area, from the newest reports; two queries for a whole page."""
    entries = list(Entry.objects.filter(project__in=projects, removed_on__isnull=True))
    reports = newest_reports(entries)
    done: dict[int, int] = {}
    for project in projects:
        own = [entry for entry in entries if entry.project_id == project.pk]
        area = sum(entry.floor_area for entry in own)
        if area and any(entry.pk in reports for entry in own):
            done[project.pk] = round(sum(entry.floor_area * reports[entry.pk].percent for entry in own if entry.pk in reports) / area)
    return done


class ProjectList(ActionView):
    """Projects in reach: filters, order and place in the query string."""

    action = "projects.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page; an unknown or foreign region is 404."""
        region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
        base = Project.objects.visible_to(request.user).select_related("region", "region__parent")
        chosen = ProjectFilter(request.GET, queryset=base, request=request)
        rows = chosen.qs
        page = cursor_page(with_counts(rows), order=sort_of(request), cursor=request.GET.get("cursor", ""))
        progress = progress_of(page.rows)
        context = {
            "page": page,
            "rows": [(project, progress.get(project.pk)) for project in page.rows],
            "all_synthetic": bool(page.rows) and all(project.synthetic for project in page.rows),
            "crumbs": crumbs(request, region) if region else [],
            "region": region,
            "children": self._children(region),
            "stages": Stage.choices,
            "conditions": Condition.choices,
            "years": range(timezone.localdate().year + 1, 2017, -1),
            "only": self._segments(request, base),
            "filtered": any(request.GET.get(key) for key in ("q", "year", "stage", "condition", "only")),
            "may_edit": request.user.may("projects.edit"),
        }
        return render(request, "projects/list.html", context)

    def _children(self, region: Region | None) -> list[tuple[str, str]]:
        if region is None or region.depth > 2:
            return []
        return [(child.code, child.name) for child in children(region)]

    def _segments(self, request: StaffRequest, base: QuerySet) -> list[dict[str, Any]]:
        """All, no photo, behind the plan: each with the count under the other filters."""
        query = request.GET.copy()
        query.pop("cursor", None)
        items = []
        for value, label in (("", _("All")), ("no_photo", _("No photo")), ("behind", _("Behind the plan"))):
            query.pop("only", None)
            if value:
                query["only"] = value
            items.append(
                {
                    "label": label,
                    "url": f"?{query.urlencode()}",
                    "current": request.GET.get("only", "") == value,
                    "count": ProjectFilter(query, queryset=base, request=request).qs.count(),
                }
            )
        return items


class ContractAdd(ActionView):
    """Form: a contract of a project."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        kind = request.GET.get("kind", "")
        return self._page(request, project, ContractForm(initial={"kind": kind if kind in ContractKind.values else ContractKind.WORKS}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = ContractForm(request.POST)
        if form.is_valid():
            try:
                add_contract(project=project, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The contract is recorded."))
                return redirect(reverse("projects:detail", args=[pk]) + "#contracts")
        return self._page(request, project, form, status=422)

    def _page(self, request: StaffRequest, project: Project, form: ContractForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "crumbs": project_crumbs(request, project, _("Add a contract")),
            "title": _("Add a contract"),
            "button": _("Record the contract"),
            "back": reverse("projects:detail", args=[project.pk]),
        }
        return render(request, "projects/form.html", context, status=status)


class CommunityAdd(ActionView):
    """Choose one more community for a project in the reserve."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        words = request.GET.get("q", "").strip()
        found = free_communities(project.region, words) if STAGE_ORDER[project.stage] <= STAGE_ORDER[Stage.RESERVE] else []
        context = {"project": project, "found": found, "q": words, "crumbs": project_crumbs(request, project, _("Add a community"))}
        return render(request, "projects/community_add.html", context)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        community = get_object_or_404(Community.objects.visible_to(request.user), pk=whole_number(request.POST.get("community", "")))
        try:
            add_community(project=project, community=community, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("projects:community-add", pk=pk)
        messages.success(request, _("%(name)s now belongs to the project.") % {"name": community.name})
        return redirect(reverse("projects:detail", args=[pk]) + "#communities")


def free_communities(county: Region, words: str = "", most: int = 200) -> list[Community]:
    """Communities of the county in no running project, by pinyin; eligibility is asked when they are chosen."""
    busy = Entry.objects.filter(removed_on__isnull=True).exclude(project__condition=Condition.WITHDRAWN)
    busy = busy.exclude(project__stage__in=[Stage.ACCEPTED, Stage.CLOSED])
    rows = Community.objects.current().within(county).search(words).exclude(pk__in=busy.values("community"))
    return list(rows.select_related("region").order_by("pinyin", "pk")[:most])


class CommunityRemove(ActionView):
    """Take a community out of a project in the reserve."""

    action = "projects.edit"

    def post(self, request: StaffRequest, pk: int, entry: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        row = get_object_or_404(project.entries.select_related("community"), pk=entry)
        try:
            remove_community(entry=row, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(name)s no longer belongs to the project.") % {"name": row.community.name})
        return redirect(reverse("projects:detail", args=[pk]) + "#communities")
