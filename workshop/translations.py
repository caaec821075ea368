"""Translations: compiles each .po file to the .mo beside it, with polib, because msgfmt is not on every machine."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from workshop.console import WorkshopError, step
from workshop.layout import PYTHON, ROOT


def outdated(folder: Path) -> list[Path]:
    """Return the .po files of the project and of its apps whose .mo is missing or older."""
    found = []
    for source in sorted([*folder.glob("locale/**/*.po"), *folder.glob("*/locale/**/*.po")]):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            found.append(source)
    return found


def ensure_translations() -> None:
    """Compile what is outdated, in our environment; says nothing when there is nothing to do."""
    sources = outdated(ROOT)
    if not sources:
        return
    with step("translations"):
        command = [str(PYTHON), "-m", "workshop.translations"]
        made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if made.returncode:
            raise WorkshopError(f"A translation file cannot be compiled:\n{made.stderr}")


def compile_all(folder: Path) -> None:
    """Compile what is outdated under a folder; needs polib, so it runs inside the environment or the image."""
    polib = importlib.import_module("polib")
    for source in outdated(folder):
        scratch = source.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(scratch))
        scratch.replace(source.with_suffix(".mo"))


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
