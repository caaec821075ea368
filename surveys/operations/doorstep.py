"""At the door: a named worker enters what a household says, or records that there was no answer; and gives out a new code."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.crypto import seal
from common.errors import InvalidInput, given_reason
from common.text import narrow
from projects.operations.photos import PhotoRefused
from surveys.choices import Channel, RoundState, VisitOutcome
from surveys.codes import code_digest, code_of
from surveys.errors import AnswersMissing, CannotEnter, RoundClosed
from surveys.models import Ballot, CallBack, RollEntry, Round, SlipPrint, Visit
from surveys.operations.ballots import Door, Entered, check_answers, door_of_entry, require_open, write_ballot
from surveys.pictures import keep_picture
from surveys.rules import Answers, counts_as, deciding_question, flat_decides

LONGEST_NAME = 30
MOST_OWNERS = 50
SAME_VISIT = datetime.timedelta(minutes=2)  # the same word about the same door within it was sent twice


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who votes for the household: the name, sealed, and the photo of the document; both empty when it votes itself."""

    sealed: str = ""
    document: str = ""


def read_proxy(name: str, document: bytes | None) -> Proxy:
    """Check and keep what shows that somebody may vote for the household. Raises InvalidInput at `proxy_name` or `document`."""
    name = narrow(name.replace("\x00", ""))
    if len(name) > LONGEST_NAME:
        raise _at("proxy_name", _("The name is too long: 30 characters at most."))
    if name and not document:
        raise _at("document", _("Somebody else votes for the household: add a photo of the document that allows it."))
    if document and not name:
        raise _at("proxy_name", _("Say who votes for the household by this document."))
    if not name or not document:
        return Proxy()
    try:
        return Proxy(seal(name), keep_picture(document, "documents"))
    except PhotoRefused as refused:
        raise _at("document", str(refused.message)) from refused


def _at(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, details={field: message})


def locked_household(round_: Round, entry: RollEntry) -> Door:
    """The household's row, locked. Raises CannotEnter when it is not on this round's roll."""
    door = door_of_entry(entry.pk, lock=True)
    if door.round_id != round_.pk:
        raise CannotEnter(_("This household is not on the roll of this round. Nobody off the roll can vote."))
    return door


@transaction.atomic
def enter_at_door(
    *,
    round_: Round,
    entry: RollEntry,
    posted: Callable[[str], list[str]],
    actor: User,
    at: datetime.datetime,
    key: uuid.UUID,
    proxy_name: str = "",
    document: bytes | None = None,
    owners_agree: int | None = None,
    owners_against: int | None = None,
    replaces: bool = False,
) -> Ballot | Visit:
    """Enter and count the ballot that the household gives at the door; the worker's name stays with it.

    Several owners decide first, by majority (`owners_agree`, `owners_against`); a tie is recorded as a visit and not counted.
    A proxy needs the photo of a document. A household that has a ballot replaces it only when `replaces` says that it wants to.
    The same form (`key`) is one ballot. CALL_BACK_PERCENT % of these ballots are drawn by lot for a call-back, and every one that
    replaces a ballot cast without the worker; the worker is not told. Raises CannotEnter, RoundClosed, AnswersMissing, InvalidInput.
    """
    actor.require("rounds.enter", round_.community.region.path)
    door = locked_household(round_, entry)
    if sent := _sent(door, key, posted):
        return sent
    require_open(door, at)
    if door.ballot_id and not replaces:
        message = _("This household has answered already. Tick that it wants to replace its ballot.")
        raise CannotEnter(message, details={"replaces": message})
    if _tied(door, owners_agree, owners_against):
        return _visit(door, VisitOutcome.TIE, f"{owners_agree}:{owners_against}", actor, at)
    answers = check_answers(door.questions, posted)
    _fits_majority(door, answers, owners_agree, owners_against)
    proxy = read_proxy(proxy_name, document)
    entered = Entered(actor.pk, proxy.sealed, proxy.document, owners_agree, owners_against)
    foreign = Ballot.objects.filter(pk=door.ballot_id).exclude(entered_by=actor).exists() if door.ballot_id else False
    given = write_ballot(door=door, key=key, channel=Channel.VISIT, answers=answers, cast_at=at, at=at, entered=entered)
    if foreign or drawn():
        CallBack.objects.create(ballot_id=given.ballot_id, drawn_at=at)
    return Ballot.objects.get(pk=given.ballot_id)


def drawn() -> bool:
    """The lot: CALL_BACK_PERCENT of 100, from the system's own source of chance."""
    return secrets.randbelow(100) < settings.CALL_BACK_PERCENT


