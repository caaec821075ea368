"""Merging two records of one community, and saying that two records are two communities."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pghistory
from django.db import DatabaseError, IntegrityError, models, transaction
from django.utils.translation import gettext as _
from pghistory.models import Event

from accounts.models import User
from common.crypto import unseal
from common.errors import InvalidInput
from common.text import narrow
from communities.errors import CannotMerge, MergedAway
from communities.models import Building, Community, DistinctPair, Household

HANDLED = (Building, Household, Community, DistinctPair)
SHOWN = 5  # rows named in one reason


@transaction.atomic
def merge_communities(*, actor: User, at: datetime.datetime, survivor_id: int, duplicate_id: int, reason: str) -> Community:
    """Merge the duplicate into the survivor: buildings, flats, projects and all that hangs below move over.

    The duplicate stays as a locked record that points to the survivor; the survivor's own facts stay as they are. The
    reason is kept in the audit trail. A flat that stands in both with equal facts is counted once. Nothing is moved when
    anything clashes: raises CannotMerge with every reason, NotAllowed, MergedAway, InvalidInput. A merge is final.
    """
    reason = narrow(reason)
    if not reason:
        raise InvalidInput(_("Say why the two are one."), details={"reason": _("Say why the two are one.")})
    survivor, duplicate = _lock_pair(actor, survivor_id, duplicate_id)
    if survivor.region.county_code != duplicate.region.county_code:
        raise CannotMerge(
            _("These two cannot be merged."), details={"reasons": [_("They stand in different counties: they are counted in both.")]}
        )
    with pghistory.context(reason=reason):
        reasons = [*_fold_buildings(survivor, duplicate), *_move_the_rest(survivor, duplicate)]
        if reasons:
            raise CannotMerge(_("These two cannot be merged yet. Nothing was changed."), details={"reasons": reasons})
        Community.objects.filter(merged_into=duplicate).update(merged_into=survivor, updated_at=at)
        duplicate.merged_into = survivor
        for community in (duplicate, survivor):
            community.version += 1
            community.updated_at = at
            community.save(update_fields=["merged_into", "version", "updated_at"])
    return survivor


@transaction.atomic
def keep_apart(*, actor: User, at: datetime.datetime, first_id: int, second_id: int, reason: str) -> DistinctPair:
    """Record that two look-alikes are two communities; they are no longer suspected. Raises NotAllowed, InvalidInput."""
    reason = narrow(reason)
    if not reason:
        raise InvalidInput(_("Say how the two differ."), details={"reason": _("Say how the two differ.")})
    low, high = sorted((first_id, second_id))
    first, second = _lock_pair(actor, low, high)
    return DistinctPair.objects.update_or_create(first=first, second=second, defaults={"reason": reason[:200], "user": actor, "at": at})[0]


def _lock_pair(actor: User, one_id: int, other_id: int) -> tuple[Community, Community]:
    """Both rows, locked in key order, so that two clerks merging crosswise wait for each other instead of dying."""
    if one_id == other_id:
        raise InvalidInput(_("Choose two different communities."))
    rows = Community.objects.select_for_update(of=("self",)).select_related("region").order_by("pk").in_bulk([one_id, other_id])
    for community in rows.values():
        actor.require("communities.merge", community.region.path)
        if community.merged_into_id:
            raise MergedAway(_("%(name)s was merged already.") % {"name": community.name})
    return rows[one_id], rows[other_id]


def _fold_buildings(survivor: Community, duplicate: Community) -> Iterator[str]:
    """Move the buildings; one of the same name gives its flats to the survivor's, and stays behind empty."""
    own = {building.name: building for building in survivor.buildings.all()}
    for building in duplicate.buildings.order_by("name"):
        twin = own.get(building.name)
        if twin is None:
            Household.objects.filter(building=building).update(community=survivor)
            building.community = survivor
            building.save()
            continue
        yield from _fold_flats(survivor, twin, building)


def _fold_flats(survivor: Community, twin: Building, building: Building) -> Iterator[str]:
    theirs = {(flat.unit, flat.door): flat for flat in twin.households.prefetch_related("owners")}
    moving, clashing = [], []
    for flat in building.households.prefetch_related("owners").order_by("unit", "door"):
        same = theirs.get((flat.unit, flat.door))
        if same is None:
            moving.append(flat.pk)
        elif not _says_the_same(same, flat):
            clashing.append(f"{flat.unit}-{flat.door}")
    Household.objects.filter(pk__in=moving).update(building=twin, community=survivor)
    if clashing:
        yield _("%(building)s: %(flats)s stand in both with different area or owners. Make them equal first.") % {
            "building": building.name,
            "flats": _some(clashing),
        }


def _says_the_same(kept: Household, dropped: Household) -> bool:
    """Whether nothing is lost when only `kept` goes on: equal area, no owner and no phone that it does not have."""
    kept_names, names = ({unseal(owner.name_sealed) for owner in flat.owners.all()} for flat in (kept, dropped))
    phone = unseal(dropped.phone_sealed)
    return kept.exclusive_area == dropped.exclusive_area and names <= kept_names and phone in {"", unseal(kept.phone_sealed)}


def _move_the_rest(survivor: Community, duplicate: Community) -> Iterator[str]:
    """Move the rows of every other table that points to a community, whichever app keeps it."""
    for relation in Community._meta.related_objects:
        model = relation.related_model
        if issubclass(model, (*HANDLED, Event)) or not isinstance(relation.field, models.ForeignKey):
            continue
        if getattr(model, "stays_with_merged", False):  # what was counted or said of the record itself: it says nothing of the other
            continue
        rows = model._base_manager.filter(**{relation.field.name: duplicate})
        if not rows.exists():
            continue
        clashes = _clashes(model, relation.field, rows, survivor)
        if clashes:
            yield _("%(kind)s: %(rows)s exist for both. Take one of the two out first.") % {
                "kind": model._meta.verbose_name_plural,
                "rows": _some(clashes),
            }
            continue
        try:
            with transaction.atomic():
                rows.update(**{relation.field.name: survivor})
        except IntegrityError:
            yield _("%(kind)s: rows of both exclude each other. Take one of the two out first.") % {"kind": model._meta.verbose_name_plural}
        except DatabaseError:
            yield _("%(kind)s are kept for ever where they were recorded. Keep %(name)s and merge the other way round.") % {
                "kind": model._meta.verbose_name_plural,
                "name": duplicate.name,
            }


def _clashes(model: type[models.Model], field: models.ForeignKey, rows: models.QuerySet, survivor: Community) -> list[str]:
    """The duplicate's rows that a unique constraint keeps from moving, as texts."""
    found = {}
    for constraint in model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or field.name not in constraint.fields:
            continue
        others = [name for name in constraint.fields if name != field.name]
        condition = constraint.condition or models.Q()
        taken = set(model._base_manager.filter(condition, **{field.name: survivor}).values_list(*others))
        keyed = zip(rows.filter(condition).order_by("pk"), rows.filter(condition).order_by("pk").values_list(*others), strict=True)
        found.update({row.pk: str(row) for row, key in keyed if key in taken and None not in key})
    return list(found.values())


def _some(words: list[str]) -> str:
    rest = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")
