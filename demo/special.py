"""Special works of the demo's projects and roads, and what owners confirmed. All synthetic; some clash on purpose."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from django.conf import settings

from demo.days import MACHINERY_CODE
from demo.schemes import Version
from demo.shapes import Works
from projects.choices import OwnerAnswer, PipeOwner, SpecialState
from projects.rules import owners_to_ask

Day = datetime.date
FULL = "130400"  # Handan: special works of every project; elsewhere of one in EVERY
EVERY = 7
PAVED = 0.9  # share of the working time after which the demo's roads are made
WORDS: dict[PipeOwner, tuple[str, str]] = {
    PipeOwner.HEATING: ("供热二次管网改造", "DN150 供热管 {metres} m"),
    PipeOwner.GAS: ("燃气庭院管改造", "PE 燃气管 {metres} m"),
    PipeOwner.WATER: ("供水干管改造", "DN150 供水管 {metres} m"),
    PipeOwner.DRAINAGE: ("雨污分流干管", "DN300 排水管 {metres} m"),
    PipeOwner.POWER: ("电力线路入地", "10 kV 电缆 {metres} m"),
    PipeOwner.TELECOM: ("弱电线缆入地", "六孔弱电管道 {metres} m"),
}
REASONS = ("热源厂停热后才能施工（示例）", "抢修漏点，不能推迟（示例）", "上级管网停气计划已定（示例）")
CANNOT = "本年度材料计划已满，次年单独实施（示例）"
# what goes wrong on a road of Handan: owner, first day, days, for the first and the second trench
ROAD_SCENES = (
    ((PipeOwner.GAS, Day(2021, 6, 14), 25), (PipeOwner.WATER, Day(2021, 9, 5), 20)),  # dug twice
    ((PipeOwner.POWER, Day(2021, 5, 6), 30), (PipeOwner.TELECOM, Day(2021, 5, 20), 25)),  # one trench
    ((PipeOwner.HEATING, Day(2021, 6, 1), 60),),  # on a road that may be paved too lately
    ((PipeOwner.DRAINAGE, Day(2021, 8, 2), 40), (PipeOwner.GAS, Day(2021, 8, 20), 15)),
)
ROADS = ("人民路东段", "中华路北段", "和平路西段")


@dataclass(frozen=True, slots=True)
class Special:
    """One special work to be written; the actual days are empty until they come."""

    owner: PipeOwner
    title: str
    laid: str
    start: Day
    end: Day
    state: SpecialState
    started: Day | None = None
    completed: Day | None = None
    unavoidable: str = ""
    linked: bool = True


def _days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


def _open(one: Works) -> tuple[Day, Day] | None:
    """The first day of the project's special works, and the last before its roads are made; None where the time is too short."""
    start, due = one.yards[0].due_start, one.yards[0].due_completion
    if start is None or due is None or one.approved_on is None:
        return None
    first = max(start, one.started_on or start)
    paved = start + _days(round((due - start).days * PAVED))
    last = min(paved, one.completed_on or paved) - _days(1)
    return (first, last) if (last - first).days >= 16 else None


def _state(one: Works, rng: Random) -> SpecialState:
    if one.accepted_on:
        return SpecialState.ACCEPTED
    if one.completed_on:
        return SpecialState.COMPLETED
    if one.started_on:
        return SpecialState.RUNNING
    return rng.choice((SpecialState.FILED, SpecialState.AGREED, SpecialState.AGREED))


def specials_of(one: Works) -> list[Special]:
    """The special works filed for a project, in the days when its yards are open and before its roads are made."""
    if one.code == MACHINERY_CODE:
        return _machinery()
    room = _open(one)
    rng = Random(f"special:{one.code}")
    if room is None or (one.unit != FULL and rng.randrange(EVERY)):
        return []
    return [_special(one, owner, room, rng) for owner in rng.sample(list(WORDS), rng.randint(1, 3))]


def _special(one: Works, owner: PipeOwner, room: tuple[Day, Day], rng: Random) -> Special:
    whole = (room[1] - room[0]).days
    length = rng.randint(8, max(9, min(45, whole - 6)))
    start = room[0] + _days(rng.randint(0, max(0, whole - length - 4)))
    end = min(start + _days(length), room[1])
    title, laid = WORDS[owner]
    state, late = _state(one, rng), rng.random() < 0.06
    if late and state != SpecialState.ACCEPTED and one.yards[0].due_completion:  # outside the window
        start = one.yards[0].due_completion - _days(rng.randint(2, 6))
        end = start + _days(length)
    started = completed = None
    if state not in {SpecialState.FILED, SpecialState.AGREED}:
        started = max(room[0], start + _days(rng.randint(-2, 3))) if not late else start
    if state in {SpecialState.COMPLETED, SpecialState.ACCEPTED} and started:
        completed = max(started, min(end + _days(rng.randint(-3, 4)), room[1]))
    reason = rng.choice(REASONS) if late and rng.random() < 0.5 else ""
    return Special(owner, title, laid.format(metres=rng.randint(12, 190) * 10), start, end, state, started, completed, reason)


def _machinery() -> list[Special]:
    """The machinery-factory yard: heating of 842,000 yuan, telecom, gas; and a power work that comes after the paving."""
    done = SpecialState.ACCEPTED
    return [
        Special(
            PipeOwner.HEATING, "供热二次管网", "供热管 1.9 km，84.2 万元（示例）", Day(2021, 6, 1), Day(2021, 8, 20), done, Day(2021, 6, 2),
            Day(2021, 8, 18),
        ),
        Special(
            PipeOwner.TELECOM, "弱电入地", "六孔弱电管道 860 m", Day(2021, 5, 6), Day(2021, 6, 4), done, Day(2021, 5, 8), Day(2021, 6, 3),
        ),
        Special(
            PipeOwner.GAS, "燃气改造", "PE 燃气管 1,240 m", Day(2021, 7, 5), Day(2021, 7, 20), done, Day(2021, 7, 6), Day(2021, 7, 22)
        ),
        Special(
            PipeOwner.POWER, "电力线路入地", "10 kV 电缆 640 m", Day(2021, 11, 8), Day(2021, 11, 26), SpecialState.FILED, linked=False
        ),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What an owner confirmed of a project."""

    owner: PipeOwner
    answer: OwnerAnswer
    on: Day
    reason: str = ""


def asked_of(version: Version) -> list[PipeOwner]:
    """The owners that the gate asks of a scheme."""
    return owners_to_ask(settings.PIPE_OWNERS, {line.kind for line in version.lines})


def answers_of(one: Works, version: Version) -> list[Answer]:
    """Every owner's answer, before the approval; those with works join."""
    if one.approved_on is None:
        return []
    rng = Random(f"answers:{one.code}")
    joining = {special.owner for special in specials_of(one) if special.linked}
    found = []
    for owner in asked_of(version):
        on = one.approved_on - _days(rng.randint(5, 12))
        if owner in joining:
            found.append(Answer(owner, OwnerAnswer.JOINS, on))
        elif rng.random() < 0.02:
            found.append(Answer(owner, OwnerAnswer.CANNOT, on, CANNOT))
        else:
            found.append(Answer(owner, OwnerAnswer.NONE, on))
    return found
