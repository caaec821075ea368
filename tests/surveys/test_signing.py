"""The signature of published results: fixed vectors, one way to write it, old keys."""

from base64 import b64decode, b64encode

import pytest

from surveys import signing

# RFC 8032, section 7.1, test 2
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_signature_is_that_of_the_published_vector(settings):
    settings.SIGNING_KEY = SEED
    assert b64decode(signing.public_key_text()) == PUBLIC
    assert b64decode(signing.sign(b"\x72")) == SIGNATURE
    assert signing.is_signed(b"\x72", signing.sign(b"\x72"), signing.public_key_text())


@pytest.mark.parametrize("message", [b"", b"\x73", b"\x72\x72"])
def test_another_message_is_not_signed(settings, message):
    settings.SIGNING_KEY = SEED
    assert not signing.is_signed(message, b64encode(SIGNATURE).decode(), signing.public_key_text())


def test_a_signature_is_written_in_one_way_only(settings):
    settings.SIGNING_KEY = SEED
    written = signing.sign(b"\x72")
    assert written.endswith("A==")
    for other in (written[:-3] + "B==", written[:-1], written + "\n", "", "not base64"):
        assert not signing.is_signed(b"\x72", other, signing.public_key_text()), other


@pytest.mark.parametrize("key", ["", "AAAA", "not base64", b64encode(bytes(31)).decode()])
def test_a_strange_public_key_signs_nothing(key):
    assert not signing.is_signed(b"\x72", b64encode(SIGNATURE).decode(), key)


def test_a_key_that_was_replaced_is_still_known(settings):
    settings.SIGNING_KEY = SEED
    old, old_name, signed = signing.public_key_text(), signing.key_id(), signing.sign(b"a file of last year")
    settings.SIGNING_KEY = bytes(range(32))
    settings.RETIRED_SIGNING_KEYS = [old]
    assert signing.key_id() != old_name
    assert signing.known_keys() == {signing.key_id(): signing.public_key_text(), old_name: old}
    assert signing.is_signed(b"a file of last year", signed, signing.known_keys()[old_name])
    assert not signing.is_signed(b"a file of last year", signed, signing.public_key_text())
