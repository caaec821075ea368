"""Objections: a household says "that was not us"; the gate waits until district staff decide, in public and with a reason."""

from __future__ import annotations

import datetime

import pghistory
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from surveys.choices import ObjectionState, RoundState
from surveys.errors import ObjectionRefused
from surveys.models import Annulment, Ballot, Keying, Objection, RollEntry, Round, Sheet, SlipPrint
from surveys.operations.ballots import door_of_code
from surveys.operations.publishing import publish
from surveys.operations.rounds import locked_round

LONGEST_TEXT = 500
TICK = datetime.timedelta(microseconds=1)


@transaction.atomic
def raise_objection(*, round_code: str, code: str, text: str, at: datetime.datetime) -> Objection:
    """Object to what was counted for the household whose code this is; from the closing until `round.objections_until`.

    The gate is frozen from now until it is decided. The same words sent again are the same objection, decided or not: nobody
    freezes the gate twice by reloading a page. One objection for each household and ballot that counts for it (or none): after a
    decision it objects again only when its ballot has changed since. Raises CodeRefused; ObjectionRefused outside the period, while
    another one is open or after the decision; InvalidInput without words or with more than 500 characters.
    """
    door = door_of_code(round_code, code)
    if door.state != RoundState.CLOSED:  # an open round is not locked: its ballots would wait
        _require_period(Round.objects.get(pk=door.round_id), at)
    round_ = locked_round(door.round_id)
    words = _words(text)
    entry = RollEntry.objects.select_for_update().get(pk=door.entry_id)
    if said := Objection.objects.filter(entry=entry, text=words, ballot_id=entry.ballot_id).last():
        return said
    if said := Objection.objects.filter(entry=entry, text=words, annulment__isnull=False).last():
        return said  # upheld since: the ballot it was about does not count any more
    _require_period(round_, at)
    if Objection.objects.filter(entry=entry, state=ObjectionState.OPEN).exists():
        raise ObjectionRefused(_("Your objection is already being looked at. Please wait for the decision."))
    if said := Objection.objects.filter(entry=entry, ballot_id=entry.ballot_id).last():
        raise ObjectionRefused(_("Your objection was decided already. The reason: %(reason)s") % {"reason": said.reason})
    return Objection.objects.create(round=round_, entry=entry, ballot_id=entry.ballot_id, text=words, raised_at=at)


def _words(text: str) -> str:
    words = text.replace("\x00", "").strip()
    if not words:
        raise InvalidInput(_("Please write what is wrong."), details={"text": _("Please write what is wrong.")})
    if len(words) > LONGEST_TEXT:
        message = _("The text is too long: 500 characters at most.")
        raise InvalidInput(message, details={"text": message})
    return words


def _require_period(round_: Round, at: datetime.datetime) -> None:
    if round_.state == RoundState.CANCELLED:
        raise ObjectionRefused(_("This round was cancelled. Nothing is counted."))
    if round_.state != RoundState.CLOSED or round_.objections_until is None:
        raise ObjectionRefused(_("The result is not out yet. You can object after the closing."))
    if at >= round_.objections_until:
        raise ObjectionRefused(_("The time for objections is over."))


def hands_of(ballot: Ballot) -> set[int]:
    """The accounts that had this ballot in their hands: who entered it, registered its sheet or keyed it."""
    hands = {ballot.entered_by_id} if ballot.entered_by_id else set()
    sheets = Sheet.objects.filter(ballot=ballot)
    hands |= set(sheets.values_list("registered_by_id", flat=True))
    return hands | set(Keying.objects.filter(sheet__in=sheets).values_list("recorded_by_id", flat=True))


def holders_of(entry: RollEntry) -> set[int]:
    """The accounts that have seen this household's code: who gave it a new one, or printed codes of the round in bulk."""
    prints = SlipPrint.objects.filter(Q(entry=entry) | Q(entry__isnull=True), round_id=entry.round_id)
    return set(prints.values_list("recorded_by_id", flat=True))


def why_not_decided_by(objection: Objection, actor: User) -> str:
    """Why this person does not decide the objection, in a sentence; "" when nothing stands against it.

    Who had the ballot in hand would judge the own work. Who holds a code could object with it: one person would annul any ballot.
    """
    if objection.ballot is not None and actor.pk in hands_of(objection.ballot):
        return _("Whoever entered or keyed this ballot does not decide about it. Ask a colleague.")
    if actor.pk in holders_of(objection.entry):
        return _("Whoever gave this household a new code or printed codes of this round does not decide. A colleague who holds none does.")
    return ""


@transaction.atomic
def decide_objection(*, objection: Objection, uphold: bool, reason: str, actor: User, at: datetime.datetime) -> Objection:
    """Decide an open objection, once, with a public reason; never by somebody who entered or keyed the ballot
    or holds the household's code.

    Upheld: the ballot is annulled (it stays on record), the household's last ballot that is not annulled counts again, or none,
    and the next signed revision of the result is published. Dismissed: everything stays. Raises ObjectionRefused when it is
    decided already, when the actor had the ballot or the code in hand, or when there is no ballot to take out; InvalidInput without
    a reason.
    """
    round_ = locked_round(objection.round_id)
    actor.require("rounds.decide", round_.community.region.path)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.state != ObjectionState.OPEN:
        raise ObjectionRefused(_("This objection is decided already: %(state)s.") % {"state": objection.get_state_display()})
    ballot = Ballot.objects.get(pk=objection.ballot_id) if objection.ballot_id else None
    if refused := why_not_decided_by(objection, actor):
        raise ObjectionRefused(refused)
    if uphold and ballot is None:
        raise ObjectionRefused(_("No ballot counted for this household: there is nothing to take out. Dismiss it with what was done."))
    objection.reason = given_reason(reason)
    objection.state = ObjectionState.UPHELD if uphold else ObjectionState.DISMISSED
    objection.decided_at, objection.decided_by = at, actor
    with pghistory.context(reason=objection.reason):
        objection.save()
    if ballot is not None and uphold:
        _annul(round_, ballot, objection, actor, at)
    return objection


def _annul(round_: Round, ballot: Ballot, objection: Objection, actor: User, at: datetime.datetime) -> None:
    """Take the ballot out, point the roll to the one before it, publish the next revision.

    Which annulments belong to a revision is read from their times: two decisions at once must not stand in the wrong order.
    """
    last = round_.publications.order_by("-published_at").values_list("published_at", flat=True).first()
    moment = max(at, last + TICK) if last else at
    Annulment.objects.create(ballot=ballot, objection=objection, recorded_at=moment, recorded_by=actor)
    entry = RollEntry.objects.select_for_update().get(pk=ballot.entry_id)
    entry.ballot = Ballot.objects.filter(entry=entry, annulment__isnull=True).order_by("-cast_at", "-pk").first()
    entry.save(update_fields=["ballot"])
    publish(round_, moment)
