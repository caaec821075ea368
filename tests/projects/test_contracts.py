"""Contracts: bidders, change orders on their way, who decides, what counts."""

from decimal import Decimal

import pytest
from django.urls import reverse

from common.errors import InvalidInput, NotAllowed
from projects.models import ChangeDecision, ChangeOrder, Contract
from projects.operations import Bid, OrderMoved, decide_change, draft_change, report_progress, set_bidders, submit_change
from projects.queries import contract_amount
from tests.factories.evidence import at, bring_to, day, make_contract, make_scheme
from tests.factories.people import make_user
from tests.factories.works import make_planned_project
from tests.lifecycle.test_races import race

NOW = at("2021-06-18")


@pytest.fixture
def contract(district_staff):
    project = bring_to(make_planned_project(), "started", "2021-04-30", district_staff)
    make_scheme(project, district_staff)
    return make_contract(project, district_staff, amount=3_000_000)


def handed_in(contract, actor, yuan="200000", days=0, number="BG-1"):
    order = draft_change(
        contract=contract, number=number, reason="管沟渗漏", amount_delta=Decimal(yuan), days_delta=days, actor=actor, at=NOW,
        works=contract.project.works.all()[:1],
    )  # fmt: skip
    return submit_change(order=order, actor=actor, at=NOW)


def decide(order, actor, approved=True, note=""):
    return decide_change(order=order, approved=approved, note=note, actor=actor, at=NOW)


def test_only_an_approved_change_counts_in_what_may_be_paid(contract, district_staff, city_official):
    project, entry = contract.project, contract.project.entries.get()

    def pay(yuan):
        return report_progress(entry=entry, month=day("2021-06-01"), percent=90, paid_amount=Decimal(yuan), actor=district_staff, at=NOW)

    order = handed_in(contract, district_staff)
    assert contract_amount(project) == 3_000_000
    with pytest.raises(InvalidInput):
        pay(3_100_000)
    decide(order, city_official)
    assert contract_amount(project) == 3_200_000
    assert pay(3_100_000).paid_amount == 3_100_000
    less = handed_in(contract, district_staff, "-300000", number="BG-2")
    decide(less, city_official, approved=False, note="依据不足")
    assert contract_amount(project) == 3_200_000
    assert Contract.objects.get().amount == 3_000_000  # as signed


def test_above_its_limit_the_county_cannot_decide_below_it_can(contract, district_staff, city_official, other_city_official, auditor):
    colleague = make_user("district_staff", "130404", username="colleague")
    large, small = handed_in(contract, district_staff), handed_in(contract, district_staff, "149000", 5, "BG-2")
    long = handed_in(contract, district_staff, "1000", 30, "BG-3")
    for order in (large, long):
        with pytest.raises(NotAllowed):
            decide(order, colleague)
    with pytest.raises(NotAllowed):
        decide(small, district_staff)  # drafted it
    assert decide(small, colleague).by_county
    for stranger in (other_city_official, auditor):
        with pytest.raises(NotAllowed):
            decide(large, stranger)
    assert not decide(large, city_official).by_county


def test_splitting_a_change_does_not_bring_it_below_the_countys_limit(contract, district_staff, city_official):
    colleague = make_user("district_staff", "130404", username="colleague")
    first, second = handed_in(contract, district_staff, "100000"), handed_in(contract, district_staff, "-50001", number="BG-2")
    decide(first, colleague)
    with pytest.raises(NotAllowed):  # 150,001 of 3,000,000 moved in all
        decide(second, colleague)
    last = handed_in(contract, district_staff, "-50000", number="BG-3")
    assert decide(last, colleague).by_county
    assert not decide(second, city_official).by_county


