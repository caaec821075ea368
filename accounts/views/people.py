"""The people of an area: list, one account, who can do what."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.choices import Role
from accounts.forms import EndPostForm, PeopleFilterForm, PostForm, ReasonForm, first_day
from accounts.models import User
from accounts.operations import manageable
from accounts.queries import counts_on, grantable_regions, people, permission_table, posts_in_reach, tokens_of
from accounts.rules import strictly_below
from common.paging import cursor_page
from common.views import ActionView, SignedInView, StaffRequest
from regions.models import Region
from regions.queries import ancestors, children, region_or_404

SORTS = ("name", "username", "last_login")


class PeopleList(ActionView):
    """Accounts in my area."""

    action = "accounts.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Filters, sort and page are in the address."""
        form = PeopleFilterForm(request.GET)
        code = form.value("region")
        region = region_or_404(code, request.user) if code else None
        sort = request.GET.get("sort", "name")
        rows = people(request.user, region=region, role=form.value("role"), active=form.value("active"), words=form.value("q"))
        page = cursor_page(rows, order=sort if sort.removeprefix("-") in SORTS else "name", cursor=request.GET.get("cursor", ""), size=50)
        today = timezone.localdate()
        for row in page.rows:
            row.shown_posts = [post for post in row.posts_in_reach if counts_on(post, today)] or row.posts_in_reach[:1]
        here = region or request.user.region
        context = {
            "form": form,
            "page": page,
            "region": region,
            "crumbs": [place(each) for each in ancestors(here) if request.user.scope.covers(each.path)] if here else [],
            "children": [place(each) for each in children(here)] if here else [],
            "filters": [form.fields[name].label for name in form.fields if form.value(name)],
            "may_create": request.user.may("accounts.manage"),
            "today": today,
        }
        return render(request, "accounts/people.html", context)


class PersonDetail(ActionView):
    """One account: posts, what can be done with it, its history."""

    action = "accounts.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The page."""
        return person_page(request, pk)


def person_page(request: StaffRequest, pk: int, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The account's page, with the form that was refused in place of a fresh one."""
    user = get_object_or_404(User.objects.visible_to(request.user, "accounts.see"), pk=pk)
    today = timezone.localdate()
    posts = list(posts_in_reach(request.user).filter(user=user))
    above = request.user.scope_for("accounts.manage").paths
    for post in posts:
        post.dialog = f"end-{post.pk}"
        below = any(strictly_below(post.region.path, own) for own in above)
        post.can_end = below and post.user_id != request.user.pk and (post.ends_on is None or post.ends_on >= today)
    can_manage = manageable(request.user, user, today)
    context = {
        "person": user,
        "posts": posts,
        "hidden_posts": user.posts.count() - len(posts),
        "can_manage": can_manage,
        "tokens": tokens_of(user) if can_manage else None,
        "reason_form": ReasonForm(),
        "end_form": EndPostForm(initial={"ends_on": today.isoformat()}),
        "today": today,
    }
    return render(request, "accounts/person.html", context | forms, status=status)


def place(region: Region) -> tuple[str, str]:
    """A region as a link of the breadcrumb."""
    return region.name, f"?region={region.code}"


def region_choice(request: StaffRequest) -> tuple[Region | None, dict[str, Any]]:
    """The region that `?region=` names, and the way up and down from it for the page."""
    code = request.GET.get("region", "")
    region = region_or_404(code, request.user) if code else request.user.region
    if region is None:
        return None, {"crumbs": [], "children": [], "chosen": None}
    scope = request.user.scope_for("accounts.manage")
    reachable = grantable_regions(request.user)
    chosen = region if reachable.filter(pk=region.pk).exists() else None
    return chosen, {
        "crumbs": [place(each) for each in ancestors(region) if scope.covers(each.path)],
        "children": [place(each) for each in children(region) if scope.covers(each.path)],
        "chosen": chosen,
        "form": None,
    }


def post_form(region: Region, data: Any = None) -> PostForm:
    """The form of a post in a region, beginning today."""
    return PostForm(data, region=region, initial=first_day(timezone.localdate()))


class Permissions(SignedInView):
    """Who can do what, from the table that every page, operation and API view asks."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page."""
        held = {post.role for post in request.user.current_posts}
        roles = [(role, role in held) for role in Role]
        return render(request, "accounts/permissions.html", {"table": permission_table(), "roles": roles})
