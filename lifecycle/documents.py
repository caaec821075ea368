"""The gates of documents: assessments, the scheme and its money, pipe owners, approval, tender, property agreement, settlement.

What they ask for stands in one plain table of dated documents (`projects.models.Record`) until each has a room of its own.
"""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from common.display import ten_thousands
from lifecycle.dossier import Dossier
from lifecycle.findings import Finding, found
from lifecycle.rules import settlement_due
from projects.choices import RecordKind, Side
from projects.comparing import estimate
from projects.models import Project
from projects.queries import lines_of


def _page(project: Project, part: str) -> str:
    return reverse("projects:detail", args=[project.pk]) + f"#{part}"


def _add(project: Project, kind: str, subject: str = "") -> str:
    """The form that records the document a gate misses."""
    return reverse("projects:record-add", args=[project.pk]) + f"?kind={kind}" + (f"&subject={subject}" if subject else "")


def _document(dossier: Dossier, code: str, kind: RecordKind) -> Finding:
    """One document of a kind is enough; the newest is named."""
    records = dossier.records_of(kind)
    newest = records[-1] if records else None
    if newest is None:
        sentence = _("“%(document)s” is not recorded by %(day)s.") % {"document": kind.label, "day": dossier.day.isoformat()}
    elif newest.number:
        sentence = _("No. %(number)s of %(day)s, %(party)s.") % {
            "number": newest.number, "day": newest.dated_on.isoformat(), "party": newest.party,
        }  # fmt: skip
    else:
        sentence = _("Of %(day)s, %(party)s.") % {"day": newest.dated_on.isoformat(), "party": newest.party}
    return found(
        code,
        actual=int(newest is not None),
        required=1,
        sentence=sentence,
        link=_page(dossier.project, "records") if newest else _add(dossier.project, kind),
        label=_("See the document") if newest else _("Add the document"),
    )


def fiscal_assessment(dossier: Dossier) -> Finding:
    """The budget can bear the project: the assessment is on record."""
    return _document(dossier, "fiscal_assessment", RecordKind.FISCAL_ASSESSMENT)


def property_mode(dossier: Dossier) -> Finding:
    """The mode of property management is agreed before the renovation."""
    return _document(dossier, "property_mode", RecordKind.PROPERTY_MODE)


def approval_number(dossier: Dossier) -> Finding:
    """The scheme's approval with its number."""
    return _document(dossier, "approval_number", RecordKind.APPROVAL)


def award_notice(dossier: Dossier) -> Finding:
    """The tender is decided."""
    return _document(dossier, "award_notice", RecordKind.TENDER)


def property_agreement(dossier: Dossier) -> Finding:
    """A property agreement is in force on the day of acceptance."""
    return _document(dossier, "property_agreement", RecordKind.PROPERTY_AGREEMENT)


def final_account(dossier: Dossier) -> Finding:
    """The settlement. Later than three months after acceptance it is said, but a late one closes the project all the same."""
    finding = _document(dossier, "final_account", RecordKind.FINAL_ACCOUNT)
    records, accepted_on = dossier.records_of(RecordKind.FINAL_ACCOUNT), dossier.project.accepted_on
    if accepted_on is None:
        return finding
    due = settlement_due(accepted_on)
    if (records[-1].dated_on if records else dossier.day) <= due:
        return finding
    late = _("Late: it was due by %(day)s, three months after acceptance.") % {"day": due.isoformat()}
    return found(
        finding.code,
        actual=finding.actual,
        required=1,
        sentence=f"{finding.sentence} {late}",
        link=finding.link,
        label=finding.link_label,
        due_on=due.isoformat(),
    )


# --- scheme, money, pipes ---------------------------------------------------------------------------------------------


def scheme_drawn(dossier: Dossier) -> Finding:
    """A version of the scheme is on record by the day."""
    scheme = next((one for one in reversed(dossier.schemes) if one.drawn_on <= dossier.day), None)
    return found(
        "scheme_drawn",
        actual=int(scheme is not None),
        required=1,
        sentence=_("Version %(version)s of %(day)s, %(count)s work items.")
        % {"version": scheme.version, "day": scheme.drawn_on.isoformat(), "count": scheme.item_count}
        if scheme
        else _("No scheme is drawn up by %(day)s.") % {"day": dossier.day.isoformat()},
        link=reverse("projects:schemes" if scheme else "projects:scheme-draw", args=[dossier.project.pk]),
        label=_("Read the scheme") if scheme else _("Draw up the scheme"),
        scheme=scheme.version if scheme else None,
    )


def funding_covers(dossier: Dossier) -> Finding:
    """The funding sources together reach the estimate of the version that stands; amounts in whole yuan."""
    records = dossier.records_of(RecordKind.FUNDING)
    total = sum((record.amount or Decimal(0) for record in records), Decimal(0))
    asked = estimate(lines_of(dossier.scheme)) if dossier.scheme else Decimal(0)
    sides = [
        _("%(side)s %(amount)s")
        % {"side": side.label, "amount": ten_thousands(sum(record.amount or 0 for record in records if record.subject == side))}
        for side in Side
    ]
    words = {"sides": _(", ").join(sides), "total": ten_thousands(total), "asked": ten_thousands(asked)}
    passed = asked > 0 and total >= asked
    if asked == 0:
        sentence = _("There is no scheme, so there is no estimate to cover.")
    elif passed:
        sentence = _("In 10,000 yuan: %(sides)s, together %(total)s; the estimate is %(asked)s.") % words
    else:
        missing = words | {"gap": ten_thousands(asked - total)}
        sentence = _("In 10,000 yuan: %(sides)s, together %(total)s; %(gap)s are missing to the estimate of %(asked)s.") % missing
    return found(
        "funding_covers",
        actual=int(total),
        required=int(asked) or 1,
        passed=passed,
        sentence=sentence,
        link=_page(dossier.project, "records") if passed else _add(dossier.project, RecordKind.FUNDING),
        label=_("See the sources") if passed else _("Add a source"),
    )
