"""The form of a new version: its head, and a row for each work item, filled by hand, from Excel, a template, a proposal or a wish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import Side, WorkKind
from projects.comparing import Line, priced, without_spaces
from projects.forms import EMPTY, KINDS_BY_CLASS, DayInput, WanField
from projects.models import CatalogueItem, CityTemplate, Suggestion
from projects.rules import wan_of_yuan

NAMES = (
    "item", "kind", "name", "community", "building", "quantity", "unit", "unit_price", "amount", "intent", "starts_on", "ends_on",
    "suggestion",
)  # fmt: skip
# the columns of rows pasted from Excel, in this order
PASTED = ("item", "building", "quantity", "unit", "unit_price", "amount", "intent", "starts_on", "ends_on")
SIDE_WORDS = {"政府": "government", "居民": "residents", "社会": "society"} | {value: value for value in Side.values}
ROUNDED = Decimal(50)  # yuan: an amount typed in 万元 with two decimals may differ so much from quantity × price

Raw = dict[str, str]


class SchemeForm(forms.Form):
    """The head of a new version; the work items are rows of their own (SchemeItemForm)."""

    title = forms.CharField(label=_("Title"), max_length=100)
    summary = forms.CharField(
        label=_("What is renovated"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Residents read this before they vote. Short sentences, no technical terms."),
    )
    drawn_on = forms.DateField(label=_("Drawn up on"), widget=DayInput())
    household_share = forms.DecimalField(
        label=_("A household pays (yuan)"), required=False, min_value=0, max_digits=12, decimal_places=2, widget=forms.TextInput()
    )
    starts_on = forms.DateField(label=_("Works planned from"), required=False, widget=DayInput())
    ends_on = forms.DateField(label=_("Works planned until"), required=False, widget=DayInput())
    reason = forms.CharField(label=_("Why the scheme changes"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    band_reason = forms.CharField(
        label=_("Why the cost lies outside the usual"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where the estimate per m² is unusually low or high. Everybody can read it."),
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True


@dataclass(frozen=True)
class Offer:
    """What a row may choose from: the catalogue's items by code, the project's yards (id, name)."""

    items: Mapping[str, CatalogueItem]
    yards: Sequence[tuple[int, str]]

    def find(self, text: str) -> CatalogueItem | None:
        """The item that a clerk typed: by its code in front, or by its name."""
        words = text.split()
        by_code = self.items.get(words[0].upper()) if words else None
        name = without_spaces(text)
        return by_code or next((item for item in self.items.values() if without_spaces(item.name) == name), None)


def choice_of(item: CatalogueItem) -> str:
    """How the form names an item: "J01 给水管网改造"."""
    return f"{item.code} {item.name}"


class NumberField(forms.DecimalField):
    """A number as people type and Excel copies it: "15,300"."""

    def to_python(self, value: Any) -> Decimal | None:
        """Raises ValidationError for what is no number."""
        return super().to_python(str(value).replace(",", "").replace("，", "").strip() if value else value)


class SchemeItemForm(forms.Form):
    """One row of the scheme's content; a row left empty is no item. An item of the catalogue brings its kind, name and unit."""

    item = forms.CharField(label=_("Catalogue"), required=False, max_length=90)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[*EMPTY, *KINDS_BY_CLASS])
    name = forms.CharField(label=_("Work item"), required=False, max_length=60)
    community = forms.TypedChoiceField(label=_("Community"), required=False, coerce=int, empty_value=None)
    building = forms.CharField(label=_("Building"), required=False, max_length=40)
    quantity = NumberField(label=_("Quantity"), required=False, max_digits=12, decimal_places=2)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=12)
    unit_price = NumberField(label=_("Unit price (yuan)"), required=False, max_digits=12, decimal_places=2, min_value=0)
    amount = WanField(label=_("Amount (10,000 yuan)"), required=False)
    intent = forms.ChoiceField(label=_("Paid by"), required=False, choices=[*EMPTY, *Side.choices])
    starts_on = forms.DateField(label=_("From"), required=False)
    ends_on = forms.DateField(label=_("Until"), required=False)
    suggestion = forms.IntegerField(required=False, min_value=1)

    SAYS = ("item", "kind", "name", "building", "quantity", "unit_price", "amount")  # a row with one of these is meant

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        yards = self.fields["community"]
        assert isinstance(yards, forms.TypedChoiceField)
        yards.choices = [("", _("whole project")), *offer.yards]

    def clean_item(self) -> CatalogueItem | None:
        """Raises ValidationError for what the catalogue does not hold."""
        text = self.cleaned_data["item"]
        found = self.offer.find(text)
        if text and found is None:
            raise forms.ValidationError(_("The catalogue has no such item. Choose from the list, or leave it empty and choose the kind."))
        return found

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty: what is missing is named. The amount is quantity times price where there is a price."""
        data = super().clean() or {}
        if not any(data.get(name) for name in self.SAYS) and not self.errors:
            return data
        if (item := data.get("item")) is not None:
            for name in ("kind", "name", "unit"):
                data[name] = data.get(name) or getattr(item, name)
        brought = [] if "item" in self.errors else ["kind", "name", "unit"]
        needed = [*brought, "quantity", *(["amount"] if not data.get("unit_price") else [])]
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Fill in the whole row, or leave it empty."))
        if data.get("unit_price") and data.get("quantity"):
            self._price(data)
        return data

    def _price(self, data: dict[str, Any]) -> None:
        amount = priced(data["quantity"], data["unit_price"])
        if data.get("amount") is not None and abs(data["amount"] - amount) > ROUNDED:
            words = {"wan": wan_of_yuan(amount)}
            self.add_error("amount", _("Quantity times unit price is %(wan)s. Correct one of the three, or empty the amount.") % words)
        data["amount"] = amount

    @property
    def line(self) -> Line | None:
        """The item, once valid; None for an empty row."""
        data = self.cleaned_data
        if not data.get("name"):
            return None
        names = ("kind", "name", "community", "building", "quantity", "unit", "unit_price", "amount", "intent", "starts_on", "ends_on")
        return Line(**{name: data[name] for name in names}, item=data["item"].pk if data["item"] else None)

    @property
    def first_error(self) -> str:
        """One sentence for the row."""
        return next((str(messages[0]) for messages in self.errors.values()), "")


def raw_of(line: Line, items: Mapping[int, str]) -> Raw:
    """An item of a version as a row: `items` names the catalogue's items by their ids."""
    return {
        "item": items.get(line.item or 0, ""),
        "kind": line.kind,
        "name": line.name,
        "community": str(line.community or ""),
        "building": line.building,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit,
        "unit_price": "" if line.unit_price is None else f"{line.unit_price.normalize():f}",
        "amount": wan_of_yuan(line.amount),
        "intent": line.intent,
        "starts_on": line.starts_on.isoformat() if line.starts_on else "",
        "ends_on": line.ends_on.isoformat() if line.ends_on else "",
    }


