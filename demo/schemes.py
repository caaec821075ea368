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
from projects.choices import PipeOwner, Side
from projects.comparing import Line, priced

Day = datetime.date
# kind, name, item of the catalogue, quantity, unit, yuan per unit, side, share of the working time: the drawing's second version, to
# the nearest 1,000 yuan; the first lacks the meeting hall and has fewer charging points
DRAWN = (
    ("water", "给排水管网", "J01", "2.4", "km", "616670", "government", (0.0, 0.4)),
    ("stairs", "楼道翻新", "J19", "26", "个单元", "15847", "residents", (0.3, 0.7)),
    ("roof", "屋面防水", "J16", "4120", "m²", "234.22", "government", (0.2, 0.6)),
    ("facade", "外墙保温与粉刷", "J17", "15300", "m²", "139.87", "government", (0.25, 0.8)),
    ("roads", "路面与停车位", "J11", "6800", "m²", "174.41", "government", (0.6, 0.9)),
    ("fire", "消防设施", "J14", "9", "栋", "42666", "government", (0.3, 0.6)),
    ("heating", "供热二次管网", "J08", "1.9", "km", "443160", "society", (0.0, 0.4)),
    ("greening", "绿化", "W01", "2260", "m²", "137.17", "government", (0.8, 1.0)),
    ("charging", "电动自行车充电", "W04", "64", "口", "3515", "society", (0.7, 0.9)),
    ("lighting", "加装照明", "W06", "58", "盏", "2759", "government", (0.7, 0.9)),
    ("culture", "澡堂改会客厅", "T07", "420", "m²", "2047.62", "society", (0.4, 0.9)),
)
FIRST_QUANTITIES = {"电动自行车充电": "36"}


@dataclass(frozen=True, slots=True)
class Usual:
    """A work that the demo's schemes have: yuan per unit from and to, steps of price and quantity, weight of the cost, side, time."""

    kind: str
    name: str
    code: str
    unit: str
    low: int
    high: int
    steps: tuple[int, int]
    weight: int
    side: Side = Side.GOVERNMENT
    time: tuple[float, float] = (0.0, 0.4)


USUAL = (
    Usual("water", "给水管网", "J01", "m", 300, 520, (10, 10), 14),
    Usual("drainage", "雨污分流", "J03", "m", 450, 850, (10, 10), 14),
    Usual("facade", "外墙粉刷", "J17", "m²", 70, 120, (1, 10), 20, time=(0.25, 0.8)),
    Usual("roof", "屋面防水", "J16", "m²", 120, 200, (1, 10), 12, time=(0.2, 0.6)),
    Usual("roads", "院内道路", "J11", "m²", 130, 240, (1, 10), 13, time=(0.6, 0.9)),
)
MORE = (
    Usual("heating", "供热管网", "J08", "m", 600, 1100, (10, 10), 12, Side.SOCIETY),
    Usual("gas", "燃气管道", "J07", "m", 350, 650, (10, 10), 8, Side.SOCIETY),
    Usual("telecom", "弱电入地", "J10", "m", 180, 360, (10, 10), 5, Side.SOCIETY),
    Usual("fire", "消防设施", "J13", "套", 1500, 3500, (50, 1), 5, time=(0.3, 0.6)),
    Usual("stairs", "楼道翻新", "J18", "m²", 50, 90, (1, 10), 6, Side.RESIDENTS, (0.3, 0.7)),
    Usual("greening", "补植绿化", "W01", "m²", 90, 180, (1, 10), 4, time=(0.8, 1.0)),
    Usual("parking", "机动车停车位", "W02", "个", 2500, 6000, (50, 1), 4, time=(0.7, 0.95)),
    Usual("charging", "电动自行车充电", "W04", "口", 900, 2400, (50, 1), 3, Side.SOCIETY, (0.7, 0.9)),
    Usual("lighting", "院内照明", "W06", "盏", 2000, 3500, (50, 1), 2, time=(0.7, 0.9)),
    Usual("elderly", "老年活动室", "T01", "m²", 1800, 3200, (10, 1), 5, Side.SOCIETY, (0.4, 0.9)),
)
# one piece each takes what the others leave, to the yuan: small schemes a platform, large ones a pump house
PLATFORM = Usual("smart", "智慧门禁平台", "T10", "套", 30_000, 200_000, (1, 1), 4, Side.SOCIETY, (0.7, 1.0))
PUMPS = Usual("water", "二次供水设施", "J02", "处", 150_000, 600_000, (1, 1), 4, time=(0.1, 0.5))
LARGE = 4_000_000  # yuan
CODES = {(each.name, each.unit): each.code for each in (*USUAL, *MORE, PLATFORM, PUMPS)} | {(row[1], row[4]): row[2] for row in DRAWN}
PER_YARD = {"facade", "roof"}  # planned yard by yard where a project has several
DEAR = 0.03  # share of the prices that lie above the catalogue's band
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


