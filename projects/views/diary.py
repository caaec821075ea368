"""The construction diary of a project by month: entries with the photos of their day; a correction stands beside what it corrects."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.forms import DayInput
from projects.models import DiaryEntry, Photo, Project
from projects.operations import write_diary
from projects.rules import first_day, last_day, month_after, month_before, month_of
from projects.site_forms import DiaryForm
from projects.views.shared import project_crumbs, project_or_404, put_errors


def _photos_by_day(project: Project, month: datetime.date) -> dict[datetime.date, list[Photo]]:
    zone = timezone.get_current_timezone()
    first = datetime.datetime.combine(month, datetime.time.min, zone)
    until = datetime.datetime.combine(last_day(month) + datetime.timedelta(days=1), datetime.time.min, zone)
    found: dict[datetime.date, list[Photo]] = defaultdict(list)
    for photo in Photo.objects.filter(project=project, taken_at__gte=first, taken_at__lt=until).order_by("taken_at", "pk"):
        found[timezone.localdate(photo.taken_at)].append(photo)
    return found


class DiaryPage(ActionView):
    """One month of a project's diary; ?month=2021-06, by default that of the newest entry."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        this_month = first_day(timezone.localdate())
        newest = DiaryEntry.objects.filter(project=project).order_by("-on").values_list("on", flat=True).first()
        month = month_of(request.GET.get("month", "")) or first_day(newest or this_month)
        rows = DiaryEntry.objects.filter(project=project, on__gte=month, on__lte=last_day(month))
        entries = list(rows.select_related("community", "recorded_by", "corrects", "corrected_by").order_by("on", "pk"))
        photos = _photos_by_day(project, month)
        days: dict[datetime.date, list[DiaryEntry]] = defaultdict(list)
        for entry in entries:
            days[entry.on].append(entry)
        standing = [entry for entry in entries if not hasattr(entry, "corrected_by")]
        context = {
            "project": project,
            "month": month,
            "previous": f"{month_before(month):%Y-%m}",
            "following": f"{month_after(month):%Y-%m}" if month < this_month else "",
            "days": [(day, days[day], photos.get(day, [])) for day in sorted(days, reverse=True)],
            "workdays": len({entry.on for entry in standing}),
            "worker_days": sum(entry.workers for entry in standing),
            "may_enter": request.user.may("progress.enter", project.region.path),
            "crumbs": project_crumbs(request, project, _("Construction diary")),
        }
        return render(request, "projects/diary.html", context)


class DiaryWrite(ActionView):
    """Form: a day in the diary; ?corrects= an entry that it corrects."""

    action = "progress.enter"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        old = self._corrected(request, project)
        initial: dict[str, Any] = {"on": timezone.localdate(), "key": uuid.uuid4()}
        if old:
            initial |= {"on": old.on, "weather": old.weather, "workers": old.workers, "text": old.text}
        return self._page(request, project, self._form(initial=initial), old)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        old, form = self._corrected(request, project), self._form(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                entry = write_diary(
                    project=project, on=data["on"], weather=data["weather"], workers=data["workers"], text=data["text"],
                    client_key=data["key"], community=old.community if old else None, corrects=old, actor=request.user, at=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The day is in the diary."))
                return redirect(f"{reverse('projects:diary', args=[pk])}?month={entry.on:%Y-%m}")
        return self._page(request, project, form, old, status=422)

    def _corrected(self, request: StaffRequest, project: Project) -> DiaryEntry | None:
        asked = request.GET.get("corrects")
        return get_object_or_404(DiaryEntry.objects.filter(project=project), pk=whole_number(asked)) if asked else None

    def _form(self, *args: Any, **kwargs: Any) -> DiaryForm:
        form = DiaryForm(*args, **kwargs)
        form.fields["on"].widget = DayInput()
        return form

    def _page(self, request: StaffRequest, project: Project, form: DiaryForm, old: DiaryEntry | None, status: int = 200) -> HttpResponse:
        title = _("Correct the diary") if old else _("Write in the diary")
        context = {
            "form": form,
            "project": project,
            "title": title,
            "lead": _("The first entry stays readable beside the correction.") if old else "",
            "button": _("Write"),
            "back": reverse("projects:diary", args=[project.pk]),
            "crumbs": project_crumbs(request, project, title),
        }
        return render(request, "projects/form.html", context, status=status)
