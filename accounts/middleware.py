"""Second factor and first password: who must still do something is led there, and nowhere else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

ALWAYS_OPEN = ("/healthz", "/static/", "/i18n/")


class SecondFactorMiddleware:
    """Sends a user whose role demands TOTP to set-up or check, and one with a first password to change it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        target = self._detour(request)
        return redirect(target) if target else self.get_response(request)

    def _detour(self, request: HttpRequest) -> str | None:
        if request.path.startswith(ALWAYS_OPEN) or request.path.startswith("/accounts/") or not request.user.is_authenticated:
            return None
        if request.user.must_change_password:
            return reverse("accounts:password-change")
        wanted = settings.SECOND_FACTOR_ROLES
        if wanted and not request.user.is_verified() and any(post.role in wanted for post in request.user.current_posts):
            return reverse("accounts:second-factor")
        return None
