"""The Python environment: a venv with exactly the pinned packages, made once and checked by a stamp."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.console import WorkshopError, say, step, tail
from workshop.layout import PYTHON, ROOT, VENV, WORKSHOP, fingerprint, is_stamped

REQUIREMENTS = ROOT / "requirements-dev.txt"
LOG = WORKSHOP / "set-up.log"
UNREACHABLE = (
    "Temporary failure in name resolution",
    "Failed to establish a new connection",
    "NewConnectionError",
    "ConnectTimeoutError",
    "Network is unreachable",
    "No matching distribution found",
)


def stamp_value() -> str:
    """What the environment depends on: the pinned packages, this Python and the place of the venv."""
    return fingerprint(REQUIREMENTS, sys.version, str(VENV))


def ensure_environment() -> None:
    """Make the venv and install the pinned packages into it, unless that very set is there already."""
    stamp = VENV / "installed.stamp"
    if PYTHON.exists() and is_stamped(stamp, stamp_value()):
        return
    with step("Python packages (some 110, about a minute; once)"):
        make_venv()
        install(REQUIREMENTS)
        stamp.write_text(stamp_value(), encoding="ascii")


def make_venv() -> None:
    """Make an empty venv, or keep the one of this Python that an interrupted set-up has left."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise WorkshopError(
            f"This Python ({sys.executable}) comes without {' and '.join(missing)}.\n"
            f"On Debian or Ubuntu: apt install python{sys.version_info.major}.{sys.version_info.minor}-venv"
        )
    marker = VENV / "python.stamp"
    if PYTHON.exists() and is_stamped(marker, fingerprint(sys.version, str(VENV))):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise WorkshopError(f"The virtual environment {VENV} could not be made:\n{made.stdout}{made.stderr}")
    marker.write_text(fingerprint(sys.version, str(VENV)), encoding="ascii")


def install(requirements: Path) -> None:
    """Install a file of pinned packages with their hashes; tells how far it is, keeps pip's words in a log."""
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--no-input", "-r", str(requirements)]
    if run_logged(command, "Collecting ", "packages found"):
        raise WorkshopError(explain_pip(LOG.read_text(encoding="utf-8", errors="replace"), requirements))


def run_logged(command: Sequence[str], counted: str, noun: str) -> int:
    """Run an installer into the log, printing a line for every twenty of the lines that are counted."""
    count = 0
    with (
        LOG.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                log.write(line)
                if line.startswith(counted):
                    count += 1
                    if count % 20 == 0:
                        say(f"    {count} {noun}")
                elif line.startswith("Installing collected"):
                    say(f"    {count} {noun}; installing")
        except BaseException:
            process.kill()
            raise
    return process.returncode


def explain_pip(output: str, requirements: Path) -> str:
    """Turn pip's failure into what can be done about it."""
    if "DO NOT MATCH THE HASHES" in output:
        reason = f"A package does not have the content that {requirements.name} pins. Do not go on with it."
    elif any(sign in output for sign in UNREACHABLE):
        reason = "The package index cannot be reached (offline, or a proxy or mirror is missing in pip's settings)."
    else:
        reason = "pip failed."
    return f"{reason}\nThe end of {LOG}:\n{tail(LOG, 12)}"
