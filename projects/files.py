"""Drawings and documents: what a file really is, by its first bytes, and the name under which it may be given out."""

from __future__ import annotations

import re
import unicodedata

# form -> (how the content begins, type that is sent, ending)
FORMS: dict[str, tuple[bytes, str, str]] = {
    "pdf": (b"%PDF-", "application/pdf", "pdf"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    "dwg": (b"AC10", "application/octet-stream", "dwg"),
}
LONGEST_NAME = 80
# what no file system or header takes well, and marks that turn a name around
_STRANGE = re.compile(r'[\\/:*?"<>|;%\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def form_of(raw: bytes) -> str:
    """ "pdf", "jpeg", "png" or "dwg" by the content, "" for anything else. A PDF must have its end too."""
    found = next((form for form, (start, _type, _ending) in FORMS.items() if raw.startswith(start)), "")
    if found == "pdf" and b"%%EOF" not in raw[-2048:]:
        return ""
    return found


def safe_name(name: str, form: str) -> str:
    """The file's name for a download: without folders and strange characters, with the ending of what it really is."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = _STRANGE.sub("", last).rsplit(".", 1)[0].strip(" .") or "file"
    return f"{stem[:LONGEST_NAME]}.{FORMS[form][2]}"
