"""What waits for the viewer: plans to submit again, to confirm, to freeze."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.choices import PlanState
from projects.models import AnnualPlan

MOST = 6
WAITING: tuple[tuple[str, str, str | Promise], ...] = (
    ("plans.freeze", PlanState.CONFIRMED, _("Freeze the annual plan")),
    ("plans.confirm", PlanState.SUBMITTED, _("Confirm the annual plan")),
    ("plans.draft", PlanState.DRAFT, _("Finish and submit the annual plan")),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: its words, where, a note (why it came back), and the page on which it is done."""

    words: str | Promise
    region: str
    year: int
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Todo:
    """The first things to do, and how many there are in all."""

    items: list[Waiting]
    count: int


def todo_of(user: User) -> Todo:
    """Plans whose next step is the viewer's; at most one query."""
    mine = [(user.scope_for(action), state, words) for action, state, words in WAITING if user.may(action)]
    if not mine:
        return Todo([], 0)
    wanted = Q(pk__in=[])
    for scope, state, _words in mine:
        wanted |= scope.q("region__path") & Q(state=state)
    found = list(AnnualPlan.objects.filter(wanted).select_related("region").only(
        "state", "year", "returned_reason", "region__name_zh", "region__name_en"
    ).order_by("year", "region__path"))  # fmt: skip
    words_of: dict[str, str | Promise] = {state: words for _scope, state, words in mine}
    items = [
        Waiting(words_of[plan.state], plan.region.name, plan.year, plan.returned_reason, reverse("projects:plan", args=[plan.pk]))
        for plan in found[:MOST]
    ]
    return Todo(items, len(found))
