"""From a template of `surveys/typst/` and plain data to the bytes of a PDF, in a process of its own.

What people wrote reaches typst as JSON text and is only ever set, never read as markup. Typst sees no file outside its folder, no font of
the machine and no network: templates import nothing from outside, and there is a test that they do not.

The process of its own (this file, run as a script) gives typst's memory back: within a server its cache grew by 40 MB with each community's
slips. It also knows nothing of the server's environment, and a paper that takes too long can be stopped.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
PATIENCE = 60  # seconds; 1,000 slips take 2


class NotPrinted(RuntimeError):
    """Typst could not set the paper; the message is its own."""


def pdf(
    template: str, data: Mapping[str, Any], *, at: datetime, folder: Path = TEMPLATES, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """The paper as a tagged PDF with its fonts in it. `at` becomes its date, so that the same data give the same bytes.

    A template of another floor stands in its own `folder`; it may import `style.typ`, and sets `pictures` by their plain names.
    Raises NotPrinted when typst refuses the template or takes longer than a minute.
    """
    order = {
        "template": template, "folder": str(folder), "data": json.dumps(data, ensure_ascii=False), "timestamp": int(at.timestamp()),
        "pictures": {name: base64.b64encode(content).decode() for name, content in (pictures or {}).items()},
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=json.dumps(order).encode(), capture_output=True, timeout=PATIENCE, env={}, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise NotPrinted(f"{template}: not ready after {PATIENCE} seconds") from problem
    if done.returncode:
        raise NotPrinted(f"{template}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def fonts() -> typst.Fonts:
    """Noto Sans SC for text and typst's own mono for codes; the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[Path(pylopdf_fonts_zh_cn.sans_path()).parent],
    )


def set_paper(order: Mapping[str, Any]) -> bytes:
    """What the process of its own does: typst's work, in the folder of the papers, or in one made for this paper alone."""
    if order["folder"] == str(TEMPLATES) and not order["pictures"]:
        return compiled(TEMPLATES, order)
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for source in (TEMPLATES / "style.typ", Path(order["folder"]) / f"{order['template']}.typ"):
            (root / source.name).write_bytes(source.read_bytes())
        for name, content in order["pictures"].items():
            (root / Path(name).name).write_bytes(base64.b64decode(content))
        return compiled(root, order)


def compiled(root: Path, order: Mapping[str, Any]) -> bytes:
    """The paper, set from a template in `root`; typst sees nothing outside it."""
    return typst.compile(
        root / f"{order['template']}.typ",
        root=root,
        font_paths=fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": order["data"]},
        timestamp=order["timestamp"],
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(set_paper(json.loads(sys.stdin.buffer.read())))
