"""Writes to the register: communities, buildings, households, and the reading of names in clear."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.crypto import seal
from common.errors import InvalidInput
from common.text import narrow, pinyin, search_words
from communities.errors import LostUpdate, MergedAway
from communities.history import latest_change
from communities.models import Building, CodeCounter, Community, Disclosure, Household
from communities.owners import Contact, clear_contact, owners_of
from communities.rules import next_code, outline_fault, position_fault
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

COMMUNITY_FIELDS = (
    "name", "address", "region", "longitude", "latitude", "outline", "built_year", "building_count", "unit_count",
    "household_count", "floor_area", "owner_kind", "population", "elderly_count", "management_kind", "illegal_area",
    "renovated_year", "demolition_planned", "late_reason", "source",
)  # fmt: skip
BUILDING_FIELDS = ("name", "unit_count", "storey_count", "household_count", "floor_area", "built_year")
HOUSEHOLD_FIELDS = ("building", "unit", "door", "exclusive_area")


def take_codes(*, county_code: str, number: int = 1) -> list[str]:
    """The next free codes of a county, reserved until the transaction ends; two clerks never get the same one.

    Must run inside a transaction. Codes that came in otherwise (by Excel) are passed over.
    """
    CodeCounter.objects.get_or_create(county_code=county_code)
    counter = CodeCounter.objects.select_for_update().get(county_code=county_code)
    taken = set(Community.objects.filter(code__startswith=county_code).values_list("code", flat=True))
    found: list[str] = []
    while len(found) < number:
        counter.last += 1
        code = next_code(county_code, counter.last)
        if code not in taken:
            found.append(code)
    counter.save()
    return found


@transaction.atomic
def add_community(*, actor: User, at: datetime.datetime, region: Region, values: dict[str, Any]) -> Community:
    """Register a community below a county-level unit; its code is made here.

    `values`: fields of COMMUNITY_FIELDS. Raises NotAllowed outside the actor's area, InvalidInput naming the fields.
    """
    actor.require("communities.edit", region.path)
    _refuse_unknown(values, COMMUNITY_FIELDS)
    county_code = _county_of(region)
    community = Community(**values | {"region": region}, created_at=at, updated_at=at)
    community.code = take_codes(county_code=county_code)[0]
    _settle(community)
    _save(community)
    return community


@transaction.atomic
def change_community(*, actor: User, at: datetime.datetime, community_id: int, version: int, values: dict[str, Any]) -> Community:
    """Change fields of a community; `version` is the one that the form was opened with.

    Raises LostUpdate when somebody saved in between, MergedAway, NotAllowed, InvalidInput naming the fields.
    """
    community = lock_community(actor=actor, action="communities.edit", community_id=community_id)
    _refuse_unknown(values, COMMUNITY_FIELDS)
    if community.version != version:
        raise _lost_update(community)
    region = values.get("region", community.region)
    if region != community.region:
        actor.require("communities.edit", region.path)
        if _county_of(region) != community.region.county_code:
            message = _("A community stays in its county. Register it anew there, and ask the county to withdraw this one.")
            raise InvalidInput(message, details={"region": message})
    for name, value in values.items():
        setattr(community, name, value)
    community.version += 1
    community.updated_at = at
    _settle(community)
    _save(community)
    return community


@transaction.atomic
def add_building(*, actor: User, at: datetime.datetime, community_id: int, values: dict[str, Any]) -> Building:
    """Add a building. Raises as change_community does."""
    community = lock_community(actor=actor, action="communities.edit", community_id=community_id)
    _refuse_unknown(values, BUILDING_FIELDS)
    building = Building(community=community, **values)
    building.name = narrow(building.name)
    _save(building)
    return building


@transaction.atomic
def change_building(*, actor: User, at: datetime.datetime, building_id: int, seen: str, values: dict[str, Any]) -> Building:
    """Change a building; `seen` is `state_of` the row as the form showed it. Raises as change_community does."""
    community_id = Building.objects.values_list("community_id", flat=True).get(pk=building_id)
    lock_community(actor=actor, action="communities.edit", community_id=community_id)
    building = Building.objects.select_for_update().select_related("community").get(pk=building_id)
    _refuse_unknown(values, BUILDING_FIELDS)
    if state_of(building) != seen:
        raise _lost_update(building)
    for name, value in values.items():
        setattr(building, name, value)
    building.name = narrow(building.name)
    _save(building)
    return building


@transaction.atomic
def add_household(
    *, actor: User, at: datetime.datetime, community_id: int, values: dict[str, Any], owners: Iterable[str], phone: str
) -> Household:
    """Add a flat with its owners; names and phone are sealed. Raises as change_community does."""
    community = lock_community(actor=actor, action="households.edit", community_id=community_id)
    _refuse_unknown(values, HOUSEHOLD_FIELDS)
    household = Household(community=community, phone_sealed=seal(narrow(phone)), **values)
    _settle_household(household)
    _save(household)
    household.owners.bulk_create(owners_of(household, owners, phone))
    return household


@transaction.atomic
def change_household(
    *,
    actor: User,
    at: datetime.datetime,
    household_id: int,
    seen: str,
    values: dict[str, Any],
    owners: Iterable[str] | None = None,
    phone: str | None = None,
) -> Household:
    """Change a flat; `owners` and `phone` of None stay as they are, given ones replace what was there.

    Raises as change_community does. `seen` is `state_of` the row as the form showed it.
    """
    community_id = Household.objects.values_list("community_id", flat=True).get(pk=household_id)
    lock_community(actor=actor, action="households.edit", community_id=community_id)
    household = Household.objects.select_for_update(of=("self",)).select_related("community", "building").get(pk=household_id)
    _refuse_unknown(values, HOUSEHOLD_FIELDS)
    if state_of(household) != seen:
        raise _lost_update(household)
    for name, value in values.items():
        setattr(household, name, value)
    if phone is not None:
        household.phone_sealed = seal(narrow(phone))
    _settle_household(household)
    _save(household)
    if owners is not None or phone is not None:
        contact = clear_contact(household)
        kept = list(contact.names) if owners is None else list(owners)
        household.owners.all().delete()
        household.owners.bulk_create(owners_of(household, kept, contact.phone))
    return household


@transaction.atomic
def reveal_owners(*, actor: User, at: datetime.datetime, household: Household) -> Contact:
    """Owners and phone in clear, and the record of who read them. Raises NotAllowed."""
    actor.require("households.see_names", household.community.region.path)
    Disclosure.objects.create(household=household, user=actor, at=at)
    return clear_contact(household)


def lock_community(*, actor: User, action: str, community_id: int) -> Community:
    """The community, locked until the transaction ends. Raises NotAllowed, or MergedAway for one that was merged."""
    community = Community.objects.select_for_update(of=("self",)).select_related("region").get(pk=community_id)
    actor.require(action, community.region.path)
    if community.merged_into_id:
        raise MergedAway(_("This community was merged into another one and is no longer changed. Change that one."))
    return community


def state_of(row: Any) -> str:
    """What a form carries to notice that somebody saved in between: the row's newest entry in its history, "0" for none."""
    newest = row.events.order_by("-pgh_id").values_list("pgh_id", flat=True).first() or 0
    if isinstance(row, Building):
        return str(newest)
    return f"{newest}-{row.owners.aggregate(newest=models.Max('pk'))['newest'] or 0}"


