"""Words of facilities (DOMAIN.md section 10)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FacilityKind(TextChoices):
    """What a facility serves for: the complete-community checklist, and what conversions of idle rooms make."""

    STATION = "station", _("Service station")
    KINDERGARTEN = "kindergarten", _("Kindergarten")
    NURSERY = "nursery", _("Nursery")
    ELDERLY = "elderly", _("Elderly service")
    CANTEEN = "canteen", _("Elderly canteen")
    HEALTH = "health", _("Health service")
    SUPERMARKET = "supermarket", _("Supermarket")
    MARKET = "market", _("Food market")
    PARCEL = "parcel", _("Parcel point")
    HAIRDRESSER = "hairdresser", _("Hairdresser")
    PHARMACY = "pharmacy", _("Pharmacy")
    REPAIR = "repair", _("Repair shop")
    MEALS = "meals", _("Eating place")
    PARKING = "parking", _("Parking")
    CHARGING = "charging", _("Charging")
    GROUND = "ground", _("Activity ground")
    GREEN = "green", _("Public green")
    PROPERTY = "property", _("Property service point")
    CENTRE = "centre", _("Neighbourhood centre")
    HALL = "hall", _("Meeting hall")
    READING = "reading", _("Reading room")
    KITCHEN = "kitchen", _("Shared kitchen")
    OTHER = "other", pgettext_lazy("facility", "Other")


class FacilityState(TextChoices):
    """Whether a facility serves anybody today."""

    PLANNED = "planned", pgettext_lazy("facility", "Planned")
    BUILDING = "building", pgettext_lazy("facility", "Being built")
    OPEN = "open", pgettext_lazy("facility", "Open")
    IDLE = "idle", pgettext_lazy("facility", "Idle")
    CLOSED = "closed", pgettext_lazy("facility", "Closed")


STILL_TO_COME: frozenset[str] = frozenset({FacilityState.PLANNED, FacilityState.BUILDING})
# a state that needs a reason in words
NEEDS_REASON: frozenset[str] = frozenset({FacilityState.IDLE, FacilityState.CLOSED})


class RoomKind(TextChoices):
    """What an idle room was (DOMAIN.md section 1, change 1)."""

    BOILER = "boiler", _("Boiler house")
    BATHHOUSE = "bathhouse", _("Bathhouse")
    WAREHOUSE = "warehouse", _("Warehouse")
    GARAGE = "garage", _("Garage")
    CANTEEN = "canteen", _("Works canteen")
    OTHER = "other", pgettext_lazy("room", "Other idle room")


class ConversionState(TextChoices):
    """How far a conversion is."""

    PLANNED = "planned", pgettext_lazy("conversion", "Planned")
    WORKS = "works", pgettext_lazy("conversion", "Under works")
    DONE = "done", pgettext_lazy("conversion", "Done")


class RunState(TextChoices):
    """How far a counting of living circles is."""

    WAITING = "waiting", pgettext_lazy("run", "Waiting")
    WORKING = "working", pgettext_lazy("run", "Counting")
    DONE = "done", pgettext_lazy("run", "Counted")


# what conversions make of idle rooms, first the usual ones
CONVERTED_TO: tuple[FacilityKind, ...] = (
    FacilityKind.CENTRE, FacilityKind.HALL, FacilityKind.KITCHEN, FacilityKind.READING, FacilityKind.HEALTH, FacilityKind.CANTEEN,
    FacilityKind.ELDERLY, FacilityKind.NURSERY, FacilityKind.STATION, FacilityKind.PARCEL, FacilityKind.OTHER,
)  # fmt: skip
