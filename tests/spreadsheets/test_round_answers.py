"""Workbooks of a round's answers: the page's numbers, masked texts, no formulas from households, nobody else's round."""

from __future__ import annotations

from random import Random

import openpyxl
import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from common.errors import NotAllowed
from spreadsheets.exporting import ask, make_now
from surveys.answers import answers_of
from surveys.operations.rounds import close_round
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.surveys.answering import answer, answer_at_random, entries_of, make_asking_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(tree):
    return make_asking_round()


def rows_of(user, sheet, round_):
    report = ask(actor=user, sheet=sheet, params={"query": {"round": str(round_.pk)}}, at=timezone.now())
    page = openpyxl.load_workbook(make_now(report)).active
    lines = list(page.iter_rows(values_only=True))
    at = next(number for number, line in enumerate(lines) if line[0] == "题号")
    return [dict(zip(lines[at], line, strict=True)) for line in lines[at + 1 :]], [str(line[0]) for line in lines[:at]], page


def test_the_workbook_holds_the_numbers_of_the_page(round_, district_staff):
    answer_at_random(round_, Random(5))
    running, _lines, _page = rows_of(district_staff, "answers", round_)
    assert 1 not in {row["题号"] for row in running}  # the question that decides waits for the closing
    round_ = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    rows, _lines, _page = rows_of(district_staff, "answers", round_)
    for asked in answers_of(round_).questions():
        own = [row for row in rows if row["题号"] == asked.number]
        assert {row["作答户数"] for row in own} == {asked.answered} and {row["名册全部户数"] for row in own} == {40}
        if asked.choices:
            assert [(row["选项或主题"], row["选择户数"]) for row in own] == [(one.words, one.households) for one in asked.choices]
    assert sum(row["平均分"] is not None for row in rows) == 1
    assert any(row["归类词语"] for row in rows)


def test_texts_stand_below_their_themes_masked_and_never_as_formulas(round_, district_staff):
    first, second, *_others = entries_of(round_)
    answer(first, more='=HYPERLINK("http://x","停车")')
    answer(second, more="停车难，电话13812345678")
    rows, _lines, page = rows_of(district_staff, "texts", round_)
    assert [row["主题"] for row in rows] == ["停车", "停车"]
    assert {row["意见原文"] for row in rows} == {'=HYPERLINK("http://x","停车")', "停车难，电话138********"}
    assert all(cell.data_type == "s" for line in page.iter_rows() for cell in line if cell.value is not None and cell.column == 5)


def test_a_question_with_few_answers_is_named_and_left_out(round_, district_staff):
    for entry in entries_of(round_)[:4]:
        answer(entry, grounds="1")
    round_ = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    rows, lines, _page = rows_of(district_staff, "answers", round_)
    assert {row["题号"] for row in rows} == {1}
    assert any("作答不足 5 户，未列出：4. 道路、停车、绿化，您打几分？" in line for line in lines)


def test_nobody_exports_a_round_of_another_area_or_without_the_right(round_, other_district_staff, department_staff):
    query = {"query": {"round": str(round_.pk)}}
    with pytest.raises(Http404):
        ask(actor=other_district_staff, sheet="answers", params=query, at=timezone.now())
    with pytest.raises(NotAllowed):
        ask(actor=department_staff, sheet="texts", params=query, at=timezone.now())


@pytest.mark.parametrize("wrong", ["", "0", "x", "9" * 30])
def test_a_round_that_does_not_exist_is_not_found(round_, client, district_staff, wrong):
    client.force_login(district_staff)
    assert client.get(reverse("spreadsheets:export", args=["answers"]), {"round": wrong}).status_code == 404


def test_the_page_of_answers_leads_to_both_workbooks(round_, client):
    answer(entries_of(round_)[0], more="停车难")
    client.force_login(make_user("street_staff", "130404"))
    html = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    for sheet in ("answers", "texts"):
        address = f"{reverse('spreadsheets:export', args=[sheet])}?round={round_.pk}"
        assert address in html
        shown = client.get(address).content.decode()
        assert f'name="round" value="{round_.pk}"' in shown
        made = client.post(reverse("spreadsheets:export", args=[sheet]), {"round": round_.pk})
        assert made.status_code == 200 and made.headers["Content-Type"].endswith("sheet")
    assert "?round=" not in client.get(reverse("spreadsheets:list")).content.decode()
