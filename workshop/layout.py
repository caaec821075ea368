"""Where everything lies: the project, the workshop's own folder and the data of one installation."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import sys
import tempfile
from pathlib import Path

from workshop.console import WorkshopError

ROOT = Path(__file__).resolve().parent.parent
WORKSHOP = ROOT / ".workshop"
VENV = WORKSHOP / "venv"
PYTHON = VENV / "bin" / "python"
SITE_PACKAGES = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

# A Unix socket's address has room for 107 bytes; some clients count less.
SOCKET_PATH_LIMIT = 100


def short_hash(text: str) -> str:
    """Return a short, stable name for a long text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def socket_folder(preferred: Path, socket_name: str) -> Path:
    """Return the preferred folder when a socket's path fits in it, else a short one under the temporary folder."""
    if len(os.fsencode(preferred / socket_name)) < SOCKET_PATH_LIMIT:
        return preferred
    return Path(tempfile.gettempdir()) / f"renovation-{short_hash(str(preferred))}"


def make_private_folder(folder: Path, uid: int | None = None, gid: int | None = None) -> None:
    """Make a folder that only its owner can enter; refuses one that somebody else has put there."""
    owner = os.geteuid() if uid is None else uid
    if not folder.exists() and not folder.is_symlink():
        folder.mkdir(parents=True, mode=0o700)
        if owner != os.geteuid():
            os.chown(folder, owner, -1 if gid is None else gid)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != owner:
        raise WorkshopError(
            f"{folder} belongs to user {found.st_uid}, this start needs user {owner}.\n"
            "Use the account that made it, or another folder with --data DIR."
        )
    folder.chmod(0o700)


class DataFolder:
    """The data of one installation: databases, uploads, logs and secrets."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self.postgres = self.root / "postgres"
        self.valkey = self.root / "valkey"
        self.media = self.root / "media"
        self.logs = self.root / "logs"
        self.secrets = self.root / "secrets"
        self.static = self.root / "static"
        self.beat = self.root / "beat"

    def prepare(self) -> None:
        """Make the folders and, once, the three secrets; refuses the data of another user."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.media, self.logs, self.static, self.beat):
                folder.mkdir(exist_ok=True)
            make_private_folder(self.secrets)
            write_once(self.secrets / "secret_key", secrets.token_urlsafe(64))
            for name in ("field_key", "signing_key"):
                write_once(self.secrets / name, base64.b64encode(secrets.token_bytes(32)).decode())
        except PermissionError as error:
            raise WorkshopError(f"{self.root} cannot be written by this user ({error}). Use --data DIR.") from error


def write_once(path: Path, text: str) -> None:
    """Write a secret that only its owner can read, unless it is there already."""
    if path.exists() and path.stat().st_size:
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    scratch.replace(path)


def fingerprint(*parts: str | Path) -> str:
    """Return one hash over texts and the contents of files; a missing file counts as empty."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else (part.read_bytes() if part.is_file() else b"")
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    """Say whether a finished step left this value behind."""
    return stamp.is_file() and stamp.read_text(encoding="ascii") == value
