"""What facilities refuse."""

from common.errors import DomainError


class LostUpdate(DomainError):
    """Somebody else saved this facility in between."""

    code = "lost_update"
