"""The notice of a round: one A4 page for the gate, one for each stairwell door."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import qr, spoken
from surveys.printing import engine, words
from surveys.printing.documents import About, Notice, Scheme

Row = tuple[str, str]


def notice_pdf(notice: Notice) -> bytes:
    """A4 portrait, the gate's page first, then the stairwells in their order. Raises ValueError when no page is asked for."""
    if not notice.gate and not notice.stairwells:
        raise ValueError("a notice without the gate's page needs a stairwell")
    with translation.override(notice.about.language):
        data = notice_data(notice)
    return engine.pdf("notice", data, at=notice.about.opens_at)


def notice_data(notice: Notice) -> dict[str, Any]:
    """What the template sets, every text finished, in the language that is active."""
    about = notice.about
    doors = [""] if notice.gate else []
    doors += [spoken.resident_door(building, unit, language=about.language) for building, unit in notice.stairwells]
    return {
        **frame(about),
        "doors": doors,
        "question": notice.question,
        "qr": qr.svg(notice.url, border=0),
        "qr_label": _("Scan to vote"),
        "url": words.typed(notice.typed_url),
        "url_label": _("Or open this address"),
        "code": notice.code,
        "code_label": _("Code of the community"),
        "closing_label": _("Voting ends"),
        "closing": spoken.resident_moment(about.closes_at, about.language),
        "steps": steps(),
        "times": times(notice),
        "scheme": scheme_rows(notice.scheme, about.language),
        "condition": words.condition(about),
        "silence": words.silence(about.kind),
        "line": None if about.kind == "legal" else about.percent,
        "line_label": words.line_label(about),
        "help": help_rows(notice),
    }


def frame(about: About) -> dict[str, Any]:
    """What stands on every paper: language, place, community, title, tag, issuer."""
    return {
        "chinese": spoken.is_chinese(about.language),
        "place": about.place,
        "community": about.community,
        "title": about.title,
        "synthetic": _("Sample data") if about.synthetic else "",
        "issuer": about.issuer,
    }


def steps() -> list[Row]:
    """How to vote, in three steps."""
    return [
        (_("Scan the code, or open the address"), _("Type the community's code if asked")),
        (_("Type your household's code"), _("It is on the slip in your letter box")),
        (_("Choose, send, keep the receipt"), _("You may change your answer until the end")),
    ]


def times(notice: Notice) -> list[Row]:
    """Publicity and opening; the closing stands in large type beside the code."""
    about = notice.about
    rows = []
    if notice.publicity:
        rows.append((_("Publicity"), spoken.resident_period(*notice.publicity, about.language)))
    rows.append((_("Voting begins"), spoken.resident_moment(about.opens_at, about.language)))
    return rows


def scheme_rows(scheme: Scheme | None, language: str) -> list[Row]:
    """What is renovated, what it costs, what a household pays, when the works are; what is not known is left out."""
    if scheme is None:
        return []
    rows = [
        (_("What is renovated"), scheme.works),
        (_("Total cost"), "" if scheme.total_amount is None else words.yuan(scheme.total_amount, language)),
        (_("Your household pays"), "" if scheme.household_amount is None else words.yuan(scheme.household_amount, language)),
        (pgettext("scheme", "Works"), months(scheme.starts_on, scheme.ends_on, language)),
    ]
    return [row for row in rows if row[1]]


def months(first: date | None, last: date | None, language: str) -> str:
    """ "5 月至 10 月", "May to October"; with the year where the two differ in it; "" when one of them is not known."""
    if first is None or last is None:
        return ""
    year = first.year != last.year
    said = [spoken.resident_month(day, language, year=year) for day in (first, last)]
    return said[0] if said[0] == said[1] else _("%(first)s to %(last)s") % {"first": said[0], "last": said[1]}


def help_rows(notice: Notice) -> list[Row]:
    """Who helps, and where the result can be checked."""
    rows = [(_("Without a phone"), _("Vote on paper, or ask for a visit at home"))]
    if notice.about.contact:
        rows.append((_("Code lost, or questions"), notice.about.contact))
    if notice.verify_url:
        rows.append((_("Check the result"), words.typed(notice.verify_url)))
    return rows
