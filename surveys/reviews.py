"""What looks unusual in a round: raised for a person to look at. No vote is dropped, changed or delayed by it."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import ExtractHour, TruncDate

from surveys.choices import Channel, ReviewKind
from surveys.models import Ballot, Review, Round

NIGHT = (23, 0, 1, 2, 3, 4, 5)
STAFF_SHARE_FROM = 20  # ballots


@transaction.atomic
def raise_reviews(*, round_: Round, at: datetime.datetime) -> list[Review]:
    """Look at the round's ballots and raise what is unusual, once for each subject; the new reviews."""
    found = [*_one_device(round_), *_one_account(round_), *_nights(round_), *_staff_share(round_)]
    new = []
    for kind, subject, detail in found:
        review, created = Review.objects.get_or_create(
            round=round_, kind=kind, subject=subject, defaults={"detail": detail, "raised_at": at}
        )
        new += [review] if created else []
    return new


def raise_review(*, round_: Round, kind: str, subject: str, detail: dict[str, object], at: datetime.datetime) -> Review:
    """Raise one review, once for each subject."""
    return Review.objects.get_or_create(round=round_, kind=kind, subject=subject, defaults={"detail": detail, "raised_at": at})[0]


Raised = list[tuple[ReviewKind, str, dict[str, object]]]


def _one_device(round_: Round) -> Raised:
    """More households than REVIEW_PER_DEVICE from one device."""
    rows = (
        Ballot.objects.filter(round=round_, channel=Channel.PHONE)
        .exclude(device="")
        .values("device")
        .annotate(households=Count("entry", distinct=True))
        .filter(households__gt=settings.REVIEW_PER_DEVICE)
    )
    return [(ReviewKind.ONE_DEVICE, row["device"], {"households": row["households"]}) for row in rows]


def _one_account(round_: Round) -> Raised:
    """More ballots than REVIEW_PER_ACCOUNT entered by one account on one day."""
    rows = (
        Ballot.objects.filter(round=round_, entered_by__isnull=False)
        .annotate(day=TruncDate("entered_at"))
        .values("day", "entered_by", name=F("entered_by__name"))
        .annotate(ballots=Count("pk"))
        .filter(ballots__gt=settings.REVIEW_PER_ACCOUNT)
    )
    return [
        (ReviewKind.ONE_ACCOUNT, f"{row['entered_by']} {row['day']:%Y-%m-%d}", {"ballots": row["ballots"], "name": row["name"]})
        for row in rows
    ]


def _nights(round_: Round) -> Raised:
    """More ballots than REVIEW_AT_NIGHT between 23:00 and 6:00 of one day."""
    rows = (
        Ballot.objects.filter(round=round_)
        .annotate(hour=ExtractHour("entered_at"), day=TruncDate("entered_at"))
        .filter(hour__in=NIGHT)
        .values("day")
        .annotate(ballots=Count("pk"))
        .filter(ballots__gt=settings.REVIEW_AT_NIGHT)
    )
    return [(ReviewKind.NIGHT, f"{row['day']:%Y-%m-%d}", {"ballots": row["ballots"]}) for row in rows]


def _staff_share(round_: Round) -> Raised:
    """Staff entered more than REVIEW_STAFF_PERCENT of the ballots that count."""
    counted = Ballot.objects.filter(counts_for__round=round_).values("channel").annotate(ballots=Count("pk"))
    numbers = {row["channel"]: row["ballots"] for row in counted}
    total = sum(numbers.values())
    staff = total - numbers.get(Channel.PHONE, 0)
    if total < STAFF_SHARE_FROM or staff * 100 <= total * settings.REVIEW_STAFF_PERCENT:
        return []
    return [(ReviewKind.STAFF_SHARE, "all", {"staff": staff, "ballots": total})]
