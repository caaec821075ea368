"""Photos: adding one at the desk, looking at one, and the files themselves."""

from __future__ import annotations

import mimetypes
import uuid

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from projects.choices import STAGE_ORDER, PhotoKind, Stage
from projects.forms import PhotoForm
from projects.models import Photo, Project
from projects.operations import add_photo
from projects.operations.photos import thumbnail_name
from projects.views.shared import project_crumbs, project_or_404, put_errors


class PhotoAdd(ActionView):
    """Form: a photo of one of the project's communities, from the desk."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        usual = PhotoKind.START if STAGE_ORDER[project.stage] < STAGE_ORDER[Stage.STARTED] else PhotoKind.PROGRESS
        kind = request.GET.get("kind", "")
        return self._page(request, project, self._form(project, initial={"kind": kind if kind in PhotoKind.values else usual}))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        form = self._form(project, request.POST, request.FILES)
        if form.is_valid():
            data = form.cleaned_data
            try:
                photo = add_photo(
                    entry=data["entry"],
                    kind=data["kind"],
                    caption=data["caption"],
                    raw=data["file"].read(),
                    client_key=uuid.uuid4(),
                    actor=request.user,
                    at=timezone.now(),
                )
            except DomainError as error:
                form.add_error("file", str(error.message)) if not error.details else put_errors(form, error)
            else:
                if photo.longitude is None:
                    messages.error(
                        request, _("The photo is stored, but it carries no position: it does not count as evidence in the yard.")
                    )
                else:
                    messages.success(request, _("The photo is stored."))
                return redirect(reverse("projects:detail", args=[pk]) + "#photos")
        return self._page(request, project, form, status=422)

    def _form(self, project: Project, *args: object, **kwargs: object) -> PhotoForm:
        entries = project.entries.filter(removed_on__isnull=True).select_related("community").order_by("pk")
        return PhotoForm(*args, entries=entries, **kwargs)

    def _page(self, request: StaffRequest, project: Project, form: PhotoForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "project": project,
            "crumbs": project_crumbs(request, project, _("Add a photo")),
            "title": _("Add a photo"),
            "button": _("Store the photo"),
            "back": reverse("projects:detail", args=[project.pk]),
        }
        return render(request, "projects/form.html", context, status=status)


def _photo_or_404(request: StaffRequest, pk: int) -> Photo:
    rows = Photo.objects.visible_to(request.user).select_related("project__region", "community", "recorded_by")
    return get_object_or_404(rows, pk=pk)


class PhotoPage(ActionView):
    """One photo with what is known of it: the end of the way from a figure to its evidence."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        photo = _photo_or_404(request, pk)
        keys = list(Photo.objects.filter(project=photo.project).values_list("pk", flat=True))
        place = keys.index(photo.pk)
        context = {
            "photo": photo,
            "project": photo.project,
            "crumbs": project_crumbs(request, photo.project, str(photo.get_kind_display())),
            "before": keys[place - 1] if place else None,
            "after": keys[place + 1] if place + 1 < len(keys) else None,
            "number": place + 1,
            "total": len(keys),
        }
        return render(request, "projects/photo.html", context)


class PhotoFile(ActionView):
    """The stored picture, for those who reach its project."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        return self.send(_photo_or_404(request, pk).file)

    def send(self, *names: str) -> HttpResponseBase:
        """The first of the files that exists; kept by the reader's own browser alone."""
        name = next((name for name in names if default_storage.exists(name)), None)
        if name is None:
            raise Http404(_("The file is missing."))
        kind = mimetypes.guess_type(name)[0] or ""
        answer = FileResponse(default_storage.open(name), content_type=kind if kind.startswith("image/") else "application/octet-stream")
        answer["Cache-Control"] = "private, max-age=86400, immutable"
        answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return answer


class PhotoThumbnail(PhotoFile):
    """The small picture; the large one where there is none."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        file = _photo_or_404(request, pk).file
        return self.send(thumbnail_name(file), file)
