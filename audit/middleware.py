"""Puts the user, the page and the stated reason beside every row that a request changes."""

from typing import Any

import pghistory.middleware
from django.http import HttpRequest, HttpResponse

LONGEST_REASON = 500
HOUSEHOLDS = "/v/"  # households vote without an account: no user to note, and their ballots are their own record


class AuditContextMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's middleware: writes get the user and the URL; operations add `reason` with pghistory.context."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Households' pages pass by: they neither have a user nor may they touch a session."""
        response: HttpResponse = self.get_response(request) if request.path.startswith(HOUSEHOLDS) else super().__call__(request)
        return response

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """User id and path; the reason from the form's `reason` field when there is one."""
        context: dict[str, Any] = super().get_context(request)
        form = request.method == "POST" and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON] if form else ""
        return context | ({"reason": reason} if reason else {})
