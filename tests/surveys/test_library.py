"""Standard questionnaires are whole, in two languages, short, and say what an answer counts as."""

import json
import re
from dataclasses import FrozenInstanceError

import pytest

from projects.choices import WorkKind
from surveys.choices import Matter, RoundKind
from surveys.library import QUESTIONNAIRES, WORK_KINDS, WORKS_OF_OPTION, by_code, for_kind
from surveys.rules import check_questions

KINDS = set(RoundKind.values)
MATTERS = set(Matter.values)
FORMS = {"single", "multiple", "rating", "ranking", "text"}
KEYS = {"code", "form", "zh", "en", "hint_zh", "hint_en", "required", "deciding", "most", "options"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BY_CODE = pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda each: each.code)


def texts(questionnaire, language):
    """Every text of a questionnaire in one language that is not empty."""
    yield getattr(questionnaire, language)
    yield getattr(questionnaire, f"about_{language}")
    for question in questionnaire.asked(2):
        for row in (question, *question["options"]):
            yield from filter(None, (row[language], row[f"hint_{language}"]))


def deciding(questionnaire):
    return [question for question in questionnaire.questions if question["deciding"]]


def test_every_kind_and_every_legal_matter_has_its_questionnaire():
    assert {each.kind for each in QUESTIONNAIRES} == KINDS
    assert {each.matter for each in QUESTIONNAIRES if each.kind == "legal"} == MATTERS
    assert {each.matter for each in QUESTIONNAIRES if each.kind != "legal"} == {""}
    for kind in KINDS - {"legal"}:
        assert len(for_kind(kind)) >= 2
    assert [each.code for each in for_kind("legal", "lift")] == ["legal_lift"]
    assert len(for_kind("legal")) == 4
    assert for_kind("nothing") == []


def test_a_questionnaire_is_found_by_its_code():
    assert len({each.code for each in QUESTIONNAIRES}) == len(QUESTIONNAIRES)
    assert by_code("scheme_full").kind == "scheme"
    assert by_code("nothing") is None


@BY_CODE
def test_its_questions_have_the_shape_that_a_round_stores(questionnaire):
    assert json.loads(json.dumps(questionnaire.asked(2))) == questionnaire.asked(2)
    codes = [question["code"] for question in questionnaire.questions]
    assert len(set(codes)) == len(codes)
    for question in questionnaire.questions:
        assert set(question) == KEYS
        assert question["form"] in FORMS
        options = [option["code"] for option in question["options"]]
        assert len(set(options)) == len(options)
        if question["form"] in {"single", "multiple", "ranking"}:
            assert len(options) >= 2 and 1 <= question["most"] <= len(options)
        else:
            assert options == []
            assert question["most"] == (5 if question["form"] == "rating" else 0)
        for option in question["options"]:
            assert set(option) == {"code", "zh", "en", "hint_zh", "hint_en"} | ({"counts"} if question["deciding"] else set())


@BY_CODE
def test_a_round_takes_it_as_it_is(questionnaire):
    check_questions(questionnaire.asked(1), deciding=questionnaire.kind != "opinions")


@BY_CODE
def test_one_question_decides_except_where_the_answer_itself_counts(questionnaire):
    if questionnaire.kind == "opinions":
        assert deciding(questionnaire) == []
        return
    (question,) = deciding(questionnaire)
    assert question is questionnaire.questions[0], "the deciding question comes first"
    assert question["form"] == "single" and question["required"]
    counts = [option["counts"] for option in question["options"]]
    assert set(counts) <= {"agree", "against", "abstain"} and "agree" in counts and "against" in counts


def test_very_satisfied_and_satisfied_are_satisfied_and_fair_is_not():
    for questionnaire in for_kind("satisfaction"):
        (question,) = deciding(questionnaire)
        assert {option["code"] for option in question["options"] if option["counts"] == "agree"} == {"very_satisfied", "satisfied"}
        assert [option["counts"] for option in question["options"] if option["code"] == "fair"] == ["abstain"]


