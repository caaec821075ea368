"""Contracts: the list of a region, a contract with its bidders and change orders, and what is done with them."""

from __future__ import annotations

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
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import ChangeState, Condition, ContractKind
from projects.comparing import estimate
from projects.models import ChangeOrder, Contract, Work
from projects.operations import Bid, decide_change, draft_change, may_decide, over_estimate, set_bidders, submit_change
from projects.queries import lines_of, newest_scheme, with_current_amounts
from projects.site_forms import BidForm, ChangeOrderForm
from projects.views.shared import crumbs, project_crumbs, put_errors
from regions.queries import children, region_or_404

SORTS = {"signed": "signed_on", "amount": "amount", "number": "number", "party": "party"}
EMPTY_BIDS = 3


def contract_or_404(request: StaffRequest, pk: int, action: str) -> Contract:
    """The contract in the user's reach (else 404), with the right in its county (else 403)."""
    rows = with_current_amounts(Contract.objects.visible_to(request.user)).select_related("project__region", "recorded_by")
    contract = get_object_or_404(rows, pk=pk)
    if not request.user.may(action, contract.project.region.path):
        raise PermissionDenied
    return contract


def order_or_404(request: StaffRequest, pk: int) -> ChangeOrder:
    """The change order in the user's reach."""
    rows = ChangeOrder.objects.visible_to(request.user).select_related("contract__project__region")
    return get_object_or_404(rows, pk=pk)


def contract_crumbs(request: StaffRequest, contract: Contract, last: str = "") -> list[tuple[str, str]]:
    """Down to the contract, and to a page below it."""
    own = (contract.number, reverse("projects:contract", args=[contract.pk]))
    return [*project_crumbs(request, contract.project), own, *([(last, "")] if last else [])]


class ContractList(ActionView):
    """Contracts in reach: by kind, words, region; ?only=waiting are those with a change order to decide on."""

    action = "projects.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page; an unknown or foreign region is 404."""
        data = request.GET
        region = region_or_404(data["region"], request.user) if data.get("region") else request.user.region
        rows = Contract.objects.visible_to(request.user).select_related("project__region")
        if region:
            rows = rows.filter(project__region__path__startswith=region.path)
        for word in data.get("q", "").split():
            rows = rows.filter(number__icontains=word) | rows.filter(party__icontains=word) | rows.filter(project__name__icontains=word)
        if data.get("kind") in ContractKind.values:
            rows = rows.filter(kind=data["kind"])
        waiting = rows.filter(pk__in=ChangeOrder.objects.waiting().values("contract"))
        changed = rows.filter(pk__in=ChangeOrder.objects.values("contract"))
        only = data.get("only", "")
        shown = {"waiting": waiting, "changed": changed}.get(only, rows)
        sort = data.get("sort", "-signed")
        field = SORTS.get(sort.removeprefix("-"), "signed_on")
        order = f"-{field}" if sort.startswith("-") or sort.removeprefix("-") not in SORTS else field
        page = cursor_page(with_current_amounts(shown), order=order, cursor=data.get("cursor", ""))
        context = {
            "page": page,
            "region": region,
            "crumbs": crumbs(request, region) if region else [],
            "children": [(child.code, child.name) for child in children(region)] if region and region.depth <= 2 else [],
            "kinds": ContractKind.choices,
            "all_synthetic": bool(page.rows) and all(row.project.synthetic for row in page.rows),
            "only": self._segments(request, {"": rows, "waiting": waiting, "changed": changed}, only),
            "filtered": any(data.get(key) for key in ("q", "kind", "only")),
        }
        return render(request, "projects/contract_list.html", context)

    def _segments(self, request: StaffRequest, sets: dict[str, Any], only: str) -> list[dict[str, Any]]:
        query = request.GET.copy()
        query.pop("cursor", None)
        words = {"": _("All"), "waiting": _("Waiting for approval"), "changed": _("With change orders")}
        items = []
        for value, rows in sets.items():
            query["only"] = value
            items.append({"label": words[value], "url": f"?{query.urlencode()}", "current": only == value, "count": rows.count()})
        return items


