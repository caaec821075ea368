"""The checks and the tests, in the order in which a failure is cheapest to see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from workshop.console import WorkshopError, complain, loudly, step
from workshop.layout import PYTHON, ROOT, VENV
from workshop.processes import call

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# more than this and the one PostgreSQL of a test run holds them up
MOST_PROCESSES = 4
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", (str(VENV / "bin" / "ruff"), "check")),
    ("ruff format", (str(VENV / "bin" / "ruff"), "format", "--check")),
    ("import-linter", (str(VENV / "bin" / "lint-imports"),)),
    ("mypy", (str(PYTHON), "-m", "mypy")),
    ("migrations", (str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run")),
)


def run_checks(environment: Mapping[str, str]) -> list[str]:
    """Run every check, also after a failure, and return the names of those that failed."""
    failed = []
    for name, command in CHECKS:
        with step(name):
            if call(command, environment, ROOT):
                complain(f"!!  {name} failed")
                failed.append(name)
    return failed


def run_pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pytest with a browser if there is one; its closing line is the last that is printed."""
    environment = {name: value for name, value in environment.items() if name != "CHROMIUM"}
    environment["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    browser = find_browser()
    if browser:
        environment["CHROMIUM"] = browser
    else:
        loudly(
            "No Chromium on this machine: THE BROWSER JOURNEYS ARE LEFT OUT.",
            "Install it (Debian: apt install chromium fonts-noto-cjk) or set CHROMIUM=/path/to/it.",
        )
    return call([PYTHON, "-m", "pytest", *(arguments or side_by_side())], environment, ROOT)


def side_by_side() -> list[str]:
    """The arguments of a whole run: a process per core, each with its own database, cache and broker (tests/parallel.py)."""
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    return ["-n", str(processes), "--dist", "worksteal"] if processes > 1 else []


def find_browser() -> str | None:
    """Return a Chromium: the one CHROMIUM names, else one on the search path."""
    wished = os.environ.get("CHROMIUM")
    if wished:
        if not Path(wished).is_file():
            raise WorkshopError(f"CHROMIUM={wished} is not a program.")
        return wished
    return next((path for path in map(shutil.which, BROWSERS) if path), None)
