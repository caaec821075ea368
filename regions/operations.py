"""Writes to the tree: sub-districts and committees are added by staff; the upper levels come from the official list."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.text import narrow, pinyin
from regions.choices import KIND_LEVEL, LEVEL_DEPTH, Level, RegionKind
from regions.models import Region

REGIONS_FILE = Path(__file__).parent / "data" / "hebei_regions.csv"
CODE_LENGTH = {Level.SUB_DISTRICT: 9, Level.COMMITTEE: 12}


def new_region(*, code: str, name_zh: str, name_en: str, kind: str, parent: Region | None, **more: Any) -> Region:
    """An unsaved region with its path, depth and pinyin worked out."""
    path = f"{parent.path if parent else ''}{code}/"
    return Region(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        parent=parent,
        path=path,
        depth=LEVEL_DEPTH[KIND_LEVEL[RegionKind(kind)]],
        pinyin=pinyin(name_zh),
        **more,
    )


@transaction.atomic
def add_region(*, actor: Any, at: datetime.datetime, parent: Region, code: str, name_zh: str, name_en: str = "", kind: str) -> Region:
    """Add a sub-district below a county-level unit, or a residents' committee below a sub-district.

    Codes follow the national statistics codes: 9 digits (sub-district) and 12 digits (committee), starting with the
    parent's. Raises NotAllowed, or InvalidInput naming the field.
    """
    actor.require("regions.add", parent.path)
    parent = Region.objects.select_for_update().get(pk=parent.pk)
    code, name_zh = narrow(code), narrow(name_zh)
    level = KIND_LEVEL[RegionKind(kind)]
    if level not in CODE_LENGTH or LEVEL_DEPTH[level] != parent.depth + 1:
        raise InvalidInput(
            _("Only a sub-district below a county, or a committee below a sub-district, can be added."), details={"kind": kind}
        )
    if not code.isdigit() or len(code) != CODE_LENGTH[level] or not code.startswith(parent.code):
        message = _("The code must have %(length)d digits and start with %(prefix)s.") % {
            "length": CODE_LENGTH[level],
            "prefix": parent.code,
        }
        raise InvalidInput(message, details={"code": message})
    if not name_zh:
        raise InvalidInput(_("The name is missing."), details={"name_zh": _("The name is missing.")})
    if Region.objects.filter(code=code).exists():
        raise InvalidInput(_("This code is taken."), details={"code": _("This code is taken.")})
    if Region.objects.filter(parent=parent, name_zh=name_zh).exists():
        raise InvalidInput(_("This name stands here already."), details={"name_zh": _("This name stands here already.")})
    region = new_region(code=code, name_zh=name_zh, name_en=narrow(name_en), kind=kind, parent=parent)
    try:
        with transaction.atomic():
            region.save()
    except IntegrityError as error:
        raise InvalidInput(_("This code is taken."), details={"code": _("This code is taken.")}) from error
    return region


@transaction.atomic
def load_official_regions() -> int:
    """Create or refresh the province, its 14 reporting units and 167 county-level units from the bundled list.

    Idempotent. Returns the number of regions in the file. Provenance: regions/data/README.md.
    """
    known = {region.code: region for region in Region.objects.filter(depth__lte=3)}
    with REGIONS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        parent = known[row["parent_code"]] if row["parent_code"] else None
        region = new_region(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent=parent,
            longitude=float(row["longitude"]),
            latitude=float(row["latitude"]),
        )
        if row["code"] in known:
            region.pk = known[row["code"]].pk
        region.save()
        known[row["code"]] = region
    return len(rows)