def test_a_change_goes_one_way_and_a_refusal_says_why(contract, district_staff, city_official):
    draft = draft_change(
        contract=contract, number="BG-9", reason="x", amount_delta=Decimal(1000), days_delta=0, actor=district_staff, at=NOW
    )  # fmt: skip
    with pytest.raises(OrderMoved):
        decide(draft, city_official)
    submit_change(order=draft, actor=district_staff, at=NOW)
    with pytest.raises(OrderMoved):
        submit_change(order=draft, actor=district_staff, at=NOW)
    with pytest.raises(InvalidInput):
        decide(draft, city_official, approved=False)
    decide(draft, city_official, approved=False, note="依据不足")
    with pytest.raises(OrderMoved):
        decide(draft, city_official)


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one(tree, district_staff, city_official):
    contract = make_contract(bring_to(make_planned_project(), "started", "2021-04-30", district_staff), district_staff)
    order = handed_in(contract, district_staff)
    found = race(lambda: decide(order, city_official), lambda: decide(order, city_official, approved=False, note="依据不足"))
    assert sorted(type(each).__name__ for each in found) == ["ChangeDecision", "OrderMoved"]
    decision = ChangeDecision.objects.get()
    assert ChangeOrder.objects.get().state == ("approved" if decision.approved else "refused")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"amount_delta": Decimal(0)}, "amount_delta"), ({"amount_delta": Decimal(-3_000_000)}, "amount_delta"), ({"reason": " "}, "reason")],
)
def test_a_change_that_cannot_be_is_refused_at_its_field(contract, district_staff, values, field):
    said = {"number": "BG-1", "reason": "渗漏", "amount_delta": Decimal(5), "days_delta": 0} | values
    with pytest.raises(InvalidInput) as caught:
        draft_change(contract=contract, actor=district_staff, at=NOW, **said)
    assert field in caught.value.details


def test_bidders_are_recorded_with_the_winner_who_signed(contract, district_staff):
    own, other = Bid(contract.party, Decimal(3_000_000), 1, winner=True), Bid("乙公司", Decimal(3_100_000), 2)
    assert [row.winner for row in set_bidders(contract=contract, bids=[own, other], actor=district_staff, at=NOW)] == [True, False]
    for wrong in ([own, own], [Bid("乙公司", Decimal(1), 1, winner=True)], [Bid("", Decimal(1), 1)], [Bid("丙", Decimal(0), 1)]):
        with pytest.raises(InvalidInput):
            set_bidders(contract=contract, bids=wrong, actor=district_staff, at=NOW)
    assert contract.bidders.count() == 2


def test_the_pages_lead_from_the_draft_to_the_decision(client, contract, district_staff, city_official, other_city_official):
    client.force_login(district_staff)
    address = reverse("projects:contract", args=[contract.pk])
    bids = {"total": "2", "winner": "0", "0-name": contract.party, "0-amount": "300", "0-rank": "1", "1-name": "乙", "1-amount": "310"}
    assert client.post(reverse("projects:bidders", args=[contract.pk]), bids).status_code == 422
    assert client.post(reverse("projects:bidders", args=[contract.pk]), bids | {"1-rank": "2"}).status_code == 302
    change = {"number": "BG-1", "reason": "渗漏", "amount_delta": "-12.5", "days_delta": ""}
    assert client.post(reverse("projects:change-draft", args=[contract.pk]), change).status_code == 302
    order = ChangeOrder.objects.get()
    assert (order.amount_delta, order.state) == (Decimal(-125_000), "draft")
    client.post(reverse("projects:change-submit", args=[order.pk]))
    decision = reverse("projects:change-decide", args=[order.pk])
    assert client.post(decision, {"decision": "approve"}).status_code == 403
    assert 'value="approve"' not in client.get(address).content.decode()
    client.force_login(other_city_official)
    assert client.get(address).status_code == client.post(decision, {"decision": "approve"}).status_code == 404
    client.force_login(city_official)
    waiting = client.get(reverse("projects:contract-list"), {"only": "waiting"})
    assert [row.pk for row in waiting.context["page"].rows] == [contract.pk]
    assert 'value="approve"' in client.get(address).content.decode()
    client.post(decision, {"decision": "approve"})
    assert client.get(address).context["contract"].current_amount == Decimal(2_875_000)


def test_contracts_above_the_estimate_are_warned_of(client, contract, district_staff):
    client.force_login(district_staff)
    assert client.get(reverse("projects:contract", args=[contract.pk])).context["over"] is None
    more = make_contract(contract.project, district_staff, amount=2_000_000, number="W-2")
    assert client.get(reverse("projects:contract", args=[more.pk])).context["over"] == Decimal(5_000_000 - 4_585_000)
