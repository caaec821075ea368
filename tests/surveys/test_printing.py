"""Papers of a round: what stands on them, page by page, and that people's words stay words."""

import re
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from common import qr
from surveys.printing import Scheme, Slip, engine, notice_pdf, slips_pdf
from surveys.printing.notice import notice_data
from surveys.printing.slips import slips_data
from tests.architecture.houses import ROOT
from tests.surveys.papers import HOSTILE, URL, Paper, notice, slips, squeezed


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_notice_has_the_gates_page_and_one_for_each_stairwell(language):
    paper = Paper(notice_pdf(notice(language)))
    assert len(paper.pages) == 3
    first, second = ("3号楼1单元", "3号楼2单元") if language == "zh-hans" else ("Building3,stairwell1", "Building3,stairwell2")
    assert [first in paper.text(page) for page in range(3)] == [False, True, False]
    assert [second in paper.text(page) for page in range(3)] == [False, False, True]


def test_a_notice_says_what_is_asked_until_when_and_what_counts():
    text = Paper(notice_pdf(notice())).text(0)
    for words in [
        "机械厂家属院", "邯郸市复兴区", "改造方案表决", "您家是否同意改造方案（第 2 版）？", "4 月 10 日（周六）20:00", "4 月 3 日（周六）09:00",
        "3 月 27 日至 4 月 2 日", "改什么 水电气热管网、屋面、外墙", "总投资 896.4 万元", "您家出资 860 元", "工期 5 月至 10 月",
        "全体 312 户中，至少 250 户同意才通过。", "没有投票按「不同意」计。", "80% 通过线：250 户", "vote.example.cn/v", "K7QM3D",
        "vote.example.cn/r/K7QM3D", "2 号楼 1 层，0310-000-0000", "输入您家的住户码", "机械厂社区居委会",
    ]:  # fmt: skip
        assert squeezed(words) in text, words
    assert "示例数据" not in text


def test_an_english_notice_is_english():
    text = Paper(notice_pdf(notice("en", scheme=None, question="Agree?"))).text(0)
    assert squeezed("Of all 312 households at least 250 must agree.") in text
    assert squeezed("Sat 10 April, 20:00") in text
    assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize(
    ("kind", "matter", "sentences"),
    [
        ("willingness", "", ["至少 250 户愿意才通过", "没有回答按「不愿意」计"]),
        ("opinions", "", ["至少 250 户提意见才算数", "没有回答，不算提了意见"]),
        ("satisfaction", "", ["至少 250 户满意才通过", "没有回答按「不满意」计"]),
        ("legal", "fund_use", ["三分之二以上参加", "都要过半同意", "没有投票，不算参加"]),
        ("legal", "lift", ["三分之二以上参加", "都要四分之三以上同意"]),
    ],
)
def test_each_kind_of_round_says_its_own_condition(kind, matter, sentences):
    text = Paper(notice_pdf(notice(changes={"kind": kind, "matter": matter}))).text(0)
    for sentence in sentences:
        assert squeezed(sentence) in text
    assert ("通过线" in text) == (kind != "legal"), "the 80 % line has no place where the law counts"


def test_what_is_not_known_is_left_out_and_nothing_to_pay_is_said():
    scheme = Scheme(household_amount=Decimal(0), starts_on=date(2021, 11, 1), ends_on=date(2022, 3, 1))
    text = Paper(notice_pdf(notice(scheme=scheme, publicity=None, verify_url="", changes={"contact": ""}))).text(0)
    assert squeezed("您家出资 0 元") in text and squeezed("2021 年 11 月至 2022 年 3 月") in text
    for words in ("总投资", "改什么", "公示", "结果在哪查", "补领"):
        assert words not in text


def test_the_code_on_the_notice_opens_the_rounds_page():
    data = notice_data(notice())
    assert data["qr"] == qr.svg(URL, border=0)
    assert qr.path(qr.modules(URL)) in data["qr"]


def test_a_notice_without_any_page_is_refused():
    with pytest.raises(ValueError, match="stairwell"):
        notice_pdf(notice(gate=False, stairwells=()))
    assert len(Paper(notice_pdf(notice(gate=False))).pages) == 2


@pytest.mark.parametrize("make", [lambda: notice_pdf(notice()), lambda: slips_pdf(slips())], ids=["notice", "slips"])
def test_fonts_are_in_the_file_and_the_same_paper_is_the_same_file(make):
    paper = Paper(make())
    assert paper.fonts == ["DejaVuSansMono", "NotoSansSC-Regular"]
    assert paper.embedded == 2
    assert make() == paper.raw


def test_a_long_notice_is_set_smaller_and_stays_on_its_page():
    long = "机械厂家属院第三居住小区东区西院" * 3
    asked = notice(changes={"title": long, "community": long, "contact": long}, question=long * 2, scheme=Scheme(works=long * 3))
    assert len(Paper(notice_pdf(asked)).pages) == 3


def test_what_people_wrote_is_set_as_they_wrote_it():
    """Markup of typst in a name, a title, a door is text; nothing of it is evaluated, no file is read."""
    changes = {"title": HOSTILE, "community": HOSTILE, "place": HOSTILE, "issuer": HOSTILE, "contact": HOSTILE}
    paper = Paper(
        notice_pdf(notice(changes=changes, question=HOSTILE, scheme=Scheme(HOSTILE), stairwells=((HOSTILE[:20], HOSTILE[20:30]),)))
    )
    assert [paper.text(page).count(squeezed(HOSTILE)) for page in range(2)] == [7, 7]
    assert len(paper.pages) == 2
    assert squeezed(HOSTILE[:30]) in paper.text(1)
    strange = replace(slips(3, **changes), slips=(Slip("#pagebreak()", "*2*", "$401$", "ABCD-2345", URL),))
    text = Paper(slips_pdf(strange)).text(0)
    assert "#pagebreak()*2*$401$" in text
    assert squeezed(HOSTILE) in text
    assert "root:" not in text


