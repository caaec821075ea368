"""Rounds that live around today, in the county of the demo's clerk: made by the operations themselves, as people would.

One open and behind, one open and reached, one announced, one drafted, one just closed with an objection, one matter of the owners.
"""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from PIL import Image, ImageDraw

from accounts.models import User
from demo.ballots import TEXTS, WISHES
from projects.choices import Stage
from projects.models import Entry, Project
from surveys.choices import VisitOutcome
from surveys.codes import code_of
from surveys.library import by_code
from surveys.models import RollEntry, Round
from surveys.operations.ballots import cast_by_phone
from surveys.operations.doorstep import enter_at_door, record_visit
from surveys.operations.objections import raise_objection
from surveys.operations.paper import key_sheet, register_sheet
from surveys.operations.rounds import Plan, announce_round, close_round, draft_round, open_round
from surveys.reviews import raise_reviews

ZONE = ZoneInfo("Asia/Shanghai")
COUNTY = "130404"
CONTACT = "示例社区居委会 2 号楼 1 层，0310-000-0000（示例）"
Posted = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A round of the demo: days from today of its opening and closing, share of households that agree and refuse, in %."""

    kind: str
    sheet: str
    opens: int
    closes: int
    agree: int = 0
    against: int = 0
    matter: str = ""
    state: str = "open"  # draft, announced, open, closed


SCENES = (
    Scene("willingness", "willingness_full", -6, 2, 58, 4),
    Scene("willingness", "willingness_full", -9, 5, 84, 3),
    Scene("willingness", "willingness_short", 2, 12, state="announced"),
    Scene("willingness", "willingness_services", 9, 19, state="draft"),
    Scene("willingness", "willingness_full", -13, -3, 82, 5, state="closed"),
    Scene("legal", "legal_fund_use", -4, 6, 55, 6, matter="fund_use"),
)


class LivingRounds:
    """Plays the scenes; `today` is the load's own day, nothing happens after eight in the morning of it."""

    def __init__(self, users: dict[str, User], seed: int, today: datetime.date) -> None:
        self.users, self.today = users, today
        self.rng = Random(f"{seed}:living")

    def play(self) -> int:
        """Every scene whose community is there; the number of rounds."""
        rows = (
            Entry.objects.filter(project__region__code=COUNTY, project__stage=Stage.RESERVE, removed_on__isnull=True)
            .exclude(community__households=None)
            .select_related("community__region", "project")
            .order_by("community__code")
        )
        played = list(zip(SCENES, rows.distinct(), strict=False))
        with translation.override("zh-hans"):
            for scene, entry in played:
                self._scene(scene, entry)
        return len(played)

    def _at(self, days: int, hour: int, minute: int = 0) -> datetime.datetime:
        return datetime.datetime.combine(self.today + datetime.timedelta(days=days), datetime.time(hour, minute), ZONE)

    def _scene(self, scene: Scene, entry: Entry) -> None:
        sheet = by_code(scene.sheet)
        assert sheet
        clerk = self.users["district_fuxing"]
        opens_at, closes_at = self._at(scene.opens, 8), self._at(scene.closes, 20)
        prepared = self._at(min(scene.opens - settings.ROUND_PUBLICITY_DAYS, -1), 7, 30)
        project: Project | None = None if scene.kind == "legal" else entry.project
        plan = Plan(
            kind=scene.kind, matter=scene.matter, project=project, title_zh=sheet.zh, title_en=sheet.en, questionnaire=sheet.code,
            questions=sheet.questions, opens_at=opens_at, closes_at=closes_at, contact=CONTACT,
        )  # fmt: skip
        row = draft_round(community=entry.community, plan=plan, actor=clerk, at=prepared, synthetic=True)
        if scene.state == "draft":
            return
        row = announce_round(round_=row, actor=clerk, at=prepared)
        if scene.state == "announced":
            return
        row = open_round(round_=row, at=opens_at)
        self._vote(row, scene)
        if scene.state == "closed":
            row = close_round(round_=row, at=closes_at + datetime.timedelta(minutes=1))
            self._object(row)
        raise_reviews(round_=row, at=self._at(min(scene.closes, 0), 8))

    def _vote(self, row: Round, scene: Scene) -> None:
        households = list(RollEntry.objects.filter(round=row).select_related("round__community").order_by("number"))
        self.rng.shuffle(households)
        agree, against = (len(households) * share // 100 for share in (scene.agree, scene.against))
        last = min(scene.closes - 1, -1)
        sayings = ["agree"] * agree + ["against"] * against
        self.rng.shuffle(sayings)
        paper = households[len(sayings) : len(sayings) + 4] if scene.state == "open" else []
        for number, (entry, says) in enumerate(zip(households, sayings, strict=False)):
            at = self._at(self.rng.randint(scene.opens, last), self.rng.randint(9, 19), self.rng.randint(0, 59))
            if number % 6 == 5:
                worker = self.users[("clerk_fuxing", "worker_fuxing")[number % 4 == 1]]
                enter_at_door(round_=row, entry=entry, posted=self._posted(row, says), actor=worker, at=at, key=self._key())
            else:
                self._by_phone(row, entry, says, at)
        self._on_paper(row, paper, self._at(last, 17))
        for entry in households[len(sayings) + 4 : len(sayings) + 9]:
            outcome = self.rng.choice((VisitOutcome.ABSENT, VisitOutcome.ABSENT, VisitOutcome.REFUSED))
            record_visit(round_=row, entry=entry, outcome=outcome, actor=self.users["clerk_fuxing"], at=self._at(last, 19))

    def _by_phone(self, row: Round, entry: RollEntry, says: str, at: datetime.datetime) -> None:
        device = f"{self.rng.getrandbits(128):032x}"
        code = code_of(row.secret, entry.household_id, entry.issue)
        cast_by_phone(round_code=row.code, code=code, key=self._key(), posted=self._posted(row, says), device=device, at=at)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def _posted(self, row: Round, says: str) -> Posted:
        """A household's form."""
        answers: dict[str, list[str]] = {}
        for question in row.questions:
            options = [option["code"] for option in question.get("options") or []]
            if question.get("deciding"):
                answers[question["code"]] = [next(o["code"] for o in question["options"] if o["counts"] == says)]
            elif question["form"] in {"ranking", "multiple"}:
                wished = [code for code in WISHES if code in options]
                answers[question["code"]] = self.rng.sample(wished[:8], min(3, len(wished[:8])))
            elif question["form"] == "single":
                answers[question["code"]] = [self.rng.choice(options)]
            elif self.rng.random() < 0.12:
                answers[question["code"]] = [self.rng.choice(TEXTS.get(row.kind, TEXTS["scheme"]))]
        return lambda code: answers.get(code, [])

    def _on_paper(self, row: Round, households: list[RollEntry], at: datetime.datetime) -> None:
        """Four sheets: one counted, one keyed differently, one keyed once, one just handed in."""
        first, second = self.users["clerk_fuxing"], self.users["worker_fuxing"]
        for number, entry in enumerate(households):
            photo = sheet_picture(f"{row.code} {entry.number}")
            sheet = register_sheet(round_=row, entry=entry, photo=photo, handed_in_at=at, actor=first, at=at + datetime.timedelta(hours=1))
            later = at + datetime.timedelta(hours=2)
            if number < 3:
                sheet = key_sheet(sheet=sheet, number=1, posted=self._posted(row, "agree"), actor=first, at=later)
            if number < 2:
                said = self._posted(row, "against") if number else _same(sheet.keyings.get(number=1).answers)
                key_sheet(sheet=sheet, number=2, posted=said, actor=second, at=later + datetime.timedelta(hours=1))

    def _object(self, row: Round) -> None:
        entry = RollEntry.objects.filter(round=row, ballot__channel="visit").order_by("number").first()
        if entry is not None:
            code = code_of(row.secret, entry.household_id, entry.issue)
            raise_objection(round_code=row.code, code=code, text="我家没有人签过，也没有人上门（示例）", at=self._at(-2, 9))


def _same(answers: dict[str, object]) -> Posted:
    """The form that gives the same answers again."""

    def posted(code: str) -> list[str]:
        value = answers.get(code, [])
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]

    return posted


def sheet_picture(words: str) -> bytes:
    """A drawn sheet of paper that says that it is a sample: no household ever signed it."""
    image = Image.new("RGB", (720, 960), "#f6f3ea")
    draw = ImageDraw.Draw(image)
    draw.text((60, 50), f"SAMPLE BALLOT SHEET {words}", fill="#333333", font_size=28)
    for line in range(11):
        draw.line((60, 150 + line * 60, 660, 150 + line * 60), fill="#b9b3a4", width=2)
    for box in (220, 340):
        draw.rectangle((80, box, 110, box + 30), outline="#333333", width=3)
    draw.line((84, 224, 106, 246), fill="#333333", width=4)
    draw.line((106, 224, 84, 246), fill="#333333", width=4)
    draw.text((360, 860), "SAMPLE SIGNATURE", fill="#37517e", font_size=24)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
