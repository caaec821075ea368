"""Staff at the door and at the keyboard: short words for the operations that tests repeat."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import User
from surveys.models import Ballot, RollEntry, Round, Sheet, Visit
from surveys.operations.doorstep import enter_at_door
from surveys.operations.paper import key_sheet, register_sheet
from tests.factories.evidence import at, picture


def roll_of(round_: Round) -> list[RollEntry]:
    """The round's households in their order."""
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def says(option: str = "yes", more: str = "") -> Any:
    """Posted answers: says("no")("decide") == ["no"]."""
    posted = {"decide": [option], "more": [more]}
    return lambda name: posted.get(name, [])


def at_the_door(
    entry: RollEntry, actor: User, option: str = "yes", *, when: str = "2021-04-06", time: str = "18:00", **more: Any
) -> Ballot | Visit:
    """Entered at the door by the actor."""
    more = {"key": uuid.uuid4(), "posted": says(option)} | more
    return enter_at_door(round_=entry.round, entry=entry, actor=actor, at=at(when, time), **more)


def handed_in(
    entry: RollEntry, actor: User, *, when: str = "2021-04-06", time: str = "09:00", photo: bytes | None = None, **more: Any
) -> Sheet:
    """A sheet handed in then, registered an hour later at most."""
    return register_sheet(
        round_=entry.round, entry=entry, photo=photo or picture(400, 300), handed_in_at=at(when, time), actor=actor,
        at=more.pop("at", at(when, "23:00")), **more,
    )  # fmt: skip


def keyed(
    sheet: Sheet, actor: User, option: str = "yes", *, number: int = 1, when: str = "2021-04-07", time: str = "10:00", more: str = ""
) -> Sheet:
    """Keyed by the actor."""
    return key_sheet(sheet=sheet, number=number, posted=says(option, more), actor=actor, at=at(when, time))
