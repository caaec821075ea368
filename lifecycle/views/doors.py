"""Links of findings as a reader may follow them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve


def without_shut_doors(findings: list[dict[str, Any]], user: Any, path: str) -> list[dict[str, Any]]:
    """Findings without the links at which this reader would only be refused; who mends it is still said."""
    for finding in findings:
        if finding["url"]:
            view = getattr(resolve(urlsplit(finding["url"]).path).func, "view_class", None)
            action = getattr(view, "action", "")
            if action and not user.may(action, path):
                finding["url"] = ""
    return findings
