"""The shape of input: signing in, passwords, codes, accounts, posts, tokens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.permissions import ACTIONS
from accounts.rules import roles_at
from common.errors import DomainError
from regions.models import Region

DATE = forms.DateInput(attrs={"type": "date", "class": "date"}, format="%Y-%m-%d")

IN = {"class": "in"}
NAME = {"autocomplete": "username", "spellcheck": "false"}
PRESENT = {"autocomplete": "current-password"}


def add_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a refusal where it belongs: each message beside its field, what has no field on top of the form."""
    details = error.details if isinstance(error.details, Mapping) else {}
    placed = {field: message for field, message in details.items() if field in form.fields}
    for field, message in placed.items():
        form.add_error(field, message)
    if not placed:
        form.add_error(None, error.message)


class SignInForm(AuthenticationForm):
    """User name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs=NAME | {"autofocus": True}),
    )
    password = forms.CharField(label=_("Password"), strip=False, max_length=200, widget=forms.PasswordInput(attrs=PRESENT))
    error_messages = {
        "invalid_login": _("The user name or the password is not right. Both are case-sensitive."),
        "inactive": _("The user name or the password is not right. Both are case-sensitive."),
    }


class PasswordForm(forms.Form):
    """The present password and the new one, twice."""

    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=PRESENT | {"autofocus": True}),
    )
    new_password1 = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters, not only digits, not a common password, nothing of your name."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label=_("New password again"), strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_new_password2(self) -> str:
        """The two must be the same."""
        again: str = self.cleaned_data["new_password2"]
        if "new_password1" in self.cleaned_data and again != self.cleaned_data["new_password1"]:
            raise forms.ValidationError(_("The two new passwords differ. Type the new password again."))
        return again


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "class": "code", "spellcheck": "false"}),
    )


class ReasonForm(forms.Form):
    """Why: kept in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It is kept in the audit trail."))


class EndPostForm(ReasonForm):
    """The last day of a post, and why."""

    ends_on = forms.DateField(label=_("Last day"), widget=DATE)


class PostForm(forms.Form):
    """A post in a region that is already chosen."""

    role = forms.ChoiceField(label=_("Role"), choices=[])
    department = forms.CharField(
        label=_("Department"), required=False, max_length=60, help_text=_("For department staff: housing, water, gas, power, police …")
    )
    starts_on = forms.DateField(label=_("First day"), widget=DATE)
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DATE)

    def __init__(self, *args: Any, region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in roles_at(region.level)]
        self.fields["role"].choices = [("", "—"), *roles] if len(roles) > 1 else roles


class AccountForm(PostForm):
    """A new account with its first post."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("Letters, digits and . @ + - _; not to be changed later."),
        validators=[RegexValidator(r"^[\w.@+-]+$", _("Use letters, digits and . @ + - _ only, without spaces."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    field_order = ["name", "username", "email", "role", "department", "starts_on", "ends_on"]


class TokenForm(forms.Form):
    """A key for a machine client."""

    name = forms.CharField(label=_("Name of the client"), max_length=60, help_text=_("What uses the key, for example: city data centre."))
    actions = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)
    region = forms.CharField(
        label=_("Only this region"),
        required=False,
        max_length=15,
        help_text=_("Code of a region in your area; empty = all that you reach yourself."),
    )
    expires_on = forms.DateField(label=_("Valid through"), widget=DATE, help_text=_("At most one year."))

    def __init__(self, *args: Any, actions: list[str], regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = regions
        self.fields["actions"].choices = [(code, ACTIONS[code].words) for code in actions]

    def clean_region(self) -> Region | None:
        """The region with this code, in the issuer's area."""
        code = self.cleaned_data["region"].strip()
        if not code:
            return None
        region: Region | None = self.regions.filter(code=code).first()
        if region is None:
            raise forms.ValidationError(_("There is no such region in your area."))
        return region


class PeopleFilterForm(forms.Form):
    """What the list of accounts can be narrowed to; a value that makes no sense is left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60, widget=forms.TextInput(attrs=IN))
    region = forms.CharField(label=_("Region"), required=False, max_length=15)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices], widget=forms.Select(attrs=IN))
    active = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open and closed")), ("yes", _("Open accounts")), ("no", _("Closed accounts"))],
        widget=forms.Select(attrs=IN),
    )

    def value(self, name: str) -> str:
        """The cleaned value, "" where it was wrong."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


def first_day(day: datetime.date) -> dict[str, str]:
    """Initial values of a post."""
    return {"starts_on": day.isoformat()}
