"""Recounts figures from nothing, or proves that the kept ones are right."""

from __future__ import annotations

from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.counting import count_year, differences, years_to_count

SHOWN = 20


class Command(BaseCommand):
    """`recompute` counts every year anew; `--verify` counts beside the kept figures and reports any difference of one."""

    help = "Count the figures from nothing (all years, or --year), or check the kept ones with --verify."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, help="only this plan year")
        parser.add_argument("--verify", action="store_true", help="change nothing; name every difference; exit 1 when there is one")

    def handle(self, *args: Any, **options: Any) -> None:
        years = [options["year"]] if options["year"] else years_to_count()
        wrong = 0
        for year in years:
            begin = perf_counter()
            if options["verify"]:
                wrong += self._verify(year)
            else:
                count_year(year)
                self.stdout.write(f"{year}: counted in {perf_counter() - begin:.2f} s")
        if wrong:
            raise CommandError(f"{wrong} differences. Changes still waiting in the outbox may explain them; `recompute` mends them.")

    def _verify(self, year: int) -> int:
        found = differences(year)
        for one in found[:SHOWN]:
            self.stdout.write(f"{year} {one.county} {one.on} {one.column}: kept {one.kept}, counted {one.counted}")
        self.stdout.write(f"{year}: {len(found)} differences")
        return len(found)
