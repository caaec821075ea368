"""The published file of one round: composed at publishing, read again for recounts; its exact form is in docs/verification.md."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from surveys import merkle

FIRST_LINE = "renovation-ballots 1"
COLUMNS = "receipt,status,answer,channel"
LEGAL_COLUMNS = COLUMNS + ",area,head"
NOTHING = "-"
CHINA = timezone(timedelta(hours=8))

STATUSES = ("counted", "replaced", "annulled")
ANSWERS = ("agree", "against", "abstain", "none")
CHANNELS = ("phone", "visit", "paper")

_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
_AREA = re.compile(r"(?:0|[1-9][0-9]{0,9})\.[0-9]{2}")
_TEXT = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<! )")
_WORD = re.compile(r"[a-z][a-z_]*")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_RESULT = re.compile(r"passed|not-passed|-")
_KEY = re.compile(r"[0-9a-f]{16}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")
SHARE_RULE = re.compile(r"(agree|took-part)\*100 >= households\*([1-9][0-9]?|100)")
LEGAL_RULE = re.compile(r"heads and area: quorum ([1-9])/([1-9]), of those taking part (>=|>) ([1-9])/([1-9])")
# every header line in its order, with the form of its value
HEADER = {
    "round": _CODE, "revision": _COUNT, "kind": _WORD, "matter": _WORD, "community": _CODE, "scheme": _TEXT, "question": _TEXT,
    "rule": _TEXT, "opened": _TIME, "closed": _TIME, "published": _TIME, "roll-hash": _HASH,
    "households": _COUNT, "area": _AREA, "heads": _COUNT, "ballots": _COUNT, "replaced": _COUNT, "annulled": _COUNT,
    "agree": _COUNT, "against": _COUNT, "abstain": _COUNT,
    "agree-heads": _COUNT, "agree-area": _AREA, "took-part-heads": _COUNT, "took-part-area": _AREA, "result": _RESULT,
    "root": _HASH, "key": _KEY, "signature": _SIGNATURE,
}  # fmt: skip
LEGAL_ONLY = frozenset({"matter", "area", "heads", "agree-heads", "agree-area", "took-part-heads", "took-part-area"})
_OPEN = r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}),(?:(counted|annulled),(agree|against|abstain|none)|(replaced),-),(phone|visit|paper)"
_BALLOT = {False: re.compile(_OPEN), True: re.compile(rf"{_OPEN},(?:({_AREA.pattern}),(h[0-9]{{4,6}})|-,-)")}


class MalformedFile(ValueError):
    """The text is not a published file; `line` (from 1) is where it departs from the form."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(f"Line {line}: {message}")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One ballot as it is published. `area` (m²) and `head` (pseudonym of the owner in this round, "h0012") in legal rounds only."""

    receipt: str
    status: str
    answer: str
    channel: str
    area: Decimal | None = None
    head: str = ""

    def line(self) -> str:
        """The published line. Of a replaced ballot neither answer nor flat is told: nobody sees that, and how, a mind was changed."""
        told = self.status != "replaced"
        cells = [self.receipt, self.status, self.answer if told else NOTHING, self.channel]
        if self.is_legal:
            cells += [f"{self.area or 0:.2f}", self.head] if told else [NOTHING, NOTHING]
        return ",".join(cells)

    @property
    def is_legal(self) -> bool:
        """True when it carries what Art. 278 counts by."""
        return self.area is not None or bool(self.head)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted: ballots (one per household), and in legal rounds heads and area in m²."""

    ballots: int = 0
    replaced: int = 0
    annulled: int = 0
    agree: int = 0
    against: int = 0
    abstain: int = 0
    agree_heads: int = 0
    agree_area: Decimal = Decimal(0)
    took_part_heads: int = 0
    took_part_area: Decimal = Decimal(0)

    @property
    def took_part(self) -> int:
        """Households with a counted ballot, whatever they answered."""
        return self.ballots - self.replaced - self.annulled


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the file says above its ballots. `matter`, `heads` and `area` (m², of the whole roll) in legal rounds only.

    `rule` has the form of SHARE_RULE or LEGAL_RULE, or is "-" where nothing is decided; `passed` is then None. `key` is the short
    name of the signing key. The times carry their zone.
    """

    round: str
    revision: int
    kind: str
    community: str
    question: str
    rule: str
    opened: datetime
    closed: datetime
    published: datetime
    roll_hash: str
    households: int
    passed: bool | None
    key: str
    scheme: str = ""
    matter: str = ""
    heads: int = 0
    area: Decimal = Decimal(0)
    counts: Counts = field(default_factory=Counts)


