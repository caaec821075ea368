"""Tables of facilities."""

from facilities.models.inventory import Facility, StateChange

__all__ = ["Facility", "StateChange"]
