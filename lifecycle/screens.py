"""What the project's page shows, drawn together from the rows: stair, findings, history. No request, no HTML."""

from __future__ import annotations

import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from common.display import percent
from lifecycle.dossier import Dossier, dossier
from lifecycle.findings import NAMES, Finding
from lifecycle.models import ChangeKind, GateOverride, StageChange
from lifecycle.queries import findings_in, history, standing_changes
from lifecycle.rules import ROUND_GATES, RULE_VERSION
from lifecycle.scheme_screens import class_of, may_draw
from lifecycle.transitions import FUNCTIONS, can_be_taken_back, next_stage
from projects.choices import STAGE_ORDER, Condition, PhotoKind, Stage
from projects.comparing import estimate
from projects.models import Contract, Entry, Photo, ProgressReport, Project, Record, Scheme
from projects.queries import lines_of, newest_reports

PHOTOS_SHOWN = 6
REPORTS_SHOWN = 24
EVENTS_SHOWN = 30
# the rounds as they stand at the foot of their step
ROUND_NAMES = {
    "willingness": pgettext_lazy("round at the foot of a step", "Willingness"),
    "opinions": pgettext_lazy("round at the foot of a step", "Opinions"),
    "scheme_vote": pgettext_lazy("round at the foot of a step", "Vote"),
    "satisfaction": pgettext_lazy("round at the foot of a step", "Satisfaction"),
}


def project_screen(project: Project, today: datetime.date) -> dict[str, Any]:
    """The context of the project's page; constant number of queries."""
    entries = list(project.entries.select_related("community", "plan").order_by("pk"))
    standing = [entry for entry in entries if entry.removed_on is None]
    changes = history(project)
    steps = list(standing_changes(project))
    reports = newest_reports(entries)
    following = next_stage(project.stage)
    case = dossier(project, today)
    found = findings_in(case, following) if following and project.condition == Condition.ACTIVE else []
    photos = list(Photo.objects.filter(project=project).select_related("community"))
    last = steps[-1] if steps else None
    scheme = case.scheme
    overrides = list(GateOverride.objects.filter(project=project).select_related("recorded_by", "region"))
    missing = sum(not finding.passed for finding in found)
    return {
        "project": project,
        "case": case,
        "entries": [(entry, reports.get(entry.pk)) for entry in entries],
        "facts": facts(standing),
        "contracts": case.contracts,
        "scheme": scheme,
        "voted_on": voted_on(case),
        "scheme_lines": [(line, class_of(line.kind)) for line in lines_of(scheme)] if scheme else [],
        "estimate": estimate(lines_of(scheme)) if scheme else None,
        "may_draw": may_draw(project),
        "records": records_for_page(project),
        "steps": stair(project, steps, standing, missing if found else None, marks(case, steps)),
        "now_says": now_says(project, standing, today),
        "following": following,
        "findings": [finding_for_page(finding) for finding in found],
        "missing": missing,
        "overrides": overrides_for_page(overrides, changes),
        "rule_version": RULE_VERSION,
        "photos": [photo_for_page(photo) for photo in photos[:PHOTOS_SHOWN]],
        "more_photos": [photo_for_page(photo) for photo in photos[PHOTOS_SHOWN:]],
        "photo_total": len(photos),
        "photos_outside": sum(not photo.in_yard for photo in photos),
        "months": months_of(project, entries),
        "events": events(project, changes, overrides),
        "take_back": last if last and can_be_taken_back(last.stage) and project.condition == Condition.ACTIVE else None,
        "progress": progress(standing, reports),
    }


def voted_on(case: Dossier) -> str:
    """The day on which the vote on the version that stands was closed; "" where there is none."""
    current = case.scheme.version if case.scheme else None
    days = [row.closed_on for row in case.rounds("scheme").values() if row.scheme_version == current]
    return max(days).isoformat() if days else ""


def records_for_page(project: Project) -> list[tuple[Record, str]]:
    """The documents, newest first; each with the reason for which it does not count, or ""."""
    rows = list(Record.objects.filter(project=project).select_related("recorded_by").order_by("-dated_on", "-pk"))
    voided = {row.voids_id: row.note for row in rows if row.voids_id}
    return [(row, voided.get(row.pk, "")) for row in rows if not row.voids_id]


def facts(entries: list[Entry]) -> dict[str, Any]:
    """Sums over the project's communities."""
    years = sorted({entry.community.built_year for entry in entries if entry.community.built_year})
    return {
        "communities": len(entries),
        "buildings": sum(entry.community.building_count for entry in entries),
        "households": sum(entry.household_count for entry in entries),
        "area": sum(entry.floor_area for entry in entries),
        "amount": sum(entry.planned_amount for entry in entries),
        "built": f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]) if years else "",
        "year": next((entry.year for entry in entries if entry.year), None),
    }


