"""Residents read days and times as they say them, in Beijing time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common import spoken

CLOSING = datetime(2021, 4, 10, 12, 0, tzinfo=UTC)  # Saturday, 20:00 in Beijing


def test_a_moment_is_said_in_the_residents_way():
    assert spoken.resident_moment(CLOSING) == "4 月 10 日（周六）20:00"
    assert spoken.resident_moment(CLOSING, "en") == "Sat 10 April, 20:00"
    assert spoken.resident_moment(CLOSING, weekday=False) == "4 月 10 日 20:00"
    assert spoken.resident_moment(CLOSING, year=True) == "2021 年 4 月 10 日（周六）20:00"
    assert spoken.resident_moment(CLOSING, "en", year=True) == "Sat 10 April 2021, 20:00"


def test_late_in_london_is_the_next_day_in_beijing():
    late = datetime(2021, 6, 17, 16, 30, tzinfo=UTC)
    assert spoken.resident_moment(late) == "6 月 18 日（周五）00:30"
    assert spoken.resident_day(late, "en") == "Fri 18 June"


def test_a_day_needs_no_zone_and_keeps_its_date():
    assert spoken.resident_day(date(2021, 1, 3)) == "1 月 3 日（周日）"
    assert spoken.resident_day(date(2021, 1, 3), "en", weekday=False) == "3 January"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        spoken.resident_moment(CLOSING.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        spoken.resident_day(CLOSING.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        (date(2021, 4, 11), date(2021, 4, 17), "4 月 11 日至 17 日", "11 to 17 April"),
        (date(2021, 4, 28), date(2021, 5, 4), "4 月 28 日至 5 月 4 日", "28 April to 4 May"),
        (date(2021, 4, 11), date(2021, 4, 11), "4 月 11 日", "11 April"),
        (date(2020, 12, 30), date(2021, 1, 5), "2020 年 12 月 30 日至 2021 年 1 月 5 日", "30 December 2020 to 5 January 2021"),
    ],
)
def test_a_period_says_no_more_than_it_must(first, last, chinese, english):
    assert spoken.resident_period(first, last) == chinese
    assert spoken.resident_period(first, last, "en") == english


def test_a_period_can_carry_its_year():
    assert spoken.resident_period(date(2021, 4, 11), date(2021, 4, 17), year=True) == "2021 年 4 月 11 日至 17 日"
    assert spoken.resident_period(date(2021, 4, 11), date(2021, 4, 17), "en", year=True) == "11 to 17 April 2021"


@given(st.integers(1_514_764_800, 2_208_988_800))
def test_every_moment_stands_eight_hours_ahead(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    ahead = moment + timedelta(hours=8)
    said = spoken.resident_moment(moment)
    assert said.startswith(f"{ahead.month} 月 {ahead.day} 日（周{'一二三四五六日'[ahead.weekday()]}）")
    assert said.endswith(f"）{ahead:%H:%M}")


def test_templates_speak_the_readers_language():
    page = Template("{{ closing|moment }} {{ day|resident_day }} [{{ nothing|moment }}{{ nothing|resident_day }}]")
    context = Context({"closing": CLOSING, "day": date(2021, 4, 11), "nothing": None})
    with translation.override("zh-hans"):
        assert page.render(context) == "4 月 10 日（周六）20:00 4 月 11 日（周日） []"
    with translation.override("en"):
        assert page.render(context) == "Sat 10 April, 20:00 Sun 11 April []"


@pytest.mark.parametrize(
    ("parts", "chinese", "english"),
    [
        (("3号楼", "2", "401"), "3 号楼 2 单元 401", "Building 3, stairwell 2, door 401"),
        (("3 号楼", "2单元", ""), "3 号楼 2 单元", "Building 3, stairwell 2"),
        (("甲楼", "东", "4**"), "甲楼 东 4**", "甲楼, 东, door 4**"),
        (("12号楼", "", "1-2"), "12 号楼 1-2", "Building 12, door 1-2"),
    ],
)
def test_a_door_is_said_as_neighbours_say_it(parts, chinese, english):
    assert spoken.resident_door(*parts) == chinese
    assert spoken.resident_door(*parts, language="en") == english
