"""Acceptance sheets: the list of a region, one sheet, drawing it up, holding, completing, giving it up."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.errors import DomainError, NotAllowed
from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from lifecycle.acceptance import read
from lifecycle.choices import SheetState
from lifecycle.dossier import dossier
from lifecycle.forms import HoldForm, PrepareForm
from lifecycle.gates import satisfaction
from lifecycle.models import AcceptanceSheet
from lifecycle.operations import complete_sheet, hold_sheet, level_above, prepare_sheet, rectify_sheet, withdraw_sheet
from lifecycle.printing import sheet_pdf
from lifecycle.screens import finding_for_page
from lifecycle.sheets import STATE_TAGS, sees_names, sheet_screen, sheets_in_reach
from projects.choices import STAGE_ORDER, Stage
from projects.forms import ReasonForm
from projects.views.shared import crumbs, project_crumbs, project_or_404, put_errors
from regions.queries import children, region_or_404

PAGE = 50


def sheet_or_404(request: StaffRequest, pk: int, action: str) -> AcceptanceSheet:
    """The sheet in the user's reach (else 404), with the right in its county (else 403)."""
    sheet = get_object_or_404(AcceptanceSheet.objects.visible_to(request.user).select_related("project__region"), pk=pk)
    if not request.user.may(action, sheet.project.region.path):
        raise PermissionDenied
    return sheet


def sheet_crumbs(request: StaffRequest, sheet: AcceptanceSheet, last: str = "") -> list[tuple[str, str]]:
    """Down to the sheet, and to a page below it."""
    words = _("Acceptance, attempt %(attempt)s") % {"attempt": sheet.attempt}
    found = project_crumbs(request, sheet.project)
    return [*found, (words, reverse("projects:sheet", args=[sheet.pk]) if last else ""), *([(last, "")] if last else [])]


class SheetList(ActionView):
    """The acceptances of a region, newest first: all, or one state, or one month."""

    action = "acceptance.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """?state=, ?region=, ?month=YYYY-MM in the address."""
        region = region_or_404(request.GET["region"], request.user) if request.GET.get("region") else request.user.region
        rows = sheets_in_reach(request.user)
        if region:
            rows = rows.filter(project__region__path__startswith=region.path)
        month = _month(request.GET.get("month", ""))
        if month:
            rows = rows.filter(planned_on__year=month.year, planned_on__month=month.month)
        states = {state.value: rows.filter(state=state).count() for state in SheetState}
        state = request.GET.get("state", "")
        shown = rows.filter(state=state) if state in states else rows
        page = cursor_page(shown, order="-planned_on", cursor=request.GET.get("cursor", ""), size=PAGE)
        today = timezone.localdate()
        context = {
            "page": page,
            "rows": [{"sheet": row, "tag": STATE_TAGS[SheetState(row.state)]} for row in page.rows],
            "segments": self._segments(request, states),
            "region": region,
            "regions_below": [(each.code, each.name) for each in children(region)] if region and region.depth < 3 else [],
            "month": f"{month:%Y-%m}" if month else "",
            "this_month": f"{today:%Y-%m}",
            "filtered": any(request.GET.get(name) for name in ("state", "month")),
            "crumbs": crumbs(request, region) if region else [],
            "all_synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
            "tab": "sheets",
        }
        return render(request, "lifecycle/acceptance_list.html", context)

    @staticmethod
    def _segments(request: StaffRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
        def line(label: str, value: str, count: int) -> dict[str, Any]:
            query = request.GET.copy()
            query["state"] = value
            query.pop("cursor", None)
            return {"label": label, "url": f"?{query.urlencode()}", "current": request.GET.get("state", "") == value, "count": count}

        return [
            line(_("All"), "", sum(counts.values())),
            *(line(str(state.label), state.value, counts[state.value]) for state in SheetState),
        ]


def _month(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


class SheetPage(ActionView):
    """One sheet: what is missing, items, defects, parties; on a phone its items are cards."""

    action = "acceptance.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Constant number of queries."""
        sheet = sheet_or_404(request, pk, self.action)
        reading = read(sheet)
        project, user, today = reading.sheet.project, request.user, timezone.localdate()
        county = project.region.path
        accepted = STAGE_ORDER[project.stage] >= STAGE_ORDER[Stage.ACCEPTED]
        context = sheet_screen(reading, user, today) | {
            "crumbs": sheet_crumbs(request, sheet),
            "may_prepare": user.may("acceptance.prepare", county),
            "may_withdraw": sheet.state == SheetState.COMPLETE
            and not accepted
            and user.may("acceptance.withdraw", county)
            and level_above(user, project, "acceptance.withdraw") is not None,
            "may_edit": user.may("projects.edit", county),
            "satisfaction": None if accepted else finding_for_page(satisfaction(dossier(project, today))),
            "today": today,
        }
        return render(request, "lifecycle/sheet.html", context)


