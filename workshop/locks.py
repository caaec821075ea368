"""One owner at a time: who uses a data folder, and who is setting up."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop.console import WorkshopError, say


class DataLock:
    """The claim of one process on a data folder; the kernel lets go of it when that process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "in-use.lock"
        self.descriptor: int | None = None

    def take(self, command: str, address: str = "") -> bool:
        """Claim the folder and leave a note who did; False when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise WorkshopError(f"{self.path.parent} belongs to another user. Use --data DIR.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        note = json.dumps({"pid": os.getpid(), "command": command, "address": address})
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, note.encode(), 0)
        return True

    def holder(self) -> dict[str, str]:
        """Return the note of whoever has the folder."""
        try:
            note = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {key: str(value) for key, value in note.items()}

    def refusal(self) -> str:
        """Say in one sentence who has the folder and where it answers."""
        note = self.holder()
        where = f" at {note['address']}" if note.get("address") else ""
        return f"'{note.get('command', '?')}' is already running{where} (process {note.get('pid', '?')})"

    def release(self) -> None:
        """Let go of the folder."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


@contextmanager
def setting_up(folder: Path) -> Iterator[None]:
    """Let one process at a time install things; the others wait and then find the work done."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(folder / "set-up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise WorkshopError(f"{folder} belongs to another user; make your own copy of the project.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("    another set-up is running here: waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
