"""Digging once: the chart and the confirmations of a project, a city's calendar and clashes, roads and their pavings."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import PipeOwner, StretchKind
from projects.clash_words import HEADINGS, Said, say
from projects.dig_once import CODES
from projects.forms import ReasonForm
from projects.ground import Ground, ground_of
from projects.models import OwnerConfirmation, Paving, Project, Stretch
from projects.operations import add_road, confirm_owner, owners_for, record_paving, void_paving
from projects.queries import lines_of, newest_scheme, special_works_of
from projects.rules import first_day, month_after, month_before, month_of, owners_to_ask
from projects.special_forms import ConfirmationForm, PavingForm, RoadForm
from projects.special_screens import month_chart, month_groups, opening_day, project_chart, spots_of_month, year_ground
from projects.views.shared import project_crumbs, project_or_404, put_errors
from projects.views.special import special_crumbs, year_choices
from regions.choices import Level
from regions.models import Region
from regions.queries import children, region_or_404

SPOTS_SHOWN, CLASHES_SHOWN = 30, 50


class ProjectGantt(ActionView):
    """Community works and special works of a project in one chart, with its clashes."""

    action = "special.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        shown = project_chart(project, timezone.localdate())
        ground = shown.ground
        said = say(ground.clashes_of(project), ground)
        context = {
            "project": project,
            "chart": shown.chart,
            "groups": shown.groups,
            "window": ground.windows.get(pk),
            "special_count": sum(bar.special for group in shown.groups for bar in group.bars),
            "said": said,
            "open_count": sum(one.open for one in said),
            "may_file": bool(owners_for(request.user, project.region.path)),
            "crumbs": project_crumbs(request, project, _("Works in time")),
        }
        return render(request, "projects/gantt.html", context)


# --- what owners confirm ----------------------------------------------------------------------------------------------


class ProjectConfirmations(ActionView):
    """Every owner's answer of a project, the form for the next one, and what clashes."""

    action = "special.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        return self._page(request, project, self._form(request, project))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, "special.file")
        form = self._form(request, project, request.POST)
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            data = {key: value for key, value in form.cleaned_data.items() if key != "works"}
            try:
                row = confirm_owner(
                    project=project, works=list(form.cleaned_data.get("works") or []), actor=request.user, at=timezone.now(), **data
                )
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The answer of %(owner)s is recorded.") % {"owner": row.get_owner_display()})
                return redirect("projects:dig-once", pk)
        return self._page(request, project, form, status=422)

    def _form(self, request: StaffRequest, project: Project, data: Any = None) -> ConfirmationForm | None:
        owners = owners_for(request.user, project.region.path)
        if not owners:
            return None
        works = special_works_of(project)
        asked = request.GET.get("owner", "")
        own = [work.pk for work in works if work.owner == asked]
        initial = {"owner": asked, "confirmed_on": timezone.localdate(), "works": own, "answer": "joins" if own else ""}
        return ConfirmationForm(data, initial=initial, owners=owners, works=works)

    def _page(self, request: StaffRequest, project: Project, form: ConfirmationForm | None, status: int = 200) -> HttpResponse:
        ground = ground_of(projects=[project.pk], today=opening_day())
        scheme = newest_scheme(project)
        asked = owners_to_ask(settings.PIPE_OWNERS, {line.kind for line in lines_of(scheme)} if scheme else [])
        said = say(ground.clashes_of(project), ground)
        rows = OwnerConfirmation.objects.filter(project=project).select_related("recorded_by").prefetch_related("works").order_by("-pk")
        newest: dict[str, OwnerConfirmation] = {}
        for row in rows:
            newest.setdefault(row.owner, row)
        own = set(owners_for(request.user, project.region.path))
        context = {
            "project": project,
            "form": form,
            "owners": [(owner, newest.get(owner.value), owner in own) for owner in asked],
            "answered": sum(owner.value in newest for owner in asked),
            "older": [row for row in rows if newest[row.owner].pk != row.pk],
            "window": ground.windows.get(project.pk),
            "said": said,
            "open_count": sum(one.open for one in said),
            "crumbs": project_crumbs(request, project, _("Dig-once check")),
        }
        return render(request, "projects/dig_once.html", context, status=status)


