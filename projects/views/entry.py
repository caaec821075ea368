"""The desk grid of monthly progress: a page that works as a plain form, and the small answers that its script asks for."""

from __future__ import annotations

import datetime
import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.paging import cursor_page
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.choices import STAGE_ORDER, Condition, Stage
from projects.forms import ProgressRowForm
from projects.models import Entry, Photo, ProgressReport
from projects.operations import report_progress, undo_reports
from projects.queries import reports_before_month, reports_in_month
from projects.querysets import BEFORE_START
from projects.rules import first_day, last_day, month_after, month_before, month_of, wan_of_yuan
from projects.views.shared import crumbs
from regions.models import Region

PAGE_SIZE = 50
BULK_LIMIT = 500
FROM_PLAN = [stage for stage, order in STAGE_ORDER.items() if order >= STAGE_ORDER[Stage.PLANNED]]


def month_in(data: QueryDict) -> datetime.date:
    """?month=2021-06; by default the month at which the dashboard opens (usually this one), never a later one."""
    this_month = first_day(timezone.localdate())
    opening = month_of(settings.DASHBOARD_AS_OF[:7]) or this_month
    return min(month_of(data.get("month", "")) or opening, this_month)


def begun(month: datetime.date) -> Q:
    """Works had begun by the end of the month: there is something to report."""
    return Q(project__started_on__lte=last_day(month))


def under_works(month: datetime.date) -> Q:
    """Begun, and not accepted before the month: what the month's report is due for."""
    return begun(month) & (Q(project__accepted_on__isnull=True) | Q(project__accepted_on__gte=month))


def stage_at_end_of(month: datetime.date) -> Case:
    """The stage on the month's last day; of what began later only that it was before the start."""
    end = last_day(month)
    dated = [(Stage.ACCEPTED, "accepted_on"), (Stage.COMPLETED, "completed_on"), (Stage.STARTED, "started_on")]
    return Case(
        *[When(**{f"project__{field}__lte": end}, then=Value(stage.value)) for stage, field in dated],
        When(project__stage__in=BEFORE_START, then=F("project__stage")),
        default=Value(Stage.DESIGNED.value),
    )


def entries_of(request: StaffRequest, month: datetime.date) -> QuerySet[Entry]:
    """The entries that this clerk reports on, with what the page needs of each: constant number of queries."""
    newest = ProgressReport.objects.filter(entry=OuterRef("pk"), month=month).order_by("-pk")
    photos = Photo.objects.filter(project=OuterRef("project"), community=OuterRef("community"))
    counted = photos.order_by().values("community").annotate(n=Count("pk")).values("n")
    return (
        Entry.objects.filter(request.user.scope_for("progress.enter").q("project__region__path"), removed_on__isnull=True)
        .exclude(project__condition=Condition.WITHDRAWN)
        .select_related("project__region", "community__region__parent")
        .annotate(
            pinyin=F("community__pinyin"),
            stage_then=stage_at_end_of(month),
            taken_back=Subquery(newest.values("void")[:1]),
            has_photo=Exists(photos),
            photo_total=Coalesce(Subquery(counted), 0),
        )
    )


def filtered(rows: QuerySet[Entry], data: QueryDict, month: datetime.date) -> QuerySet[Entry]:
    """Words, sub-district, stage as of the month; without a stage, what was under works in it."""
    for word in data.get("q", "").lower().split():
        rows = rows.filter(Q(community__search_text__contains=word) | Q(project__code__icontains=word))
    if street := Region.objects.filter(code=data["street"]).first() if data.get("street") else None:
        rows = rows.filter(community__region__path__startswith=street.path)
    stage = data.get("stage")
    if stage == "all":
        return rows.filter(begun(month) | Q(stage_then__in=FROM_PLAN, entered_on__lte=last_day(month)))
    return rows.filter(stage_then=stage) if stage in Stage.values else rows.filter(under_works(month))


ONLY = {"empty": Q(taken_back__isnull=True) | Q(taken_back=True), "no_photo": Q(has_photo=False)}


def counts_of(rows: QuerySet[Entry], data: QueryDict, month: datetime.date) -> dict[str, int]:
    """Of the month, whatever is filtered: due, filled, left. Of what the filters leave: all, empty, no_photo. Two queries."""
    due = rows.filter(under_works(month))
    shown = filtered(rows, data, month)
    return due.aggregate(
        due=Count("pk"), filled=Count("pk", filter=Q(taken_back=False)), left=Count("pk", filter=ONLY["empty"])
    ) | shown.aggregate(
        all=Count("pk"), empty=Count("pk", filter=begun(month) & ONLY["empty"]), no_photo=Count("pk", filter=ONLY["no_photo"])
    )


def street_of(entry: Entry) -> str:
    """The sub-district's name, or "" where the community hangs directly below the county."""
    region = entry.community.region
    return region.parent.name if region.depth == 5 and region.parent else region.name if region.depth == 4 else ""


