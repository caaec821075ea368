"""Published files for tests: rounds of any size, signed with the test key."""

from datetime import UTC, datetime
from decimal import Decimal

from surveys.ballot_file import Header, Leaf, compose, count, decide
from surveys.signing import key_id, sign

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GATE = "agree*100 >= households*80"
OPINIONS = "took-part*100 >= households*80"
FUND_USE = "heads and area: quorum 2/3, of those taking part > 1/2"
REBUILD = "heads and area: quorum 2/3, of those taking part >= 3/4"


def receipt(number):
    """A receipt of its own for every number; neighbours lie far apart in the alphabet."""
    digits = []
    rest = (number * 40_503 + 7) % 32**12
    for _ in range(12):
        rest, digit = divmod(rest, 32)
        digits.append(LETTERS[(digit + 5 * len(digits)) % 32])
    text = "".join(digits)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def leaves_of(*, agree=0, against=0, abstain=0, none=0, replaced=0, annulled=0):
    """Ballots of a gate; the channels take turns."""
    kinds = [
        ("counted", answer)
        for answer, number in (("agree", agree), ("against", against), ("abstain", abstain), ("none", none))
        for _ in range(number)
    ]
    kinds += [("replaced", "agree")] * replaced + [("annulled", "agree")] * annulled
    return [Leaf(receipt(number), status, answer, ("phone", "visit", "paper")[number % 3]) for number, (status, answer) in enumerate(kinds)]


def legal_leaves(*flats):
    """One counted ballot for each (answer, area, head)."""
    return [
        Leaf(receipt(number), "counted", answer, "phone", Decimal(area), f"h{head:04}") for number, (answer, area, head) in enumerate(flats)
    ]


def header_for(leaves, *, rule=GATE, households=10, matter="", heads=0, area="0.00", **changes):
    """A header that fits the leaves."""
    counts = count(leaves)
    values = {
        "round": "HD-2021-0007", "revision": 1, "kind": "legal" if matter else "scheme", "matter": matter, "community": "130404-0001",
        "scheme": "2", "question": "您家是否同意第 2 版改造方案？", "rule": rule,
        "opened": datetime(2021, 4, 1, 0, 0, tzinfo=UTC), "closed": datetime(2021, 4, 10, 12, 0, tzinfo=UTC),
        "published": datetime(2021, 4, 10, 12, 1, tzinfo=UTC), "roll_hash": "ab" * 32, "households": households,
        "heads": heads, "area": Decimal(area), "counts": counts, "key": key_id(),
        "passed": decide(rule, counts, households=households, heads=heads, area=Decimal(area)),
    }  # fmt: skip
    return Header(**(values | changes))


def published(leaves, **changes):
    """The signed text of a round with these leaves."""
    return compose(header_for(leaves, **changes), leaves, sign)


def small_gate():
    """Ten households, eight agree: 80.0 % exactly. One changed its mind, one ballot was annulled."""
    return published(leaves_of(agree=8, against=1, replaced=1, annulled=1))


def small_legal():
    """Three heads with four flats; one head has two flats and disagrees with one of them."""
    flats = [("agree", "60.00", 1), ("agree", "80.50", 2), ("agree", "50.25", 3), ("against", "49.75", 3)]
    return published(legal_leaves(*flats), rule=FUND_USE, matter="fund_use", households=4, heads=3, area="240.50")
