"""Tables of facilities."""

from facilities.models.circle import Assessment, CircleCount, CircleResult, CircleRun, CircleTotal
from facilities.models.inventory import Facility, StateChange
from facilities.models.renewal import CommunityTheme, Conversion, Inspection

__all__ = [
    "Assessment", "CircleCount", "CircleResult", "CircleRun", "CircleTotal", "CommunityTheme", "Conversion", "Facility", "Inspection",
    "StateChange",
]  # fmt: skip
