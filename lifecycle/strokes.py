"""Signatures drawn on a screen, as SVG path data in a field of fixed size. Pure: no database, no clock, no request."""

from __future__ import annotations

import re

WIDTH, HEIGHT = 600, 200
MOST_CHARACTERS = 20_000
LEAST_POINTS = 6
LEAST_EXTENT = 30  # a dot or a short line is no signature

STROKE = re.compile(r"M(\d{1,3}) (\d{1,3})((?:L\d{1,3} \d{1,3})+)")
POINT = re.compile(r"[ML](\d{1,3}) (\d{1,3})")


class NoSignature(ValueError):
    """Not path data of a signature; `reason` is "unreadable", "outside" or "too_little"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def checked_path(text: str) -> str:
    """The path data as it came, once it holds nothing but strokes of whole points inside the field ("M10 20L12 24L…"). "" stays "".

    Raises NoSignature for anything else: what is kept is set into pages and papers, so it holds digits, spaces, M and L alone.
    """
    if not text:
        return ""
    if len(text) > MOST_CHARACTERS or not re.fullmatch(f"(?:{STROKE.pattern})+", text):
        raise NoSignature("unreadable")
    points = [(int(x), int(y)) for x, y in POINT.findall(text)]
    if any(x > WIDTH or y > HEIGHT for x, y in points):
        raise NoSignature("outside")
    across, down = ([point[axis] for point in points] for axis in (0, 1))
    if len(points) < LEAST_POINTS or max(max(across) - min(across), max(down) - min(down)) < LEAST_EXTENT:
        raise NoSignature("too_little")
    return text


def svg(path: str) -> str:
    """A whole SVG of checked path data, for papers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<path d="{checked_path(path)}" fill="none" stroke="black" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
