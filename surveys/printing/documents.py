"""What the papers of a round are made from: plain values, nothing of the database. Texts may hold anything; they stay text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from surveys.rules import GATE_PERCENT, RULE_VERSION, LegalCount


@dataclass(frozen=True)
class About:
    """What every paper of a round says."""

    title: str  # the round: "改造方案（第 2 版）表决"
    community: str  # "机械厂家属院"
    place: str  # "邯郸市复兴区"
    kind: str  # a value of choices.RoundKind: willingness, opinions, scheme, satisfaction, legal
    households: int  # on the roll, or expected to be on it before the opening
    opens_at: datetime  # with zone; shown in Beijing time
    closes_at: datetime
    matter: str = ""  # for kind legal a value of choices.Matter: fund_use, fund_raising, lift, common_parts
    percent: int = GATE_PERCENT  # the gate's line, in per cent of all households; not used for kind legal
    issuer: str = ""  # who publishes: "机械厂社区居委会 · 复兴区住房和城乡建设局"
    contact: str = ""  # where to ask, who gives out a lost code again: "居委会，2 号楼 1 层，0310-000-0000"
    synthetic: bool = False  # puts the tag 示例数据 on every page and slip
    language: str = "zh-hans"  # or "en"


@dataclass(frozen=True)
class Scheme:
    """The scheme in four rows; what is empty or None is left out. Amounts in yuan."""

    works: str = ""  # what is renovated: "水电气热管网、屋面、外墙"
    total_amount: Decimal | None = None
    household_amount: Decimal | None = None  # what one household pays; 0 is shown as 0
    starts_on: date | None = None  # the works, shown as months
    ends_on: date | None = None


@dataclass(frozen=True)
class Notice:
    """The notice before and during a round: one page for the gate and one for each stairwell door."""

    about: About
    question: str  # what is asked, in one sentence: "您家是否同意改造方案（第 2 版）？"
    url: str  # what the QR code opens: the round's own page
    typed_url: str  # what people type who cannot scan; shown without its scheme
    code: str  # the community's code that is typed there: "K7QM3D"
    scheme: Scheme | None = None
    publicity: tuple[date, date] | None = None  # first and last day
    verify_url: str = ""  # where the result will stand and can be checked
    gate: bool = True  # whether there is a page without a stairwell
    stairwells: tuple[tuple[str, str], ...] = ()  # (building, unit) as in the register: ("3号楼", "2"); printed in this order


@dataclass(frozen=True)
class Slip:
    """One household's slip. The full door: the slip goes into this letter box."""

    building: str
    unit: str
    door: str
    code: str  # as it is typed: "ABCD-2345"
    url: str  # what the QR code opens, the code in it


@dataclass(frozen=True)
class Slips:
    """Slips for households in any order; they are printed by building, stairwell and door, each building on its own pages."""

    about: About
    slips: tuple[Slip, ...]
    typed_url: str


@dataclass(frozen=True)
class BuildingResult:
    """One row of the result: a building, or a stairwell. Counts are households.

    `agree` and `against` None: too few households to show without telling who answered what.
    """

    name: str  # "3号楼"
    households: int
    taking_part: int
    agree: int | None
    against: int | None


@dataclass(frozen=True)
class ChannelResult:
    """How ballots came in: the way's name, the households, and what guards it against mistakes."""

    name: str  # "手机"
    households: int
    note: str = ""  # "一户一码"


@dataclass(frozen=True)
class Proof:
    """What anybody can check: the signed root of the published file, and where."""

    root: str  # hexadecimal
    key_id: str  # of the key that signed it
    signed_at: datetime
    url: str  # the result's public page, with the file and the verifiers


@dataclass(frozen=True)
class Objections:
    """Until when a household may say "I did not sign this", and what has come in so far."""

    first_day: date
    last_day: date
    url: str
    received: int = 0
    decided: int = 0


@dataclass(frozen=True)
class Result:
    """The notice of a result. Counts are households; agree, against and abstain add up to taking_part.

    For kind opinions `agree` is the number of households that answered. For kind legal the count by heads and area is needed.
    """

    about: About
    agree: int
    against: int
    abstain: int
    passed: bool
    published_at: datetime
    law: LegalCount | None = None
    buildings: tuple[BuildingResult, ...] = ()
    channels: tuple[ChannelResult, ...] = ()
    proof: Proof | None = None
    objections: Objections | None = None
    rule_version: str = RULE_VERSION

    @property
    def taking_part(self) -> int:
        """Households with a ballot that counts."""
        return self.agree + self.against + self.abstain