def test_whoever_abstains_in_a_legal_matter_is_told_what_it_means():
    for questionnaire in for_kind("legal"):
        (question,) = deciding(questionnaire)
        abstain = next(option for option in question["options"] if option["code"] == "abstain")
        assert abstain["counts"] == "abstain" and "不算同意" in abstain["hint_zh"]


def test_legal_matters_name_their_quorum_and_threshold():
    for matter, chinese, english in [
        ("fund_use", "过半同意", "more than half"), ("fund_raising", "四分之三以上同意", "three quarters"),
        ("lift", "四分之三以上同意", "three quarters"), ("common_parts", "四分之三以上同意", "three quarters"),
    ]:  # fmt: skip
        (questionnaire,) = for_kind("legal", matter)
        assert chinese in questionnaire.about_zh and "三分之二以上参加" in questionnaire.about_zh
        assert english in questionnaire.about_en and "two thirds" in questionnaire.about_en


def test_the_menu_is_the_whole_catalogue_of_work_items():
    menu = next(question for question in by_code("willingness_full").questions if question["code"] == "menu")
    assert (menu["form"], menu["most"]) == ("ranking", 5)
    assert [option["code"] for option in menu["options"]] == [code for code, *_rest in WORK_KINDS]
    assert len(WORK_KINDS) == 26
    assert [kind for _code, kind, *_rest in WORK_KINDS] == ["basic"] * 12 + ["improvement"] * 6 + ["upgrade"] * 8


def test_a_vote_on_the_scheme_names_the_version_that_it_binds():
    questionnaire = by_code("scheme_full")
    asked = questionnaire.asked(2)[0]
    assert asked["zh"] == "您家是否同意改造方案（第 2 版）？"
    assert asked["en"] == "Does your household agree to the scheme (version 2)?"
    assert "{version}" in questionnaire.questions[0]["zh"], "the library itself is not changed"
    for each in QUESTIONNAIRES:
        assert "{" not in json.dumps([row["zh"] + row["en"] for row in each.asked(1)])


def test_what_a_round_changes_does_not_change_the_library():
    asked = by_code("scheme_full").asked(1)
    asked[0]["options"][0]["counts"] = "against"
    assert by_code("scheme_full").questions[0]["options"][0]["counts"] == "agree"
    with pytest.raises(FrozenInstanceError):
        by_code("scheme_full").kind = "legal"


@BY_CODE
def test_residents_read_short_chinese_sentences(questionnaire):
    for text in texts(questionnaire, "zh"):
        assert CHINESE.search(text) and not re.search(r"[,;?!！;:]", text), "full-width punctuation, nobody is shouted at"
        assert not re.search(r"你|的的", text), "residents are 您"
        for sentence in re.split(r"[。？：，]", text):
            assert len(sentence) <= 20, sentence


@BY_CODE
def test_the_english_is_english(questionnaire):
    chinese, english = list(texts(questionnaire, "zh")), list(texts(questionnaire, "en"))
    assert len(chinese) == len(english), "what has a hint in one language has it in the other"
    for text in english:
        assert not CHINESE.search(text) and "!" not in text
        assert text[0].isupper() or text[0] in "1“", text


def test_the_fullest_questionnaire_of_a_kind_comes_first():
    for kind in ("willingness", "opinions", "scheme", "satisfaction"):
        first, *others = for_kind(kind)
        assert first.code == f"{kind}_full"
        assert any(len(each.questions) < len(first.questions) for each in others)


def test_every_answer_of_the_catalogue_means_a_kind_of_work_and_every_kind_can_be_wished():
    assert set(WORKS_OF_OPTION) == {code for code, *_words in WORK_KINDS}
    assert {kind for kinds in WORKS_OF_OPTION.values() for kind in kinds} == set(WorkKind.values)
