"""The rules of rounds: 80 % of all, Civil Code Art. 278 by heads and area, questions and answers, flats with several owners."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results import Line, hide_small, summed
from surveys.rules import (
    THRESHOLDS,
    BadQuestions,
    Voice,
    check_questions,
    count_legal,
    counts_as,
    flat_decides,
    gate_passed,
    households_needed,
    read_answers,
)  # fmt: skip
from tests.factories.rounds import ABSTAINING, YES_NO


@pytest.mark.parametrize(
    ("agreed", "households", "passed"),
    [(250, 312, True), (249, 312, False), (800, 1000, True), (799, 1000, False), (4, 5, True), (0, 0, False), (1, 1, True)],
)
def test_the_gate_is_80_percent_of_all_households(agreed, households, passed):
    assert gate_passed(agreed, households) is passed


@given(st.integers(1, 10_000))
def test_the_households_needed_are_the_least_that_pass(households):
    needed = households_needed(households)
    assert gate_passed(needed, households)
    assert not gate_passed(needed - 1, households)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_gate_says_what_the_fraction_says(agreed, households):
    assert gate_passed(agreed, households) is (Fraction(agreed, households) >= Fraction(4, 5))


@pytest.mark.parametrize(("agree", "against", "says"), [(2, 1, "agree"), (1, 2, "against"), (1, 1, None), (0, 0, None), (1, 0, "agree")])
def test_the_owners_of_a_flat_decide_by_majority_and_a_tie_decides_nothing(agree, against, says):
    assert flat_decides(agree, against) == says


def voices(agree: int, against: int, silent: int, *, area: str = "60") -> list[Voice]:
    said = ["agree"] * agree + ["against"] * against + [""] * silent
    return [Voice(f"head {number}", Decimal(area), says) for number, says in enumerate(said)]


@pytest.mark.parametrize(
    ("matter", "agree", "against", "silent", "quorum", "passed"),
    [
        ("fund_use", 34, 32, 33, True, True),  # 66 of 99 took part, 34 of 66 agree: more than half
        ("fund_use", 33, 33, 33, True, False),  # exactly half is not more than half
        ("fund_use", 65, 0, 34, False, False),  # all agree, but fewer than two thirds took part
        ("fund_raising", 51, 17, 30, True, True),  # 51 of 68: exactly three quarters
        ("fund_raising", 50, 18, 30, True, False),
        ("lift", 12, 0, 6, True, True),
        ("common_parts", 74, 26, 0, True, False),
        ("common_parts", 75, 25, 0, True, True),
    ],
)
def test_an_owners_matter_needs_quorum_and_threshold(matter, agree, against, silent, quorum, passed):
    counted = count_legal(matter, voices(agree, against, silent))
    assert (counted.quorum, counted.passed) == (quorum, passed)


def test_heads_and_area_must_both_reach_the_threshold():
    small = [Voice(f"small {number}", Decimal(10), "agree") for number in range(9)]
    large = [Voice("large", Decimal(200), "against")]
    counted = count_legal("fund_use", small + large)
    assert (counted.heads_agree, counted.area_agree) == (9, Decimal(90))
    assert not counted.passed


def test_a_buyer_of_several_flats_is_one_head_with_all_its_area():
    flats = [Voice("buyer", Decimal("60.50"), "agree"), Voice("buyer", Decimal("80.25"), ""), Voice("other", Decimal(70), "against")]
    counted = count_legal("fund_use", flats)
    assert (counted.heads, counted.heads_took_part, counted.heads_agree) == (2, 2, 1)
    assert (counted.area, counted.area_took_part, counted.area_agree) == (Decimal("210.75"), Decimal("130.50"), Decimal("60.50"))


def test_a_buyer_whose_flats_disagree_takes_part_and_does_not_agree():
    counted = count_legal("fund_use", [Voice("buyer", Decimal(60), "agree"), Voice("buyer", Decimal(80), "abstain")])
    assert (counted.heads_took_part, counted.heads_agree, counted.area_agree) == (1, 0, Decimal(60))


VOICES = st.lists(
    st.builds(
        Voice,
        st.sampled_from([f"h{n}" for n in range(12)]),
        st.decimals(1, 300, places=2),
        st.sampled_from(["", "agree", "against", "abstain"]),
    ),
    max_size=40,
)


@given(st.sampled_from(sorted(THRESHOLDS)), VOICES)
def test_the_legal_count_is_that_of_the_fractions(matter, flats):
    counted = count_legal(matter, flats)
    heads = {voice.head for voice in flats}
    taking = {voice.head for voice in flats if voice.says}
    agreeing = {head for head in taking if all(voice.says == "agree" for voice in flats if voice.head == head and voice.says)}
    assert (counted.heads, counted.heads_took_part, counted.heads_agree) == (len(heads), len(taking), len(agreeing))
    part = sum((voice.area for voice in flats if voice.says), Decimal(0))
    agree = sum((voice.area for voice in flats if voice.says == "agree"), Decimal(0))
    whole = sum((voice.area for voice in flats), Decimal(0))
    if not taking:
        assert not counted.passed
        return
    limit = Fraction(1, 2) if matter == "fund_use" else Fraction(3, 4)
    shares = [Fraction(len(agreeing), len(taking)), Fraction(agree) / Fraction(part)]
    reached = all(share > limit if matter == "fund_use" else share >= limit for share in shares)
    quorum = min(Fraction(len(taking), len(heads)), Fraction(part) / Fraction(whole)) >= Fraction(2, 3)
    assert counted.passed is (reached and quorum)


@given(VOICES)
def test_one_more_agreeing_flat_never_turns_a_passed_matter_down(flats):
    before = count_legal("common_parts", flats)
    after = count_legal("common_parts", [*flats, Voice("a new head", Decimal(50), "agree")])
    assert after.passed or not before.passed


def posted(**values):
    return lambda name: values.get(name, [])


def test_answers_are_kept_as_they_are_asked():
    questions = [
        *YES_NO,
        {
            "code": "menu",
            "form": "ranking",
            "zh": "想改什么",
            "most": 2,
            "options": [{"code": c, "zh": c} for c in ("lifts", "roof", "roads")],
        },
        {"code": "mark", "form": "rating", "zh": "打分"},
    ]
    answers, faults = read_answers(questions, posted(decide=["yes"], menu=["roof", "", "lifts"], mark=["4"], more=["  好\x00 "]))
    assert not faults
    assert answers == {"decide": "yes", "menu": ["roof", "lifts"], "mark": 4, "more": "好"}
    assert counts_as(questions, answers) == "agree"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({}, {"decide": "required"}),
        ({"decide": ["perhaps"]}, {"decide": "unknown"}),
        ({"decide": ["yes", "no"]}, {"decide": "too_many"}),
        ({"decide": ["yes"], "more": ["长" * 501]}, {"more": "too_long"}),
    ],
)
def test_a_wrong_answer_is_named(values, fault):
    assert read_answers(YES_NO, posted(**values))[1] == fault


def test_an_abstention_takes_part_and_agrees_to_nothing():
    assert counts_as(ABSTAINING, {"decide": "abstain"}) == "abstain"


@pytest.mark.parametrize(
    ("questions", "what"),
    [
        ([], "empty"),
        ([{**YES_NO[0], "form": "song"}], "form"),
        ([{**YES_NO[0], "zh": " "}], "text_missing"),
        ([{**YES_NO[0], "options": YES_NO[0]["options"][:1]}], "two_options"),
        ([YES_NO[0], YES_NO[0]], "codes_repeat"),
        ([{**YES_NO[0], "deciding": False}], "one_decides"),
        ([YES_NO[0], {**YES_NO[0], "code": "second"}], "one_decides"),
        ([{**YES_NO[0], "required": False}], "deciding_form"),
        ([{**YES_NO[0], "options": [{"code": "a", "zh": "甲"}, {"code": "b", "zh": "乙", "counts": "agree"}]}], "deciding_form"),
    ],
)
def test_a_questionnaire_that_cannot_be_asked_says_what_is_wrong(questions, what):
    with pytest.raises(BadQuestions) as bad:
        check_questions(questions, deciding=True)
    assert bad.value.what == what


LINES = st.lists(st.builds(lambda n, v: Line(str(n), "1", 20, v, v, 0), st.integers(0, 99), st.integers(0, 20)), max_size=12)


@given(LINES)
def test_no_small_group_can_be_worked_out_from_the_total(lines):
    shown = hide_small(lines)
    assert all(line.hidden for line in shown if 0 < line.voted < 5)
    hidden = [line for line in shown if line.hidden]
    others = [line for line in shown if not line.hidden and line.voted]
    assert not hidden or not others or (len(hidden) > 1 and sum(line.voted for line in hidden) >= 5)


@given(LINES)
def test_lines_sum_to_their_total(lines):
    total = summed(lines)
    assert (total.households, total.voted, total.agreed) == tuple(
        sum(getattr(line, n) for line in lines) for n in ("households", "voted", "agreed")
    )
