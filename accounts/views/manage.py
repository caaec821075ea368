"""Changing the accounts of the levels below: create, posts, password, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import operations, second_factor, tokens
from accounts.forms import AccountForm, EndPostForm, ReasonForm, add_refusal, first_day
from accounts.models import ApiToken, Post, User
from accounts.operations import FirstPassword
from accounts.views.own import once
from accounts.views.people import person_page, post_form, region_choice
from common.errors import DomainError
from common.views import ActionView, StaffRequest


def password_page(request: StaffRequest, made: FirstPassword, *, new: bool) -> HttpResponse:
    """The one-time password, shown once and never again."""
    return once(render(request, "accounts/first_password.html", {"person": made.user, "password": made.password, "new": new}))


class ManageView(ActionView):
    """Base: who may see an account may not always change it; the operation decides, a stranger's account does not exist."""

    action = "accounts.manage"

    @staticmethod
    def person(request: StaffRequest, pk: int) -> User:
        """The account in reach, or 404."""
        return get_object_or_404(User.objects.visible_to(request.user, "accounts.see"), pk=pk)


class PersonCreate(ManageView):
    """A new account: first the region, then the person."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """Choose a region below; with one chosen, the form."""
        region, context = region_choice(request)
        if region is not None:
            context["form"] = AccountForm(region=region, initial=first_day(timezone.localdate()))
        return render(request, "accounts/person_form.html", context)

    def post(self, request: StaffRequest) -> HttpResponse:
        """Create it."""
        region, context = region_choice(request)
        if region is None:
            return redirect("accounts:create")
        form = AccountForm(request.POST, region=region)
        if form.is_valid():
            try:
                made = operations.create_account(actor=request.user, at=timezone.now(), region=region, **form.cleaned_data)
            except DomainError as error:
                add_refusal(form, error)
            else:
                return password_page(request, made, new=True)
        return render(request, "accounts/person_form.html", context | {"form": form})


class PostGive(ManageView):
    """One more post for an account."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Choose a region below; with one chosen, the form."""
        region, context = region_choice(request)
        form = post_form(region) if region else None
        return render(request, "accounts/post_form.html", context | {"person": self.person(request, pk), "form": form})

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Give it."""
        person = self.person(request, pk)
        region, context = region_choice(request)
        if region is None:
            return redirect("accounts:post-give", pk=pk)
        form = post_form(region, request.POST)
        if form.is_valid():
            try:
                operations.give_post(actor=request.user, at=timezone.now(), user=person, region=region, **form.cleaned_data)
            except DomainError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("The post is given."))
                return redirect(person)
        return render(request, "accounts/post_form.html", context | {"person": person, "form": form})


class PostEnd(ManageView):
    """The last day of a post."""

    def post(self, request: StaffRequest, pk: int, post_pk: int) -> HttpResponse:
        """End it."""
        person = self.person(request, pk)
        held = get_object_or_404(Post.objects.visible_to(request.user, "accounts.see"), pk=post_pk, user=person)
        form = EndPostForm(request.POST)
        if form.is_valid():
            try:
                operations.end_post(actor=request.user, at=timezone.now(), post=held, **form.cleaned_data)
            except DomainError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("The last day of the post is set."))
                return redirect(person)
        return person_page(request, pk, status=400, end_form=form)


class ReasonedChange(ManageView):
    """Base of a change that asks for nothing but its reason."""

    def carry_out(self, **arguments: Any) -> FirstPassword | None:
        """The operation; what it returns is shown once."""
        raise NotImplementedError

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Do it, or show the page again with what is missing."""
        person = self.person(request, pk)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return person_page(request, pk, status=400, reason_form=form)
        made = self.carry_out(actor=request.user, at=timezone.now(), user=person, reason=form.cleaned_data["reason"])
        if made is not None:
            return password_page(request, made, new=False)
        messages.success(request, _("Done: %(name)s.") % {"name": person})
        return redirect(person)


def _quietly(operation: Callable[..., Any]) -> Callable[..., None]:
    """An operation whose result needs no showing."""

    def carry_out(self: ReasonedChange, **arguments: Any) -> None:
        operation(**arguments)

    return carry_out


class AccountClose(ReasonedChange):
    """Close an account."""

    carry_out = _quietly(operations.close_account)


class SecondFactorLost(ReasonedChange):
    """Remove the second factor of somebody who lost the phone."""

    carry_out = _quietly(second_factor.remove)


class AccountReopen(ReasonedChange):
    """Open a closed account again."""

    def carry_out(self, **arguments: Any) -> FirstPassword:
        """With a new one-time password."""
        return operations.reopen_account(**arguments)


class PasswordReset(ReasonedChange):
    """A new one-time password."""

    def carry_out(self, **arguments: Any) -> FirstPassword:
        """The old one stops at once."""
        return operations.reset_password(**arguments)


class PersonTokenRevoke(ManageView):
    """Stop a key of somebody on a level below."""

    def post(self, request: StaffRequest, pk: int, token_pk: int) -> HttpResponse:
        """Revoke it."""
        person = self.person(request, pk)
        token = get_object_or_404(ApiToken, pk=token_pk, user=person)
        tokens.revoke_token(actor=request.user, at=timezone.now(), token=token)
        messages.success(request, _("The key %(name)s stops from now on.") % {"name": token.name})
        return redirect(person)
