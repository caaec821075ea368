"""From a template of `surveys/typst/` and plain data to the bytes of a PDF, in a process of its own.

What people wrote reaches typst as JSON text and is only ever set, never read as markup. Typst sees no file outside its folder, no font of
the machine and no network: templates import nothing from outside, and there is a test that they do not.

The process of its own (this file, run as a script) gives typst's memory back: within a server its cache grew by 40 MB with each community's
slips. It also knows nothing of the server's environment, and a paper that takes too long can be stopped.
"""

from __future__ import annotations

import json
import subprocess
import sys
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


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The paper as a tagged PDF with its fonts in it. `at` becomes its date, so that the same data give the same bytes.

    Raises NotPrinted when typst refuses the template or takes longer than a minute.
    """
    order = {"template": template, "data": json.dumps(data, ensure_ascii=False), "timestamp": int(at.timestamp())}
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
    """What the process of its own does: typst's work."""
    return typst.compile(
        TEMPLATES / f"{order['template']}.typ",
        root=TEMPLATES,
        font_paths=fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": order["data"]},
        timestamp=order["timestamp"],
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(set_paper(json.loads(sys.stdin.buffer.read())))
