"""The ring map as plain geometry: where each mark stands on the sheet. Pure; the template draws it as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin

from common.geo import Position
from facilities.choices import FacilityKind as Kind
from facilities.rules import Standard

SIZE = 520  # the sheet's edge
OUTER = 246  # radius of the widest ring
MARK = 10  # half of a mark's height
APART = 23  # marks stand at least so far from each other
MOST = 70
SHAPES: dict[str, str] = {
    **dict.fromkeys((Kind.KINDERGARTEN, Kind.NURSERY, Kind.ELDERLY, Kind.CANTEEN, Kind.HEALTH), "circle"),
    **dict.fromkeys(
        (Kind.SUPERMARKET, Kind.MARKET, Kind.PARCEL, Kind.HAIRDRESSER, Kind.PHARMACY, Kind.REPAIR, Kind.MEALS, Kind.KITCHEN), "square"
    ),
    **dict.fromkeys((Kind.PARKING, Kind.CHARGING, Kind.GROUND, Kind.GREEN), "triangle"),
    **dict.fromkeys((Kind.STATION, Kind.PROPERTY, Kind.CENTRE, Kind.HALL, Kind.READING, Kind.OTHER), "diamond"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A facility to be drawn: its position, kind, state and key."""

    pk: int
    kind: str
    state: str
    position: Position
    metres: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on the sheet: where it stands, where the facility lies (moved apart where they would cover each other), its outline."""

    spot: Spot
    x: float
    y: float
    at_x: float
    at_y: float
    shape: str
    points: str

    @property
    def moved(self) -> bool:
        """Whether a line must lead to the facility's own place."""
        return hypot(self.x - self.at_x, self.y - self.at_y) > 2


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring of the sheet: minutes, metres on foot, its radius, and where its label stands."""

    minutes: int
    metres: int
    radius: float
    label_y: float


def rings_of(rule: Standard) -> list[Ring]:
    """The rings from the widest to the narrowest; radii are straight distances: metres on foot / detour."""
    widest = max(rule.rings.values())
    return [
        Ring(minutes, metres, round(OUTER * metres / widest, 1), round(SIZE / 2 - OUTER * metres / widest + 14, 1))
        for minutes, metres in sorted(rule.rings.items(), reverse=True)
    ]


def outline(shape: str, x: float, y: float) -> str:
    """The corners of a mark as SVG writes them; "" for a circle."""
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "triangle": ((0, -1.4), (1.35, 0.95), (-1.35, 0.95)),
    }.get(shape, ())
    return " ".join(f"{x + dx * MARK:.1f},{y + dy * MARK:.1f}" for dx, dy in corners)


def marks_of(centre: Position, spots: Iterable[Spot], rule: Standard) -> list[Mark]:
    """The nearest facilities inside the widest ring, nearest last (on top), moved apart where they would cover each other."""
    scale = OUTER / (max(rule.rings.values()) / rule.detour)
    inside = sorted((spot for spot in spots if spot.metres * scale <= OUTER), key=lambda spot: (spot.metres, spot.pk))[:MOST]
    # the middle and the rings' labels stay free
    placed = [(SIZE / 2, SIZE / 2), *((SIZE / 2 + aside, ring.label_y - 5) for ring in rings_of(rule) for aside in (-42, -14, 14, 42))]
    marks = []
    for spot in inside:
        east = (spot.position[0] - centre[0]) * 111_195 * cos(radians(centre[1]))
        north = (spot.position[1] - centre[1]) * 111_195
        at_x, at_y = SIZE / 2 + east * scale, SIZE / 2 - north * scale
        x, y = _free(at_x, at_y, placed)
        placed.append((x, y))
        shape = SHAPES[spot.kind]
        marks.append(Mark(spot, round(x, 1), round(y, 1), round(at_x, 1), round(at_y, 1), shape, outline(shape, x, y)))
    return marks[::-1]


def _free(x: float, y: float, placed: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The nearest place of a spiral around (x, y) that covers no other mark."""
    for step in range(240):
        angle, far = step * pi * 0.764, 2.4 * step**0.72
        near_x, near_y = x + far * cos(angle), y + far * sin(angle)
        if all(hypot(near_x - px, near_y - py) >= APART for px, py in placed):
            return near_x, near_y
    return x, y
