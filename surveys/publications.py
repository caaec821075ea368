"""What of a closed round is given to everybody: its ballots as leaves, and the file as it was signed."""

from __future__ import annotations

from decimal import Decimal

from surveys.ballot_file import COLUMNS, LEGAL_COLUMNS, Leaf
from surveys.choices import RoundKind, Verdict
from surveys.codes import spoken
from surveys.models import Annulment, Ballot, Publication, RollEntry, Round
from surveys.results import SAYS
from surveys.rules import GATE_PERCENT, QUORUM, THRESHOLDS, deciding_question


def rule_of(round_: Round) -> str:
    """The rule as the file says it."""
    if round_.kind == RoundKind.LEGAL:
        threshold = THRESHOLDS[round_.matter]
        sign = ">" if threshold.more_than else ">="
        share = f"{threshold.part}/{threshold.whole}"
        return f"heads and area: quorum {QUORUM.part}/{QUORUM.whole}, of those taking part {sign} {share}"
    part = "took-part" if round_.kind == RoundKind.OPINIONS else "agree"
    return f"{part}*100 >= households*{GATE_PERCENT}"


def question_of(round_: Round) -> str:
    """The question that decides, in Chinese; the round's title where none does."""
    question = deciding_question(round_.questions)
    return str(question["zh"] if question else round_.title_zh)


def pseudonyms(round_: Round) -> dict[str, str]:
    """head -> "h0012": numbers in the order of the heads' hashes, which says nothing about doors."""
    heads = sorted(set(RollEntry.objects.filter(round=round_).values_list("head", flat=True)))
    return {head: f"h{number:04d}" for number, head in enumerate(heads, 1)}


def leaves_of(round_: Round, *, until: int | None = None) -> list[Leaf]:
    """Every ballot of the round as a leaf; three queries. `until`: annulments of later revisions are left out.

    Counted is the household's last ballot that was not annulled: an earlier one counts again when the one after it is annulled.
    """
    annulments = Annulment.objects.filter(ballot__round=round_)
    if until is not None:
        later = round_.publications.filter(revision__gt=until).order_by("revision").values_list("published_at", flat=True).first()
        annulments = annulments.filter(recorded_at__lt=later) if later else annulments
    annulled = set(annulments.values_list("ballot_id", flat=True))
    legal = bool(round_.matter)
    names = pseudonyms(round_) if legal else {}
    columns = ("pk", "entry_id", "receipt", "channel", "verdict", "entry__area", "entry__head")
    rows = list(Ballot.objects.filter(round=round_).order_by("entry_id", "cast_at", "pk").values_list(*columns))
    last = {entry: pk for pk, entry, *_ in rows if pk not in annulled}
    leaves = []
    for pk, entry, receipt, channel, verdict, area, head in rows:
        status = "annulled" if pk in annulled else "counted" if last.get(entry) == pk else "replaced"
        own = (Decimal(area), names[head]) if legal else (None, "")
        leaves.append(Leaf(spoken(receipt), status, SAYS[Verdict(verdict)], channel, *own))
    return leaves


def published_file(publication: Publication) -> str:
    """The whole file of a revision: its kept, signed header and the ballots as they stood then."""
    round_ = publication.round
    rows = sorted(leaf.line() for leaf in leaves_of(round_, until=publication.revision))
    return "\n".join([publication.header, "", LEGAL_COLUMNS if round_.matter else COLUMNS, *rows, ""])