class ContractPage(ActionView):
    """One contract: what it comes to today, who bid for it, its change orders and what was decided."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        contract = contract_or_404(request, pk, self.action)
        project = contract.project
        orders = ChangeOrder.objects.filter(contract=contract).select_related(
            "drafted_by", "decision__recorded_by", "contract__project__region"
        )
        scheme = newest_scheme(project)
        planned = estimate(lines_of(scheme)) if scheme else None
        may_edit = request.user.may("projects.edit", project.region.path) and project.condition != Condition.WITHDRAWN
        context = {
            "contract": contract,
            "project": project,
            "estimate": planned,
            "over": over_estimate(contract, planned) if contract.kind == ContractKind.WORKS else None,
            "bidders": list(contract.bidders.all()),
            "orders": [
                {"row": order, "may_decide": order.state == ChangeState.SUBMITTED and may_decide(request.user, order)}
                for order in orders.prefetch_related("works").order_by("-pk")
            ],
            "may_edit": may_edit,
            "crumbs": project_crumbs(request, project, contract.number),
        }
        return render(request, "projects/contract.html", context)


class BiddersEdit(ActionView):
    """Form: who bid for a contract."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        contract = contract_or_404(request, pk, self.action)
        known = list(contract.bidders.all())
        rows = [BidForm(prefix=str(n), initial={"name": row.name, "amount": row.amount, "rank": row.rank}) for n, row in enumerate(known)]
        rows += [BidForm(prefix=str(len(known) + n)) for n in range(EMPTY_BIDS)]
        winner = next((str(n) for n, row in enumerate(known) if row.winner), "")
        return self._page(request, contract, rows, winner)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        contract = contract_or_404(request, pk, self.action)
        total, winner = min(whole_number(request.POST.get("total", "")), 60), request.POST.get("winner", "")
        forms = [BidForm(request.POST, prefix=str(n)) for n in range(total)]
        error = ""
        if all([form.is_valid() for form in forms]):
            bids = [
                Bid(**{name: form.cleaned_data[name] for name in ("name", "amount", "rank")}, winner=winner == form.prefix)
                for form in forms
                if form.cleaned_data.get("name")
            ]
            try:
                set_bidders(contract=contract, bids=bids, actor=request.user, at=timezone.now())
            except DomainError as problem:
                error = str(problem.message)
            else:
                messages.success(request, _("The bidders are recorded."))
                return redirect("projects:contract", pk=pk)
        return self._page(request, contract, forms, winner, error, status=422)

    def _page(
        self, request: StaffRequest, contract: Contract, rows: list[BidForm], winner: str, error: str = "", status: int = 200
    ) -> HttpResponse:  # fmt: skip
        context = {
            "contract": contract, "project": contract.project, "rows": rows, "winner": winner, "error": error,
            "crumbs": contract_crumbs(request, contract, _("Bidders")),
        }  # fmt: skip
        return render(request, "projects/bidders.html", context, status=status)


class ChangeDraft(ActionView):
    """Form: a change order of a contract, as a draft."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        contract = contract_or_404(request, pk, self.action)
        return self._page(request, contract, ChangeOrderForm(works=Work.objects.filter(project=contract.project_id)))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        contract = contract_or_404(request, pk, self.action)
        form = ChangeOrderForm(request.POST, works=Work.objects.filter(project=contract.project_id))
        if form.is_valid():
            try:
                draft_change(contract=contract, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The change order is drafted. It counts once it is approved."))
                return redirect(reverse("projects:contract", args=[pk]) + "#changes")
        return self._page(request, contract, form, status=422)

    def _page(self, request: StaffRequest, contract: Contract, form: ChangeOrderForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form, "project": contract.project, "title": _("Draft a change order"), "lead": contract.number,
            "button": _("Keep the draft"), "back": reverse("projects:contract", args=[contract.pk]),
            "crumbs": contract_crumbs(request, contract, _("Draft a change order")),
        }  # fmt: skip
        return render(request, "projects/form.html", context, status=status)


class ChangeSubmit(ActionView):
    """Hand a drafted change order in."""

    action = "projects.edit"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        order = order_or_404(request, pk)
        try:
            submit_change(order=order, actor=request.user, at=timezone.now())
        except DomainError as error:
            if error.status == 403:
                raise PermissionDenied from error
            messages.error(request, error.message)
        else:
            messages.success(request, _("The change order waits for its approval."))
        return redirect(reverse("projects:contract", args=[order.contract_id]) + "#changes")


class ChangeDecide(ActionView):
    """Approve or refuse: the operation asks who may."""

    action = "projects.see"

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        order, approved = order_or_404(request, pk), request.POST.get("decision") == "approve"
        try:
            decide_change(order=order, approved=approved, note=request.POST.get("note", ""), actor=request.user, at=timezone.now())
        except DomainError as error:
            if error.status == 403:
                raise PermissionDenied from error
            messages.error(request, error.message)
        else:
            messages.success(request, _("The change order is approved.") if approved else _("The change order is refused."))
        return redirect(reverse("projects:contract", args=[order.contract_id]) + "#changes")
