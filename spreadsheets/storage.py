"""Where a job's files lie: MEDIA_ROOT/jobs/<key>/, private, reached through views that ask for the owner."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage


def folder(key: uuid.UUID) -> Path:
    """The job's own folder."""
    return Path(settings.MEDIA_ROOT) / "jobs" / str(key)


def keep(key: uuid.UUID, name: str, file: IO[bytes]) -> str:
    """Store an upload under a name of ours; returns its name in the storage."""
    file.seek(0)
    return default_storage.save(f"jobs/{key}/{name}", File(file))


def path_of(name: str) -> Path:
    """A stored file's place."""
    return Path(default_storage.path(name))


def place_for(key: uuid.UUID, name: str) -> tuple[str, Path]:
    """Storage name and place of a file about to be made."""
    where = folder(key)
    where.mkdir(parents=True, exist_ok=True)
    return f"jobs/{key}/{name}", where / name


def remove(key: uuid.UUID) -> None:
    """Take the job's files away."""
    shutil.rmtree(folder(key), ignore_errors=True)
