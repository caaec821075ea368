"""Telling the count that something it counts has changed."""

import datetime
from collections.abc import Iterable

from messaging.operations import post
from projects.models import Project


def figures_changed(*, county_code: str, years: Iterable[int | None], at: datetime.datetime) -> None:
    """Ask for a recount of the county's years, in the caller's transaction. Years that are None are left out."""
    for year in sorted({year for year in years if year is not None}):
        post(topic="figures", key=f"{county_code}:{year}", payload={"county": county_code, "year": year}, at=at)


def project_figures_changed(*, project: Project, at: datetime.datetime) -> None:
    """The same for every plan year in which the project has communities."""
    figures_changed(county_code=project.region.code, years=project.entries.values_list("year", flat=True), at=at)
