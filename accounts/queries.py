"""Reads: the people of an area, and what the permission table says."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import ApiToken, Post, User
from accounts.permissions import ACTIONS, Action
from regions.models import Region


def people(viewer: User, *, region: Region | None = None, role: str = "", active: str = "", words: str = "") -> QuerySet[User]:
    """Accounts with a post in the viewer's reach. `active`: "yes", "no" or ""; words are sought in name and user name.

    Region and role must meet in one post.
    """
    rows = User.objects.visible_to(viewer, "accounts.see")
    if region or role:
        posts = Post.objects.visible_to(viewer, "accounts.see")
        posts = posts.within(region) if region else posts
        posts = posts.filter(role=role) if role else posts
        rows = rows.filter(pk__in=posts.order_by().values("user_id"))
    if active in {"yes", "no"}:
        rows = rows.filter(is_active=active == "yes")
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word))
    return rows.prefetch_related(Prefetch("posts", posts_in_reach(viewer), to_attr="posts_in_reach"))


def posts_in_reach(viewer: User) -> QuerySet[Post]:
    """Posts that the viewer may know of, newest first, with their regions."""
    return Post.objects.visible_to(viewer, "accounts.see").select_related("region").order_by("-starts_on", "pk")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A user's tokens, newest first."""
    return user.tokens.select_related("region").order_by("-created_at", "-pk")


def grantable_regions(actor: User) -> QuerySet[Region]:
    """Regions below the actor's own in which accounts can be created."""
    scope = actor.scope_for("accounts.manage")
    return Region.objects.filter(scope.q("path")).exclude(path__in=scope.paths)


@dataclass(frozen=True)
class TableRow:
    """One action of the permission table, and for each role whether it may."""

    code: str
    action: Action
    cells: list[bool]


def permission_table() -> list[tuple[str, list[TableRow]]]:
    """The table of accounts/permissions.py for people: subject, then its actions in the table's order."""
    rows = [TableRow(code, action, [role in action.roles for role in Role]) for code, action in ACTIONS.items()]
    found: dict[str, list[TableRow]] = {}
    for subject, group in groupby(rows, key=lambda row: row.code.split(".")[0]):
        found.setdefault(subject, []).extend(group)
    return [(subject_words(subject), group) for subject, group in found.items()]


def subject_words(subject: str) -> str:
    """The name of a group of actions; a subject that nobody named stands under its code."""
    words = {
        "dashboard": _("Figures"),
        "regions": _("Regions"),
        "accounts": _("Accounts"),
        "audit": _("Audit trail"),
        "communities": _("Communities"),
        "households": _("Households and owners"),
        "imports": _("Excel in"),
        "exports": _("Excel out"),
        "projects": _("Projects"),
        "progress": _("Progress"),
        "special": _("Special works"),
        "stages": _("Stages"),
        "gates": _("Gates"),
        "catalogue": _("Catalogue of works"),
        "templates": _("City templates"),
        "plans": _("Annual plans"),
        "acceptance": _("Joint acceptance and archives"),
        "warranty": _("Warranty"),
        "facilities": _("Facilities"),
        "tokens": _("API tokens"),
    }
    return words.get(subject, subject)


def counts_on(post: Post, day: datetime.date) -> bool:
    """Whether a post is in force on a day."""
    return post.starts_on <= day and (post.ends_on is None or post.ends_on >= day)
