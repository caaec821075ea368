"""Monthly reports: how far the works are and what was paid, from the start to the completion."""

from __future__ import annotations

import datetime
from random import Random

from demo.buckets import month_end
from demo.shapes import Report, Works, Yard

Day = datetime.date
MAY = Day(2021, 5, 31)
RETAINED = 0.97  # paid after acceptance; the rest is the warranty money
STANDSTILL = 0.05  # share of the yards with one month without progress


def lay_reports(works: list[Works], paid_by_may: int, rng: Random) -> None:
    """Reports of every yard; what was paid by the end of May sums to nearly `paid_by_may` yuan, never above contract × percent."""
    rows = []
    for one in works:
        for yard in one.yards:
            one.reports[yard.name] = _percents(one, yard, rng)
            rows.append((one, yard, rng.uniform(0.86, 1.0)))
    pace = 0.9
    for _ in range(4):
        for one, yard, habit in rows:
            _pay(one, yard, min(1.0, pace * habit))
        paid = sum(_paid_by_may(one.reports[yard.name]) for one, yard, _ in rows)
        pace = pace * paid_by_may / paid if paid else pace


def _paid_by_may(reports: list[Report]) -> int:
    return next((report.paid for report in reversed(reports) if report.on <= MAY), 0)


def _percents(one: Works, yard: Yard, rng: Random) -> list[Report]:
    if one.started_on is None:
        return []
    end = one.completed_on or Day(2022, 2, 20)
    days = max((end - one.started_on).days, 1)
    found: list[Report] = []
    bend = 0.62
    if one.pinned_percent and one.pinned_percent < 100:
        bend = _bend(one.pinned_percent / 100, (MAY - one.started_on).days / days)
    still = rng.random() < STANDSTILL
    for month in range(one.started_on.month, (one.completed_on.month if one.completed_on else 12) + 1):
        on = month_end(2021, month)
        if one.completed_on and on >= one.completed_on:
            found.append(Report(one.completed_on, 100))
            break
        share = ((on - one.started_on).days + 1) / (days + 1)
        percent = min(98, max(1, round(100 * share**bend)))
        if on == MAY and one.pinned_percent:
            percent = one.pinned_percent
        if still and len(found) == 2:
            found.append(Report(on, found[-1].percent, no_change=True, note="等待专项工程施工窗口"))
            continue
        found.append(Report(on, max(percent, found[-1].percent if found else 0)))
    if one.accepted_on and one.accepted_on.month > found[-1].on.month:
        found.append(Report(one.accepted_on, 100))
    return found


def _bend(percent: float, share: float) -> float:
    """The exponent that makes share ** exponent = percent; kept within reason."""
    low, high = 0.05, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if max(share, 0.001) ** middle < percent else (middle, high)
    return low


def _pay(one: Works, yard: Yard, habit: float) -> None:
    contract = one.contract_of(yard)
    paid = 0
    for report in one.reports[yard.name]:
        share = RETAINED if report.on == one.accepted_on else report.percent / 100 * min(habit, RETAINED)
        paid = max(paid, int(contract * share) // 100 * 100)
        report.paid = paid
