"""The catalogue of works: its years, one year's items, drafting, editing, publishing, comparing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import Output, WorkClass, WorkKind
from projects.comparing import field_changes
from projects.forms import KINDS_BY_CLASS, CatalogueForm, CatalogueItemForm
from projects.models import CatalogueItem, CatalogueVersion
from projects.operations import draft_catalogue, publish_catalogue, write_catalogue
from projects.operations.catalogue import MOST_ITEMS
from projects.queries import current_catalogue
from projects.views.shared import put_errors

BLANK_ROWS = 4
COMPARED = ("name", "unit", "price_low", "price_high", "output", "factor", "compulsory", "description")


def catalogue_crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The list of years, then `more`."""
    return [(_("Catalogue of works"), reverse("projects:catalogue-list")), *more]


def by_class(items: list[CatalogueItem]) -> list[tuple[WorkClass, list[CatalogueItem]]]:
    """Items under their classes, in the order of the classes; empty classes are left out."""
    groups = [(group, [item for item in items if item.work_class == group]) for group in WorkClass]
    return [(group, rows) for group, rows in groups if rows]


class CatalogueList(ActionView):
    """The years there are; the province opens the next one here."""

    action = "catalogue.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        versions = list(CatalogueVersion.objects.annotate(item_total=Count("items")))
        newest = max((version.year for version in versions), default=timezone.localdate().year - 1)
        context = {
            "versions": versions,
            "current": next((version for version in versions if version.state == "published"), None),
            "may_edit": request.user.may("catalogue.edit"),
            "next_year": newest + 1,
            "crumbs": catalogue_crumbs(),
        }
        return render(request, "projects/catalogue_list.html", context)


