"""The works of a project as of a day: planned and actual, how far, how long nobody reported; beside it what the months say."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.models import ChangeKind, StageChange
from projects.models import Entry, Photo, Project, Scheme, SchemeItem, WorkProgress
from projects.queries import counted_percent, newest_reports, newest_scheme, newest_work_progress
from projects.rules import differs, due_percent


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One work as of a day. `due`: per cent by its calendar; `silent`: days since the last report, None where nobody asks."""

    item: SchemeItem
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    row: WorkProgress | None
    due: int | None
    silent: int | None
    photo: Photo | None

    @property
    def percent(self) -> int:
        """0 before the first report."""
        return self.row.percent if self.row else 0

    @property
    def state(self) -> str:
        """done, waiting (nothing done yet) or running."""
        return "done" if self.percent == 100 else "running" if self.percent or (self.row and self.row.started_on) else "waiting"

    @property
    def behind(self) -> int:
        """Points behind the calendar; 0 when not behind."""
        return max(0, (self.due or 0) - self.percent)

    @property
    def lag(self) -> str:
        """fail, near or "" by the points behind the calendar."""
        return "fail" if self.behind >= settings.LAG_FAIL_POINTS else "near" if self.behind >= settings.LAG_NEAR_POINTS else ""

    @property
    def says(self) -> str:
        """How many points behind, in words."""
        return _("%(points)s points behind") % {"points": self.behind}


@dataclass(frozen=True, slots=True)
class Pair:
    """What the works come to beside what the month's report says, of one community or of the whole project."""

    name: str
    entry: Entry | None
    counted: int | None
    typed: int | None

    @property
    def doubt(self) -> bool:
        """They lie too far apart (PROGRESS_DOUBT_POINTS)."""
        return differs(self.counted, self.typed, settings.PROGRESS_DOUBT_POINTS)


@dataclass(frozen=True, slots=True)
class Rest:
    """A suspension: from, expected and actual end, with who recorded it."""

    change: StageChange
    ended: StageChange | None


@dataclass(frozen=True, slots=True)
class WorksOfProject:
    """Everything that the progress page shows."""

    scheme: Scheme | None
    lines: list[WorkLine]
    pairs: list[Pair]
    whole: Pair
    rests: list[Rest]


def works_as_of(project: Project, day: datetime.date) -> WorksOfProject:
    """The works of the version that stands as of a day; nine queries, however many works there are."""
    scheme = newest_scheme(project)
    items = list(scheme.items.all()) if scheme else []
    rows = newest_work_progress([item.work_id for item in items], up_to=day)
    photos = _photos(items, day)
    lines = [_line(project, scheme, item, rows.get(item.work_id), photos.get(item.work_id), day) for item in items]
    entries = list(project.entries.filter(removed_on__isnull=True).select_related("community").order_by("pk"))
    reports = newest_reports(entries, up_to=day)
    pairs = [
        Pair(
            entry.community.name,
            entry,
            counted_percent(items, rows, entry.community_id),
            reports[entry.pk].percent if entry.pk in reports else None,
        )
        for entry in entries
    ]
    area = sum(entry.floor_area for entry in entries)
    told = sum(entry.floor_area * reports[entry.pk].percent for entry in entries if entry.pk in reports)
    whole = Pair(project.name, None, counted_percent(items, rows), round(told / area) if area and reports else None)
    return WorksOfProject(scheme, lines, pairs, whole, rests_of(project))


def _line(
    project: Project, scheme: Scheme | None, item: SchemeItem, row: WorkProgress | None, photo: Photo | None, day: datetime.date
) -> WorkLine:  # fmt: skip
    starts_on = item.starts_on or (scheme.starts_on if scheme else None)
    ends_on = item.ends_on or (scheme.ends_on if scheme else None)
    done = row is not None and row.percent == 100
    since = row.reported_on if row else project.started_on
    silent = None if done or since is None or since > day else (day - since).days
    return WorkLine(item, starts_on, ends_on, row, due_percent(starts_on, ends_on, day), silent, photo)


def _photos(items: Iterable[SchemeItem], day: datetime.date) -> dict[int, Photo]:
    """Id of a work → its newest photo until the day; one query."""
    rows = Photo.objects.filter(work__in=[item.work_id for item in items], taken_at__lt=_end_of(day))
    return {row.work_id: row for row in rows.order_by("work_id", "-taken_at", "-pk").distinct("work_id") if row.work_id}


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def rests_of(project: Project) -> list[Rest]:
    """The suspensions of a project, newest first, each with what ended it; one query."""
    changes = StageChange.objects.filter(project=project, kind__in=[ChangeKind.SUSPEND, ChangeKind.RESUME, ChangeKind.WITHDRAW])
    rests: list[Rest] = []
    for change in changes.select_related("recorded_by").order_by("pk"):
        if change.kind == ChangeKind.SUSPEND:
            rests.append(Rest(change, None))
        elif rests and rests[-1].ended is None:
            rests[-1] = Rest(rests[-1].change, change)
    return rests[::-1]


def amount_of(lines: Iterable[WorkLine]) -> Decimal:
    """What the works are to cost, yuan."""
    return sum((line.item.amount for line in lines), Decimal(0))
