"""The gates: what a step cannot be passed without. Each looks at the project as of a day and says what it found.

This issue knows the gates of evidence; the three 80 % join them here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.choices import ContractKind, PhotoKind, Stage
from projects.models import Contract, Photo, Project
from projects.operations import is_eligible
from projects.queries import newest_reports, plan_is_frozen

NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What a gate saw: `actual` of `required` (in `unit`), the rule's `clause`, who mends it and where (`link`)."""

    code: str
    name: str
    passed: bool
    actual: int
    required: int
    sentence: str
    clause: str
    who: str
    link: str
    link_label: str
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As stored with the stage change: the proof, without the links of the day."""
        return {key: value for key, value in asdict(self).items() if key not in {"link", "link_label"}}


# the names again, for findings stored in another reader's language
NAMES: dict[str, str | Promise] = {
    "communities_eligible": gettext_lazy("Communities are eligible"),
    "in_frozen_plan": gettext_lazy("In the annual plan"),
    "works_contract": gettext_lazy("Works contract"),
    "supervision_contract": gettext_lazy("Supervision contract"),
    "contractor_on_site": gettext_lazy("Contractor on site"),
    "all_works_done": gettext_lazy("All works done"),
    "finished_photos": gettext_lazy("Photos of the finished works"),
    "completion_recorded": gettext_lazy("Completion recorded"),
}
Gate = Callable[[Project, datetime.date], Finding]
STANDING: dict[str, Any] = {"removed_on__isnull": True}


def _names(names: list[str]) -> str:
    """The first few names, and how many more."""
    shown = _(", ").join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return _("%(names)s and %(more)s more") % {"names": shown, "more": more} if more > 0 else shown


def _page(project: Project, part: str) -> str:
    return reverse("projects:detail", args=[project.pk]) + f"#{part}"


def communities_eligible(project: Project, at: datetime.date) -> Finding:
    """Every community is eligible by the register (DOMAIN.md section 4)."""
    entries = list(project.entries.filter(**STANDING).select_related("community"))
    bad = [entry.community for entry in entries if not is_eligible(entry.community)]
    passed = bool(entries) and not bad
    if passed:
        sentence = _("All communities may be renovated.")
    elif bad:
        sentence = _("Not eligible: %(names)s.") % {"names": _names([community.name for community in bad])}
    else:
        sentence = _("The project has no community.")
    return Finding(
        code="communities_eligible",
        name=_("Communities are eligible"),
        passed=passed,
        actual=len(entries) - len(bad),
        required=max(len(entries), 1),
        unit=_("communities"),
        sentence=sentence,
        clause=_("Not renovated since 2018, not to be demolished, built by 2000"),
        who=_("County: register"),
        link=reverse("communities:detail", args=[bad[0].pk]) if bad else _page(project, "communities"),
        link_label=_("See the communities"),
    )


def in_frozen_plan(project: Project, at: datetime.date) -> Finding:
    """Every community stands in a plan that the province has frozen, on that day."""
    entries = list(project.entries.filter(**STANDING).select_related("plan", "community"))
    inside = [entry for entry in entries if plan_is_frozen(entry) and entry.entered_on is not None and entry.entered_on <= at]
    passed = bool(entries) and len(inside) == len(entries)
    missing = [entry.community.name for entry in entries if entry not in inside]
    plan = next((entry.plan for entry in entries if entry.plan), None)
    return Finding(
        code="in_frozen_plan",
        name=_("In the annual plan"),
        passed=passed,
        actual=len(inside),
        required=max(len(entries), 1),
        unit=_("communities"),
        sentence=_("All communities stand in the frozen plan.")
        if passed
        else _("Not in a frozen annual plan: %(names)s.") % {"names": _names(missing) or project.name},
        clause=_("A plan counts once the province has frozen it"),
        who=_("County, city, province in turn"),
        link=reverse("projects:plan", args=[plan.pk]) if plan else reverse("projects:plan-list"),
        link_label=_("Go to the plan"),
    )


def _contract(project: Project, at: datetime.date, kind: ContractKind, code: str, name: str | Promise, clause: str) -> Finding:
    contract = Contract.objects.filter(project=project, kind=kind, signed_on__lte=at).order_by("signed_on").first()
    return Finding(
        code=code,
        name=str(name),
        passed=contract is not None,
        actual=1 if contract else 0,
        required=1,
        unit=_("documents"),
        sentence=_("No. %(number)s, signed on %(day)s.") % {"number": contract.number, "day": contract.signed_on.isoformat()}
        if contract
        else _("No contract signed by %(day)s is recorded.") % {"day": at.isoformat()},
        clause=clause,
        who=_("County: project staff"),
        link=_page(project, "contracts") if contract else reverse("projects:contract-add", args=[project.pk]) + f"?kind={kind.value}",
        link_label=_("See the contract") if contract else _("Add the contract"),
    )


def works_contract(project: Project, at: datetime.date) -> Finding:
    """A works contract signed by that day."""
    return _contract(
        project, at, ContractKind.WORKS, "works_contract", gettext_lazy("Works contract"), _("Start needs a signed works contract")
    )


def supervision_contract(project: Project, at: datetime.date) -> Finding:
    """A supervision contract signed by that day."""
    return _contract(
        project,
        at,
        ContractKind.SUPERVISION,
        "supervision_contract",
        gettext_lazy("Supervision contract"),
        _("Start needs a signed supervision contract"),
    )


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _start_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _photo_of_each(project: Project, at: datetime.date, kind: PhotoKind, since: datetime.date | None) -> tuple[list[str], list[str], int]:
    """Names of communities with and without such a photo in the yard, and how many photos were taken outside it."""
    photos = Photo.objects.filter(project=project, kind=kind, taken_at__lt=_end_of(at))
    if since:
        photos = photos.filter(taken_at__gte=_start_of(since))
    good = set(photos.filter(in_yard=True).values_list("community_id", flat=True))
    entries = list(project.entries.filter(**STANDING).select_related("community").order_by("pk"))
    shown = [entry.community.name for entry in entries if entry.community_id in good]
    missing = [entry.community.name for entry in entries if entry.community_id not in good]
    return shown, missing, photos.filter(in_yard=False).count()


def _photo_finding(
    project: Project, at: datetime.date, kind: PhotoKind, since: datetime.date | None, code: str, name: str, clause: str
) -> Finding:
    shown, missing, outside = _photo_of_each(project, at, kind, since)
    passed = bool(shown) and not missing
    if passed:
        sentence = _("Every community has a dated photo taken in its yard.")
    else:
        words = (
            _("No photo “%(kind)s” taken in the yard between %(since)s and %(until)s: %(names)s.")
            if since
            else _("No photo “%(kind)s” taken in the yard by %(until)s: %(names)s.")
        )
        named = {"kind": kind.label, "until": at.isoformat(), "names": _names(missing) or project.name}
        sentence = words % (named | {"since": since.isoformat() if since else ""})
        if outside:
            sentence += " " + _("%(count)s photos lie outside the yard or have no position.") % {"count": outside}
    return Finding(
        code=code,
        name=name,
        passed=passed,
        actual=len(shown),
        required=max(len(shown) + len(missing), 1),
        unit=_("communities"),
        sentence=sentence,
        clause=clause,
        who=_("County: staff on site"),
        link=_page(project, "photos") if passed else reverse("projects:photo-add", args=[project.pk]) + f"?kind={kind.value}",
        link_label=_("See the evidence") if passed else _("Add photos"),
    )


def contractor_on_site(project: Project, at: datetime.date) -> Finding:
    """Each community: a positioned photo in the yard, not before the works contract's date, not after the day of the start."""
    contract = Contract.objects.filter(project=project, kind=ContractKind.WORKS).order_by("signed_on").first()
    return _photo_finding(
        project,
        at,
        PhotoKind.START,
        contract.signed_on if contract else None,
        "contractor_on_site",
        _("Contractor on site"),
        _("A dated, positioned photo of each community, not older than the works contract"),
    )


