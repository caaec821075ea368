"""Drawing the next version of a scheme: the form, its rows, and where rows come from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from lifecycle.scheme_rows import (
    PASTED,
    Offer,
    Raw,
    SchemeForm,
    SchemeItemForm,
    choice_of,
    forms_of,
    is_empty,
    posted_raws,
    raw_of,
    raw_of_suggestion,
    raw_of_wish,
    raws_of_paste,
    raws_of_template,
)
from lifecycle.scheme_screens import entries_of, may_draw, proposals, size_of, wishes_by_kind
from projects.choices import Side, WorkKind
from projects.forms import KINDS_BY_CLASS
from projects.models import CityTemplate, Project, Scheme, Suggestion
from projects.operations import draw_scheme
from projects.operations.schemes import MOST_ITEMS
from projects.queries import current_catalogue, lines_of, newest_scheme, usual_costs
from projects.views.shared import project_crumbs, project_or_404, put_errors

BLANK_ROWS, MORE_ROWS = 12, 10


class SchemeDraw(ActionView):
    """Form: the next version, its work items as rows. Works without script: empty rows are left out.

    `take` (in the address or as a button) adds rows of a template, a proposal or a wish; `paste` those copied in Excel; `more`
    empty ones. None of these loses what was typed.
    """

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        last, offer = newest_scheme(project), self._offer(project)
        initial: dict[str, Any] = {"drawn_on": timezone.localdate(), "title": _("Renovation scheme of %(name)s") % {"name": project.name}}
        raws: list[Raw] = []
        if last:
            names = {item.catalogue_item.pk: self._named(item.catalogue_item, offer) for item in last.items.all() if item.catalogue_item}
            raws = [raw_of(line, names) for line in lines_of(last)]
            initial |= {name: getattr(last, name) for name in ("title", "summary", "household_share", "starts_on", "ends_on")}
        raws += self._taken(request.GET.getlist("take"), project, offer, raws)
        return self._page(request, project, last, SchemeForm(initial=initial, first=last is None), forms_of(padded(raws), offer), offer)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        last, offer = newest_scheme(project), self._offer(project)
        raws = posted_raws(request.POST, MOST_ITEMS + MORE_ROWS)
        if {"more", "paste", "take"} & set(request.POST):
            return self._page(
                request, project, last, self._kept(request, last), forms_of(self._longer(request, project, raws, offer), offer), offer
            )
        form = SchemeForm(request.POST, first=last is None)
        rows = [SchemeItemForm(request.POST, prefix=f"item-{place}", offer=offer) for place in range(len(raws))]
        whole = [row.is_valid() for row in rows]
        if form.is_valid() and all(whole):
            held = [row for row in rows if row.line]
            named = {row.cleaned_data["suggestion"] for row in held if row.cleaned_data["suggestion"]}
            try:
                scheme = draw_scheme(
                    project=project, items=[row.line for row in held if row.line], suggestions=named, actor=request.user,
                    at=timezone.now(), **form.cleaned_data,
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
                if isinstance(error.details, dict) and "items" in error.details:
                    form.add_error(None, error.details["items"])
            else:
                messages.success(request, _("Version %(version)s of the scheme is recorded.") % {"version": scheme.version})
                return redirect("projects:schemes", pk=pk)
        elif not all(whole):
            form.add_error(None, _("Some rows of the work items are not complete: see the marked rows."))
        return self._page(request, project, last, form, rows, offer, status=422)

    def _offer(self, project: Project) -> Offer:
        catalogue = current_catalogue()
        items = {item.code: item for item in catalogue.items.order_by("position")} if catalogue else {}
        yards = [(entry.community_id, entry.community.name) for entry in entries_of(project)]
        return Offer(items, yards)

    def _named(self, item: Any, offer: Offer) -> str:
        """How the form names a version's item: the published catalogue may have another name for its code, or no such code."""
        return choice_of(offer.items[item.code]) if item.code in offer.items else ""

    def _kept(self, request: StaffRequest, last: Scheme | None) -> SchemeForm:
        """The head as it was typed, nothing checked yet."""
        return SchemeForm(initial=request.POST.dict(), first=last is None)

    def _longer(self, request: StaffRequest, project: Project, raws: list[Raw], offer: Offer) -> list[Raw]:
        """The posted rows without their empty end, and those that were asked for."""
        full = [raw for raw in raws if not is_empty(raw)]
        if "paste" in request.POST:
            added = raws_of_paste(request.POST.get("pasted", ""), offer)
            messages.info(request, _("%(count)s rows taken over. Check them before you record the version.") % {"count": len(added)})
            full += added
        full += self._taken(request.POST.getlist("take"), project, offer, full)
        if len(full) > MOST_ITEMS:
            messages.error(request, _("A scheme holds at most %(most)s work items.") % {"most": MOST_ITEMS})
        return padded(full[:MOST_ITEMS], MORE_ROWS if "more" in request.POST else 3)

    def _taken(self, sources: list[str], project: Project, offer: Offer, present: list[Raw]) -> list[Raw]:
        """Rows of "template:3", "suggestion:5", "wish:meals"; an item of a template that stands there already is left out."""
        found: list[Raw] = []
        for source in sources:
            word, _colon, subject = source.partition(":")
            if word == "template":
                rows = CityTemplate.objects.for_place(project.region.path).filter(pk=whole_number(subject))
                there = {raw.get("item") for raw in present}
                found += [raw for template in rows for raw in raws_of_template(template, offer) if raw["item"] not in there]
            elif word == "suggestion":
                waiting = Suggestion.objects.filter(project=project, state="open", pk=whole_number(subject))
                found += [raw_of_suggestion(row, offer) for row in waiting]
            elif word == "wish" and subject in WorkKind.values:
                found.append(raw_of_wish(subject, offer))
        return found

    def _page(
        self, request: StaffRequest, project: Project, last: Scheme | None, form: SchemeForm, rows: list[SchemeItemForm], offer: Offer,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        entries = entries_of(project)
        size, limits = size_of(entries), usual_costs()
        context = {
            "form": form,
            "rows": rows,
            "blank": SchemeItemForm(prefix="item-__n__", offer=offer),
            "project": project,
            "version": last.version + 1 if last else 1,
            "open": may_draw(project),
            "items": [(choice_of(item), item) for item in offer.items.values()],
            "kinds": KINDS_BY_CLASS,
            "sides": Side.choices,
            "yards": offer.yards if len(offer.yards) > 1 else [],
            "templates": CityTemplate.objects.for_place(project.region.path).order_by("name"),
            "size": size,
            "limits": limits,
            "most": MOST_ITEMS,
            "pasted": request.POST.get("pasted", ""),
            "columns": [SchemeItemForm.base_fields[name].label for name in PASTED],
            "crumbs": project_crumbs(request, project, _("New version of the scheme")),
        } | proposals(project, last, list(wishes_by_kind(project).values()), 0)
        return render(request, "lifecycle/scheme_form.html", context, status=status)


def padded(raws: list[Raw], spare: int = 3) -> list[Raw]:
    """The rows with empty ones at the end: at least BLANK_ROWS in all, never more than a scheme holds."""
    return [*raws, *({} for _ in range(min(MOST_ITEMS, max(BLANK_ROWS, len(raws) + spare)) - len(raws)))]
