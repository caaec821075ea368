"""manage.py load_demo: the demo year, complete and alive."""

import datetime
import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.loading import Wish, load


class Command(BaseCommand):
    """Load the synthetic demo year 2021, a small plan of the current year, and accounts of every role. Harmless when loaded."""

    help = __doc__ or ""
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What to load."""
        parser.add_argument("--seed", type=int, default=2021, help="the same seed gives the same data (default 2021)")
        parser.add_argument("--households", action="store_true", default=True, help="with flats and owners (the default)")
        parser.add_argument("--no-households", action="store_false", dest="households", help="without flats and owners")
        parser.add_argument("--all-rounds", action="store_true", help="every kind of round in the whole province: two minutes more")
        parser.add_argument("--scale", type=float, default=1.0, help="size of the year, 0.01 to 1 (default 1: the public figures)")
        parser.add_argument("--today", type=datetime.date.fromisoformat, help="day taken as today for the current year's plan")
        parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="processes that seal owners' names")
        parser.add_argument("--allow-production", action="store_true", help="load demo accounts with a published password in production")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, saying what takes how long."""
        if settings.PRODUCTION and not options["allow_production"]:
            raise CommandError("Demo accounts have a published password. In production give --allow-production, and set DEMO_PASSWORD.")
        if not 0.01 <= options["scale"] <= 1:
            raise CommandError("--scale must lie between 0.01 and 1.")
        begin = time.monotonic()
        wish = Wish(
            seed=options["seed"],
            today=options["today"] or timezone.localdate(),
            households=options["households"],
            scale=options["scale"],
            all_rounds=options["all_rounds"],
            processes=options["processes"],
        )
        if load(wish, self._say):
            self.stdout.write(f"Demo loaded in {time.monotonic() - begin:.1f} s.")
        else:
            self.stdout.write("The demo is already loaded: nothing to do.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
