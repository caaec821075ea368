"""Photos and the findings that a stage change keeps."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from common.display import percent, ten_thousands
from common.geo import distance_metres
from communities.models import Community
from demo.documents import File, sources_of
from demo.pictures import SCENES, file_name
from demo.shapes import Works, Yard
from demo.special import asked_of, specials_of
from demo.votes import Vote, vote_of
from demo.yards import METRE
from lifecycle.findings import Finding, found, named
from lifecycle.gates import PASSED
from lifecycle.rules import GATES, ROUND_GATES
from projects.choices import PhotoKind, RecordKind, Stage
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


Said = tuple[int, int, str]  # actual, required, sentence


def findings_of(stage: Stage, file: File) -> list[Finding]:
    """What the gates of a step saw, in the words of lifecycle/gates.py and its neighbours (their translations hold here too).

    Complete and marked synthetic. A round's numbers are those of demo/votes.py: rounds written for them say the same.
    """
    said = _SAID[stage](file)
    return [_finding(gate, file.one, *(said[gate] if gate in said else _round(gate, file.one))) for gate in GATES[stage]]


def _finding(gate: str, one: Works, actual: int, required: int, sentence: str) -> Finding:
    proof: dict[str, Any] = {"synthetic": True}
    if votes := _votes(gate, one):
        proof["rounds"] = [
            {"agreed": vote.agreed, "households": vote.households, "closed_on": vote.closed_on.isoformat()} for vote in votes
        ]
    return found(gate, actual=actual, required=required, sentence=sentence, **proof)


def _votes(gate: str, one: Works) -> list[Vote]:
    """The votes of the project's yards behind one of the four gates."""
    kind = {"scheme_vote": "scheme"}.get(gate, gate)
    return [vote for yard in one.yards if (vote := vote_of(one, yard, kind))] if gate in ROUND_GATES else []


def _round(gate: str, one: Works) -> Said:
    votes = _votes(gate, one)
    part, whole = sum(vote.agreed for vote in votes), sum(vote.households for vote in votes)
    if not votes:
        return 1, 1, _("Invented for the demonstration.")
    return part, whole, str(PASSED[gate]) % {"part": part, "whole": whole, "rate": percent(part, whole)}


def _document(number: str, day: Day | None, party: str) -> Said:
    if number:
        return 1, 1, _("No. %(number)s of %(day)s, %(party)s.") % {"number": number, "day": day, "party": party}
    return 1, 1, _("Of %(day)s, %(party)s.") % {"day": day, "party": party}


def _of(file: File, gates: dict[str, RecordKind]) -> dict[str, Said]:
    papers = file.newest
    return {
        gate: _document(papers[kind].number, papers[kind].dated_on, papers[kind].party) for gate, kind in gates.items() if kind in papers
    }


def _eligible(file: File) -> dict[str, Said]:
    one = file.one
    return {
        "communities_eligible": (one.size, one.size, _("All communities may be renovated.")),
        "survey_card": (one.size, one.size, _("The counts of every community are registered.")),
    }


def _planned(file: File) -> dict[str, Said]:
    one = file.one
    names = "、".join(yard.name for yard in one.yards)
    sentence = (
        _("All communities stand in the frozen plan.") if one.in_plan else _("Not in a frozen annual plan: %(names)s.") % {"names": names}
    )
    documents = _of(file, {"fiscal_assessment": RecordKind.FISCAL_ASSESSMENT, "property_mode": RecordKind.PROPERTY_MODE})
    return _eligible(file) | documents | {"in_frozen_plan": (one.size if one.in_plan else 0, one.size, sentence)}


def _designed(file: File) -> dict[str, Said]:
    first = file.versions[0]
    words = {"version": 1, "day": first.drawn_on.isoformat(), "count": len(first.lines)}
    return {"scheme_drawn": (1, 1, _("Version %(version)s of %(day)s, %(count)s work items.") % words)}


def _approved(file: File) -> dict[str, Said]:
    version = file.version
    asked = asked_of(version)
    words = {"count": len(asked)}
    total = ten_thousands(version.amount)
    sides = _(", ").join(
        _("%(side)s %(amount)s") % {"side": side.label, "amount": ten_thousands(amount)}
        for side, amount in sources_of(file.one, version).items()
    )
    money = _("In 10,000 yuan: %(sides)s, together %(total)s; the estimate is %(asked)s.") % {
        "sides": sides,
        "total": total,
        "asked": total,
    }
    return _of(file, {"approval_number": RecordKind.APPROVAL}) | {
        "funding_covers": (int(version.amount), int(version.amount), money),
        "dig_once": (len(asked), len(asked), _("All %(count)s owners have confirmed, and no works clash without a reason.") % words),
    }


def _special_works(one: Works) -> list[str]:
    """The special works of the project, as the gates name them."""
    return [f"{special.owner.label} {special.title}" for special in specials_of(one) if special.linked]


def _tendered(file: File) -> dict[str, Said]:
    return _of(file, {"award_notice": RecordKind.TENDER})


def _started(file: File) -> dict[str, Said]:
    one = file.one
    contracts = {"works_contract": ("施", one.works_on), "supervision_contract": ("监", one.supervision_on)}
    said: dict[str, Said] = {
        gate: (1, 1, _("No. %(number)s, signed on %(day)s.") % {"number": f"{one.code}-{letter}", "day": day})
        for gate, (letter, day) in contracts.items()
    }
    if not one.photo_outside:
        return said | {"contractor_on_site": (one.size, one.size, _("Every community has a dated photo taken in its yard."))}
    sentence = _("No photo “%(kind)s” taken in the yard between %(since)s and %(until)s: %(names)s.") % {
        "kind": PhotoKind.START.label,
        "since": one.works_on,
        "until": one.started_on,
        "names": "、".join(yard.name for yard in one.yards),
    }
    sentence += " " + _("%(count)s photos lie outside the yard or have no position.") % {"count": one.size}
    return said | {"contractor_on_site": (0, one.size, sentence)}


def _completed(file: File) -> dict[str, Said]:
    one = file.one
    special = _special_works(one)
    done = _("All special works are completed.") if special else _("No special works are filed for these yards.")
    works = len(file.version.lines)
    return {
        "all_works_done": (
            one.size + works,
            one.size + works,
            _("The newest reports of all communities and of %(works)s works say 100%%.") % {"works": works},
        ),
        "special_works_done": (len(special), len(special), done),
        "finished_photos": (one.size, one.size, _("Every community has a dated photo taken in its yard.")),
    }


def _accepted(file: File) -> dict[str, Said]:
    special = _special_works(file.one)
    accepted = _("Accepted: %(names)s.") % {"names": named(special)} if special else _("The project has no special works.")
    signed = [paper.party for paper in file.papers if paper.kind == RecordKind.ACCEPTANCE]
    documents = {"residents_signature": RecordKind.RESIDENTS_SIGNATURE, "property_agreement": RecordKind.PROPERTY_AGREEMENT}
    return _of(file, documents) | {
        "joint_acceptance": (len(signed), len(signed), _("Signed by %(names)s.") % {"names": named(signed)}),
        "special_works_accepted": (len(special), len(special), accepted),
    }


_SAID: dict[Stage, Callable[[File], dict[str, Said]]] = {
    Stage.RESERVE: _eligible,
    Stage.PLANNED: _planned,
    Stage.DESIGNED: _designed,
    Stage.APPROVED: _approved,
    Stage.TENDERED: _tendered,
    Stage.STARTED: _started,
    Stage.COMPLETED: _completed,
    Stage.ACCEPTED: _accepted,
}
