"""Casting: one ballot of one household, counted in the same transaction, recognised when it is sent twice."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from surveys.choices import Channel, RoundState, Verdict
from surveys.codes import CODE_LENGTH, code_digest, is_code, new_receipt, typed
from surveys.errors import AnswersMissing, CodeRefused, RoundClosed
from surveys.rules import Answers, Question, counts_as, read_answers

VERDICTS = {"agree": Verdict.AGREE, "against": Verdict.AGAINST, "abstain": Verdict.ABSTAIN, "none": Verdict.NONE}

# The household's row, locked until the ballot is counted, with what of its round can change while it is open: one way to the server.
DOOR = """
    SELECT e.id, e.building, e.unit, e.door, e.ballot_id, r.id, r.code, r.state, r.opens_at, r.closes_at, r.contact, r.roll_count
    FROM surveys_rollentry e JOIN surveys_round r ON r.id = e.round_id
    WHERE {which} {lock}
"""
WORDS = """
    SELECT kind, matter, title_zh, title_en, questions::text, place::text, facts::text, objection_days, scheme_version, synthetic
    FROM surveys_round WHERE id = %s
"""
BY_CODE = "r.code = %s AND e.code_digest = %s"
BY_ENTRY = "e.id = %s"
# Writes the ballot and points the roll to it, unless a later one counts already: one statement, one way to the server.
CAST = """
    WITH new AS (
        INSERT INTO surveys_ballot (round_id, entry_id, receipt, key, form, channel, verdict, answers, cast_at, entered_at, entered_by_id,
                                    device, proxy_sealed, document, owners_agree, owners_against)
        VALUES (%(round)s, %(entry)s, %(receipt)s, %(key)s, %(form)s, %(channel)s, %(verdict)s, %(answers)s, %(cast_at)s, %(at)s, %(actor)s,
                %(device)s, %(proxy)s, %(document)s, %(owners_agree)s, %(owners_against)s)
        ON CONFLICT (entry_id, key) DO NOTHING
        RETURNING id, entry_id, cast_at
    ), pointed AS (
        UPDATE surveys_rollentry e SET ballot_id = new.id FROM new
        WHERE e.id = new.entry_id
          AND NOT EXISTS (SELECT 1 FROM surveys_ballot b WHERE b.id = e.ballot_id AND b.cast_at > new.cast_at)
    )
    SELECT id FROM new
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What an open round asks and says: fixed by the database since its opening, so that a process reads it once."""

    kind: str
    matter: str
    title_zh: str
    title_en: str
    questions: list[Question]
    place: dict[str, Any]
    facts: dict[str, Any]
    objection_days: int
    scheme_version: int | None
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Door:
    """A household on an open round's roll, as casting and its pages need it. `code` is the round's."""

    entry_id: int
    building: str
    unit: str
    door: str
    ballot_id: int | None
    round_id: int
    code: str
    state: str
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    contact: str
    households: int

    @property
    def words(self) -> Words:
        """What the round asks and says."""
        return words_of(self.round_id, self.code)

    @property
    def questions(self) -> list[Question]:
        """What the round asks."""
        return self.words.questions


@lru_cache(maxsize=4096)
def words_of(round_id: int, code: str) -> Words:
    """The fixed words of an opened round; `code` is part of the key, so that no other round is ever taken for it."""
    with connection.cursor() as cursor:
        cursor.execute(WORDS, [round_id])
        kind, matter, title_zh, title_en, questions, place, facts, *more = cursor.fetchone()
    return Words(kind, matter, title_zh, title_en, json.loads(questions), json.loads(place), json.loads(facts), *more)


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot: its receipt, when it was cast, whether it had been sent before (`again`), and whether a later one counts (`replaced`)."""

    ballot_id: int
    receipt: str
    cast_at: datetime.datetime
    at_door: Door
    again: bool = False
    replaced: bool = False

    @property
    def entry_id(self) -> int:
        """The household's row on the roll."""
        return self.at_door.entry_id


@dataclass(frozen=True, slots=True)
class Entered:
    """What staff add to a ballot that they enter."""

    actor_id: int | None = None
    proxy_sealed: str = ""
    document: str = ""
    owners_agree: int | None = None
    owners_against: int | None = None


def _door(which: str, values: list[Any], *, lock: bool) -> Door | None:
    with connection.cursor() as cursor:
        cursor.execute(DOOR.format(which=which, lock="FOR UPDATE OF e" if lock else ""), values)
        row = cursor.fetchone()
    return Door(*row) if row else None


def door_of_code(round_code: str, code: str, *, lock: bool = False) -> Door:
    """The household whose code this is in this round. Raises CodeRefused for anything else, and never says why."""
    narrowed = typed(code)
    found = _door(BY_CODE, [round_code, code_digest(narrowed)], lock=lock) if is_code(narrowed, CODE_LENGTH) else None
    if found is None:
        raise CodeRefused(_("This code is not valid or no longer in use."))
    return found


