"""Plans of rounds: from the library, from an earlier round, from the version of the scheme that stands."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils import timezone

from projects.comparing import estimate
from projects.models import Scheme
from projects.queries import lines_of
from surveys.choices import RoundKind
from surveys.library import Questionnaire
from surveys.models import Round
from surveys.operations.rounds import Plan
from surveys.rules import Question

OPENS_AT, CLOSES_AT = datetime.time(8, 0), datetime.time(20, 0)
SPARE_DAYS = 2  # between the draft and its announcement
USUAL_DAYS = 9  # from the opening to the closing
# rounds that show the scheme to the household
WITH_SCHEME = frozenset({RoundKind.OPINIONS, RoundKind.SCHEME})


def usual_times(at: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """Opening and closing that a clerk need not change: two days to announce, the publicity period, ten days to vote until 20:00."""
    first = timezone.localdate(at) + datetime.timedelta(days=settings.ROUND_PUBLICITY_DAYS + SPARE_DAYS)
    last = first + datetime.timedelta(days=USUAL_DAYS)
    return (
        timezone.make_aware(datetime.datetime.combine(first, OPENS_AT)),
        timezone.make_aware(datetime.datetime.combine(last, CLOSES_AT)),
    )


def facts_of(scheme: Scheme) -> dict[str, Any]:
    """What a household reads of the scheme before it votes: `summary`; `amount` and `household_share` in yuan as text with two
    decimals; `starts_on` and `ends_on` as ISO days; `project` and `version` lead to its public page. What it does not say is left out."""
    amount = f"{estimate(lines_of(scheme)):.2f}"
    found: dict[str, Any] = {"summary": scheme.summary, "amount": amount, "project": scheme.project.code, "version": scheme.version}
    if scheme.household_share is not None:
        found["household_share"] = f"{scheme.household_share:.2f}"
    for name in ("starts_on", "ends_on"):
        day = getattr(scheme, name)
        if day:
            found[name] = day.isoformat()
    return found


def titles_of(questionnaire: Questionnaire, scheme: Scheme | None) -> tuple[str, str]:
    """The round's title in Chinese and English; a vote names its version."""
    zh, en = (re.sub(r"（.*?）$", "", questionnaire.zh), re.sub(r" \(.*?\)$", "", questionnaire.en))
    if questionnaire.kind == RoundKind.SCHEME and scheme:
        return f"{zh}（第 {scheme.version} 版）", f"{en}, version {scheme.version}"
    return zh, en


def plan_from_library(questionnaire: Questionnaire, scheme: Scheme | None, at: datetime.datetime, **more: Any) -> Plan:
    """A plan with everything filled in that the questionnaire and the scheme say."""
    shown = scheme if questionnaire.kind in WITH_SCHEME else None
    zh, en = titles_of(questionnaire, shown)
    opens_at, closes_at = usual_times(at)
    plan = Plan(
        kind=questionnaire.kind,
        matter=questionnaire.matter,
        title_zh=zh,
        title_en=en,
        opens_at=opens_at,
        closes_at=closes_at,
        questions=questionnaire.asked(shown.version if shown else None),
        questionnaire=questionnaire.code,
        scheme_version=shown.version if shown else None,
        facts=facts_of(shown) if shown else {},
    )
    return replace(plan, **more)


def plan_of(round_: Round) -> Plan:
    """The plan of a round as it stands."""
    return Plan(
        kind=round_.kind,
        matter=round_.matter,
        title_zh=round_.title_zh,
        title_en=round_.title_en,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        questions=round_.questions,
        project=round_.project,
        building=round_.building,
        unit=round_.unit,
        scheme_version=round_.scheme_version,
        questionnaire=round_.questionnaire,
        facts=round_.facts,
        contact=round_.contact,
        remind=round_.remind,
    )


def renumbered(text: str, old: int | None, new: int) -> str:
    """The text with "第 1 版" and "version 1" saying the new number."""
    if old is None:
        return text
    text = re.sub(rf"第\s*{old}\s*版", f"第 {new} 版", text)
    return re.sub(rf"\b(v|V)ersion {old}\b", rf"\1ersion {new}", text)


def on_version(plan: Plan, scheme: Scheme) -> Plan:
    """The same plan on another version of the scheme: its facts, and its number wherever title and questions name it."""
    old, new = plan.scheme_version, scheme.version

    def question(one: Question) -> Question:
        return one | {key: renumbered(one[key], old, new) for key in ("zh", "en", "hint_zh", "hint_en") if one.get(key)}

    return replace(
        plan,
        scheme_version=new,
        facts=facts_of(scheme),
        title_zh=renumbered(plan.title_zh, old, new),
        title_en=renumbered(plan.title_en, old, new),
        questions=[question(one) for one in plan.questions],
    )


def plan_from_round(earlier: Round, scheme: Scheme | None, at: datetime.datetime, **more: Any) -> Plan:
    """A plan with an earlier round's words and questions, at new times, on the version of the scheme that stands."""
    opens_at, closes_at = usual_times(at)
    plan = replace(plan_of(earlier), opens_at=opens_at, closes_at=closes_at, building=None, unit="", project=None)
    if earlier.kind in WITH_SCHEME:
        plan = on_version(plan, scheme) if scheme else replace(plan, scheme_version=None, facts={})
    return replace(plan, **more)
