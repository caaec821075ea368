"""Rounds in the state a test needs, through the operations that make them, at times in the past."""

from __future__ import annotations

import datetime
import uuid
from itertools import count
from typing import Any

import pgtrigger
from django.utils import timezone

from accounts.models import User
from communities.models import Building, Community, Household
from projects.models import Project
from surveys.codes import code_of
from surveys.models import RollEntry, Round
from surveys.operations.ballots import Cast, cast_by_phone
from surveys.operations.rounds import Plan, announce_round, close_round, draft_round, open_round
from tests.factories.evidence import at
from tests.factories.people import make_user

_number = count(1)
YES_NO: list[dict[str, Any]] = [
    {
        "code": "decide", "form": "single", "zh": "您家是否同意？", "en": "Does your household agree?", "required": True, "deciding": True,
        "options": [
            {"code": "yes", "zh": "同意", "en": "Agree", "counts": "agree"},
            {"code": "no", "zh": "不同意", "en": "Disagree", "counts": "against"},
        ],
    },
    {"code": "more", "form": "text", "zh": "还有话要说", "en": "Anything else", "required": False},
]  # fmt: skip
ABSTAINING = [{**YES_NO[0], "options": [*YES_NO[0]["options"], {"code": "abstain", "zh": "弃权", "en": "Abstain", "counts": "abstain"}]}]
OPEN_QUESTION: list[dict[str, Any]] = [{"code": "more", "form": "text", "zh": "您的意见", "en": "Your opinion", "required": True}]


def fill_flats(community: Community, households: int, *, per_stairwell: int = 12, building: str = "") -> None:
    """Register flats until the community has `households`: buildings of two stairwells; the register's number follows."""
    have = community.households.count()
    for number in range(have, households):
        place = number // (2 * per_stairwell) + 1
        house, _ = Building.objects.get_or_create(community=community, name=building or f"{place}号楼")
        unit = number // per_stairwell % 2 + 1
        Household.objects.create(
            community=community, building=house, unit=str(unit), door=f"{number % per_stairwell + 101 + 100 * (number // 100)}",
            exclusive_area=60 + number % 40,
        )  # fmt: skip
    Community.objects.filter(pk=community.pk).update(household_count=max(have, households))


def questions_for(kind: str) -> list[dict[str, Any]]:
    return {"opinions": OPEN_QUESTION, "legal": ABSTAINING}.get(kind, YES_NO)


def make_draft(
    community: Community, project: Project | None, kind: str = "scheme", *, opens: str = "2021-04-01", closes: str = "2021-04-10",
    actor: User | None = None, **more: Any,
) -> Round:  # fmt: skip
    """A draft, made three weeks before it opens."""
    actor = actor or make_user("district_staff", community.region.county_code or "130404")
    if kind == "scheme":
        more.setdefault("scheme_version", 1)
    plan = Plan(
        kind=kind, title_zh=f"测试表决{next(_number)}", opens_at=at(opens, "08:00"), closes_at=at(closes, "20:00"), project=project,
        **{"questions": questions_for(kind)} | more,
    )  # fmt: skip
    return draft_round(community=community, plan=plan, actor=actor, at=at(opens) - datetime.timedelta(days=21))


def make_open_round(
    community: Community, project: Project | None, kind: str = "scheme", *, households: int = 10, opens: str = "2021-04-01", **more: Any
) -> Round:
    """An open round with its roll; flats are registered as needed."""
    fill_flats(community, households)
    round_ = make_draft(community, project, kind, opens=opens, **more)
    announce_round(round_=round_, actor=round_.created_by, at=at(opens) - datetime.timedelta(days=20))
    return open_round(round_=round_, at=at(opens, "08:00"))


def make_current_round(community: Community, project: Project | None, kind: str = "scheme", *, households: int = 10, **more: Any) -> Round:
    """Open right now, by today's clock, until in five days."""
    today = timezone.localdate()
    opens, closes = today - datetime.timedelta(days=1), today + datetime.timedelta(days=5)
    return make_open_round(community, project, kind, households=households, opens=opens.isoformat(), closes=closes.isoformat(), **more)


def code_for(entry: RollEntry) -> str:
    """The household's code, as on its slip."""
    return code_of(entry.round.secret, entry.household_id, entry.issue)


def cast(
    entry: RollEntry, option: str = "yes", *, when: str = "2021-04-06", time: str = "19:42", key: uuid.UUID | None = None, **more: Any
) -> Cast:
    """Cast by phone, as the household."""
    posted = {"decide": [option], "more": ["好"]} | more
    return cast_by_phone(
        round_code=entry.round.code, code=code_for(entry), key=key or uuid.uuid4(), posted=lambda name: posted.get(name, []),
        device="d", at=at(when, time),
    )  # fmt: skip


def make_closed_round(
    community: Community, project: Project | None, kind: str = "scheme", *, agreed: int, households: int, against: int = 0,
    opens: str = "", closed: str = "2021-04-10", **more: Any,
) -> Round:  # fmt: skip
    """A closed, published round in which `agreed` households agreed (opinions: answered) and `against` disagreed, the rest silent."""
    first = opens or (datetime.date.fromisoformat(closed) - datetime.timedelta(days=9)).isoformat()
    round_ = make_open_round(community, project, kind, households=households, opens=first, closes=closed, **more)
    entries = list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))
    for number, entry in enumerate(entries[: agreed + against]):
        cast(entry, "yes" if number < agreed else "no", when=first, time="12:00")
    return close_round(round_=round_, at=at(closed, "20:01"))


def let_time_run_out(pk: int, before: datetime.timedelta = datetime.timedelta(0)) -> None:
    """Put a round's closing into the past, as if it had been waited for; the database lets nobody do that otherwise."""
    with pgtrigger.ignore("surveys.Round:round_closes_no_earlier"):
        Round.objects.filter(pk=pk).update(closes_at=timezone.now() - before)
