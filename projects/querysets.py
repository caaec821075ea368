"""Words of plans' and projects' tables."""

import datetime
from typing import Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from projects.choices import STAGE_ORDER, Condition, SpecialState, Stage
from regions.querysets import M, ScopedQuerySet


class PlanQuerySet(ScopedQuerySet[M]):
    """Annual plans, one per county and year."""


BEFORE_START = [stage for stage, order in STAGE_ORDER.items() if order < STAGE_ORDER[Stage.STARTED]]
BEFORE_COMPLETION = [stage for stage, order in STAGE_ORDER.items() if order < STAGE_ORDER[Stage.COMPLETED]]


def _rows(model: str) -> QuerySet:
    """Rows of a table that is defined above this file."""
    return apps.get_model("projects", model)._default_manager.all()


class ProjectQuerySet(ScopedQuerySet[M]):
    """Projects."""

    def search(self, words: str) -> Self:
        """Every word must occur: in the project's name or code, or in one of its communities (pinyin and initials too)."""
        rows = self
        for word in words.lower().split():
            entries = _rows("Entry")
            found = entries.filter(project=OuterRef("pk"), community__search_text__contains=word)
            rows = rows.filter(Q(name__icontains=word) | Q(code__icontains=word) | Exists(found))
        return rows

    def without_photo(self) -> Self:
        """Projects of which nobody has sent a photo."""
        photos = _rows("Photo")
        return self.filter(~Exists(photos.filter(project=OuterRef("pk"))))

    def behind_plan(self, day: datetime.date) -> Self:
        """Not started after a planned start, or not completed after a planned completion, of a community in the plan."""
        entries = _rows("Entry")
        late = entries.filter(project=OuterRef("pk"), plan__isnull=False, removed_on__isnull=True)
        return self.filter(
            Q(stage__in=BEFORE_START) & Exists(late.filter(planned_start_on__lt=day))
            | Q(stage__in=BEFORE_COMPLETION) & Exists(late.filter(planned_completion_on__lt=day))
        ).exclude(condition=Condition.WITHDRAWN)


class BelowProjectQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a project."""

    path_field = "project__region__path"


class BelowSchemeQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a version of a scheme."""

    path_field = "scheme__project__region__path"


class TemplateQuerySet(ScopedQuerySet[M]):
    """Templates of the reporting cities."""

    def for_place(self, path: str) -> Self:
        """The templates of the city in which a region lies, found by the region's path from the root."""
        codes = path.strip("/").split("/")
        return self.filter(region__code__in=codes)


class BelowTemplateQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a city's template."""

    path_field = "template__region__path"


class EntryQuerySet(ScopedQuerySet[M]):
    """Communities in a project of a year: the grain at which everything is counted."""

    path_field = "project__region__path"

    def of_year(self, year: int) -> Self:
        """Entries of one plan year."""
        return self.filter(year=year)

    def in_plan(self) -> Self:
        """Entries that stand in the annual plan (not those started outside it or taken out again)."""
        return self.filter(plan__isnull=False, removed_on__isnull=True)


class BelowEntryQuerySet(ScopedQuerySet[M]):
    """Rows that hang below an entry."""

    path_field = "entry__project__region__path"


# the days of a special work: actual, or planned until they are known; a work that began late lasts a day at least
FROM_ON = Coalesce("started_on", "planned_start_on")
UNTIL_ON = Coalesce("completed_on", Greatest("planned_completion_on", "started_on"))


class SpecialWorkQuerySet(ScopedQuerySet[M]):
    """Special works of pipe and cable owners."""

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.exclude(state=SpecialState.WITHDRAWN)

    def search(self, words: str) -> Self:
        """Every word must occur: in title, number, what is laid, the project, or a stretch (communities by pinyin and initials too)."""
        rows = self
        for word in words.lower().split():
            places = _rows("SpecialWorkStretch").filter(work=OuterRef("pk"))
            places = places.filter(Q(stretch__name__icontains=word) | Q(stretch__community__search_text__contains=word))
            own = Q(title__icontains=word) | Q(number__icontains=word) | Q(laid__icontains=word) | Q(project__name__icontains=word)
            rows = rows.filter(own | Exists(places))
        return rows

    def waiting(self) -> Self:
        """Those with proposed days that nobody decided on."""
        proposals = _rows("WindowProposal").filter(work=OuterRef("pk"), decision__isnull=True)
        return self.filter(Exists(proposals), state__in=[SpecialState.FILED, SpecialState.AGREED])

    def between(self, first: datetime.date, last: datetime.date) -> Self:
        """Those carried out, or planned where no actual day is known, on a day from `first` to `last`."""
        return self.alias(from_on=FROM_ON, until_on=UNTIL_ON).filter(from_on__lte=last, until_on__gte=first)


class BelowStretchQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a stretch."""

    path_field = "stretch__region__path"


class BelowSpecialWorkQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a special work."""

    path_field = "work__region__path"


class BelowProposalQuerySet(ScopedQuerySet[M]):
    """Rows that hang below the proposal of a window."""

    path_field = "proposal__work__region__path"


class WorkProgressQuerySet(ScopedQuerySet[M]):
    """Progress of works."""

    path_field = "work__project__region__path"

    def counting(self) -> Self:
        """Rows that count: neither voided nor the row that voids one."""
        return self.filter(voids__isnull=True, voided_by__isnull=True)


class BelowContractQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a contract."""

    path_field = "contract__project__region__path"


class ChangeOrderQuerySet(BelowContractQuerySet[M]):
    """Change orders of contracts."""

    def approved(self) -> Self:
        """Those that count."""
        return self.filter(state="approved")

    def waiting(self) -> Self:
        """Those that somebody has to decide on."""
        return self.filter(state="submitted")


class BelowOrderQuerySet(ScopedQuerySet[M]):
    """Rows that hang below a change order."""

    path_field = "order__contract__project__region__path"
