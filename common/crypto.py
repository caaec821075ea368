"""Personal data at rest: names and phones are encrypted in the database (PIPL), with AES-256-GCM."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(settings.FIELD_KEY)


def seal(plain: str) -> str:
    """Encrypt; "" stays "". The result is base64 text of nonce and ciphertext."""
    if not plain:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(nonce + _cipher().encrypt(nonce, plain.encode(), None)).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made. Raises cryptography's InvalidTag when the text was altered or the key is another."""
    if not sealed:
        return ""
    raw = b64decode(sealed)
    return _cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


def fingerprint(plain: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex) that finds the same person again without storing who it is; "" for ""."""
    return hmac.new(settings.FIELD_KEY, plain.encode(), hashlib.sha256).hexdigest() if plain else ""


def masked_name(name: str) -> str:
    """ "王建国" -> "王**"."""
    return name[:1] + "*" * max(len(name) - 1, 0)


def masked_phone(phone: str) -> str:
    """ "13812345678" -> "138****5678"."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 8 else "*" * len(phone)
