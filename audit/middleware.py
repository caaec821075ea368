"""Puts the user, the page and the stated reason beside every row that a request changes."""

import pghistory.middleware


class AuditContextMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's middleware: writes get the user and the URL; operations add `reason` with pghistory.context."""

    def get_context(self, request):  # type: ignore[no-untyped-def]
        """User id and path; the reason from the form's `reason` field when there is one."""
        context = super().get_context(request)
        reason = request.POST.get("reason", "")[:500] if request.method == "POST" and request.content_type != "application/json" else ""
        return context | ({"reason": reason} if reason else {})
