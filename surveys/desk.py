"""What staff ask of rounds at their desk: which need something, what waits in each, how one stands."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from accounts.models import User
from common.paging import Page, cursor_page
from surveys.choices import CallOutcome, Matter, ObjectionState, RoundKind, RoundState, SheetState
from surveys.models import CallBack, Objection, Review, Round, Sheet

SOON = datetime.timedelta(days=3)
RUNNING = (RoundState.OPEN, RoundState.KEYING)
UNSETTLED = (SheetState.FIRST, SheetState.SECOND, SheetState.DIFFERS)
# what the list may sort by -> the column or annotation
SORTS = {
    "opens": "opens_at",
    "closes": "closes_at",
    "community": "pinyin",
    "households": "roll_count",
    "turnout": "turnout_sort",
    "agree": "agree_sort",
}
DEFAULT_SORT = "-opens"
NEEDS = ("opening", "below", "closing", "objections", "reviews", "paper")


def shown_rounds(rows: QuerySet[Round]) -> QuerySet[Round]:
    """Rounds with counts and place, without what no list shows."""
    rows = rows.select_related("counted", "community__region", "project")
    return rows.defer("questions", "facts", "secret", "community__search_text", "community__outline")


def rounds_in_reach(viewer: User) -> QuerySet[Round]:
    """The rounds that the viewer may see, with counts and place."""
    return shown_rounds(Round.objects.visible_to(viewer, "rounds.see"))


def _waiting_rows(viewer: User) -> dict[str, QuerySet]:
    """The keys of rounds in which something waits. Call-backs of the viewer's own entries are left out."""
    calls = CallBack.objects.filter(outcome=CallOutcome.WAITING).exclude(ballot__entered_by=viewer)
    return {
        "objections": Objection.objects.filter(state=ObjectionState.OPEN).order_by().values("round"),
        "reviews": Review.objects.filter(settled_at__isnull=True).values("round"),
        "call_backs": calls.values("ballot__round"),
        "paper": Sheet.objects.filter(state__in=UNSETTLED).values("round"),
    }


def need(name: str, at: datetime.datetime, viewer: User) -> Q:
    """The condition of one of NEEDS on rounds `with_lack()`, or of any of them ("action").

    Call-backs of the viewer's own entries are left out: nobody learns that a ballot of theirs was drawn. Below 80 % alone is no
    need while a round has just begun: it joins "action" in the last SOON before the closing only.
    """
    waits = _waiting_rows(viewer)
    below = Q(state__in=RUNNING, lack__gt=0) & ~Q(kind=RoundKind.LEGAL)
    conditions = {
        "opening": Q(state=RoundState.ANNOUNCED, opens_at__lte=at + SOON),
        "below": below,
        "closing": Q(state=RoundState.OPEN, closes_at__lte=at + SOON),
        "objections": Q(pk__in=waits["objections"]),
        "reviews": Q(pk__in=waits["reviews"]) | Q(pk__in=waits["call_backs"]),
        "paper": Q(pk__in=waits["paper"]),
    }
    if name != "action":
        return conditions[name]
    del conditions["below"]
    condition = Q(pk__in=[])
    for each in conditions.values():
        condition |= each
    return condition


def need_counts(rows: QuerySet[Round], at: datetime.datetime, viewer: User) -> dict[str, int]:
    """How many of the rounds need what, "all" and "action" among them; two queries, the second over the few that may need something."""
    asked = {name: Count("pk", filter=need(name, at, viewer)) for name in ("action", *NEEDS)}
    plain = rows.select_related(None).order_by().defer(None)
    under_way = Round.objects.filter(state__in=[RoundState.ANNOUNCED, *RUNNING]).order_by().values("pk")
    some = plain.filter(pk__in=under_way.union(*_waiting_rows(viewer).values()))
    return {"all": plain.count(), **some.with_lack().aggregate(**asked)}


def round_page(rows: QuerySet[Round], *, sort: str, cursor: str, total: int, size: int = 50) -> Page[Round]:
    """One page; `sort` is a key of SORTS, with "-" for descending; an unknown one gives the newest opening first. Sorted are keys
    alone: the rows of the page are fetched afterwards."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, falling = DEFAULT_SORT.removeprefix("-"), True
    if key == "community":
        rows = rows.annotate(pinyin=F("community__pinyin"))
    if key in {"turnout", "agree"}:
        part = Coalesce(F("counted__voted" if key == "turnout" else "counted__agreed"), 0)
        share = ExpressionWrapper(part * 100_000 / NullIf(F("roll_count"), 0), output_field=BigIntegerField())
        rows = rows.annotate(**{SORTS[key]: share})
    keys = rows.select_related(None).defer(None).only("pk", *({SORTS[key]} & {"opens_at", "closes_at", "roll_count"}))
    page = cursor_page(keys, order=("-" if falling else "") + SORTS[key], cursor=cursor, size=size, total=total)
    whole = shown_rounds(Round.objects.filter(pk__in=[row.pk for row in page.rows])).in_bulk()
    return replace(page, rows=[whole[row.pk] for row in page.rows if row.pk in whole])


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a round waits for somebody: how many of each."""

    paper: int = 0
    call_backs: int = 0
    reviews: int = 0
    objections: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.paper + self.call_backs + self.reviews + self.objections


def waiting_in(rounds: Iterable[Round], viewer: User) -> dict[int, Waiting]:
    """Round → what waits there; four queries for any number of rounds. Without call-backs of the viewer's own entries."""
    keys = [round_.pk for round_ in rounds]

    def counted(rows: QuerySet, path: str) -> Counter[int]:
        found = rows.filter(**{f"{path}__in": keys}).order_by().values_list(path).annotate(number=Count("pk"))
        return Counter(dict(found))

    paper = counted(Sheet.objects.filter(state__in=UNSETTLED), "round")
    calls = counted(CallBack.objects.filter(outcome=CallOutcome.WAITING).exclude(ballot__entered_by=viewer), "ballot__round")
    reviews = counted(Review.objects.filter(settled_at__isnull=True), "round")
    objections = counted(Objection.objects.filter(state=ObjectionState.OPEN), "round")
    return {pk: Waiting(paper[pk], calls[pk], reviews[pk], objections[pk]) for pk in keys}


def subject_of(round_: Round) -> str:
    """What is asked, in a few words: "Vote on the scheme, version 2", "Lift for one stairwell"."""
    if round_.kind == RoundKind.LEGAL:
        return str(Matter(round_.matter).label)
    kind = str(RoundKind(round_.kind).label)
    if round_.kind == RoundKind.SCHEME:
        return _("%(kind)s, version %(version)s") % {"kind": kind, "version": round_.scheme_version}
    return kind


def stairwell_of(round_: Round) -> str:
    """The stairwell that a lift concerns: "3号楼 2"; "" for the whole community."""
    return _("%(building)s, stairwell %(unit)s") % {"building": round_.building, "unit": round_.unit} if round_.building_id else ""
