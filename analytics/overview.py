"""What a dashboard shows of one region in one period: plain values and addresses, ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import queries
from analytics.anchors import invented, invention
from analytics.gate_figures import GATES, Sums, gate_table
from analytics.indicators import BY_CODE, Indicator
from analytics.maps import outline
from analytics.measures import Measure
from analytics.period import Period
from analytics.queries import Freshness, Standing
from common.display import group
from common.templatetags import ui
from regions.models import Region
from regions.scope import Scope
from surveys.choices import RoundKind
from surveys.rules import GATE_PERCENT

SATISFACTION = RoundKind.SATISFACTION.value
NAMED_LATE = 3  # units that the sentence names


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a page stands: everything its addresses are made of."""

    region: Region
    period: Period
    measure: Measure
    linked: bool = True  # False on the public page: figures without the rows behind them

    def dashboard(self, region: Region | None = None, **changes: object) -> str:
        """The dashboard of a region with this year, day and measure."""
        query = {"year": self.period.year, "as_of": self.period.as_of.isoformat(), "measure": self.measure.key} | changes
        kept = {key: value for key, value in query.items() if value}
        return f"{reverse('analytics:dashboard-of', args=[(region or self.region).code])}?{urlencode(kept)}"

    def rows(self, indicator: Indicator, side: str = "part", region: Region | None = None) -> str:
        """The list of communities behind a figure; "" on the public page."""
        if not self.linked:
            return ""
        query = {
            "region": (region or self.region).code, "year": self.period.year, "as_of": self.period.as_of.isoformat(), "side": side,
        }  # fmt: skip
        return f"{reverse('analytics:rows', args=[indicator.code])}?{urlencode(query)}"

    def rounds(self, kind: str, outcome: str = "closed", region: Region | None = None) -> str:
        """The list of rounds behind a figure of the gates; "" on the public page."""
        if not self.linked:
            return ""
        query = {
            "region": (region or self.region).code, "year": self.period.year, "as_of": self.period.as_of.isoformat(), "outcome": outcome,
        }  # fmt: skip
        return f"{reverse('analytics:gate-rows', args=[kind])}?{urlencode(query)}"


def overview(place: Place, fresh: Freshness) -> dict[str, Any]:
    """All sections of the page: six queries whatever the size of the region."""
    region, period = place.region, place.period
    history = queries.history(region, period.year)
    totals = history.totals_on(period.as_of)[0]
    figures = queries.figures(region, period.year, period.as_of, from_history=history)
    below = queries.counties(region, period.year, period.as_of) if region.depth < queries.COUNTY_DEPTH else []
    ranked = queries.ranking(region, period.year, period.as_of, place.measure.indicator, from_counties=below)
    synthetic = fresh.synthetic
    shown = {code: _figure(place, figure, synthetic) for code, figure in figures.items()}
    return {
        "place": place,
        "region": region,
        "period": period,
        "measure": place.measure,
        "fresh": fresh,
        "invention": invention(period.year, synthetic),
        "figures": shown,
        "invented_sizes": _invented_sizes(shown),
        "totals": totals,
        "household_text": _short(BY_CODE["planned_households"], totals["planned_households"], totals["planned_households"]),
        "missing": totals["due_start_communities"] - totals["started_communities"],
        "late": _late(ranked),
        "ranking": _ranking(place, ranked, figures[place.measure.indicator.code], totals),
        "map_url": map_url(region),
        "curve": _curve(history, period),
        "now": period.as_of.month - 1 if period.as_of.year == period.year else "",
        "months": range(1, 13),
        "funnel": _funnel(place, totals),
        "laggards": [_row(place, one, one.rank) | {"unit": _unit_of(one.region, ranked)} for one in queries.laggards(below)],
        "lag": {"near": settings.LAG_NEAR_POINTS, "fail": settings.LAG_FAIL_POINTS},
        "gates": _gates(place, [row.region for row in ranked]),
        "approval": settings.MAP_APPROVAL_NUMBER,
        "definitions_url": reverse("analytics:definitions"),
    }


