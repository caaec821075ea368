"""The complete-community checklist as data: the 20 items of the trial standard of 2020 (DOMAIN.md section 10). Pure.

To add an item: one line in ITEMS, its Chinese in the catalogue, a new RULE_VERSION. Rings and areas that no public source
settles are defaults here and settings there (CIRCLE_RINGS, CIRCLE_AREAS) [open].
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from facilities.choices import FacilityKind as Place
from projects.choices import WorkKind as Work

RULE_VERSION = "2020-1"


class Judged(StrEnum):
    """From what an item is judged."""

    FACILITIES = "facilities"  # distance, area and state of facilities
    WORKS = "works"  # what the yard itself has: an assessment, the register, the works of its scheme
    PERSON = "person"  # what only somebody who knows the community can say


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `ring`: 5, 10 or 15 minutes on foot, 0 = in the yard itself. `area`: m² that one of them has at least.

    `kinds` are the facilities that serve it; `kinds_needed` how many different ones must be there; `people`: one for each so
    many residents (0: one is enough). `works`: items of a scheme that bring it to the yard; `suggest`: the kind of work that a
    gap asks for, `quantity` in `unit` of it.
    """

    number: int
    code: str
    words: str | Promise
    judged: Judged
    ring: int = 0
    kinds: tuple[Place, ...] = ()
    kinds_needed: int = 1
    area: int = 0
    people: int = 0
    works: tuple[Work, ...] = ()
    suggest: Work | None = None

    @property
    def quantity(self) -> int:
        """How much a suggested work item holds: the area that the standard asks for, else one."""
        return self.area or 1

    @property
    def unit(self) -> str:
        """The unit of `quantity`, as schemes write it."""
        return "m²" if self.area else "处"


F, W, P = Judged.FACILITIES, Judged.WORKS, Judged.PERSON
_PIPES = (Work.WATER, Work.DRAINAGE, Work.POWER, Work.GAS, Work.HEATING, Work.TELECOM)
_SHOPS = (Place.HAIRDRESSER, Place.PHARMACY, Place.REPAIR, Place.MEALS)
ITEMS: tuple[Item, ...] = (
    Item(1, "station", _("Service station"), F, 10, (Place.STATION, Place.CENTRE), area=800, suggest=Work.CULTURE),
    Item(2, "kindergarten", _("Kindergarten"), F, 10, (Place.KINDERGARTEN,), area=2200, suggest=Work.CHILDCARE),
    Item(3, "nursery", _("Nursery"), F, 10, (Place.NURSERY,), area=200, suggest=Work.CHILDCARE),
    Item(4, "elderly", _("Elderly service"), F, 5, (Place.ELDERLY,), area=350, suggest=Work.ELDERLY),
    Item(5, "health", _("Health service"), F, 15, (Place.HEALTH,), area=120, suggest=Work.HEALTH),
    Item(6, "supermarket", _("Supermarket"), F, 10, (Place.SUPERMARKET, Place.MARKET), area=300, suggest=Work.MARKET),
    Item(7, "parcel", _("Parcel points"), F, 5, (Place.PARCEL,), area=15, people=3000, suggest=Work.PARCEL),
    Item(8, "shops", _("Other shops: hair, pharmacy, repair, meals"), F, 10, _SHOPS, kinds_needed=3, suggest=Work.MEALS),
    Item(9, "pipes", _("Water, power, gas, heat, telecom"), W, works=_PIPES, suggest=Work.WATER),
    Item(10, "parking", _("Parking and charging"), F, 5, (Place.PARKING, Place.CHARGING), kinds_needed=2, suggest=Work.PARKING),
    Item(11, "paths", _("Walking paths"), W, works=(Work.ROADS,), suggest=Work.ROADS),
    Item(12, "barrier_free", _("Barrier-free access"), W, works=(Work.LIFTS, Work.STAIRS), suggest=Work.STAIRS),
    Item(13, "sanitation", _("Sanitation"), W, works=(Work.DRAINAGE,), suggest=Work.DRAINAGE),
    Item(14, "ground", _("Activity ground"), F, 5, (Place.GROUND,), area=150, suggest=Work.GREENING),
    Item(15, "green", _("Public green"), F, 5, (Place.GREEN,), suggest=Work.GREENING),
    Item(16, "property", _("Property service"), P),
    Item(17, "platform", _("Service platform"), P, works=(Work.SMART,), suggest=Work.SMART),
    Item(18, "mechanism", _("Management mechanism"), P),
    Item(19, "integrated", _("Integrated management"), P),
    Item(20, "culture", _("Community culture"), P, works=(Work.CULTURE,), suggest=Work.CULTURE),
)
BY_CODE: dict[str, Item] = {item.code: item for item in ITEMS}
ASSESSED: tuple[Item, ...] = tuple(item for item in ITEMS if item.judged != F)
# a work item of the scheme that stands is a facility to come, in the yard itself
BRINGS: dict[str, Place] = {
    Work.ELDERLY: Place.ELDERLY,
    Work.CHILDCARE: Place.NURSERY,
    Work.MEALS: Place.MEALS,
    Work.MARKET: Place.SUPERMARKET,
    Work.HEALTH: Place.HEALTH,
    Work.CULTURE: Place.CENTRE,
    Work.PARCEL: Place.PARCEL,
    Work.PARKING: Place.PARKING,
    Work.CHARGING: Place.CHARGING,
    Work.GREENING: Place.GREEN,
}