def door_of_entry(entry_id: int, *, lock: bool = False) -> Door:
    """The household by its row: for staff. Raises CodeRefused when there is none."""
    found = _door(BY_ENTRY, [entry_id], lock=lock)
    if found is None:
        raise CodeRefused(_("This household is not on the roll."))
    return found


def check_answers(questions: list[Question], posted: Callable[[str], list[str]]) -> Answers:
    """The answers, or AnswersMissing with a sentence for each question that is at fault."""
    answers, faults = read_answers(questions, posted)
    if faults:
        raise AnswersMissing(_("Something is still missing."), details={code: answer_fault(fault) for code, fault in faults.items()})
    return answers


def answer_fault(fault: str) -> str:
    """The fault of an answer as a short sentence."""
    return {
        "required": _("Please choose one."),
        "unknown": _("Please choose one of the answers."),
        "too_many": _("Too many are chosen. Please take some away."),
        "too_long": _("The text is too long: 500 characters at most."),
    }[fault]


def require_open(door: Door, at: datetime.datetime) -> None:
    """Raise RoundClosed unless a household can vote at that moment."""
    if door.state == RoundState.OPEN and door.opens_at <= at < door.closes_at:
        return
    if door.state in {RoundState.DRAFT, RoundState.ANNOUNCED} or at < door.opens_at:
        raise RoundClosed(_("Voting has not begun yet."))
    if door.state == RoundState.CANCELLED:
        raise RoundClosed(_("This round was cancelled. Nothing is counted."))
    raise RoundClosed(_("Voting is over. Ballots are no longer accepted."))


@transaction.atomic
def cast_by_phone(
    *, round_code: str, code: str, key: uuid.UUID, posted: Callable[[str], list[str]], device: str, at: datetime.datetime
) -> Cast:
    """Cast and count the ballot of the household whose code this is, and give its receipt.

    The same form sent again, by impatience or a lost connection, is the same ballot: the first receipt comes back, after the
    closing too, and when another form has replaced it since. Other answers replace the ballot; the last one counts, all stay on
    record. Raises CodeRefused, RoundClosed, AnswersMissing; then nothing is written.
    """
    door = door_of_code(round_code, code, lock=True)
    try:
        answers = check_answers(door.questions, posted)
    except AnswersMissing:
        require_open(door, at)  # once it is closed, a right code without answers is told what a wrong one is told
        raise
    own = uuid.uuid5(key, json.dumps(answers, sort_keys=True, ensure_ascii=False))
    if door.ballot_id and (known := _known(door.entry_id, own)):
        if known[0] == door.ballot_id:
            return Cast(*known, door, again=True)
        if not _last_came_from(door.ballot_id, key):
            return Cast(*known, door, again=True, replaced=True)
        own = uuid.uuid5(own, str(door.ballot_id))  # the same form back to an earlier answer after another one: that is a new ballot
    require_open(door, at)
    return write_ballot(door=door, key=own, form=key, channel=Channel.PHONE, answers=answers, cast_at=at, at=at, device=device)


def _known(entry_id: int, key: uuid.UUID) -> tuple[int, str, datetime.datetime] | None:
    """The household's ballot with this key: (id, receipt, cast at)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, receipt, cast_at FROM surveys_ballot WHERE entry_id = %s AND key = %s", [entry_id, key])
        row = cursor.fetchone()
    return row if row else None


def _last_came_from(ballot_id: int, form: uuid.UUID) -> bool:
    """Whether the ballot that counts was sent with this form."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM surveys_ballot WHERE id = %s AND form = %s", [ballot_id, form])
        return cursor.fetchone() is not None


def write_ballot(
    *,
    door: Door,
    key: uuid.UUID,
    channel: str,
    answers: Answers,
    cast_at: datetime.datetime,
    at: datetime.datetime,
    device: str = "",
    form: uuid.UUID | None = None,
    entered: Entered = Entered(),
) -> Cast:
    """Insert the ballot and count it; inside the caller's transaction, on a locked household. All channels end here.

    Raises RoundClosed when the database finds the round closed in between. The same key twice is one ballot.
    """
    values: dict[str, Any] = {
        "round": door.round_id,
        "entry": door.entry_id,
        "key": key,
        "form": form,
        "channel": channel,
        "verdict": VERDICTS[counts_as(door.questions, answers)],
        "answers": json.dumps(answers, ensure_ascii=False),
        "cast_at": cast_at,
        "at": at,
        "actor": entered.actor_id,
        "device": device,
        "proxy": entered.proxy_sealed,
        "document": entered.document,
        "owners_agree": entered.owners_agree,
        "owners_against": entered.owners_against,
    }
    receipt = new_receipt()
    try:
        with connection.cursor() as cursor:
            cursor.execute(CAST, values | {"receipt": receipt})
            row = cursor.fetchone()
    except IntegrityError as error:
        if "the round is not open" in str(error):
            raise RoundClosed(_("Voting is over. Ballots are no longer accepted.")) from error
        raise
    if row is None:
        known = _known(door.entry_id, key)
        assert known, "a key that cannot be inserted is there"
        return Cast(*known, door, again=True)
    return Cast(row[0], receipt, cast_at, door)
