"""Household codes, receipts and round codes: letters and digits that nobody confuses (no I, O, 0, 1)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH, RECEIPT_LENGTH, ROUND_LENGTH = 8, 12, 6
# full-width forms and what people type between the groups
_SEPARATORS = str.maketrans("", "", " -_.·—－　\t\u200b")


def spoken(text: str, group: int = 4) -> str:
    """ "H7KQ2M9P4TXC" -> "H7KQ-2M9P-4TXC"."""
    return "-".join(text[i : i + group] for i in range(0, len(text), group))


def typed(text: str) -> str:
    """What a person typed, as stored: capitals, without separators, full-width forms narrowed."""
    narrowed = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text[:60])
    return narrowed.upper().translate(_SEPARATORS)


def is_code(text: str, length: int = CODE_LENGTH) -> bool:
    """Whether a normalised text has the form of a code; says nothing about whether it is one."""
    return len(text) == length and all(letter in ALPHABET for letter in text)


def _from_bytes(raw: bytes, length: int) -> str:
    number = int.from_bytes(raw, "big")
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def code_of(secret: str, household_id: int, issue: int) -> str:
    """The household's code in one round: derived with the field key, so that slips can be printed and no code is stored.

    `secret` is the round's own; a further `issue` makes another code and ends the one before.
    """
    message = f"household-code|{secret}|{household_id}|{issue}".encode()
    return _from_bytes(hmac.new(settings.FIELD_KEY, message, hashlib.sha256).digest(), CODE_LENGTH)


def code_digest(code: str) -> str:
    """How a code is looked up: a keyed hash, useless to whoever reads the database alone."""
    return hmac.new(settings.FIELD_KEY, b"code-digest|" + code.encode(), hashlib.sha256).hexdigest()[:40]


def device_digest(address: str, agent: str) -> str:
    """A keyed hash of the network address and the browser's name: finds "many from one device", names nobody."""
    return hmac.new(settings.FIELD_KEY, f"device|{address}|{agent[:200]}".encode(), hashlib.sha256).hexdigest()[:32]


def new_receipt() -> str:
    """A receipt's number: 60 random bits."""
    return _from_bytes(secrets.token_bytes(16), RECEIPT_LENGTH)


def new_round_code() -> str:
    """A round's public code, part of its address: short, so that the QR code stays coarse."""
    return _from_bytes(secrets.token_bytes(16), ROUND_LENGTH)


def new_secret() -> str:
    """A round's secret, from which its codes are derived together with the field key."""
    return secrets.token_hex(16)