def faults_of(community: Community, *, this_year: int) -> dict[str, str]:
    """What single columns cannot check, as field -> sentence: position, outline, years, ages. Reads nothing."""
    details = {}
    if fault := position_fault(community.longitude, community.latitude):
        details["longitude"] = {
            "half": _("A position needs both longitude and latitude."),
            "outside": _("This position is not in the province. Are longitude and latitude swapped?"),
        }[fault]
    if fault := outline_fault(community.outline):
        details["outline"] = {
            "form": _("Write the corners as [[longitude, latitude], …]."),
            "corners": _("An outline has between 3 and 500 different corners."),
            "outside": _("A corner is not in the province. Are longitude and latitude swapped?"),
            "size": _("This outline is more than 5 km across: more than one yard."),
        }[fault]
    if community.built_year and community.renovated_year and community.renovated_year < community.built_year:
        details["renovated_year"] = _("Renovated before it was built. Correct one of the two years.")
    for name in ("built_year", "renovated_year"):
        if (getattr(community, name) or 0) > this_year:
            details[name] = _("This year is still to come. Write the year in which it was finished.")
    if (community.elderly_count or 0) > (community.population or 0):
        details["elderly_count"] = _("More residents over 60 than residents. Correct one of the two.")
    details |= {name: _("An area cannot be below 0.") for name in ("floor_area", "illegal_area") if (getattr(community, name) or 0) < 0}
    return details


def _county_of(region: Region) -> str:
    if region.depth < LEVEL_DEPTH[Level.COUNTY] or region.county_code is None:
        message = _("Choose a county-level unit, or a sub-district or committee in it.")
        raise InvalidInput(message, details={"region": message})
    return region.county_code


def _refuse_unknown(values: dict[str, Any], known: Iterable[str]) -> None:
    if unknown := set(values) - set(known):
        raise InvalidInput(_("Unknown fields: %(names)s.") % {"names": ", ".join(sorted(unknown))})


def _settle(community: Community) -> None:
    """Normal forms, search words, and what the columns alone cannot check."""
    community.name, community.address = narrow(community.name), narrow(community.address)
    community.late_reason = narrow(community.late_reason)
    community.pinyin = pinyin(community.name)
    community.search_text = search_words(community.name, community.address, community.code)
    if details := faults_of(community, this_year=timezone.localdate(community.updated_at).year):
        raise InvalidInput(_("Some values cannot be saved."), details=details)


def _settle_household(household: Household) -> None:
    household.unit, household.door = narrow(household.unit), narrow(household.door)
    if household.building.community_id != household.community_id:
        message = _("This building belongs to another community.")
        raise InvalidInput(message, details={"building": message})


def _save(row: models.Model) -> None:
    """Check every field and constraint, then save; what two clerks raced for is caught by the database."""
    try:
        row.full_clean(exclude={"code", "pinyin", "search_text"})
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        details = {("" if name == "__all__" else name): messages[0] for name, messages in error.message_dict.items()}
        raise InvalidInput(_("Some values cannot be saved."), details=details) from error
    except IntegrityError as error:
        message = _("Somebody else has just saved a row of the same name. Look at it before you save again.")
        raise InvalidInput(message, details={"": message}) from error


def _lost_update(row: Community | Building | Household) -> LostUpdate:
    change = latest_change(row)
    message = _("%(who)s saved this at %(when)s, after you had opened it. Look at the changes, then save again.") % {
        "who": change.who or _("Somebody else"),
        "when": change.when,
    }
    return LostUpdate(message, details={"who": change.who, "at": change.at, "version": getattr(row, "version", None)})
