"""Schemes of the demo's projects: what is renovated, for how much. All synthetic; the machinery-factory yard's is as drawn."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from demo.anchors import shares
from demo.days import MACHINERY_CODE
from demo.shapes import Works
from projects.choices import PipeOwner
from projects.comparing import Line

Day = datetime.date
# kind, name, quantity, unit, 万元: the drawing's second version; the first lacks the meeting hall and has fewer charging points
DRAWN = (
    ("water", "给排水管网", "2.4", "km", "148.0"),
    ("stairs", "楼道翻新", "26", "个单元", "41.2"),
    ("roof", "屋面防水", "4120", "m²", "96.5"),
    ("facade", "外墙保温与粉刷", "15300", "m²", "214.0"),
    ("roads", "路面与停车位", "6800", "m²", "118.6"),
    ("fire", "消防设施", "9", "栋", "38.4"),
    ("heating", "供热二次管网", "1.9", "km", "84.2"),
    ("greening", "绿化", "2260", "m²", "31.0"),
    ("charging", "电动自行车充电", "64", "口", "22.5"),
    ("lighting", "加装照明", "58", "盏", "16.0"),
    ("culture", "澡堂改会客厅", "420", "m²", "86.0"),
)
FIRST_AMOUNTS = {"电动自行车充电": "12.5"}
# kind, name, unit, quantity per household, weight of the cost
USUAL = (
    ("water", "给水管网", "m", "8", 16),
    ("drainage", "雨污分流", "m", "6", 14),
    ("facade", "外墙粉刷", "m²", "42", 20),
    ("roof", "屋面防水", "m²", "12", 12),
    ("roads", "院内道路", "m²", "18", 13),
)
MORE = (
    ("heating", "供热管网", "m", "5", 12),
    ("gas", "燃气管道", "m", "4", 8),
    ("telecom", "弱电入地", "m", "6", 5),
    ("fire", "消防设施", "套", "0.2", 5),
    ("stairs", "楼道翻新", "m²", "9", 6),
    ("greening", "补植绿化", "m²", "7", 4),
    ("charging", "电动自行车充电", "口", "0.2", 3),
    ("lighting", "院内照明", "盏", "0.1", 2),
    ("elderly", "老年活动室", "m²", "1", 5),
)
SUMMARY = "换旧管，修屋面和外墙，平整院内道路。{more}施工期间分段停水，提前张贴通知。"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a project's scheme."""

    drawn_on: Day
    lines: Sequence[Line]
    summary: str
    household_share: Decimal
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """The estimate, yuan."""
        return sum((line.amount for line in self.lines), Decimal(0))


def _drawn(first: bool) -> list[Line]:
    rows = DRAWN[:-1] if first else DRAWN
    return [
        Line(kind, name, Decimal(quantity), unit, Decimal(FIRST_AMOUNTS.get(name, wan) if first else wan) * 10_000)
        for kind, name, quantity, unit, wan in rows
    ]


def _machinery() -> list[Version]:
    words = "换给排水和供热管网，修屋面，外墙做保温。{more}院里加充电桩和路灯。"
    first = Version(Day(2021, 2, 20), _drawn(True), words.format(more=""), Decimal(820))
    hall = words.format(more="老澡堂改成会客厅。")
    return [first, Version(Day(2021, 3, 24), _drawn(False), hall, Decimal(860), "征求意见时居民要求：澡堂改会客厅，多装充电口")]


def versions_of(one: Works) -> list[Version]:
    """The versions of a project's scheme until the step "designed"; none before. The estimate is the planned investment."""
    if one.code == MACHINERY_CODE:
        return _machinery()
    if one.designed_on is None:
        return []
    rng = Random(f"scheme:{one.code}")
    chosen = [*USUAL, *sorted(rng.sample(MORE, rng.randint(1, 4)), key=MORE.index)]
    households = sum(yard.households for yard in one.yards)
    amounts = shares(sum(yard.amount for yard in one.yards) // 100, [row[4] * rng.uniform(0.8, 1.2) for row in chosen])
    lines = [
        Line(kind, name, Decimal(max(1, round(households * Decimal(each)))), unit, Decimal(max(amount, 1) * 100))
        for (kind, name, unit, each, _weight), amount in zip(chosen, amounts, strict=True)
    ]
    more = "、".join(row[1] for row in chosen[len(USUAL) :])
    share = Decimal(rng.randint(2, 12) * 100)
    return [Version(one.designed_on - datetime.timedelta(days=40), lines, SUMMARY.format(more=f"另做{more}。"), share)]


def owners_of(version: Version) -> list[PipeOwner]:
    """Whose pipes and cables the version touches."""
    kinds = {line.kind for line in version.lines}
    return [owner for owner in PipeOwner if owner.value in kinds]