def _figure(place: Place, figure: queries.Figure, synthetic: bool) -> dict[str, Any]:
    indicator, share = figure.indicator, figure.share
    whole = share.whole if indicator.whole else None
    return {
        "indicator": indicator,
        "part": share.part,
        "whole": share.whole,
        "part_text": _short(indicator, share.part, share.whole if indicator.whole else share.part),
        "whole_text": _short(indicator, share.whole, share.whole),
        "before": figure.before.percent,
        "now": share.percent,
        "part_before": figure.before.part,
        "whole_before": figure.before.whole,
        "due": figure.due,
        "spark": figure.spark,
        "url": place.rows(indicator),
        "whole_url": place.rows(indicator, "whole") if indicator.whole else "",
        "definition_url": f"{reverse('analytics:definitions')}#{indicator.code}",
        "synthetic": synthetic and invented(indicator, place.region.code, place.period.year, place.period.as_of, share.part, whole),
    }


def _late(ranked: list[Standing]) -> list[str]:
    """Names of the units furthest behind the calendar, by communities missing."""
    late = sorted((row for row in ranked if row.missing > 0), key=lambda row: (-row.missing, row.region.code))
    return [row.region.name for row in late[:NAMED_LATE]]


def _unit_of(county: Region, ranked: list[Standing]) -> str:
    """The unit a county belongs to, where the page ranks units: several have a county of the same name."""
    found = (row.region.name for row in ranked if row.region.pk == county.parent_id and row.region.name != county.name)
    return next(found, "")


def _amount(measure: Measure, value: Decimal | int) -> str:
    return group(Decimal(value) / 10_000, 0) if measure.in_money else group(value)


def _short(indicator: Indicator, value: Decimal | int, size: Decimal | int) -> str:
    """A count or amount in the unit that fits `size`: a part is written in the unit of its whole."""
    if indicator.unit == "yuan":
        return ui.yuan_yi(value, 1 if size >= 1_000_000_000 else 2) if size >= 100_000_000 else ui.yuan_wan(value, 0)
    return ui.wan(value, 2) if size >= 100_000 else group(value)


def _invented_sizes(figures: dict[str, dict[str, Any]]) -> list[str]:
    """Names of the plan's invented sizes where others of them are public; empty where one mark says it for all."""
    sizes = {
        "planned_communities": _("Communities"), "planned_households": _("Households"),
        "planned_area": _("Floor area"), "planned_amount": _("Investment"),
    }  # fmt: skip
    found = [name for code, name in sizes.items() if figures[code]["synthetic"]]
    return found if len(found) < len(sizes) else []


def _row(place: Place, standing: Standing, rank: int | None) -> dict[str, Any]:
    measure, region = place.measure, standing.region
    start = BY_CODE["start_rate_communities"]
    return {
        "code": region.code,
        "rank": rank,
        "name": region.name,
        "parent": region.codes[-2] if len(region.codes) > 1 else "",
        "url": place.dashboard(region) if place.linked else "",
        "part": standing.share.part,
        "whole": standing.share.whole,
        "part_text": _amount(measure, standing.share.part),
        "whole_text": _amount(measure, standing.share.whole),
        "part_url": place.rows(measure.indicator, "part", region),
        "whole_url": place.rows(measure.indicator, "whole", region),
        "now": standing.share.percent,
        "before": standing.share_before.percent,
        "due": standing.due,
        "gap": standing.gap,
        "completed": standing.now["completed_communities"],
        "missing": standing.missing,
        "lag_part": standing.now["started_communities"],
        "lag_whole": standing.now["planned_communities"],
        "due_count": standing.now["due_start_communities"],
        "started": standing.now["started_communities"],
        "started_url": place.rows(start, "part", region),
    }


def _ranking(place: Place, ranked: list[Standing], figure: queries.Figure, totals: dict[str, Any]) -> dict[str, Any]:
    """The table's rows and its total, which is the region's own figure, not an average."""
    total = Standing(place.region, totals, totals, figure.share, figure.before, figure.due)
    over = any((row.share.percent or 0) > 100 for row in [*ranked, total])
    return {"rows": [_row(place, row, row.rank) for row in ranked], "total": _row(place, total, None), "scale": 110 if over else None}


