"""The demo's closed rounds: rolls and ballots made inside the database, counted and signed as real ones are."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import User
from communities.models import Community
from demo.ballots import TEXTS, WISHES, answers_of
from demo.copying import copy_objects, reserve_ids
from demo.people import clerk_username
from demo.shapes import Works
from demo.votes import Vote, vote_of
from projects.models import Project
from regions.models import Region
from surveys import signing
from surveys.ballot_file import Header, Leaf, compose, count
from surveys.choices import RoundKind, RoundState, Verdict
from surveys.codes import ALPHABET, ROUND_LENGTH, spoken
from surveys.library import by_code
from surveys.models import Ballot, Publication, RollEntry, Round, RoundCount
from surveys.publications import question_of, rule_of
from surveys.results import SAYS
from surveys.rules import Question

ZONE = ZoneInfo("Asia/Shanghai")
SQL = Path(__file__).with_name("rounds.sql")
QUESTIONNAIRES = {
    "willingness": "willingness_full", "opinions": "opinions_full", "scheme": "scheme_full", "satisfaction": "satisfaction_full",
}  # fmt: skip
ALL_KINDS_IN = ("130400", "130682", "130181")  # Handan, Dingzhou, Xinji: every round of half a million households takes two minutes
CONTACT = "示例社区居委会，0310-000-0000（示例）"


def _moment(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)


def votes(works: Iterable[Works], *, all_kinds: bool) -> Iterator[tuple[Works, Vote]]:
    """The closed rounds of these projects: the vote on the scheme of each, the other kinds in ALL_KINDS_IN or everywhere."""
    for one in works:
        for yard in one.yards:
            for kind in QUESTIONNAIRES if all_kinds or one.unit in ALL_KINDS_IN else ("scheme",):
                if yard.with_flats and (vote := vote_of(one, yard, kind)):
                    yield one, vote


class RoundWriter:
    """Writes closed rounds. The tables of rounds must be empty: their foreign keys are made afterwards, their triggers rest."""

    def __init__(self, users: dict[str, User], communities: dict[str, Community], seed: int) -> None:
        self.users, self.communities = users, communities
        self.rng = Random(f"{seed}:rounds")
        self.projects = {project.code: project for project in Project.objects.all()}
        self.places = _places()

    def write(self, found: list[tuple[Works, Vote]]) -> int:
        """Rounds, rolls, ballots, counts, published results; the number of rounds."""
        ids = reserve_ids(Round, len(found)) if found else range(0)
        rounds = [self._round(pk, one, vote) for pk, (one, vote) in zip(ids, found, strict=True)]
        pairs = list(zip(rounds, (vote for _, vote in found), strict=True))
        for kind in QUESTIONNAIRES:
            self._rolls([(row, vote) for row, vote in pairs if vote.kind == kind], kind)
        self._figures(rounds)
        copy_objects(Round, rounds)
        copy_objects(RoundCount, [_count(row, vote) for row, vote in pairs])
        copy_objects(Publication, list(_publications(rounds)))
        self._call_backs()
        return len(rounds)

    def _round(self, pk: int, one: Works, vote: Vote) -> Round:
        community = self.communities[vote.yard]
        sheet = by_code(QUESTIONNAIRES[vote.kind])
        assert sheet
        version = 2 if community.name == "机械厂家属院" and vote.kind == "scheme" else 1 if vote.kind in {"scheme", "opinions"} else None
        opens, closes = _moment(vote.opened_on, 8), _moment(vote.closed_on, 20)
        return Round(
            pk=pk,
            code="".join(self.rng.choices(ALPHABET, k=ROUND_LENGTH)),
            secret=f"{self.rng.getrandbits(128):032x}",
            community=community,
            project=self.projects[one.code],
            kind=vote.kind,
            scheme_version=version,
            title_zh=_title(sheet.zh, version, "（第 {version} 版）"),
            title_en=_title(sheet.en, version, ", version {version}"),
            questionnaire=sheet.code,
            questions=[_asked(question, version or 1) for question in sheet.questions],
            place=self.places[community.region.county_code or ""] | {"community": community.name},
            contact=CONTACT,
            state=RoundState.CLOSED,
            announced_at=opens - datetime.timedelta(days=8),
            opens_at=opens,
            closes_at=closes,
            opened_at=opens,
            closed_at=closes + datetime.timedelta(minutes=1),
            synthetic=True,
            created_at=opens - datetime.timedelta(days=9),
            created_by=self.users[clerk_username(one.county)],
        )

    def _rolls(self, pairs: list[tuple[Round, Vote]], kind: str) -> None:
        if not pairs:
            return
        rows = [
            (row.pk, row.community_id, kind, vote.agreed, vote.against, row.opens_at, row.closes_at, row.created_by_id)
            for row, vote in pairs
        ]
        households = sum(vote.households for _, vote in pairs)
        values: dict[str, int | str | list[str]] = {
            "first_entry": reserve_ids(RollEntry, households)[0] - 1,
            "first_ballot": reserve_ids(Ballot, sum(vote.agreed + vote.against for _, vote in pairs))[0] - 1,
            "alphabet": ALPHABET,
            "texts": TEXTS[kind],
            "wishes": WISHES,
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE demo_vote (round_id bigint, community_id bigint, kind text, agreed int, against int,"
                " opened timestamptz, closed timestamptz, worker bigint)"
            )
            cursor.cursor.executemany("INSERT INTO demo_vote VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows)
            cursor.execute("ANALYZE demo_vote")
            for statement in SQL.read_text(encoding="utf-8").replace("{answers}", answers_of(kind)).split(";\n"):
                if statement.strip():
                    cursor.execute(statement, values)
            cursor.execute("DROP TABLE demo_vote, demo_roll")

    def _figures(self, rounds: list[Round]) -> None:
        """What each round keeps of its roll: count, area, heads and the hash, as rolls.figures_of makes it."""
        by_id = {row.pk: row for row in rounds}
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT round_id, count(*), sum(area), count(DISTINCT head),
                       encode(sha256(convert_to(string_agg(number || '|' || building || '|' || unit || '|' || door || '|' || area || '|'
                                                           || head || E'\\n', '' ORDER BY number), 'UTF8')), 'hex')
                FROM surveys_rollentry GROUP BY round_id
                """
            )
            for pk, households, area, heads, digest in cursor.fetchall():
                row = by_id[pk]
                row.roll_count, row.roll_area, row.roll_heads, row.roll_hash = households, area, heads, digest

    def _call_backs(self) -> None:
        """One in twenty of the ballots entered at the door was called back, and confirmed."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO surveys_callback (ballot_id, outcome, note, drawn_at, called_at, called_by_id)
                SELECT id, 'confirmed', '', entered_at, entered_at + interval '1 day', %s
                FROM surveys_ballot WHERE channel = 'visit' AND get_byte(sha256(receipt::bytea), 0) < 13
                """,
                [self.users["street_erliuqier"].pk],
            )


