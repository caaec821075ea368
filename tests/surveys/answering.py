"""A round that asks in every form, answered at random, for the tests of statistics and pages."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

from surveys.library import WISH, mark, menu, question, words, work_options
from surveys.models import RollEntry, Round
from surveys.operations.ballots import cast_by_phone
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import code_for, fill_flats, make_open_round
from tests.factories.works import make_planned_project

SERVICES = ("meals", "market", "health", "parcel")
QUESTIONS: list[dict[str, Any]] = [
    WISH,
    menu(3),
    question("services", "multiple", "还缺哪些服务？", "Which services are missing?", most=4, options=work_options(*SERVICES)),
    mark("grounds", "道路、停车、绿化，您打几分？", "Roads, parking, green: your mark?"),
    words("您还有什么想说的？", "Anything else you want to say?"),
]
TEXTS = ("", "停车难", "楼顶漏水，加装电梯", "鸽子太多", "没有", "路灯不亮，电话13812345678")


def make_asking_round(*, households: int = 40, per_stairwell: int = 5) -> Round:
    """Open, asked in every form, in buildings of two stairwells."""
    community = make_community("130404", name="机械厂家属院")
    fill_flats(community, households, per_stairwell=per_stairwell)
    return make_open_round(community, make_planned_project(community), "willingness", households=households, questions=QUESTIONS)


def entries_of(round_: Round) -> list[RollEntry]:
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def answer(entry: RollEntry, when: str = "2021-04-05", **given: Any) -> None:
    """Cast with these answers: a value or a list of values by question code; "yes" to the deciding one unless it is given."""
    posted = {"decision": "yes"} | given
    values = {code: value if isinstance(value, list) else [value] for code, value in posted.items()}
    cast_by_phone(
        round_code=entry.round.code, code=code_for(entry), key=uuid.uuid4(), posted=lambda name: values.get(name, []), device="d", at=at(when),
    )  # fmt: skip


def answer_at_random(round_: Round, chance: Random) -> None:
    """Some households answer some questions, some twice: the last ballot counts."""
    items = [option["code"] for option in QUESTIONS[1]["options"]][:6]
    for entry in entries_of(round_):
        for day in range(chance.choice([0, 1, 1, 1, 2])):
            answer(
                entry, f"2021-04-0{day + 2}",
                decision=chance.choice(["yes", "yes", "no"]),
                menu=chance.sample(items, chance.randint(0, 3)),
                services=chance.sample(SERVICES, chance.randint(0, 4)),
                grounds=chance.choice(["", "1", "3", "4", "5"]),
                more=chance.choice(TEXTS),
            )  # fmt: skip
