"""How messages leave the house: one interface, the way is named in settings.MESSAGE_TRANSPORT."""

from __future__ import annotations

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from common.crypto import masked_phone

logger = logging.getLogger(__name__)


class NotSent(Exception):
    """The message did not leave; it is tried again later."""


class Transport(Protocol):
    """A way out for short texts."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Hand over one text. `key` is the same at every try, so that a provider can refuse doubles. Raises NotSent."""


class ConsoleTransport:
    """Writes to the log what would be sent, the number masked: the default until a provider is configured."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Log it."""
        logger.info("message %s to %s: %s", key, masked_phone(phone), text)


def transport() -> Transport:
    """The configured way."""
    made: Transport = import_string(settings.MESSAGE_TRANSPORT)()
    return made
