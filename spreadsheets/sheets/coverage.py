"""Coverage by item and region, as the page sums it up."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.coverage import Coverage, coverage_by_place, coverage_of, freshness_of
from facilities.models import CircleResult
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from spreadsheets.asking import made_line, region_of
from spreadsheets.columns import Column, head, official
from spreadsheets.sheets.base import ListSheet
from spreadsheets.writer import Report

NUMBER = "#,##0"
COLUMNS = (
    Column("number", head("No."), width=7, number_format="0"),
    Column("item", head("Item of the checklist"), width=34),
    Column("region", head("Region"), width=18),
    Column("communities", head("Communities counted"), width=12, number_format=NUMBER),
    Column("met_before", head("Met today"), width=11, number_format=NUMBER),
    Column("partly_before", head("Partly met today"), width=11, number_format=NUMBER),
    Column("missing_before", head("Missing today"), width=11, number_format=NUMBER),
    Column("share", head("Share met today"), width=11, number_format="0.0%", rate=("met_before", "communities")),
    Column("met_after", head("Met after the works"), width=12, number_format=NUMBER),
    Column("partly_after", head("Partly met after the works"), width=12, number_format=NUMBER),
    Column("missing_after", head("Missing after the works"), width=12, number_format=NUMBER),
    Column("households", head("Households counted"), width=12, number_format=NUMBER),
    Column("households_met_before", head("Households served today"), width=13, number_format=NUMBER),
    Column("households_met_after", head("Households served after the works"), width=13, number_format=NUMBER),
)


def report(actor: User, query: dict[str, Any], at: datetime.datetime) -> Report:
    """Every item over the region and in each region a step below."""
    top = region_of(actor, query)
    fresh = freshness_of(top)
    with official():
        title = _t("%(region)s: facilities around communities") % {"region": top.name_zh}
        up_to = f"{fresh.up_to:%Y-%m-%d %H:%M}" if fresh.up_to else "—"
        words = {"counted": fresh.counted, "total": fresh.total, "at": up_to}
        rows = list(_rows(top))
        return Report(
            title=title,
            columns=COLUMNS,
            rows=iter(rows),
            expected=len(rows),
            lines=[_t("Counted %(counted)s of %(total)s communities, up to %(at)s") % words, made_line(at)],
            synthetic=CircleResult.objects.within(top).filter(community__synthetic=True).exists(),
            sheet_name=_t("Coverage"),
            file_name=f"{title.replace('：', '')}.xlsx",
            frozen_columns=3,
        )


def _rows(top: Region) -> Iterator[list[Any]]:
    for line in coverage_of(top):
        yield _row(line, top.name_zh)
        for place, own in coverage_by_place(top, line.item):
            yield _row(own, place.name_zh)


def _row(line: Coverage, place: str) -> list[Any]:
    return [
        line.item.number, str(line.item.words), place, line.communities, line.communities_met_before, line.communities_partly_before,
        line.communities_missing_before, None, line.communities_met_after, line.communities_partly_after, line.communities_missing_after,
        line.households, line.households_met_before, line.households_met_after,
    ]  # fmt: skip


COVERAGE = ListSheet(
    name="coverage",
    title=_("Coverage by facilities"),
    explanation=_("The items of the complete-community checklist by region, before and after the planned works."),
    action="facilities.see",
    report=report,
    deepest=LEVEL_DEPTH[Level.COMMITTEE],
)