class CatalogueDraft(ActionView):
    """Open the draft of a year: a copy of the newest one, or this project's defaults."""

    action = "catalogue.edit"

    def get(self, request: StaffRequest) -> HttpResponse:
        return redirect("projects:catalogue-list")

    def post(self, request: StaffRequest) -> HttpResponse:
        try:
            version = draft_catalogue(year=whole_number(request.POST.get("year", "")), actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("projects:catalogue-list")
        messages.success(
            request, _("The draft of %(year)s is open. Check every price band before you publish it.") % {"year": version.year}
        )
        return redirect("projects:catalogue-edit", pk=version.pk)


def version_or_404(pk: int) -> CatalogueVersion:
    """A year's catalogue."""
    return get_object_or_404(CatalogueVersion.objects.select_related("published_by"), pk=pk)


class CataloguePage(ActionView):
    """One year's items under their classes, filtered by class and words."""

    action = "catalogue.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        version = version_or_404(pk)
        items = list(version.items.order_by("position"))
        words, chosen = request.GET.get("q", "").strip()[:60], request.GET.get("class", "")
        chosen = chosen if chosen in WorkClass.values else ""
        found = [item for item in items if words.lower() in f"{item.code} {item.name} {item.get_kind_display()} {item.description}".lower()]
        shown = [item for item in found if not chosen or item.work_class == chosen]
        keep = f"&q={words}" if words else ""
        segments = [{"label": _("All"), "url": f"?class={keep}", "current": not chosen, "count": len(found)}]
        for group in WorkClass:
            number = sum(item.work_class == group for item in found)
            segments.append({"label": group.label, "url": f"?class={group.value}{keep}", "current": chosen == group, "count": number})
        context = {
            "version": version,
            "groups": by_class(shown),
            "total": len(items),
            "common": sum(item.compulsory for item in items),
            "shown": len(shown),
            "filtered": bool(words or chosen),
            "chosen": chosen,
            "segments": segments,
            "others": CatalogueVersion.objects.exclude(pk=pk),
            "may_edit": request.user.may("catalogue.edit"),
            "crumbs": catalogue_crumbs((str(version.year), "")),
        }
        return render(request, "projects/catalogue.html", context)


class CatalogueEdit(ActionView):
    """Form: the items of a draft, a row each; a row left empty is no item, a row emptied is taken out."""

    action = "catalogue.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        version = self._draft(pk)
        items = list(version.items.order_by("position"))
        rows = [CatalogueItemForm(prefix=f"item-{place}", initial=initial_of(item)) for place, item in enumerate(items)]
        rows += [CatalogueItemForm(prefix=f"item-{len(items) + place}") for place in range(BLANK_ROWS)]
        return self._page(request, version, CatalogueForm(initial={"source": version.source, "note": version.note}), rows)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        version = self._draft(pk)
        form = CatalogueForm(request.POST)
        number = sum(f"item-{place}-code" in request.POST for place in range(MOST_ITEMS + BLANK_ROWS))
        rows = [CatalogueItemForm(request.POST, prefix=f"item-{place}") for place in range(number)]
        whole = [row.is_valid() for row in rows]
        if form.is_valid() and all(whole):
            items = [row.item for row in rows if row.item]
            try:
                write_catalogue(version=version, rows=items, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The draft of %(year)s is stored.") % {"year": version.year})
                return redirect("projects:catalogue", pk=pk)
        elif not all(whole):
            form.add_error(None, _("Some items are not complete: see the marked rows."))
        return self._page(request, version, form, rows, status=422)

    def _draft(self, pk: int) -> CatalogueVersion:
        version = version_or_404(pk)
        if not version.is_draft:
            raise Http404(_("The catalogue of %(year)s is published: it is never changed.") % {"year": version.year})
        return version

    def _page(
        self, request: StaffRequest, version: CatalogueVersion, form: CatalogueForm, rows: list[CatalogueItemForm], status: int = 200
    ) -> HttpResponse:
        context = {
            "version": version,
            "form": form,
            "rows": rows,
            "kinds": KINDS_BY_CLASS,
            "outputs": Output.choices,
            "crumbs": catalogue_crumbs((str(version.year), reverse("projects:catalogue", args=[version.pk])), (_("Edit the draft"), "")),
        }
        return render(request, "projects/catalogue_form.html", context, status=status)


def initial_of(item: CatalogueItem) -> dict[str, Any]:
    """The item as a row's initial values."""
    names = ("code", "kind", "name", "unit", "output", "compulsory", "description")
    numbers = {name: plain(getattr(item, name)) for name in ("price_low", "price_high", "factor")}
    return {name: getattr(item, name) for name in names} | numbers


def plain(number: Decimal | None) -> str:
    """A number without trailing zeros and without an exponent; "" for None."""
    return "" if number is None else f"{number.normalize():f}"


class CataloguePublish(ActionView):
    """Publish a draft for good."""

    action = "catalogue.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return redirect("projects:catalogue", pk=pk)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        version = version_or_404(pk)
        try:
            publish_catalogue(version=version, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The catalogue of %(year)s is published.") % {"year": version.year})
        return redirect("projects:catalogue", pk=pk)


class CatalogueCompare(ActionView):
    """Two years side by side: items added, taken out, changed with what changed."""

    action = "catalogue.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        years = {version.year: version for version in CatalogueVersion.objects.prefetch_related("items")}
        newest = current_catalogue()
        after = years.get(whole_number(request.GET.get("to", ""))) or newest or next(iter(years.values()), None)
        if after is None:
            raise Http404
        older = [year for year in years if year < after.year]
        before = years.get(whole_number(request.GET.get("from", ""))) or (years[max(older)] if older else after)
        context = {
            "before": before,
            "after": after,
            "years": sorted(years, reverse=True),
            "changes": catalogue_changes(before, after),
            "crumbs": catalogue_crumbs((_("Compare two years"), "")),
        }
        return render(request, "projects/catalogue_compare.html", context)


def catalogue_changes(before: CatalogueVersion, after: CatalogueVersion) -> list[dict[str, Any]]:
    """Items that differ between two years, by their codes: (state, item, what changed in words)."""
    old = {item.code: item for item in before.items.all()}
    new = {item.code: item for item in after.items.all()}
    words = {"added": _("added"), "removed": _("removed"), "changed": pgettext("work item", "changed")}
    words_of = {field.name: str(field.verbose_name) for field in CatalogueItem._meta.concrete_fields}
    found: list[dict[str, Any]] = []
    for code in [*new, *(code for code in old if code not in new)]:
        item = new.get(code) or old[code]
        state = "added" if code not in old else "removed" if code not in new else "changed"
        changed = field_changes(old[code], new[code], COMPARED) if state == "changed" else []
        if state != "changed" or changed:
            rows = [(words_of[each.field], said(each.before), said(each.after)) for each in changed]
            found.append({"state": state, "word": words[state], "item": item, "kind": WorkKind(item.kind).label, "changes": rows})
    return found


def said(value: object) -> str:
    """A value of an item in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return plain(value)
    return str(Output(value).label) if value in Output.values else str(value or "—")