class SheetPdf(ActionView):
    """The sheet on paper."""

    action = "acceptance.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Chinese, unless ?language=en asks otherwise; residents' names as the reader may see them."""
        sheet = sheet_or_404(request, pk, self.action)
        language = "en" if request.GET.get("language") == "en" else "zh-hans"
        url = request.build_absolute_uri(reverse("projects:sheet", args=[sheet.pk]))
        content = sheet_pdf(read(sheet), clear=sees_names(request.user, sheet.project), language=language, url=url, at=timezone.now())
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="acceptance-{sheet.project.code}-{sheet.attempt}.pdf"'
        answer["Cache-Control"] = "no-store"
        return answer


class SheetPrepare(ActionView):
    """Form: the day, the place and the residents' representatives; everything else is drawn up by itself."""

    action = "acceptance.prepare"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, pk, PrepareForm(initial={"planned_on": timezone.localdate()}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = PrepareForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                sheet = prepare_sheet(
                    project=project, planned_on=data["planned_on"], place=data["place"], representatives=form.representatives,
                    actor=request.user, at=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The acceptance sheet is drawn up."))
                return redirect("projects:sheet", pk=sheet.pk)
        return self._page(request, pk, form, status=422)

    def _page(self, request: StaffRequest, pk: int, form: PrepareForm, status: int = 200) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        context = {
            "form": form,
            "project": project,
            "title": _("Draw up the acceptance sheet"),
            "lead": _("Departments, firms, pipe owners and items come by themselves."),
            "button": _("Draw up"),
            "back": reverse("projects:detail", args=[project.pk]),
            "crumbs": project_crumbs(request, project, _("Draw up the acceptance sheet")),
        }
        return render(request, "projects/form.html", context, status=status)


class SheetStep(ActionView):
    """A step of the whole sheet: a form, then one operation, then the sheet again."""

    action = "acceptance.prepare"
    form_class: type[forms.Form] = ReasonForm
    operation: ClassVar[Callable[..., AcceptanceSheet]]
    danger = False

    def words(self, sheet: AcceptanceSheet) -> dict[str, str]:
        """title, lead, button, done."""
        raise NotImplementedError

    def initial(self, sheet: AcceptanceSheet) -> dict[str, Any]:
        """What the form begins with."""
        return {}

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        sheet = sheet_or_404(request, pk, self.action)
        return self._page(request, sheet, self.form_class(initial=self.initial(sheet)))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        sheet = sheet_or_404(request, pk, self.action)
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                type(self).operation(sheet=sheet, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except NotAllowed:
                raise
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, self.words(sheet)["done"])
                return redirect("projects:sheet", pk=pk)
        return self._page(request, sheet, form, status=422)

    def _page(self, request: StaffRequest, sheet: AcceptanceSheet, form: forms.Form, status: int = 200) -> HttpResponse:
        words = self.words(sheet)
        context = words | {
            "form": form,
            "project": sheet.project,
            "danger": self.danger,
            "back": reverse("projects:sheet", args=[sheet.pk]),
            "crumbs": sheet_crumbs(request, sheet, words["title"]),
        }
        return render(request, "projects/form.html", context, status=status)


class SheetHold(SheetStep):
    """The parties have met."""

    form_class = HoldForm
    operation = staticmethod(hold_sheet)

    def words(self, sheet: AcceptanceSheet) -> dict[str, str]:
        return {
            "title": _("The acceptance is held"),
            "lead": _("Parties stand fast from now on; items are those of the scheme that stands."),
            "button": _("Begin checking and signing"),
            "done": _("The acceptance is open for checking and signing."),
        }

    def initial(self, sheet: AcceptanceSheet) -> dict[str, Any]:
        return {"held_on": min(sheet.planned_on, timezone.localdate())}


class SheetRectify(SheetStep):
    """The attempt did not succeed."""

    operation = staticmethod(rectify_sheet)
    danger = True

    def words(self, sheet: AcceptanceSheet) -> dict[str, str]:
        return {
            "title": _("Send the acceptance to be rectified"),
            "lead": _("This attempt ends. Open defects are carried over to the next sheet."),
            "button": _("To be rectified"),
            "done": _("The attempt has ended; draw up a new sheet when everything is mended."),
        }


class SheetWithdraw(SheetStep):
    """Give a sheet up: one on its way by the county, a complete one by a level above."""

    action = "acceptance.see"
    operation = staticmethod(withdraw_sheet)
    danger = True

    def words(self, sheet: AcceptanceSheet) -> dict[str, str]:
        return {
            "title": _("Withdraw the acceptance sheet"),
            "lead": _("It stays readable with the reason and counts for no gate."),
            "button": pgettext("acceptance sheet", "Withdraw"),
            "done": _("The sheet is withdrawn."),
        }

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Who may prepare or withdraw sheets gets here; the operation asks which of the two."""
        user = request.user
        if user.is_authenticated and not (user.may("acceptance.prepare") or user.may("acceptance.withdraw")):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class SheetComplete(ActionView):
    """Complete the sheet; asked once more before, because it cannot be undone."""

    action = "acceptance.prepare"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        sheet = sheet_or_404(request, pk, self.action)
        try:
            complete_sheet(sheet=sheet, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("The acceptance is complete. The special works are accepted with it."))
        return redirect("projects:sheet", pk=pk)

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """An address alone completes nothing."""
        sheet_or_404(request, pk, self.action)
        return redirect("projects:sheet", pk=pk)
