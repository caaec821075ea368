"""A round's way: drafted, announced, opened with its roll frozen, extended, closed, cancelled."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput, given_reason
from communities.models import Building, Community
from projects.models import Project
from regions.models import Region
from surveys.choices import Matter, RoundKind, RoundState, SheetState
from surveys.codes import new_round_code, new_secret
from surveys.errors import RoundMoved
from surveys.models import RollEntry, Round
from surveys.operations.publishing import publish
from surveys.rolls import entries_from_registry, figures_of, registered
from surveys.rules import BadQuestions, Question, check_questions

CODE_TRIES = 5
# the answer itself counts: no question decides
WITHOUT_DECISION = {RoundKind.OPINIONS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round shall be. `questions` as in rules.py; `facts` what the voting page says of the scheme."""

    kind: str
    title_zh: str
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    questions: Sequence[Question]
    title_en: str = ""
    matter: str = ""
    project: Project | None = None
    building: Building | None = None
    unit: str = ""
    scheme_version: int | None = None
    questionnaire: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    contact: str = ""
    remind: bool = True


def locked_round(pk: int) -> Round:
    """The round's row, locked against its own changes and against ballots until the transaction ends, with its community."""
    return Round.objects.select_related("community__region", "project").select_for_update(of=("self",)).get(pk=pk)


def require_state(round_: Round, *states: RoundState) -> None:
    """Raise RoundMoved unless the round is in one of the states."""
    if round_.state not in states:
        raise RoundMoved(
            _("The round is now “%(now)s”; this step needs “%(needed)s”. Load the page again.")
            % {"now": round_.get_state_display(), "needed": states[0].label}
        )


def _checked(plan: Plan, community: Community, at: datetime.datetime) -> None:
    """Raise InvalidInput with every fault of the plan."""
    faults = _subject_checked(plan) | _belonging_checked(plan, community) | _times_checked(plan.opens_at, plan.closes_at, at)
    try:
        check_questions(plan.questions, deciding=plan.kind not in WITHOUT_DECISION)
    except BadQuestions as bad:
        faults["questions"] = question_fault(bad, plan.questions)
    if faults:
        raise InvalidInput(" ".join(faults.values()), details=faults)


def _subject_checked(plan: Plan) -> dict[str, str]:
    """What is asked."""
    faults: dict[str, str] = {}
    if not plan.title_zh.strip():
        faults["title_zh"] = _("Give the round a title.")
    if plan.kind not in RoundKind.values:
        faults["kind"] = _("Choose what the households are asked.")
    if (plan.kind == RoundKind.LEGAL) != (plan.matter in Matter.values):
        faults["matter"] = _("A matter of the owners says which one it is; other rounds have none.")
    if plan.kind == RoundKind.SCHEME and plan.scheme_version is None:
        faults["scheme_version"] = _("A vote binds one version of the scheme. Draw the scheme first.")
    if (plan.matter == Matter.LIFT) != bool(plan.building and plan.unit):
        faults["unit"] = _("A lift concerns one stairwell. Choose its building and stairwell.")
    return faults


def _belonging_checked(plan: Plan, community: Community) -> dict[str, str]:
    """Whom and which project it concerns."""
    faults: dict[str, str] = {}
    if plan.kind != RoundKind.LEGAL and plan.project is None:
        faults["project"] = _("Choose the project whose gate this round is for.")
    if plan.project and not plan.project.entries.filter(community=community, removed_on__isnull=True).exists():
        faults["project"] = _("The community does not belong to this project.")
    if plan.building and plan.building.community_id != community.pk:
        faults["unit"] = _("The building does not belong to this community.")
    return faults


def _times_checked(opens_at: datetime.datetime, closes_at: datetime.datetime, at: datetime.datetime) -> dict[str, str]:
    if closes_at <= opens_at:
        return {"closes_at": _("The closing lies before the opening.")}
    if closes_at <= at:
        return {"closes_at": _("The closing lies in the past.")}
    if closes_at - opens_at > datetime.timedelta(days=settings.ROUND_LONGEST_DAYS):
        return {"closes_at": _("A round lasts %(days)s days at most.") % {"days": settings.ROUND_LONGEST_DAYS}}
    return {}


