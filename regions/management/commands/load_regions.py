"""manage.py load_regions: the official tree down to the county level."""

from typing import Any

from django.core.management.base import BaseCommand

from regions.operations import load_official_regions


class Command(BaseCommand):
    """Create or refresh province, reporting units and county-level units."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how many."""
        self.stdout.write(f"{load_official_regions()} regions")