def _curve(history: queries.History, period: Period) -> list[dict[str, Any]]:
    lines = queries.monthly_curve(history, period.year, period.as_of)
    words = (_("Planned starts"), _("Actual starts"), _("Planned completions"), _("Actual completions"))
    return [
        {
            "name": word,
            "kind": "plan" if name.startswith("due") else "actual",
            "tone": "near" if "compl" in name else "accent",
            "values": values,
        }
        for word, (name, values) in zip(words, lines, strict=True)
    ]


def _funnel(place: Place, totals: dict[str, Any]) -> list[dict[str, Any]]:
    words = (_("In the plan"), _("Scheme drawn up"), _("Works started"), _("Works completed"), _("Jointly accepted"))
    steps = queries.funnel(totals)
    return [
        {"name": word, "reached": step.reached, "standing": step.standing, "of": steps[0].reached, "url": place.rows(step.indicator)}
        for word, step in zip(words, steps, strict=True)
    ]


def _gates(place: Place, units: list[Region]) -> dict[str, Any]:
    """The three 80 %: a row for each gate, and each region one level down that has communities of the year."""
    table = gate_table(place.region, place.period.year, place.period.as_of)
    below = units or list(Region.objects.filter(parent=place.region, code__in=table.children))
    rows = [_gate_cells(place, unit, table.children[unit.code]) for unit in below if unit.code in table.children]
    rest = [sums for code, sums in table.children.items() if code not in {unit.code for unit in below}]
    if rows and rest:
        rows += [_gate_cells(place, None, {kind: sum((sums[kind] for sums in rest), Sums()) for kind in GATES})]
    return {
        "held": any(sums.closed for sums in table.total.values()),
        "rows": [
            {
                "kind": kind,
                "name": name,
                "sums": table.total[kind],
                "url": place.rounds(kind),
                "passed_url": place.rounds(kind, "passed"),
                "failed_url": place.rounds(kind, "failed"),
            }
            for kind, name in GATES.items()
        ],
        "planned_url": place.rows(BY_CODE["planned_communities"]),
        "overrides_url": f"{reverse('projects:overrides')}?region={place.region.code}",
        "children": sorted(rows, key=lambda row: row["code"]),
        "total": _gate_cells(place, place.region, table.total),
        "synthetic": any(sums.synthetic for sums in table.total.values()),
        "threshold": GATE_PERCENT,
    }


def _gate_cells(place: Place, region: Region | None, by_kind: Mapping[str, Sums]) -> dict[str, Any]:
    """A region's row; without a region that of communities which lie in no region one level down: it opens nothing of its own."""
    turnout = sum(by_kind.values(), Sums())
    return {
        "code": region.code if region else "~",
        "name": region.name if region else _("directly below"),
        "url": place.dashboard(region) if region and place.linked else "",
        "cells": [{"sums": sums, "url": place.rounds(kind, region=region) if region else ""} for kind, sums in by_kind.items()],
        "turnout": turnout,
        "satisfied": by_kind[SATISFACTION],
        "satisfied_url": place.rounds(SATISFACTION, region=region) if region else "",
    }


def map_url(region: Region) -> str:
    """Address of the region's outlines, with their digest; "" where there is no map."""
    found = outline(region.code)
    return reverse("analytics:map", args=[region.code, found.digest]) if found else ""


def crumbs(place: Place, chain: list[Region], scope: Scope) -> list[tuple[str, str]]:
    """The way down to the region, beginning where the viewer's reach begins."""
    return [(region.name, place.dashboard(region)) for region in chain if scope.covers(region.path)]


def years(place: Place, counted: list[Freshness]) -> list[dict[str, Any]]:
    """The year switch: each year opens on its own day."""
    return [
        {"label": str(one.year), "current": one.year == place.period.year, "url": place.dashboard(year=one.year, as_of="")}
        for one in counted
    ]
