"""QR codes, drawn as paths so that they stay sharp at any size."""

from __future__ import annotations

from collections.abc import Iterator

import segno

BORDER = 2  # modules of white around the code that scanners need in practice; the standard's 4 where there is room
SMALLEST = 190  # px: what an old phone's camera reads from another phone's screen


def modules(text: str, *, error: str = "m", mask: int | None = None) -> list[list[bool]]:
    """The code's square of modules without border, row by row, True is dark. Error level M (15 %) unless said.

    The smallest ordinary version that holds the text: no micro code, which phones do not read; raises ValueError where none does
    (more than 2,331 bytes at M). Weighing the eight masks is four fifths of the work: `mask` (0 to 7, see `best_mask`) saves it;
    every mask is read alike.
    """
    return [[bool(module) for module in row] for row in _code(text, error, mask).matrix]


def best_mask(text: str, *, error: str = "m") -> int:
    """The mask that the standard's weighing chooses; good enough for all texts that differ from this one by a few characters."""
    return int(_code(text, error, None).mask)


def path(matrix: list[list[bool]]) -> str:
    """SVG path data of the dark modules, one unit a module, one sub-path a run of neighbours in a row.

    All of it is one path, so that a renderer that smooths edges leaves no light seam between two rows.
    """
    return "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(matrix) for x, width in _runs(row))


def svg(text: str, *, border: int = BORDER, scale: int | None = None) -> str:
    """A whole SVG document for a request of its own (image/svg+xml): black on white, without style, script or link.

    `scale` is pixels per module; without it the smallest whole number that gives at least 190 px.
    """
    return document(modules(text), border=border, scale=scale)


def document(matrix: list[list[bool]], *, border: int = BORDER, scale: int | None = None) -> str:
    """The SVG document of a square of modules; see `svg`."""
    side = len(matrix) + 2 * border
    pixels = side * (scale or -(-SMALLEST // side))
    ground = f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
    code = f'<path fill="#000" transform="translate({border} {border})" d="{path(matrix)}"/>'
    size = f'width="{pixels}" height="{pixels}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{code}</svg>\n'


def _code(text: str, error: str, mask: int | None) -> segno.QRCode:
    """The error level is as asked: not raised where there is room, so that codes of one paper look alike."""
    try:
        return segno.make_qr(text, error=error, boost_error=False, mask=mask)
    except segno.DataOverflowError as problem:
        raise ValueError("the text is too long for a QR code") from problem


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """(start, width) of each run of dark modules."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
