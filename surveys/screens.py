"""What the staff's page of one round shows: its way, its count, what waits, what can be done next."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from common.text import natural_key
from surveys.choices import Channel, RoundKind, RoundState
from surveys.desk import waiting_in
from surveys.models import Round, RoundCount
from surveys.results import by_building, by_day, legal_count, tally
from surveys.rolls import registered
from surveys.rules import QUORUM, LegalCount

STEPS = (RoundState.DRAFT, RoundState.ANNOUNCED, RoundState.OPEN, RoundState.CLOSED)
TONES = {Channel.PHONE: "accent", Channel.VISIT: "near", Channel.PAPER: "ink-2"}
HAS_ROLL = (RoundState.OPEN, RoundState.KEYING, RoundState.CLOSED)


def day_text(at: datetime.datetime | None) -> str:
    """Day and time as staff read them."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def way_of(round_: Round, at: datetime.datetime) -> list[dict[str, Any]]:
    """The round's way as steps of a stair: draft, announced, open, closed, end of objections."""
    order = {RoundState.DRAFT: 0, RoundState.ANNOUNCED: 1, RoundState.OPEN: 2, RoundState.KEYING: 2, RoundState.CLOSED: 3}
    until = round_.objections_until
    now = order.get(RoundState(round_.state), -1)
    if until and at >= until:
        now = 4
    times = [round_.created_at, round_.announced_at, round_.opened_at or round_.opens_at, round_.closed_at or round_.closes_at, until]
    names = [*(str(step.label) for step in STEPS), _("Objections over")]
    steps = []
    for number, name in enumerate(names):
        state = "done" if number < now else "now" if number == now else "next" if number == now + 1 else "later"
        shown = state if now >= 0 else "done" if times[number] and number < 2 else "later"
        steps.append({"name": name, "when": day_text(times[number]) or "—", "state": shown})
    return steps


def thresholds(count: LegalCount) -> list[dict[str, Any]]:
    """The four conditions of Art. 278: what is asked, part and whole, and whether it holds."""
    share, quorum = count.threshold, QUORUM
    asked = (_("more than %(part)s/%(whole)s") if share.more_than else _("at least %(part)s/%(whole)s")) % {
        "part": share.part,
        "whole": share.whole,
    }
    two_thirds = _("at least %(part)s/%(whole)s") % {"part": quorum.part, "whole": quorum.whole}
    rows = (
        (_("Owners taking part"), two_thirds, count.heads_took_part, count.heads, quorum),
        (_("Their area taking part (m²)"), two_thirds, count.area_took_part, count.area, quorum),
        (_("Owners agreeing, of those taking part"), asked, count.heads_agree, count.heads_took_part, share),
        (_("Area agreeing, of that taking part (m²)"), asked, count.area_agree, count.area_took_part, share),
    )
    return [
        {"name": name, "asked": words, "part": part, "whole": whole, "holds": rule.holds(part, whole), "tick": 100 * rule.part / rule.whole}
        for name, words, part, whole, rule in rows
    ]


def live_of(round_: Round, at: datetime.datetime) -> dict[str, Any]:
    """The count at this moment: the total, by building and stairwell, by channel, Art. 278 for the owners' matters. Three queries.

    While the round runs, turnout is of this moment, but what the ballots say comes from the kept count, which moves on in steps of
    several ballots, and is not shown by building: nobody at the desk reads a single household's choice from two looks at the page.
    """
    counted = tally(round_)
    total, groups = counted.total, by_building(counted)
    running = round_.state in {RoundState.OPEN, RoundState.KEYING}
    by_law = legal_count(round_) if round_.kind == RoundKind.LEGAL else None
    law_rows = thresholds(by_law) if by_law else []
    if running and round_.kind != RoundKind.OPINIONS:
        kept = RoundCount.objects.filter(round=round_).first() or RoundCount()
        total = replace(total, agreed=kept.agreed, against=kept.against, abstained=kept.abstained)
        groups = [(replace(house, hidden=True), [replace(line, hidden=True) for line in lines]) for house, lines in groups]
        law_rows = law_rows[:2]  # quorum: who takes part
    channels = [(str(channel.label), counted.channels.get(channel, 0)) for channel in Channel]
    return {
        "round": round_,
        "at": at,
        "total": total,
        "needed": counted.needed,
        "lacking": max(counted.needed - total.agreed, 0),
        "answers_count": round_.kind == RoundKind.OPINIONS,
        "buildings": [house for house, _lines in groups],
        "stairwells": [line for _house, lines in groups for line in lines],
        "in_steps": running and round_.kind != RoundKind.OPINIONS,
        "channels": [(label, number) for label, number in channels],
        "law": by_law,
        "thresholds": law_rows,
        "running": running,
        "days_left": (timezone.localdate(round_.closes_at) - timezone.localdate(at)).days,
    }


