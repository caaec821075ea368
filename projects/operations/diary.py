"""The construction diary: entries are never changed, a correction is a further one."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import InvalidInput
from communities.models import Community
from projects.choices import Weather
from projects.models import DiaryEntry, Project
from projects.operations.site import require_day, require_going_on
from projects.operations.works import locked_project


@transaction.atomic
def write_diary(
    *,
    project: Project,
    on: datetime.date,
    weather: str,
    workers: int,
    text: str,
    actor: User,
    at: datetime.datetime,
    community: Community | None = None,
    corrects: DiaryEntry | None = None,
    client_key: uuid.UUID | None = None,
) -> DiaryEntry:
    """Write what happened on site on a day; `corrects`: in place of an earlier entry, which stays readable.

    The same `client_key` gives the entry that exists. Raises InvalidInput with a sentence per field, NotStarted before the start.
    """
    project = locked_project(project.pk)
    actor.require("progress.enter", project.region.path)
    if client_key and (sent := DiaryEntry.objects.filter(client_key=client_key).first()):
        if sent.project_id != project.pk:
            raise InvalidInput(_("This entry was already sent for another project."))
        return sent
    require_going_on(project)
    require_day(project, on, at, "on")
    errors = {}
    if weather not in Weather.values:
        errors["weather"] = _("Choose the weather.")
    if not 0 <= workers <= 9999:
        errors["workers"] = _("Enter how many people worked on site.")
    if not text.strip():
        errors["text"] = _("Write what was done.")
    if corrects and (corrects.project_id != project.pk or DiaryEntry.objects.filter(corrects=corrects).exists()):
        errors["text"] = _("This entry was corrected already. Correct the newest one.")
    if community and not project.entries.filter(community=community, removed_on__isnull=True).exists():
        errors["community"] = _("This community does not belong to the project.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    return DiaryEntry.objects.create(
        project=project, community=community, on=on, weather=weather, workers=workers, text=text.strip()[:1000], corrects=corrects,
        client_key=client_key or uuid.uuid4(), recorded_at=at, recorded_by=actor,
    )  # fmt: skip
