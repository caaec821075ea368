"""At the acceptance: one item, its defects and photos; parties; the page on which a party signs."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.views import ActionView, StaffRequest
from lifecycle.acceptance import Signing, read
from lifecycle.choices import ItemResult, PartyKind, SheetState
from lifecycle.forms import DeadlineForm, DefectForm, ItemForm, PartyForm, RecheckForm, SignForm
from lifecycle.models import Defect, SheetItem, SheetParty
from lifecycle.operations import (
    add_party,
    add_sheet_photo,
    check_item,
    may_sign,
    move_deadline,
    recheck_defect,
    remove_party,
    report_defect,
    sign,
)
from lifecycle.sheets import item_line, open_defects_in_reach, sees_names, sheet_photo, signed_line
from lifecycle.strokes import HEIGHT, WIDTH
from lifecycle.views.acceptance import sheet_crumbs, sheet_or_404
from projects.forms import ReasonForm
from projects.views.shared import crumbs, put_errors


class ItemPage(ActionView):
    """One item on the spot: passed, not applicable, a photo, or a defect. Made for a phone."""

    action = "acceptance.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._item(request, pk, self.action))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """`do` says which of the page's forms was sent: result, defect or photo."""
        item = self._item(request, pk, "acceptance.prepare")
        what = request.POST.get("do", "result")
        if what == "defect":
            return self._defect(request, item)
        form = ItemForm(request.POST)
        try:
            if what == "photo":
                self._photo(request, item)
            elif form.is_valid():
                check_item(item=item, actor=request.user, at=timezone.now(), **form.cleaned_data)
            else:
                return self._page(request, item, item_form=form, status=422)
        except DomainError as error:
            put_errors(form, error)
            return self._page(request, item, item_form=form, status=422)
        messages.success(request, _("The photo is stored.") if what == "photo" else _("Stored: %(item)s.") % {"item": item.name})
        return redirect(reverse("projects:sheet", args=[item.sheet_id]) + f"#item-{item.pk}")

    def _photo(self, request: StaffRequest, item: SheetItem, defect: Defect | None = None) -> None:
        if file := request.FILES.get("photo"):
            add_sheet_photo(item=item, defect=defect, raw=file.read(), client_key=uuid.uuid4(), actor=request.user, at=timezone.now())

    def _defect(self, request: StaffRequest, item: SheetItem) -> HttpResponse:
        form = DefectForm(request.POST, request.FILES, parties=_standing(item.sheet_id))
        if form.is_valid():
            data = {name: value for name, value in form.cleaned_data.items() if name != "photo"}
            try:
                defect = report_defect(item=item, actor=request.user, at=timezone.now(), **data)
                self._photo(request, item, defect)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The defect is recorded."))
                return redirect(reverse("projects:sheet", args=[item.sheet_id]) + f"#item-{item.pk}")
        return self._page(request, item, defect_form=form, status=422)

    def _item(self, request: StaffRequest, pk: int, action: str) -> SheetItem:
        rows = SheetItem.objects.visible_to(request.user).select_related("sheet__project__region", "work", "special")
        item = get_object_or_404(rows.prefetch_related("photos__photo", "photos__defect"), pk=pk)
        if not request.user.may(action, item.sheet.project.region.path):
            raise PermissionDenied
        return item

    def _page(
        self, request: StaffRequest, item: SheetItem, *, item_form: ItemForm | None = None, defect_form: DefectForm | None = None,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        sheet = item.sheet
        may = sheet.state == SheetState.HELD and request.user.may("acceptance.prepare", sheet.project.region.path)
        defects = list(item.defects.select_related("responsible").order_by("pk"))
        open_defects = {item.pk} if any(row.mended_on is None for row in defects) else set()
        following = SheetItem.objects.filter(sheet=sheet, position__gt=item.position).order_by("position").first()
        context = {
            "item": item,
            "line": item_line(item, open_defects),
            "sheet": sheet,
            "project": sheet.project,
            "may": may,
            "item_form": item_form or ItemForm(initial={"note": item.note}),
            "defect_form": defect_form or DefectForm(parties=_standing(sheet.pk), initial={"due_on": ""}),
            "defects": defects,
            "open": bool(open_defects),
            "following": following,
            "results": ItemResult,
        }
        return render(request, "lifecycle/item.html", context, status=status)


def _standing(sheet: int) -> Any:
    """The parties that may have to mend: everybody on the sheet but the residents."""
    return SheetParty.objects.filter(sheet=sheet, removed_at__isnull=True).exclude(kind=PartyKind.RESIDENT).order_by("-kind", "pk")


class DefectList(ActionView):
    """Open defects of a region, the most urgent first; ?late=1 only those after their deadline."""

    action = "acceptance.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        today = timezone.localdate()
        rows = open_defects_in_reach(request.user)
        late = rows.filter(due_on__lt=today)
        only_late = bool(request.GET.get("late"))
        page = cursor_page(late if only_late else rows, order="due_on", cursor=request.GET.get("cursor", ""))
        context = {
            "page": page,
            "rows": [{"row": row, "late": row.due_on < today} for row in page.rows],
            "segments": [
                {"label": _("All"), "url": "?", "current": not only_late, "count": rows.count()},
                {"label": _("Overdue"), "url": "?late=1", "current": only_late, "count": late.count()},
            ],
            "crumbs": crumbs(request, request.user.region) if request.user.region else [],
            "tab": "defects",
            "only_late": only_late,
        }
        return render(request, "lifecycle/defects.html", context)


class DefectPage(ActionView):
    """One defect: what was found, every look at it since, and the form for the next one."""

    action = "acceptance.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        defect = self._defect(request, pk, self.action)
        return self._page(request, defect, RecheckForm(initial={"checked_on": timezone.localdate(), "checked_by_name": request.user.name}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        defect = self._defect(request, pk, "acceptance.prepare")
        form = RecheckForm(request.POST, request.FILES)
        if form.is_valid():
            data = dict(form.cleaned_data)
            file = data.pop("photo")
            try:
                at = timezone.now()
                if file:
                    kept = add_sheet_photo(
                        item=defect.item, defect=defect, raw=file.read(), client_key=uuid.uuid4(), actor=request.user, at=at
                    )
                    data["photo"] = kept.photo
                recheck_defect(defect=defect, actor=request.user, at=at, **data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The re-check is recorded."))
                return redirect(reverse("projects:sheet", args=[defect.sheet_id]) + "#defects")
        return self._page(request, defect, form, status=422)

    def _defect(self, request: StaffRequest, pk: int, action: str) -> Defect:
        rows = Defect.objects.visible_to(request.user).select_related(
            "sheet__project__region", "item", "responsible", "found_by", "carried_from__sheet"
        )
        defect = get_object_or_404(rows, pk=pk)
        if not request.user.may(action, defect.sheet.project.region.path):
            raise PermissionDenied
        return defect

    def _page(self, request: StaffRequest, defect: Defect, form: RecheckForm, status: int = 200) -> HttpResponse:
        sheet, today = defect.sheet, timezone.localdate()
        context = {
            "defect": defect,
            "form": form,
            "sheet": sheet,
            "project": sheet.project,
            "checks": list(defect.checks.select_related("photo", "recorded_by").order_by("-pk")),
            "photos": [sheet_photo(row, defect.what) for row in defect.photos.select_related("photo").order_by("pk")],
            "may": sheet.state == SheetState.HELD
            and defect.mended_on is None
            and request.user.may("acceptance.prepare", sheet.project.region.path),
            "late": defect.mended_on is None and defect.due_on < today,
            "crumbs": sheet_crumbs(request, sheet, _("Defect")),
        }
        return render(request, "lifecycle/defect.html", context, status=status)


class DefectDeadline(ActionView):
    """Form: another deadline, with a reason."""

    action = "acceptance.prepare"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._defect(request, pk), DeadlineForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        defect = self._defect(request, pk)
        form = DeadlineForm(request.POST)
        if form.is_valid():
            try:
                move_deadline(defect=defect, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The deadline is moved."))
                return redirect("projects:defect", pk=pk)
        return self._page(request, defect, form, status=422)

    def _defect(self, request: StaffRequest, pk: int) -> Defect:
        defect = get_object_or_404(Defect.objects.visible_to(request.user).select_related("sheet__project__region"), pk=pk)
        if not request.user.may(self.action, defect.sheet.project.region.path):
            raise PermissionDenied
        return defect

    def _page(self, request: StaffRequest, defect: Defect, form: DeadlineForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": defect.sheet.project,
            "title": _("Move the deadline of a defect"),
            "lead": defect.what,
            "button": _("Move the deadline"),
            "back": reverse("projects:defect", args=[defect.pk]),
            "crumbs": sheet_crumbs(request, defect.sheet, _("Move the deadline")),
        }
        return render(request, "projects/form.html", context, status=status)


class PartyAdd(ActionView):
    """Form: somebody more on a prepared sheet."""

    action = "acceptance.prepare"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, pk, PartyForm(initial={"kind": PartyKind.RESIDENT}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        sheet = sheet_or_404(request, pk, self.action)
        form = PartyForm(request.POST)
        if form.is_valid():
            data = dict(form.cleaned_data)
            department = data.pop("department")
            if data["kind"] == PartyKind.DEPARTMENT:
                data["name"] = department
            try:
                add_party(sheet=sheet, actor=request.user, at=timezone.now(), **data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The party is on the sheet."))
                return redirect(reverse("projects:sheet", args=[pk]) + "#parties")
        return self._page(request, pk, form, status=422)

    def _page(self, request: StaffRequest, pk: int, form: PartyForm, status: int = 200) -> HttpResponse:
        sheet = sheet_or_404(request, pk, self.action)
        context = {
            "form": form,
            "project": sheet.project,
            "title": _("Add a party"),
            "button": _("Put on the sheet"),
            "back": reverse("projects:sheet", args=[pk]) + "#parties",
            "crumbs": sheet_crumbs(request, sheet, _("Add a party")),
        }
        return render(request, "projects/form.html", context, status=status)


def _party(request: StaffRequest, pk: int) -> SheetParty:
    return get_object_or_404(SheetParty.objects.visible_to(request.user).select_related("sheet__project__region"), pk=pk)


class PartyRemove(ActionView):
    """Form: take a party off a prepared sheet, with a reason."""

    action = "acceptance.prepare"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, pk, ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        party = self._own(request, pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                remove_party(party=party, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The party is taken off the sheet."))
                return redirect(reverse("projects:sheet", args=[party.sheet_id]) + "#parties")
        return self._page(request, pk, form, status=422)

    def _own(self, request: StaffRequest, pk: int) -> SheetParty:
        party = _party(request, pk)
        if not request.user.may(self.action, party.sheet.project.region.path):
            raise PermissionDenied
        return party

    def _page(self, request: StaffRequest, pk: int, form: ReasonForm, status: int = 200) -> HttpResponse:
        party = self._own(request, pk)
        context = {
            "form": form,
            "project": party.sheet.project,
            "title": _("Take a party off the sheet"),
            "lead": party.called(clear=sees_names(request.user, party.sheet.project)),
            "button": _("Take off"),
            "danger": True,
            "back": reverse("projects:sheet", args=[party.sheet_id]) + "#parties",
            "crumbs": sheet_crumbs(request, party.sheet, _("Take off")),
        }
        return render(request, "projects/form.html", context, status=status)


class SignPage(ActionView):
    """A party reads the sheet and signs, for or against: on its own account, or at the clerk's phone or tablet."""

    action = "acceptance.sign"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        party, way = self._asked(request, pk)
        return self._page(request, party, way, None)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        party, way = self._asked(request, pk)
        form = SignForm(request.POST)
        if form.is_valid():
            try:
                sign(party=party, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The signature is recorded."))
                return redirect(reverse("projects:sheet", args=[party.sheet_id]) + "#parties")
        return self._page(request, party, way, form, status=422)

    def _asked(self, request: StaffRequest, pk: int) -> tuple[SheetParty, str]:
        party = _party(request, pk)
        way = may_sign(request.user, party, party.sheet.project)
        if not way:
            raise PermissionDenied
        return party, way

    def _page(self, request: StaffRequest, party: SheetParty, way: str, form: SignForm | None, status: int = 200) -> HttpResponse:
        reading = read(party.sheet)
        sheet = reading.sheet
        own: Signing = next((row for row in reading.signings if row.party.pk == party.pk), Signing(party, None, "missing"))
        clear = sees_names(request.user, sheet.project)
        context = {
            "party": party,
            "line": signed_line(own, clear=clear),
            "sheet": sheet,
            "project": sheet.project,
            "way": way,
            "form": form,
            "typed": form.data if form else {},
            "counts": {
                "items": len(reading.items),
                "passed": sum(item.result == ItemResult.PASSED for item in reading.items),
                "unchecked": len(reading.unchecked),
                "defects": len(reading.open_defects),
            },
            "items": [item_line(item, set()) for item in reading.items],
            "defects": reading.open_defects,
            "open": sheet.state == SheetState.HELD and party.removed_at is None,
            "short_hash": sheet.content_hash[:16],
            "width": WIDTH,
            "height": HEIGHT,
        }
        return render(request, "lifecycle/sign.html", context, status=status)
