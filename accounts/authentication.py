"""Machine clients and the API's permission check: the same table as the pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.tokens import bearer_of, note_use

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. The token acts as its user, narrowed to the token's actions and region."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None without such a header; the same AuthenticationFailed for a wrong, expired or revoked key."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The authorization header must read: Bearer KEY."))
        at = timezone.now()
        found = bearer_of(parts[1].decode("latin-1"), at)
        if found is None:
            raise AuthenticationFailed(_("This token is not valid or no longer in use."))
        note_use(found[1], at)
        return found

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal 401 instead of 403."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's page describes the key; found by drf-spectacular through its class."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "Bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """HTTP bearer authentication."""
        return {"type": "http", "scheme": "bearer", "description": str(_("The key, as issued under “My account”."))}


class ActionPermission(BasePermission):
    """A view names `action_name` in the permission table; `public = True` says on purpose that anybody may read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """The user's right, which a token has narrowed already."""
        if getattr(view, "public", False) and request.method in READING:
            return True
        return bool(request.user and request.user.is_authenticated and request.user.may(view.action_name))
