"""The notice of a result: the 80 % gate over all households, or the count of Civil Code Art. 278."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import display, qr, spoken
from surveys.printing import engine, words
from surveys.printing.documents import About, BuildingResult, Objections, Proof, Result
from surveys.printing.notice import Row, frame
from surveys.rules import QUORUM

Quantity = Decimal | int

GROUP = 4  # characters of the root between spaces


def result_pdf(result: Result) -> bytes:
    """A4 portrait, as many pages as the buildings need. Raises ValueError for a legal matter without heads or area."""
    if result.about.kind == "legal" and result.law is None:
        raise ValueError("the result of a legal matter needs the count by heads and by area")
    with translation.override(result.about.language):
        data = result_data(result)
    return engine.pdf("result", data, at=result.published_at)


def result_data(result: Result) -> dict[str, Any]:
    """What the template sets, every text finished, in the language that is active."""
    about = result.about
    sides = words.sides(about.kind)
    moment = {"closed": _said(result.about, about.closes_at), "published": _said(result.about, result.published_at)}
    return {
        **frame(about),
        "headline": _("Result: %(title)s") % {"title": about.title},
        "dates": _("Voting ended %(closed)s. Published %(published)s.") % moment,
        "passed": result.passed,
        "verdict": pgettext("result", "Passed") if result.passed else pgettext("result", "Not passed"),
        "figure": figure(result),
        "sentence": sentence(result),
        "second": second(result),
        "parts": parts(result),
        "line": None if about.kind == "legal" else about.percent,
        "line_label": words.line_label(about),
        "facts": facts(result),
        "law": law(result),
        "law_head": law_head(about.matter) if result.law else [],
        "condition": words.condition(about),
        "buildings_label": _("By building"),
        "buildings_note": buildings_note(about.kind),
        "buildings_head": [
            *(pgettext("result", "Building"), pgettext("result", "Households"), _("Took part")),
            *filter(None, (sides.agree, sides.against)),
            _("%(answer)s, of all") % {"answer": sides.agree},
        ],
        "buildings": [building(row, sides) for row in result.buildings],
        "total": building(BuildingResult(_("Total"), about.households, result.taking_part, result.agree, result.against), sides),
        "channels_label": _("How the votes came in"),
        "channels_head": [pgettext("ballot", "Way"), pgettext("ballot", "Households"), pgettext("result", "Share"), _("What guards it")],
        "channels": [
            [row.name, display.group(row.households), rate(row.households, result.taking_part), row.note] for row in result.channels
        ],
        "proof_label": _("Check it yourself"),
        "proof": proof(result.proof, about),
        "qr": qr.svg(result.proof.url, border=0) if result.proof else "",
        "qr_label": _("Scan to check"),
        "objections_label": _("Objections"),
        "objections": objections(result.objections, about),
        "objections_text": _("Something wrong? Tell us within this time. The project waits until it is settled."),
        "rule": rule(result),
    }  # fmt: skip


def _said(about: About, moment: datetime) -> str:
    return spoken.resident_moment(moment, about.language, year=True)


def rate(part: Quantity | None, whole: Quantity) -> str:
    """ "83.0%"; "" where there is no whole or the part is not shown."""
    value = display.percent(part, whole)
    return "" if value is None else f"{value}%"


def figure(result: Result) -> str:
    """The large figure: agreeing of all households; in a legal matter agreeing of the heads that took part."""
    if result.law:
        return rate(result.law.heads_agree, result.law.heads_took_part)
    return rate(result.agree, result.about.households)


def sentence(result: Result) -> str:
    """The figure as a fraction, in words."""
    if result.law:
        numbers = {"part": display.group(result.law.heads_took_part), "agree": display.group(result.law.heads_agree)}
        return _("Of %(part)s owners taking part %(agree)s agreed") % numbers
    numbers = {"whole": display.group(result.about.households), "part": display.group(result.agree)}
    return {
        "willingness": _("Of all %(whole)s households %(part)s want it"),
        "opinions": _("Of all %(whole)s households %(part)s gave their opinion"),
        "satisfaction": _("Of all %(whole)s households %(part)s are satisfied"),
    }.get(result.about.kind, _("Of all %(whole)s households %(part)s agreed")) % numbers


def second(result: Result) -> str:
    """What stands under it in a legal matter: the same by area."""
    return _("By area %(rate)s") % {"rate": rate(result.law.area_agree, result.law.area_took_part)} if result.law else ""


def parts(result: Result) -> list[dict[str, Any]]:
    """The bar of all households from the left: agree, against, abstain, silent; label and share, empty parts left out."""
    about, said = result.about, words.sides(result.about.kind)
    counts = [
        ("agree", said.agree, result.agree),
        ("against", said.against, result.against),
        ("abstain", said.abstain, result.abstain),
        ("silent", said.silent, max(about.households - result.taking_part, 0)),
    ]
    whole = max(about.households, 1)
    return [
        {"side": side, "label": f"{name} {display.group(number)}", "share": number / whole}
        for side, name, number in counts
        if number and name
    ]


def facts(result: Result) -> list[tuple[str, str, str]]:
    """How the denominator is made, always: label, value, explanation."""
    about = result.about
    whole, silent = about.households, max(about.households - result.taking_part, 0)
    label = _("Households on the roll") if about.kind == "legal" else _("What we divide by")
    return [
        (label, households(whole), _("All on the roll, frozen at the opening")),
        (words.sides(about.kind).silent, households(silent), words.silence(about.kind)),
        (
            _("Took part"),
            f"{households(result.taking_part)} · {rate(result.taking_part, whole)}",
            _("One vote each; the last answer counts"),
        ),
    ]


def households(number: int) -> str:
    """ "312 户", "312 households"."""
    return _("%(number)s households") % {"number": display.group(number)}


def law_head(matter: str) -> list[str]:
    """Column heads of the count of Art. 278: what is counted, all, taking part, agreeing, the last two with what the law asks for."""
    asked = _("%(what)s (asked for: %(share)s)")
    return [
        "",
        pgettext("law", "All"),
        asked % {"what": _("Took part"), "share": _("two thirds or more")},
        asked % {"what": pgettext("answer", "Agree"), "share": words.threshold(matter)},
    ]


def law(result: Result) -> list[dict[str, Any]]:
    """Both counts of Art. 278 as rows; taking part and agreeing as figures, finding in a word, and whether it is reached."""
    count = result.law
    if count is None:
        return []

    def row(name: str, total: Quantity, part: Quantity, agree: Quantity, digits: int) -> dict[str, Any]:
        return {
            "name": name,
            "total": display.group(total, digits),
            "part": figures(part, total, digits, QUORUM.holds(part, total)),
            "agree": figures(agree, part, digits, count.threshold.holds(agree, part)),
        }

    return [
        row(pgettext("law", "Owners"), count.heads, count.heads_took_part, count.heads_agree, 0),
        row(_("Exclusive area (m²)"), count.area, count.area_took_part, count.area_agree, 2),
    ]


def figures(part: Quantity, whole: Quantity, digits: int, is_reached: bool) -> tuple[str, str, bool]:
    """ "221 · 74.2%", "达到", True."""
    return f"{display.group(part, digits)} · {rate(part, whole)}", reached(is_reached), is_reached


def reached(yes: bool) -> str:
    """The finding in a word."""
    return pgettext("result", "Reached") if yes else pgettext("result", "Not reached")


def buildings_note(kind: str) -> str:
    """What the rows of buildings are not."""
    if kind == "legal":
        return _("The law counts heads and area; households by building are for information.")
    return _("Only the count of all households decides; buildings are for information.")


def building(row: BuildingResult, sides: words.Sides) -> dict[str, Any]:
    """One row of the table; what is hidden is a dash and has no bar. Where there is no "against" its column is missing."""
    hidden = row.agree is None
    shown = "—" if hidden else display.group(row.agree)
    against = "—" if row.against is None else display.group(row.against)
    return {
        "cells": [row.name, display.group(row.households), display.group(row.taking_part), shown, *([against] if sides.against else [])],
        "rate": "—" if hidden else rate(row.agree, row.households),
        "share": None if hidden or not row.households else (row.agree or 0) / row.households,
    }


def proof(found: Proof | None, about: About) -> list[Row]:
    """Root, key, time and address of what anybody can check."""
    if found is None:
        return []
    root = " ".join(found.root[start : start + GROUP] for start in range(0, len(found.root), GROUP))
    return [
        (_("Where"), words.typed(found.url)),
        (_("What you can do"), _("Find your receipt, download the file, count again")),
        (_("Root"), root),
        (pgettext("proof", "Signed"), f"{found.key_id} · {_said(about, found.signed_at)}"),
    ]


def objections(found: Objections | None, about: About) -> list[Row]:
    """Until when, how, and what has come in."""
    if found is None:
        return []
    state = _("%(received)s received, %(decided)s settled") % {"received": found.received, "decided": found.decided}
    rows = [
        (pgettext("objection", "Until when"), spoken.resident_period(found.first_day, found.last_day, about.language, year=True)),
        (_("On the phone, with your household's code"), words.typed(found.url)),
        (_("In person"), about.contact),
        (_("So far"), state),
    ]
    return [row for row in rows if row[1]]


def rule(result: Result) -> str:
    """The rule by which it was counted, with its version."""
    if result.about.kind == "legal":
        return _("Civil Code Art. 278") + (f" · {result.rule_version}" if result.rule_version else "")
    values = {"version": result.rule_version, "percent": result.about.percent, "agree": words.sides(result.about.kind).agree}
    return _("Rule %(version)s: households (%(agree)s) × 100 ≥ all households × %(percent)s") % values