def row_of(
    entry: Entry, month: datetime.date, now: ProgressReport | None, before: ProgressReport | None, form: ProgressRowForm | None = None
) -> dict[str, Any]:
    """What one line of the grid shows."""
    typed = form.data if form else {}
    errors = {name: texts[0] for name, texts in form.errors.items()} if form else {}
    started_on = entry.project.started_on
    fillable = started_on is not None and started_on <= last_day(month)
    prefix = f"{form.prefix}-" if form and form.prefix else ""
    return {
        "entry": entry,
        "street": street_of(entry),
        "stage": Stage(getattr(entry, "stage_then", entry.project.stage)),
        "fillable": fillable,
        "before": before,
        "percent": typed.get(f"{prefix}percent", now.percent if now else ""),
        "paid": typed.get(f"{prefix}paid_amount", wan_of_yuan(now.paid_amount) if now else ""),
        "note": typed.get(f"{prefix}note", now.note if now else ""),
        "no_change": bool(now and now.no_change),
        "errors": errors,
        "state": "error" if errors else "saved" if now else "empty" if fillable else "none",
    }


def save_row(request: StaffRequest, entry: Entry, month: datetime.date, form: ProgressRowForm) -> ProgressReport | None:
    """Store one row; refusals end up in the form's errors."""
    if not form.is_valid() or not form.says_something:
        return None
    data = form.cleaned_data
    try:
        return report_progress(
            entry=entry,
            month=month,
            percent=data["percent"],
            paid_amount=data["paid_amount"],
            note=data["note"],
            no_change=data["no_change"],
            client_key=data["key"],
            actor=request.user,
            at=timezone.now(),
        )
    except DomainError as error:
        details = error.details if isinstance(error.details, dict) else {"percent": str(error.message)}
        for name, message in details.items():
            form.add_error(name if name in form.fields else "percent", message)
        return None


