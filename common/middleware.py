"""Turns a rule's refusal that no view caught into a clear page with the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.errors import DomainError


class DomainErrorMiddleware:
    """A DomainError leaves as a page (or an htmx fragment) that says the sentence, with the error's status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with `templates/errors/domain_error.html`."""
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/domain_error.html", {"error": exception}, status=exception.status)
