"""Slips for the letter boxes: eight to an A4 page, with cut lines, in the order in which somebody walks the buildings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from common import display, qr, spoken
from common.text import natural_key
from surveys.printing import engine, words
from surveys.printing.documents import Slip, Slips
from surveys.printing.notice import frame

PER_PAGE = 8


def slips_pdf(slips: Slips) -> bytes:
    """A4 portrait, 2 × 4 slips a page, sorted by building, stairwell and door; a new page for each building.

    The head of a page names the building and counts on: "第 1–8 户，共 170 户". Raises ValueError without a slip.
    """
    if not slips.slips:
        raise ValueError("there is no household to print a slip for")
    with translation.override(slips.about.language):
        data = slips_data(slips)
    return engine.pdf("slips", data, at=slips.about.opens_at)


def slips_data(slips: Slips) -> dict[str, Any]:
    """What the template sets, every text finished, in the language that is active."""
    about = slips.about
    return {
        **frame(about),
        "pages": pages(slips),
        "how": _("Scan, or type the code at %(address)s") % {"address": words.typed(slips.typed_url)},
        "closing": _("Vote before %(moment)s") % {"moment": spoken.resident_moment(about.closes_at, about.language)},
        "code_label": _("Your household's code"),
        "secret": _("One household, one code. Keep it to yourself."),
        "ask": _("Questions: %(contact)s") % {"contact": about.contact} if about.contact else "",
        "hand_out": _("Put each slip into the letter box of its door. Do not hand it to anybody else."),
    }


def in_walking_order(slips: Sequence[Slip]) -> list[Slip]:
    """By building, stairwell and door, numbers as numbers: 2号楼 before 10号楼, 901 before 1001."""
    return sorted(slips, key=lambda slip: (natural_key(slip.building), natural_key(slip.unit), natural_key(slip.door)))


def pages(slips: Slips) -> list[dict[str, Any]]:
    """One entry a page: its building, its running count, its slips."""
    ordered = in_walking_order(slips.slips)
    mask = qr.best_mask(ordered[0].url)  # the addresses differ in a few characters only
    found: list[dict[str, Any]] = []
    before = 0
    for building, group in groupby(ordered, key=lambda slip: slip.building):
        doors = list(group)
        for start in range(0, len(doors), PER_PAGE):
            page = doors[start : start + PER_PAGE]
            found.append(
                {
                    "building": spoken.resident_door(building, language=slips.about.language),
                    "count": count(before + 1, before + len(page), len(ordered)),
                    "slips": [one(slip, slips.about.language, mask) for slip in page],
                }
            )
            before += len(page)
    return found


def count(first: int, last: int, total: int) -> str:
    """The running count of a page."""
    numbers = {"first": display.group(first), "last": display.group(last), "total": display.group(total)}
    if first == last:
        return _("Household %(first)s of %(total)s") % numbers
    return _("Households %(first)s–%(last)s of %(total)s") % numbers


def one(slip: Slip, language: str, mask: int) -> dict[str, str]:
    """One slip as the template sets it."""
    matrix = qr.modules(slip.url, mask=mask)
    return {
        "door": spoken.resident_door(slip.building, slip.unit, slip.door, language),
        "code": slip.code,
        "qr": qr.document(matrix, border=0, scale=1),
    }