def course_of(round_: Round) -> dict[str, Any]:
    """Ballots by day and channel, as the table that the chart is drawn from: (channel, tone, a number for each day), days."""
    found = by_day(round_)
    if not found:
        return {"days": [], "lines": []}
    first, last = found[0][0], found[-1][0]
    days = [first + datetime.timedelta(days=step) for step in range((last - first).days + 1)]
    numbers = dict(found)
    used = [channel for channel in Channel if any(channel in found for found in numbers.values())]
    lines = [(str(channel.label), TONES[channel], [numbers.get(day, {}).get(channel, 0) for day in days]) for channel in used]
    totals = [sum(numbers.get(day, {}).values()) for day in days]
    running, so_far = [], 0
    for number in totals:
        so_far += number
        running.append(so_far)
    return {"days": days, "lines": [(label, tone, values, sum(values)) for label, tone, values in lines], "running": running}


def _link(name: str, *arguments: Any) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def todo_of(round_: Round, viewer: User) -> list[dict[str, Any]]:
    """What waits for somebody, each with the page where it is done."""
    waiting = waiting_in([round_], viewer)[round_.pk]
    path = round_.community.region.path
    rows = (
        (waiting.objections, _("Objections to decide"), _("While one is open, the gate is frozen."), "objections", "rounds.see"),
        (waiting.reviews, _("Reviews to settle"), _("Something looks unusual. No vote is dropped by it."), "reviews", "rounds.see"),
        (
            waiting.call_backs,
            _("Households to call back"),
            _("Drawn by lot from the ballots entered at the door."),
            "call-backs",
            "rounds.check",
        ),
        (waiting.paper, _("Sheets to key"), _("Keyed by two people; a third settles differences."), "sheets", "rounds.enter"),
    )
    return [
        {"number": n, "name": name, "why": why, "url": _link(f"surveys:{page}", round_.pk) if viewer.may(action, path) else ""}
        for n, name, why, page, action in rows
        if n
    ]


def entering_of(round_: Round, viewer: User) -> list[tuple[str, str, str]]:
    """(name, address, icon) of the pages on which ballots are entered and checked, as far as the viewer may."""
    path = round_.community.region.path
    pages = (
        (_("Households still missing"), "missing", "rounds.missing", "door-open"),
        (_("Paper sheets"), "sheets", "rounds.enter", "file-earmark-text"),
        (_("Call-backs"), "call-backs", "rounds.check", "telephone"),
        (_("Reviews"), "reviews", "rounds.see", "shield-check"),
        (_("Objections"), "objections", "rounds.see", "chat-left-text"),
    )
    return [(name, reverse(f"surveys:{page}", args=[round_.pk]), icon) for name, page, action, icon in pages if viewer.may(action, path)]


def stairwells_of(round_: Round) -> list[tuple[str, str]]:
    """(building, stairwell) on the roll, or in the registry before it is frozen; in the database's order."""
    if round_.state in HAS_ROLL:
        rows: QuerySet = round_.roll.order_by().values_list("building", "unit").distinct()
    else:
        rows = registered(round_).order_by().values_list("building__name", "unit").distinct()
    return list(rows)


def detail_of(round_: Round, user: User, at: datetime.datetime) -> dict[str, Any]:
    """Everything the page of one round shows."""
    path = round_.community.region.path
    state = RoundState(round_.state)
    manages, decides = user.may("rounds.manage", path), user.may("rounds.decide", path)
    has_roll = state in HAS_ROLL or bool(round_.roll_hash)
    papers = state in {RoundState.ANNOUNCED, RoundState.OPEN}
    context: dict[str, Any] = {
        "round": round_,
        "way": way_of(round_, at),
        "has_roll": has_roll,
        "registered": registered(round_).count() if not has_roll else 0,
        "todo": todo_of(round_, user) if has_roll else [],
        "may_missing": user.may("rounds.missing", path),
        "entering": entering_of(round_, user) if has_roll else [],
        "answers_url": _link("surveys:answers", round_.pk) if has_roll else "",
        "result_url": _link("surveys:result", round_.code) if state == RoundState.CLOSED else "",
        "publications": list(round_.publications.order_by("-revision")) if state == RoundState.CLOSED else [],
        "may_see_project": bool(round_.project and user.may("projects.see", round_.project.region.path)),
        "may_manage": manages,
        "may_edit": manages and state == RoundState.DRAFT,
        "may_unannounce": manages and state == RoundState.ANNOUNCED,
        "may_extend": manages and state == RoundState.OPEN and round_.extensions < settings.ROUND_EXTENSIONS and at < round_.closes_at,
        "may_cancel": decides if state == RoundState.OPEN else manages and state in {RoundState.DRAFT, RoundState.ANNOUNCED},
        "papers": papers,
        "building_names": sorted({name for name, _unit in stairwells_of(round_)}, key=natural_key) if papers and manages else [],
        "prints": list(round_.slip_prints.select_related("recorded_by").order_by("-recorded_at", "-pk")) if papers and manages else [],
        "gap": " " if (get_language() or "").startswith("en") else "",
    }
    if has_roll:
        context |= live_of(round_, at) | {"course": course_of(round_)}
    return context
