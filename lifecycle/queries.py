"""What pages may ask of the stair: the steps taken, and what the next one still needs."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from lifecycle.models import ChangeKind, StageChange
from projects.models import Project


def standing_changes(project: Project) -> QuerySet[StageChange]:
    """The steps that count, oldest first: reached and not taken back."""
    return StageChange.objects.filter(project=project, kind=ChangeKind.REACH, reversed_by__isnull=True).order_by("pk")


def reached_days(project: Project) -> dict[str, datetime.date]:
    """Stage → the day on which it was reached."""
    return {change.stage: change.happened_on for change in standing_changes(project)}


def history(project: Project) -> list[StageChange]:
    """Every row of the project's way, newest first, with who recorded it."""
    rows = StageChange.objects.filter(project=project).select_related("recorded_by", "reverses").order_by("-recorded_at", "-pk")
    return list(rows)
