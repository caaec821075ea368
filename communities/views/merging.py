"""Suspected duplicates: the list of pairs, and the page on which two records become one or are kept apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.display import group
from common.errors import DomainError
from common.views import ActionView, StaffRequest
from communities.errors import CannotMerge
from communities.forms import ApartForm, MergeForm, take_refusal
from communities.merging import keep_apart, merge_communities
from communities.models import Community
from communities.queries import pairs_of, pairs_page, place_names
from communities.views.register import region_options
from regions.models import Region

PAGE = 20
COMPARED = (
    "code", "name", "address", "built_year", "building_count", "unit_count", "household_count", "floor_area", "owner_kind",
    "management_kind", "illegal_area", "renovated_year", "source",
)  # fmt: skip


class DuplicateList(ActionView):
    """Suspected pairs side by side."""

    action = "communities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Strongest suspicion first; `start` and `region` in the URL."""
        chosen = request.GET.get("region", "")
        under = Region.objects.visible_to(request.user).filter(code=chosen).first() if chosen else None
        start = int(text) if (text := request.GET.get("start", "0")).isdecimal() and len(text) < 8 else 0
        pairs, total = pairs_page(request.user, under=under, start=start, size=PAGE)
        places = place_names(row.region for pair in pairs for row in (pair.first, pair.second))
        context = {
            "pairs": [(pair, places[pair.first.region.path], places[pair.second.region.path]) for pair in pairs],
            "total": total,
            "start": start,
            "previous": max(start - PAGE, 0) if start else None,
            "next": start + PAGE if start + PAGE < total else None,
            "regions": region_options(request.user, chosen),
            "region_chosen": chosen,
            "region": under,
            "may_merge": request.user.may("communities.merge"),
        }
        return render(request, "communities/duplicates.html", context)


class MergePage(ActionView):
    """Two records side by side: merge them, or say that they are two communities."""

    action = "communities.merge"

    def get(self, request: StaffRequest, first: int, second: int) -> HttpResponse:
        """What each says, and where they differ."""
        pair = self._pair(request, first, second)
        return self._show(request, pair, MergeForm(pair=pair), ApartForm(prefix="apart"))

    def post(self, request: StaffRequest, first: int, second: int) -> HttpResponse:
        """`apart` in the form keeps them apart; otherwise they are merged."""
        pair = self._pair(request, first, second)
        if "apart" in request.POST:
            return self._keep_apart(request, pair)
        form, reasons = MergeForm(request.POST, pair=pair), []
        if form.is_valid():
            survivor = form.cleaned_data["survivor"]
            duplicate = pair[1].pk if survivor == pair[0].pk else pair[0].pk
            try:
                merge_communities(
                    actor=request.user,
                    at=timezone.now(),
                    survivor_id=survivor,
                    duplicate_id=duplicate,
                    reason=form.cleaned_data["reason"],
                )
            except CannotMerge as error:
                reasons = error.details["reasons"]
                take_refusal(form, error)
            except DomainError as error:
                take_refusal(form, error)
            else:
                messages.success(request, _("Merged"))
                return redirect("communities:detail", survivor)
        return self._show(request, pair, form, ApartForm(prefix="apart"), reasons=reasons, status=422)

    def _keep_apart(self, request: StaffRequest, pair: tuple[Community, Community]) -> HttpResponse:
        form = ApartForm(request.POST, prefix="apart")
        if form.is_valid():
            try:
                keep_apart(
                    actor=request.user,
                    at=timezone.now(),
                    first_id=pair[0].pk,
                    second_id=pair[1].pk,
                    reason=form.cleaned_data["reason"],
                )
            except DomainError as error:
                take_refusal(form, error)
            else:
                messages.success(request, _("Kept apart"))
                return redirect("communities:duplicates")
        return self._show(request, pair, MergeForm(pair=pair), form, status=422)

    def _pair(self, request: StaffRequest, first: int, second: int) -> tuple[Community, Community]:
        rows = Community.objects.visible_to(request.user).current().select_related("region").in_bulk([first, second])
        if first == second or len(rows) != 2:
            raise Http404(_("There is no such pair of communities in your area."))
        for community in rows.values():
            request.user.require(self.action, community.region.path)
        return rows[first], rows[second]

    def _show(
        self,
        request: StaffRequest,
        pair: tuple[Community, Community],
        form: MergeForm,
        apart: ApartForm,
        *,
        reasons: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        keys = {pair[0].pk, pair[1].pk}
        suspected = next((one for one in pairs_of(pair[0], request.user) if {one.first.pk, one.second.pk} == keys), None)
        context = {
            "pair": pair,
            "why": suspected.reasons if suspected else [],
            "lines": compared(*pair),
            "form": form,
            "apart": apart,
            "reasons": reasons or [],
        }
        return render(request, "communities/merge.html", context, status=status)


def compared(first: Community, second: Community) -> list[dict[str, Any]]:
    """Both records line by line, marked where they differ, with what hangs below each."""
    places = place_names((first.region, second.region))
    words = {column.name: column.verbose_name for column in Community._meta.fields}
    lines = [{"label": _("Region"), "first": places[first.region.path], "second": places[second.region.path]}]
    for name in COMPARED:
        texts = [_text(row, name) for row in (first, second)]
        lines.append({"label": capfirst(str(words[name])), "first": texts[0], "second": texts[1]})
    counted = (
        (_("Buildings entered"), "buildings"),
        (_("Households entered"), "households"),
        (_("In projects"), "entries"),
    )
    for label, relation in counted:
        lines.append({"label": label, "first": getattr(first, relation).count(), "second": getattr(second, relation).count()})
    return [line | {"differs": line["first"] != line["second"]} for line in lines]


def _text(row: Community, name: str) -> Any:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, Decimal):
        return group(value, 0 if value == value.to_integral_value() else 2)
    return "" if value is None else value