def raw_of_item(item: CatalogueItem, **more: str) -> Raw:
    """A row that the catalogue begins: kind, name and unit are there, the rest is to be filled in."""
    return {"item": choice_of(item), "kind": item.kind, "name": item.name, "unit": item.unit} | more


def raw_of_suggestion(row: Suggestion, offer: Offer) -> Raw:
    """A proposed work as a row; an item of the catalogue of the same kind and name, or the first of its kind, gives unit and price band."""
    same = [item for item in offer.items.values() if item.kind == row.kind]
    item = next((each for each in same if without_spaces(each.name) == row.key), same[0] if same else None)
    begun = raw_of_item(item) if item else {}
    quantity = f"{row.quantity.normalize():f}" if row.quantity else ""
    given = {"kind": row.kind, "name": row.name, "community": str(row.community_id or ""), "quantity": quantity, "suggestion": str(row.pk)}
    return begun | given | ({"unit": row.unit} if row.unit else {})


def raws_of_template(template: CityTemplate, offer: Offer) -> list[Raw]:
    """The template's items as rows, found again in the published catalogue by their codes."""
    codes = [row.item.code for row in template.rows.select_related("item").order_by("item__position")]
    return [raw_of_item(offer.items[code]) for code in codes if code in offer.items]


def raw_of_wish(kind: str, offer: Offer) -> Raw:
    """The first item of a kind that residents want; the kind alone where the catalogue has none."""
    item = next((item for item in offer.items.values() if item.kind == kind), None)
    return raw_of_item(item) if item else {"kind": kind, "name": str(WorkKind(kind).label)}


def raws_of_paste(text: str, offer: Offer) -> list[Raw]:
    """Rows copied in Excel (columns PASTED, cells apart by tabs); a first line without a quantity is a header and left out."""
    found = []
    for number, line in enumerate(text.replace("\x00", "").splitlines()):
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells) or (number == 0 and len(cells) > 2 and not re.search(r"\d", cells[2])):
            continue
        raw: Raw = {key: cell for key, cell in zip(PASTED, cells, strict=False) if cell}
        words = raw.pop("item", "")
        item = offer.find(words)
        raw = (raw_of_item(item) if item else {"name": words}) | raw
        raw["intent"] = SIDE_WORDS.get(raw.get("intent", ""), "")
        for day in ("starts_on", "ends_on"):
            raw[day] = _day(raw.get(day, ""))
        found.append(raw)
    return found


def _day(text: str) -> str:
    """A day as Excel shows it (2021/5/1, 2021-05-01, 2021.5.1) as the form takes it; anything else as it is."""
    match = re.fullmatch(r"(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?", text)
    return f"{int(match[1]):04d}-{int(match[2]):02d}-{int(match[3]):02d}" if match else text


def posted_raws(data: Mapping[str, Any], most: int) -> list[Raw]:
    """The rows as they stand in a sent form, in their order."""
    places = [place for place in range(most) if f"item-{place}-name" in data]
    return [{name: str(data.get(f"item-{place}-{name}", "")) for name in NAMES} for place in places]


def is_empty(raw: Raw) -> bool:
    """Whether nobody filled the row in."""
    return not any(raw.get(name) for name in SchemeItemForm.SAYS)


def forms_of(raws: Iterable[Raw], offer: Offer) -> list[SchemeItemForm]:
    """The rows as forms, nothing checked yet."""
    return [SchemeItemForm(prefix=f"item-{place}", initial=raw, offer=offer) for place, raw in enumerate(raws)]
