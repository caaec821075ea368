"""Rounds for many communities: ordered once, made one by one, each in a transaction of its own."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput
from communities.models import Community
from projects.models import Project
from projects.queries import newest_scheme
from regions.models import Region
from surveys.choices import BatchItemState, RoundKind
from surveys.library import by_code
from surveys.models import Round, RoundBatch, RoundBatchItem
from surveys.operations.rounds import Plan, announce_round, draft_round
from surveys.planning import plan_from_library, plan_from_round

SLACK = datetime.timedelta(hours=1)  # for the worker, between the order and the last announcement


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of many communities. `source`: "library:CODE" or "round:KEY" of an earlier round."""

    source: str
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    contact: str = ""
    remind: bool = True
    announce: bool = True


def kind_of(source: str, actor: User) -> str:
    """The kind of round that the source makes. Raises InvalidInput for none, and for owners' matters, which are each their own."""
    origin, _colon, key = source.partition(":")
    kind = ""
    if origin == "library":
        found = by_code(key)
        kind = found.kind if found else ""
    elif origin == "round" and key.isdecimal():
        earlier = Round.objects.visible_to(actor, "rounds.manage").filter(pk=key, created_by=actor).first()
        kind = earlier.kind if earlier else ""
    if not kind or kind == RoundKind.LEGAL:
        message = _("Choose a questionnaire, or an earlier round to copy.")
        raise InvalidInput(message, details={"source": message})
    return kind


def _checked(order: Order, chosen: Sequence[tuple[Community, Project]], at: datetime.datetime) -> None:
    faults: dict[str, str] = {}
    earliest = at + datetime.timedelta(days=settings.ROUND_PUBLICITY_DAYS) + SLACK
    if order.announce and order.opens_at < earliest:
        faults["opens_at"] = _("A round is published %(days)s days before it opens: not before %(day)s.") % {
            "days": settings.ROUND_PUBLICITY_DAYS,
            "day": timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M"),
        }
    if order.closes_at <= order.opens_at:
        faults["closes_at"] = _("The closing lies before the opening.")
    elif order.closes_at - order.opens_at > datetime.timedelta(days=settings.ROUND_LONGEST_DAYS):
        faults["closes_at"] = _("A round lasts %(days)s days at most.") % {"days": settings.ROUND_LONGEST_DAYS}
    if not chosen:
        faults["communities"] = _("Choose at least one community.")
    if faults:
        raise InvalidInput(" ".join(faults.values()), details=faults)


def _common_region(communities: Sequence[Community]) -> Region:
    """The smallest region that holds them all."""
    shared = communities[0].region.codes
    for community in communities:
        both = zip(shared, community.region.codes, strict=False)
        shared = [one for one, other in both if one == other]
    return Region.objects.get(code=shared[-1])


@transaction.atomic
def order_rounds(*, order: Order, chosen: Sequence[tuple[Community, Project]], actor: User, at: datetime.datetime) -> RoundBatch:
    """Write down the order with one waiting row for each community. Raises InvalidInput naming each fault, NotAllowed for a
    community in which the actor may open no round."""
    kind = kind_of(order.source, actor)
    _checked(order, chosen, at)
    for community, _project in chosen:
        actor.require("rounds.manage", community.region.path)
    batch = RoundBatch.objects.create(
        region=_common_region([community for community, _project in chosen]),
        kind=kind,
        source=order.source,
        opens_at=order.opens_at,
        closes_at=order.closes_at,
        contact=order.contact.strip(),
        remind=order.remind,
        announce=order.announce,
        language=get_language() or settings.LANGUAGE_CODE,
        created_at=at,
        created_by=actor,
    )
    RoundBatchItem.objects.bulk_create(
        [RoundBatchItem(batch=batch, community=community, project=project) for community, project in chosen], batch_size=1000
    )
    return batch


def _plan(item: RoundBatchItem, at: datetime.datetime) -> Plan:
    batch, project = item.batch, item.project
    scheme = newest_scheme(project) if project else None
    origin, _colon, key = batch.source.partition(":")
    if origin == "round":
        plan = plan_from_round(Round.objects.get(pk=key), scheme, at)
    else:
        questionnaire = by_code(key)
        if questionnaire is None:
            raise InvalidInput(_("Choose a questionnaire, or an earlier round to copy."))
        plan = plan_from_library(questionnaire, scheme, at)
    return replace(
        plan,
        project=project,
        opens_at=batch.opens_at,
        closes_at=batch.closes_at,
        contact=batch.contact or plan.contact,
        remind=batch.remind,
    )


@transaction.atomic
def open_next(*, batch: RoundBatch, at: datetime.datetime) -> bool:
    """Make the round of the next waiting community of a batch; False when none waits that nobody else is at.

    The row is locked until its round is there (SKIP LOCKED): killed in between, nothing of it stays and the next worker takes it.
    What a rule refuses is written down with its sentence and the batch goes on. Made in the name of whoever ordered it,
    whose right is asked again.
    """
    waiting = RoundBatchItem.objects.select_for_update(skip_locked=True, of=("self",)).filter(batch=batch, state=BatchItemState.WAITING)
    item = waiting.select_related("batch__created_by", "community__region", "project__region").order_by("pk").first()
    if item is None:
        return False
    with translation.override(item.batch.language):
        try:
            with transaction.atomic():
                round_ = draft_round(community=item.community, plan=_plan(item, at), actor=item.batch.created_by, at=at)
                if item.batch.announce:
                    round_ = announce_round(round_=round_, actor=item.batch.created_by, at=at)
        except DomainError as error:
            item.state, item.problem = BatchItemState.FAILED, str(error.message)[:300] or "—"
        else:
            item.state, item.round = BatchItemState.DONE, round_
    item.done_at = at
    item.save()
    return True


@transaction.atomic
def try_again(*, batch: RoundBatch, actor: User, at: datetime.datetime) -> int:
    """Put the communities for which it was not possible back in the queue, after their cause was mended; how many."""
    actor.require("rounds.manage", None if batch.created_by_id == actor.pk else batch.region.path)
    rows = RoundBatchItem.objects.select_for_update().filter(batch=batch, state=BatchItemState.FAILED)
    return rows.update(state=BatchItemState.WAITING, problem="", done_at=None)
