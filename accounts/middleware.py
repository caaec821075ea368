"""What must happen before a signed-in person goes on: second factor, own password; and an honest word when a session ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.second_factor import demanded_of
from common.views import StaffRequest

ALWAYS_OPEN = ("/healthz", "/static/", "/i18n/", "/v/")  # the last: voting knows no session, whoever is signed in there
API = "/api/"


class SecondFactorMiddleware:
    """Leads a signed-in person to the one step that is missing, and nowhere else.

    In this order: the code of a second factor that they have; a password of their own instead of the first one; the
    set-up of a second factor that a post demands. Only that step's page, signing out and the language stay open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ALWAYS_OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        step = self._missing_step(cast(StaffRequest, request))
        if step is None or request.path in {reverse(step), reverse("accounts:logout")}:
            return self.get_response(request)
        if request.path.startswith(API):
            detail = _("Finish signing in on the site first: second factor or new password.")
            body = {"type": "about:blank", "title": "sign_in_unfinished", "status": 403, "detail": detail}
            return JsonResponse(body, status=403, content_type="application/problem+json")
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse(step)})
        target = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" and request.path != "/" else ""
        return redirect(f"{reverse(step)}{target}")

    @staticmethod
    def _missing_step(request: StaffRequest) -> str | None:
        user = request.user
        if user.second_factor_since and not user.is_verified():
            return "accounts:second-factor-check"
        if user.must_change_password:
            return "accounts:password-change"
        if not user.second_factor_since and demanded_of(user):
            return "accounts:second-factor"
        return None


class SessionEndMiddleware:
    """Tells a login page that its reader had a session that has ended, and sends htmx fragments there as a whole page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 302 or request.user.is_authenticated or request.path == reverse("accounts:logout"):
            return response
        login = resolve_url(settings.LOGIN_URL)
        location = response.headers["Location"]
        if urlsplit(location).path != login:
            return response
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            location += f"{'&' if '?' in location else '?'}ended=1"
        if getattr(request, "htmx", False):
            page = urlsplit(request.htmx.current_url_abs_path or "/")
            query = urlencode({"next": page.geturl(), "ended": 1})
            return HttpResponse(status=204, headers={"HX-Redirect": f"{login}?{query}"})
        response.headers["Location"] = location
        return response


class PrivateAnswerMiddleware:
    """What a signed-in person or a token gets is theirs alone: no proxy keeps it, and "back" after signing out asks anew.

    An answer that says itself how long it is kept (photos, outlines) stays as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response
