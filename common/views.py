"""Base of all views: a view names its action; outside the region 404, inside without the right 403."""

from typing import Any

from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views import View


class StaffRequest(HttpRequest):
    """A request behind ActionView: somebody is signed in (accounts.User, a floor above this one)."""

    user: Any


class ActionView(AccessMixin, View):
    """A class-based view that is guarded by its `action` in the permission table.

    `action = None` is not allowed: a page for everybody says `PublicView`. An architecture test walks all URLs.
    """

    action: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Login first, then the right."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.may(self.action):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class SignedInView(AccessMixin, View):
    """A page about the signed-in person alone (their password, second factor, profile): no action of the table guards it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Login is all that is asked."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class PublicView(View):
    """A page for everybody, said on purpose."""
