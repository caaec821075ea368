"""Writing the catalogue of works: draft the next year, edit the draft, publish it for good; and the cities' templates."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput
from projects.choices import CatalogueState, Output, WorkKind
from projects.comparing import without_spaces
from projects.models import CatalogueItem, CatalogueVersion, CityTemplate, TemplateItem
from regions.choices import REPORTING_KINDS
from regions.models import Region
from regions.queries import province

FIRST_CATALOGUE = Path(__file__).parents[1] / "data" / "catalogue.csv"
# stands on every page and export of it: nobody shall take these bands for official prices
FIRST_SOURCE = (
    "项目默认值（待定）：按每平方米建筑面积 150—375 元、每户 1.4 万—3.8 万元的公开造价水平推算，不是官方价格，由省里审定。"
    " Project defaults [open], worked out from the public cost levels of 150–375 yuan/m² and 14,000–38,000 yuan per household;"
    " no official prices."
)
MOST_ITEMS = 200
FIRST_YEAR, LAST_YEAR = 2018, 2100


class CatalogueFixed(DomainError):
    """The catalogue is published: it is never changed, only followed by the next year's."""

    code = "catalogue_fixed"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as the province writes it; prices in yuan per unit. `factor` is None where there is no output indicator."""

    code: str
    kind: str
    name: str
    unit: str
    price_low: Decimal
    price_high: Decimal
    output: str = ""
    factor: Decimal | None = None
    compulsory: bool = False
    description: str = ""


def first_rows() -> list[ItemRow]:
    """Every item of DOMAIN.md section 5 with this project's default bands (projects/data/README.md)."""
    with FIRST_CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [
            ItemRow(
                code=row["code"], kind=row["kind"], name=row["name"], unit=row["unit"], price_low=Decimal(row["price_low"]),
                price_high=Decimal(row["price_high"]), output=row["output"], factor=Decimal(row["factor"]) if row["factor"] else None,
                compulsory=row["compulsory"] == "1", description=row["description"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def rows_of(version: CatalogueVersion) -> list[ItemRow]:
    """The items of a version as rows, in their order."""
    names = tuple(ItemRow.__dataclass_fields__)
    return [ItemRow(**dict(zip(names, values, strict=True))) for values in version.items.order_by("position").values_list(*names)]


def _locked(pk: int) -> CatalogueVersion:
    return CatalogueVersion.objects.select_for_update().get(pk=pk)


@transaction.atomic
def draft_catalogue(*, year: int, actor: User, at: datetime.datetime) -> CatalogueVersion:
    """Open the catalogue of a year as a draft with the items of the newest one; the first of all takes this project's defaults.

    Raises InvalidInput for a year that has one already.
    """
    actor.require("catalogue.edit", province().path)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(_("Enter a year with four digits."), details={"year": _("Enter a year with four digits.")})
    if CatalogueVersion.objects.filter(year=year).exists():
        message = _("There is a catalogue for %(year)s already.") % {"year": year}
        raise InvalidInput(message, details={"year": message})
    last = CatalogueVersion.objects.order_by("-year").first()
    version = CatalogueVersion.objects.create(year=year, source=last.source if last else FIRST_SOURCE)
    _write_items(version, rows_of(last) if last else first_rows())
    return version


def _write_items(version: CatalogueVersion, rows: Sequence[ItemRow]) -> None:
    CatalogueItem.objects.bulk_create(
        CatalogueItem(
            version=version, position=position, code=row.code, kind=row.kind, name=row.name, unit=row.unit, price_low=row.price_low,
            price_high=row.price_high, output=row.output, factor=row.factor, compulsory=row.compulsory, description=row.description,
        )
        for position, row in enumerate(rows, start=1)
    )  # fmt: skip


def _wrong(row: ItemRow, number: int) -> str:
    at = {"number": number}
    if not row.code.strip():
        return _("Item %(number)s: enter the code.") % at
    if row.kind not in WorkKind.values:
        return _("Item %(number)s: choose the kind.") % at
    if not row.name.strip():
        return _("Item %(number)s: enter a name of at most 60 characters.") % at
    if not row.unit.strip():
        return _("Item %(number)s: enter the unit, such as m² or km.") % at
    if not 0 < row.price_low <= row.price_high:
        return _("Item %(number)s: the prices must be more than 0, the lower one first.") % at
    if row.output and (row.output not in Output.values or not row.factor or row.factor <= 0):
        return _("Item %(number)s: enter the factor that turns the unit into the indicator's unit.") % at
    return ""


def _check(rows: Sequence[ItemRow]) -> str:
    """The first thing wrong with the items, or ""."""
    if not rows:
        return _("Enter at least one work item.")
    if len(rows) > MOST_ITEMS:
        return _("A catalogue holds at most %(most)s items.") % {"most": MOST_ITEMS}
    codes: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if problem := _wrong(row, number):
            return problem
        if without_spaces(row.code) in codes:
            return _("Item %(number)s: the code %(code)s stands in the list twice.") % {"number": number, "code": row.code}
        codes.add(without_spaces(row.code))
    return ""


@transaction.atomic
def write_catalogue(
    *, version: CatalogueVersion, rows: Sequence[ItemRow], source: str, note: str, actor: User, at: datetime.datetime
) -> CatalogueVersion:
    """Write a draft's items and its words, whole: what is missing from `rows` is taken out. Unchanged items keep their row.

    Raises InvalidInput ("items", "source"), CatalogueFixed for a published one.
    """
    version = _locked(version.pk)
    actor.require("catalogue.edit", province().path)
    if not version.is_draft:
        raise CatalogueFixed(_("The catalogue of %(year)s is published: it is never changed.") % {"year": version.year})
    errors = {}
    if not source.strip():
        errors["source"] = _("Say where the price bands come from.")
    if problem := _check(rows):
        errors["items"] = problem
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    version.source, version.note = source.strip()[:500], note.strip()[:500]
    version.save()
    known = {item.code: item for item in version.items.all()}
    _keep_items(version, known, rows)
    return version


def _keep_items(version: CatalogueVersion, known: dict[str, CatalogueItem], rows: Sequence[ItemRow]) -> None:
    gone = set(known) - {without_spaces(row.code) for row in rows}
    if TemplateItem.objects.filter(item__in=[known[code].pk for code in gone]).exists():
        raise InvalidInput(_("A city's template holds an item that was taken out."))
    version.items.filter(code__in=gone).delete()
    for position, row in enumerate(rows, start=1):
        item = known.get(without_spaces(row.code)) or CatalogueItem(version=version, code=without_spaces(row.code))
        wanted = {
            "position": position, "kind": row.kind, "name": row.name.strip()[:60], "unit": row.unit.strip()[:12],
            "price_low": row.price_low, "price_high": row.price_high, "output": row.output,
            "factor": row.factor if row.output else None, "compulsory": row.compulsory, "description": row.description.strip()[:300],
        }  # fmt: skip
        if item.pk is None or any(getattr(item, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(item, name, value)
            item.save()


@transaction.atomic
def publish_catalogue(*, version: CatalogueVersion, actor: User, at: datetime.datetime) -> CatalogueVersion:
    """Publish a draft: from now on it is never changed, and schemes are drawn from it; the one before is superseded.

    Raises CatalogueFixed when it is published already, InvalidInput for one older than the published one or without items.
    """
    version = _locked(version.pk)
    actor.require("catalogue.edit", province().path)
    if not version.is_draft:
        raise CatalogueFixed(_("The catalogue of %(year)s is published: it is never changed.") % {"year": version.year})
    if problem := _check(rows_of(version)):
        raise InvalidInput(problem)
    before = CatalogueVersion.objects.select_for_update().filter(state=CatalogueState.PUBLISHED).first()
    if before and before.year > version.year:
        raise InvalidInput(_("The catalogue of %(year)s is published already: an older one cannot follow it.") % {"year": before.year})
    if before:
        before.state = CatalogueState.SUPERSEDED
        before.save()
    version.state, version.published_at, version.published_by = CatalogueState.PUBLISHED, at, actor
    version.save()
    return version


@transaction.atomic
def write_template(
    *,
    region: Region,
    name: str,
    chosen: Collection[int],
    actor: User,
    at: datetime.datetime,
    note: str = "",
    template: CityTemplate | None = None,
) -> CityTemplate:
    """Make a city's template "9 + X", or write one anew: the published catalogue's common items and `chosen` (ids of its items).

    Raises InvalidInput ("name", "chosen") and for a region that is no reporting unit or before a catalogue is published.
    """
    actor.require("templates.edit", region.path)
    Region.objects.select_for_update().get(pk=region.pk)
    if region.kind not in REPORTING_KINDS:
        raise InvalidInput(_("A template belongs to a reporting unit."))
    version = CatalogueVersion.objects.filter(state=CatalogueState.PUBLISHED).first()
    if version is None:
        raise InvalidInput(_("The province has not published a catalogue yet."))
    items = {item.pk: item for item in version.items.all()}
    errors = {}
    words = name.strip()[:60]
    if not words:
        errors["name"] = _("Give the template a name.")
    elif CityTemplate.objects.filter(region=region, name=words).exclude(pk=template.pk if template else None).exists():
        errors["name"] = _("The city has a template of this name already.")
    if not set(chosen) <= set(items):
        errors["chosen"] = _("Choose items of the published catalogue.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    row = CityTemplate.objects.select_for_update().get(pk=template.pk, region=region) if template else CityTemplate(region=region)
    row.name, row.note, row.catalogue = words, note.strip()[:300], version
    row.save()
    wanted = {pk for pk, item in items.items() if item.compulsory or pk in set(chosen)}
    row.rows.exclude(item__in=wanted).delete()
    held = set(row.rows.values_list("item_id", flat=True))
    TemplateItem.objects.bulk_create(TemplateItem(template=row, item=items[pk]) for pk in items if pk in wanted - held)
    return row
