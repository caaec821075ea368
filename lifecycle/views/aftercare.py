"""After the acceptance: warranty tickets, the archive's checklist, settlements that are due."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.crypto import masked_name, unseal
from common.errors import DomainError
from common.paging import cursor_page
from common.text import storable
from common.views import ActionView, StaffRequest
from lifecycle.acceptance import standing_readings
from lifecycle.archive import checklist
from lifecycle.choices import TICKET_MOVES, ArchiveDocument, TicketState, WarrantyKind
from lifecycle.forms import FileForm, TicketForm, TicketStepForm
from lifecycle.models import ArchiveEntry, WarrantyTicket
from lifecycle.operations import file_document, move_ticket, open_ticket, take_back_document
from lifecycle.sheets import settlements, settlements_due
from projects.choices import Condition, PhotoKind
from projects.forms import ReasonForm
from projects.models import Entry, Photo, Project
from projects.operations import keep_photo
from projects.views.shared import crumbs, project_crumbs, project_or_404, put_errors

LISTED = 60
TICKET_TAGS = {TicketState.OPEN: "on", TicketState.HANDLED: "near", TicketState.CLOSED: "pass", TicketState.REOPENED: "fail"}


def _photo(request: StaffRequest, entry: Entry | None, caption: str) -> Photo | None:
    """The photo sent with a form, kept as evidence; whose right is asked by the operation that follows in the same request."""
    file = request.FILES.get("photo")
    if not file or entry is None or not request.user.may("warranty.edit", entry.community.region.path):
        return None
    return keep_photo(
        entry=entry, kind=PhotoKind.AFTER, raw=file.read(), caption=caption[:120], client_key=uuid.uuid4(), actor=request.user,
        at=timezone.now(),
    )  # fmt: skip


class Aftercare(ActionView):
    """The menu's door: acceptances for who sees projects, warranty tickets for street staff, whose posts lie below the county."""

    action = "warranty.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        return redirect("projects:acceptance" if request.user.may("acceptance.see") else "projects:warranty")


