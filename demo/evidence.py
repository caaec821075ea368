"""Photos and the findings that a stage change keeps."""

from __future__ import annotations

import datetime
import uuid
from math import cos, radians
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from common.geo import distance_metres
from communities.models import Community
from demo.pictures import SCENES, file_name
from demo.shapes import Works, Yard
from demo.yards import METRE
from projects.choices import PhotoKind, Stage
from projects.models import Photo, Project

ZONE = ZoneInfo("Asia/Shanghai")
OUTSIDE_METRES = 640
BY_KIND = {kind: [(name, caption) for name, caption, its_kind, _ in SCENES if its_kind == kind] for kind in PhotoKind}
Day = datetime.date


def photos_of(one: Works, project: Project, communities: dict[str, Community], clerk: User, rng: Random) -> list[Photo]:
    """A start photo of every yard of a started project; works and finished photos of some."""
    if one.started_on is None:
        return []
    found = []
    for yard in one.yards:
        wanted = [(PhotoKind.START, one.started_on)]
        if one.pinned_percent is not None or rng.random() < 0.1:
            wanted.insert(0, (PhotoKind.BEFORE, one.started_on - datetime.timedelta(days=rng.randint(8, 40))))
            wanted += [
                (PhotoKind.PROGRESS, report.on - datetime.timedelta(days=2)) for report in one.reports[yard.name] if report.percent < 100
            ]
        if one.completed_on:
            wanted.append((PhotoKind.AFTER, one.completed_on))
        for number, (kind, on) in enumerate(wanted):
            scene, caption = BY_KIND[kind][(number + rng.randrange(4)) % len(BY_KIND[kind])]
            outside = one.photo_outside and kind == PhotoKind.START
            found.append(
                _photo(
                    project,
                    communities[yard.code],
                    yard,
                    clerk,
                    kind,
                    scene,
                    caption,
                    max(on, one.started_on) if kind == PhotoKind.PROGRESS else on,
                    outside,
                    rng,
                )
            )
    return found


def _photo(
    project: Project,
    community: Community,
    yard: Yard,
    clerk: User,
    kind: PhotoKind,
    scene: str,
    caption: str,
    on: Day,
    outside: bool,
    rng: Random,
) -> Photo:
    taken = datetime.datetime.combine(on, datetime.time(rng.randint(8, 15), rng.randint(0, 59), rng.randint(0, 59)), ZONE)
    away = OUTSIDE_METRES if outside else rng.uniform(-9, 9)
    longitude = yard.longitude + away * METRE / cos(radians(yard.latitude))
    latitude = yard.latitude + rng.uniform(-7, 7) * METRE
    corners = yard.outline or []
    far = min(distance_metres((longitude, latitude), (x, y)) for x, y in corners) if outside and corners else 0.0
    return Photo(
        project=project,
        community=community,
        kind=kind,
        file=file_name(scene),
        caption=caption,
        taken_at=taken,
        longitude=round(longitude, 6),
        latitude=round(latitude, 6),
        accuracy=round(rng.uniform(4, 18), 1),
        distance=round(far, 1),
        in_yard=not outside,
        synthetic=True,
        client_key=uuid.UUID(int=rng.getrandbits(128), version=4),
        recorded_at=taken + datetime.timedelta(minutes=rng.randint(2, 90)),
        recorded_by=clerk,
    )


def findings_of(stage: Stage, one: Works) -> list[dict[str, Any]]:
    """What the gate of a stage saw."""
    return []
