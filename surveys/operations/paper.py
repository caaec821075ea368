"""Paper: a signed sheet is photographed, keyed by two people who do not see each other's keying, and settled by a third."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from projects.operations.photos import PhotoRefused
from surveys.choices import Channel, RoundState, SheetState
from surveys.errors import CannotEnter, RoundClosed
from surveys.models import Ballot, CallBack, Keying, RollEntry, Round, Sheet
from surveys.operations.ballots import Entered, check_answers, door_of_entry, write_ballot
from surveys.operations.doorstep import read_proxy
from surveys.pictures import keep_picture
from surveys.rules import Answers, answers_differ

NAMESPACE = uuid.UUID("6f6c9f0a-6a0e-4a54-9d5e-2f3f0d9a4f11")  # of ballots' keys: one sheet is one ballot
TO_KEY = (SheetState.FIRST, SheetState.SECOND, SheetState.DIFFERS)


def _require_registers(round_: Round, at: datetime.datetime) -> None:
    """Raise RoundClosed unless sheets can be registered: whoever came after the closing would know how it stands."""
    if round_.state == RoundState.OPEN and at < round_.closes_at:
        return
    if round_.state in {RoundState.DRAFT, RoundState.ANNOUNCED}:
        raise RoundClosed(_("Voting has not begun yet."))
    raise RoundClosed(_("Voting is over: no further sheet is registered. Only those registered before the closing are keyed."))


def _require_takes_paper(round_: Round) -> None:
    """Raise RoundClosed unless sheets can be keyed or taken out."""
    if round_.state in {RoundState.OPEN, RoundState.KEYING}:
        return
    if round_.state in {RoundState.DRAFT, RoundState.ANNOUNCED}:
        raise RoundClosed(_("Voting has not begun yet."))
    raise RoundClosed(_("The round is over: sheets are no longer keyed or taken out."))


@transaction.atomic
def register_sheet(
    *,
    round_: Round,
    entry: RollEntry,
    photo: bytes,
    handed_in_at: datetime.datetime,
    actor: User,
    at: datetime.datetime,
    proxy_name: str = "",
    document: bytes | None = None,
) -> Sheet:
    """Keep the photo of a signed sheet that a household of the roll handed in; only while the round is open and before it closes.

    The same photo for the same household is the same sheet. A photo that stands for another household or round of this
    community is refused: a form is not used twice. Raises CannotEnter, RoundClosed, InvalidInput.
    """
    picture = _picture(photo)
    # no ballot waits for this lock: it only keeps two registrations of one photo apart
    round_ = Round.objects.select_related("community__region").select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
    actor.require("rounds.enter", round_.community.region.path)
    _require_registers(round_, at)
    if entry.round_id != round_.pk:
        raise CannotEnter(_("This household is not on the roll of this round. Nobody off the roll can vote."))
    if not (round_.opens_at <= handed_in_at < round_.closes_at and handed_in_at <= at):
        message = _("A sheet counts when it was handed in after the opening and before the closing, and not in the future.")
        raise InvalidInput(message, details={"handed_in_at": message})
    known = Sheet.objects.filter(round__community_id=round_.community_id, photo=picture).exclude(state=SheetState.VOID)
    if sent := known.select_related("entry").first():
        if sent.entry_id == entry.pk:
            return sent
        message = _("This photo is registered already, for %(household)s. A form is used once.") % {"household": sent.entry}
        raise InvalidInput(message, details={"photo": message})
    proxy = read_proxy(proxy_name, document)
    return Sheet.objects.create(
        round=round_,
        entry=entry,
        photo=picture,
        handed_in_at=handed_in_at,
        proxy_sealed=proxy.sealed,
        document=proxy.document,
        registered_at=at,
        registered_by=actor,
    )


def _picture(photo: bytes) -> str:
    try:
        return keep_picture(photo, "sheets")
    except PhotoRefused as refused:
        raise InvalidInput(str(refused.message), details={"photo": str(refused.message)}) from refused


def _locked(sheet: Sheet) -> Sheet:
    rows = Sheet.objects.select_related("round__community__region", "entry").select_for_update(of=("self",))
    return rows.get(pk=sheet.pk)


@transaction.atomic
def key_sheet(*, sheet: Sheet, number: int, posted: Callable[[str], list[str]], actor: User, at: datetime.datetime) -> Sheet:
    """Key what stands on the sheet: as the first (`number` 1), the second, or, where those differ, the third who settles it.

    Three different people (the database holds it). Equal keyings, or the third, make the ballot, cast when the sheet was handed
    in; it counts unless a later ballot of the household does, and is called back when it replaces one cast by phone. The same
    keying sent again changes nothing. Raises CannotEnter for a person who has keyed it, a settled sheet, or when somebody else
    was faster with this `number`; RoundClosed, AnswersMissing.
    """
    sheet = _locked(sheet)
    actor.require("rounds.enter", sheet.round.community.region.path)
    questions = sheet.round.questions
    answers = check_answers(questions, posted)
    keyings = {keying.number: keying for keying in sheet.keyings.order_by("number")}
    mine = next((keying for keying in keyings.values() if keying.recorded_by_id == actor.pk), None)
    if mine is not None and not answers_differ(questions, mine.answers, answers):
        return sheet
    _require_takes_paper(sheet.round)
    if sheet.state not in TO_KEY:
        raise CannotEnter(_("This sheet is settled: “%(state)s”. It is not keyed again.") % {"state": sheet.get_state_display()})
    if mine is not None:
        raise CannotEnter(_("You have keyed this sheet before. The next person keys it."))
    if number != len(keyings) + 1:
        raise CannotEnter(_("Somebody else has keyed this sheet in the meantime. Load the page again."))
    Keying.objects.create(sheet=sheet, number=number, answers=answers, recorded_at=at, recorded_by=actor)
    if sheet.state == SheetState.FIRST:
        sheet.state = SheetState.SECOND
    elif sheet.state == SheetState.SECOND and answers_differ(questions, keyings[1].answers, answers):
        sheet.state = SheetState.DIFFERS
    else:
        _count(sheet, answers, actor, at)
    sheet.save()
    return sheet


def _count(sheet: Sheet, answers: Answers, actor: User, at: datetime.datetime) -> None:
    """Cast the sheet's ballot. Where it takes the place of one that the household cast by phone, the household is called back."""
    door = door_of_entry(sheet.entry_id, lock=True)
    own = Ballot.objects.filter(pk=door.ballot_id, channel=Channel.PHONE, cast_at__lte=sheet.handed_in_at) if door.ballot_id else None
    entered = Entered(actor.pk, sheet.proxy_sealed, sheet.document)
    given = write_ballot(
        door=door,
        key=uuid.uuid5(NAMESPACE, str(sheet.pk)),
        channel=Channel.PAPER,
        answers=answers,
        cast_at=sheet.handed_in_at,
        at=at,
        entered=entered,
    )
    if own is not None and own.exists():
        CallBack.objects.create(ballot_id=given.ballot_id, drawn_at=at)
    sheet.ballot_id, sheet.state = given.ballot_id, SheetState.COUNTED


@transaction.atomic
def void_sheet(*, sheet: Sheet, reason: str, actor: User, at: datetime.datetime) -> Sheet:
    """Take a sheet out that is no valid one (old form used again, another household's, not signed), with the reason.

    A counted one stays: against a counted ballot the household objects. Raises CannotEnter, RoundClosed, InvalidInput.
    """
    sheet = _locked(sheet)
    actor.require("rounds.enter", sheet.round.community.region.path)
    words = reason.replace("\x00", "").strip()
    if not words or len(words) > 200:
        message = _("Say in up to 200 characters why the sheet is not valid.")
        raise InvalidInput(message, details={"reason": message})
    if sheet.state not in TO_KEY:
        raise CannotEnter(_("This sheet is settled: “%(state)s”. It cannot be taken out.") % {"state": sheet.get_state_display()})
    _require_takes_paper(sheet.round)
    sheet.state, sheet.void_reason = SheetState.VOID, words
    with pghistory.context(reason=words):
        sheet.save()
    return sheet
