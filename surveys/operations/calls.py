"""Call-backs and reviews: somebody else than the worker asks the household; what looks unusual is settled with a sentence."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from surveys.choices import CallOutcome, ReviewKind
from surveys.errors import CannotEnter
from surveys.models import CallBack, Review
from surveys.reviews import raise_review

FINAL = (CallOutcome.CONFIRMED, CallOutcome.DENIED)


@transaction.atomic
def record_call(*, call_back: CallBack, outcome: str, actor: User, at: datetime.datetime, note: str = "") -> CallBack:
    """Record what the household said: the ballot is its own, it is not, or nobody was reached (then it is called again).

    Never by the worker who entered the ballot. A denial raises a review at once; the vote stays until the household objects.
    Raises CannotEnter, InvalidInput.
    """
    rows = CallBack.objects.select_related("ballot__round__community__region").select_for_update(of=("self",))
    call_back = rows.get(pk=call_back.pk)
    ballot = call_back.ballot
    actor.require("rounds.check", ballot.round.community.region.path)
    words = note.replace("\x00", "").strip()
    _checked_call(outcome, words)
    if ballot.entered_by_id == actor.pk:
        raise CannotEnter(_("Whoever entered the ballot does not call back. Ask a colleague."))
    if call_back.outcome in FINAL:
        raise CannotEnter(_("The household was reached already: “%(outcome)s”.") % {"outcome": call_back.get_outcome_display()})
    call_back.outcome, call_back.note, call_back.called_at, call_back.called_by = outcome, words, at, actor
    call_back.save()
    if outcome == CallOutcome.DENIED:
        detail: dict[str, object] = {"account": ballot.entered_by_id, "call_back": call_back.pk, "said": words}
        raise_review(round_=ballot.round, kind=ReviewKind.DENIED_CALL, subject=f"ballot {ballot.pk}", detail=detail, at=at)
    return call_back


def _checked_call(outcome: str, note: str) -> None:
    faults: dict[str, str] = {}
    if outcome not in CallOutcome.values or outcome == CallOutcome.WAITING:
        faults["outcome"] = _("Choose what came of the call.")
    if outcome == CallOutcome.DENIED and not note:
        faults["note"] = _("Write down what the household said.")
    if len(note) > 200:
        faults["note"] = _("The note is too long: 200 characters at most.")
    if faults:
        raise InvalidInput(" ".join(faults.values()), details=faults)


def account_of(review: Review) -> int | None:
    """The account that a review is about, if it is about one."""
    if review.kind == ReviewKind.ONE_ACCOUNT:
        return int(review.subject.split()[0])
    account = review.detail.get("account")
    return int(account) if account is not None else None


@transaction.atomic
def settle_review(*, review: Review, note: str, actor: User, at: datetime.datetime) -> Review:
    """Say what was found; once, and not by the person whom the review is about. Changes no vote. Raises CannotEnter, InvalidInput."""
    rows = Review.objects.select_related("round__community__region").select_for_update(of=("self",))
    review = rows.get(pk=review.pk)
    actor.require("rounds.check", review.round.community.region.path)
    words = note.replace("\x00", "").strip()
    if not words or len(words) > 300:
        message = _("Say in up to 300 characters what was found.")
        raise InvalidInput(message, details={"note": message})
    if review.settled_at is not None:
        raise CannotEnter(_("This review is settled already: %(note)s") % {"note": review.note})
    if account_of(review) == actor.pk:
        raise CannotEnter(_("The review is about your own entries. A colleague settles it."))
    review.settled_at, review.settled_by, review.note = at, actor, words
    review.save()
    return review
