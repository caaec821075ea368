"""Template tags and filters of the design language: icons, bars, figures, findings, fields, links that keep the query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, RadioSelect, Select
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import display, spoken

register = template.Library()

PAGING = ("cursor", "page")  # a new filter or order starts on page 1


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


# --- icons and findings -----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _icon_body(folder: Path, name: str) -> SafeString | None:
    try:
        text = (Path(folder) / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return mark_safe(re.sub(r"\s+", " ", text[text.index(">") + 1 : text.rindex("</svg>")]).strip())


@register.simple_tag
def icon(name: str, cls: str = "") -> SafeString:
    """An icon of bootstrap-icons, hidden from screen readers: put words beside it."""
    body = _icon_body(settings.ICON_ROOT, name)
    if body is None:
        if settings.DEBUG:
            raise template.TemplateSyntaxError(f"no icon named {name!r} in {settings.ICON_ROOT}")
        return SafeString("")
    return format_html('<svg class="i{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', f" {cls}" if cls else "", body)


SHAPES = {
    "pass": '<circle cx="8" cy="8" r="8" fill="currentColor"/><path class="cut" d="M4.2 8.3 7 11l5-5.6"/>',
    "near": '<path d="M8 0l8 8-8 8-8-8z" fill="currentColor"/><path class="cut" d="M8 3.8v5M8 10.4v1.8"/>',
    "fail": '<path d="M1 1h14v14H1z" fill="currentColor"/><path class="cut" d="M4.8 4.8l6.4 6.4m0-6.4-6.4 6.4"/>',
    "none": '<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.6 2.2"/>',
}


@register.simple_tag
def finding_shape(state: str) -> SafeString:
    """Only the shape: disc = passed, diamond = near, square = not reached, ring = not yet."""
    shape = mark_safe(SHAPES.get(state, SHAPES["none"]))
    return format_html('<svg class="shape" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', shape)


@register.simple_tag
def finding_mark(state: str, text: str = "") -> SafeString:
    """Shape + word + colour. States: pass, near, fail, none; text replaces the usual word."""
    words = {"pass": _("Passed"), "near": _("Nearly reached"), "fail": _("Not reached"), "none": _("Not started")}
    state = state if state in words else "none"
    return format_html('<span class="f {}">{}{}</span>', state, finding_shape(state), text or words[state])


# --- figures ----------------------------------------------------------------------------------------------------


@register.simple_tag
def rate(part: Any, whole: Any, digits: int = 1) -> str:
    """The bare percentage, "73.2", for data-value attributes and figures with a separate unit; "" without a plan."""
    value = display.percent(part, whole, digits)
    return "" if value is None else str(value)


@register.simple_tag
def pct(part: Any, whole: Any, digits: int = 1, empty: str = "") -> str:
    """ "73.2%", never clamped; without a plan the words "No plan" (or `empty`)."""
    value = display.percent(part, whole, digits)
    return (empty or _("No plan")) if value is None else f"{display.group(value)}%"


@register.simple_tag
def rate_bar(part: Any, whole: Any, tick: Any = None, tall: bool = False, scale: int | None = None, state: str = "") -> SafeString:
    """A bar with its due line (tick, in per cent); 110 as scale where any row of the table exceeds 100 %."""
    geometry = display.bar(part, whole, tick, scale)
    if geometry is None:
        return format_html('<span class="muted">{}</span>', _("No plan"))
    pieces = [format_html('<rect class="bg" width="{}%" height="100%"/>', geometry.ground)]
    pieces.append(format_html('<rect class="v{}" width="{}%" height="100%"/>', f" {state}" if state else "", geometry.value))
    if geometry.over:
        pieces.append(format_html('<rect class="over" x="{}%" width="{}%" height="100%"/>', geometry.value, geometry.over))
    if geometry.tick is not None:
        low = 17 if tall else 11
        pieces.append(format_html('<line class="tick" x1="{0}%" x2="{0}%" y1="-3" y2="{1}"/>', geometry.tick, low))
    body = format_html_join("", "{}", ((piece,) for piece in pieces))
    return format_html('<svg class="bar{}" aria-hidden="true">{}</svg>', " tall" if tall else "", body)


@register.simple_tag
def rate_cell(part: Any, whole: Any, tick: Any = None, scale: int | None = None, state: str = "", digits: int = 1) -> SafeString:
    """What stands in a table cell: bar at the left, number right-aligned; on phones the number above the bar."""
    bar = rate_bar(part, whole, tick=tick, scale=scale, state=state)
    if display.percent(part, whole) is None:
        return bar
    return format_html('<div class="ratecell">{}<b>{}</b></div>', bar, pct(part, whole, digits))


@register.simple_tag
def spark(values: Sequence[Any]) -> SafeString:
    """A small line of the last months, oldest first; hidden from readers because the change stands beside it."""
    points = display.spark_points(list(values or []))
    if not points:
        return SafeString("")
    line = " ".join(f"{x},{y}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 72 26" aria-hidden="true"><polyline points="{}"/><circle cx="{}" cy="{}" r="3"/></svg>',
        line, *points[-1],
    )  # fmt: skip


@register.simple_tag
def delta(now: Any, before: Any, unit: str = "", digits: int = 1) -> SafeString:
    """Change with unit, ink only: ▲ 24.0 points. Units "points" and "percentage points" are translated."""
    change = display.change(now, before, digits)
    if change is None:
        return format_html('<b class="muted">{}</b>', "—")
    words = {"points": _("points"), "percentage points": _("percentage points")}
    spoken = {"up": _("up"), "down": _("down"), "same": _("unchanged")}[change.direction]
    unit = words.get(unit, unit)
    return format_html(
        '<b><span class="sr">{} </span><span aria-hidden="true">{}</span> {}{}</b>',
        spoken, change.mark, display.group(change.amount), f" {unit}" if unit else "",
    )  # fmt: skip


@register.simple_tag
def rate_delta(part: Any, whole: Any, part_before: Any, whole_before: Any = None, unit: str = "") -> SafeString:
    """Change of a rate in points, from the counts, so that nothing is rounded twice. The plan is the same unless given."""
    before = whole if whole_before is None else whole_before
    return delta(display.percent(part, whole, 9), display.percent(part_before, before, 9), unit)


@register.simple_tag
def lag_tag(part: Any, whole: Any, due: Any, near: Any = 15, fail: Any = 25) -> SafeString:
    """How far a rate lies behind its due value: grey below `near` points, amber from there, red from `fail`."""
    found = display.lag(display.percent(part, whole), due, near, fail)
    if found is None:
        return format_html('<span class="tag">{}</span>', _("No plan") if due is not None else "—")
    state, distance = found
    if state == "reached":
        return format_html('<span class="tag">{}</span>', _("On schedule"))
    text = _("−%(points)s points") % {"points": distance}
    if state == "behind":
        return format_html('<span class="tag">{}</span>', text)
    return format_html('<span class="tag {}">{}{}</span>', state, finding_shape(state), text)


@register.filter
def number(value: Any, digits: int | None = None) -> str:
    """3057 → 3,057; {{ x|number:1 }} fixes the decimals."""
    return display.group(value, digits)


@register.filter
def wan(value: Any, digits: int = 1) -> str:
    """520000 → "52.0 万" in Chinese, "520,000" in English."""
    if value is None or value == "":
        return ""
    return f"{display.ten_thousands(value, digits)} 万" if chinese() else display.group(value, 0)


@register.filter
def yuan_wan(value: Any, digits: int = 1) -> str:
    """Yuan: 8964000 → "896.4 万元" in Chinese, "CNY 8,964,000" in English."""
    if value is None or value == "":
        return ""
    return f"{display.ten_thousands(value, digits)} 万元" if chinese() else f"CNY {display.group(value, 0)}"


@register.filter
def yuan_yi(value: Any, digits: int = 1) -> str:
    """Yuan: 2130000000 → "21.3 亿元" in Chinese, "CNY 2.13 bn" in English (one digit more)."""
    if value is None or value == "":
        return ""
    if chinese():
        return f"{display.hundred_millions(value, digits)} 亿元"
    return f"CNY {display.billions(value, digits + 1)} bn"


@register.filter
def area(value: Any, digits: int = 0) -> str:
    """Square metres: 24680 → "24,680 m²"."""
    return "" if value is None or value == "" else f"{display.group(value, digits)} m²"


# --- days and times as residents say them --------------------------------------------------------------------------


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@register.filter
def moment(value: datetime | None) -> str:
    """For residents: "4 月 10 日（周六）20:00", "Sat 10 April, 20:00"; Beijing time."""
    return spoken.resident_moment(value, _language()) if value else ""


@register.filter
def dated_moment(value: datetime | None) -> str:
    """The same with the year, for what may lie long back."""
    return spoken.resident_moment(value, _language(), year=True) if value else ""


@register.filter
def resident_day(value: date | datetime | None) -> str:
    """For residents: "4 月 10 日（周六）", "Sat 10 April"."""
    return spoken.resident_day(value, _language()) if value else ""


# --- links and tables ---------------------------------------------------------------------------------------------


@register.simple_tag
def url_with(request: HttpRequest, **changes: Any) -> str:
    """The page's own query string with changes; None or "" removes a key; the paging cursor is dropped unless given."""
    query = request.GET.copy()
    for key in PAGING:
        query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None and value != "":
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_header(context: template.Context, label: str, key: str, num: bool = False, default: str = "", cls: str = "") -> SafeString:
    """A header cell of a table sorted by the server: ?sort=key, then ?sort=-key. `default` is the view's own order."""
    request = context["request"]
    current = request.GET.get("sort") or default
    way = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    following = f"-{key}" if current == key else key
    classes = " ".join(filter(None, ["num" if num else "", cls]))
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}</a></th>',
        format_html(' class="{}"', classes) if classes else "",
        format_html(' aria-sort="{}"', way) if way else "",
        url_with(request, sort=following),
        label,
    )


# --- forms --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, cls: str = "", unit: str = "", label: str = "") -> dict[str, Any]:
    """Label, help, message, input in this order, tied together for screen readers."""
    widget = bound.field.widget
    help_id = f"{bound.auto_id}_help" if bound.help_text else ""
    error_id = f"{bound.auto_id}_error" if bound.errors else ""
    attrs: dict[str, Any] = {}
    if described := " ".join(filter(None, [error_id, help_id])):
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    choices = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    tick = isinstance(widget, CheckboxInput)
    if not choices and not tick:
        own = widget.attrs.get("class", "")
        attrs["class"] = f"{own} in".strip()
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "cls": cls,
        "unit": unit,
        "help_id": help_id,
        "error_id": error_id,
        "choices": choices,
        "tick": tick,
        "file": isinstance(widget, ClearableFileInput),
        "select": isinstance(widget, Select) and not choices,
        "hidden": bound.is_hidden,
        "optional": not bound.field.required and not tick,
    }
