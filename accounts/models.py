"""Users, their posts, and tokens for machine clients."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pghistory
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.permissions import ACTIONS, roles_for
from accounts.querysets import ApiTokenQuerySet, PostQuerySet, UserManager
from common.errors import NotAllowed
from regions.models import Region
from regions.scope import Scope

if TYPE_CHECKING:
    from django.db.models.manager import RelatedManager


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person with an account. What they may do comes from their posts alone: there is no superuser."""

    username = models.CharField(_("user name"), max_length=60, unique=True, validators=[RegexValidator(r"^[\w.@+-]+$")])
    name = models.CharField(_("full name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(_("must set a new password"), default=False)
    password_changed_at = models.DateTimeField(_("password set at"), null=True, blank=True)  # the audit trail's only word on passwords
    second_factor_since = models.DateTimeField(_("second factor since"), null=True, blank=True)
    synthetic = models.BooleanField(_("synthetic"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("created by"))

    objects = UserManager()
    posts: RelatedManager[Post]
    narrowed_to: frozenset[str] | None = None  # set for a machine client: the only actions its token allows
    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("username",)
        constraints = [models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name for the masthead."""
        return str(self)

    def get_absolute_url(self) -> str:
        """The account's page."""
        return reverse("accounts:detail", args=[self.pk])

    @cached_property
    def current_posts(self) -> list[Post]:
        """Posts in force today (Shanghai), with their regions: one query per request."""
        return Post.objects.in_force(self.pk, timezone.localdate())

    @property
    def scope(self) -> Scope:
        """The union of the subtrees of all current posts."""
        return Scope(tuple(dict.fromkeys(post.region.path for post in self.current_posts)))

    def may(self, action: str, path: str | None = None) -> bool:
        """Whether one current post allows the action (in the region with this path). KeyError for an unknown action."""
        return any(path is None or path.startswith(own) for own in self.scope_for(action).paths)

    def scope_for(self, action: str) -> Scope:
        """The subtrees in which the action is allowed: narrower than `scope` for somebody with several posts."""
        roles = roles_for(action)
        if not self.is_active or (self.narrowed_to is not None and action not in self.narrowed_to):
            return Scope(())
        return Scope(tuple(dict.fromkeys(post.region.path for post in self.current_posts if post.role in roles)))

    def require(self, action: str, path: str | None = None) -> None:
        """Raise NotAllowed unless `may`."""
        if not self.may(action, path):
            raise NotAllowed(_t("You may not do this here: %(action)s.") % {"action": ACTIONS[action].words}, details={"action": action})

    @property
    def region(self) -> Region | None:
        """The highest region of the current posts: where the user's pages open."""
        return self.current_posts[0].region if self.current_posts else None

    @property
    def headline(self) -> str:
        """Post and region for the masthead."""
        post = self.current_posts[0] if self.current_posts else None
        return f"{post.region.name} · {post.get_role_display()}" if post else ""


@pghistory.track()
class Post(models.Model):
    """A role in a region between two dates (ends_on included; open end = until further notice)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, related_name="posts", verbose_name=_("region"))
    department = models.CharField(_("department"), max_length=60, blank=True)
    starts_on = models.DateField(_("from"), default=datetime.date(2018, 1, 1))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("region__path", "role")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="post_ends_after_start"
            ),
            models.UniqueConstraint(fields=["user", "role", "region", "starts_on"], name="post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.region}"


@pghistory.track(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A machine client's key: shown once, stored as SHA-256; acts as its user, narrowed to the listed actions.

    With a region it reaches only what hangs below it, however far its user's posts reach.
    """

    name = models.CharField(_("name"), max_length=60)
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens", verbose_name=_("user"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    actions = ArrayField(models.CharField(max_length=40), verbose_name=_("may"))
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region"))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)  # to within ten minutes

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("created_at")), name="token_expires_after_issue"),
            models.CheckConstraint(condition=~models.Q(actions=[]), name="token_allows_something"),
        ]

    def __str__(self) -> str:
        return self.name