class EntryGrid(ActionView):
    """The month's grid; posted without script it stores every row that is right and shows the others again."""

    action = "progress.enter"

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(request, {})

    def post(self, request: StaffRequest) -> HttpResponse:
        month = month_in(request.GET)
        forms: dict[int, ProgressRowForm] = {}
        rows = entries_of(request, month).filter(pk__in=[whole_number(pk) for pk in request.POST.getlist("entry")])
        saved = 0
        known = reports_in_month(rows, month)
        for entry in rows:
            form = ProgressRowForm(request.POST, prefix=str(entry.pk))
            if _unchanged(form, known.get(entry.pk)):
                continue
            saved += save_row(request, entry, month, form) is not None
            if form.errors:
                forms[entry.pk] = form
        if forms:
            return self.page(request, forms, status=422)
        messages.success(request, _("%(count)s rows are saved.") % {"count": saved})
        return redirect(f"{reverse('projects:entry')}?{request.GET.urlencode()}")

    def page(self, request: StaffRequest, forms: dict[int, ProgressRowForm], status: int = 200) -> HttpResponse:
        """Filters, counts and one page of rows."""
        month = month_in(request.GET)
        every = entries_of(request, month)
        rows, counts = filtered(every, request.GET, month), counts_of(every, request.GET, month)
        only = request.GET.get("only", "")
        shown = rows.filter(begun(month) & ONLY[only] if only == "empty" else ONLY[only]) if only in ONLY else rows
        page = cursor_page(shown, order="pinyin", cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
        now, before = reports_in_month(page.rows, month), reports_before_month(page.rows, month)
        county = request.user.region
        context = {
            "month": month,
            "previous": month_before(month).strftime("%Y-%m"),
            "following": month_after(month).strftime("%Y-%m") if month < first_day(timezone.localdate()) else "",
            "this_month": first_day(timezone.localdate()).strftime("%Y-%m"),
            "page": page,
            "rows": [row_of(entry, month, now.get(entry.pk), before.get(entry.pk), forms.get(entry.pk)) for entry in page.rows],
            "counts": counts,
            "wrong": len(forms),
            "segments": self._segments(request, counts, only),
            "streets": self._streets(request, month),
            "stages": [(s.value, s.label) for s in (Stage.STARTED, Stage.COMPLETED, Stage.ACCEPTED)],
            "crumbs": crumbs(request, county) if county else [],
            "synthetic": any(entry.project.synthetic for entry in page.rows),
            "filtered": any(request.GET.get(key) for key in ("q", "street", "stage", "only")),
        }
        return render(request, "projects/entry.html", context, status=status)

    def _segments(self, request: StaffRequest, counts: dict[str, int], only: str) -> list[dict[str, Any]]:
        query = request.GET.copy()
        query.pop("cursor", None)
        items = []
        for value, label, count in (("", _("All"), "all"), ("empty", _("Not filled in"), "empty"), ("no_photo", _("No photo"), "no_photo")):
            query["only"] = value
            url = f"?{query.urlencode()}"
            items.append({"label": label, "url": url, "current": only == value, "count": counts[count], "key": count})
        return items

    def _streets(self, request: StaffRequest, month: datetime.date) -> list[Region]:
        """The sub-districts below the clerk's counties."""
        scope = request.user.scope_for("progress.enter")
        return list(Region.objects.filter(scope.q("path"), depth=4).order_by("pinyin"))


def _unchanged(form: ProgressRowForm, report: ProgressReport | None) -> bool:
    """Whether a plain form sends back what the page showed."""
    shown = {"percent": str(report.percent), "paid_amount": wan_of_yuan(report.paid_amount), "note": report.note} if report else {}
    typed = {name: (form.data.get(f"{form.prefix}-{name}") or "").strip() for name in ("percent", "paid_amount", "note")}
    return all(text == shown.get(name, "") for name, text in typed.items())


def _json(request: StaffRequest) -> dict[str, Any]:
    """The posted JSON object; {} for anything else."""
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _numbers(values: Any) -> list[int]:
    """The keys of rows in a posted list."""
    return [whole_number(str(value)) for value in values[:BULK_LIMIT]] if isinstance(values, list) else []


def _answer_counts(request: StaffRequest, month: datetime.date, query: str) -> dict[str, int]:
    return counts_of(entries_of(request, month), QueryDict(query), month)


class EntryRow(ActionView):
    """One row, saved while the clerk goes on: {"entry", "month", "percent", "paid_amount", "note", "key", "query"}."""

    action = "progress.enter"

    def post(self, request: StaffRequest) -> JsonResponse:
        """200 with what stands now, 422 with {"errors": {field: sentence}}."""
        data = _json(request)
        month = min(month_of(str(data.get("month", ""))) or first_day(timezone.localdate()), first_day(timezone.localdate()))
        entry = get_object_or_404(entries_of(request, month), pk=whole_number(str(data.get("entry", ""))))
        form = ProgressRowForm({name: str(data.get(name) or "") for name in ("percent", "paid_amount", "note", "key")})
        report = save_row(request, entry, month, form)
        if form.errors:
            return JsonResponse({"errors": {name: texts[0] for name, texts in form.errors.items()}}, status=422)
        answer: dict[str, Any] = {"counts": _answer_counts(request, month, str(data.get("query", "")))}
        if report:
            answer |= stored(report)
        return JsonResponse(answer)


def stored(report: ProgressReport) -> dict[str, Any]:
    """What the grid shows of a report."""
    return {
        "entry": report.entry_id,
        "report": report.pk,
        "percent": "" if report.void else report.percent,
        "paid_amount": "" if report.void else wan_of_yuan(report.paid_amount),
        "note": report.note,
        "no_change": report.no_change,
        "void": report.void,
        "at": timezone.localtime(report.recorded_at).strftime("%H:%M:%S"),
    }


class EntryBulk(ActionView):
    """Many rows at once: {"entries": [...], "month", "percent"} or "no_change": true. Each row answers for itself."""

    action = "progress.enter"

    def post(self, request: StaffRequest) -> JsonResponse:
        """{"rows": [stored], "errors": {entry: sentence}, "counts"}; "reports" is what undo needs."""
        data = _json(request)
        month = min(month_of(str(data.get("month", ""))) or first_day(timezone.localdate()), first_day(timezone.localdate()))
        wanted = _numbers(data.get("entries"))
        rows, errors = [], {}
        values = {"percent": str(data.get("percent") or ""), "no_change": "1" if data.get("no_change") else ""}
        if data.get("percent") == 0:
            values["percent"] = "0"
        known = reports_in_month(Entry.objects.filter(pk__in=wanted), month)
        for entry in entries_of(request, month).filter(pk__in=wanted).order_by("pinyin", "pk"):
            form = ProgressRowForm(values)
            report = save_row(request, entry, month, form)
            if form.errors:
                errors[entry.pk] = {name: texts[0] for name, texts in form.errors.items()}
            elif report:
                rows.append(stored(report) | {"new": entry.pk not in known or known[entry.pk].pk != report.pk})
        counts = _answer_counts(request, month, str(data.get("query", "")))
        return JsonResponse({"rows": rows, "errors": errors, "reports": [row["report"] for row in rows if row["new"]], "counts": counts})


class EntryUndo(ActionView):
    """Takes back what a bulk action stored: {"reports": [...]}; by further rows, nothing is deleted."""

    action = "progress.enter"

    def post(self, request: StaffRequest) -> JsonResponse:
        """{"rows": [stored], "counts"}."""
        data = _json(request)
        keys = _numbers(data.get("reports"))
        reports = list(ProgressReport.objects.visible_to(request.user).filter(pk__in=keys))
        rows = undo_reports(reports=reports, actor=request.user, at=timezone.now())
        month = rows[0].month if rows else first_day(timezone.localdate())
        return JsonResponse({"rows": [stored(row) for row in rows], "counts": _answer_counts(request, month, str(data.get("query", "")))})
