"""Files of a version of a scheme: kept as they came, withdrawn by a further row."""

from __future__ import annotations

import datetime
import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput, given_reason
from projects.files import FORMS, form_of, safe_name
from projects.models import Scheme, SchemeAttachment
from projects.operations.schemes import require_open
from projects.operations.works import locked_project


class FileRefused(DomainError):
    """The file is none that can be kept."""

    code = "file_refused"
    status = 400


def _form(raw: bytes) -> str:
    if not raw:
        raise FileRefused(_("The file is empty. Choose it again."))
    if len(raw) > settings.ATTACHMENT_MAX_BYTES:
        raise FileRefused(_("The file is larger than %(size)s MB. Send a smaller one.") % {"size": settings.ATTACHMENT_MAX_BYTES // 2**20})
    form = form_of(raw)
    if not form:
        raise FileRefused(_("This is no PDF, JPEG, PNG or DWG file, or it is damaged. Save the drawing as PDF and choose it again."))
    return form


@transaction.atomic
def attach_file(*, scheme: Scheme, title: str, name: str, raw: bytes, actor: User, at: datetime.datetime) -> SchemeAttachment:
    """Keep a file of a version while the project is not completed; the same content again gives the row that stands.

    What the file is says its content, not its name. Raises FileRefused, InvalidInput ("title"), ProjectLocked.
    """
    project = locked_project(scheme.project_id)
    actor.require("projects.edit", project.region.path)
    require_open(project)
    if not title.strip():
        raise InvalidInput(_("Say what the file shows."), details={"title": _("Say what the file shows.")})
    form = _form(raw)
    digest = hashlib.sha256(raw).hexdigest()
    standing = SchemeAttachment.objects.filter(scheme=scheme, withdraws__isnull=True, withdrawn_by__isnull=True)
    if same := standing.filter(digest=digest).first():
        return same
    # under the content's own name: what an interrupted sending left behind is found again, never doubled
    place = f"schemes/{timezone.localdate(at):%Y/%m}/{scheme.pk}-{digest}.{FORMS[form][2]}"
    if not default_storage.exists(place):
        default_storage.save(place, ContentFile(raw))
    return SchemeAttachment.objects.create(
        scheme=scheme, title=title.strip()[:100], name=safe_name(name, form), file=place, form=form, size=len(raw), digest=digest,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip


@transaction.atomic
def withdraw_file(*, attachment: SchemeAttachment, reason: str, actor: User, at: datetime.datetime) -> SchemeAttachment:
    """Say that a file does not belong to the version, with a reason: a further row; nobody gets the file any more.

    Raises InvalidInput without a reason or when it is withdrawn already, ProjectLocked once the works are completed.
    """
    project = locked_project(attachment.scheme.project_id)
    actor.require("projects.edit", project.region.path)
    require_open(project)
    words = given_reason(reason)
    if attachment.withdraws_id or SchemeAttachment.objects.filter(withdraws=attachment).exists():
        raise InvalidInput(_("This file is withdrawn already."))
    return SchemeAttachment.objects.create(
        scheme=attachment.scheme, title=attachment.title, name=attachment.name, file=attachment.file, form=attachment.form,
        size=attachment.size, digest=attachment.digest, withdraws=attachment, reason=words, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
