"""How one cell is read: tolerant of what people type, exact in what it accepts. Pure: no database, no clock."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.text import narrow
from spreadsheets.problems import CellError

Parser = Callable[[Any], Any]

BLANK_WORDS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无数据"})
SHOWN = 30  # characters of a bad value that a message repeats
EXCEL_EPOCH = datetime.date(1899, 12, 30)
THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
NUMBER = re.compile(r"^([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([^\d\s.,+-][^\d]*\d?)?$")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
AREA_UNITS = frozenset({"m2", "平方米", "平米", "平方", "平", "㎡"})
COUNT_UNITS = frozenset({"户", "栋", "幢", "个", "人", "层", "单元", "楼", "门", "座"})
YES = frozenset({"是", "有", "√", "✓", "对", "y", "yes", "true", "1"})
NO = frozenset({"否", "无", "没有", "×", "x", "✗", "n", "no", "false", "0"})
CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def blank(raw: Any) -> bool:
    """Whether people left the cell empty: nothing, spaces, or a dash."""
    return raw is None or (isinstance(raw, str) and (raw == "" or narrow(raw) in BLANK_WORDS))


def shown(raw: Any) -> str:
    """A bad value, short enough for a sentence."""
    text = plain(raw) if not isinstance(raw, datetime.date | datetime.time | datetime.timedelta) else str(raw)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def plain(raw: Any) -> str:
    """The cell as its text: 130404.0 is "130404", true is "是"; a date is refused, because nobody typed one."""
    if isinstance(raw, str):
        return narrow(raw)
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta):
        raise CellError("date_instead")
    return str(raw)


def text(most: int) -> Parser:
    """A text of at most `most` characters."""

    def parse(raw: Any) -> str:
        value = plain(raw)
        if len(value) > most:
            raise CellError("too_long", length=len(value), most=most)
        return value

    return parse


def code_text(most: int) -> Parser:
    """A code: letters, digits and hyphens, no spaces, upper case."""
    allowed = re.compile(r"^[0-9A-Z][0-9A-Z-]*$")

    def parse(raw: Any) -> str:
        value = plain(raw).replace(" ", "").upper()
        if len(value) > most:
            raise CellError("too_long", length=len(value), most=most)
        if not allowed.match(value):
            raise CellError("bad_characters", value=shown(raw))
        return value

    return parse


def digits(length: int) -> Parser:
    """An official code of exactly `length` digits."""

    def parse(raw: Any) -> str:
        value = plain(raw).replace(" ", "")
        if not (value.isascii() and value.isdigit() and len(value) == length):
            raise CellError("not_a_code", value=shown(raw), digits=length)
        return value

    return parse


def exact(raw: Any, units: frozenset[str], unit: str) -> Decimal:
    """The number in a cell: 120, "１２０", "1,234", "120 m²". Raises CellError for words, dates and other units."""
    if isinstance(raw, bool | datetime.date | datetime.time | datetime.timedelta):
        raise CellError("not_a_number", value=shown(raw))
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        value = Decimal(repr(raw))
        if not value.is_finite():
            raise CellError("not_a_number", value=shown(raw))
        return value
    words = narrow(str(raw)).replace("，", ",").replace("。", ".")
    compact = words.replace(" ", "")
    if THOUSANDS.match(compact):
        return Decimal(compact.replace(",", ""))
    found = NUMBER.match(compact.replace(",", "") if THOUSANDS.match(compact.rstrip("".join(units))) else compact)
    if not found:
        raise CellError("not_a_number", value=shown(raw))
    if found[2] and found[2].lower() not in units:
        raise CellError("unit", value=shown(raw), unit=unit or "—")
    return Decimal(found[1])


def _within(value: Decimal, least: Decimal | int, most: Decimal | int) -> None:
    if value < least:
        raise CellError("too_small", value=value, least=least)
    if value > most:
        raise CellError("too_large", value=value, most=most)


def whole(least: int, most: int, unit: str = "") -> Parser:
    """A whole number between `least` and `most`; a counting word behind it is allowed."""
    units = COUNT_UNITS | {unit} if unit else COUNT_UNITS

    def parse(raw: Any) -> int:
        value = exact(raw, units, unit)
        if value != value.to_integral_value():
            raise CellError("not_whole", value=shown(raw))
        _within(value, least, most)
        return int(value)

    return parse


def area(least: str, most: int) -> Parser:
    """Square metres with two decimals, rounded half up; "m²", "平方米" behind the number are allowed."""
    lowest = Decimal(least)

    def parse(raw: Any) -> Decimal:
        value = exact(raw, AREA_UNITS, "m²")
        if value.is_finite() and abs(value) < 10**15:
            value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        _within(value, lowest, most)
        return value

    return parse


def year(least: int, most: int, last: Callable[[], int] | None = None) -> Parser:
    """One year: 1985, "1985年", a real date, or a year that Excel shows as a date of 1905.

    `last` tells the last year that can have come; a later one is a fault of its own.
    """

    def parse(raw: Any) -> int:
        if isinstance(raw, datetime.date):
            day = raw.date() if isinstance(raw, datetime.datetime) else raw
            serial = (day - EXCEL_EPOCH).days
            value = serial if least <= serial <= most else day.year
        else:
            try:
                number = exact(raw, frozenset({"年", "年建"}), "")
            except CellError:
                raise CellError("not_a_year", value=shown(raw)) from None
            if number != number.to_integral_value():
                raise CellError("not_a_year", value=shown(raw))
            value = int(number) if abs(number) < 10**6 else 10**6
        if not least <= value <= most:
            raise CellError("not_a_year", value=shown(raw))
        if last is not None and value > last():
            raise CellError("year_to_come", value=str(value))
        return value

    return parse


def yes_no(raw: Any) -> bool:
    """是 / 否 and what people write for them."""
    if isinstance(raw, bool):
        return raw
    word = plain(raw).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellError("not_yes_or_no", value=shown(raw))


def choice(words: Mapping[str, str], offered: str) -> Parser:
    """One of a list: `words` maps every accepted spelling (narrow, lower case) to its value; `offered` lists them for people."""

    def parse(raw: Any) -> str:
        word = plain(raw).lower()
        if word not in words:
            raise CellError("not_a_choice", value=shown(raw), choices=offered)
        return words[word]

    return parse


def degrees(axis: Any, least: int, most: int, other: tuple[int, int]) -> Parser:
    """Decimal degrees within the province's frame; a value that fits the other axis is told so."""

    def parse(raw: Any) -> float:
        value = float(exact(raw, frozenset({"°", "度"}), "°"))
        if least <= value <= most:
            return value
        if other[0] <= value <= other[1]:
            raise CellError("axes_swapped", value=shown(raw))
        raise CellError("not_a_degree", value=shown(raw), axis=axis, least=least, most=most)

    return parse


