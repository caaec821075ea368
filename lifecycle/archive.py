"""The archive of a project: which documents it asks for, and which are there - held by the system itself, or filed by hand."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.acceptance import Reading
from lifecycle.choices import ArchiveDocument
from lifecycle.models import ArchiveEntry, ChangeKind, StageChange
from projects.choices import ContractKind, PhotoKind, RecordKind, Stage
from projects.models import Contract, Photo, Project, Record
from projects.queries import schemes_of, standing_records
from surveys.queries import standing_rounds

RECORDS = {
    ArchiveDocument.APPROVAL: RecordKind.APPROVAL,
    ArchiveDocument.FUNDING: RecordKind.FUNDING,
    ArchiveDocument.PROPERTY_AGREEMENT: RecordKind.PROPERTY_AGREEMENT,
    ArchiveDocument.FINAL_ACCOUNT: RecordKind.FINAL_ACCOUNT,
}
PHOTOS = {
    ArchiveDocument.PHOTOS_BEFORE: (PhotoKind.BEFORE, PhotoKind.START),
    ArchiveDocument.PHOTOS_AFTER: (PhotoKind.AFTER,),
}
ROUNDS = ("willingness", "opinions", "scheme", "satisfaction")


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of the checklist: whether the document is there, what is said of it, where it is; `entry` when filed by hand."""

    document: ArchiveDocument
    there: bool
    says: str
    link: str = ""
    entry: ArchiveEntry | None = None


def asked_documents() -> list[ArchiveDocument]:
    """What an archive holds by the setting ARCHIVE_DOCUMENTS, in its order."""
    return [ArchiveDocument(code) for code in settings.ARCHIVE_DOCUMENTS]


def filed_entries(project: Project, *, up_to: datetime.date | None = None) -> dict[str, ArchiveEntry]:
    """Document → its newest entry that stands."""
    rows = ArchiveEntry.objects.filter(project=project, takes_back__isnull=True, taken_back_by__isnull=True).select_related("recorded_by")
    if up_to:
        rows = rows.filter(filed_on__lte=up_to)
    return {row.document: row for row in rows.order_by("pk")}


def checklist(project: Project, reading: Reading | None, day: datetime.date) -> list[Filed]:
    """Every document that is asked for, with what the system holds of it by that day; a constant number of queries."""
    held = _held(project, reading, day)
    entries = filed_entries(project, up_to=day)
    found = []
    for document in asked_documents():
        entry = entries.get(document)
        if document in held:
            says, link = held[document]
            found.append(Filed(document, True, says, link, entry))
        elif entry:
            words = {"number": entry.number, "name": entry.filed_by_name, "day": entry.filed_on.isoformat()}
            found.append(Filed(document, True, _("%(number)s, filed by %(name)s on %(day)s") % words, "", entry))
        else:
            found.append(Filed(document, False, _("Not there yet.")))
    return found


def _held(project: Project, reading: Reading | None, day: datetime.date) -> dict[ArchiveDocument, tuple[str, str]]:
    """Document → what the system says of it and where it shows it."""
    page = reverse("projects:detail", args=[project.pk])
    found: dict[ArchiveDocument, tuple[str, str]] = {}
    records = standing_records([project], up_to=day).get(project.pk, [])
    for document, kind in RECORDS.items():
        rows = [row for row in records if row.kind == kind]
        if rows:
            found[document] = (_record_says(rows), f"{page}#records")
    found |= _photos(project, day, page)
    contracts = list(Contract.objects.filter(project=project, signed_on__lte=day).order_by("signed_on", "pk"))
    if {ContractKind.WORKS, ContractKind.SUPERVISION} <= {row.kind for row in contracts}:
        found[ArchiveDocument.CONTRACTS] = (_(", ").join(row.number for row in contracts), f"{page}#contracts")
    schemes = schemes_of([project], up_to=day).get(project.pk, [])
    if schemes:
        newest = schemes[-1]
        says = _("%(count)s versions, the last of %(day)s") % {"count": len(schemes), "day": newest.drawn_on.isoformat()}
        found[ArchiveDocument.SCHEMES] = (says, reverse("projects:schemes", args=[project.pk]))
    if StageChange.objects.filter(project=project, kind=ChangeKind.REACH, stage=Stage.RESERVE, reversed_by__isnull=True).exists():
        found[ArchiveDocument.SURVEY_CARD] = (_("In the register"), f"{page}#communities")
    closed = [kind for kind in ROUNDS if any(row.closed_on <= day for row in standing_rounds(project, kind).values())]
    if len(closed) == len(ROUNDS):
        found[ArchiveDocument.ROUND_RESULTS] = (
            _("All four rounds are closed and published"),
            reverse("surveys:list") + f"?project={project.pk}",
        )
    if reading and reading.complete_on(day):
        sheet = reading.sheet
        closed_on = timezone.localdate(sheet.closed_at).isoformat() if sheet.closed_at else ""
        says = _("Attempt %(attempt)s, complete on %(day)s") % {"attempt": sheet.attempt, "day": closed_on}
        found[ArchiveDocument.ACCEPTANCE] = (says, reverse("projects:sheet", args=[sheet.pk]))
    elif old := [row for row in records if row.kind == RecordKind.ACCEPTANCE]:
        found[ArchiveDocument.ACCEPTANCE] = (_record_says(old), f"{page}#records")
    return found


def _record_says(rows: list[Record]) -> str:
    newest = rows[-1]
    what = newest.number or newest.party
    return _("%(what)s of %(day)s") % {"what": what, "day": newest.dated_on.isoformat()}


def _photos(project: Project, day: datetime.date, page: str) -> dict[ArchiveDocument, tuple[str, str]]:
    end = timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))
    kinds = list(Photo.objects.filter(project=project, taken_at__lt=end).values_list("kind", flat=True))
    found = {}
    for document, wanted in PHOTOS.items():
        if number := sum(kind in wanted for kind in kinds):
            found[document] = (_("%(count)s photos") % {"count": number}, f"{page}#photos")
    return found
