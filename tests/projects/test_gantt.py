"""Where the bars of a chart stand."""

import datetime

from projects.gantt import LEFT, RIGHT, WIDTH, Bar, Group, draw, month_ticks, range_of

Day = datetime.date.fromisoformat


def chart(*bars, first="2021-05-01", last="2021-05-31", **more):
    return draw([Group("院落", list(bars))], Day(first), Day(last), ticks=[], **more)


def bar(start, end, **more):
    return Bar("s1", "供热", "热力公司", Day(start), Day(end), **more)


def test_a_bar_covers_its_days_both_included():
    (line,) = chart(bar("2021-05-01", "2021-05-31")).lines
    assert line.plan == (f"{LEFT:.1f}", f"{WIDTH - LEFT - RIGHT:.1f}")
    (one,) = chart(bar("2021-05-10", "2021-05-10")).lines
    assert float(one.plan[1]) == round((WIDTH - LEFT - RIGHT) / 31, 1)


def test_days_outside_are_drawn_at_the_edge():
    (line,) = chart(bar("2020-01-01", "2022-01-01", did_start=Day("2020-01-01"), did_end=Day("2021-05-31"))).lines
    assert line.plan == line.did


def test_what_runs_is_done_until_today_and_what_has_not_begun_is_not_done():
    today = Day("2021-05-15")
    (running,) = chart(bar("2021-05-01", "2021-05-31", did_start=Day("2021-05-01")), today=today).lines
    assert float(running.did[1]) < float(running.plan[1])
    (planned,) = chart(bar("2021-05-20", "2021-05-31"), today=today).lines
    assert planned.did is None
    (half,) = chart(bar("2021-05-01", "2021-05-31", did_start=Day("2021-05-01"), done=0.0), today=today).lines
    assert half.did is None


def test_a_note_without_room_at_the_right_stands_left_of_its_bar():
    (line,) = chart(bar("2021-05-20", "2021-05-31", note="已验收，资料齐全")).lines
    assert line.note_end and float(line.note_x) < float(line.plan[0])


def test_the_range_is_whole_months_and_no_more_than_three_years():
    window = (Day("2021-05-10"), Day("2021-10-20"))
    assert range_of([Day("2021-04-20")], window) == (Day("2021-04-01"), Day("2021-10-31"))
    first, last = range_of([Day("2010-01-01"), Day("2030-01-01")], window)
    assert first > Day("2018-01-01") and last < Day("2025-01-01")
    assert range_of([], None) is None
    assert month_ticks(Day("2021-04-01"), Day("2021-06-30")) == [Day("2021-04-01"), Day("2021-05-01"), Day("2021-06-01")]