# --- a city: calendar and clashes -------------------------------------------------------------------------------------


def city_of(request: StaffRequest) -> Region:
    """The city or county asked for with ?region=, else the user's own; of the province its first city. Outside the reach 404."""
    region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
    if region is None:
        raise PermissionDenied
    if region.level == Level.PROVINCE:
        region = children(region).first() or region
    return region


def _around(request: StaffRequest, region: Region) -> dict[str, Any]:
    """What both pages say of the region: crumbs, and the regions to choose from."""
    top = request.user.region or region
    choices = Region.objects.filter(request.user.scope.q("path"), depth__in=[2, 3])
    city = Region.objects.filter(code=region.codes[1]).first() if len(region.codes) > 1 else region
    near = choices.filter(path__startswith=city.path) if city else choices
    return {
        "region": region,
        "cities": [] if top.depth > 1 else list(children(top)),
        "counties": list(near.order_by("path")),
    }


class CityCalendar(ActionView):
    """A month of a city: what is dug and paved where, all owners together."""

    action = "special.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        region = city_of(request)
        month = month_of(request.GET.get("month", "")) or first_day(opening_day())
        owner = request.GET.get("owner", "") if request.GET.get("owner") in PipeOwner.values else ""
        spots = spots_of_month(region, month, owner)
        number = max(whole_number(request.GET.get("page", ""), 1), 1)
        shown = spots[(number - 1) * SPOTS_SHOWN : number * SPOTS_SHOWN]
        groups, ground = month_groups(shown, month, owner)
        context = _around(request, region) | {
            "month": month,
            "previous": month_before(month).strftime("%Y-%m"),
            "following": month_after(month).strftime("%Y-%m"),
            "owner": owner,
            "owners": PipeOwner.choices,
            "groups": groups,
            "chart": month_chart(groups, month, opening_day() if settings.DASHBOARD_AS_OF else timezone.localdate()) if groups else None,
            "spot_count": len(spots),
            "bar_count": sum(len(group.bars) for group in groups),
            "clash_count": sum(bar.clash for group in groups for bar in group.bars),
            "pages": _pages(number, len(spots), SPOTS_SHOWN),
            "synthetic": any(work.synthetic for work in ground.works.values()),
            "crumbs": special_crumbs(request, region, (_("Calendar"), "")),
        }
        return render(request, "projects/special_calendar.html", context)


