"""Days and times as residents say them: 4 月 10 日（周六）20:00. Pure; moments are shown in Beijing time."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def is_chinese(language: str) -> bool:
    """Whether a language code ("zh-hans", "en") asks for Chinese."""
    return language.lower().startswith("zh")


def beijing_day(when: date | datetime) -> date:
    """The calendar day in Beijing. A moment must know its zone: without one it raises ValueError."""
    if not isinstance(when, datetime):
        return when
    if when.tzinfo is None:
        raise ValueError("a moment without a time zone has no day in Beijing")
    return when.astimezone(BEIJING).date()


def resident_day(when: date | datetime, language: str = "zh-hans", *, year: bool = False, weekday: bool = True) -> str:
    """ "4 月 10 日（周六）" or "Sat 10 April"; with `year` "2021 年 4 月 10 日（周六）" or "Sat 10 April 2021"."""
    day = beijing_day(when)
    if is_chinese(language):
        front = f"{day.year} 年 " if year else ""
        behind = f"（周{WEEKDAYS_ZH[day.weekday()]}）" if weekday else ""
        return f"{front}{day.month} 月 {day.day} 日{behind}"
    front = f"{WEEKDAYS_EN[day.weekday()]} " if weekday else ""
    return f"{front}{day.day} {MONTHS_EN[day.month - 1]}{f' {day.year}' if year else ''}"


def resident_month(when: date | datetime, language: str = "zh-hans", *, year: bool = False) -> str:
    """ "5 月" or "May"; with `year` "2021 年 5 月" or "May 2021"."""
    day = beijing_day(when)
    if is_chinese(language):
        return f"{f'{day.year} 年 ' if year else ''}{day.month} 月"
    return f"{MONTHS_EN[day.month - 1]}{f' {day.year}' if year else ''}"


def resident_moment(when: datetime, language: str = "zh-hans", *, year: bool = False, weekday: bool = True) -> str:
    """ "4 月 10 日（周六）20:00" or "Sat 10 April, 20:00". The moment must know its zone (ValueError)."""
    day = resident_day(when, language, year=year, weekday=weekday)
    clock = f"{when.astimezone(BEIJING):%H:%M}"
    if not is_chinese(language):
        return f"{day}, {clock}"
    return f"{day}{clock}" if weekday else f"{day} {clock}"


def resident_period(first: date | datetime, last: date | datetime, language: str = "zh-hans", *, year: bool = False) -> str:
    """Both days included: "4 月 11 日至 17 日", "4 月 28 日至 5 月 4 日", "11 to 17 April", "28 April to 4 May".

    The year stands once, or at both ends when the period runs over New Year.
    """
    start, end = beijing_day(first), beijing_day(last)
    over_new_year = start.year != end.year
    if start == end:
        return resident_day(start, language, year=year, weekday=False)
    same_month = (start.year, start.month) == (end.year, end.month)
    if is_chinese(language):
        head = resident_day(start, language, year=year or over_new_year, weekday=False)
        tail = f"{end.day} 日" if same_month else resident_day(end, language, year=over_new_year, weekday=False)
        return f"{head}至 {tail}"
    head = str(start.day) if same_month else resident_day(start, language, year=over_new_year, weekday=False)
    return f"{head} to {resident_day(end, language, year=year or over_new_year, weekday=False)}"


def resident_door(building: str, unit: str = "", door: str = "", language: str = "zh-hans") -> str:
    """ "3 号楼 2 单元 401" or "Building 3, stairwell 2, door 401" from the register's "3号楼", "2", "401"; empty parts are left out.

    Names that are no numbers ("甲楼", "东单元") stay as they are.
    """
    chinese = is_chinese(language)
    numbered = re.fullmatch(r"(\d+)\s*号楼", building.strip())
    if numbered:
        house = f"{numbered[1]} 号楼" if chinese else f"building {numbered[1]}"
    else:
        house = building.strip()
    number = unit.strip().removesuffix("单元").strip()
    if number.isascii() and number.isalnum():
        stairwell = f"{number} 单元" if chinese else f"stairwell {number}"
    else:
        stairwell = unit.strip()
    if chinese:
        return " ".join(filter(None, [house, stairwell, door.strip()]))
    whole = ", ".join(filter(None, [house, stairwell, f"door {door.strip()}" if door.strip() else ""]))
    return whole[:1].upper() + whole[1:]
