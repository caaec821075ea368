"""Signing an acceptance sheet: bound to what it says, for or against, by the party's own account or at the clerk's screen."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import roles_for
from common.crypto import seal, unseal
from common.errors import InvalidInput, NotAllowed, given_reason
from lifecycle.acceptance import AT_THE_DESK, department_of
from lifecycle.choices import PartyKind, SheetState, SignWay
from lifecycle.models import SheetParty, Signature
from lifecycle.operations.sheets import SheetMoved, locked_sheet, require_state
from lifecycle.strokes import NoSignature, checked_path
from projects.models import Project


def signs_for(user: User, project: Project, department: str) -> bool:
    """Whether a post of the user is in that department and reaches the project's county."""
    roles, county = roles_for("acceptance.sign"), project.region.path
    return user.may("acceptance.sign", county) and any(
        post.role in roles and county.startswith(post.region.path) and department_of(post.department) == department
        for post in user.current_posts
    )


def may_sign(user: User, party: SheetParty, project: Project) -> str:
    """How the user may take this party's signature: "account", "desk", or "" for not at all.

    A department signs on an account of its own. Everybody else, and the sub-district office, whose accounts do not reach the county,
    signs at the screen of the county's clerk; departments too where ACCEPTANCE_DEPARTMENTS_AT_DESK says so.
    """
    if party.kind == PartyKind.DEPARTMENT:
        if signs_for(user, project, party.department):
            return "account"
        if party.department not in AT_THE_DESK and not settings.ACCEPTANCE_DEPARTMENTS_AT_DESK:
            return ""
    return "desk" if user.may("acceptance.prepare", project.region.path) else ""


def _plain(name: str) -> str:
    return "".join(name.split())


def _drawn(drawing: str) -> str:
    try:
        return checked_path(drawing)
    except NoSignature as error:
        words = {
            "unreadable": _("The drawn signature cannot be read. Draw it again, or type the name alone."),
            "outside": _("The drawn signature lies outside the field. Draw it again."),
            "too_little": _("The drawn signature is too short. Draw it again, or type the name alone."),
        }
        raise InvalidInput(words[error.reason], details={"drawing": words[error.reason]}) from error


def _whose_name(party: SheetParty, way: str, name: str, actor: User) -> None:
    """The typed name must be the account's own, or the representative's as the sheet names them."""
    if not name:
        raise InvalidInput(_("Type the full name of who signs."), details={"name": _("Type the full name of who signs.")})
    if way == "account" and _plain(name) != _plain(actor.name):
        message = _("Type the name of this account: %(name)s. Nobody signs for somebody else.") % {"name": actor.name}
        raise InvalidInput(message, details={"name": message})
    if party.kind == PartyKind.RESIDENT and _plain(name) != _plain(unseal(party.name_sealed)):
        message = _("The sheet names somebody else here. Only the representative named on it signs.")
        raise InvalidInput(message, details={"name": message})


@transaction.atomic
def sign(
    *, party: SheetParty, seen: str, agrees: bool, name: str, reason: str = "", drawing: str = "", actor: User, at: datetime.datetime
) -> Signature:
    """Write down a party's word on the sheet in the state `seen` (its content hash), for or, with a reason, against. Append-only.

    The newest word of a party counts. Raises NotAllowed, SheetMoved when the sheet is not being signed or says something else by now,
    InvalidInput for a name that is not the party's, a drawing that is none, or "against" without a reason.
    """
    sheet = locked_sheet(party.sheet_id)
    party = SheetParty.objects.get(pk=party.pk)
    way = may_sign(actor, party, sheet.project)
    if not way:
        raise NotAllowed(_("This party does not sign on this account."), details={"action": "acceptance.sign"})
    require_state(sheet, SheetState.HELD)
    if party.removed_at:
        raise SheetMoved(_("This party is taken off already."))
    if seen != sheet.content_hash:
        raise SheetMoved(_("The sheet has changed since this page was opened. Read it again, then sign."))
    name = name.strip()[:60]
    _whose_name(party, way, name, actor)
    path = _drawn(drawing) if way == "desk" else ""
    return Signature.objects.create(
        party=party,
        content_hash=sheet.content_hash,
        agrees=agrees,
        reason="" if agrees else given_reason(reason),
        way=SignWay.ACCOUNT if way == "account" else SignWay.DRAWN if path else SignWay.TYPED,
        name_sealed=seal(name),
        drawing=path,
        recorded_at=at,
        recorded_by=actor,
    )
