"""Free texts by theme: which words make which theme, new words, masked numbers."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from surveys.library import WORK_KINDS
from surveys.theme_words import AGREEING, STOP, THEMES
from surveys.themes import FREQUENT, declared, grouped, masked


def groups_of(*texts):
    return {group.code: group for group in grouped(texts)}


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("希望多划一些停车位", {"parking"}),
        ("一楼漏水，楼顶也渗水", {"roof"}),
        ("冬天暖气不热，外墙掉皮", {"heating", "facade"}),
        ("物业费太贵，垃圾没人收", {"property", "garbage", "money"}),
        ("飞线充电太危险", {"charging"}),
        ("半夜还在施工，灰尘大", {"nuisance"}),
        ("楼道灯不亮", {"lighting", "stairs"}),
        ("老人多，想要食堂和加装电梯", {"elderly_care", "meals", "lifts"}),
        ("化粪池堵了，井盖坏了", {"drainage"}),
        ("消防通道被占", {"fire_safety"}),
        ("拆除违建", {"illegal_structures"}),
        ("监控少，小偷多", {"security"}),
        ("More PARKING and lifts, please", {"parking", "lifts"}),
        ("ＰＡＲＫＩＮＧ", {"parking"}),
        ("楼都歪了，地基下沉", {"structure"}),
        ("空调弄坏了没人赔", {"compensation"}),
        ("早点开工", {"schedule"}),
    ],
)
def test_a_text_stands_in_every_theme_whose_word_it_uses(text, themes):
    assert set(groups_of(text)) == themes


@pytest.mark.parametrize("text", ["暂停车辆进出", "早点摊影响睡不好觉吗"])
def test_characters_that_only_happen_to_stand_beside_each_other_make_no_theme(text):
    assert not {"parking", "schedule"} & set(groups_of(text))


def test_a_group_shows_the_words_that_made_it_with_their_households():
    group = groups_of("停车位太少", "停车难", "要停车位，要停车位")["parking"]
    assert (group.households, dict(group.words)) == (3, {"停车位": 2, "停车难": 1})


def test_nothing_to_add_and_mere_agreement_are_told_from_what_nobody_could_group():
    found = groups_of("没有", "无。", "非常满意，谢谢！", "同意", "鸽子太多")
    assert found["nothing"].households == 4
    assert found["other"].texts == ("鸽子太多",)


def test_a_frequent_new_word_makes_a_group_of_its_own_and_takes_every_text_that_uses_it():
    texts = ["鸽子太多", "有人养鸽子", "鸽子叫", "鸽子弄脏了停车位"]
    found = groups_of(*texts)
    group = found["word:鸽子"]
    assert group.new and group.households == 4 and "other" not in found
    assert "word:鸽子" not in groups_of(*texts[: FREQUENT - 1])


def test_the_name_of_a_person_makes_no_group():
    assert not any(group.new for group in grouped(["张建国不管事", "找张建国", "张建国来过"] * 3))


@pytest.mark.parametrize(
    "secret",
    [
        "13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "0310-8123456", "0310 81234567", "8123456",
        "130404195001011234", "13040419500101123X", "6222021234567890123", "一三八一二三四五六七八", "wang.jian@example.cn",
    ],
)  # fmt: skip
def test_numbers_of_persons_are_masked_before_anybody_sees_them(secret):
    shown = masked(f"找我{secret}，谢谢")
    assert secret not in shown and secret[3:] not in shown and shown.startswith("找我") and shown.endswith("，谢谢")
    assert all(secret not in text for group in grouped([f"停车找我{secret}"]) for text in group.texts)


@pytest.mark.parametrize("harmless", ["3号楼2单元501", "2021-05-31", "20 年没修", "11.5 平方米", "一二三单元"])
def test_doors_days_and_sizes_stay(harmless):
    assert masked(harmless) == harmless


def test_a_wechat_name_is_masked():
    assert "zhangjg_88" not in masked("加我微信：zhangjg_88")


def test_every_kind_of_work_has_its_theme():
    assert {code for code, *_ in WORK_KINDS} <= {theme.code for theme in THEMES}


def test_no_word_is_said_twice_in_a_theme_and_no_theme_twice():
    assert len({theme.code for theme in THEMES}) == len(THEMES)
    assert [theme.code for theme in THEMES if len(set(theme.words)) != len(theme.words)] == []
    words = {word for theme in THEMES for word in theme.words}
    assert words & AGREEING == set() and words & STOP == set()


def test_a_theme_has_its_name_in_the_readers_language():
    with translation.override("en"):
        assert groups_of("停车")["parking"].name == "Parking"
    with translation.override("zh-hans"):
        assert groups_of("停车")["parking"].name == "停车"


def test_the_public_gets_numbers_without_texts_and_without_new_words():
    texts = ["停车难", "鸽子太多", "有人养鸽子", "鸽子叫", "没有"]
    found = {group.code: group for group in declared(texts)}
    assert {code: group.households for code, group in found.items()} == {"parking": 1, "other": 3, "nothing": 1}
    assert all(group.texts == () and group.words == () for group in found.values())


@given(st.lists(st.text(alphabet="停车位漏水没有好鸽子太多，。 1３\n暖气a", max_size=30), max_size=12))
def test_every_text_stands_somewhere_and_only_as_often_as_it_was_written(texts):
    found = grouped(texts)
    for text in texts:
        assert any(masked(text) in group.texts for group in found)
    for group in found:
        assert group.households == len(group.texts) <= len(texts)
        assert list(group.texts) == sorted(group.texts)
        assert all(0 < number <= group.households for _word, number in group.words)


@given(st.lists(st.text(alphabet="停车位漏水没有好鸽子太多", max_size=20), max_size=10), st.randoms())
def test_the_order_in_which_texts_came_in_changes_nothing(texts, chance):
    mixed = list(texts)
    chance.shuffle(mixed)
    assert grouped(texts) == grouped(mixed)