def count(leaves: Iterable[Leaf]) -> Counts:
    """The tally of the leaves. A head takes part with any counted ballot and agrees only when all of them agree; area counts by flat."""
    by_status = dict.fromkeys(STATUSES, 0)
    by_answer = dict.fromkeys(ANSWERS, 0)
    heads: dict[str, bool] = {}
    agree_area = took_part_area = Decimal(0)
    for leaf in leaves:
        by_status[leaf.status] += 1
        if leaf.status != "counted":
            continue
        by_answer[leaf.answer] += 1
        if leaf.is_legal:
            agrees, area = leaf.answer == "agree", leaf.area or Decimal(0)
            heads[leaf.head] = heads.get(leaf.head, True) and agrees
            took_part_area += area
            agree_area += area if agrees else 0
    return Counts(
        ballots=sum(by_status.values()), replaced=by_status["replaced"], annulled=by_status["annulled"],
        agree=by_answer["agree"], against=by_answer["against"], abstain=by_answer["abstain"],
        agree_heads=sum(heads.values()), agree_area=agree_area, took_part_heads=len(heads), took_part_area=took_part_area,
    )  # fmt: skip


def decide(rule: str, counts: Counts, *, households: int, heads: int = 0, area: Decimal = Decimal(0)) -> bool | None:
    """Whether the counts pass the rule; None where the rule is "-". An empty roll passes nothing. Raises ValueError for an unknown rule.

    80 % gate: silence is no. Civil Code Art. 278: the quorum is asked of the roll, the threshold of those taking part, each by heads
    and by area.
    """
    if rule == NOTHING:
        return None
    if share := SHARE_RULE.fullmatch(rule):
        part = counts.agree if share[1] == "agree" else counts.took_part
        return households > 0 and part * 100 >= households * int(share[2])
    legal = LEGAL_RULE.fullmatch(rule)
    if legal is None:
        raise ValueError(f"This rule is none that a file can carry: {rule!r}.")
    quorum, of_quorum, least, of_least = (int(legal[place]) for place in (1, 2, 4, 5))
    measures = ((counts.agree_heads, counts.took_part_heads, heads), (counts.agree_area, counts.took_part_area, area))
    return all(
        taking_part > 0
        and taking_part * of_quorum >= whole * quorum
        and (agree * of_least > taking_part * least if legal[3] == ">" else agree * of_least >= taking_part * least)
        for agree, taking_part, whole in measures
    )


def compose(header: Header, leaves: Iterable[Leaf], sign: Callable[[bytes], str]) -> str:
    """The whole file, signed by `sign` (bytes -> base64 of an Ed25519 signature).

    Raises ValueError when the header's counts or its result do not fit the ballots, and MalformedFile when a value has no place in a file.
    """
    lines = sorted(leaves, key=lambda leaf: leaf.receipt)
    if any(leaf.is_legal is not bool(header.matter) for leaf in lines):
        raise ValueError("Area and head stand in every ballot of a legal round, and in no other.")
    values = _values(header)
    _refuse_other_counts(header, count(lines))
    rows = [leaf.line() for leaf in lines]
    values |= {"root": merkle.root(row.encode() for row in rows), "key": header.key}
    told = [FIRST_LINE, *(f"{key}: {values[key]}" for key in _keys(bool(header.matter)) if key in values)]
    signature = sign("\n".join(told).encode())
    text = "\n".join([*told, f"signature: {signature}", "", LEGAL_COLUMNS if header.matter else COLUMNS, *rows, ""])
    _header, published = parse(text)
    if count(published) != header.counts:
        raise ValueError("An area has more than two decimals, or a ballot that counts has no flat.")
    return text