def _drawn(one: Works, first: bool) -> list[Line]:
    lines = []
    for kind, name, _code, quantity, unit, price, side, time in DRAWN[:-1] if first else DRAWN:
        number, each = Decimal(FIRST_QUANTITIES.get(name, quantity) if first else quantity), Decimal(price)
        starts, ends = days_of(one, time)
        lines.append(Line(kind, name, number, unit, priced(number, each), each, intent=side, starts_on=starts, ends_on=ends))
    return lines


def _machinery(one: Works) -> list[Version]:
    words = "换给排水和供热管网，修屋面，外墙做保温。{more}院里加充电桩和路灯。"
    first = Version(Day(2021, 2, 20), _drawn(one, True), words.format(more=""), Decimal(820))
    hall = words.format(more="老澡堂改成会客厅。")
    return [first, Version(Day(2021, 3, 24), _drawn(one, False), hall, Decimal(860), "征求意见时居民要求：澡堂改会客厅，多装充电口")]


def days_of(one: Works, time: tuple[float, float]) -> tuple[Day | None, Day | None]:
    """The planned days of a work: its share of the time between the planned start and completion."""
    first, last = one.yards[0].due_start, one.yards[0].due_completion
    if first is None or last is None:
        return None, None
    whole = (last - first).days
    return first + datetime.timedelta(days=round(whole * time[0])), first + datetime.timedelta(days=round(whole * time[1]))


def versions_of(one: Works) -> list[Version]:
    """The versions of a project's scheme until the step "designed"; none before. The estimate is the planned investment to the yuan.

    `Line.community` is the number of the yard in the project (from 0): its row is not there yet.
    """
    if one.code == MACHINERY_CODE:
        return _machinery(one)
    if one.designed_on is None:
        return []
    rng = Random(f"scheme:{one.code}")
    chosen = [*USUAL, *sorted(rng.sample(MORE, rng.randint(1, 4)), key=MORE.index)]
    lines = _lines(one, chosen, rng)
    more = "、".join([*(each.name for each in chosen[len(USUAL) :]), lines[-1].name])
    share = Decimal(rng.randint(2, 12) * 100)
    return [Version(one.designed_on - datetime.timedelta(days=40), lines, SUMMARY.format(more=f"另做{more}。"), share)]


def _lines(one: Works, chosen: Sequence[Usual], rng: Random) -> list[Line]:
    total = sum(yard.amount for yard in one.yards)
    places: list[tuple[Usual, int | None, float]] = []
    for each in chosen:
        if each.kind in PER_YARD and len(one.yards) > 1:
            places += [(each, number, each.weight * yard.amount / total) for number, yard in enumerate(one.yards)]
        else:
            places.append((each, None, each.weight))
    last = PUMPS if total >= LARGE else PLATFORM
    amounts = shares(total, [weight * rng.uniform(0.8, 1.2) for *_, weight in places] + [last.weight])
    made = [(each, place, *_measured(each, amount, rng)) for (each, place, _weight), amount in zip(places, amounts[:-1], strict=True)]
    while (rest := total - sum(price * quantity for _each, _place, price, quantity in made)) < total // 100:
        largest = max(range(len(made)), key=lambda number: made[number][2] * made[number][3])
        each, place, price, quantity = made[largest]
        made[largest] = each, place, price, quantity - each.steps[1]
    pieces = next(number for number in (1, 2, 4, 5, 8, 10) if rest <= last.high * number or number == 10)
    rows = [(each, place, Decimal(price), Decimal(quantity)) for each, place, price, quantity in made]
    return [_line(one, *row) for row in (*rows, (last, None, Decimal(rest) / pieces, Decimal(pieces)))]


def _measured(each: Usual, amount: int, rng: Random) -> tuple[int, int]:
    """(yuan per unit, quantity) that come near an amount, both in the work's steps."""
    price = rng.uniform(each.low, each.high) * (2.4 if rng.random() < DEAR else 1)
    price_step, step = each.steps
    price = max(price_step, round(price / price_step) * price_step)
    return price, max(step, round(amount / price / step) * step)


def _line(one: Works, each: Usual, place: int | None, price: Decimal, quantity: Decimal) -> Line:
    starts, ends = days_of(one, each.time)
    return Line(
        each.kind, each.name, quantity, each.unit, priced(quantity, price), price, community=place, intent=each.side, starts_on=starts,
        ends_on=ends,
    )  # fmt: skip


def owners_of(version: Version) -> list[PipeOwner]:
    """Whose pipes and cables the version touches."""
    kinds = {line.kind for line in version.lines}
    return [owner for owner in PipeOwner if owner.value in kinds]
