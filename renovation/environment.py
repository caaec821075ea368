"""Reads the process environment for settings.py and fails loudly on what is missing or weak."""

import base64
import binascii
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable NAME, or the content of the file named by NAME_FILE (a mounted secret)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE points to {file}, which cannot be read: {error.strerror}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) is not set. See docs/operations.md, 'Environment'.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable: 1, true, yes, on / 0, false, no, off."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        return default
    word = value.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty parts."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.lstrip("-").isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def figures(name: str) -> dict[str, int]:
    """Comma-separated pairs such as "nursery=250,ground=200"."""
    found = {}
    for pair in words(name):
        code, _equals, value = pair.partition("=")
        if not code.strip() or not value.strip().isdigit():
            raise ImproperlyConfigured(f"{name} must be pairs such as nursery=250, not {pair!r}.")
        found[code.strip()] = int(value)
    return found


def key(name: str, default: bytes | None, purpose: str) -> bytes:
    """A key of 32 bytes, given in base64 as NAME or NAME_FILE."""
    return key_bytes(name, text(name, None if default is None else base64.b64encode(default).decode()), purpose)


def key_bytes(name: str, value: str, purpose: str) -> bytes:
    """The 32 bytes behind the base64 text; refused when it is anything else."""
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64: {purpose}.")
    return found


def strong(name: str, value: str, least: int) -> str:
    """The secret itself, refused when it is short or obviously a placeholder."""
    if len(value) < least or len(set(value)) < 8 or "change" in value.lower() or value.startswith("django-insecure"):
        raise ImproperlyConfigured(f"{name} is too weak: give at least {least} random characters.")
    return value


def tile_hosts(name: str, address: str) -> list[str]:
    """The hosts that a map's tile address asks, for the content policy; every subdomain where it has {s}. [] for no address."""
    if not address:
        return []
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or not all(key in address for key in ("{x}", "{y}", "{z}")):
        raise ImproperlyConfigured(f"{name} must be like https://{{s}}.example.cn/{{z}}/{{x}}/{{y}}.png, not {address!r}.")
    return [f"https://{parts.netloc.replace('{s}', '*')}"]
