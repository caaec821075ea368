"""Outlines for the sketch maps: a small file per region, named by its content so that browsers may keep it for ever."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Outline:
    """A GeoJSON file, its compressed form, and the digest that stands in its address."""

    body: bytes
    compressed: bytes
    digest: str


@lru_cache(maxsize=32)
def outline(code: str) -> Outline | None:
    """The units of the province, or the counties of one reporting unit; None where there is no map."""
    if code == settings.PROVINCE_CODE:
        body = settings.MAP_UNITS_FILE.read_bytes()
    else:
        counties = json.loads(settings.MAP_COUNTIES_FILE.read_text(encoding="utf-8"))["features"]
        own = [one for one in counties if one["properties"].get("parent") == code]
        if not own:
            return None
        body = json.dumps({"type": "FeatureCollection", "features": own}, ensure_ascii=False, separators=(",", ":")).encode()
    return Outline(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:16])
