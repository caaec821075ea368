"""Signing in and out, and what is shown after too many tries."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from accounts.forms import SignInForm
from accounts.throttling import WINDOW_SECONDS, count_failure, too_many
from common.views import PublicView


class SignIn(PublicView, LoginView):
    """User name and password; where to go afterwards is checked by Django to be on this site."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse before the password is looked at when there were too many tries."""
        if too_many(request, request.POST.get("username", "")):
            return wait_page(request, WINDOW_SECONDS)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Count the failure."""
        count_failure(self.request, self.request.POST.get("username", ""))
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the reader comes from a session that has ended."""
        return super().get_context_data(**kwargs) | {"ended": "ended" in self.request.GET}


class SignOut(PublicView, LogoutView):
    """By POST only."""

    http_method_names = ["post", "options"]

    def get_success_url(self) -> str:
        """The login page."""
        return reverse("accounts:login")


def wait_page(request: HttpRequest, seconds: int) -> HttpResponse:
    """Too many tries: how long to wait, and whom to ask."""
    response = render(request, "accounts/locked_out.html", {"minutes": -(-seconds // 60)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def locked_out(
    request: HttpRequest, original_response: HttpResponseBase | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What axes answers with when a name is locked at an address."""
    cool_off = get_cool_off(request)
    return wait_page(request, int(cool_off.total_seconds()) if cool_off else WINDOW_SECONDS)