def day(last: Callable[[], datetime.date]) -> Parser:
    """One day, not after `last`: a date cell, its serial number, or a text such as 2021-05-31, 2021/5/31, 2021年5月31日."""

    def parse(raw: Any) -> datetime.date:
        found = _day(raw)
        if found is None:
            raise CellError("not_a_day", value=shown(raw))
        if found > last():
            raise CellError("day_to_come", value=found.isoformat())
        return found

    return parse


def _day(raw: Any) -> datetime.date | None:
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    words = plain(raw)
    if words.isascii() and words.isdecimal() and len(words) == 5:  # what Excel shows of a date formatted as a number
        return EXCEL_EPOCH + datetime.timedelta(days=int(words))
    parts = DAY.fullmatch(words)
    try:
        return datetime.date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None


def phone(raw: Any) -> str:
    """A mobile phone (11 digits) or a landline ("0310-1234567"); spaces, +86 and dashes are tolerated."""
    value = re.sub(r"[\s()（）.-]", "", plain(raw))
    value = value.removeprefix("+86") if value.startswith("+") else value.removeprefix("86") if len(value) == 13 else value
    if re.fullmatch(r"1[3-9]\d{9}", value) or re.fullmatch(r"0\d{9,11}", value) or re.fullmatch(r"[2-9]\d{6,7}", value):
        return value
    raise CellError("not_a_phone", value=shown(raw))


def people(most: int) -> Parser:
    """Names separated by 、 , ; or /: each once, in order; "王 勇" is one person."""

    def parse(raw: Any) -> tuple[str, ...]:
        parts = (re.sub(r"(?<=[一-鿿]) (?=[一-鿿])", "", part.strip()) for part in re.split(r"[、,，;；/\n]", plain(raw)))
        names = tuple(dict.fromkeys(name for name in parts if name))
        for name in names:
            if len(name) > most:
                raise CellError("owner_too_long", value=shown(name))
        if not names:
            raise CellError("missing")
        return names

    return parse


def building(raw: Any) -> str:
    """ "1", "1#", "1栋", "1 号楼" are one building: "1号楼". Other names stay as they are."""
    value = plain(raw).replace(" ", "")
    found = re.fullmatch(r"0*(\d{1,4})(号楼|号|楼|栋|幢|座|#|#楼|号栋)?", value)
    value = f"{found[1]}号楼" if found else value
    if len(value) > 30:
        raise CellError("too_long", length=len(value), most=30)
    return value


def stairwell(raw: Any) -> str:
    """ "1单元", "一单元" and 1 are "1"."""
    value = plain(raw).replace(" ", "")
    value = value.removesuffix("单元").removesuffix("门") or value
    value = str(CHINESE_DIGITS.get(value, value))
    if len(value) > 10:
        raise CellError("too_long", length=len(value), most=10)
    return value


def door(raw: Any) -> str:
    """ "101室", "101号" and 101 are "101"."""
    value = plain(raw).replace(" ", "")
    if value[-1:] in {"室", "号", "户"} and len(value) > 1:
        value = value[:-1]
    if len(value) > 20:
        raise CellError("too_long", length=len(value), most=20)
    return value
