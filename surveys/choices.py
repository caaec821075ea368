"""Words of rounds (DOMAIN.md section 6)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundKind(TextChoices):
    """What households are asked."""

    WILLINGNESS = "willingness", _("Willingness")
    OPINIONS = "opinions", _("Opinions on the scheme")
    SCHEME = "scheme", _("Vote on the scheme")
    SATISFACTION = "satisfaction", _("Satisfaction")
    LEGAL = "legal", _("Matter of the owners")


class Matter(TextChoices):
    """Matters that the owners decide together by Civil Code Art. 278."""

    FUND_USE = "fund_use", _("Use of the maintenance fund")
    FUND_RAISING = "fund_raising", _("Raising the maintenance fund")
    LIFT = "lift", _("Lift for one stairwell")
    COMMON_PARTS = "common_parts", _("Change or business use of common parts")


class RoundState(TextChoices):
    """A round's way. KEYING: closed for voters, sheets handed in before the closing are still being keyed."""

    DRAFT = "draft", pgettext_lazy("round", "Draft")
    ANNOUNCED = "announced", pgettext_lazy("round", "Announced")
    OPEN = "open", pgettext_lazy("round", "Open")
    KEYING = "keying", pgettext_lazy("round", "Paper being keyed")
    CLOSED = "closed", pgettext_lazy("round", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("round", "Cancelled")


# state -> the states it may go to; the database refuses every other way (trigger "round_goes_its_way")
WAYS: dict[RoundState, tuple[RoundState, ...]] = {
    RoundState.DRAFT: (RoundState.ANNOUNCED, RoundState.CANCELLED),
    RoundState.ANNOUNCED: (RoundState.OPEN, RoundState.DRAFT, RoundState.CANCELLED),
    RoundState.OPEN: (RoundState.KEYING, RoundState.CLOSED, RoundState.CANCELLED),
    RoundState.KEYING: (RoundState.CLOSED,),
    RoundState.CLOSED: (),
    RoundState.CANCELLED: (),
}


class Channel(TextChoices):
    """How a ballot came in."""

    PHONE = "phone", pgettext_lazy("ballot", "Phone")
    VISIT = "visit", _("At the door")
    PAPER = "paper", pgettext_lazy("ballot", "Paper")


class Verdict(IntegerChoices):
    """What a ballot says to the deciding question. NONE: there is no yes or no; the answer itself counts."""

    AGREE = 1, _("Agree")
    AGAINST = 0, _("Disagree")
    ABSTAIN = 2, _("Abstain")
    NONE = 3, _("Answered")


class VisitOutcome(TextChoices):
    """What a visit brought when it brought no ballot: recorded, never counted."""

    ABSENT = "absent", _("Nobody at home")
    REFUSED = "refused", _("Refused to answer")
    TIE = "tie", _("Owners of the flat are divided: no majority")


class CallOutcome(TextChoices):
    """What the household said when called back about a ballot entered for it."""

    WAITING = "waiting", pgettext_lazy("call-back", "Waiting")
    CONFIRMED = "confirmed", pgettext_lazy("call-back", "Confirmed")
    DENIED = "denied", pgettext_lazy("call-back", "Denied")
    UNREACHABLE = "unreachable", pgettext_lazy("call-back", "Not reached")


class SheetState(TextChoices):
    """A paper sheet's way: keyed by one, keyed by a second, equal or settled by a third."""

    FIRST = "first", _("Waits for the first keying")
    SECOND = "second", _("Waits for the second keying")
    DIFFERS = "differs", _("Keyed differently: waits for a third person")
    COUNTED = "counted", _("Counted")
    VOID = "void", _("Not valid")


class ReviewKind(TextChoices):
    """What looks unusual. A review drops no vote."""

    ONE_DEVICE = "one_device", _("Many households from one device")
    ONE_ACCOUNT = "one_account", _("Many ballots by one account")
    NIGHT = "night", _("Burst of ballots at night")
    STAFF_SHARE = "staff_share", _("Large share entered by staff")
    DENIED_CALL = "denied_call", _("Household denies its ballot")
    CODE_GUESSING = "code_guessing", _("Many wrong codes")


class ObjectionState(TextChoices):
    """An objection freezes the gate while it is open."""

    OPEN = "open", pgettext_lazy("objection", "Open")
    UPHELD = "upheld", pgettext_lazy("objection", "Upheld: the ballot does not count")
    DISMISSED = "dismissed", pgettext_lazy("objection", "Dismissed: the ballot stands")


class BatchItemState(TextChoices):
    """One community of many for which rounds are opened together."""

    WAITING = "waiting", pgettext_lazy("batch", "Waiting")
    DONE = "done", pgettext_lazy("batch", "Done")
    FAILED = "failed", pgettext_lazy("batch", "Not possible")
