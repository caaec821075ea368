"""API plumbing: problem details (RFC 9457) and cursor paging."""

from typing import Any

from rest_framework.pagination import CursorPagination as RestCursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.errors import DomainError, unstorable


class CursorPagination(RestCursorPagination):
    """Keyset paging: stable while rows are added; `page_size` up to 1,000."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "pk"


def problem_details(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error as application/problem+json with type, title, status, detail and, where there are any, errors."""
    refusal = exception if isinstance(exception, DomainError) else unstorable(exception)
    if refusal is not None:
        status, title, detail, errors = refusal.status, refusal.code, str(refusal.message), refusal.details
        response = Response(status=status)
    else:
        answered = exception_handler(exception, context)
        if answered is None:
            return None
        response = answered
        data = response.data
        status = response.status_code
        title = getattr(getattr(exception, "default_code", None), "__str__", lambda: "error")()
        detail = str(data["detail"]) if isinstance(data, dict) and "detail" in data else str(getattr(exception, "default_detail", ""))
        errors = None if isinstance(data, dict) and "detail" in data else data
    response.data = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        response.data["errors"] = errors
    response.content_type = "application/problem+json"
    return response
