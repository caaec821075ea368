"""Pictures of signed sheets and of documents: made safe, kept under the hash of their pixels, so that the same one is found again."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from projects.operations.photos import cleaned_photo

FOLDER = "surveys"


def keep_picture(raw: bytes, kind: str) -> str:
    """Store the cleaned picture and give its name; the same picture has one name, whoever sends it, and is stored once.

    `kind` is a folder below surveys/: "sheets", "documents". Raises PhotoRefused.
    """
    clean = cleaned_photo(raw).picture
    name = f"{FOLDER}/{kind}/{hashlib.sha256(clean).hexdigest()}.jpg"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(clean))
    return name