def progress(entries: list[Entry], reports: dict[int, ProgressReport]) -> dict[str, Any] | None:
    """Progress weighted by floor area, and what is paid, from the newest reports; None before the first."""
    known = [entry for entry in entries if entry.pk in reports]
    area = sum(entry.floor_area for entry in entries)
    if not known or not area:
        return None
    return {
        "percent": round(sum(entry.floor_area * reports[entry.pk].percent for entry in known) / area),
        "paid": sum(reports[entry.pk].paid_amount for entry in known),
    }


def planned_days(entries: list[Entry]) -> tuple[datetime.date | None, datetime.date | None]:
    """Earliest planned start, latest planned completion."""
    starts = [entry.planned_start_on for entry in entries if entry.planned_start_on]
    ends = [entry.planned_completion_on for entry in entries if entry.planned_completion_on]
    return (min(starts) if starts else None, max(ends) if ends else None)


def marks(case: Dossier, steps: list[StageChange]) -> dict[str, dict[str, str]]:
    """Stage → what stands at its foot for its round: the share stored with the step, or as it stands today."""
    stored = {step.stage: {finding.get("code"): finding for finding in step.findings} for step in steps}
    order = STAGE_ORDER[case.project.stage]
    found: dict[str, dict[str, str]] = {}
    for code, stage in ROUND_GATES.items():
        proof = stored.get(stage, {}).get(code)
        if proof:
            found[stage] = _mark(code, proof["actual"], proof["required"], "near" if proof.get("override") else "pass")
        elif STAGE_ORDER[stage] > order:
            live = FUNCTIONS[code](case)
            if live.proof.get("rounds"):
                found[stage] = _mark(code, live.actual, live.required, "pass" if live.passed else "fail")
            else:
                found[stage] = {"state": "none", "text": _("%(round)s not begun") % {"round": ROUND_NAMES[code]}}
    if STAGE_ORDER[Stage.APPROVED] <= order < STAGE_ORDER[Stage.STARTED] and not FUNCTIONS["scheme_vote"](case).passed:
        found[Stage.APPROVED] = {"state": "fail", "text": _("Vote again")}
    return found


def _mark(code: str, part: int, whole: int, state: str) -> dict[str, str]:
    return {"state": state, "text": _("%(round)s %(rate)s%%") % {"round": ROUND_NAMES[code], "rate": percent(part, whole)}}


def stair(
    project: Project, steps: list[StageChange], entries: list[Entry], missing: int | None, feet: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    """All ten steps with their days, and at the foot of the next one what it misses (`missing` is None where nobody asks)."""
    reached = {step.stage: step.happened_on for step in steps}
    now, following = STAGE_ORDER[project.stage], next_stage(project.stage)
    start, end = planned_days(entries)
    planned = {Stage.STARTED: start, Stage.COMPLETED: end}
    shown = []
    for stage in Stage:
        order = STAGE_ORDER[stage]
        day = reached.get(stage) or (project.stage_on if stage == project.stage else None)
        if order <= now:
            state, when = ("now" if order == now else "done"), day.isoformat() if day else "—"
        else:
            due = planned.get(stage)
            state, when = ("next" if stage == following else "later"), _("planned %(day)s") % {"day": f"{due:%m-%d}"} if due else ""
        step: dict[str, Any] = {"name": stage.label, "state": state, "when": when}
        if stage in feet:
            step["gate"] = feet[stage]
        if stage == following and missing is not None and feet.get(stage, {}).get("state", "none") == "none":
            text = _("%(count)s missing") % {"count": missing} if missing else _("Ready")
            step["gate"] = {"state": "fail" if missing else "pass", "text": text}
        shown.append(step)
    return shown


def now_says(project: Project, entries: list[Entry], today: datetime.date) -> str:
    """One sentence: where the project stands, for how long, and what is planned next."""
    if project.condition != Condition.ACTIVE:
        return str(project.get_condition_display())
    label = project.get_stage_display()
    words = (
        _("Now: %(stage)s for %(days)s days") % {"stage": label, "days": (today - project.stage_on).days}
        if project.stage_on
        else _("Now: %(stage)s") % {"stage": label}
    )
    start, end = planned_days(entries)
    if STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.STARTED] and start:
        words += " · " + _("start planned for %(day)s") % {"day": start.isoformat()}
    elif STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.COMPLETED] and end:
        words += " · " + _("completion planned for %(day)s") % {"day": end.isoformat()}
    return words


def finding_for_page(finding: Finding) -> dict[str, Any]:
    """As components/_finding.html wants it."""
    sentence = finding.sentence
    if finding.override:
        sentence += " " + _("Let pass by %(who)s: %(reason)s") % {"who": finding.overridden_by, "reason": finding.reason}
    return {
        "code": finding.code,
        "state": "near" if finding.override else "pass" if finding.passed else "fail",
        "status": _("Let pass") if finding.override else "",
        "name": finding.name,
        "sentence": sentence,
        "clause": finding.clause,
        "part": finding.actual,
        "whole": finding.required,
        "unit": finding.unit,
        "required": finding.threshold,
        "who": "" if finding.passed else finding.who,
        "url": finding.link,
        "url_label": finding.link_label,
    }


