"""Excel in: the empty form, the upload, the confirmation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.views import ActionView, StaffRequest
from regions.queries import region_or_404
from spreadsheets import operations
from spreadsheets.choices import IMPORTS
from spreadsheets.forms import RegionForm, UploadForm
from spreadsheets.sheets.base import ImportSheet
from spreadsheets.template import make_template
from spreadsheets.views.jobs import XLSX, own_job


class SheetView(ActionView):
    """A page of one form; who may not write its rows may not see it."""

    action = "imports.run"
    form: ImportSheet

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["sheet"] not in IMPORTS:
            raise Http404
        self.form = IMPORTS[kwargs["sheet"]]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.may(self.form.action):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Upload(SheetView):
    """Get the empty form, hand in the filled one."""

    def get(self, request: StaffRequest, sheet: str) -> HttpResponse:
        return self._page(request, UploadForm())

    def post(self, request: StaffRequest, sheet: str) -> HttpResponse:
        upload = UploadForm(request.POST, request.FILES)
        if not upload.is_valid():
            return self._page(request, upload)
        file = upload.cleaned_data["file"]
        try:
            job = operations.start_import(
                actor=request.user, at=timezone.now(), sheet=sheet, file=file.file, name=file.name, size=file.size
            )
        except InvalidInput as error:
            upload.add_error("file", error.message)
            return self._page(request, upload)
        return redirect("spreadsheets:job", key=job.key)

    def _page(self, request: StaffRequest, upload: UploadForm) -> HttpResponse:
        start = request.user.region.code if request.user.region else ""
        region = RegionForm(user=request.user, initial={"region": request.GET.get("region", start)})
        context = {"form": self.form, "upload": upload, "region": region}
        return render(request, "spreadsheets/import.html", context, status=400 if upload.errors else 200)


class Template(SheetView):
    """The empty form of a region."""

    def get(self, request: StaffRequest, sheet: str) -> HttpResponseBase:
        own = request.user.region
        region = region_or_404(request.GET.get("region") or (own.code if own else ""), request.user)
        file, name = make_template(self.form, region)
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


class Confirm(ActionView):
    """The clerk has seen what would change."""

    action = "imports.run"

    def post(self, request: StaffRequest, key: uuid.UUID) -> HttpResponse:
        operations.confirm(actor=request.user, at=timezone.now(), job=own_job(request, key))
        messages.info(request, _("The import is being written"))
        return redirect("spreadsheets:job", key=key)
