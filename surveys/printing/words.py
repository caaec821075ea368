"""The words that papers share, in the language that is active: what counts, what must be reached, how it is done."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import display, spoken
from surveys.printing.documents import About
from surveys.rules import THRESHOLDS, households_needed


@dataclass(frozen=True)
class Sides:
    """What the answers of a kind of round are called."""

    agree: str
    against: str
    abstain: str
    silent: str


def sides(kind: str) -> Sides:
    """The words of a kind of round: 愿意 for willingness, 满意 for satisfaction, 同意 for the rest."""
    silent = _("Not voted")
    if kind == "willingness":
        return Sides(pgettext("answer", "Want it"), pgettext("answer", "Do not want it"), pgettext("answer", "Abstain"), _("Not answered"))
    if kind == "opinions":
        return Sides(pgettext("answer", "Gave their opinion"), "", "", _("Not answered"))
    if kind == "satisfaction":
        return Sides(pgettext("answer", "Satisfied"), pgettext("answer", "Not satisfied"), pgettext("answer", "Neither"), _("Not answered"))
    if kind == "legal":
        return Sides(pgettext("answer", "Agree"), pgettext("answer", "Against"), pgettext("answer", "Abstain"), silent)
    return Sides(pgettext("answer", "Agree"), pgettext("answer", "Disagree"), pgettext("answer", "Abstain"), silent)


def line_label(about: About) -> str:
    """The line and what it means in households: "80% 通过线：250 户"."""
    needed = households_needed(about.households, about.percent)
    return _("%(percent)s%% line: %(needed)s households") % {"percent": about.percent, "needed": display.group(needed)}


def condition(about: About) -> str:
    """What must be reached, in one sentence."""
    needed = households_needed(about.households, about.percent)
    values = {"households": display.group(about.households), "needed": display.group(needed)}
    if about.kind == "legal":
        if THRESHOLDS[about.matter].more_than:
            return _("Two thirds must take part, by head and by area. Of these more than half must agree, by both.")
        return _("Two thirds must take part, by head and by area. Of these three quarters must agree, by both.")
    sentence = {
        "willingness": _("Of all %(households)s households at least %(needed)s must want it."),
        "opinions": _("Of all %(households)s households at least %(needed)s must give their opinion."),
        "satisfaction": _("Of all %(households)s households at least %(needed)s must be satisfied."),
    }.get(about.kind, _("Of all %(households)s households at least %(needed)s must agree."))
    return sentence % values


def silence(kind: str) -> str:
    """What not voting means."""
    return {
        "willingness": _("Not answering counts as not wanting it."),
        "opinions": _("Not answering does not count as an opinion."),
        "satisfaction": _("Not answering counts as not satisfied."),
        "legal": _("Not voting is not taking part."),
    }.get(kind, _("Not voting counts as disagreeing."))


def threshold(matter: str) -> str:
    """What those taking part must reach in a legal matter."""
    return _("more than half") if THRESHOLDS[matter].more_than else _("three quarters or more")


def yuan(amount: Decimal, language: str) -> str:
    """An amount as residents read it: "896.4 万元", "860 元"; "CNY 8,964,000"."""
    if not spoken.is_chinese(language):
        return f"CNY {display.group(amount, 0)}"
    if abs(amount) >= 100_000:
        return f"{display.ten_thousands(amount)} 万元"
    return f"{display.group(amount, 0)} 元"


def typed(url: str) -> str:
    """An address as one types it: without its scheme and a last slash."""
    for scheme in ("https://", "http://"):
        url = url.removeprefix(scheme)
    return url.rstrip("/")
