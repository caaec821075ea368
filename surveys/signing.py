"""The platform's signature under published results: Ed25519, one key of the installation, old public keys kept for old files."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def sign(message: bytes) -> str:
    """The signature of the bytes, in base64 (88 characters)."""
    return b64encode(_private_key(settings.SIGNING_KEY).sign(message)).decode()


def public_key_text() -> str:
    """The public key of today's signing key, in base64 (44 characters): what is published and printed on notices."""
    return b64encode(_private_key(settings.SIGNING_KEY).public_key().public_bytes_raw()).decode()


def key_id(public_key: str = "") -> str:
    """Short name of a public key (today's when none is given): the first 16 hexadecimal digits of its SHA-256."""
    return sha256(b64decode(public_key or public_key_text())).hexdigest()[:16]


def known_keys() -> dict[str, str]:
    """Every public key under which a file of this installation may be signed: short name -> base64, today's first."""
    return {key_id(key): key for key in [public_key_text(), *settings.RETIRED_SIGNING_KEYS]}


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """True when the signature (base64, written in the one way base64 has) fits the bytes and the public key."""
    try:
        raw = b64decode(signature, validate=True)
        if b64encode(raw).decode() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(b64decode(public_key)).verify(raw, message)
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True


@lru_cache(maxsize=4)
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
