"""Pages of accounts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """What is shown after too many failed log-ins."""
    return render(request, "registration/locked_out.html", status=429)
