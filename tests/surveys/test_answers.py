"""Statistics of answers against a naive recount; what small groups hide; who may see the page."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers import COVER, FEW, answers_of, hidden_cells, public_answers, staff_answers, texts_of
from surveys.models import RollEntry
from surveys.operations.rounds import close_round
from surveys.rules import SMALL_GROUP
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.surveys.answering import QUESTIONS, SERVICES, answer, answer_at_random, entries_of, make_asking_round


@pytest.fixture
def round_(tree):
    return make_asking_round()


def counted(round_):
    """The answers that count, by walking through the roll: (building, answers)."""
    rows = RollEntry.objects.filter(round=round_).select_related("ballot")
    return [(row.building, row.ballot.answers if row.ballot else None) for row in rows]


def asked(round_, code, building=""):
    return next(each for each in answers_of(round_).questions(building) if each.code == code)


def chosen(each):
    return {choice.code: choice.households for choice in each.choices}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_every_number_equals_a_naive_recount_of_the_ballots_that_count(round_, seed):
    answer_at_random(round_, Random(seed))
    given = [answers for _building, answers in counted(round_) if answers is not None]
    for question in QUESTIONS:
        code, form = question["code"], question["form"]
        each = asked(round_, code)
        values = [answers[code] for answers in given if code in answers]
        assert (each.answered, each.voted, each.households) == (len(values), len(given), 40)
        if form in {"single", "rating"}:
            assert {name: number for name, number in chosen(each).items() if number} == {str(k): n for k, n in Counter(values).items()}
        if form == "rating" and values:
            assert each.mean == Fraction(sum(values), len(values))
        if form in {"multiple", "ranking"}:
            wanted = Counter(name for value in values for name in value)
            assert {name: number for name, number in chosen(each).items() if number} == dict(wanted)
        if form == "ranking":
            for choice in each.choices:
                places = [value.index(choice.code) for value in values if choice.code in value]
                assert (choice.first, choice.points) == (places.count(0), sum(3 - place for place in places))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_building_shows_its_true_numbers_or_none(round_, seed):
    answer_at_random(round_, Random(seed))
    answers = answers_of(round_)
    for question in QUESTIONS[:-1]:
        for line in answers.by_building(question["code"]):
            own = [
                given[question["code"]]
                for building, given in counted(round_)
                if building == line.building and question["code"] in (given or {})
            ]
            true = Counter(str(name) for value in own for name in (value if isinstance(value, list) else [value]))
            assert line.answered == len(own)
            for choice in line.choices:
                assert choice.households == (None if choice.hidden else true[choice.code])
                assert choice.hidden != FEW or len(own) < SMALL_GROUP or true[choice.code] < SMALL_GROUP
                assert choice.hidden or not 0 < true[choice.code] < SMALL_GROUP
            if len(own) >= SMALL_GROUP:
                filtered = asked(round_, question["code"], line.building)
                assert chosen(filtered) == {choice.code: choice.households for choice in line.choices}


tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(tables, st.booleans())
def test_no_single_number_is_hidden_where_a_total_would_give_it_away(rows, one_each):
    marks = hidden_cells(rows, [sum(row) for row in rows], one_each=one_each)
    columns = list(zip(*marks, strict=True))
    for line in [*columns, *(marks if one_each else [])]:
        hidden = [mark for mark in line if mark]
        assert len(hidden) != 1 or len(line) == 1
    for row, line in zip(rows, marks, strict=True):
        for number, mark in zip(row, line, strict=True):
            assert mark or not 0 < number < SMALL_GROUP
            assert mark != COVER or not 0 < number < SMALL_GROUP


@pytest.mark.django_db
def test_the_whole_community_with_few_answers_hides_what_they_chose_but_never_the_decision(round_):
    for entry in entries_of(round_)[:4]:
        answer(entry, services=["meals"], grounds="1")
    assert asked(round_, "services").few and asked(round_, "services").choices == ()
    assert asked(round_, "grounds").few and asked(round_, "grounds").mean is None
    assert chosen(asked(round_, "decision")) == {"yes": 4, "no": 0}
    answer(entries_of(round_)[4], services=["meals"])
    assert chosen(asked(round_, "services"))["meals"] == 5


@pytest.mark.django_db
def test_a_mean_is_shown_exactly_and_with_one_decimal(round_, client):
    for entry, mark in zip(entries_of(round_), "5443343", strict=False):
        answer(entry, grounds=mark)
    assert asked(round_, "grounds").mean == Fraction(26, 7)
    client.force_login(make_user("district_staff", "130404"))
    assert "平均 3.7 分（满分 5 分）" in client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()


@pytest.mark.django_db
def test_counting_takes_one_statement_and_texts_another_whatever_is_asked(round_, django_assert_num_queries):
    answer_at_random(round_, Random(1))
    with django_assert_num_queries(2):
        staff_answers(round_, answers_of(round_))
    with django_assert_num_queries(2):
        staff_answers(round_, answers_of(round_), "2号楼")


@pytest.mark.django_db
def test_texts_of_a_building_are_shown_only_where_enough_of_it_wrote(round_):
    first = [entry for entry in entries_of(round_) if entry.building == "1号楼"]
    for entry in first[:4]:
        answer(entry, more="停车难")
    assert texts_of(round_, "1号楼") == {"more": []} and len(texts_of(round_)["more"]) == 4
    answer(first[4], more="楼顶漏水")
    assert len(texts_of(round_, "1号楼")["more"]) == 5 and texts_of(round_, "2号楼") == {"more": []}


@pytest.mark.django_db
def test_a_replaced_ballot_counts_once_with_its_last_answers(round_):
    first, *others = entries_of(round_)
    for entry in others[:5]:
        answer(entry, services=["meals"])
    answer(first, "2021-04-02", services=["meals", "health"], more="停车难")
    answer(first, "2021-04-03", services=["parcel"])
    assert chosen(asked(round_, "services")) == dict.fromkeys(SERVICES, 0) | {"meals": 5, "parcel": 1}
    assert texts_of(round_) == {"more": []}


@pytest.mark.django_db
def test_the_public_sees_nothing_before_the_closing_and_no_text_after_it(round_):
    answer_at_random(round_, Random(2))
    assert public_answers(round_) == []
    closed = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    shown = public_answers(closed)
    assert [each.code for each in shown] == [question["code"] for question in QUESTIONS]
    assert all(group.texts == () and group.words == () for each in shown for group in each.groups)
    assert any(group.households for each in shown for group in each.groups)


@pytest.mark.django_db
def test_the_public_fragment_shows_numbers_and_themes_without_words_of_households(round_):
    for entry in entries_of(round_)[:7]:
        answer(entry, menu=["lifts", "parking"], more="停车难，找13812345678", services=["meals"])
    closed = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    with translation.override("zh-hans"):
        html = render_to_string("surveys/_answers_public.html", {"answers": public_answers(closed)})
    assert "加装电梯" in html and "停车" in html and "100.0%" in html
    assert "停车难" not in html and "138" not in html and "您家是否愿意改造" not in html


@pytest.mark.django_db
def test_the_page_shows_tables_themes_and_masked_texts_in_both_languages(round_, client):
    for entry in entries_of(round_)[:7]:
        answer(entry, menu=["lifts", "parking"], more="停车难，找13812345678", services=["meals"], grounds="4")
    client.force_login(make_user("street_staff", "130404"))
    html = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    assert "最想要的是" in html and "加装电梯（7 户）" in html and "停车难，找138********" in html and "13812345678" not in html
    assert "积分" in html and "各楼结果" in html
    client.cookies["django_language"] = "en"
    html = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    assert "Wanted most:" in html and "Lifts (7 households)" in html and "Of those who answered" in html


@pytest.mark.django_db
def test_the_filter_shows_one_building_and_hides_its_small_numbers(round_, client):
    first = [entry for entry in entries_of(round_) if entry.building == "1号楼"]
    second = [entry for entry in entries_of(round_) if entry.building == "2号楼"]
    for number, entry in enumerate([*first, *second]):
        answer(entry, decision="no" if number % 10 < 2 else "yes")
    client.force_login(make_user("district_staff", "130404"))
    running = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    assert "您家是否愿意改造" not in running  # while it runs nobody at the desk sees how a household decided
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    html = client.get(reverse("surveys:answers", args=[round_.pk]), {"building": "1号楼"}).content.decode()
    assert "&lt;5" in html and ">2</td>" not in html and "各楼结果" not in html
    unknown = client.get(reverse("surveys:answers", args=[round_.pk]), {"building": "99号楼"}).content.decode()
    assert "各楼结果" in unknown


@pytest.mark.django_db
def test_another_countys_staff_do_not_find_the_page_and_departments_may_not_see_it(round_, client):
    address = reverse("surveys:answers", args=[round_.pk])
    client.force_login(make_user("district_staff", "130902"))
    assert client.get(address).status_code == 404
    client.force_login(make_user("department_staff", "130404"))
    assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_a_round_that_nobody_has_answered_says_so(round_, client):
    client.force_login(make_user("district_staff", "130404"))
    html = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    assert html.count("还没有住户回答这一题。") == len(QUESTIONS) - 1  # the one that decides is not shown yet


@pytest.mark.django_db
def test_the_public_numbers_take_two_statements_and_speak_the_readers_language(round_, django_assert_num_queries):
    for entry in entries_of(round_)[:6]:
        answer(entry, services=["meals"])
    closed = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    for language, words in (("zh-hans", "社区食堂"), ("en", "Community meals")):
        with translation.override(language), django_assert_num_queries(2):
            assert words in {choice.words for each in public_answers(closed) for choice in each.choices}


@pytest.mark.django_db
def test_what_nobody_chose_is_named_below_the_table_instead_of_filling_it(round_, client):
    for entry in entries_of(round_)[:6]:
        answer(entry, services=["meals"])
    each = asked(round_, "services")
    assert [choice.code for choice in each.shown] == ["meals"] and each.unchosen == ["便民菜店", "卫生服务站", "快递柜"]
    assert len(asked(round_, "decision").shown) == 2
    client.force_login(make_user("district_staff", "130404"))
    html = client.get(reverse("surveys:answers", args=[round_.pk])).content.decode()
    assert "没有住户选：便民菜店、卫生服务站、快递柜。" in html
