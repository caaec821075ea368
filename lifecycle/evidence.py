"""The gates of evidence: register, plan, contracts, photos, progress. Each looks at a project as of a day."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.models import Community
from lifecycle.dossier import Dossier
from lifecycle.findings import Finding, found, named
from projects.choices import ContractKind, PhotoKind
from projects.models import Photo, Project, SchemeItem
from projects.operations import is_eligible
from projects.queries import newest_reports, newest_work_progress, plan_is_frozen


def _page(project: Project, part: str) -> str:
    return reverse("projects:detail", args=[project.pk]) + f"#{part}"


# --- register and plan ------------------------------------------------------------------------------------------------


def communities_eligible(dossier: Dossier) -> Finding:
    """Every community is eligible by the register (DOMAIN.md section 4)."""
    communities = [entry.community for entry in dossier.entries]
    bad = [community for community in communities if not is_eligible(community)]
    if not communities:
        sentence = _("The project has no community.")
    elif bad:
        sentence = _("Not eligible: %(names)s.") % {"names": named([community.name for community in bad])}
    else:
        sentence = _("All communities may be renovated.")
    return found(
        "communities_eligible",
        actual=len(communities) - len(bad),
        required=max(len(communities), 1),
        sentence=sentence,
        link=reverse("communities:detail", args=[bad[0].pk]) if bad else _page(dossier.project, "communities"),
        label=_("See the communities"),
    )


def _card_complete(community: Community) -> bool:
    return bool(community.built_year and community.building_count and community.household_count and community.floor_area)


def survey_card(dossier: Dossier) -> Finding:
    """The survey card of every community: year built, buildings, households and floor area stand in the register."""
    communities = [entry.community for entry in dossier.entries]
    bad = [community for community in communities if not _card_complete(community)]
    passed = bool(communities) and not bad
    return found(
        "survey_card",
        actual=len(communities) - len(bad),
        required=max(len(communities), 1),
        sentence=_("The counts of every community are registered.")
        if passed
        else _("Year built, buildings, households or floor area missing: %(names)s.")
        % {"names": named([community.name for community in bad]) or dossier.project.name},
        link=reverse("communities:detail", args=[bad[0].pk]) if bad else _page(dossier.project, "communities"),
        label=_("See the communities"),
    )


def in_frozen_plan(dossier: Dossier) -> Finding:
    """Every community stands in a plan that the province has frozen, on that day."""
    inside = [
        entry for entry in dossier.entries if plan_is_frozen(entry) and entry.entered_on is not None and entry.entered_on <= dossier.day
    ]
    passed = bool(dossier.entries) and len(inside) == len(dossier.entries)
    missing = [entry.community.name for entry in dossier.entries if entry not in inside]
    plan = next((entry.plan for entry in dossier.entries if entry.plan), None)
    return found(
        "in_frozen_plan",
        actual=len(inside),
        required=max(len(dossier.entries), 1),
        sentence=_("All communities stand in the frozen plan.")
        if passed
        else _("Not in a frozen annual plan: %(names)s.") % {"names": named(missing) or dossier.project.name},
        link=reverse("projects:plan", args=[plan.pk]) if plan else reverse("projects:plan-list"),
        label=_("Go to the plan"),
    )


# --- contracts, photos, progress --------------------------------------------------------------------------------------


def _contract(dossier: Dossier, code: str, kind: ContractKind) -> Finding:
    contract = next((row for row in dossier.contracts if row.kind == kind and row.signed_on <= dossier.day), None)
    add = reverse("projects:contract-add", args=[dossier.project.pk]) + f"?kind={kind.value}"
    return found(
        code,
        actual=int(contract is not None),
        required=1,
        sentence=_("No. %(number)s, signed on %(day)s.") % {"number": contract.number, "day": contract.signed_on.isoformat()}
        if contract
        else _("No contract signed by %(day)s is recorded.") % {"day": dossier.day.isoformat()},
        link=_page(dossier.project, "contracts") if contract else add,
        label=_("See the contract") if contract else _("Add the contract"),
    )


def works_contract(dossier: Dossier) -> Finding:
    """A works contract signed by that day."""
    return _contract(dossier, "works_contract", ContractKind.WORKS)


def supervision_contract(dossier: Dossier) -> Finding:
    """A supervision contract signed by that day."""
    return _contract(dossier, "supervision_contract", ContractKind.SUPERVISION)


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _start_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _photo_finding(dossier: Dossier, code: str, kind: PhotoKind, since: datetime.date | None) -> Finding:
    """Each community has a photo of the kind, taken in its yard, not before `since` and not after the day."""
    photos = Photo.objects.filter(project=dossier.project, kind=kind, taken_at__lt=_end_of(dossier.day))
    if since:
        photos = photos.filter(taken_at__gte=_start_of(since))
    good = set(photos.filter(in_yard=True).values_list("community_id", flat=True))
    missing = [entry.community.name for entry in dossier.entries if entry.community_id not in good]
    passed = bool(dossier.entries) and not missing
    if passed:
        sentence = _("Every community has a dated photo taken in its yard.")
    else:
        words = (
            _("No photo “%(kind)s” taken in the yard between %(since)s and %(until)s: %(names)s.")
            if since
            else _("No photo “%(kind)s” taken in the yard by %(until)s: %(names)s.")
        )
        shown = {"kind": kind.label, "until": dossier.day.isoformat(), "names": named(missing) or dossier.project.name}
        sentence = words % (shown | {"since": since.isoformat() if since else ""})
        if outside := photos.filter(in_yard=False).count():
            sentence += " " + _("%(count)s photos lie outside the yard or have no position.") % {"count": outside}
    add = reverse("projects:photo-add", args=[dossier.project.pk]) + f"?kind={kind.value}"
    return found(
        code,
        actual=len(dossier.entries) - len(missing),
        required=max(len(dossier.entries), 1),
        sentence=sentence,
        link=_page(dossier.project, "photos") if passed else add,
        label=_("See the evidence") if passed else _("Add photos"),
    )


def contractor_on_site(dossier: Dossier) -> Finding:
    """Each community: a positioned photo in the yard, not before the works contract's date, not after the day of the start."""
    contract = next((row for row in dossier.contracts if row.kind == ContractKind.WORKS), None)
    return _photo_finding(dossier, "contractor_on_site", PhotoKind.START, contract.signed_on if contract else None)


