"""Template words of works: amounts for columns headed 万元, and the exact 万元 of an input."""

from decimal import Decimal
from typing import Any

from django import template

from common import display
from projects.rules import wan_of_yuan

register = template.Library()


@register.filter
def in_wan(value: Any, digits: int = 1) -> str:
    """Yuan for a column headed 万元: 8964000 -> "896.4"."""
    return "" if value is None else display.ten_thousands(value, digits)


@register.filter
def exact_wan(value: Decimal | None) -> str:
    """Yuan as exact 万元 with at least two decimals: 4025000 -> "402.50"."""
    return wan_of_yuan(value)


@register.filter
def plain_number(value: Decimal | None) -> str:
    """A number in groups of thousands with as many decimals as it has: 1234.50 -> "1,234.5", 0.001000 -> "0.001"."""
    return "" if value is None else f"{value.normalize():,f}"