def all_works_done(project: Project, at: datetime.date) -> Finding:
    """The newest report of every community, as of that day, says 100 %."""
    entries = list(project.entries.filter(**STANDING).select_related("community").order_by("pk"))
    reports = newest_reports(entries, up_to=at)
    missing = [
        f"{entry.community.name} {reports[entry.pk].percent if entry.pk in reports else 0}%"
        for entry in entries
        if entry.pk not in reports or reports[entry.pk].percent < 100
    ]
    return Finding(
        code="all_works_done",
        name=_("All works done"),
        passed=bool(entries) and not missing,
        actual=len(entries) - len(missing),
        required=max(len(entries), 1),
        unit=_("communities"),
        sentence=_("Not at 100%% by %(day)s: %(names)s.") % {"day": at.isoformat(), "names": _names(missing) or project.name}
        if missing or not entries
        else _("The newest report of every community says 100%."),
        clause=_("Completion needs all works at 100%"),
        who=_("County: contractor and project staff"),
        link=reverse("projects:entry") + f"?q={project.code}" if missing else _page(project, "progress"),
        link_label=_("Enter progress") if missing else _("See the progress"),
    )


def finished_photos(project: Project, at: datetime.date) -> Finding:
    """Each community: a positioned photo of the finished works, not before the start."""
    return _photo_finding(
        project, at, PhotoKind.AFTER, project.stage_on, "finished_photos", _("Photos of the finished works"), _("Completion needs photos")
    )


def completion_recorded(project: Project, at: datetime.date) -> Finding:
    """Completion is on record, on that day or before."""
    passed = project.stage == Stage.COMPLETED and project.stage_on is not None and project.stage_on <= at
    return Finding(
        code="completion_recorded",
        name=_("Completion recorded"),
        passed=passed,
        actual=int(passed),
        required=1,
        sentence=_("Completed on %(day)s.") % {"day": project.stage_on.isoformat() if project.stage_on else ""}
        if passed
        else _("Completion is not recorded by %(day)s.") % {"day": at.isoformat()},
        clause=_("What is accepted has been completed"),
        who=_("County: project staff"),
        link=_page(project, "stair"),
        link_label=_("See the stair"),
    )
