"""Words of accounts' tables."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import Q

from regions.querysets import M, ScopedQuerySet, Viewer


class PostQuerySet(ScopedQuerySet[M]):
    """Posts."""

    def held_on(self, day: datetime.date) -> Self:
        """Posts in force on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class UserQuerySet(ScopedQuerySet[M]):
    """Accounts: in reach when one of their posts hangs below the viewer's region."""

    path_field = "posts__region__path"

    def visible_to(self, viewer: Viewer | Any, action: str = "") -> Self:
        """Each once, though a user may hold several posts in reach."""
        reached = super().visible_to(viewer, action).order_by().values("pk")
        return self.filter(pk__in=reached)


class ApiTokenQuerySet(UserQuerySet[M]):
    """Tokens: in reach with the account they act for."""

    path_field = "user__posts__region__path"

    def working(self, at: datetime.datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    """Django's user manager with our words."""
