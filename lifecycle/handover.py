"""The gates of handing over: the acceptance sheet, the residents' representatives, the special works; then the archive."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from lifecycle.acceptance import SIGNED, Reading, said_of
from lifecycle.archive import checklist
from lifecycle.choices import Department, SheetState
from lifecycle.dossier import Dossier
from lifecycle.findings import Finding, found, named
from projects.choices import SpecialState


def _where(dossier: Dossier, reading: Reading | None) -> tuple[str, str]:
    """The sheet, or the form that draws it up."""
    if reading is None or reading.sheet.state == SheetState.RECTIFY:
        return reverse("projects:sheet-prepare", args=[dossier.project.pk]), _("Draw up the acceptance sheet")
    return reverse("projects:sheet", args=[reading.sheet.pk]), _("See the acceptance sheet")


def _standing(dossier: Dossier) -> str:
    """Why the sheet as a whole is not there yet; "" for a sheet that is complete by the day."""
    reading = dossier.reading
    if reading is None:
        return _("No acceptance sheet is drawn up.")
    sheet = reading.sheet
    if sheet.state == SheetState.RECTIFY:
        return _("Attempt %(attempt)s is to be rectified: %(reason)s") % {"attempt": sheet.attempt, "reason": sheet.closed_reason}
    if sheet.state == SheetState.PREPARED:
        return _("Attempt %(attempt)s is planned for %(day)s and not held yet.") % {
            "attempt": sheet.attempt, "day": sheet.planned_on.isoformat(),
        }  # fmt: skip
    if sheet.state == SheetState.COMPLETE and not reading.complete_on(dossier.day):
        return _("The sheet was completed after %(day)s.") % {"day": dossier.day.isoformat()}
    return ""


def joint_acceptance(dossier: Dossier) -> Finding:
    """Every department, firm and pipe owner has signed for the sheet's present state, no defect is open, and it is complete."""
    reading = dossier.reading
    link, label = _where(dossier, reading)
    why = _standing(dossier)
    rows = reading.of_residents(yes=False) if reading else []
    missing = [row for row in rows if row.state != SIGNED]
    complete = reading is not None and reading.complete_on(dossier.day)
    sentences = [why] if why else []
    if reading is None:
        departments = [str(Department(code).label) for code in settings.ACCEPTANCE_DEPARTMENTS]
        sentences.append(_("To sign: %(names)s.") % {"names": named(departments)})
    elif missing:
        sentences.append(_("Not signed: %(names)s.") % {"names": named([said_of(row) for row in missing])})
    if reading and reading.blocking and not complete:
        sentences.append(_("Defects not mended: %(names)s.") % {"names": named([row.what for row in reading.blocking])})
    if reading and not complete and not sentences:
        sentences.append(_("Everybody has signed; the sheet is not completed yet."))
    if complete:
        sentences = [_("Signed by %(names)s.") % {"names": named([row.party.title for row in rows])}]
    return found(
        "joint_acceptance",
        actual=len(rows) - len(missing) if not why else 0,
        required=max(len(rows), len(settings.ACCEPTANCE_DEPARTMENTS)) if not complete else max(len(rows), 1),
        passed=complete,
        sentence=" ".join(sentences),
        link=link,
        label=label,
        **_proof(reading),
    )


def residents_signature(dossier: Dossier) -> Finding:
    """The residents' representatives, at least as many as the installation asks for, have signed for the sheet's present state."""
    reading = dossier.reading
    link, label = _where(dossier, reading)
    why = _standing(dossier)
    rows = reading.of_residents(yes=True) if reading else []
    missing = [row for row in rows if row.state != SIGNED]
    asked = max(settings.ACCEPTANCE_RESIDENTS, len(rows))
    if why:
        sentence = why
    elif missing:
        sentence = _("Not signed: %(names)s.") % {"names": named([said_of(row) for row in missing])}
    else:
        sentence = _("Signed by %(names)s.") % {"names": named([row.party.title for row in rows]) or _("nobody")}
    return found(
        "residents_signature",
        actual=0 if why else len(rows) - len(missing),
        required=asked,
        sentence=sentence,
        link=link,
        label=label,
        **_proof(reading),
    )


def special_works_accepted(dossier: Dossier) -> Finding:
    """Every special work of the project is accepted in the same act: completing the sheet accepts them."""
    works, reading = dossier.special_works, dossier.reading
    missing = [work for work in works if work.state != SpecialState.ACCEPTED]
    link, label = _where(dossier, reading)
    complete = reading is not None and reading.complete_on(dossier.day)
    if missing:
        names = named([f"{work.get_owner_display()} {work.title}" for work in missing])
        sentence = _("Accepted when the sheet is completed: %(names)s.") % {"names": names}
    elif not works:
        sentence = _("The project has no special works.")
    else:
        sentence = _("Accepted: %(names)s.") % {"names": named([f"{work.get_owner_display()} {work.title}" for work in works])}
    if not complete and not missing:
        sentence += " " + (_standing(dossier) or _("The sheet is not complete yet."))
    return found(
        "special_works_accepted",
        actual=len(works) - len(missing),
        required=len(works),
        passed=complete,
        sentence=sentence,
        link=link,
        label=label,
    )


def _proof(reading: Reading | None) -> dict[str, Any]:
    return {"sheet": reading.sheet.pk, "attempt": reading.sheet.attempt, "hash": reading.sheet.content_hash} if reading else {}


def archive(dossier: Dossier) -> Finding:
    """Every document of the archive's checklist is there, held by the system or filed by hand."""
    rows = checklist(dossier.project, dossier.reading, dossier.day)
    missing = [str(row.document.label) for row in rows if not row.there]
    return found(
        "archive",
        actual=len(rows) - len(missing),
        required=len(rows),
        sentence=_("Not in the archive: %(names)s.") % {"names": named(missing)} if missing else _("Every document is there."),
        link=reverse("projects:archive", args=[dossier.project.pk]),
        label=_("See the archive's checklist"),
    )
