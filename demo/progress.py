"""Progress of the works of started projects, so that together they are as far as the months' reports say. All synthetic."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from demo.shapes import Works, Yard
from projects.comparing import Line
from projects.models import Work, WorkProgress

ZONE = ZoneInfo("Asia/Shanghai")
Day = datetime.date
Pairs = Sequence[tuple[Work, Line]]
CENT = Decimal("0.01")


def work_rows(one: Works, pairs: Pairs, clerk: User, today: Day, *, whole: bool) -> Iterator[WorkProgress]:
    """Unsaved rows: of every month's report with `whole`, else of the newest and of the one before it."""
    rng = Random(f"works:{one.code}")
    for place in sorted({line.community for _work, line in pairs}, key=lambda each: -1 if each is None else each):
        own = [(work, line) for work, line in pairs if line.community == place]
        yards = one.yards if place is None else [one.yards[place]]
        yield from _rows_of(one, _told(one, yards, today), own, clerk, rng, whole=whole)


def _rows_of(one: Works, told: list[tuple[Day, int]], pairs: Pairs, clerk: User, rng: Random, *, whole: bool) -> Iterator[WorkProgress]:
    """The rows of the works of one yard, or of those of the whole project."""
    begun: dict[int, Day] = {}
    ended: dict[int, Day] = {}
    before: dict[int, int] = {}
    shown = {on for on, _percent in (told if whole else told[-2:])}
    for on, percent in told:
        for number, done in enumerate(_shares([line.amount for _work, line in pairs], percent)):
            if done and number not in begun:
                begun[number] = one.started_on if not before and one.started_on else on - datetime.timedelta(days=9 if on.day > 12 else 0)
                begun[number] = max(begun[number], one.started_on or begun[number])
            if done == 100 and number not in ended:
                ended[number] = on
            if on in shown and before.get(number) != done and (done or whole):
                work, line = pairs[number]
                yield _row(work, line, done, on, begun.get(number), ended.get(number), clerk, rng)
                before[number] = done


def _told(one: Works, yards: Sequence[Yard], today: Day) -> list[tuple[Day, int]]:
    """(day, per cent of the yards by floor area), oldest first."""
    by_day: dict[Day, dict[str, int]] = {}
    for yard in yards:
        for report in one.reports.get(yard.name, []):
            if report.on <= today:
                by_day.setdefault(report.on, {})[yard.name] = report.percent
    area = sum(yard.area for yard in yards)
    known: dict[str, int] = {}
    found = []
    for on in sorted(by_day):
        known |= by_day[on]
        mean = round(sum(yard.area * known.get(yard.name, 0) for yard in yards) / area) if area else 0
        found.append((on, mean if all(known.get(yard.name) == 100 for yard in yards) else min(mean, 99)))
    return found


def _shares(amounts: Sequence[Decimal], percent: int) -> list[int]:
    """Per cent of each work so that their mean by amount is `percent`: two gangs, each does its works one after the other."""
    done = [0] * len(amounts)
    for gang in (0, 1):
        own = range(gang, len(amounts), 2)
        left = sum((amounts[number] for number in own), Decimal(0)) * percent / 100
        for number in own:
            done[number] = 100 if left >= amounts[number] else int(left * 100 / amounts[number])
            left = max(Decimal(0), left - amounts[number])
    return done


def _row(
    work: Work, line: Line, percent: int, on: Day, begun: Day | None, ended: Day | None, clerk: User, rng: Random
) -> WorkProgress:  # fmt: skip
    moment = datetime.datetime.combine(on, datetime.time(17, rng.randint(0, 59)), ZONE)
    return WorkProgress(
        work=work, reported_on=on, percent=percent, quantity=(line.quantity * percent / 100).quantize(CENT), started_on=begun,
        completed_on=ended if percent == 100 else None, client_key=uuid.UUID(int=rng.getrandbits(128), version=4), recorded_at=moment,
        recorded_by=clerk,
    )  # fmt: skip
