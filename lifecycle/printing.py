"""The acceptance sheet on paper: A4, every item and defect, the signatures as they were drawn, the hash that they are bound to."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common import qr, spoken
from lifecycle.acceptance import Reading
from lifecycle.choices import ItemResult
from lifecycle.sheets import item_line, sheet_says, signed_line
from lifecycle.strokes import svg
from projects.operations.photos import thumbnail_name
from surveys.printing import engine

FOLDER = Path(__file__).resolve().parent / "typst"
PHOTOS_PRINTED = 12


def sheet_pdf(reading: Reading, *, clear: bool, language: str, url: str, at: datetime.datetime) -> bytes:
    """The sheet as a PDF; representatives of the residents masked, without their drawings, unless `clear`. Raises NotPrinted."""
    with translation.override(language):
        pictures = _pictures(reading)
        data = sheet_data(reading, clear=clear, language=language, url=url, at=at) | {
            "photos": [{"file": name, "says": says} for name, (says, _content) in pictures.items()],
            "photos_label": _("Photos"),
        }
    content = {name: raw for name, (_says, raw) in pictures.items()}
    return engine.pdf("acceptance", data, at=reading.sheet.closed_at or reading.sheet.prepared_at, folder=FOLDER, pictures=content)


def _pictures(reading: Reading) -> dict[str, tuple[str, bytes]]:
    """Plain file name → (what it shows, the small picture); those whose file is missing are left out."""
    rows = [(row, item.name) for item in reading.items for row in item.photos.all() if row.defect_id is None]
    rows += [(row, defect.what) for defect in reading.defects for row in defect.photos.all()]
    found: dict[str, tuple[str, bytes]] = {}
    for row, says in rows[:PHOTOS_PRINTED]:
        name = next((each for each in (thumbnail_name(row.photo.file), row.photo.file) if default_storage.exists(each)), None)
        if name:
            ending = name.rpartition(".")[2].lower()
            found[f"photo-{row.pk}.{ending}"] = (says, default_storage.open(name).read())
    return found


def _moment(when: datetime.datetime | None) -> str:
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}" if when else ""


def sheet_data(reading: Reading, *, clear: bool, language: str, url: str, at: datetime.datetime) -> dict[str, Any]:
    """What the template sets, every text finished, in the language that is active."""
    sheet, project = reading.sheet, reading.sheet.project
    return {
        "chinese": spoken.is_chinese(language),
        "title": _("Joint acceptance sheet"),
        "issuer": project.region.name,
        "synthetic": _("Sample data") if sheet.synthetic else "",
        "headline": project.name,
        "attempt": _("Attempt %(attempt)s") % {"attempt": sheet.attempt},
        "state": str(sheet.get_state_display()),
        "good": sheet.state == "complete",
        "says": sheet_says(reading),
        "facts": [
            (_("Project code"), project.code),
            (_("County"), project.region.name),
            (_("Held on"), sheet.held_on.isoformat() if sheet.held_on else "—"),
            (_("Place"), sheet.place),
            (_("Complete on"), _moment(sheet.closed_at) if sheet.state == "complete" else "—"),
        ],
        "items_label": _("What was checked"),
        "items_head": [_("No."), _("Item"), _("Quantity and place"), _("Result"), _("Note")],
        "items": [
            {
                "cells": [str(item.position), item.name, item.detail],
                "state": line.state,
                "result": line.words,
                "note": item.note,
            }
            for item in reading.items
            for line in [item_line(item, set())]
        ],
        "defects_label": _("Defects"),
        "defects_head": [_("Item"), _("What is wrong"), _("Mended by"), _("Deadline"), _("State")],
        "defects": [
            [
                row.item.name,
                row.what + (f" ({_('minor')})" if row.minor else ""),
                row.responsible.title,
                row.due_on.isoformat(),
                _("Mended on %(day)s") % {"day": row.mended_on.isoformat()} if row.mended_on else _("Not mended"),
            ]
            for row in reading.defects
        ],
        "parties_label": _("Signatures"),
        "parties": [_party(row, clear) for row in reading.signings],
        "hash_label": _("Verification"),
        "hash": sheet.content_hash,
        "hash_says": _("SHA-256 of items, results and defects. Every signature is bound to it; the page behind the code shows the same."),
        "qr": qr.svg(url, border=0),
        "printed": _("Printed %(moment)s") % {"moment": _moment(at)},
        "results": {state.value: str(state.label) for state in ItemResult},
    }


def _party(row: Any, clear: bool) -> dict[str, str]:
    line = signed_line(row, clear=clear)
    return {
        "kind": str(row.party.get_kind_display()),
        "name": line.name,
        "state": line.state,
        "words": line.words,
        "signer": line.signer,
        "when": _moment(line.when),
        "way": line.way,
        "reason": line.reason,
        "drawing": svg(line.drawing) if line.drawing else "",
    }
