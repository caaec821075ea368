"""The scheme of a project: reading a version, comparing two, and the page that everybody may read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import storable, whole_number
from common.views import ActionView, PublicView, StaffRequest
from lifecycle.scheme_screens import (
    attachments_of,
    comparison,
    entries_of,
    estimate_of,
    item_groups,
    may_draw,
    proposals,
    size_of,
    wishes_by_kind,
)
from projects.choices import Condition, SuggestionSource, WorkKind
from projects.comparing import estimate
from projects.forms import ReasonForm
from projects.models import Project, Scheme, Suggestion
from projects.operations import dismiss_suggestion, suggest_work
from projects.queries import lines_of, schemes_of
from projects.views.shared import project_crumbs, project_or_404, put_errors
from regions.queries import ancestors


def chosen_versions(request: HttpRequest, versions: list[Scheme]) -> tuple[Scheme, Scheme]:
    """(from, to) as the query string names them; the last two by default."""
    by_number = {scheme.version: scheme for scheme in versions}
    after = by_number.get(whole_number(request.GET.get("to", ""))) or versions[-1]
    before = by_number.get(whole_number(request.GET.get("from", ""))) or by_number.get(after.version - 1) or versions[0]
    return before, after


class SchemePage(ActionView):
    """One version in full: items with wishes and price bands, estimate, files; proposals beside it; all versions below."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        versions = schemes_of([project]).get(project.pk, [])
        by_number = {scheme.version: scheme for scheme in versions}
        shown = by_number.get(whole_number(request.GET.get("version", ""))) or (versions[-1] if versions else None)
        may_edit = request.user.may("projects.edit", project.region.path)
        wishes = wishes_by_kind(project)
        context: dict[str, Any] = {
            "project": project,
            "versions": [(scheme, estimate(lines_of(scheme))) for scheme in reversed(versions)],
            "shown": shown,
            "may_edit": may_edit,
            "may_draw": may_edit and may_draw(project),
            "crumbs": project_crumbs(request, project, _("Scheme")),
        }
        context |= proposals(project, versions[-1] if versions else None, list(wishes.values()), settings.WISH_PERCENT)
        if shown:
            context |= estimate_of(shown, size_of(entries_of(project)))
            context |= {"groups": item_groups(shown, wishes), "files": attachments_of(shown), "is_newest": shown is versions[-1]}
        return render(request, "lifecycle/scheme.html", context)


class SchemeCompare(ActionView):
    """Two versions side by side: what was added, removed, changed; totals; whether a vote on one holds for the other."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        versions = schemes_of([project]).get(project.pk, [])
        if not versions:
            raise Http404
        before, after = chosen_versions(request, versions)
        context = {
            "project": project,
            "versions": versions,
            "before": before,
            "after": after,
            "crumbs": project_crumbs(request, project, _("Compare the versions")),
        } | comparison(before, after)
        return render(request, "lifecycle/scheme_compare.html", context)


class SchemeSuggest(ActionView):
    """Keep a wish of the residents as a proposed work of the whole project."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return redirect("projects:schemes", pk=pk)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        kind = request.POST.get("kind", "")
        wish = wishes_by_kind(project).get(kind)
        if wish is None:
            raise Http404
        words = _("wanted by %(part)s of %(whole)s households") % {"part": wish.part, "whole": wish.whole}
        try:
            suggest_work(
                project=project, community=None, kind=kind, name=str(WorkKind(kind).label), source=SuggestionSource.WISH, note=words,
                actor=request.user, at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(reverse("projects:schemes", args=[pk]) + "#proposals")


class SuggestionDismiss(ActionView):
    """A proposed work that will not be part of the scheme, with a reason."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, self._row(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                dismiss_suggestion(suggestion=row, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("Recorded."))
                return redirect(reverse("projects:schemes", args=[row.project_id]) + "#proposals")
        return self._page(request, row, form, status=422)

    def _row(self, request: StaffRequest, pk: int) -> Suggestion:
        row = get_object_or_404(Suggestion.objects.visible_to(request.user).select_related("project__region"), pk=pk)
        project_or_404(request, row.project_id, self.action)
        return row

    def _page(self, request: StaffRequest, row: Suggestion, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": row.project,
            "title": _("Dismiss “%(name)s”") % {"name": row.name},
            "lead": _("The proposal stays on record with your reason."),
            "button": _("Dismiss"),
            "back": reverse("projects:schemes", args=[row.project_id]),
            "crumbs": project_crumbs(request, row.project, _("Scheme")),
        }
        return render(request, "projects/form.html", context, status=status)


class PublicScheme(PublicView):
    """The scheme that stands, for everybody: content, cost by class, and every version with the reason why it changed."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """`code` is the project's; `version` in the query string an earlier version."""
        rows = Project.objects.select_related("region").exclude(condition=Condition.WITHDRAWN)
        project = rows.filter(code=code).first() if storable(code) else None
        versions = schemes_of([project]).get(project.pk, []) if project else []
        if project is None or not versions:
            raise Http404(_("There is no scheme under this address."))
        by_number = {scheme.version: scheme for scheme in versions}
        shown = by_number.get(whole_number(request.GET.get("version", ""))) or versions[-1]
        entries = entries_of(project)
        context = {
            "project": project,
            "shown": shown,
            "is_newest": shown is versions[-1],
            "versions": [(scheme, estimate(lines_of(scheme))) for scheme in reversed(versions)],
            "communities": [entry.community.name for entry in entries],
            "size": size_of(entries),
            "groups": item_groups(shown, {}),
            "place": " ".join(region.name for region in ancestors(project.region)[1:]),
        } | estimate_of(shown, size_of(entries))
        return render(request, "lifecycle/scheme_public.html", context)
