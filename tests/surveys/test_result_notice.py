"""The notice of a result says the figure as a fraction, how it was counted, where to check it and how to object."""

import re

import pytest

from surveys.printing import BuildingResult, result_pdf
from surveys.printing.result import result_data
from tests.surveys.papers import HOSTILE, Paper, legal_result, result, squeezed


def test_a_result_on_one_page_says_all_that_a_neighbour_asks():
    paper = Paper(result_pdf(result(changes={"synthetic": True})))
    assert len(paper.pages) == 1
    for words in [
        "改造方案表决结果", "通过", "83.0%", "全体 312 户中 259 户同意", "80% 通过线：250 户", "同意 259", "不同意 20", "没有投票 33",
        "312 户", "开票时冻结的名册，投没投都算", "33 户", "没有投票按「不同意」计。", "279 户 · 89.4%",
        "2021 年 4 月 10 日（周六）20:00 截止，2021 年 4 月 10 日（周六）20:01 公布", "手机 203 72.8% 一户一码", "vote.example.cn/r/K7QM3D",
        "9f3c 41d7 0b8e 5a62", "2021-A", "2021 年 4 月 11 日至 17 日", "收到 2 件，核实 1 件", "规则 2021-02 版：同意户数 × 100 ≥ 全部户数 × 80", "示例数据",
    ]:  # fmt: skip
        assert squeezed(words) in paper.whole, words
    assert "没有通过" not in paper.whole


def test_a_gate_not_reached_says_so():
    paper = Paper(result_pdf(result(agree=249, against=20, passed=False)))
    assert "没有通过" in paper.whole and "79.8%" in paper.whole
    assert "没有投票43" in paper.whole


def test_a_building_too_small_to_show_is_a_dash_but_still_counted():
    shown, hidden = result_data(result())["buildings"]
    assert shown["cells"][1:] == ["300", "276", "257", "19"] and shown["rate"] == "85.7%"
    assert hidden["cells"][1:] == ["12", "3", "—", "—"]
    assert (hidden["rate"], hidden["share"]) == ("—", None)


def test_shares_of_the_bar_add_up_to_all_households():
    for agree, against, abstain in [(259, 20, 0), (0, 0, 0), (312, 0, 0), (1, 1, 1)]:
        data = result_data(result(agree=agree, against=against, abstain=abstain))
        assert sum(part["share"] for part in data["parts"]) == pytest.approx(1)
        assert all(part["share"] > 0 for part in data["parts"])


def test_opinions_have_no_against():
    text = Paper(result_pdf(result(changes={"kind": "opinions"}, agree=279, against=0))).whole
    assert squeezed("全体 312 户中 279 户提了意见") in text
    assert "不同意" not in text and "反对" not in text


@pytest.mark.parametrize(("kind", "word"), [("willingness", "愿意"), ("satisfaction", "满意")])
def test_each_kind_says_its_own_word(kind, word):
    text = Paper(result_pdf(result(changes={"kind": kind}))).whole
    assert squeezed(f"全体 312 户中 259 户{word}") in text
    assert f"不{word}20" in text


def test_an_owners_matter_is_counted_by_heads_and_by_area():
    text = Paper(result_pdf(legal_result())).whole
    for words in [
        "没有通过", "63.3%", "参加的 221 人中 140 人同意", "按面积 48.2%", "民法典第 278 条", "参加（要求三分之二以上）", "同意（要求过半数）",
        "业主人数 298 221 · 74.2% 达到 140 · 63.3% 达到", "专有面积（m²）24,680.50 17,012.30 · 68.9% 达到 8,200.10 · 48.2% 没达到", "弃权 12",
    ]:  # fmt: skip
        assert squeezed(words) in text, words
    assert "通过线" not in text


def test_three_quarters_are_asked_for_where_the_law_does():
    text = Paper(result_pdf(legal_result(matter="fund_raising"))).whole
    assert squeezed("同意（要求四分之三以上）") in text
    assert squeezed("140 · 63.3% 没达到") in text


def test_an_owners_matter_without_its_count_is_refused():
    with pytest.raises(ValueError, match="heads and by area"):
        result_pdf(legal_result(law=None))


def test_many_buildings_run_over_pages_with_their_head_repeated():
    paper = Paper(result_pdf(result(buildings=tuple(BuildingResult(f"{number} 号楼", 36, 30, 28, 2) for number in range(1, 61)))))
    assert len(paper.pages) >= 2
    assert all("同意占全部户" in paper.text(page) for page in range(2))
    assert [f"{page + 1}/{len(paper.pages)}" in paper.text(page) for page in range(len(paper.pages))] == [True] * len(paper.pages)
    assert all(f"{number}号楼" in paper.whole for number in range(1, 61))


def test_an_english_result_is_english():
    text = Paper(result_pdf(legal_result("en", buildings=(), channels=()))).whole
    assert squeezed("Of 221 owners taking part 140 agreed") in text
    assert squeezed("11 to 17 April 2021") in text
    assert not re.search(r"[\u4e00-\u9fff]", text)


def test_what_is_not_there_leaves_no_empty_section():
    text = Paper(result_pdf(result(proof=None, objections=None, buildings=(), channels=()))).whole
    for words in ("自己查", "异议", "各楼结果", "怎么投的", "扫码"):
        assert words not in text


def test_names_in_a_result_stay_text():
    strange = result(
        changes={"title": HOSTILE, "community": HOSTILE, "issuer": HOSTILE}, buildings=(BuildingResult(HOSTILE, 312, 279, 259, 20),)
    )
    assert Paper(result_pdf(strange)).whole.count(squeezed(HOSTILE)) >= 4
