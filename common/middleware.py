"""Turns a rule's refusal that no view caught into a clear page with the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from common.errors import DomainError, unstorable


class DomainErrorMiddleware:
    """A DomainError leaves as a page (or an htmx fragment) that says the sentence, with the error's status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with `templates/errors/domain_error.html`, or on top of the page where htmx asked."""
        error = exception if isinstance(exception, DomainError) else unstorable(exception)
        if error is None:
            return None
        if getattr(request, "htmx", False):
            response = render(request, "errors/_domain_error.html", {"error": error}, status=error.status)
            response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#main", "afterbegin"
            return response
        context = {"error": error, "back": _page_before(request)}
        return render(request, "errors/domain_error.html", context, status=error.status)


def _page_before(request: HttpRequest) -> str:
    """Where the form stood, when that is a page of this site."""
    referer = request.headers.get("Referer", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()) else ""
