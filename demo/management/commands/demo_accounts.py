"""manage.py demo_accounts: who can log in to the demo."""

from typing import Any
from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import Post
from demo.people import MAIN

HEAD = ("user name", "role", "region", "password")


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class Command(BaseCommand):
    """Print the main demo accounts: user name, role, region, password."""

    help = __doc__ or ""
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """An aligned table, or a hint when nothing is loaded."""
        names = [account.username for account in MAIN]
        posts = Post.objects.filter(user__username__in=names, user__synthetic=True).select_related("user", "region")
        by_name = {post.user.username: post for post in posts}
        rows = [(name, by_name[name].role, by_name[name].region.name_zh, settings.LOAD_DEMO_PASSWORD) for name in names if name in by_name]
        if not rows:
            self.stdout.write("No demo accounts. Load them with: manage.py load_demo")
            return
        table = [HEAD, *rows]
        widths = [max(_wide(row[column]) for row in table) for column in range(len(HEAD))]
        for row in table:
            self.stdout.write("  ".join(cell + " " * (width - _wide(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())
        self.stdout.write("More: d<county code> is each county's clerk, c<unit code> each reporting unit's official; same password.")
