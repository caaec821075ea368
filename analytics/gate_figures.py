"""The three 80 % by region: how many communities passed each gate, how many households took part and agreed. Integers, never averaged."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.behind import entries_of
from analytics.indicators import UNITS
from analytics.queries import COUNTY_DEPTH
from common.numbers import Share
from projects.models import Entry
from regions.models import Region
from surveys.choices import RoundKind, RoundState
from surveys.models import Round

RULE_VERSION = "2026-1"  # shown beside every figure; a changed definition gets a new one
GATES: dict[str, str | Promise] = {
    RoundKind.WILLINGNESS.value: pgettext_lazy("gate", "Willingness"),
    RoundKind.OPINIONS.value: pgettext_lazy("gate", "Opinions"),
    RoundKind.SCHEME.value: pgettext_lazy("gate", "Scheme"),
    RoundKind.SATISFACTION.value: pgettext_lazy("gate", "Satisfaction"),
}
RULES = {kind: "scheme_vote" if kind == RoundKind.SCHEME else kind for kind in GATES}  # name of the gate in lifecycle.gates
Outcome = Literal["closed", "passed", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("closed", "passed", "failed")

# Of each community of the year, and each kind, the newest round that was closed by the end of the day, with the counts that hold now,
# summed by the region one level down; the planned communities (kind ''); those whose gate a level above let pass.
# `level`: place of the child's code in the path.
STATEMENT = """
    WITH mine AS MATERIALIZED (
        SELECT e.project_id, e.community_id, split_part({path}, '/', %(level)s) AS child,
               coalesce(a.state = 'frozen' AND e.entered_on <= %(day)s, FALSE) AS planned
        FROM projects_entry e
        JOIN projects_project p ON p.id = e.project_id
        JOIN regions_region county ON county.id = p.region_id
        JOIN communities_community c ON c.id = e.community_id
        JOIN regions_region place ON place.id = c.region_id
        LEFT JOIN projects_annualplan a ON a.id = e.plan_id
        WHERE e.year = %(year)s AND starts_with({within}, %(top)s) AND (e.removed_on IS NULL OR e.removed_on > %(day)s)),
    newest AS (
        SELECT DISTINCT ON (r.project_id, r.community_id, r.kind) mine.child, r.id, r.kind, r.roll_count, r.synthetic
        FROM mine JOIN surveys_round r ON r.project_id = mine.project_id AND r.community_id = mine.community_id
        WHERE r.state = 'closed' AND r.closed_at < %(end)s AND r.kind = ANY (%(kinds)s)
        ORDER BY r.project_id, r.community_id, r.kind, r.closed_at DESC, r.id DESC),
    lenient AS (
        SELECT DISTINCT o.project_id, gates.kind FROM lifecycle_gateoverride o
        JOIN unnest(%(kinds)s::text[], %(rules)s::text[]) gates (kind, rule) ON gates.rule = o.gate
        WHERE o.takes_back_id IS NULL AND o.recorded_at < %(end)s AND NOT EXISTS (
            SELECT 1 FROM lifecycle_gateoverride back WHERE back.takes_back_id = o.id AND back.recorded_at < %(end)s))
    SELECT child, '', 0, 0, count(*) FILTER (WHERE planned), 0, 0, 0, 0, FALSE FROM mine GROUP BY 1
    UNION ALL
    SELECT mine.child, lenient.kind, 0, 0, 0, count(*), 0, 0, 0, FALSE FROM mine JOIN lenient USING (project_id) GROUP BY 1, 2
    UNION ALL
    SELECT newest.child, newest.kind, count(*), count(*) FILTER (WHERE counted.passed), 0, 0, coalesce(sum(counted.voted), 0),
           coalesce(sum(counted.agreed), 0), coalesce(sum(newest.roll_count), 0), bool_or(newest.synthetic)
    FROM newest LEFT JOIN surveys_roundcount counted ON counted.round_id = newest.id GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one kind of round in one region. Communities: with a closed round, passed, planned, let pass by a level above whatever their
    round said; households: voted, agreed, on the rolls."""

    closed: int = 0
    passed: int = 0
    planned: int = 0
    let_pass: int = 0
    voted: int = 0
    agreed: int = 0
    households: int = 0
    synthetic: bool = False

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.closed + other.closed,
            self.passed + other.passed,
            self.planned + other.planned,
            self.let_pass + other.let_pass,
            self.voted + other.voted,
            self.agreed + other.agreed,
            self.households + other.households,
            self.synthetic or other.synthetic,
        )

    @property
    def failed(self) -> int:
        """Communities whose newest round missed 80 %."""
        return self.closed - self.passed

    def share(self, indicator: GateIndicator) -> Share:
        """Part and whole of an indicator; nothing held, no rate."""
        return Share(getattr(self, indicator.part), getattr(self, indicator.whole))


@dataclass(frozen=True, slots=True)
class GateIndicator:
    """A rate made of two columns of Sums, for each kind of round (`kinds`: those it is made for)."""

    code: str
    name: str | Promise
    definition: str | Promise
    unit: Literal["communities", "households"]
    part: str
    whole: str
    kinds: tuple[str, ...] = tuple(GATES)
    rule_version: str = RULE_VERSION

    @property
    def unit_words(self) -> str | Promise:
        """The unit in the reader's language."""
        return UNITS[self.unit]


