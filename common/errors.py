"""What went wrong, in words that a user can act on."""

from typing import Any

from django.db import DataError
from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule of the field said no.

    `code` is stable and machine-readable, `message` is a translated sentence for the user (what is wrong, how to mend
    it), `details` carries the figures or the rows behind it, `status` is the HTTP status a view answers with.
    """

    code = "domain_error"
    status = 409

    def __init__(self, message: str, *, code: str | None = None, details: Any = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code or self.code
        self.details = details


class NotAllowed(DomainError):
    """The actor lacks the right for this action in this region."""

    code = "not_allowed"
    status = 403


class InvalidInput(DomainError):
    """Values that cannot be accepted; `details` maps field names to messages."""

    code = "invalid_input"
    status = 400


def given_reason(reason: str, *, most: int = 300) -> str:
    """The reason without surrounding white space. Raises InvalidInput (`reason`) when there is none, or more than `most` characters:
    what stands for ever beside a decision is neither empty nor cut off."""
    words = reason.replace("\x00", "").strip()
    if not words:
        raise InvalidInput(_("Give the reason."), details={"reason": _("Give the reason.")})
    if len(words) > most:
        message = _("The reason is too long: %(most)s characters at most.") % {"most": most}
        raise InvalidInput(message, details={"reason": message})
    return words


def unstorable(exception: Exception) -> InvalidInput | None:
    """The refusal that stands for an error of the database driver over a value of the reader; None for any other error.

    Forms and filters say which field is wrong. What slips past them - a number of forty digits in an address, a NUL in
    a region's code - must be an answer all the same, not a breakdown.
    """
    said = isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)
    if isinstance(exception, DataError | UnicodeEncodeError) or said:
        return InvalidInput(_("A value is too large, too long or holds characters that cannot be stored. Correct it and send it again."))
    return None
