"""The monthly circular: the units below a region ranked by start rate, as on the dashboard."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics.anchors import invention
from analytics.queries import Standing, freshness, ranking
from common.errors import InvalidInput
from common.numbers import Share
from regions.choices import LEVEL_DEPTH, Level
from spreadsheets.asking import as_of_line, period_of, region_of, source_line
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

lazy = gettext_lazy
COUNT, RATE, POINTS, MONEY = "#,##0", "0.0%", "+0.0;-0.0;0.0", "#,##0.00"
COLUMNS = (
    Column("rank", head("Rank"), width=7, number_format="0"),
    Column("name", head("Unit"), width=18),
    Column("planned", head("Planned communities"), width=11, number_format=COUNT, total=True),
    Column("started", head("Started communities"), width=11, number_format=COUNT, total=True),
    Column("rate", head("Start rate (communities)"), width=12, number_format=RATE, rate=("started", "planned")),
    Column("started_before", head("Started a month before"), width=11, number_format=COUNT, total=True),
    Column("change", head("Change to last month (points)"), width=12, number_format=POINTS),
    Column("due", head("Due by now"), width=11, number_format=COUNT, total=True),
    Column("due_rate", head("Due rate"), width=10, number_format=RATE, rate=("due", "planned")),
    Column("gap", head("Behind the due rate (points)"), width=13, number_format="0.0;-0.0;0.0"),
    Column("planned_households", head("Planned households"), width=12, number_format=COUNT, total=True),
    Column("started_households", head("Started households"), width=12, number_format=COUNT, total=True),
    Column(
        "household_rate", head("Start rate (households)"), width=12, number_format=RATE, rate=("started_households", "planned_households")
    ),
    Column("completed", head("Completed communities"), width=11, number_format=COUNT, total=True),
    Column("completion_rate", head("Completion rate"), width=11, number_format=RATE, rate=("completed", "planned")),
    Column("planned_amount", head("Planned investment (10,000 yuan)"), width=14, number_format=MONEY, total=True),
    Column("paid_amount", head("Paid (10,000 yuan)"), width=14, number_format=MONEY, total=True),
    Column("paid_rate", head("Investment rate"), width=11, number_format=RATE, rate=("paid_amount", "planned_amount")),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """The ranking of the units below a region on a day. Raises InvalidInput at county level, where communities begin."""
    top = region_of(actor, query)
    period = period_of(query, at)
    rows = ranking(top, period.year, period.as_of)
    if not rows:
        message = _("There are no units below %(region)s to rank. Choose the province or a city, or the detail list.") % {
            "region": top.name
        }
        raise InvalidInput(message, details={"region": message})
    fresh = freshness(period.year)
    synthetic = fresh is not None and fresh.synthetic
    with official():
        title = _("%(region)s %(year)s: ranking by start rate, %(month)s") % {
            "region": top.name_zh,
            "year": period.year,
            "month": _("%(year)s-%(month)s") % {"year": period.as_of.year, "month": f"{period.as_of.month:02d}"},
        }
        return Report(
            title=title,
            columns=COLUMNS,
            rows=_rows(rows),
            expected=len(rows),
            lines=[as_of_line(period, at), source_line(), _("Rate = started / planned communities; it may exceed 100%. No plan, no rate.")],
            total_label=_("Total"),
            totals=_totals(rows),
            synthetic=synthetic,
            invented=_("all but the province's planned and started communities and the plans of Shijiazhuang and Cangzhou")
            if invention(period.year, synthetic) == "partly"
            else "",
            sheet_name=_("Ranking"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=2,
        )


def _rows(rows: Iterable[Standing]) -> Iterator[list[Any]]:
    for row in rows:
        now = row.now
        yield [
            row.rank, row.region.name_zh, now["planned_communities"], now["started_communities"], None,
            row.before["started_communities"], change_in_points(row.share, row.share_before), now["due_start_communities"], None,
            points_behind(row.share, row.due), now["planned_households"], now["started_households"], None,
            now["completed_communities"], None, ten_thousands(now["planned_amount"]), ten_thousands(now["paid_amount"]), None,
        ]  # fmt: skip


def _totals(rows: Iterable[Standing]) -> dict[str, Any]:
    """What the totals row cannot add up: differences of rates, from the sums and never from averaged percentages."""
    sums = {"planned": 0, "started": 0, "before_planned": 0, "before": 0, "due": 0}
    for row in rows:
        sums["planned"] += int(row.now["planned_communities"])
        sums["started"] += int(row.now["started_communities"])
        sums["before_planned"] += int(row.before["planned_communities"])
        sums["before"] += int(row.before["started_communities"])
        sums["due"] += int(row.now["due_start_communities"])
    share = Share(sums["started"], sums["planned"])
    return {
        "change": change_in_points(share, Share(sums["before"], sums["before_planned"])),
        "gap": points_behind(share, Share(sums["due"], sums["planned"]).percent),
    }


def change_in_points(now: Share, before: Share) -> Decimal | None:
    """Percentage points since a month before; None where either has no plan."""
    return None if now.percent is None or before.percent is None else now.percent - before.percent


def points_behind(share: Share, due: Decimal | None) -> Decimal | None:
    """Percentage points behind the due value; negative = ahead."""
    return None if share.percent is None or due is None else due - share.percent


def ten_thousands(yuan: Decimal | int) -> Decimal:
    """Yuan in units of 10,000."""
    return Decimal(yuan) / 10_000


RANKING = ListSheet(
    name="ranking",
    title=lazy("Ranking circular"),
    explanation=lazy("Units below a region ranked by start rate on any day, with last month's change and the distance to the calendar."),
    action="dashboard.see",
    report=report,
    asks=("region", "year", "as_of"),
    deepest=LEVEL_DEPTH[Level.REPORTING],
)
