"""The indicators: one declared list that pages, exports, the API and the definitions page read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.counting import RULE_VERSION
from common.numbers import Share

Unit = Literal["communities", "households", "yuan", "m2"]
Side = Literal["part", "whole"]
Counts = Mapping[str, int | Decimal]  # a total per column of DailyCount

UNITS: dict[str, str | Promise] = {"communities": _("communities"), "households": _("households"), "yuan": _("yuan"), "m2": _("m²")}


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: `part` and `whole` name columns of DailyCount; without `whole` it is a plain count.

    `unit` is that of part and whole; the value of a rate is in per cent, shown with `digits` places. `due` names the column
    of the calendar's due value, which has the same whole.
    """

    code: str
    name: str | Promise
    definition: str | Promise
    unit: Unit
    part: str
    whole: str = ""
    due: str = ""
    digits: int = 1
    rule_version: str = RULE_VERSION

    def share(self, counts: Counts) -> Share:
        """Part and whole in these totals; never clamped, no plan gives no rate."""
        return Share(counts[self.part], counts[self.whole] if self.whole else 0)

    def due_percent(self, counts: Counts) -> Decimal | None:
        """What the calendar demands by now, in per cent of the whole; None without a calendar or a plan."""
        return Share(counts[self.due], counts[self.whole]).percent if self.due else None

    @property
    def unit_words(self) -> str | Promise:
        """The unit in the reader's language."""
        return UNITS[self.unit]

    def column(self, side: str) -> str:
        """The column of one side; "" where the indicator has no whole."""
        return self.part if side == "part" else self.whole


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "planned_communities",
        _("Planned communities"),
        _("Communities in annual plans that the province has frozen, from the day they entered the plan until they were taken out."),
        "communities",
        "planned_communities",
        digits=0,
    ),
    Indicator(
        "planned_households",
        _("Planned households"),
        _("Households of the planned communities, as registered on the day the community entered the plan."),
        "households",
        "planned_households",
        digits=0,
    ),
    Indicator(
        "planned_area",
        _("Planned floor area"),
        _("Floor area of the planned communities, as registered on the day the community entered the plan."),
        "m2",
        "planned_area",
        digits=0,
    ),
    Indicator(
        "planned_amount",
        _("Planned investment"),
        _("Planned investment of the planned communities."),
        "yuan",
        "planned_amount",
        digits=0,
    ),
    Indicator(
        "design_rate_communities",
        _("Design rate (communities)"),
        _("Communities of the year whose scheme is drawn up, or that stand further, divided by planned communities."),
        "communities",
        "designed_communities",
        "planned_communities",
    ),
    Indicator(
        "start_rate_communities",
        _("Start rate (communities)"),
        _(
            "Communities of the year that have started, divided by planned communities. Communities started outside the plan "
            "count too, so the rate may exceed 100%; withdrawn ones count no longer from the day of withdrawal."
        ),
        "communities",
        "started_communities",
        "planned_communities",
        "due_start_communities",
    ),
    Indicator(
        "start_rate_households",
        _("Start rate (households)"),
        _("Households of the communities that have started, divided by planned households."),
        "households",
        "started_households",
        "planned_households",
        "due_start_households",
    ),
    Indicator(
        "completion_rate_communities",
        _("Completion rate (communities)"),
        _("Communities of the year whose works are completed, divided by planned communities."),
        "communities",
        "completed_communities",
        "planned_communities",
        "due_completion_communities",
    ),
    Indicator(
        "completion_rate_households",
        _("Completion rate (households)"),
        _("Households of the communities whose works are completed, divided by planned households."),
        "households",
        "completed_households",
        "planned_households",
        "due_completion_households",
    ),
    Indicator(
        "acceptance_rate_communities",
        _("Acceptance rate (communities)"),
        _("Communities of the year that passed the joint acceptance, divided by planned communities."),
        "communities",
        "accepted_communities",
        "planned_communities",
    ),
    Indicator(
        "acceptance_rate_households",
        _("Acceptance rate (households)"),
        _("Households of the communities that passed the joint acceptance, divided by planned households."),
        "households",
        "accepted_households",
        "planned_households",
    ),
    Indicator(
        "investment_rate",
        _("Investment rate"),
        _("Yuan paid according to the newest report of each month, divided by the planned investment."),
        "yuan",
        "paid_amount",
        "planned_amount",
    ),
)
BY_CODE: dict[str, Indicator] = {indicator.code: indicator for indicator in INDICATORS}