def parse(text: str) -> tuple[dict[str, str], list[Leaf]]:
    """The header's values by their names, and the ballots. Raises MalformedFile; neither root, counts nor signature are checked here."""
    lines = text.split("\n")
    if lines[0] != FIRST_LINE:
        raise MalformedFile(1, f"a published file begins with {FIRST_LINE!r}.")
    if lines.pop() != "" or len(lines) < 5:
        raise MalformedFile(len(lines) + 1, "the file ends in the middle; every line, the last one too, ends with a line feed.")
    legal = lines[4].startswith("matter: ")
    keys = _keys(legal)
    header = {key: _value(number, key, lines) for number, key in enumerate(keys, start=2)}
    if not (LEGAL_RULE if legal else SHARE_RULE).fullmatch(header["rule"]) and (legal or header["rule"] != NOTHING):
        raise MalformedFile(keys.index("rule") + 2, "this rule is none that a file can carry.")
    start = len(keys) + 1
    for number, wanted in ((start + 1, ""), (start + 2, LEGAL_COLUMNS if legal else COLUMNS)):
        if lines[number - 1 : number] != [wanted]:
            raise MalformedFile(number, f"{wanted!r} stands here." if wanted else "an empty line stands here.")
    leaves: list[Leaf] = []
    for number, line in enumerate(lines[start + 2 :], start=start + 3):
        leaves.append(_leaf(number, line, legal=legal))
        if len(leaves) > 1 and leaves[-2].receipt >= leaves[-1].receipt:
            raise MalformedFile(number, "ballots are sorted by receipt, and each receipt is there once.")
    return header, leaves


def signed_part(text: str) -> bytes:
    """The bytes under the signature: from the first line to the end of the line `key: …`, without its line feed."""
    told, found, _rest = text.partition("\nsignature: ")
    if not found:
        raise MalformedFile(1, "there is no signature.")
    return told.encode()


def _keys(legal: bool) -> Sequence[str]:
    return [key for key in HEADER if legal or key not in LEGAL_ONLY]


def _values(header: Header) -> dict[str, str]:
    """The values of all lines above the root; those of other kinds of rounds too."""
    counts = {each.name.replace("_", "-"): getattr(header.counts, each.name) for each in fields(Counts)}
    passed = {True: "passed", False: "not-passed", None: NOTHING}[header.passed]
    return {
        "round": header.round, "revision": str(header.revision), "kind": header.kind, "matter": header.matter,
        "community": header.community, "scheme": header.scheme or NOTHING, "question": " ".join(header.question.split()) or NOTHING,
        "rule": header.rule, "opened": _moment(header.opened), "closed": _moment(header.closed), "published": _moment(header.published),
        "roll-hash": header.roll_hash, "households": str(header.households), "area": f"{header.area:.2f}", "heads": str(header.heads),
        **{key: f"{value:.2f}" if isinstance(value, Decimal) else str(value) for key, value in counts.items()}, "result": passed,
    }  # fmt: skip


def _moment(moment: datetime) -> str:
    """China has one time zone; a moment without its zone is refused."""
    if moment.tzinfo is None:
        raise ValueError("A published time carries its zone.")
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def _refuse_other_counts(header: Header, found: Counts) -> None:
    other = [each.name for each in fields(Counts) if getattr(header.counts, each.name) != getattr(found, each.name)]
    if other:
        told = ", ".join(f"{name}: {getattr(header.counts, name)}, in the ballots {getattr(found, name)}" for name in other)
        raise ValueError(f"The counts do not fit the ballots ({told}).")
    if not header.opened < header.closed <= header.published:
        raise ValueError("A round opens, closes and is published in this order.")
    passed = decide(header.rule, found, households=header.households, heads=header.heads, area=header.area)
    if passed is not header.passed:
        raise ValueError(f"The result does not fit the rule: {header.passed} is said, {passed} follows from {header.rule!r}.")
    if found.took_part > header.households or (
        header.matter and (found.took_part_heads > header.heads or found.took_part_area > header.area)
    ):
        raise ValueError("More took part than stand on the roll.")


def _value(number: int, key: str, lines: list[str]) -> str:
    name, colon, value = (lines[number - 1] if number <= len(lines) else "").partition(": ")
    if name != key or not colon or not HEADER[key].fullmatch(value):
        raise MalformedFile(number, f"'{key}: …' stands here, in its form.")
    return value


def _leaf(number: int, line: str, *, legal: bool) -> Leaf:
    found = _BALLOT[legal].fullmatch(line)
    if not found:
        raise MalformedFile(number, f"a ballot is {LEGAL_COLUMNS if legal else COLUMNS}, each in its form.")
    cells = [cell or "" for cell in found.groups()]
    receipt, status, answer, replaced, channel = cells[:5]
    area, head = (Decimal(cells[5] or 0), cells[6] or NOTHING) if legal else (None, "")
    return Leaf(receipt, status or replaced, answer or NOTHING, channel, area, head)
