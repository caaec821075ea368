"""Special works: the list, filing and changing one, its page, its steps, days proposed to its owner."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import PipeOwner, SpecialState
from projects.clash_words import Said, say
from projects.filters import SpecialWorkFilter
from projects.ground import ground_of, key_of
from projects.models import Project, SpecialWork
from projects.operations import (
    ClashFound,
    Filing,
    add_road,
    change_special_work,
    file_special_work,
    owners_for,
)
from projects.special_forms import FilingForm
from projects.special_screens import open_clash_keys, opening_day
from projects.views.shared import crumbs, put_errors
from regions.choices import Level
from regions.models import Region
from regions.queries import children, counties, region_or_404

SORTS = {"starts": "planned_start_on", "ends": "planned_completion_on", "title": "title", "number": "number", "filed": "filed_at"}
DEFAULT_SORT = "-starts"


def special_or_404(request: StaffRequest, pk: int, action: str) -> SpecialWork:
    """The special work in the user's reach (else 404), with the right in its county (else 403)."""
    rows = SpecialWork.objects.visible_to(request.user).select_related("region", "project")
    work = get_object_or_404(rows, pk=pk)
    if not request.user.may(action, work.region.path):
        raise PermissionDenied
    return work


def special_crumbs(request: StaffRequest, region: Region | None, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The regions above, the list of special works, then `more`."""
    own = (_("Special works"), reverse("projects:special-list"))
    return crumbs(request, region, own, *more) if region else [own, *more]


def year_choices() -> range:
    """The years of filters, the newest first."""
    return range(timezone.localdate().year + 1, 2017, -1)


def sort_of(request: StaffRequest) -> str:
    """The field to sort by from ?sort=, checked against the list."""
    asked = request.GET.get("sort", DEFAULT_SORT)
    falling, key = asked.startswith("-"), asked.removeprefix("-")
    return ("-" if falling else "") + SORTS[key] if key in SORTS else "-planned_start_on"


class SpecialList(ActionView):
    """Special works in reach: filters, order and place in the query string."""

    action = "special.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page; an unknown or foreign region is 404."""
        region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
        base = SpecialWork.objects.visible_to(request.user, self.action).select_related("region", "region__parent", "project")
        rows = SpecialWorkFilter(request.GET, queryset=base, request=request).qs.prefetch_related("stretches")
        page = cursor_page(rows, order=sort_of(request), cursor=request.GET.get("cursor", ""))
        clashing = open_clash_keys(ground_of(works=[work.pk for work in page.rows]))
        context = {
            "page": page,
            "rows": [(work, key_of(work) in clashing) for work in page.rows],
            "all_synthetic": bool(page.rows) and all(work.synthetic for work in page.rows),
            "crumbs": crumbs(request, region) if region else [],
            "region": region,
            "children": [(child.code, child.name) for child in children(region)] if region and region.depth <= 2 else [],
            "owners": PipeOwner.choices,
            "states": SpecialState.choices,
            "years": year_choices(),
            "only": self._segments(request),
            "filtered": any(request.GET.get(key) for key in ("q", "owner", "state", "year", "only")),
            "may_file": request.user.may("special.file"),
        }
        return render(request, "projects/special_list.html", context)

    def _segments(self, request: StaffRequest) -> list[dict[str, Any]]:
        query = request.GET.copy()
        query.pop("cursor", None)
        items = []
        for value, label in (("", _("All")), ("open", _("Not completed")), ("clash", _("Clashes")), ("waiting", _("Days proposed"))):
            query["only"] = value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": request.GET.get("only", "") == value})
        return items


# --- filing and changing ----------------------------------------------------------------------------------------------


def _filing(data: dict[str, Any], region: Region, request: StaffRequest) -> Filing:
    roads = list(data.get("roads") or [])
    if data["new_road"]:
        roads.append(add_road(region=region, name=data["new_road"], actor=request.user, at=timezone.now()))
    names = ("title", "laid", "planned_start_on", "planned_completion_on", "digs", "project", "contact", "unavoidable")
    return Filing(communities=data["yards"], stretches=roads, **{name: data[name] for name in names})


def _with_proposed_days(request: StaffRequest) -> Any:
    """The posted values; the button "take these days" puts the proposed ones in."""
    data, (start, _slash, end) = request.POST.copy(), request.POST.get("take", "").partition("/")
    if start and end:
        data["planned_start_on"], data["planned_completion_on"] = start, end
    return data


class SpecialFile(ActionView):
    """Form: an owner files a special work; ?county= (for several), ?project= and ?community= fill it in."""

    action = "special.file"

    def get(self, request: StaffRequest) -> HttpResponse:
        county, project = self._county(request)
        if county is None:
            return self._choose_county(request)
        yards = (
            [entry.community.name for entry in project.entries.filter(removed_on__isnull=True).select_related("community")]
            if project
            else []
        )
        initial = {
            "project": project, "yards": "\n".join(yards), "owner": request.GET.get("owner", ""), "digs": True,
            "planned_start_on": opening_day(), "planned_completion_on": opening_day() + datetime.timedelta(days=30),
        }  # fmt: skip
        return self._page(request, county, FilingForm(initial=initial, county=county, owners=self._owners(request, county), changed=False))

    def post(self, request: StaffRequest) -> HttpResponse:
        county, _project = self._county(request)
        if county is None:
            raise Http404
        form = FilingForm(_with_proposed_days(request), county=county, owners=self._owners(request, county), changed=False)
        said: list[Said] = []
        if form.is_valid():
            try:
                filing, owner = _filing(form.cleaned_data, county, request), form.cleaned_data["owner"]
                work = file_special_work(region=county, owner=owner, filing=filing, actor=request.user, at=timezone.now())
            except ClashFound as clash:
                said = say(clash.clashes, clash.ground)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The special work is filed under %(number)s.") % {"number": work.number})
                return redirect("projects:special", work.pk)
        return self._page(request, county, form, said, status=422)

    def _county(self, request: StaffRequest) -> tuple[Region | None, Project | None]:
        """The county to file in, and the project asked for; (None, None) where the user has several to choose from."""
        scope = request.user.scope_for(self.action)
        if request.GET.get("project"):
            rows = Project.objects.visible_to(request.user, self.action).select_related("region")
            project = get_object_or_404(rows, pk=whole_number(request.GET["project"]))
            return project.region, project
        if request.GET.get("county"):
            county = region_or_404(request.GET["county"], request.user)
            if county.level != Level.COUNTY or not scope.covers(county.path):
                raise Http404
            return county, None
        own = request.user.region
        found = list(counties(own)[:2]) if own else []
        return (found[0], None) if len(found) == 1 and scope.covers(found[0].path) else (None, None)

    def _owners(self, request: StaffRequest, county: Region) -> list[PipeOwner]:
        owners = owners_for(request.user, county.path)
        if not owners:
            raise PermissionDenied
        return owners

    def _choose_county(self, request: StaffRequest) -> HttpResponse:
        scope = request.user.scope_for(self.action)
        rows = Region.objects.filter(scope.q("path"), depth=3).order_by("path")
        context = {"counties": rows, "crumbs": special_crumbs(request, request.user.region, (_("File a special work"), ""))}
        return render(request, "projects/special_county.html", context)

    def _page(
        self, request: StaffRequest, county: Region, form: FilingForm, said: list[Said] | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form, "county": county, "said": said, "title": _("File a special work"), "button": _("File the work"),
            "crumbs": special_crumbs(request, county, (_("File a special work"), "")), "back": reverse("projects:special-list"),
        }  # fmt: skip
        return render(request, "projects/special_form.html", context, status=status)


class SpecialEdit(ActionView):
    """Form: change a special work that has not begun, with a reason."""

    action = "special.file"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        work = self._work(request, pk)
        names = ("title", "laid", "project", "digs", "planned_start_on", "planned_completion_on", "contact", "unavoidable")
        stretches = list(work.stretches.select_related("community"))
        initial = {name: getattr(work, name) for name in names} | {
            "yards": "\n".join(each.community.code for each in stretches if each.community),
            "roads": [each for each in stretches if each.community is None],
        }
        return self._page(request, work, FilingForm(initial=initial, county=work.region, owners=[], changed=True))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        work = self._work(request, pk)
        form = FilingForm(_with_proposed_days(request), county=work.region, owners=[], changed=True)
        said: list[Said] = []
        if form.is_valid():
            try:
                filing, reason = _filing(form.cleaned_data, work.region, request), form.cleaned_data["reason"]
                change_special_work(work=work, filing=filing, reason=reason, actor=request.user, at=timezone.now())
            except ClashFound as clash:
                said = say(clash.clashes, clash.ground)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The special work is changed."))
                return redirect("projects:special", pk)
        return self._page(request, work, form, said, status=422)

    def _work(self, request: StaffRequest, pk: int) -> SpecialWork:
        work = special_or_404(request, pk, self.action)
        if work.owner not in owners_for(request.user, work.region.path):
            raise PermissionDenied
        return work

    def _page(
        self, request: StaffRequest, work: SpecialWork, form: FilingForm, said: list[Said] | None = None, status: int = 200
    ) -> HttpResponse:
        own = (work.title, reverse("projects:special", args=[work.pk]))
        context = {
            "form": form, "county": work.region, "work": work, "said": said, "title": _("Change a special work"), "button": _("Save"),
            "crumbs": special_crumbs(request, work.region, own, (_("Change"), "")), "back": own[1],
        }  # fmt: skip
        return render(request, "projects/special_form.html", context, status=status)
