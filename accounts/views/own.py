"""One's own account: profile, password, second factor, tokens."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django_otp import login as verify_session

from accounts import second_factor, tokens
from accounts.forms import CodeForm, PasswordForm, TokenForm, add_refusal
from accounts.models import ApiToken
from accounts.operations import change_password
from accounts.queries import tokens_of
from common.errors import DomainError
from common.views import ActionView, SignedInView, StaffRequest
from regions.models import Region

TOKEN_DAYS = datetime.timedelta(days=90)


def once(response: HttpResponse) -> HttpResponse:
    """A page with a secret on it: shown once, kept by no cache."""
    add_never_cache_headers(response)
    return response


class Onward(RedirectURLMixin):
    """Where to go after a step of signing in: `next` when it is on this site, else the start page."""

    next_page = "/"
    request: StaffRequest


class Profile(SignedInView):
    """Who I am here: posts, second factor, password, tokens, language."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """The page."""
        return render(
            request,
            "accounts/profile.html",
            {
                "posts": request.user.posts.select_related("region").order_by("-starts_on", "pk"),
                "today": timezone.localdate(),
                "tokens": tokens_of(request.user) if request.user.may("tokens.manage") else None,
                "demanded": second_factor.demanded_of(request.user),
                "codes_left": second_factor.recovery_codes_left(request.user),
            },
        )


class PasswordChange(Onward, SignedInView):
    """A new password of one's own; the first password must be changed before anything else."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """The form."""
        return self._page(request, PasswordForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        """Change it; other sessions of this person end, this one stays."""
        form = PasswordForm(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                user = change_password(actor=request.user, at=timezone.now(), old=values["old_password"], new=values["new_password1"])
            except DomainError as error:
                add_refusal(form, error)
            else:
                update_session_auth_hash(request, user)
                messages.success(request, _("The new password holds from now on."))
                return redirect(self.get_success_url())
        return self._page(request, form)

    def _page(self, request: StaffRequest, form: PasswordForm) -> HttpResponse:
        return render(request, "accounts/password.html", {"form": form, "next": self.get_redirect_url()})


class SecondFactor(SignedInView):
    """Set up the authenticator app: picture, first code, recovery codes."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """The picture and the key to type."""
        return self._page(request, CodeForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        """Confirm; the recovery codes are shown once."""
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                device, codes = second_factor.confirm(actor=request.user, at=timezone.now(), code=form.cleaned_data["code"])
            except DomainError as error:
                add_refusal(form, error)
            else:
                verify_session(request, device)
                return once(render(request, "accounts/recovery_codes.html", {"codes": codes}))
        return self._page(request, form)

    def _page(self, request: StaffRequest, form: CodeForm) -> HttpResponse:
        device = second_factor.begin(actor=request.user)
        context = {
            "form": form,
            "picture": second_factor.qr_code(device),
            "secret": second_factor.secret(device),
            "demanded": second_factor.demanded_of(request.user),
        }
        return once(render(request, "accounts/second_factor.html", context))


class SecondFactorCheck(Onward, SignedInView):
    """The code, after the password."""

    def get(self, request: StaffRequest) -> HttpResponse:
        """The form; who needs none goes on."""
        if not request.user.second_factor_since or request.user.is_verified():
            return redirect(self.get_success_url())
        return self._page(request, CodeForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        """Check the code."""
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                device = second_factor.check(user=request.user, at=timezone.now(), code=form.cleaned_data["code"])
            except DomainError as error:
                add_refusal(form, error)
            else:
                request.session.cycle_key()
                verify_session(request, device)
                return redirect(self.get_success_url())
        return self._page(request, form)

    def _page(self, request: StaffRequest, form: CodeForm) -> HttpResponse:
        return render(request, "accounts/second_factor_check.html", {"form": form, "next": self.get_redirect_url()})


class RecoveryCodes(SignedInView):
    """Ten new recovery codes instead of the old ones."""

    def post(self, request: StaffRequest) -> HttpResponse:
        """Make and show them once; the session stays verified by the app."""
        if not request.user.second_factor_since:
            return redirect("accounts:second-factor")
        codes = second_factor.renew_recovery_codes(actor=request.user)
        return once(render(request, "accounts/recovery_codes.html", {"codes": codes}))


class SecondFactorRemove(SignedInView):
    """Go back to the password alone, where no post demands more."""

    def post(self, request: StaffRequest) -> HttpResponse:
        """Remove it."""
        second_factor.remove(actor=request.user, at=timezone.now(), user=request.user)
        messages.success(request, _("The second factor is removed."))
        return redirect("accounts:profile")


class TokenIssue(ActionView):
    """A new key for a machine client."""

    action = "tokens.manage"

    def get(self, request: StaffRequest) -> HttpResponse:
        """The form."""
        day = timezone.localdate() + TOKEN_DAYS
        return render(request, "accounts/token_form.html", {"form": self._form(request, initial={"expires_on": day.isoformat()})})

    def post(self, request: StaffRequest) -> HttpResponse:
        """Issue it; the key is shown once."""
        form = self._form(request, request.POST)
        if form.is_valid():
            try:
                issued = tokens.issue_token(actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                add_refusal(form, error)
            else:
                return once(render(request, "accounts/token_issued.html", {"token": issued.token, "key": issued.key}))
        return render(request, "accounts/token_form.html", {"form": form})

    @staticmethod
    def _form(request: StaffRequest, data: Any = None, **more: Any) -> TokenForm:
        regions = Region.objects.visible_to(request.user, "tokens.manage")
        return TokenForm(data, actions=tokens.actions_for(request.user), regions=regions, **more)


class TokenRevoke(SignedInView):
    """Stop one of one's own keys."""

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Revoke it; somebody else's key does not exist here."""
        token = get_object_or_404(ApiToken, pk=pk, user=request.user)
        tokens.revoke_token(actor=request.user, at=timezone.now(), token=token)
        messages.success(request, _("The key %(name)s stops from now on.") % {"name": token.name})
        return redirect("accounts:profile")
