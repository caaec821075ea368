"""Distances and outlines on the earth's surface, WGS 84 degrees in, metres out."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_METRES = 6_371_008.8
Position = tuple[float, float]  # longitude, latitude


def distance_metres(a: Position, b: Position) -> float:
    """Great-circle distance between two (longitude, latitude) positions (haversine)."""
    (lon1, lat1), (lon2, lat2) = ((radians(x), radians(y)) for x, y in (a, b))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(h))


def inside(position: Position, ring: Sequence[Position]) -> bool:
    """Whether the position lies in the ring of (longitude, latitude) corners (even-odd rule)."""
    x, y = position
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found
