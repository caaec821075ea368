"""Driven by the clock and by the outbox: incremental and nightly counting."""

from __future__ import annotations

import logging
from collections import defaultdict

from celery import shared_task
from django.utils import timezone

from analytics.counting import TOPIC, count_counties, count_year, years_to_count
from messaging.operations import claimed
from regions.models import Region

logger = logging.getLogger(__name__)
MOST = 500  # outbox rows that one run settles; more are taken by the next


@shared_task(expires=60)
def count_changed() -> int:
    """Recount the counties and years that waiting rows name, each once. Figures and rows commit together.

    Returns how many county-years were counted. Killed at any point, everything is as before and the rows still wait.
    """
    number = 0
    with claimed(topic=TOPIC, at=timezone.now(), most=MOST) as rows:
        wanted: dict[int, set[str]] = defaultdict(set)
        for row in rows:
            year, county = row.payload.get("year"), row.payload.get("county")
            if isinstance(year, int) and isinstance(county, str):
                wanted[year].add(county)
            else:  # a row that names nothing must not block the others for ever
                logger.error("outbox row %s names no county and year: %r", row.pk, row.payload)
        ids = [row.pk for row in rows]
        for year in sorted(wanted):
            counties = list(Region.objects.counties().filter(code__in=wanted[year]))
            count_counties(year, counties, claimed=ids)
            number += len(counties)
    return number


@shared_task
def count_all_years() -> None:
    """The nightly full count, one transaction a year."""
    for year in years_to_count():
        count_year(year)
