"""Photos made safe: real pictures only, bounded in size, re-encoded without anything that the camera wrote beside the picture."""

from __future__ import annotations

import datetime
import io
import zoneinfo
from dataclasses import dataclass
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MOST_PIXELS = 60_000_000
LEAST_EDGE = 200
PICTURE_EDGE = 2560
THUMBNAIL_EDGE = 480
CAMERA_ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")  # EXIF times carry no zone


class UnreadableImage(Exception):
    """Not a picture that can be kept; `reason` is "unreadable", "too_many_pixels" or "too_small"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class CleanImage:
    """The picture and its thumbnail as JPEG without metadata, and what the camera knew (for staff)."""

    picture: bytes
    thumbnail: bytes
    taken_at: datetime.datetime | None
    position: tuple[float, float] | None  # longitude, latitude


def clean_image(raw: bytes) -> CleanImage:
    """Read, check and re-encode an uploaded file. Raises UnreadableImage."""
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise UnreadableImage("too_many_pixels")
            if min(width, height) < LEAST_EDGE:
                raise UnreadableImage("too_small")
            exif = opened.getexif()
            taken_at, position = _taken_at(exif), _position(exif)
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage("unreadable") from error
    return CleanImage(_jpeg(upright, PICTURE_EDGE), _jpeg(upright, THUMBNAIL_EDGE), taken_at, position)


def _jpeg(image: Image.Image, edge: int) -> bytes:
    """Fresh pixels only: a new image carries no EXIF, no comments, no profile."""
    copy = Image.new("RGB", image.size)
    copy.paste(image)
    copy.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _taken_at(exif: Image.Exif) -> datetime.datetime | None:
    text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        return datetime.datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CAMERA_ZONE)
    except ValueError:
        return None


def _position(exif: Image.Exif) -> tuple[float, float] | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return longitude, latitude


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side == negative else value
