"""What pages and the floors above may ask of rounds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from communities.models import Community
from projects.models import Project
from regions.models import Region
from surveys.choices import ObjectionState, RoundState
from surveys.codes import code_digest, typed
from surveys.models import Ballot, Objection, Publication, RollEntry, Round
from surveys.querysets import RoundQuerySet
from surveys.rules import GATE_PERCENT, gate_passed, households_needed

MOST_FOUND = 12  # rounds that a search for one's community names, and in which a code is looked for


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest round of a kind that is closed, for one community of a project: what a gate looks at.

    `agreed`: households that agree (opinions: that answered); `households`: all on the frozen roll. `code` is the round's public
    code (`surveys:result`). `objections_until`: last day on which objections are taken.
    """

    round_id: int
    code: str
    community_id: int
    community: str
    scheme_version: int | None
    agreed: int
    households: int
    closed_on: datetime.date
    objections_until: datetime.date
    open_objections: int

    @property
    def reached(self) -> bool:
        """80 % of all households (DOMAIN.md section 6)."""
        return gate_passed(self.agreed, self.households)

    @property
    def missing(self) -> int:
        """Households that lack; 0 when reached."""
        return max(households_needed(self.households, GATE_PERCENT) - self.agreed, 0)


def standing_rounds(project: Project, kind: str) -> dict[int, Standing]:
    """community id -> its newest closed round of the kind; one query.

    A later round takes the place of an earlier one, whichever way it went, and whatever day a step is recorded for: nobody
    steps back behind a lost vote. Objections are those open now.
    """
    waiting = Objection.objects.filter(round=OuterRef("pk"), state=ObjectionState.OPEN).order_by().values("round")
    rows = (
        Round.objects.filter(project=project, kind=kind, state=RoundState.CLOSED)
        .select_related("counted", "community")
        .annotate(waiting=Coalesce(Subquery(waiting.annotate(number=Count("pk")).values("number")), 0))
        .order_by("community_id", "-closed_at", "-pk")
        .distinct("community_id")
    )
    return {row.community_id: _standing(row) for row in rows}


def _standing(row: Round) -> Standing:
    assert row.closed_at and row.objections_until
    return Standing(
        round_id=row.pk,
        code=row.code,
        community_id=row.community_id,
        community=row.community.name,
        scheme_version=row.scheme_version,
        agreed=row.counted.agreed,
        households=row.roll_count or 0,
        closed_on=timezone.localdate(row.closed_at),
        objections_until=timezone.localdate(row.objections_until),
        open_objections=getattr(row, "waiting", 0),
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A round on its way, as the desk knows it: `voted` is up to the last count, `agreed` moves on in steps of several ballots.

    `households` is 0 until the roll is frozen.
    """

    round_id: int
    state: str
    closes_at: datetime.datetime
    households: int
    voted: int
    agreed: int


def running_rounds(project: Project, kind: str) -> dict[int, Running]:
    """community id -> its round of the kind that is drafted, announced or open; one query."""
    columns = ("community_id", "pk", "state", "closes_at", "roll_count", "counted__voted", "counted__agreed")
    rows = Round.objects.filter(project=project, kind=kind).running().values_list(*columns)
    return {row[0]: Running(*row[1:4], *(number or 0 for number in row[4:])) for row in rows}


def round_by_code(code: str) -> Round | None:
    """An announced, running, closed or cancelled round by its public code; drafts are nobody's business."""
    rows = Round.objects.select_related("community__region", "counted").exclude(state=RoundState.DRAFT)
    return rows.filter(code=code.upper()).first()


def public_rounds() -> RoundQuerySet[Round]:
    """All rounds but drafts, with their counts and places: everybody may see them."""
    rows = Round.objects.exclude(state=RoundState.DRAFT).select_related("counted", "community__region")
    return rows.defer("questions", "facts", "secret", "community__search_text", "community__outline")


def public_crumbs(round_: Round) -> list[tuple[str, str]]:
    """City, county and community, each leading to its results; the round itself. One query."""
    above = Region.objects.filter(code__in=round_.community.region.codes[1:3]).order_by("depth")
    results = reverse("surveys:results")
    places = [(region.name, f"{results}?region={region.code}") for region in above]
    return [*places, (round_.community.name, f"{results}?q={round_.community.code}"), (round_.title, "")]


def newest_publication(round_: Round) -> Publication | None:
    """The published result that holds now."""
    return round_.publications.order_by("-revision").first()


def cast_moment(ballot_id: int) -> datetime.datetime | None:
    """When a ballot was cast."""
    return Ballot.objects.filter(pk=ballot_id).values_list("cast_at", flat=True).first()


def own_ballot(entry_id: int, receipt: str) -> Ballot | None:
    """The household's ballot of that receipt; None when it is somebody else's, or nobody's."""
    return Ballot.objects.filter(entry_id=entry_id, receipt=receipt).only("receipt", "cast_at").first()


def round_of_receipt(receipt: str) -> str | None:
    """The public code of the round in which this receipt was given."""
    return Ballot.objects.filter(receipt=receipt).values_list("round__code", flat=True).first()


def open_rounds(words: str, most: int = MOST_FOUND) -> list[Round]:
    """Rounds that take ballots now in communities that the words fit (name, address, code, pinyin), by name; one query."""
    fitting = Community.objects.current().search(words).order_by()
    rows = Round.objects.filter(state=RoundState.OPEN, community__in=fitting, closes_at__gt=timezone.now())
    return list(rows.select_related("community__region").order_by("community__pinyin", "pk")[:most])


def round_of_code(rounds: Sequence[Round], code: str) -> str:
    """The public code of that one of the rounds in which this household code is in use; "" when there is none."""
    rows = RollEntry.objects.filter(round__in=rounds, code_digest=code_digest(typed(code)))
    return rows.values_list("round__code", flat=True).first() or ""


def missing_households(round_: Round) -> QuerySet[RollEntry]:
    """Households on the roll without a ballot that counts, in the roll's order, with their visits: for the grid worker."""
    return RollEntry.objects.filter(round=round_, ballot__isnull=True).order_by("number").prefetch_related("visits__recorded_by")
