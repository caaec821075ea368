"""Verdicts, reasons and needs as people read them, and the letters of the map. Pure."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from common.display import group
from facilities.checklist import Item, Judged
from facilities.choices import FacilityKind as Kind
from facilities.rules import Judgement, Standard, Verdict, Why, needed_count

VERDICTS: dict[str, str | Promise] = {
    Verdict.MET.value: gettext_lazy("Met"),
    Verdict.PARTLY.value: gettext_lazy("Partly met"),
    Verdict.MISSING.value: pgettext_lazy("item", "Missing"),
    Verdict.UNKNOWN.value: gettext_lazy("Not assessed"),
}
# the shape that goes with a verdict in every table: `finding_mark`
SHAPES: dict[str, str] = {
    Verdict.MET.value: "pass",
    Verdict.PARTLY.value: "near",
    Verdict.MISSING.value: "fail",
    Verdict.UNKNOWN.value: "none",
}
LETTERS: dict[str, str | Promise] = {
    Kind.STATION: pgettext_lazy("map", "St"),
    Kind.KINDERGARTEN: pgettext_lazy("map", "Ki"),
    Kind.NURSERY: pgettext_lazy("map", "Nu"),
    Kind.ELDERLY: pgettext_lazy("map", "El"),
    Kind.CANTEEN: pgettext_lazy("map", "Ca"),
    Kind.HEALTH: pgettext_lazy("map", "He"),
    Kind.SUPERMARKET: pgettext_lazy("map", "Su"),
    Kind.MARKET: pgettext_lazy("map", "Ma"),
    Kind.PARCEL: pgettext_lazy("map", "Pa"),
    Kind.HAIRDRESSER: pgettext_lazy("map", "Ha"),
    Kind.PHARMACY: pgettext_lazy("map", "Ph"),
    Kind.REPAIR: pgettext_lazy("map", "Re"),
    Kind.MEALS: pgettext_lazy("map", "Ea"),
    Kind.PARKING: pgettext_lazy("map", "Pk"),
    Kind.CHARGING: pgettext_lazy("map", "Ch"),
    Kind.GROUND: pgettext_lazy("map", "Gd"),
    Kind.GREEN: pgettext_lazy("map", "Gr"),
    Kind.PROPERTY: pgettext_lazy("map", "Pr"),
    Kind.CENTRE: pgettext_lazy("map", "Ce"),
    Kind.HALL: pgettext_lazy("map", "Hl"),
    Kind.READING: pgettext_lazy("map", "Rd"),
    Kind.KITCHEN: pgettext_lazy("map", "Kt"),
    Kind.OTHER: pgettext_lazy("map", "Ot"),
}


def why_words(item: Item, said: Judgement, population: int, rule: Standard) -> str:
    """Why the item is not met, in a few words; "" for one that is met by distance."""
    needed = needed_count(item, population)
    words = {
        Why.NOTHING: "",
        Why.FEW: _("%(needed)s needed for %(people)s residents") % {"needed": needed, "people": group(population)},
        Why.FEW_KINDS: _("fewer than %(needed)s of the kinds") % {"needed": needed},
        Why.SMALL: _("smaller than %(area)s m²") % {"area": group(rule.area_of(item))},
        Why.NO_AREA: _("its area is not entered"),
        Why.IDLE: _("stands idle"),
        Why.TO_COME: _("still to come"),
        Why.BEYOND: _("just beyond the ring"),
        Why.FAR: _("beyond the ring"),
        Why.NONE: _("none within %(metres)s m") % {"metres": group(round(rule.reach * rule.detour))},
        Why.NO_POSITION: _("the community has no position"),
        Why.ASSESSED: _("as assessed"),
        Why.REGISTER: _("from the register"),
        Why.WORKS: _("renewed by the works"),
        Why.DONE: _("renewed by completed works"),
        Why.NOT_ASSESSED: _("nobody has assessed it"),
    }
    return words[said.why]


def needed_words(item: Item, population: int, rule: Standard) -> str:
    """What the standard asks for."""
    if item.judged != Judged.FACILITIES:
        return _("in the community itself")
    needed = needed_count(item, population)
    parts = [_("%(minutes)s min (%(metres)s m)") % {"minutes": item.ring, "metres": group(rule.rings[item.ring])}]
    if item.kinds_needed > 1:
        parts.append(ngettext("%(n)s kind", "%(n)s kinds", needed) % {"n": needed})
    elif item.people:
        parts.append(ngettext("%(n)s place", "%(n)s places", needed) % {"n": needed})
    if area := rule.area_of(item):
        parts.append(_("from %(area)s m²") % {"area": group(area)})
    return _(", ").join(parts)
