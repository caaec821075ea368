"""The published file: what stands in it, what it keeps to itself, and which files are refused."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import merkle
from surveys.ballot_file import CHANNELS, Counts, Leaf, MalformedFile, compose, count, decide, parse, signed_part
from surveys.signing import is_signed, public_key_text, sign
from tests.surveys.published import (
    FUND_USE,
    GATE,
    OPINIONS,
    REBUILD,
    header_for,
    leaves_of,
    legal_leaves,
    published,
    receipt,
    small_gate,
    small_legal,
)


def test_a_file_reads_like_this():
    lines = small_gate().split("\n")
    assert lines[:25] == [
        "renovation-ballots 1",
        "round: HD-2021-0007",
        "revision: 1",
        "kind: scheme",
        "community: 130404-0001",
        "scheme: 2",
        "question: 您家是否同意第 2 版改造方案？",
        "rule: agree*100 >= households*80",
        "opened: 2021-04-01T08:00:00+08:00",
        "closed: 2021-04-10T20:00:00+08:00",
        "published: 2021-04-10T20:01:00+08:00",
        "roll-hash: " + "ab" * 32,
        "households: 10",
        "ballots: 11",
        "replaced: 1",
        "annulled: 1",
        "agree: 8",
        "against: 1",
        "abstain: 0",
        "result: passed",
        "root: " + merkle.root(line.encode() for line in lines[25:-1]),
        lines[21],
        lines[22],
        "",
        "receipt,status,answer,channel",
    ]
    assert lines[21].startswith("key: ") and lines[22].startswith("signature: ")
    assert lines[25:-1] == sorted(lines[25:-1]) and lines[-1] == ""


def test_a_legal_file_counts_heads_and_area():
    header, leaves = parse(small_legal())
    assert header["matter"] == "fund_use"
    assert {name: header[name] for name in ("agree", "against", "heads", "area")} == {
        "agree": "3",
        "against": "1",
        "heads": "3",
        "area": "240.50",
    }
    assert (header["took-part-heads"], header["took-part-area"]) == ("3", "240.50")
    assert (header["agree-heads"], header["agree-area"]) == ("2", "190.75"), (
        "a head with two answers does not agree, its agreeing flat does"
    )
    assert sorted(leaf.head for leaf in leaves) == ["h0001", "h0002", "h0003", "h0003"]


def test_the_signature_covers_everything_down_to_the_key():
    text = small_gate()
    header, _leaves = parse(text)
    told = signed_part(text)
    assert told.decode().split("\n")[-1] == "key: " + header["key"]
    assert is_signed(told, header["signature"], public_key_text())
    assert not is_signed(told + b"\n", header["signature"], public_key_text())


def test_a_replaced_ballot_tells_nothing_but_that_it_was_replaced():
    assert Leaf("H7KQ-2M9P-4TXC", "replaced", "against", "phone").line() == "H7KQ-2M9P-4TXC,replaced,-,phone"
    flat = Leaf("H7KQ-2M9P-4TXC", "replaced", "against", "phone", Decimal("61.20"), "h0007")
    assert flat.line() == "H7KQ-2M9P-4TXC,replaced,-,phone,-,-"
    text = published([flat, *legal_leaves(("agree", "61.20", 7))], rule=REBUILD, matter="lift", households=1, heads=1, area="61.20")
    assert "H7KQ-2M9P-4TXC,replaced,-,phone,-,-\n" in text and "against:" in text


def test_a_file_without_ballots_is_a_file():
    header, leaves = parse(published([]))
    assert (header["result"], header["root"], leaves) == ("not-passed", merkle.root([]), [])


def test_a_question_over_several_lines_is_published_on_one():
    text = compose(header_for([], question=" 同意吗？\n 请选\u2028一项 "), [], sign)
    assert "\nquestion: 同意吗？ 请选 一项\n" in text


@given(
    st.integers(0, 9), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.sampled_from([GATE, OPINIONS, "-"])
)  # fmt: skip
def test_what_was_composed_is_read_back(agree, against, abstain, none, replaced, annulled, rule):
    leaves = leaves_of(agree=agree, against=against, abstain=abstain, none=none, replaced=replaced, annulled=annulled)
    header, again = parse(published(leaves, rule=rule, households=30))
    assert [leaf.line() for leaf in again] == sorted(leaf.line() for leaf in leaves)
    assert count(again) == count(leaves)
    assert int(header["ballots"]) - int(header["replaced"]) - int(header["annulled"]) == agree + against + abstain + none
    assert header["result"] == {True: "passed", False: "not-passed", None: "-"}[decide(rule, count(leaves), households=30)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["agree", "against", "abstain"]), st.decimals("0.01", "300", places=2), st.integers(1, 6)), max_size=12
    )
)
def test_heads_and_area_are_counted_each_in_its_way(flats):
    counts = count(legal_leaves(*flats))
    by_head = {head: [answer for answer, _area, owner in flats if owner == head] for _answer, _area, head in flats}
    assert counts.took_part_heads == len(by_head)
    assert counts.agree_heads == sum(set(answers) == {"agree"} for answers in by_head.values())
    assert counts.took_part_area == sum(area for _answer, area, _head in flats)
    assert counts.agree_area == sum(area for answer, area, _head in flats if answer == "agree")


@pytest.mark.parametrize(
    ("agree", "households", "passed"),
    [(80, 100, True), (799, 1000, False), (800, 1000, True), (0, 0, False), (8, 10, True), (7, 10, False)],
)
def test_the_gate_is_eighty_in_a_hundred_of_all_households(agree, households, passed):
    assert decide(GATE, Counts(ballots=agree, agree=agree), households=households) is passed


def test_opinions_are_counted_by_who_took_part():
    assert decide(OPINIONS, Counts(ballots=9, replaced=1, agree=1), households=10) is True
    assert decide(OPINIONS, Counts(ballots=9, replaced=1, annulled=1, agree=7), households=10) is False


@pytest.mark.parametrize(
    ("rule", "took_heads", "took_area", "agree_heads", "agree_area", "passed"),
    [
        (FUND_USE, 60, "600.00", 31, "300.01", True),
        (FUND_USE, 60, "600.00", 30, "300.01", False),  # half is not more than half
        (FUND_USE, 60, "600.00", 31, "300.00", False),
        (FUND_USE, 59, "600.00", 59, "600.00", False),  # two thirds of 90 heads are 60
        (FUND_USE, 60, "599.99", 60, "599.99", False),
        (REBUILD, 60, "600.00", 45, "450.00", True),
        (REBUILD, 60, "600.00", 44, "450.00", False),
        (REBUILD, 60, "600.00", 45, "449.99", False),
    ],
)
def test_art_278_asks_heads_and_area_for_quorum_and_threshold(rule, took_heads, took_area, agree_heads, agree_area, passed):
    counts = Counts(took_part_heads=took_heads, took_part_area=Decimal(took_area), agree_heads=agree_heads, agree_area=Decimal(agree_area))
    assert decide(rule, counts, households=100, heads=90, area=Decimal("900.00")) is passed


def test_an_unknown_rule_decides_nothing():
    with pytest.raises(ValueError, match="most of them"):
        decide("most of them", Counts(), households=1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"counts": Counts(ballots=2, agree=2)}, "against: 0, in the ballots 1"),
        ({"passed": True}, "result"),
        ({"passed": None}, "result"),
        ({"households": 1, "passed": True}, "roll"),
        ({"published": datetime.fromisoformat("2021-04-10T11:59:00+00:00")}, "order"),
        ({"opened": datetime.fromisoformat("2021-04-01T00:00:00")}, "zone"),
        ({"matter": "lift"}, "legal"),
        ({"rule": "most of them"}, "rule"),
        ({"round": "two words"}, "round"),
        ({"roll_hash": "AB" * 32}, "roll-hash"),
        ({"key": ""}, "key"),
        ({"scheme": "2\u0085"}, "scheme"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_nothing_is_signed_that_does_not_fit(changes, told):
    leaves = leaves_of(agree=1, against=1)
    header = replace(header_for(leaves), **changes)
    with pytest.raises((ValueError, TypeError), match=told):
        compose(header, leaves, sign)


@pytest.mark.parametrize("area", ["10.005", "-1", "NaN"])
def test_an_area_has_two_decimals(area):
    leaves = [Leaf(receipt(1), "counted", "agree", "phone", Decimal(area), "h0001")]
    counts = count(leaves)
    header = header_for([], rule=REBUILD, matter="lift", households=1, heads=1, area="99.00", counts=counts, passed=False)
    with pytest.raises(ValueError):
        compose(header, leaves, sign)


def swapped(text):
    lines = text.split("\n")
    lines[-3], lines[-2] = lines[-2], lines[-3]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda text: text[:0], 1),
        (lambda text: "\ufeff" + text, 1),
        (lambda text: text.replace("\n", "\r\n"), 1),
        (lambda text: text[:-1], 36),
        (lambda text: text[:100], None),
        (lambda text: text + "\n", 37),
        (lambda text: text.replace("revision: 1", "revision: 01"), 3),
        (lambda text: text.replace("kind: scheme\n", ""), 4),
        (lambda text: text.replace("\n\nreceipt", "\nreceipt"), 24),
        (lambda text: text.replace("receipt,status", "status,receipt"), 25),
        (lambda text: text.replace("rule: agree", "rule: against"), 8),
        (lambda text: text.replace(",replaced,-", ",replaced,agree"), None),
        (lambda text: text.replace(",against,", ",maybe,"), None),
        (lambda text: text.replace(",against,phone", ",against,phone,1.00,h0001"), None),
        (swapped, 36),
    ],
)
def test_a_file_of_another_form_is_refused_and_the_line_named(spoil, line):
    with pytest.raises(MalformedFile, match="Line") as refused:
        parse(spoil(small_gate().replace(",against,visit", ",against,phone").replace(",against,paper", ",against,phone")))
    if line:
        assert refused.value.line == line


def test_the_channels_say_how_a_ballot_came():
    assert {leaf.channel for leaf in parse(small_gate())[1]} == set(CHANNELS)
