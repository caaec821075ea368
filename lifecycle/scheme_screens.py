"""What the pages of a scheme show: items with wishes and price bands, the estimate, two versions side by side. No request, no HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.display import group, percent, ten_thousands
from projects.choices import STAGE_ORDER, WORK_CLASS, Condition, Output, Side, Stage, WorkClass, WorkKind
from projects.comparing import Difference, Line, Reason, differences, estimate, material_change
from projects.estimating import Came, Warned, class_totals, outputs, per, price_warning, side_totals, warnings
from projects.models import Entry, Project, Scheme, SchemeAttachment, Suggestion
from projects.queries import bands_of, lines_of, usual_costs
from surveys.wishes import Wish, wishes_of


def class_of(kind: str) -> str:
    """The class of a kind of work, in words."""
    return str(WORK_CLASS[kind].label) if kind in WORK_CLASS else ""


def may_draw(project: Project) -> bool:
    """Whether a new version can still be written."""
    return project.condition == Condition.ACTIVE and STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.COMPLETED]


@dataclass(frozen=True, slots=True)
class Size:
    """What the project's communities come to: m² of floor area, households."""

    area: Decimal
    households: int


def entries_of(project: Project) -> list[Entry]:
    """The communities that stand in the project."""
    return list(project.entries.filter(removed_on__isnull=True).select_related("community").order_by("pk"))


def size_of(entries: Sequence[Entry]) -> Size:
    """Sums over the communities."""
    return Size(sum((entry.floor_area for entry in entries), Decimal(0)), sum(entry.household_count for entry in entries))


def plain(number: Decimal) -> str:
    """In groups of thousands, with as many decimals as it has."""
    return group(Decimal(f"{number.normalize():f}"))


def warning_text(warned: Warned) -> str:
    """A figure outside its band, as a sentence."""
    band = {"low": plain(warned.low), "high": plain(warned.high)}
    if warned.code == "price":
        words = {"name": warned.name, "price": plain(warned.value), "unit": warned.unit} | band
        return _("%(name)s: %(price)s yuan per %(unit)s; usual are %(low)s to %(high)s.") % words
    figures = {"value": group(warned.value, 0)} | band
    if warned.code == "square":
        return _("The whole costs %(value)s yuan/m²; usual are %(low)s to %(high)s.") % figures
    return _("The whole costs %(value)s yuan per household; usual are %(low)s to %(high)s.") % figures


def output_rows(came: Sequence[Came]) -> list[tuple[str, str]]:
    """(indicator, amount with its unit)."""
    return [(str(Output(each.output).label), f"{plain(each.amount)} {each.unit}".strip()) for each in came]


def estimate_of(scheme: Scheme, size: Size) -> dict[str, Any]:
    """The estimate of a version that has its items at hand: totals, rates, outputs, warnings."""
    lines, bands = lines_of(scheme), bands_of(scheme)
    total = estimate(lines)
    sides = side_totals(lines)
    labels = [(str(side.label), sides[side]) for side in Side] + [(_("nobody named yet"), sides[""])]
    return {
        "total": total,
        "classes": [(group_.label, amount) for group_, amount in class_totals(lines).items()],
        "sides": [(label, amount) for label, amount in labels if amount],
        "per_square": per(total, size.area),
        "per_household": per(total, size.households),
        "outputs": output_rows(outputs(lines, bands)),
        "warnings": [warning_text(each) for each in found_warnings(lines, scheme, size)],
    }


def found_warnings(lines: Sequence[Line], scheme: Scheme, size: Size) -> list[Warned]:
    """All that lies outside its band."""
    return warnings(lines, bands_of(scheme), floor_area=size.area, household_count=size.households, limits=usual_costs())


def item_groups(scheme: Scheme, wishes: Mapping[str, Wish]) -> list[dict[str, Any]]:
    """The version's items under their classes, with subtotals; each with its place, what its price is measured by, and who wants it."""
    bands = bands_of(scheme)
    rows: dict[WorkClass, list[dict[str, Any]]] = {each: [] for each in WorkClass}
    for number, (item, line) in enumerate(zip(scheme.items.all(), lines_of(scheme), strict=True), start=1):
        band = bands.get(line.item or 0)
        rows[WORK_CLASS[line.kind]].append(
            {
                "number": number,
                "line": line,
                "kind": WorkKind(line.kind).label,
                "place": place_of(item.work.community.name if item.work.community else "", line.building),
                "intent": Side(line.intent).label if line.intent else "",
                "outside": price_warning(number, line, band),
                "wish": wishes.get(line.kind),
            }
        )
    return [
        {"label": each.label, "rows": found, "total": sum(row["line"].amount for row in found)} for each, found in rows.items() if found
    ]