def _title(title: str, version: int | None, words: str) -> str:
    """With the version of the scheme, where there is one."""
    return title + words.format(version=version) if version else title


def _asked(question: Question, version: int) -> Question:
    """The question with the scheme's version put in."""
    return question | {key: str(question[key]).replace("{version}", str(version)) for key in ("zh", "en")}


def _places() -> dict[str, dict[str, str]]:
    """County code -> names of city and county for the pages."""
    regions = {region.code: region for region in Region.objects.filter(depth__lte=3)}
    found = {}
    for region in regions.values():
        if region.depth == 3:
            city = regions[region.codes[1]]
            found[region.code] = {
                "zh": f"{city.name_zh}{region.name_zh}",
                "en": f"{region.name_en or region.name_zh}, {city.name_en or city.name_zh}",
            }
    return found


def _count(row: Round, vote: Vote) -> RoundCount:
    voted = vote.agreed + vote.against
    return RoundCount(
        round_id=row.pk, voted=voted, agreed=vote.agreed, against=vote.against, passed=vote.agreed * 100 >= vote.households * 80,
        counted_at=row.closed_at,
    )  # fmt: skip


def _publications(rounds: list[Round]) -> Iterator[Publication]:
    """Each round's signed header: one reading of all ballots, in the order of the rounds."""
    by_id = {row.pk: row for row in rounds}
    rows = Ballot.objects.order_by("round_id").values_list("round_id", "receipt", "channel", "verdict").iterator(chunk_size=20_000)
    key = signing.key_id()
    for pk, ballots in groupby(rows, key=lambda row: row[0]):
        row = by_id[pk]
        leaves = [Leaf(spoken(receipt), "counted", SAYS[Verdict(verdict)], channel) for _, receipt, channel, verdict in ballots]
        counts = count(leaves)
        assert row.opened_at and row.closed_at and row.roll_count
        agreed = counts.took_part if row.kind == RoundKind.OPINIONS else counts.agree
        header = Header(
            round=row.code, revision=1, kind=row.kind, community=row.community.code, scheme=str(row.scheme_version or ""),
            question=question_of(row), rule=rule_of(row), opened=row.opened_at, closed=row.closed_at, published=row.closed_at,
            roll_hash=row.roll_hash, households=row.roll_count, passed=agreed * 100 >= row.roll_count * 80, key=key, counts=counts,
            heads=0, area=Decimal(0),
        )  # fmt: skip
        told = compose(header, leaves, signing.sign).partition("\n\n")[0]
        root = next(line.removeprefix("root: ") for line in told.split("\n") if line.startswith("root: "))
        yield Publication(round=row, revision=1, header=told, root=root, key_id=key, published_at=row.closed_at)
