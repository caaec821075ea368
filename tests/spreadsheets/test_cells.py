"""Every parser: what people type, what is accepted, what is told."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.choices import OwnerKind
from spreadsheets import cells
from spreadsheets.columns import Column, bare, chosen, letter, positions
from spreadsheets.problems import WORDS, CellError, Problem

MIDNIGHT = datetime.datetime.combine(datetime.date(2021, 1, 2), datetime.time())


def fault(parse, raw) -> str:
    with pytest.raises(CellError) as caught:
        parse(raw)
    return caught.value.code


@pytest.mark.parametrize("raw", [120, 120.0, "120", "１２０", " 120 ", "120户", "120 户", "120个", "1２0"])
def test_a_count_is_read_however_it_is_typed(raw):
    assert cells.whole(0, 1000, "户")(raw) == 120


@pytest.mark.parametrize(
    ("raw", "code"),
    [("约120", "not_a_number"), ("十二", "not_a_number"), ("12.5", "not_whole"), (12.5, "not_whole"), (-1, "too_small"), ("1001", "too_large"),
     ("1.2万", "unit"), (True, "not_a_number"), (datetime.date(2021, 1, 1), "not_a_number"), ("1-2", "not_a_number"), ("12,34", "not_a_number"),
     (float("inf"), "not_a_number")],
)  # fmt: skip
def test_a_bad_count_is_told_why(raw, code):
    assert fault(cells.whole(0, 1000, "户"), raw) == code


@pytest.mark.parametrize(
    "raw", ["12,345.60", "12345.6 m²", "12345.6㎡", "12345.6平方米", 12345.6, "１２３４５．６", "12,345.6m2", 12345.604]
)
def test_an_area_is_read_with_its_unit(raw):
    assert cells.area("1", 10**7)(raw) == Decimal("12345.60")


def test_an_area_in_another_unit_is_not_guessed():
    assert fault(cells.area("1", 10**7), "3亩") == "unit"
    assert fault(cells.area("1", 10**7), "0.5") == "too_small"


@given(st.decimals(min_value=1, max_value=9_999_999, places=2))
def test_any_area_survives_being_printed_and_read(value):
    parse = cells.area("1", 10**7)
    assert parse(str(value)) == parse(f"{value:,}") == parse(f" {value} m²") == value


@given(st.integers(min_value=0, max_value=10**6))
def test_any_count_survives_full_width_digits_and_floats(value):
    parse = cells.whole(0, 10**6)
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))
    assert parse(full_width) == parse(float(value)) == parse(str(value)) == value


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas()))
def test_no_parser_breaks_on_anything(raw):
    parsers = [
        cells.text(10), cells.code_text(20), cells.digits(9), cells.whole(0, 10), cells.area("0", 10), cells.year(1900, 2100), cells.yes_no,
        cells.choice({"a": "a"}, "a"), cells.degrees("x", 113, 120, (36, 43)), cells.phone, cells.people(40), cells.building, cells.stairwell,
        cells.door,
    ]  # fmt: skip
    for parse in parsers:
        column = Column("x", "X", parse)
        try:
            column.read(raw)
        except CellError as error:
            assert error.code in WORDS
            assert Problem(1, "x", error.code, error.params).what
            assert Problem(1, "x", error.code, error.params).mend


@pytest.mark.parametrize(
    ("raw", "year"),
    [(1985, 1985), ("1985年", 1985), ("１９８５", 1985), (datetime.date(1985, 6, 1), 1985), (datetime.date(1905, 6, 7), 1985), (1985.0, 1985),
     (MIDNIGHT.replace(year=1998), 1998)],
)  # fmt: skip
def test_a_year_is_read_even_where_excel_shows_a_date(raw, year):
    assert cells.year(1900, 2100)(raw) == year


@pytest.mark.parametrize("raw", ["80年代", "1985-1990", 85, "一九八五", 2200, 1985.5])
def test_what_is_not_one_year_is_refused(raw):
    assert fault(cells.year(1900, 2100), raw) == "not_a_year"


@pytest.mark.parametrize(
    ("raw", "phone"),
    [("138 1234 5678", "13812345678"), (13812345678.0, "13812345678"), ("+86 138-1234-5678", "13812345678"), ("0310-3123456", "03103123456"),
     ("１３８１２３４５６７８", "13812345678"), ("8613812345678", "13812345678")],
)  # fmt: skip
def test_a_phone_is_read(raw, phone):
    assert cells.phone(raw) == phone


@pytest.mark.parametrize("raw", ["1381234567", "138123456789", "张三", "12345678901", "无"])
def test_what_is_not_a_phone_is_refused(raw):
    assert fault(cells.phone, raw) == "not_a_phone"


def test_owners_are_separated_and_each_stands_once():
    assert cells.people(40)("王建国、李 梅，王建国;阿依古丽·买买提") == ("王建国", "李梅", "阿依古丽·买买提")
    assert fault(cells.people(4), "王建国李梅张三赵四") == "owner_too_long"


@pytest.mark.parametrize(
    ("raw", "name"), [(1.0, "1号楼"), ("1", "1号楼"), ("01栋", "1号楼"), ("1 号楼", "1号楼"), ("1#", "1号楼"), ("甲楼", "甲楼")]
)
def test_one_building_has_one_name(raw, name):
    assert cells.building(raw) == name


@pytest.mark.parametrize(("raw", "name"), [("1单元", "1"), ("一单元", "1"), (1.0, "1"), ("东门", "东"), ("A", "A")])
def test_one_stairwell_has_one_name(raw, name):
    assert cells.stairwell(raw) == name


@pytest.mark.parametrize(("raw", "name"), [("101室", "101"), (101.0, "101"), ("1-101", "1-101"), ("号", "号")])
def test_one_door_has_one_name(raw, name):
    assert cells.door(raw) == name


def test_a_door_that_excel_made_a_date_is_told_so():
    assert fault(cells.door, MIDNIGHT) == "date_instead"


@pytest.mark.parametrize(
    ("raw", "value"), [("是", True), ("有", True), ("√", True), (True, True), ("否", False), ("无", False), (0.0, False)]
)
def test_yes_and_no_in_the_words_of_people(raw, value):
    assert cells.yes_no(raw) is value


def test_neither_yes_nor_no():
    assert fault(cells.yes_no, "大概") == "not_yes_or_no"


def test_a_choice_takes_its_label_in_both_languages_and_other_words():
    parse = chosen(OwnerKind, {"单位自管": "unit_owned"})
    assert parse("Mixed") == parse("mixed") == "mixed"
    assert parse(" 单位自管 ") == "unit_owned"
    assert fault(parse, "别的") == "not_a_choice"


def test_coordinates_that_were_exchanged_are_noticed():
    longitude = cells.degrees("longitude", 113, 120, (36, 43))
    assert longitude("114.46°") == 114.46
    assert fault(longitude, 38.04) == "axes_swapped"
    assert fault(longitude, 80) == "not_a_degree"


def test_codes_are_cleaned_but_not_guessed():
    assert cells.code_text(20)(" 130404-00017 ") == "130404-00017"
    assert cells.code_text(20)(13040400017.0) == "13040400017"
    assert fault(cells.code_text(20), "小区1") == "bad_characters"
    assert cells.digits(9)("130404001") == "130404001"
    assert fault(cells.digits(9), "13040400") == "not_a_code"


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "——", "/", "\u3000"])
def test_what_people_write_for_nothing_is_nothing(raw):
    assert Column("x", "X", cells.whole(0, 9)).read(raw) is None
    assert fault(Column("x", "X", cells.whole(0, 9), required=True).read, raw) == "missing"


def test_headers_are_found_among_units_stars_and_spaces():
    columns = (
        Column("area", "Area", aliases=("建筑面积",)),
        Column("code", "Code", aliases=("街道代码",)),
        Column("name", "Name", aliases=("街道",)),
    )
    row = ["序号", " 建筑 面积（㎡）*", "街道（乡镇）代码", "街道（乡镇）", "街道"]
    assert positions(columns, row) == {"area": 1, "code": 2, "name": 3}
    assert bare("户数\n（户）") == "户数"


@given(st.integers(min_value=0, max_value=16383))
def test_column_letters_are_those_of_excel(index):
    from openpyxl.utils import get_column_letter

    assert letter(index) == get_column_letter(index + 1)


def test_a_year_to_come_is_a_fault_of_its_own():
    parse = cells.year(1900, 2100, lambda: 2021)
    assert parse("2021年") == 2021
    assert fault(parse, 2022) == "year_to_come"
