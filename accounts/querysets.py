"""Words of accounts' tables."""

from __future__ import annotations

import datetime
from typing import Self

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import Q

from regions.querysets import M, ScopedQuerySet


class PostQuerySet(ScopedQuerySet[M]):
    """Posts."""

    def held_on(self, day: datetime.date) -> Self:
        """Posts in force on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class UserQuerySet(ScopedQuerySet[M]):
    """Accounts: in reach when one of their posts hangs below the viewer's region."""

    path_field = "posts__region__path"

    def visible_to(self, viewer: object) -> Self:
        """Distinct, because a user may hold several posts."""
        return super().visible_to(viewer).distinct()


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's user manager with our words."""
