"""Machine clients and the API's permission check: the same table as the pages."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, User


def digest_of(key: str) -> str:
    """What is stored of a token's key."""
    return hashlib.sha256(key.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. The token acts as its user, narrowed to the token's actions."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None without such a header; AuthenticationFailed for a wrong, expired or revoked key."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The authorization header must read: Bearer KEY."))
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(parts[1].decode("latin-1"))).first()
        if token is None or token.revoked_at or token.expires_at <= timezone.now() or not token.user.is_active:
            raise AuthenticationFailed(_("This token is not valid or no longer in use."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal 401 instead of 403."""
        return "Bearer"


class ActionPermission(BasePermission):
    """A view names `action_name` in the permission table; `public = True` says on purpose that anybody may read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """The user's right, narrowed by the token's."""
        if getattr(view, "public", False) and request.method in {"GET", "HEAD", "OPTIONS"}:
            return True
        action = view.action_name
        if not request.user or not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken) and action not in request.auth.actions:
            return False
        return bool(request.user.may(action))
