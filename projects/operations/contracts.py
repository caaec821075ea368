"""Contracts of a project: recording them with their bidders, and the orders that change them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed, given_reason
from projects.choices import ChangeState, Condition
from projects.models import Bidder, ChangeDecision, ChangeOrder, Contract, Work
from projects.operations.works import ProjectLocked, locked_project
from projects.queries import contract_amount
from projects.rules import county_decides


class OrderMoved(DomainError):
    """The change order is not where the page showed it."""

    code = "order_moved"


@dataclass(frozen=True, slots=True)
class Bid:
    """One bidder of a contract; amount in yuan."""

    name: str
    amount: Decimal
    rank: int
    winner: bool = False


def _locked_contract(pk: int, actor: User) -> Contract:
    """The contract below its locked project, for those who may change it."""
    contract = Contract.objects.get(pk=pk)
    project = locked_project(contract.project_id)
    actor.require("projects.edit", project.region.path)
    if project.condition == Condition.WITHDRAWN:
        raise ProjectLocked(_("The project is withdrawn: it cannot be changed."))
    contract.project = project
    return contract


@transaction.atomic
def set_bidders(*, contract: Contract, bids: Sequence[Bid], actor: User, at: datetime.datetime) -> list[Bidder]:
    """Say who bid for a contract, in place of what was said before (the audit trail keeps it).

    Raises InvalidInput: a bid without name or amount, a name twice, more than one winner, or a winner who is not the contractor.
    """
    contract = _locked_contract(contract.pk, actor)
    names = [bid.name.strip() for bid in bids]
    winners = [bid for bid in bids if bid.winner]
    message = ""
    if not all(names) or any(bid.amount <= 0 or bid.rank < 1 for bid in bids):
        message = _("Each bidder has a name, a bid above 0 and a rank from 1 on.")
    elif len(set(names)) < len(names):
        message = _("A bidder stands twice in the list.")
    elif len(winners) > 1:
        message = _("The contract goes to one bidder.")
    elif winners and winners[0].name.strip() != contract.party:
        message = _("The contractor is %(party)s: the contract cannot have gone to another bidder.") % {"party": contract.party}
    if message:
        raise InvalidInput(message)
    Bidder.objects.filter(contract=contract).delete()
    return [
        Bidder.objects.create(contract=contract, name=bid.name.strip(), amount=bid.amount, rank=bid.rank, winner=bid.winner) for bid in bids
    ]


@transaction.atomic
def draft_change(
    *,
    contract: Contract,
    number: str,
    reason: str,
    amount_delta: Decimal,
    days_delta: int,
    actor: User,
    at: datetime.datetime,
    works: Iterable[Work] = (),
) -> ChangeOrder:
    """Draft a change of a contract: yuan and days, more or less, and the works it concerns. It counts once it is approved.

    Raises InvalidInput with a sentence per field.
    """
    contract = _locked_contract(contract.pk, actor)
    chosen = list(works)
    errors = {}
    if not number.strip():
        errors["number"] = _("Enter the number of the change order.")
    if not reason.strip():
        errors["reason"] = _("Say why the contract changes.")
    if not amount_delta and not days_delta:
        errors["amount_delta"] = _("A change order changes the amount or the time.")
    elif contract.amount + amount_delta <= 0:
        errors["amount_delta"] = _("The contract would come to nothing.")
    if abs(days_delta) > 3650:
        errors["days_delta"] = _("Give the days, more or less: at most 3650.")
    if any(work.project_id != contract.project_id for work in chosen):
        errors["works"] = _("Choose works of this project.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    try:
        with transaction.atomic():
            order = ChangeOrder.objects.create(
                contract=contract, number=number.strip()[:60], reason=reason.strip()[:300], amount_delta=amount_delta,
                days_delta=days_delta, drafted_at=at, drafted_by=actor,
            )  # fmt: skip
    except IntegrityError as error:
        message = _("This number is taken by another change order of the contract.")
        raise InvalidInput(message, details={"number": message}) from error
    order.works.set(chosen)
    return order


def _locked_order(pk: int) -> ChangeOrder:
    """The order's row, locked, with its contract and the county; the project's row first, as everywhere."""
    order = ChangeOrder.objects.select_related("contract").get(pk=pk)
    locked_project(order.contract.project_id)
    return ChangeOrder.objects.select_related("contract__project__region").select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def submit_change(*, order: ChangeOrder, actor: User, at: datetime.datetime) -> ChangeOrder:
    """Hand a draft in for the decision. Raises OrderMoved when it is no draft any more."""
    order = _locked_order(order.pk)
    actor.require("projects.edit", order.contract.project.region.path)
    _require_state(order, ChangeState.DRAFT)
    order.state, order.submitted_at = ChangeState.SUBMITTED, at
    order.save(update_fields=["state", "submitted_at"])
    return order


def may_decide(actor: User, order: ChangeOrder) -> bool:
    """Whether this person may decide on it: a level above the county, or the county itself while the contract's approved changes and
    this one stay within the limits of the settings; never who drafted it."""
    path = order.contract.project.region.path
    if order.drafted_by_id == actor.pk:
        return False
    if actor.may("changes.approve", path):
        return True
    if not actor.may("projects.edit", path):
        return False
    approved = ChangeOrder.objects.approved().filter(contract=order.contract_id).values_list("amount_delta", "days_delta")
    return county_decides(
        order.contract.amount,
        [*approved, (order.amount_delta, order.days_delta)],
        percent=settings.CHANGE_ORDER_COUNTY_PERCENT,
        days=settings.CHANGE_ORDER_COUNTY_DAYS,
    )


@transaction.atomic
def decide_change(*, order: ChangeOrder, approved: bool, actor: User, at: datetime.datetime, note: str = "") -> ChangeDecision:
    """Approve or refuse a submitted change order, once, for good; a refusal gives its reason.

    Two decisions at once are one: the second raises OrderMoved. Raises NotAllowed for the county above its limits, and for who
    drafted the order.
    """
    order = _locked_order(order.pk)
    path = order.contract.project.region.path
    above = actor.may("changes.approve", path)
    if not above:
        actor.require("projects.edit", path)
    _require_state(order, ChangeState.SUBMITTED)
    if not may_decide(actor, order):
        raise NotAllowed(_("The city decides on this change order, and never the person who drew it up."))
    words = note.strip()[:300] if approved else given_reason(note)
    order.state = ChangeState.APPROVED if approved else ChangeState.REFUSED
    with pghistory.context(reason=words):
        order.save(update_fields=["state"])
    return ChangeDecision.objects.create(
        order=order, approved=approved, note=words, by_county=not above, recorded_at=at, recorded_by=actor
    )  # fmt: skip


def _require_state(order: ChangeOrder, state: ChangeState) -> None:
    if order.state != state:
        raise OrderMoved(_("The change order is now “%(now)s”. Load the page again.") % {"now": order.get_state_display()})


def over_estimate(contract: Contract, estimate: Decimal | None) -> Decimal | None:
    """By how many yuan the project's works contracts with their approved changes exceed the estimate; None when they do not."""
    total = contract_amount(contract.project_id)
    return total - estimate if estimate is not None and total is not None and total > estimate else None
