"""What waits for the viewer: plans to submit again, to confirm, to freeze."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.choices import PlanState
from regions.models import Region

MOST = 6
WAITING: tuple[tuple[str, str, str | Promise], ...] = (
    ("plans.freeze", PlanState.CONFIRMED, _("Freeze the annual plan")),
    ("plans.confirm", PlanState.SUBMITTED, _("Confirm the annual plan")),
    ("plans.draft", PlanState.DRAFT, _("Finish and submit the annual plan")),
)
STATEMENT = """
SELECT plan.id, plan.state, plan.year, plan.returned_reason, region.name_zh, region.name_en, unit.name_zh, unit.name_en, count(*) OVER ()
FROM projects_annualplan plan JOIN regions_region region ON region.id = plan.region_id
JOIN regions_region unit ON unit.id = region.parent_id
WHERE {wanted} ORDER BY plan.year, region.path LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do: its words, the county and its unit, a note (why it came back), and the page on which it is done.

    Several units have a county of the same name; `unit` is "" where it is the county itself.
    """

    words: str | Promise
    region: str
    unit: str
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
    wanted = " OR ".join(["(plan.state = %s AND region.path LIKE ANY (%s))"] * len(mine))
    values = [value for scope, state, _words in mine for value in (state, [f"{path}%" for path in scope.paths])]
    with connection.cursor() as cursor:  # on every dashboard: spares the ORM's work of building the same statement again
        cursor.execute(STATEMENT.format(wanted=wanted), [*values, MOST])
        rows = cursor.fetchall()
    words_of: dict[str, str | Promise] = {state: words for _scope, state, words in mine}
    items = [
        Waiting(words_of[state], county, "" if unit == county else unit, year, note, reverse("projects:plan", args=[pk]))
        for pk, state, year, note, *names, _count in rows
        for county, unit in [(_name(*names[:2]), _name(*names[2:]))]
    ]
    return Todo(items, rows[0][-1] if rows else 0)


def _name(zh: str, en: str) -> str:
    return Region(name_zh=zh, name_en=en).name
