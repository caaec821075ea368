"""The front-end packages: npm's pinned files in node_modules; brings its own Node where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from workshop.console import WorkshopError, say, step, tail
from workshop.environment import LOG, install
from workshop.layout import ROOT, VENV, fingerprint, is_stamped

LOCK_FILE = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
STAMP = NODE_MODULES / ".workshop.stamp"
NODE_REQUIREMENTS = ROOT / "workshop" / "requirements-node.txt"
# The lock file's format is read from npm 7 on.
OLDEST_NPM = 7


def ensure_frontend() -> None:
    """Install the packages of package-lock.json unless they are there already."""
    value = fingerprint(LOCK_FILE, ROOT / "package.json")
    if is_stamped(STAMP, value):
        return
    with step("front-end packages (once)"):
        npm = find_npm(os.environ.get("PATH", "")) or own_npm()
        search = os.pathsep.join([str(npm.parent), os.environ.get("PATH", "")])
        with LOG.open("w", encoding="utf-8") as log:
            code = subprocess.call(
                [str(npm), "ci", "--no-progress"],
                cwd=ROOT,
                env={**os.environ, "PATH": search},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if code:
            raise WorkshopError(
                "npm could not install the front-end packages (offline, or a mirror is missing in npm's settings?).\n"
                f"The end of {LOG}:\n{tail(LOG, 12)}"
            )
        STAMP.write_text(value, encoding="ascii")


def find_npm(search: str) -> Path | None:
    """Return an npm on the search path that is new enough and has its node beside it."""
    npm, node = shutil.which("npm", path=search), shutil.which("node", path=search)
    if not npm or not node:
        return None
    answer = subprocess.run([npm, "--version"], cwd=ROOT, capture_output=True, text=True, check=False)
    major = answer.stdout.strip().partition(".")[0]
    return Path(npm) if major.isdigit() and int(major) >= OLDEST_NPM else None


def own_npm() -> Path:
    """Install the pinned Node from the Python package index into our environment, and return its npm."""
    npm = find_npm(str(VENV / "bin"))
    if npm is None:
        say("    no usable Node on this machine: installing one into the environment")
        install(NODE_REQUIREMENTS)
        npm = find_npm(str(VENV / "bin"))
    if npm is None:
        raise WorkshopError("The Node from the package index does not run here. Install Node 18 or newer with npm.")
    return npm
