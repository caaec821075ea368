"""What went wrong, in words that a user can act on."""

from typing import Any


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
