"""Files of a scheme: adding one, withdrawing one, and the file itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from projects.files import FORMS
from projects.forms import AttachmentForm, ReasonForm
from projects.models import Project, SchemeAttachment
from projects.operations import attach_file, withdraw_file
from projects.queries import newest_scheme
from projects.views.shared import project_crumbs, project_or_404, put_errors


class AttachmentAdd(ActionView):
    """Form: a drawing or document of the newest version."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, project_or_404(request, pk, self.action), AttachmentForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        project = project_or_404(request, pk, self.action)
        scheme = newest_scheme(project)
        form = AttachmentForm(request.POST, request.FILES)
        if scheme is None:
            raise Http404
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                attach_file(
                    scheme=scheme, title=form.cleaned_data["title"], name=file.name, raw=file.read(), actor=request.user, at=timezone.now()
                )
            except DomainError as error:
                form.add_error("file", str(error.message)) if not error.details else put_errors(form, error)
            else:
                messages.success(request, _("The file is stored."))
                return redirect(reverse("projects:schemes", args=[pk]) + "#files")
        return self._page(request, project, form, status=422)

    def _page(self, request: StaffRequest, project: Project, form: AttachmentForm, status: int = 200) -> HttpResponse:
        title = _("Add a file of the scheme")
        context = {
            "form": form,
            "project": project,
            "title": title,
            "lead": _("It belongs to the newest version. It cannot be changed, only withdrawn with a reason."),
            "button": _("Store the file"),
            "back": reverse("projects:schemes", args=[project.pk]),
            "crumbs": project_crumbs(request, project, title),
        }
        return render(request, "projects/form.html", context, status=status)


def attachment_or_404(request: StaffRequest, pk: int) -> SchemeAttachment:
    """A file in the user's reach; not the row that withdraws one."""
    rows = SchemeAttachment.objects.visible_to(request.user).filter(withdraws__isnull=True).select_related("scheme__project__region")
    return get_object_or_404(rows, pk=pk)


class AttachmentFile(ActionView):
    """The file as it came, always as a download; a withdrawn one is given to nobody."""

    action = "projects.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        row = attachment_or_404(request, pk)
        project_or_404(request, row.scheme.project_id, self.action)
        if SchemeAttachment.objects.filter(withdraws=row).exists() or not default_storage.exists(row.file):
            raise Http404(_("The file is missing or withdrawn."))
        answer = FileResponse(default_storage.open(row.file), as_attachment=True, filename=row.name, content_type=FORMS[row.form][1])
        answer["Cache-Control"] = "private, no-store"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer


class AttachmentWithdraw(ActionView):
    """Form: a file that does not belong to the version, with a reason."""

    action = "projects.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._page(request, attachment_or_404(request, pk), ReasonForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        row = attachment_or_404(request, pk)
        project_or_404(request, row.scheme.project_id, self.action)
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                withdraw_file(attachment=row, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The file is withdrawn."))
                return redirect(reverse("projects:schemes", args=[row.scheme.project_id]) + "#files")
        return self._page(request, row, form, status=422)

    def _page(self, request: StaffRequest, row: SchemeAttachment, form: ReasonForm, status: int = 200) -> HttpResponse:
        project = project_or_404(request, row.scheme.project_id, self.action)
        title = _("Withdraw “%(title)s”") % {"title": row.title}
        context = {
            "form": form,
            "project": project,
            "title": title,
            "lead": _("The file stays on record with your reason; nobody gets it any more."),
            "button": _("Withdraw the file"),
            "back": reverse("projects:schemes", args=[project.pk]),
            "crumbs": project_crumbs(request, project, title),
        }
        return render(request, "projects/form.html", context, status=status)
