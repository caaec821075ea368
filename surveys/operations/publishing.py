"""Publishing a result: kept counts for lists and gates, and the signed header of the ballot file, a revision each time."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from surveys import signing
from surveys.ballot_file import Counts, Header, compose
from surveys.choices import RoundKind
from surveys.errors import CountsDisagree
from surveys.models import Publication, Round, RoundCount
from surveys.publications import leaves_of, question_of, rule_of
from surveys.results import Tally, legal_count, legal_figures, recount, tally
from surveys.rules import SMALL_GROUP


def keep_count(round_: Round, at: datetime.datetime, *, final: bool = False) -> Tally:
    """Count the round and keep the figures for lists, maps and gates; `passed` is set once the round is closed.

    While it runs, what the ballots say moves on in steps of SMALL_GROUP ballots: whoever watches one household vote does not see
    its choice in the difference. Who has voted is always up to the moment.
    """
    counted = tally(round_)
    total = counted.total
    values: dict[str, Any] = {
        "voted": total.voted,
        "agreed": total.agreed,
        "against": total.against,
        "abstained": total.abstained,
        "passed": None,
        "legal": {},
        "counted_at": at,
    }
    if round_.kind == RoundKind.LEGAL:
        by_law = legal_count(round_)
        values |= {"legal": legal_figures(by_law), "passed": by_law.passed if final else None}
    elif final:
        values["passed"] = counted.passed
    values["ballots"] = round_.ballots.count()
    kept = RoundCount.objects.filter(round=round_).first()
    if not final and round_.kind != RoundKind.OPINIONS and values["ballots"] < (kept.ballots if kept else 0) + SMALL_GROUP:
        for name in ("agreed", "against", "abstained", "legal", "ballots"):
            values[name] = getattr(kept, name) if kept else getattr(RoundCount(), name)
    RoundCount.objects.update_or_create(round=round_, defaults=values)
    return counted


def _counts(round_: Round, counted: Tally) -> Counts:
    """The figures of the file as SQL counts them; compared with each other here, with the ballots by `compose`."""
    again = recount(round_)
    total = counted.total
    agreed = again.voted if round_.kind == RoundKind.OPINIONS else again.agreed
    if not again.agrees or (total.voted, total.agreed, total.against, total.abstained) != (
        again.voted,
        agreed,
        again.against,
        again.abstained,
    ):
        raise CountsDisagree(_("The ballots and the count of this round differ. Nothing is published; have it looked at."))
    by_law = legal_count(round_) if round_.kind == RoundKind.LEGAL else None
    return Counts(
        ballots=again.ballots,
        replaced=again.replaced,
        annulled=again.annulled,
        agree=again.agreed,
        against=again.against,
        abstain=again.abstained,
        agree_heads=by_law.heads_agree if by_law else 0,
        agree_area=by_law.area_agree if by_law else Decimal(0),
        took_part_heads=by_law.heads_took_part if by_law else 0,
        took_part_area=by_law.area_took_part if by_law else Decimal(0),
    )


def publish(round_: Round, at: datetime.datetime) -> Publication:
    """Count a closed round for good and publish it: the next revision, signed. Runs inside the caller's transaction.

    Counted three ways: from the roll's pointers, again from the ballots alone (both in SQL), and from the lines of the file. Raises
    CountsDisagree when they differ: then nothing is published and nothing closes.
    """
    counted_now = keep_count(round_, at, final=True)
    counted = RoundCount.objects.get(round=round_)
    revision = (round_.publications.aggregate(last=Max("revision"))["last"] or 0) + 1
    leaves = leaves_of(round_)
    assert round_.opened_at and round_.closed_at and round_.roll_count
    header = Header(
        round=round_.code,
        revision=revision,
        kind=round_.kind,
        matter=round_.matter,
        community=round_.community.code,
        scheme=str(round_.scheme_version or ""),
        question=question_of(round_),
        rule=rule_of(round_),
        opened=round_.opened_at,
        closed=round_.closed_at,
        published=at,
        roll_hash=round_.roll_hash,
        households=round_.roll_count,
        heads=round_.roll_heads or 0 if round_.matter else 0,
        area=round_.roll_area if round_.matter and round_.roll_area else Decimal(0),
        passed=counted.passed,
        key=signing.key_id(),
        counts=_counts(round_, counted_now),
    )
    try:
        text = compose(header, leaves, signing.sign)
    except ValueError as error:
        raise CountsDisagree(_("The ballots and the count of this round differ. Nothing is published; have it looked at.")) from error
    told = text.partition("\n\n")[0]
    root = next(line.removeprefix("root: ") for line in told.split("\n") if line.startswith("root: "))
    return Publication.objects.create(round=round_, revision=revision, header=told, root=root, key_id=signing.key_id(), published_at=at)
