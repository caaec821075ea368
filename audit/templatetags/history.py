"""{% load history %}{% history_of community %}: the changes of one row, for the pages of every floor."""

from typing import Any

from django import template
from django.db.models import Model

from audit.queries import history_of as changes_of

register = template.Library()


@register.inclusion_tag("audit/_history.html")
def history_of(row: Model, limit: int = 20) -> dict[str, Any]:
    """Newest first, at most `limit`; the page has checked already that its reader may see the row."""
    changes = changes_of(row, limit=limit + 1)
    return {"history": changes[:limit], "more": len(changes) > limit}