def all_works_done(dossier: Dossier) -> Finding:
    """As of that day the newest report of every community says 100 %, and so does the newest row of every work of the scheme."""
    reports = newest_reports(dossier.entries, up_to=dossier.day)
    percents = {entry: reports[entry.pk].percent if entry.pk in reports else 0 for entry in dossier.entries}
    missing = [f"{entry.community.name} {percent}%" for entry, percent in percents.items() if percent < 100]
    items = list(dossier.scheme.items.all()) if dossier.scheme else []
    rows = newest_work_progress([item.work_id for item in items], up_to=dossier.day)
    done = {item: rows[item.work_id].percent if item.work_id in rows else 0 for item in items}
    missing += [f"{_called(item)} {percent}%" for item, percent in done.items() if percent < 100]
    total = len(percents) + len(items)
    short = bool(missing) or not percents
    enter = reverse("projects:work-progress", args=[dossier.project.pk])
    return found(
        "all_works_done",
        actual=total - len(missing),
        required=max(total, 1),
        sentence=_("Not at 100%% by %(day)s: %(names)s.")
        % {"day": dossier.day.isoformat(), "names": named(missing) or dossier.project.name}
        if short
        else _("The newest reports of all communities and of %(works)s works say 100%%.") % {"works": len(items)},
        link=enter,
        label=_("Enter progress") if short else _("See the progress"),
    )


def _called(item: SchemeItem) -> str:
    """A work as the sentence names it: with its community and building where it has them."""
    community = item.work.community
    return " ".join(part for part in (community.name if community else "", item.work.building, item.name) if part)


def finished_photos(dossier: Dossier) -> Finding:
    """Each community: a positioned photo of the finished works, not before the start."""
    return _photo_finding(dossier, "finished_photos", PhotoKind.AFTER, dossier.project.started_on)
