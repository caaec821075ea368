"""The site's own state: static files, tables and the demo year, brought up to date when their sources changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from workshop.console import WorkshopError, step
from workshop.environment import REQUIREMENTS
from workshop.frontend import LOCK_FILE
from workshop.layout import PYTHON, ROOT, DataFolder, fingerprint, is_stamped, write_once
from workshop.processes import require
from workshop.servers import Servers

# Builds and source maps that no page asks for; with them the static files are eight times as large.
UNUSED = ("echarts*.map", "echarts.js", "echarts.common.js", "echarts.simple.js", "echarts.esm.*", "*.mjs")
COLLECT = ("collectstatic", "--noinput", "--clear", "--verbosity", "0", *(f"--ignore={name}" for name in UNUSED))
ACCOUNTS = "demo_accounts.txt"


def manage(environment: Mapping[str, str], *words: str) -> None:
    """Run a management command that must succeed."""
    require([PYTHON, "manage.py", *words], environment, ROOT)


def output_of(environment: Mapping[str, str], *words: str) -> str:
    """Run a management command that must succeed, and return what it prints."""
    done = subprocess.run([PYTHON, "manage.py", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise WorkshopError(f"'manage.py {' '.join(words)}' failed; its errors are above.\n{done.stdout}")
    return done.stdout


def demo_accounts(folder: DataFolder, environment: Mapping[str, str]) -> str:
    """Return the table of the demo accounts; kept, with its passwords, until the demo year is loaded anew."""
    kept = folder.secrets / ACCOUNTS
    if not kept.exists():
        write_once(kept, output_of(environment, "demo_accounts").rstrip("\n"))
    return kept.read_text(encoding="utf-8")


def fill_database(folder: DataFolder, servers: Servers, environment: Mapping[str, str]) -> None:
    """Bring the tables and the demo year up to date; skipped when this very cluster has had this very code."""
    stamp = folder.root / "database.stamp"
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("demo/**/*.py"), REQUIREMENTS]
    cluster = servers.postgres.identity() if servers.postgres else ""
    value = fingerprint(cluster, *sorted(sources))
    if cluster and is_stamped(stamp, value):
        return
    (folder.secrets / ACCOUNTS).unlink(missing_ok=True)
    with step("tables"):
        manage(environment, "migrate", "--noinput", "--verbosity", "0")
    with step("demo year"):
        manage(environment, "load_demo")
    stamp.write_text(value, encoding="ascii")


def collect_static(folder: DataFolder, environment: Mapping[str, str]) -> None:
    """Collect the static files when one of their sources changed."""
    sources = [path for pattern in ("static", "*/static") for path in ROOT.glob(f"{pattern}/**/*") if path.is_file()]
    notes = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(sources)]
    pinned = [REQUIREMENTS, LOCK_FILE, ROOT / "renovation" / "settings.py"]
    value = fingerprint(*COLLECT, *notes, *pinned)
    stamp = folder.root / "static.stamp"
    if is_stamped(stamp, value):
        return
    with step("static files"):
        manage(environment, *COLLECT)
    stamp.write_text(value, encoding="ascii")


if __name__ == "__main__":
    # In the image: python -m workshop.site
    sys.exit(subprocess.call([sys.executable, "manage.py", *COLLECT], cwd=ROOT))
