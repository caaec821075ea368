"""What a round refuses, in words that a resident or a clerk can act on."""

from common.errors import DomainError


class RoundMoved(DomainError):
    """The round is not in the state that this step needs: usually somebody else was faster, or the clock."""

    code = "round_moved"


class RoundClosed(DomainError):
    """The round takes no ballots now: not yet, or not any more."""

    code = "round_closed"


class CodeRefused(DomainError):
    """The household code is wrong, foreign or no longer in use; which of them is not said."""

    code = "code_refused"
    status = 422


class TooManyTries(DomainError):
    """Too many wrong codes from one place; wait."""

    code = "too_many_tries"
    status = 429


class AnswersMissing(DomainError):
    """The form has faults; `details` maps question codes to sentences."""

    code = "answers_missing"
    status = 422


class CannotEnter(DomainError):
    """This entry by staff is not possible: the same person twice, a sheet that is settled, no document for a proxy."""

    code = "cannot_enter"


class ObjectionRefused(DomainError):
    """No objection now: outside its period, or one is open already."""

    code = "objection_refused"


class CountsDisagree(DomainError):
    """Two ways of counting the same round differ: nothing is published until somebody has looked."""

    code = "counts_disagree"
