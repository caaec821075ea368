"""Keeping a photo as evidence: checked, cleaned, placed on the map, never changed again."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput
from common.geo import Position, distance_metres, inside
from communities.models import Community
from projects.choices import Condition, PhotoKind
from projects.images import CleanImage, UnreadableImage, clean_image
from projects.models import Entry, Photo, Work

CLOCK_TOLERANCE = datetime.timedelta(hours=12)  # a camera's clock may be set to another zone


class PhotoRefused(DomainError):
    """The file is no photo that can be kept."""

    code = "photo_refused"
    status = 400


def thumbnail_name(file: str) -> str:
    """The name of the small picture beside a stored one."""
    stem, dot, ending = file.rpartition(".")
    return f"{stem}-small.{ending}" if dot else f"{file}-small"


def place_in(community: Community, position: Position | None) -> tuple[float | None, bool]:
    """Distance in metres from the yard and whether the position counts as inside.

    With an outline: inside it (distance 0), else the distance to its nearest corner. Without: within
    PHOTO_RADIUS_METRES of the registered position. Unknown positions are never inside.
    """
    if position is None:
        return None, False
    corners = [(float(corner[0]), float(corner[1])) for corner in community.outline or []]
    if len(corners) >= 3:
        if inside(position, corners):
            return 0.0, True
        return min(distance_metres(position, corner) for corner in corners), False
    if community.longitude is None or community.latitude is None:
        return None, False
    distance = distance_metres(position, (community.longitude, community.latitude))
    return distance, distance <= settings.PHOTO_RADIUS_METRES


def cleaned_photo(raw: bytes) -> CleanImage:
    """The picture made safe. Raises PhotoRefused with a sentence for what cannot be kept."""
    if not raw:
        raise PhotoRefused(_("The file is empty. Take the photo again."))
    if len(raw) > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(_("The photo is larger than %(size)s MB. Send a smaller one.") % {"size": settings.PHOTO_MAX_BYTES // 2**20})
    try:
        return clean_image(raw)
    except UnreadableImage as error:
        words = {
            "unreadable": _("This file is not a photo, or it is damaged. Send a JPEG, PNG, WebP or HEIC picture."),
            "too_many_pixels": _("The photo has more than 60 million pixels. Send a smaller one."),
            "too_small": _("The photo is too small to show anything. It needs at least 200 pixels on each side."),
        }
        raise PhotoRefused(words[error.reason]) from error


def _checked_position(longitude: float | None, latitude: float | None) -> Position | None:
    if longitude is None or latitude is None:
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise InvalidInput(_("This position does not exist on earth."))
    return longitude, latitude


@transaction.atomic
def add_photo(*, entry: Entry, actor: User, at: datetime.datetime, **more: Any) -> Photo:
    """Keep a photo of a community of a project (`keep_photo`), for those who may change the project."""
    entry = Entry.objects.select_related("project__region").get(pk=entry.pk)
    actor.require("projects.edit", entry.project.region.path)
    return keep_photo(entry=entry, actor=actor, at=at, **more)


@transaction.atomic
def keep_photo(
    *,
    entry: Entry,
    kind: str,
    raw: bytes,
    actor: User,
    at: datetime.datetime,
    client_key: uuid.UUID,
    caption: str = "",
    taken_at: datetime.datetime | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    accuracy: float | None = None,
    work: Work | None = None,
) -> Photo:
    """Keep a photo of a community of a project whose right was asked; the same `client_key` gives the photo that was kept.

    Time and position given by the phone win over the camera's. Without any time the moment of sending counts.
    Raises PhotoRefused or InvalidInput.
    """
    entry = Entry.objects.select_related("project__region", "community").select_for_update(of=("self",)).get(pk=entry.pk)
    if sent := Photo.objects.filter(client_key=client_key).first():
        if sent.project_id != entry.project_id or sent.community_id != entry.community_id:
            raise InvalidInput(_("This photo was already sent for another community."))
        return sent
    if entry.project.condition == Condition.WITHDRAWN:
        raise InvalidInput(_("The project is withdrawn: photos are no longer added."))
    if kind not in PhotoKind.values:
        raise InvalidInput(_("Choose what the photo shows."), details={"kind": _("Choose what the photo shows.")})
    if work and (work.project_id != entry.project_id or work.community_id not in (None, entry.community_id)):
        raise InvalidInput(_("This work does not belong to the community."))
    image = cleaned_photo(raw)
    moment = taken_at or image.taken_at or at
    if moment > at + CLOCK_TOLERANCE:
        raise InvalidInput(_("The photo's time lies in the future. Check the camera's clock."))
    position = _checked_position(longitude, latitude) or image.position
    distance, in_yard = place_in(entry.community, position)
    return Photo.objects.create(
        project=entry.project,
        community=entry.community,
        work=work,
        kind=kind,
        file=_stored(f"photos/{timezone.localdate(at):%Y/%m}/{client_key}.jpg", image),
        caption=caption.strip()[:120],
        taken_at=moment,
        longitude=position[0] if position else None,
        latitude=position[1] if position else None,
        accuracy=accuracy,
        distance=distance,
        in_yard=in_yard,
        client_key=client_key,
        recorded_at=at,
        recorded_by=actor,
    )


def _stored(name: str, image: CleanImage) -> str:
    """Both files under the phone's key: what an interrupted sending left behind is written over, so nothing is left over."""
    for target, content in ((name, image.picture), (thumbnail_name(name), image.thumbnail)):
        default_storage.delete(target)
        default_storage.save(target, ContentFile(content))
    return name
