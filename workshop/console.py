"""What the workshop says on the terminal: steps with their duration, and errors without a traceback."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WorkshopError(Exception):
    """A reason to stop that the person at the keyboard can act on; shown as it is."""


def say(text: str = "") -> None:
    """Print one line at once, also when the output goes to a file."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print to standard error what went wrong."""
    print(text, file=sys.stderr, flush=True)


def loudly(*lines: str) -> None:
    """Print lines that must not be overlooked in a long log."""
    bar = "!" * 78
    say("\n".join(["", bar, *(f"!!  {line}" for line in lines), bar, ""]))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name a step before it starts and tell how long it took once it worked."""
    say(f"==> {name}")
    began = time.monotonic()
    yield
    say(f"    {name}: {time.monotonic() - began:.1f} s")


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log file, indented; says so when there are none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    last = text.splitlines()[-lines:] or [f"({path} is empty)"]
    return "\n".join(f"    | {line}" for line in last)
