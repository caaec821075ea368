"""Keeping rendered pages: a key names everything that can be seen in them, so nothing kept ever grows old."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

PAGE_SECONDS = 600  # the times only give memory back: a changed figure has another key at once
PART_SECONDS = 86_400


@lru_cache(maxsize=1)
def _release() -> str:
    """Changes with the templates, their translations and the addresses of the static files: with each deployment."""
    digest = hashlib.sha256(str(getattr(staticfiles_storage, "manifest_hash", "")).encode())
    digest.update(f"{settings.STATIC_URL}{settings.DEBUG}".encode())
    for file in sorted([*(settings.BASE_DIR / "templates").rglob("*.html"), *settings.BASE_DIR.glob("*/locale/**/*.mo")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def key_of(kind: str, *named: object) -> str:
    """The cache key of something rendered from exactly these values."""
    return f"{kind}:{hashlib.sha256(repr((_release(), named)).encode()).hexdigest()}"
