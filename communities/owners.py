"""Owners' personal data: sealed at rest, masked on screen, in clear only where it is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import pgettext

from common.crypto import fingerprint, masked_name, masked_phone, seal, unseal
from common.text import narrow
from communities.models import Household, Owner


@dataclass(frozen=True, slots=True)
class Contact:
    """What a page shows of a household's people."""

    names: tuple[str, ...]
    phone: str
    clear: bool = False

    @property
    def text(self) -> str:
        """The names in one line."""
        return pgettext("between names", ", ").join(self.names)


def person_of(name: str, phone: str, household_key: str) -> str:
    """The keyed hash by which the same buyer is found in several flats: same name and same phone.

    Without a phone a name alone proves nothing (there are many 王建国), so the person is the flat's own: `household_key`
    is "community code|building|stairwell|door".
    """
    name, phone = narrow(name), narrow(phone)
    return fingerprint(f"{name}|{phone}" if phone else f"{name}|@{household_key}")


def household_key(community_code: str, building: str, unit: str, door: str) -> str:
    """The flat's own name, for `person_of`."""
    return "|".join((community_code, building, unit, door))


def owners_of(household: Household, names: Iterable[str], phone: str) -> list[Owner]:
    """Unsaved owners; the same name twice is one owner."""
    key = household_key(household.community.code, household.building.name, household.unit, household.door)
    kept = {person_of(name, phone, key): narrow(name) for name in names if narrow(name)}
    return [Owner(household=household, name_sealed=seal(name), person=person) for person, name in kept.items()]


def masked_contact(household: Household) -> Contact:
    """Masked names and phone. Reads `household.owners` (prefetch them for lists)."""
    names = tuple(masked_name(unseal(owner.name_sealed)) for owner in household.owners.all())
    return Contact(names, masked_phone(unseal(household.phone_sealed)))


def clear_contact(household: Household) -> Contact:
    """In clear. Only `operations.reveal_owners` may call it: it records who read."""
    return Contact(tuple(unseal(owner.name_sealed) for owner in household.owners.all()), unseal(household.phone_sealed), clear=True)