def overrides_for_page(rows: list[GateOverride], changes: list[StageChange]) -> list[dict[str, Any]]:
    """Gates that a level above let pass, newest first, with what became of it."""
    backs = {row.takes_back_id: row for row in rows if row.takes_back_id}
    used = {finding.get("override") for change in changes for finding in change.findings}
    found = []
    for row in rows:
        if row.takes_back_id:
            continue
        back = backs.get(row.pk)
        state = _("taken back: %(reason)s") % {"reason": back.reason} if back else _("used") if row.pk in used else _("not used yet")
        open_ = back is None and row.pk not in used
        found.append({"row": row, "gate": NAMES.get(row.gate, row.gate), "state": state, "open": open_})
    return found


def photo_for_page(photo: Photo) -> dict[str, Any]:
    """As components/_photo_grid.html wants it."""
    kind = PhotoKind(photo.kind).label
    caption = photo.caption or photo.community.name
    return {
        "url": reverse("projects:photo", args=[photo.pk]),
        "thumbnail": reverse("projects:photo-thumbnail", args=[photo.pk]),
        "alt": f"{kind}: {caption}",
        "caption": caption,
        "detail": f"{kind} · {timezone.localtime(photo.taken_at):%Y-%m-%d}",
        "located": None if photo.distance is None else photo.in_yard,
    }


def months_of(project: Project, entries: list[Entry]) -> list[dict[str, Any]]:
    """The newest report of each community and month, newest first, with the month before to compare."""
    names = {entry.pk: entry.community.name for entry in entries}
    rows = ProgressReport.objects.filter(entry__project=project).order_by("entry_id", "-month", "-pk").distinct("entry_id", "month")
    found = [row for row in rows if not row.void]
    lines = []
    for number, row in enumerate(found):
        older = found[number + 1] if number + 1 < len(found) and found[number + 1].entry_id == row.entry_id else None
        lines.append({"report": row, "name": names.get(row.entry_id, ""), "before": older})
    return sorted(lines, key=lambda line: line["report"].month, reverse=True)[:REPORTS_SHOWN]


KIND_WORDS = {ChangeKind.SUSPEND: "open", ChangeKind.WITHDRAW: "open"}


def _change_text(change: StageChange) -> str:
    stage = change.get_stage_display()
    day = change.happened_on.isoformat()
    if change.kind == ChangeKind.REACH:
        proofs = _(", ").join(str(NAMES.get(finding.get("code", ""), finding.get("name", ""))) for finding in change.findings)
        text = _("%(stage)s on %(day)s") % {"stage": stage, "day": day}
        return f"{text} · {proofs}" if proofs else text
    if change.kind == ChangeKind.REVERSE:
        return _("“%(stage)s” taken back: %(reason)s") % {"stage": stage, "reason": change.reason}
    return _("%(what)s on %(day)s: %(reason)s") % {"what": change.get_kind_display(), "day": day, "reason": change.reason}


def events(project: Project, changes: list[StageChange], overrides: list[GateOverride]) -> list[dict[str, Any]]:
    """What happened, newest first: steps, reports, contracts."""
    items: list[tuple[datetime.datetime, dict[str, Any]]] = []
    for change in changes:
        state = KIND_WORDS.get(ChangeKind(change.kind), "done" if change.kind == ChangeKind.REACH else "")
        items.append((change.recorded_at, {"state": state, "who": change.recorded_by.name, "text": _change_text(change)}))
    reports = ProgressReport.objects.filter(entry__project=project).select_related("recorded_by", "entry__community")
    for report in reports.order_by("-recorded_at")[:EVENTS_SHOWN]:
        words = {"name": report.entry.community.name, "month": f"{report.month:%Y-%m}", "percent": report.percent}
        text = (
            _("Report of %(month)s taken back: %(name)s") % words
            if report.void
            else _("No progress in %(month)s: %(name)s") % words
            if report.no_change
            else _("Progress of %(month)s: %(name)s %(percent)s%%") % words
        )
        items.append((report.recorded_at, {"state": "", "who": report.recorded_by.name, "text": text}))
    for row in overrides:
        words = {"gate": NAMES.get(row.gate, row.gate), "reason": row.reason}
        text = (_("Override of “%(gate)s” taken back: %(reason)s") if row.takes_back_id else _("“%(gate)s” let pass: %(reason)s")) % words
        items.append((row.recorded_at, {"state": "open", "who": row.recorded_by.name, "text": text}))
    for scheme in Scheme.objects.filter(project=project).select_related("recorded_by"):
        text = _("Version %(version)s of the scheme: %(title)s") % {"version": scheme.version, "title": scheme.title}
        items.append((scheme.recorded_at, {"state": "", "who": scheme.recorded_by.name, "text": text}))
    for contract in Contract.objects.filter(project=project).select_related("recorded_by"):
        text = _("%(kind)s %(number)s recorded") % {"kind": contract.get_kind_display(), "number": contract.number}
        items.append((contract.recorded_at, {"state": "", "who": contract.recorded_by.name, "text": text}))
    items.sort(key=lambda item: item[0], reverse=True)
    return [event | {"when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}"} for at, event in items[:EVENTS_SHOWN]]
