"""Puts the user, the page and the stated reason beside every row that a request changes."""

from typing import Any

import pghistory.middleware
from django.http import HttpRequest

LONGEST_REASON = 500


class AuditContextMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's middleware: writes get the user and the URL; operations add `reason` with pghistory.context."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """User id and path; the reason from the form's `reason` field when there is one."""
        context: dict[str, Any] = super().get_context(request)
        form = request.method == "POST" and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON] if form else ""
        return context | ({"reason": reason} if reason else {})
