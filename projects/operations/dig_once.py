"""Digging once: what owners confirm, other days proposed to them, reasons for clashes that stay, roads and their pavings."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, NotAllowed, given_reason
from projects.choices import Condition, OwnerAnswer, PipeOwner, SpecialState, StretchKind
from projects.ground import ground_of
from projects.models import OwnerConfirmation, Paving, Project, SpecialWork, Stretch, WindowDecision, WindowProposal
from projects.operations.special import CHANGEABLE, SpecialWorkMoved, locked_special_work, require_owner
from projects.operations.works import ProjectLocked, locked_project
from projects.queries import special_works_of
from regions.choices import Level
from regions.models import Region


def _check_answer(
    owner: str, answer: str, party: str, reason: str, own: Collection[SpecialWork], joined: Collection[SpecialWork]
) -> dict[str, str]:
    errors = {}
    if answer not in OwnerAnswer.values:
        errors["answer"] = _("Choose the owner's answer.")
    if not party.strip():
        errors["party"] = _("Enter who confirmed it.")
    if answer == OwnerAnswer.JOINS and not joined:
        errors["works"] = _("Choose the special works with which the owner joins.")
    elif strange := [work for work in joined if work.pk not in {each.pk for each in own}]:
        errors["works"] = _("“%(title)s” is no special work of this owner in this project.") % {"title": strange[0].title}
    if answer == OwnerAnswer.NONE and own:
        errors["answer"] = _("This owner has filed “%(title)s” here: it joins, or it cannot.") % {"title": own_title(own)}
    if answer == OwnerAnswer.CANNOT and not reason.strip():
        errors["reason"] = _("Say why the owner cannot join.")
    return errors


def own_title(own: Collection[SpecialWork]) -> str:
    """The first work's title."""
    return next(iter(own)).title


@transaction.atomic
def confirm_owner(
    *,
    project: Project,
    owner: str,
    answer: str,
    party: str,
    confirmed_on: datetime.date,
    actor: User,
    at: datetime.datetime,
    works: Sequence[SpecialWork] = (),
    reason: str = "",
    number: str = "",
) -> OwnerConfirmation:
    """Record what an owner says of a project before its yards are opened; a newer answer supersedes, all stay on record.

    The owner's staff for themselves, the county's on behalf of any. The same answer again gives the row that stands. Raises
    InvalidInput with a sentence per field, ProjectLocked for a withdrawn project, NotAllowed for another owner.
    """
    project = locked_project(project.pk)
    require_owner(actor, owner, project.region.path)
    if project.condition == Condition.WITHDRAWN:
        raise ProjectLocked(_("The project is withdrawn: it cannot be changed."))
    own = [work for work in special_works_of(project) if work.owner == owner]
    joined = list(works) if answer == OwnerAnswer.JOINS else []
    errors = _check_answer(owner, answer, party, reason, own, joined)
    if owner not in PipeOwner.values:
        errors["owner"] = _("Choose the owner.")
    if confirmed_on > timezone.localdate(at):
        errors["confirmed_on"] = _("The day lies in the future.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    values = {
        "answer": answer, "party": party.strip()[:100], "number": number.strip()[:60], "confirmed_on": confirmed_on,
        "reason": reason.strip()[:300] if answer == OwnerAnswer.CANNOT else "",
    }  # fmt: skip
    newest = OwnerConfirmation.objects.filter(project=project, owner=owner).prefetch_related("works").order_by("-pk").first()
    if newest and all(getattr(newest, name) == value for name, value in values.items()) and set(newest.works.all()) == set(joined):
        return newest
    row = OwnerConfirmation.objects.create(project=project, owner=owner, recorded_at=at, recorded_by=actor, **values)
    for work in joined:
        row.joined.create(work=work)
    return row


@transaction.atomic
def give_clash_reason(*, work: SpecialWork, reason: str, actor: User, at: datetime.datetime) -> SpecialWork:
    """The owner says why the clashes of a work cannot be avoided, in whatever state it is; gates take that for an answer."""
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    if work.state == SpecialState.WITHDRAWN:
        raise SpecialWorkMoved(_("“%(title)s” has begun or is withdrawn: it cannot be changed.") % {"title": work.title})
    work.unavoidable = given_reason(reason)
    with pghistory.context(reason=work.unavoidable):
        work.save()
    return work


