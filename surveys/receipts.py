"""The receipt's page of a round, rendered once and kept by the process: only the household's own parts are put in for each ballot.

Rendering the template was half of the work of casting. What the frame shows of a round is in its key, so a frame never grows old.
"""

from __future__ import annotations

import secrets
from typing import Any

MOST_FRAMES = 2000  # of some 3 kB: rounds × type × language that one process has seen
RECEIPT_FRAMES: dict[tuple[Any, ...], str] = {}
# where the household's own parts stand; random, so that nothing that somebody typed can be one
TOKENS = {name: f"t{secrets.token_hex(10)}t" for name in ("home", "when", "receipt", "spoken", "code")}


def keep_frame(key: tuple[Any, ...], frame: str) -> None:
    """Keep a frame; when there are too many all are made anew. Two threads at once make the same one twice."""
    if len(RECEIPT_FRAMES) >= MOST_FRAMES:
        RECEIPT_FRAMES.clear()
    RECEIPT_FRAMES[key] = frame
