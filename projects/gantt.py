"""Where the bars of a chart of works stand: pure geometry in the units of its drawing, as texts for SVG attributes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Day = datetime.date
ONE = datetime.timedelta(days=1)
WIDTH, LEFT, RIGHT = 1320.0, 330.0, 70.0
HEAD, LINE, GROUP, BAR = 30, 30, 32, 16
TEXT_ROOM = 46.0  # a bar's note stands left of the bar where less room is left at the right


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the chart: planned from `start` to `end`, and what is known of the actual days (`did_end` open: until today)."""

    key: str
    name: str
    owner: str
    start: Day
    end: Day
    did_start: Day | None = None
    did_end: Day | None = None
    done: float = 1.0  # share of the planned days drawn as done, where there are no actual days of its own
    special: bool = False
    paves: bool = False
    clash: bool = False
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    name: str
    bars: Sequence[Bar]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as drawn."""

    bar: Bar
    y: str
    text_y: str
    plan: tuple[str, str]  # x, width
    did: tuple[str, str] | None
    did_y: str
    note_x: str
    note_end: bool  # the note ends at x instead of beginning there
    paving: str  # points of the mark, "" without
    clash: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between the lines."""

    name: str
    url: str
    y: str


@dataclass
class Chart:
    """Everything that the drawing needs; `height` in its units, `days` between first and last."""

    first: Day
    last: Day
    height: int = 0
    headings: list[Heading] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    ticks: list[tuple[str, str, bool]] = field(default_factory=list)  # x, words, whether a week-end
    window: tuple[str, str] | None = None
    today: str = ""
    unit: str = ""  # width of a day

    def x(self, day: Day) -> float:
        """Where a day begins; days outside are drawn at the edge."""
        day = min(max(day, self.first), self.last + ONE)
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / ((self.last - self.first).days + 1)

    def span(self, start: Day, end: Day) -> tuple[str, str]:
        """x and width of days, both included; at least a stroke wide."""
        left = self.x(start)
        return _text(left), _text(max(self.x(end + ONE) - left, 2.0))


def _text(number: float) -> str:
    return f"{number:.1f}"


def _mark(x: float, y: float, size: float = 8.0) -> str:
    return f"M{x:.1f} {y - size:.1f}l{size} {size}-{size} {size}-{size}-{size}z"


def _flag(x: float, y: float) -> str:
    """A mark that stands on the day of paving: a triangle on its tip."""
    return f"M{x - 7:.1f} {y - 11:.1f}h14l-7 11z"


def month_ticks(first: Day, last: Day) -> list[Day]:
    """First days of the months that begin within."""
    found, day = [], first.replace(day=1)
    while day <= last:
        if day >= first:
            found.append(day)
        day = (day + 31 * ONE).replace(day=1)
    return found


def range_of(days: Iterable[Day], window: tuple[Day, Day] | None, *, most: int = 1100) -> tuple[Day, Day] | None:
    """Whole months around all days, at most `most` days around the window (or the first day); None without any day."""
    every = [*days, *(window or ())]
    if not every:
        return None
    first, last = min(every), max(every)
    if (last - first).days > most:
        middle = window or (first, first)
        room = max((most - (middle[1] - middle[0]).days) // 2, 30)
        first, last = max(first, middle[0] - room * ONE), min(last, middle[1] + room * ONE)
    first = first.replace(day=1)
    last = (last.replace(day=1) + 31 * ONE).replace(day=1) - ONE
    return first, last


def draw(
    groups: Sequence[Group], first: Day, last: Day, *, ticks: Sequence[tuple[Day, str, bool]], window: tuple[Day, Day] | None = None,
    today: Day | None = None,
) -> Chart:  # fmt: skip
    """The chart of these groups between two days; `ticks` are days with their words."""
    chart = Chart(first, last)
    y = HEAD
    for group in groups:
        if group.name:
            chart.headings.append(Heading(group.name, group.url, _text(y + GROUP * 0.68)))
            y += GROUP
        for bar in group.bars:
            chart.lines.append(_line(chart, bar, y, today))
            y += LINE
    chart.height = y + 14
    chart.ticks = [(_text(chart.x(day)), words, quiet) for day, words, quiet in ticks]
    chart.unit = _text(chart.x(first + ONE) - chart.x(first))
    if window and window[1] >= first and window[0] <= last:
        chart.window = chart.span(max(window[0], first), min(window[1], last))
    if today and first <= today <= last:
        chart.today = _text(chart.x(today))
    return chart


def _line(chart: Chart, bar: Bar, y: int, today: Day | None) -> Line:
    middle = y + LINE / 2
    plan = chart.span(bar.start, bar.end)
    end = chart.x(max(bar.end, bar.did_end or bar.end) + ONE)
    left = chart.x(min(bar.start, bar.did_start or bar.start))
    turned = end + TEXT_ROOM + 8 * len(bar.note) > WIDTH and left - 8 * len(bar.note) > LEFT
    paved = chart.x((bar.did_end or bar.end) + ONE)
    return Line(
        bar=bar,
        y=_text(middle - BAR / 2),
        text_y=_text(middle + 5),
        plan=plan,
        did=_did(chart, bar, today),
        did_y=_text(middle - BAR / 2 + 3),
        note_x=_text(left - 8 if turned else end + (14 if bar.paves else 8)),
        note_end=turned,
        paving=_flag(paved, middle - 2) if bar.paves else "",
        clash=_mark(left - 12, middle) if bar.clash else "",
    )


def _did(chart: Chart, bar: Bar, today: Day | None) -> tuple[str, str] | None:
    if bar.did_start is None:
        return None
    end = bar.did_end or today
    if bar.did_end is None and bar.done < 1:
        end = bar.did_start + datetime.timedelta(days=round((max(bar.end, bar.did_start) - bar.did_start).days * bar.done))
        if bar.done <= 0:
            return None
    if end is None or end < bar.did_start or bar.did_start > chart.last or end < chart.first:
        return None
    return chart.span(max(bar.did_start, chart.first), min(end, chart.last))
