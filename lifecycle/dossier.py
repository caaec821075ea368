"""A project as of a day, with the rows that gates read: fetched once, for one project or for many."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from lifecycle.acceptance import Reading, standing_readings
from projects.ground import Ground, ground_of
from projects.models import Contract, Entry, Project, Record, Scheme, SpecialWork
from projects.queries import schemes_of, special_works_of, standing_records
from surveys.queries import Running, Standing, running_rounds, standing_rounds


@dataclass
class Dossier:
    """What a gate looks at: communities that stand in the project, all its contracts, and the documents and
    versions of its scheme dated until `day`.
    """

    project: Project
    day: datetime.date
    entries: list[Entry] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    _rounds: dict[str, dict[int, Standing]] = field(default_factory=dict)
    _running: dict[str, dict[int, Running]] = field(default_factory=dict)
    _reading: list[Reading | None] = field(default_factory=list)
    _special: list[list[SpecialWork]] = field(default_factory=list)

    @cached_property
    def ground(self) -> Ground:
        """The project's yards with all works on them and what owners confirmed by the day; fetched when a gate asks."""
        return ground_of(projects=[self.project.pk], up_to=self.day)

    @property
    def scheme(self) -> Scheme | None:
        """The newest version, whatever the day."""
        return self.schemes[-1] if self.schemes else None

    def records_of(self, kind: str) -> list[Record]:
        """The documents of a kind that count, oldest first."""
        return [record for record in self.records if record.kind == kind]

    @property
    def reading(self) -> Reading | None:
        """The acceptance sheet that counts, whatever the day; asked once."""
        if not self._reading:
            self._reading.append(standing_readings([self.project]).get(self.project.pk))
        return self._reading[0]

    @property
    def special_works(self) -> list[SpecialWork]:
        """The special works of the project that were not withdrawn; asked once."""
        if not self._special:
            self._special.append(special_works_of(self.project))
        return self._special[0]

    def rounds(self, kind: str) -> dict[int, Standing]:
        """Community → its newest closed round of a kind, whatever the day; asked once."""
        if kind not in self._rounds:
            self._rounds[kind] = standing_rounds(self.project, kind)
        return self._rounds[kind]

    def running(self, kind: str) -> dict[int, Running]:
        """Community → its round of the kind that is on its way; asked once."""
        if kind not in self._running:
            self._running[kind] = running_rounds(self.project, kind)
        return self._running[kind]


def dossiers(projects: Iterable[Project], day: datetime.date) -> list[Dossier]:
    """The projects as of a day, in their order; four queries, however many there are (rounds come when a gate asks)."""
    found = {project.pk: Dossier(project, day) for project in projects}
    entries = Entry.objects.filter(project__in=found, removed_on__isnull=True).select_related("plan", "community").order_by("pk")
    for entry in entries:
        found[entry.project_id].entries.append(entry)
    for contract in Contract.objects.filter(project__in=found).order_by("signed_on", "pk"):
        found[contract.project_id].contracts.append(contract)
    every = [dossier.project for dossier in found.values()]
    for pk, schemes in schemes_of(every).items():  # all of them: no step is recorded behind a version that came later
        found[pk].schemes = schemes
    for pk, records in standing_records(every, up_to=day).items():
        found[pk].records = records
    return list(found.values())


def dossier(project: Project, day: datetime.date) -> Dossier:
    """One project as of a day."""
    return dossiers([project], day)[0]
