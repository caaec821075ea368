"""Photos and the findings that a stage change keeps."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from math import cos, radians
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

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
BY_KIND = {kind: [(name, caption) for name, caption, its_kind, _paint in SCENES if its_kind == kind] for kind in PhotoKind}
Day = datetime.date


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo to be made: what it shows, when, and whether it was taken outside the yard."""

    kind: PhotoKind
    on: Day
    outside: bool = False


def shots_of(one: Works, yard: Yard, rng: Random) -> list[Shot]:
    """A start photo of every started yard, a finished one of every completed yard; some have more."""
    if one.started_on is None:
        return []
    shots = [Shot(PhotoKind.START, one.started_on, one.photo_outside)]
    if one.pinned_percent is not None or rng.random() < 0.1:
        shots.append(Shot(PhotoKind.BEFORE, one.started_on - datetime.timedelta(days=rng.randint(8, 40))))
        days = [report.on for report in one.reports[yard.name] if report.percent < 100]
        shots += [Shot(PhotoKind.PROGRESS, max(on - datetime.timedelta(days=2), one.started_on)) for on in days]
    if one.completed_on:
        shots.append(Shot(PhotoKind.AFTER, one.completed_on))
    return shots


def photos_of(one: Works, project: Project, communities: dict[str, Community], clerk: User, rng: Random) -> list[Photo]:
    """Unsaved photos of a project's yards."""
    return [
        _photo(shot, yard, Photo(project=project, community=communities[yard.code], recorded_by=clerk), rng)
        for yard in one.yards
        for shot in shots_of(one, yard, rng)
    ]


def _photo(shot: Shot, yard: Yard, photo: Photo, rng: Random) -> Photo:
    scene, photo.caption = rng.choice(BY_KIND[shot.kind])
    if scene == "hall" and yard.name == "机械厂家属院":
        photo.caption = "澡堂改会客厅"  # the article's own story
    taken = datetime.datetime.combine(shot.on, datetime.time(rng.randint(8, 15), rng.randint(0, 59), rng.randint(0, 59)), ZONE)
    east = OUTSIDE_METRES if shot.outside else rng.uniform(-9, 9)
    photo.longitude = round(yard.longitude + east * METRE / cos(radians(yard.latitude)), 6)
    photo.latitude = round(yard.latitude + rng.uniform(-7, 7) * METRE, 6)
    place = (photo.longitude, photo.latitude)
    photo.distance = min(distance_metres(place, (x, y)) for x, y in yard.outline or []) if shot.outside else 0.0
    photo.in_yard = not shot.outside
    photo.kind, photo.file, photo.synthetic = shot.kind, file_name(scene), True
    photo.accuracy = round(rng.uniform(4, 18), 1)
    photo.taken_at, photo.recorded_at = taken, taken + datetime.timedelta(minutes=rng.randint(2, 90))
    photo.client_key = uuid.UUID(int=rng.getrandbits(128), version=4)
    return photo


def findings_of(stage: Stage, one: Works) -> list[dict[str, Any]]:
    """What the gates of a step saw, in the words of lifecycle/gates.py (their translations hold here too)."""
    number = one.size
    names = [yard.name for yard in one.yards]
    frozen = _finding(
        "in_frozen_plan",
        _("In the annual plan"),
        number if one.in_plan else 0,
        number,
        _("communities"),
        _("All communities stand in the frozen plan.")
        if one.in_plan
        else _("Not in a frozen annual plan: %(names)s.") % {"names": "、".join(names)},
        _("A plan counts once the province has frozen it"),
        _("County, city, province in turn"),
    )
    eligible = _finding(
        "communities_eligible",
        _("Communities are eligible"),
        number,
        number,
        _("communities"),
        _("All communities may be renovated."),
        _("Not renovated since 2018, not to be demolished, built by 2000"),
        _("County: register"),
    )
    return {
        Stage.RESERVE: [eligible],
        Stage.PLANNED: [eligible, frozen],
        Stage.DESIGNED: [frozen],
        Stage.APPROVED: [frozen],
        Stage.TENDERED: [frozen],
        Stage.STARTED: _start_findings(one) if stage == Stage.STARTED else [],
        Stage.COMPLETED: _completion_findings(number),
        Stage.ACCEPTED: [_completed_finding(one)] if stage == Stage.ACCEPTED else [],
    }[stage]


def _start_findings(one: Works) -> list[dict[str, Any]]:
    contracts = (
        ("works_contract", _("Works contract"), "施", one.works_on, _("Start needs a signed works contract")),
        ("supervision_contract", _("Supervision contract"), "监", one.supervision_on, _("Start needs a signed supervision contract")),
    )
    found = []
    for code, name, letter, day, clause in contracts:
        sentence = _("No. %(number)s, signed on %(day)s.") % {"number": f"{one.code}-{letter}", "day": day}
        found.append(_finding(code, name, 1, 1, _("documents"), sentence, clause, _("County: project staff")))
    if one.photo_outside:
        sentence = _("No photo “%(kind)s” taken in the yard between %(since)s and %(until)s: %(names)s.") % {
            "kind": PhotoKind.START.label,
            "since": one.works_on,
            "until": one.started_on,
            "names": "、".join(yard.name for yard in one.yards),
        }
        sentence += " " + _("%(count)s photos lie outside the yard or have no position.") % {"count": one.size}
    else:
        sentence = _("Every community has a dated photo taken in its yard.")
    clause = _("A dated, positioned photo of each community, not older than the works contract")
    seen = 0 if one.photo_outside else one.size
    who = _("County: staff on site")
    return [*found, _finding("contractor_on_site", _("Contractor on site"), seen, one.size, _("communities"), sentence, clause, who)]


def _completion_findings(number: int) -> list[dict[str, Any]]:
    unit = _("communities")
    return [
        _finding(
            "all_works_done",
            _("All works done"),
            number,
            number,
            unit,
            _("The newest report of every community says 100%."),
            _("Completion needs all works at 100%"),
            _("County: contractor and project staff"),
        ),
        _finding(
            "finished_photos",
            _("Photos of the finished works"),
            number,
            number,
            unit,
            _("Every community has a dated photo taken in its yard."),
            _("Completion needs photos"),
            _("County: staff on site"),
        ),
    ]


def _completed_finding(one: Works) -> dict[str, Any]:
    return _finding(
        "completion_recorded",
        _("Completion recorded"),
        1,
        1,
        "",
        _("Completed on %(day)s.") % {"day": one.completed_on},
        _("What is accepted has been completed"),
        _("County: project staff"),
    )


def _finding(code: str, name: str, actual: int, required: int, unit: str, sentence: str, clause: str, who: str) -> dict[str, Any]:
    """The keys of `lifecycle.gates.Finding.as_dict`."""
    return {
        "code": code,
        "name": name,
        "passed": actual >= required,
        "actual": actual,
        "required": required,
        "sentence": sentence,
        "clause": clause,
        "who": who,
        "unit": unit,
    }