def question_fault(bad: BadQuestions, questions: Sequence[Question]) -> str:
    """The fault as a sentence that says which question, by its number, and what to do."""
    words = {
        "empty": _("A round asks at least one question."),
        "codes_repeat": _("Every question has a mark of its own."),
        "form": _("Choose how the question is answered."),
        "text_missing": _("Write the question and its answers in Chinese."),
        "two_options": _("A choice needs at least two answers."),
        "options_repeat": _("Every answer has a mark of its own."),
        "one_decides": _("Exactly one question decides. Mark it."),
        "none_decides": _("In a round of opinions no question decides: the answer itself counts."),
        "deciding_form": _("The question that decides is one required choice, and each answer says how it counts."),
    }
    number = next((place for place, question in enumerate(questions, 1) if bad.where and question.get("code") == bad.where), 0)
    return _("Question %(number)s: %(fault)s") % {"number": number, "fault": words[bad.what]} if number else words[bad.what]


def place_of(community: Community) -> dict[str, str]:
    """Names for the pages, kept with the round: community, and city with county in both languages."""
    names = {region.code: region for region in Region.objects.filter(code__in=community.region.codes[1:3])}
    regions = [names[code] for code in community.region.codes[1:3] if code in names]
    return {
        "community": community.name,
        "zh": "".join(region.name_zh for region in regions),
        "en": ", ".join(region.name_en or region.name_zh for region in reversed(regions)),
    }


def _put(round_: Round, plan: Plan) -> None:
    for name in ("kind", "matter", "project", "building", "unit", "scheme_version", "questionnaire", "opens_at", "closes_at", "remind"):
        setattr(round_, name, getattr(plan, name))
    round_.title_zh, round_.title_en = plan.title_zh.strip(), plan.title_en.strip()
    round_.questions, round_.facts, round_.contact = list(plan.questions), dict(plan.facts), plan.contact.strip()


def _save(round_: Round) -> None:
    try:
        with transaction.atomic():
            round_.save()
    except IntegrityError as error:
        if "round_once_at_a_time" in str(error):
            raise RoundMoved(
                _("A round of this kind is being prepared or runs in %(name)s already.") % {"name": round_.community.name}
            ) from error
        raise


@transaction.atomic
def draft_round(*, community: Community, plan: Plan, actor: User, at: datetime.datetime, synthetic: bool = False) -> Round:
    """Prepare a round. Raises InvalidInput naming each fault, RoundMoved when one of the kind runs in the community already."""
    actor.require("rounds.manage", community.region.path)
    _checked(plan, community, at)
    round_ = Round(
        community=community,
        secret=new_secret(),
        created_at=at,
        created_by=actor,
        objection_days=settings.ROUND_OBJECTION_DAYS,
        place=place_of(community),
        synthetic=synthetic or community.synthetic,
    )
    _put(round_, plan)
    for _try in range(CODE_TRIES):
        round_.code = new_round_code()
        if not Round.objects.filter(code=round_.code).exists():
            break
    _save(round_)
    return round_


@transaction.atomic
def change_round(*, round_: Round, plan: Plan, actor: User, at: datetime.datetime) -> Round:
    """Change a draft. What is announced is fixed: it is first taken back to a draft, which ends its publicity."""
    round_ = locked_round(round_.pk)
    actor.require("rounds.manage", round_.community.region.path)
    require_state(round_, RoundState.DRAFT)
    _checked(plan, round_.community, at)
    _put(round_, plan)
    _save(round_)
    return round_


@transaction.atomic
def announce_round(*, round_: Round, actor: User, at: datetime.datetime) -> Round:
    """Publish the round: its publicity period begins. It opens by itself at its time.

    Raises InvalidInput when the opening comes before the end of the publicity period, or the registry holds no household.
    """
    round_ = locked_round(round_.pk)
    actor.require("rounds.manage", round_.community.region.path)
    require_state(round_, RoundState.DRAFT)
    earliest = at + datetime.timedelta(days=settings.ROUND_PUBLICITY_DAYS)
    if round_.opens_at < earliest - datetime.timedelta(minutes=1):
        message = _("A round is published %(days)s days before it opens: not before %(day)s.") % {
            "days": settings.ROUND_PUBLICITY_DAYS,
            "day": timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M"),
        }
        raise InvalidInput(message, details={"opens_at": message})
    if not registered(round_).exists():
        raise InvalidInput(_("No household of %(name)s is registered. Enter the households first.") % {"name": round_.community.name})
    round_.state, round_.announced_at = RoundState.ANNOUNCED, at
    round_.save()
    return round_


@transaction.atomic
def take_back_announcement(*, round_: Round, reason: str, actor: User, at: datetime.datetime) -> Round:
    """Make an announced round a draft again, with a reason; its publicity begins anew when it is announced again."""
    round_ = locked_round(round_.pk)
    actor.require("rounds.manage", round_.community.region.path)
    require_state(round_, RoundState.ANNOUNCED)
    round_.state, round_.announced_at, round_.reason = RoundState.DRAFT, None, given_reason(reason)
    with pghistory.context(reason=round_.reason):
        round_.save()
    return round_