def test_typst_sees_nothing_outside_its_folder():
    with pytest.raises(engine.typst.TypstError, match="not found"):
        engine.typst.compile(b'#read("/etc/hostname")', root=engine.TEMPLATES, font_paths=engine.fonts(), ignore_system_fonts=True)
    for template in engine.TEMPLATES.glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|\bread\(|\bplugin\(|@preview|@local|https?:", source), template.name
        assert set(re.findall(r'#import "([^"]+)"', source)) <= {"style.typ"}


def test_a_paper_that_typst_refuses_or_never_ends_is_an_answer_not_a_hanging_page(monkeypatch):
    with pytest.raises(engine.NotPrinted, match="No such file"):
        engine.pdf("nothing", {}, at=notice().about.opens_at)
    with pytest.raises(engine.NotPrinted, match="notice: "):
        engine.pdf("notice", {}, at=notice().about.opens_at)
    monkeypatch.setattr(engine, "PATIENCE", 0.001)
    with pytest.raises(engine.NotPrinted, match="not ready"):
        notice_pdf(notice())


def test_the_process_that_prints_knows_nothing_of_the_server(monkeypatch):
    asked = []
    run = engine.subprocess.run
    monkeypatch.setattr(engine.subprocess, "run", lambda command, **more: asked.append((command, more)) or run(command, **more))
    assert len(Paper(notice_pdf(notice())).pages) == 3
    ((command, more),) = asked
    assert more["env"] == {} and "-I" in command
    assert HOSTILE not in " ".join(command)


def test_the_colours_of_paper_are_those_of_the_screen():
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    for template in engine.TEMPLATES.glob("*.typ"):
        colours = re.findall(r'rgb\("(#\w+)"\)', template.read_text(encoding="utf-8"))
        assert (template.name == "style.typ") == bool(colours), "colours stand in one place"
        assert [colour for colour in colours if colour not in tokens] == []


# --- slips --------------------------------------------------------------------------------------------------------


def test_slips_are_eight_to_a_page_in_the_order_of_the_walk():
    paper = Paper(slips_pdf(slips(20, per_building=12)))
    assert len(paper.pages) == 3, "12 doors of the first building, 8 of the second"
    heads = ["第1–8户，共20户", "第9–12户，共20户", "第13–20户，共20户"]
    for page, head in enumerate(heads):
        assert head in paper.text(page)
    assert [re.findall(r"(\d号楼1单元\d+)(?=改造)", paper.text(page)) for page in range(3)] == [
        [f"1号楼1单元{floor}01" for floor in range(1, 9)],
        [f"1号楼1单元{floor}01" for floor in range(9, 13)],
        [f"2号楼1单元{floor}01" for floor in range(1, 9)],
    ]


def test_a_slip_carries_its_own_code_twice_as_text_and_in_the_qr_code():
    data = slips_data(slips(20))
    drawn = {slip["code"]: slip["qr"] for page in data["pages"] for slip in page["slips"]}
    assert len(drawn) == 20
    mask = qr.best_mask(f"{URL}ABCDYYYY")
    for code, picture in drawn.items():
        assert qr.path(qr.modules(URL + code.replace("-", ""), mask=mask)) in picture
    text = Paper(slips_pdf(slips(20))).whole
    assert all(code in text for code in drawn)
    assert squeezed("4 月 10 日（周六）20:00 前投票") in text
    assert squeezed("扫二维码，或打开 vote.example.cn/v 输入住户码") in text


def test_one_household_alone_is_counted_as_one():
    paper = Paper(slips_pdf(replace(slips(9, per_building=9, language="en"))))
    assert "Households1–8of9" in paper.text(0) and "Household9of9" in paper.text(1)


def test_no_household_no_slips():
    with pytest.raises(ValueError, match="no household"):
        slips_pdf(slips(0))


def test_invented_data_is_marked_on_every_slip_and_page():
    paper = Paper(slips_pdf(slips(20, synthetic=True)))
    assert [paper.text(page).count("示例数据") for page in range(3)] == [8, 4, 8]
    paper = Paper(notice_pdf(notice(changes={"synthetic": True})))
    assert all("示例数据" in paper.text(page) for page in range(3))


@pytest.mark.slow
def test_a_community_is_printed_in_one_go():
    """170 households take 0.4 s on two cores, 1,000 about 2 s; the walls leave room for a busy machine."""
    started = time.perf_counter()
    small = slips_pdf(slips(170, per_building=36))
    between = time.perf_counter()
    large = slips_pdf(slips(1000, per_building=36))
    finished = time.perf_counter()
    assert len(Paper(small).pages) == 4 * 5 + 4
    assert len(Paper(large).pages) == 27 * 5 + 4
    assert between - started < 5 and finished - between < 20


def test_a_language_asked_for_leaves_the_readers_own_alone():
    with translation.override("en"):
        text = Paper(notice_pdf(notice())).whole
        assert translation.get_language() == "en"
    assert "没有投票" in text