def place_of(community: str, building: str) -> str:
    """ "北院 · 3号楼"; "" for the whole project."""
    return " · ".join(word for word in (community, building) if word)


def proposals(project: Project, scheme: Scheme | None, wishes: Sequence[Wish], percent_needed: int) -> dict[str, Any]:
    """What is proposed and not in the scheme: open proposals, and kinds that enough households want."""
    kinds = {line.kind for line in lines_of(scheme)} if scheme else set()
    waiting = list(Suggestion.objects.filter(project=project, state="open").select_related("community"))
    wanted = [wish for wish in wishes if wish.kind not in kinds and wish.reached(percent_needed)]
    return {
        "suggestions": waiting,
        "wanted": [{"wish": wish, "kind": WorkKind(wish.kind).label, "class": class_of(wish.kind)} for wish in wanted],
        "wishes": [{"wish": wish, "kind": WorkKind(wish.kind).label, "inside": wish.kind in kinds} for wish in wishes],
    }


def wishes_by_kind(project: Project) -> dict[str, Wish]:
    """Kind of work -> how many households want it, most wanted first."""
    return {wish.kind: wish for wish in wishes_of(project)}


def attachments_of(scheme: Scheme) -> list[dict[str, Any]]:
    """The files of a version; a withdrawn one with its reason."""
    rows = list(SchemeAttachment.objects.filter(scheme=scheme).select_related("recorded_by").order_by("pk"))
    gone = {row.withdraws_id: row for row in rows if row.withdraws_id}
    return [{"file": row, "withdrawn": gone.get(row.pk)} for row in rows if not row.withdraws_id]


# --- two versions -----------------------------------------------------------------------------------------------


def reason_text(reason: Reason) -> str:
    """One reason for a new vote, as a sentence."""
    names = _(", ").join(reason.names)
    if reason.code == "added":
        return _("New in it: %(names)s.") % {"names": names}
    if reason.code == "dropped":
        return _("No longer in it: %(names)s.") % {"names": names}
    return _("It costs %(percent)s%% more.") % {"percent": percent(reason.after - reason.before, reason.before)}


def state_word(state: str) -> str:
    """What became of an item, in words."""
    words = {
        "added": _("added"),
        "removed": _("removed"),
        "changed": pgettext("work item", "changed"),
        "same": pgettext("work item", "unchanged"),
    }
    return words[state]


def field_word(name: str) -> str:
    """A figure of an item, in words."""
    words = {
        "quantity": _("Quantity"),
        "unit": _("Unit"),
        "unit_price": _("Unit price (yuan)"),
        "amount": _("Amount (10,000 yuan)"),
        "intent": _("Paid by"),
        "starts_on": _("Planned start"),
        "ends_on": _("Planned completion"),
    }
    return words[name]


def said(name: str, value: Any) -> str:
    """A figure as it is shown; "—" for none."""
    if value in (None, ""):
        return "—"
    if name == "amount":
        return ten_thousands(value, 2)
    if isinstance(value, Decimal):
        return plain(value)
    return str(Side(value).label) if name == "intent" else str(value)


def row_of(difference: Difference, names: Mapping[int, str]) -> dict[str, Any]:
    """One line of the comparison; `names` of the communities by their ids."""
    line = difference.line
    return {
        "state": difference.state,
        "word": state_word(difference.state),
        "name": line.name,
        "kind": WorkKind(line.kind).label,
        "class": class_of(line.kind),
        "place": place_of(names.get(line.community or 0, ""), line.building),
        "before": difference.before,
        "after": difference.after,
        "fields": [(field_word(each.field), said(each.field, each.before), said(each.field, each.after)) for each in difference.fields],
        "amount": difference.amount,
    }


def comparison(before: Scheme, after: Scheme) -> dict[str, Any]:
    """Two versions side by side, each with its items at hand: item by item, totals per class, whether the vote still holds."""
    old, new = lines_of(before), lines_of(after)
    communities = [item.work.community for scheme in (before, after) for item in scheme.items.all() if item.work.community]
    names = {community.pk: community.name for community in communities}
    rows = [row_of(difference, names) for difference in differences(old, new)]
    totals_before, totals_after = class_totals(old), class_totals(new)
    return {
        "rows": rows,
        "changes": {state: sum(row["state"] == state for row in rows) for state in ("added", "removed", "changed", "same")},
        "classes": [(each.label, totals_before[each], totals_after[each], totals_after[each] - totals_before[each]) for each in WorkClass],
        "total_before": estimate(old),
        "total": estimate(new),
        "difference": estimate(new) - estimate(old),
        "reasons": [reason_text(reason) for reason in material_change(old, new)],
    }