def _sent(door: Door, key: uuid.UUID, posted: Callable[[str], list[str]]) -> Ballot | None:
    """The ballot that this form brought before. A form that comes again with other answers is refused, not guessed at."""
    known = Ballot.objects.filter(entry_id=door.entry_id, key=key).first()
    if known is not None and check_answers(door.questions, posted) != known.answers:
        raise CannotEnter(_("This form was sent before with other answers. Open the household again to replace its ballot."))
    return known


def _tied(door: Door, agree: int | None, against: int | None) -> bool:
    """Whether the owners of the flat are divided. Raises InvalidInput for numbers that cannot be."""
    if agree is None and against is None:
        return False
    if deciding_question(door.questions) is None:
        raise _at("owners_agree", _("This round has no question to agree to. Leave the numbers of owners empty."))
    if agree is None or against is None:
        field = "owners_agree" if agree is None else "owners_against"
        raise _at(field, _("Give both numbers: how many owners agree and how many do not."))
    if not (0 <= agree <= MOST_OWNERS and 0 <= against <= MOST_OWNERS) or agree + against == 0:
        raise _at("owners_agree", _("Give the numbers of owners, from 0 to 50, together at least one."))
    return flat_decides(agree, against) is None


def _fits_majority(door: Door, answers: Answers, agree: int | None, against: int | None) -> None:
    """The flat's answer is what most of its owners say."""
    question = deciding_question(door.questions)
    if question is None or agree is None or against is None:
        return
    if counts_as(door.questions, answers) != flat_decides(agree, against):
        sentence = _("The owners decided otherwise: %(agree)s agree, %(against)s do not.") % {"agree": agree, "against": against}
        raise AnswersMissing(sentence, details={question["code"]: sentence})


@transaction.atomic
def record_visit(*, round_: Round, entry: RollEntry, outcome: str, actor: User, at: datetime.datetime, note: str = "") -> Visit:
    """Record that nobody was at home, or that the household refused to answer: never a ballot, never counted.

    The same word by the same worker within two minutes is the same visit. Raises CannotEnter when the household has answered,
    RoundClosed outside the round's time.
    """
    actor.require("rounds.enter", round_.community.region.path)
    if outcome not in {VisitOutcome.ABSENT, VisitOutcome.REFUSED}:
        raise _at("outcome", _("Choose whether nobody was at home or the household refused."))
    door = locked_household(round_, entry)
    require_open(door, at)
    if door.ballot_id:
        raise CannotEnter(_("This household has answered in the meantime. Nothing was recorded."))
    return _visit(door, VisitOutcome(outcome), note.replace("\x00", "").strip()[:200], actor, at)


def _visit(door: Door, outcome: VisitOutcome, note: str, actor: User, at: datetime.datetime) -> Visit:
    same = Visit.objects.filter(entry_id=door.entry_id, outcome=outcome, note=note, recorded_by=actor, recorded_at__gt=at - SAME_VISIT)
    if sent := same.first():
        return sent
    return Visit.objects.create(entry_id=door.entry_id, outcome=outcome, note=note, recorded_at=at, recorded_by=actor)


@transaction.atomic
def reissue_code(*, entry: RollEntry, reason: str, actor: User, at: datetime.datetime) -> str:
    """Make a new code for a household and give it back; the old one ends at once. Who did it, when and why stays on record.

    While the round is open, and after its closing as long as objections are taken. Raises RoundClosed, InvalidInput.
    """
    round_ = Round.objects.select_related("community__region").get(pk=entry.round_id)
    actor.require("rounds.manage", round_.community.region.path)
    until = round_.objections_until
    if not (round_.state in {RoundState.OPEN, RoundState.KEYING} or (until is not None and at < until)):
        raise RoundClosed(_("Codes of this round are no longer used: it is over, and so is the time for objections."))
    words = given_reason(reason, most=200)  # as long as the row of the printing takes
    row = RollEntry.objects.select_for_update().get(pk=entry.pk)
    row.issue += 1
    code = code_of(round_.secret, row.household_id, row.issue)
    while RollEntry.objects.filter(round=round_, code_digest=code_digest(code)).exists():
        row.issue += 1
        code = code_of(round_.secret, row.household_id, row.issue)
    row.code_digest = code_digest(code)
    row.save(update_fields=["issue", "code_digest"])
    SlipPrint.objects.create(round=round_, entry=row, household_count=1, reason=words, recorded_at=at, recorded_by=actor)
    return code