class TicketList(ActionView):
    """Warranty tickets in reach: words, state, kind, only the overdue ones."""

    action = "warranty.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        today = timezone.localdate()
        base = WarrantyTicket.objects.visible_to(request.user, self.action)
        found = self._filtered(request, base)
        only = request.GET.get("only", "")
        lists = {"": found, "waiting": found.waiting(), "late": found.overdue(today), "handled": found.filter(state=TicketState.HANDLED)}
        rows = lists.get(only, found).select_related("project", "community__region", "contract")
        page = cursor_page(rows, order="-reported_on", cursor=request.GET.get("cursor", ""))
        labels = {"": _("All"), "waiting": pgettext("warranty", "Waiting"), "late": _("Overdue"), "handled": _("Handled, not closed")}
        context = {
            "page": page,
            "rows": [
                {"ticket": row, "tag": TICKET_TAGS[TicketState(row.state)], "late": row.waits and row.due_on < today} for row in page.rows
            ],
            "segments": [self._segment(request, name, label, lists[name].count(), only) for name, label in labels.items()],
            "kinds": WarrantyKind.choices,
            "filtered": any(request.GET.get(name) for name in ("q", "kind", "only", "project")),
            "crumbs": crumbs(request, request.user.region) if request.user.region else [],
            "tab": "warranty",
            "may_see_sheets": request.user.may("acceptance.see"),
            "may_edit": request.user.may("warranty.edit"),
            "all_synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "lifecycle/warranty.html", context)

    def _filtered(self, request: StaffRequest, rows: Any) -> Any:
        words, kind, project = (request.GET.get(name, "") for name in ("q", "kind", "project"))
        if words:
            rows = rows.search(words[:80]) if storable(words) else rows.none()
        if kind in WarrantyKind.values:
            rows = rows.filter(kind=kind)
        if project.isdecimal() and len(project) < 10:
            rows = rows.filter(project_id=int(project))
        return rows

    @staticmethod
    def _segment(request: StaffRequest, name: str, label: str, count: int, now: str) -> dict[str, Any]:
        query = request.GET.copy()
        query["only"] = name
        query.pop("cursor", None)
        return {"label": label, "url": f"?{query.urlencode()}", "current": now == name, "count": count}


class TicketChoose(ActionView):
    """Which community did it happen in? Those of accepted projects that the clerk keeps."""

    action = "warranty.edit"

    def get(self, request: StaffRequest) -> HttpResponse:
        rows = Entry.objects.filter(
            request.user.scope_for(self.action).q("community__region__path"), removed_on__isnull=True, project__accepted_on__isnull=False
        )
        words = request.GET.get("q", "")[:80]
        for word in words.lower().split() if storable(words) else []:
            rows = rows.filter(Q(community__search_text__contains=word) | Q(project__code__icontains=word))
        rows = rows.select_related("community__region", "project").order_by("community__pinyin", "pk")
        found = list(rows[: LISTED + 1])
        context = {
            "rows": found[:LISTED],
            "more": len(found) > LISTED,
            "q": words,
            "crumbs": [(_("Warranty"), reverse("projects:warranty")), (_("New warranty ticket"), "")],
        }
        return render(request, "lifecycle/ticket_choose.html", context)


class TicketNew(ActionView):
    """Form: something broke. For one accepted project."""

    action = "warranty.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project, entries = self._asked(request, pk)
        return self._page(request, project, TicketForm(entries=entries, initial={"reported_on": timezone.localdate()}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project, entries = self._asked(request, pk)
        form = TicketForm(request.POST, request.FILES, entries=entries)
        if form.is_valid():
            data = dict(form.cleaned_data)
            entry = data.pop("community")
            data.pop("photo")
            try:
                ticket = open_ticket(
                    project=project, community=entry.community, photo=_photo(request, entry, data["what"]), actor=request.user,
                    at=timezone.now(), **data,
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The warranty ticket is recorded."))
                return redirect("projects:ticket", pk=ticket.pk)
        return self._page(request, project, form, status=422)

    def _asked(self, request: StaffRequest, pk: int) -> tuple[Project, QuerySet[Entry]]:
        """The project with those of its communities that the clerk keeps; 404 without any."""
        entries = Entry.objects.filter(
            request.user.scope_for(self.action).q("community__region__path"), project=pk, removed_on__isnull=True
        ).select_related("community__region", "project__region").order_by("pk")  # fmt: skip
        first = entries.first()
        if first is None:
            raise Http404
        if first.project.accepted_on is None:
            raise PermissionDenied
        return first.project, entries

    def _page(self, request: StaffRequest, project: Project, form: TicketForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "title": _("New warranty ticket"),
            "button": _("Record the ticket"),
            "back": reverse("projects:warranty"),
            "crumbs": [(_("Warranty"), reverse("projects:warranty")), (project.name, "")],
        }
        return render(request, "projects/form.html", context, status=status)


class TicketPage(ActionView):
    """One ticket: what broke, who is responsible, until when, every step, and the next one."""

    action = "warranty.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._ticket(request, pk, self.action), None)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        ticket = self._ticket(request, pk, "warranty.edit")
        form = TicketStepForm(request.POST, request.FILES)
        if form.is_valid():
            data = dict(form.cleaned_data)
            data.pop("photo")
            entry = ticket.project.entries.filter(community=ticket.community_id).select_related("community__region").first()
            try:
                photo = _photo(request, entry, ticket.what)
                move_ticket(ticket=ticket, photo=photo, actor=request.user, at=timezone.now(), **data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The step is recorded."))
                return redirect("projects:ticket", pk=pk)
        return self._page(request, ticket, form, status=422)

    def _ticket(self, request: StaffRequest, pk: int, action: str) -> WarrantyTicket:
        rows = WarrantyTicket.objects.visible_to(request.user).select_related(
            "project__region", "community__region", "contract", "photo", "created_by", "defect__sheet"
        )
        ticket = get_object_or_404(rows, pk=pk)
        if not request.user.may(action, ticket.community.region.path):
            raise PermissionDenied
        return ticket

    def _page(self, request: StaffRequest, ticket: WarrantyTicket, form: TicketStepForm | None, status: int = 200) -> HttpResponse:
        user, today = request.user, timezone.localdate()
        reporter = unseal(ticket.reporter_sealed)
        clear = user.may("households.see_names", ticket.community.region.path)
        following = (
            [TicketState(state) for state in TICKET_MOVES[ticket.state]] if user.may("warranty.edit", ticket.community.region.path) else []
        )
        labels = {
            TicketState.HANDLED: _("Record the mending"),
            TicketState.CLOSED: _("Close the ticket"),
            TicketState.REOPENED: _("Re-open"),
        }
        if form is not None:
            forms = [(TicketState(form.data.get("state") or ticket.state), labels.get(TicketState(form.data.get("state") or ""), ""), form)]
        else:
            forms = [
                (state, labels[state], TicketStepForm(initial={"state": state, "happened_on": today}, auto_id=f"id_{state}_%s"))
                for state in following
            ]
        context = {
            "ticket": ticket,
            "project": ticket.project,
            "reporter": reporter if clear else masked_name(reporter),
            "steps": list(ticket.steps.select_related("recorded_by", "photo").order_by("-pk")),
            "forms": forms,
            "tag": TICKET_TAGS[TicketState(ticket.state)],
            "late": ticket.waits and ticket.due_on < today,
            "sees_project": user.may("projects.see", ticket.project.region.path),
            "crumbs": [(_("Warranty"), reverse("projects:warranty")), (ticket.what, "")],
        }
        return render(request, "lifecycle/ticket.html", context, status=status)


class ArchivePage(ActionView):
    """The archive's checklist of a project."""

    action = "acceptance.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        today = timezone.localdate()
        rows = checklist(project, standing_readings([project]).get(project.pk), today)
        settled = settlements([project], today)
        context = {
            "project": project,
            "rows": rows,
            "there": sum(row.there for row in rows),
            "missing": sum(not row.there for row in rows),
            "settlement": settled[0] if settled else None,
            "may_edit": request.user.may("projects.edit", project.region.path) and project.condition != Condition.WITHDRAWN,
            "crumbs": project_crumbs(request, project, _("Archive")),
        }
        return render(request, "lifecycle/archive.html", context)


class ArchiveFile(ActionView):
    """Form: a document lies in the archive."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int, kind: str) -> HttpResponse:
        project, document = self._asked(request, pk, kind)
        return self._page(
            request, project, document, FileForm(initial={"filed_on": timezone.localdate(), "filed_by_name": request.user.name})
        )

    def post(self, request: StaffRequest, pk: int, kind: str) -> HttpResponse:
        project, document = self._asked(request, pk, kind)
        form = FileForm(request.POST)
        if form.is_valid():
            try:
                file_document(project=project, document=document, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("“%(document)s” is filed.") % {"document": document.label})
                return redirect("projects:archive", pk=pk)
        return self._page(request, project, document, form, status=422)

    def _asked(self, request: StaffRequest, pk: int, kind: str) -> tuple[Project, ArchiveDocument]:
        project = project_or_404(request, pk, self.action)
        if kind not in ArchiveDocument.values:
            raise Http404
        return project, ArchiveDocument(kind)

    def _page(self, request: StaffRequest, project: Project, document: ArchiveDocument, form: FileForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "title": _("File: %(document)s") % {"document": document.label},
            "button": _("File the document"),
            "back": reverse("projects:archive", args=[project.pk]),
            "crumbs": project_crumbs(request, project, _("Archive")),
        }
        return render(request, "projects/form.html", context, status=status)


class ArchiveTakeBack(ActionView):
    """Form: an entry of the archive was wrong."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._entry(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        entry = self._entry(request, pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                take_back_document(entry=entry, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The entry is taken back."))
                return redirect("projects:archive", pk=entry.project_id)
        return self._page(request, entry, form, status=422)

    def _entry(self, request: StaffRequest, pk: int) -> ArchiveEntry:
        entry = get_object_or_404(ArchiveEntry.objects.visible_to(request.user).select_related("project__region"), pk=pk)
        if not request.user.may(self.action, entry.project.region.path):
            raise PermissionDenied
        return entry

    def _page(self, request: StaffRequest, entry: ArchiveEntry, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": entry.project,
            "title": _("Take back: %(document)s") % {"document": entry.get_document_display()},
            "lead": entry.number,
            "button": _("Take back"),
            "danger": True,
            "back": reverse("projects:archive", args=[entry.project_id]),
            "crumbs": project_crumbs(request, entry.project, _("Archive")),
        }
        return render(request, "projects/form.html", context, status=status)


class SettlementList(ActionView):
    """Accepted projects of a region whose final account is due, the most urgent first."""

    action = "acceptance.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        today = timezone.localdate()
        page = cursor_page(settlements_due(request.user, today), order="accepted_on", cursor=request.GET.get("cursor", ""))
        rows = settlements(page.rows, today)
        context = {
            "page": page,
            "rows": rows,
            "late": sum(row.days_left < 0 for row in rows),
            "crumbs": crumbs(request, request.user.region) if request.user.region else [],
            "tab": "settlements",
            "today": today,
        }
        return render(request, "lifecycle/settlements.html", context)