@transaction.atomic
def open_round(*, round_: Round, at: datetime.datetime) -> Round:
    """Open an announced round whose time has come, and freeze its roll from the registry. Called by the clock.

    Raises RoundMoved when it is not announced (any more), its time has not come or has passed whole (a server that stood still
    for days must not publish a result that nobody could vote in), InvalidInput when the registry is empty.
    """
    round_ = locked_round(round_.pk)
    require_state(round_, RoundState.ANNOUNCED)
    if at < round_.opens_at:
        raise RoundMoved(_("The round opens later."))
    if at >= round_.closes_at:
        raise RoundMoved(_("The round was not opened in time: nobody could have voted. Take the announcement back and announce it again."))
    entries = entries_from_registry(round_)
    if not entries:
        raise InvalidInput(_("No household of %(name)s is registered. Enter the households first.") % {"name": round_.community.name})
    RollEntry.objects.bulk_create(entries, batch_size=2000)
    figures = figures_of(entries)
    round_.roll_hash, round_.roll_count = figures.digest, figures.households
    round_.roll_area, round_.roll_heads = figures.area, figures.heads
    round_.place, round_.state, round_.opened_at = place_of(round_.community), RoundState.OPEN, at
    round_.save()
    return round_


@transaction.atomic
def extend_round(*, round_: Round, closes_at: datetime.datetime, reason: str, actor: User, at: datetime.datetime) -> Round:
    """Give an open round more time: with a reason, ROUND_EXTENSIONS times, ROUND_EXTENSION_DAYS days each, never less time."""
    round_ = locked_round(round_.pk)
    actor.require("rounds.manage", round_.community.region.path)
    require_state(round_, RoundState.OPEN)
    if round_.extensions >= settings.ROUND_EXTENSIONS:
        raise RoundMoved(_("The round was extended %(times)s times; more is not allowed.") % {"times": round_.extensions})
    if at >= round_.closes_at:
        raise RoundMoved(_("The closing has come: the round cannot be extended any more."))
    latest = round_.closes_at + datetime.timedelta(days=settings.ROUND_EXTENSION_DAYS)
    if not round_.closes_at < closes_at <= latest:
        message = _("Choose a closing after the present one, by %(day)s at the latest.") % {
            "day": timezone.localtime(latest).strftime("%Y-%m-%d %H:%M")
        }
        raise InvalidInput(message, details={"closes_at": message})
    round_.closes_at, round_.reason, round_.extensions = closes_at, given_reason(reason), round_.extensions + 1
    with pghistory.context(reason=round_.reason):
        round_.save()
    return round_


@transaction.atomic
def cancel_round(*, round_: Round, reason: str, actor: User, at: datetime.datetime) -> Round:
    """End a round without a result, with a reason that is published. Its ballots stay on record and count for nothing.

    An open one only by who decides objections: nobody who collects the ballots ends a round that goes the wrong way.
    """
    round_ = locked_round(round_.pk)
    actor.require("rounds.decide" if round_.state == RoundState.OPEN else "rounds.manage", round_.community.region.path)
    require_state(round_, RoundState.DRAFT, RoundState.ANNOUNCED, RoundState.OPEN)
    round_.state, round_.reason = RoundState.CANCELLED, given_reason(reason)
    with pghistory.context(reason=round_.reason):
        round_.save()
    return round_


@transaction.atomic
def close_round(*, round_: Round, at: datetime.datetime) -> Round:
    """Close an open round whose time has come, count it and publish the result. Called by the clock; nobody closes early.

    Sheets that were handed in and are not settled yet keep it at KEYING for KEYING_HOURS; then it closes with what is there.
    """
    round_ = locked_round(round_.pk)
    require_state(round_, RoundState.OPEN, RoundState.KEYING)
    if at < round_.closes_at:
        raise RoundMoved(_("The round closes later."))
    unsettled = round_.sheets.filter(state__in=[SheetState.FIRST, SheetState.SECOND, SheetState.DIFFERS]).exists()
    if unsettled and at < round_.closes_at + datetime.timedelta(hours=settings.KEYING_HOURS):
        if round_.state == RoundState.OPEN:
            round_.state = RoundState.KEYING
            round_.save()
        return round_
    round_.state, round_.closed_at = RoundState.CLOSED, at
    round_.save()
    publish(round_, at)
    return round_