GATE_INDICATORS: tuple[GateIndicator, ...] = (
    GateIndicator(
        "gate_pass_rate",
        _("Gate pass rate"),
        _(
            "Communities of the year whose newest round of the kind, closed by the day, reached 80% of all households, divided by the "
            "communities that have such a round. A later round takes the place of an earlier one, whichever way it went."
        ),
        "communities",
        "passed",
        "closed",
    ),
    GateIndicator(
        "gate_held_rate",
        _("Rounds held"),
        _("Communities of the year with a closed round of the kind, divided by planned communities; may exceed 100% like the start rate."),
        "communities",
        "closed",
        "planned",
    ),
    GateIndicator(
        "turnout",
        _("Turnout"),
        _(
            "Households with a ballot that counts, divided by all households on the frozen rolls of these rounds: added up over the "
            "communities, not averaged."
        ),
        "households",
        "voted",
        "households",
    ),
    GateIndicator(
        "satisfaction_rate",
        pgettext_lazy("indicator", "Satisfaction"),
        _("Households that are satisfied, divided by all households on the rolls of the satisfaction rounds. Not answering is no."),
        "households",
        "agreed",
        "households",
        (RoundKind.SATISFACTION.value,),
    ),
)
BY_CODE = {indicator.code: indicator for indicator in GATE_INDICATORS}


@dataclass(frozen=True, slots=True)
class GateTable:
    """Sums by kind: of the region, and of each region one level down that has communities of the year ("" = in none of them)."""

    total: Mapping[str, Sums]
    children: Mapping[str, Mapping[str, Sums]]


def gate_table(region: Region, year: int, as_of: datetime.date) -> GateTable:
    """The figures of a region at the end of a day, from the counts kept with each round; one statement.

    Like all figures by the project's county, and below county level by the community itself. Whole numbers; the children add up
    to the region because it is made of them.
    """
    below = region.depth >= COUNTY_DEPTH
    statement = STATEMENT.format(
        path="place.path" if below else "county.path", within="place.path" if region.depth > COUNTY_DEPTH else "county.path"
    )
    values: dict[str, Any] = {
        "year": year, "day": as_of, "end": end_of(as_of), "top": region.path, "level": region.depth + 1, "kinds": list(RULES),
        "rules": list(RULES.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return _table(cursor.fetchall())


def _table(rows: Iterable[tuple[str, str, int, int, int, int, int, int, int, bool]]) -> GateTable:
    children: dict[str, dict[str, Sums]] = {}
    for child, kind, closed, passed, planned, let_pass, voted, agreed, households, synthetic in rows:
        found = children.setdefault(child, dict.fromkeys(GATES, Sums()))
        for name in [kind] if kind else GATES:  # planned communities are those of every kind
            found[name] += Sums(closed, passed, planned, let_pass, voted, agreed, households, synthetic)
    total = {kind: sum((sums[kind] for sums in children.values()), Sums()) for kind in GATES}
    return GateTable(total, children)


def end_of(day: datetime.date) -> datetime.datetime:
    """The first moment of the next day, as it begins here."""
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def rounds_behind(kind: str, region: Region, year: int, as_of: datetime.date, outcome: Outcome = "closed") -> QuerySet[Round]:
    """The rounds whose number, votes and households are the figures: one for each community, with `name_key`, `county_key` to sort by."""
    standing: QuerySet[Entry] = entries_of(region, year).filter(Q(removed_on__isnull=True) | Q(removed_on__gt=as_of))
    own = standing.filter(project=OuterRef("project"), community=OuterRef("community"))
    closed = Round.objects.filter(Exists(own), kind=kind, state=RoundState.CLOSED, closed_at__lt=end_of(as_of))
    newest = closed.order_by("project_id", "community_id", "-closed_at", "-pk").distinct("project_id", "community_id")
    rows = Round.objects.filter(pk__in=newest.values("pk"))
    if outcome != "closed":
        rows = rows.filter(counted__passed=outcome == "passed")
    return rows.select_related("counted", "community__region", "project__region__parent").annotate(
        name_key=F("community__pinyin"),
        county_key=F("project__region__path"),
        voted=F("counted__voted"),
        agreed=F("counted__agreed"),
        share=F("counted__agreed") * 100_000 / F("roll_count"),
    )
