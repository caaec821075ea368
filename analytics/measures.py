"""What the ranking and the map can show: one indicator each, with the words of its columns. Kept in the URL."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.indicators import BY_CODE, Indicator


@dataclass(frozen=True, slots=True)
class Measure:
    """A switch position: its indicator, the headings of whole and part, and the class limits of the map."""

    key: str
    label: str | Promise
    whole_label: str | Promise
    part_label: str | Promise
    indicator: Indicator
    limits: tuple[int, ...]

    @property
    def in_money(self) -> bool:
        """Amounts are shown in units of 10,000 yuan."""
        return self.indicator.unit == "yuan"


_EVEN = (20, 40, 60, 80)
_STARTS = tuple(settings.MAP_LIMITS)
MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("start", _("Start rate"), _("Planned"), _("Started"), BY_CODE["start_rate_communities"], _STARTS),
        Measure("completion", _("Completion rate"), _("Planned"), _("Completed"), BY_CODE["completion_rate_communities"], _EVEN),
        Measure("investment", _("Investment rate"), _("Planned (10,000 yuan)"), _("Paid (10,000 yuan)"), BY_CODE["investment_rate"], _EVEN),
        Measure("households", _("By households"), _("Planned households"), _("Started"), BY_CODE["start_rate_households"], _STARTS),
    )
}
DEFAULT_MEASURE = MEASURES["start"]