def _pages(number: int, count: int, size: int) -> dict[str, int]:
    """Which page of how many; 0 where there is no neighbour."""
    last = max((count + size - 1) // size, 1)
    return {
        "number": min(number, last),
        "last": last,
        "previous": number - 1 if number > 1 else 0,
        "next": number + 1 if number < last else 0,
    }


class CityClashes(ActionView):
    """The clashes of a city in a year, those without a reason first, each with the days that would mend it."""

    action = "special.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        region = city_of(request)
        year = whole_number(request.GET.get("year", ""), opening_day().year)
        year = year if year in year_choices() else opening_day().year
        ground = year_ground(region, year)
        code = request.GET.get("code", "") if request.GET.get("code") in CODES else ""
        found = [clash for clash in ground.clashes if clash.first.end >= datetime.date(year, 1, 1)]
        found.sort(key=lambda clash: (bool(ground.settled_by(clash)), clash.order))
        listed = [clash for clash in found if not code or clash.code == code]
        number = max(whole_number(request.GET.get("page", ""), 1), 1)
        said = say(listed[(number - 1) * CLASHES_SHOWN : number * CLASHES_SHOWN], ground)
        context = _around(request, region) | {
            "year": year,
            "years": year_choices(),
            "code": code,
            "codes": [(each, HEADINGS[each], sum(clash.code == each for clash in found)) for each in CODES],
            "rows": [(one, self._may_propose(request, one, ground)) for one in said],
            "total": len(listed),
            "open_count": sum(not ground.settled_by(clash) for clash in found),
            "pages": _pages(number, len(listed), CLASHES_SHOWN),
            "synthetic": any(work.synthetic for work in ground.works.values()),
            "crumbs": special_crumbs(request, region, (_("Clashes"), "")),
        }
        return render(request, "projects/special_clashes.html", context)

    def _may_propose(self, request: StaffRequest, one: Said, ground: Ground) -> bool:
        if one.work is None or one.proposal.start is None or not one.open or one.work.region.pk is None:
            return False
        return bool(request.user.may("special.coordinate", one.work.region.path))


# --- roads and their pavings ------------------------------------------------------------------------------------------


def stretch_or_404(request: StaffRequest, pk: int, action: str) -> Stretch:
    """The stretch in the user's reach (else 404), with the right in its county (else 403)."""
    stretch = get_object_or_404(Stretch.objects.visible_to(request.user).select_related("region"), pk=pk)
    if not request.user.may(action, stretch.region.path):
        raise PermissionDenied
    return stretch


class RoadList(ActionView):
    """The roads of a county with the days on which they were paved; a form for one more."""

    action = "special.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        return self._page(request, RoadForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        region, form = city_of(request), RoadForm(request.POST)
        if not request.user.may("special.file", region.path):
            raise PermissionDenied
        if form.is_valid():
            try:
                add_road(region=region, name=form.cleaned_data["name"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The road is named."))
                return redirect(f"{reverse('projects:road-list')}?region={region.code}")
        return self._page(request, form, status=422)

    def _page(self, request: StaffRequest, form: RoadForm, status: int = 200) -> HttpResponse:
        region = city_of(request)
        rows = Stretch.objects.within(region).filter(kind=StretchKind.ROAD).select_related("region").prefetch_related("pavings__voided_by")
        roads = []
        for road in rows.order_by("region__path", "name")[:500]:
            pavings = [row for row in road.pavings.all() if row.voids_id is None and not hasattr(row, "voided_by")]
            roads.append((road, pavings, request.user.may("special.coordinate", road.region.path)))
        context = _around(request, region) | {
            "roads": roads,
            "form": form if region.level == Level.COUNTY and request.user.may("special.file", region.path) else None,
            "months": settings.DIG_ONCE_MONTHS,
            "crumbs": special_crumbs(request, region, (_("Roads"), "")),
        }
        return render(request, "projects/road_list.html", context, status=status)


class PavingAdd(ActionView):
    """Form: the day on which a stretch was paved."""

    action = "special.coordinate"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, stretch_or_404(request, pk, self.action), PavingForm(initial={"paved_on": timezone.localdate()}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        stretch, form = stretch_or_404(request, pk, self.action), PavingForm(request.POST)
        if form.is_valid():
            try:
                record_paving(stretch=stretch, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The paving is recorded."))
                return redirect(f"{reverse('projects:road-list')}?region={stretch.region.code}")
        return self._page(request, stretch, form, status=422)

    def _page(self, request: StaffRequest, stretch: Stretch, form: PavingForm, status: int = 200) -> HttpResponse:
        return _small_page(request, stretch, form, _("Record a paving"), _("Record"), status)


class PavingVoid(ActionView):
    """Form: a paving that was recorded by mistake, with the reason."""

    action = "special.coordinate"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        paving = self._paving(request, pk)
        return _small_page(request, paving.stretch, ReasonForm(), _("Void a paving"), _("Void"), 200)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        paving, form = self._paving(request, pk), ReasonForm(request.POST)
        if form.is_valid():
            try:
                void_paving(paving=paving, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The paving no longer counts."))
                return redirect(f"{reverse('projects:road-list')}?region={paving.stretch.region.code}")
        return _small_page(request, paving.stretch, form, _("Void a paving"), _("Void"), 422)

    def _paving(self, request: StaffRequest, pk: int) -> Paving:
        paving = get_object_or_404(Paving.objects.visible_to(request.user).select_related("stretch__region"), pk=pk)
        if not request.user.may(self.action, paving.stretch.region.path):
            raise PermissionDenied
        return paving


def _small_page(request: StaffRequest, stretch: Stretch, form: Any, title: str, button: str, status: int) -> HttpResponse:
    back = f"{reverse('projects:road-list')}?region={stretch.region.code}"
    context = {
        "form": form, "title": title, "button": button, "back": back, "lead": stretch.name,
        "crumbs": special_crumbs(request, stretch.region, (_("Roads"), back), (title, "")),
    }  # fmt: skip
    return render(request, "projects/special_move.html", context, status=status)
