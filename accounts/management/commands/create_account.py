"""The first accounts of an installation: nobody stands above the province to create them on a page."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Post, User
from accounts.rules import initial_password, role_stands_at
from regions.models import Region


class Command(BaseCommand):
    """create_account USERNAME NAME ROLE [REGION]: prints the first password once; it must be changed at the first sign-in."""

    help = "Create an account with a post, for example the first provincial official, and print its first password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name, role and region."""
        parser.add_argument("username")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("region", nargs="?", default="130000", help="code of the region (default: the province)")
        parser.add_argument("--department", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Write the account; a wrong value stops with its reason and writes nothing."""
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"There is no region {options['region']}. Run load_regions first.")
        if not role_stands_at(options["role"], region.level):
            raise CommandError(f"A {options['role']} cannot have a post in {region.name_zh} ({region.level}).")
        at = timezone.now()
        password = initial_password()
        user = User(username=options["username"], name=options["name"], must_change_password=True, created_at=at, password_changed_at=at)
        user.set_password(password)
        try:
            user.full_clean(exclude=["password", "created_by"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        with pghistory.context(reason="create_account, at the server's console"):
            user.save()
            Post.objects.create(
                user=user, role=options["role"], region=region, department=options["department"], starts_on=timezone.localdate(at)
            )
        self.stdout.write(f"{user.username}  first password: {password}")
