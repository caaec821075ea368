"""What the register refuses, by name."""

from common.errors import DomainError


class LostUpdate(DomainError):
    """Somebody else saved the row since the form was opened; `details` holds who, when and the current version."""

    code = "lost_update"


class MergedAway(DomainError):
    """The community was merged into another: it is kept as a record and no longer changed."""

    code = "merged_away"


class CannotMerge(DomainError):
    """Two communities cannot be merged; `details["reasons"]` holds every reason as a sentence."""

    code = "cannot_merge"
