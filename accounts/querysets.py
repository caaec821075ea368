"""Words of accounts' tables."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any, Self

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import connections
from django.db.models import Model, Q

from regions.models import Region
from regions.querysets import M, ScopedQuerySet, Viewer

IN_FORCE = """
SELECT {columns} FROM accounts_post p JOIN regions_region r ON r.id = p.region_id
WHERE p.user_id = %s AND p.starts_on <= %s AND (p.ends_on IS NULL OR p.ends_on >= %s) ORDER BY r.depth, p.id
"""


class PostQuerySet(ScopedQuerySet[M]):
    """Posts."""

    def held_on(self, day: datetime.date) -> Self:
        """Posts in force on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def in_force(self, user_id: int, day: datetime.date) -> list[M]:
        """The posts that a user holds on a day, with their regions, the highest first.

        The same as `held_on` and `select_related`, for every request of a signed-in person: there the ORM's building of
        the statement took several times as long as the statement.
        """
        statement, split = _statement(self.model)
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement, [user_id, day, day])
            rows = cursor.fetchall()
        found = []
        for row in rows:
            post = self.model.from_db(self.db, _columns(self.model), row[:split])
            post.region = Region.from_db(self.db, _columns(Region), row[split:])
            found.append(post)
        return found


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@lru_cache(maxsize=1)
def _statement(post: type[Model]) -> tuple[str, int]:
    """The statement of `in_force`, and how many of its columns are the post's."""
    own = [f'p."{field.column}"' for field in post._meta.concrete_fields]
    below = [f'r."{field.column}"' for field in Region._meta.concrete_fields]
    return IN_FORCE.format(columns=", ".join(own + below)), len(own)


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