@transaction.atomic
def propose_window(
    *, work: SpecialWork, starts_on: datetime.date, ends_on: datetime.date, note: str, actor: User, at: datetime.datetime
) -> WindowProposal:
    """The county or city proposes other days to an owner; the same proposal again gives the row that waits.

    Raises SpecialWorkMoved once the work runs, InvalidInput for days in the wrong order or while another proposal waits.
    """
    work = locked_special_work(work)
    actor.require("special.coordinate", work.region.path)
    if work.state not in CHANGEABLE:
        raise SpecialWorkMoved(_("“%(title)s” has begun or is withdrawn: it cannot be changed.") % {"title": work.title})
    words = given_reason(note)
    if ends_on < starts_on:
        message = _("Completion lies before the start.")
        raise InvalidInput(message, details={"ends_on": message})
    waiting = work.proposals.filter(decision__isnull=True).first()
    if waiting and (waiting.starts_on, waiting.ends_on) == (starts_on, ends_on):
        return waiting
    if waiting:
        raise InvalidInput(_("A proposal for this work waits for the owner's answer already."))
    return work.proposals.create(starts_on=starts_on, ends_on=ends_on, note=words, recorded_at=at, recorded_by=actor)


@transaction.atomic
def decide_window(*, proposal: WindowProposal, accept: bool, actor: User, at: datetime.datetime, reason: str = "") -> WindowDecision:
    """The owner accepts the proposed days, which then are the work's planned ones, or refuses them with a reason. Once.

    Whoever proposed them does not decide. Raises InvalidInput when it is decided already or without a reason for a refusal,
    SpecialWorkMoved once the work runs.
    """
    work = locked_special_work(proposal.work)
    require_owner(actor, work.owner, work.region.path)
    if proposal.recorded_by_id == actor.pk:
        raise NotAllowed(_("Who proposed the days does not decide on them."))
    if WindowDecision.objects.filter(proposal=proposal).exists():
        raise InvalidInput(_("This proposal is decided already."))
    if accept and work.state not in CHANGEABLE:
        raise SpecialWorkMoved(_("“%(title)s” has begun or is withdrawn: it cannot be changed.") % {"title": work.title})
    words = reason.strip()[:300] if accept else given_reason(reason)
    decision = WindowDecision.objects.create(proposal=proposal, accepted=accept, reason=words, recorded_at=at, recorded_by=actor)
    if accept:
        work.planned_start_on, work.planned_completion_on = proposal.starts_on, proposal.ends_on
        with pghistory.context(reason=proposal.note):
            work.save()
            if work.unavoidable and not ground_of(works=[work.pk]).clashes_of_work(work):
                work.unavoidable = ""
                work.save()
    return decision


# --- roads and their pavings ------------------------------------------------------------------------------------------


@transaction.atomic
def add_road(*, region: Region, name: str, actor: User, at: datetime.datetime) -> Stretch:
    """Name a stretch of road of a county; the one that has the name already is returned. Raises InvalidInput without a name."""
    actor.require("special.file", region.path)
    if region.level != Level.COUNTY:
        raise InvalidInput(_("A road belongs to a county-level unit."))
    name = " ".join(name.split())[:100]
    if not name:
        message = _("Name the stretch of road.")
        raise InvalidInput(message, details={"name": message})
    found = Stretch.objects.filter(region=region, kind=StretchKind.ROAD, name=name).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return Stretch.objects.create(region=region, kind=StretchKind.ROAD, name=name)
    except IntegrityError:
        return Stretch.objects.get(region=region, kind=StretchKind.ROAD, name=name)


@transaction.atomic
def record_paving(
    *, stretch: Stretch, paved_on: datetime.date, actor: User, at: datetime.datetime, number: str = "", note: str = ""
) -> Paving:
    """Record the day on which a surface was made, of a road or of a yard outside any project; the same day again is one row."""
    stretch = Stretch.objects.select_related("region").select_for_update(of=("self",)).get(pk=stretch.pk)
    actor.require("special.coordinate", stretch.region.path)
    if paved_on > timezone.localdate(at):
        message = _("The day lies in the future.")
        raise InvalidInput(message, details={"paved_on": message})
    same = stretch.pavings.filter(paved_on=paved_on, voids__isnull=True, voided_by__isnull=True).first()
    return same or stretch.pavings.create(
        paved_on=paved_on, number=number.strip()[:60], note=note.strip()[:300], recorded_at=at, recorded_by=actor
    )


@transaction.atomic
def void_paving(*, paving: Paving, reason: str, actor: User, at: datetime.datetime) -> Paving:
    """Say that a paving was recorded by mistake, with a reason: a further row, the first one stays readable."""
    stretch = Stretch.objects.select_related("region").select_for_update(of=("self",)).get(pk=paving.stretch_id)
    actor.require("special.coordinate", stretch.region.path)
    words = given_reason(reason)
    if paving.voids_id or Paving.objects.filter(voids=paving).exists():
        raise InvalidInput(_("This paving does not count already."))
    return stretch.pavings.create(
        paved_on=paving.paved_on, number=paving.number, note=words, voids=paving, recorded_at=at, recorded_by=actor
    )
