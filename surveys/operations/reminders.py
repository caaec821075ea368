"""Reminding households that have not answered: once a day at most, by the database."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from messaging.operations import post_message
from surveys.models import RollEntry, Round

BATCH = 500
# Marks households as reminded on a day and says which of them this worker marked: the others were another worker's.
MARK = """
    INSERT INTO surveys_reminder (entry_id, "on", sent_at) SELECT unnest(%s::bigint[]), %s, %s
    ON CONFLICT (entry_id, "on") DO NOTHING RETURNING entry_id
"""


@transaction.atomic
def remind_round(*, round_: Round, at: datetime.datetime, most: int = BATCH) -> int:
    """Queue a message to each household of an open round that has a phone, no ballot and no reminder today; how many.

    Two workers at once: the unique constraint on household and day lets one of them through.
    """
    today = timezone.localdate(at)
    waiting = (
        RollEntry.objects.filter(round=round_, ballot__isnull=True)
        .exclude(household__phone_sealed="")
        .exclude(reminders__on=today)
        .select_related("household")
        .order_by("number")[:most]
    )
    entries = list(waiting)
    with connection.cursor() as cursor:
        cursor.execute(MARK, [[entry.pk for entry in entries], today, at])
        mine = {pk for (pk,) in cursor.fetchall()}
    with translation.override("zh-hans"):
        text = _("%(community)s: %(title)s closes on %(day)s. Your household has not answered yet; the code is on your slip.") % {
            "community": round_.community.name,
            "title": round_.title_zh,
            "day": timezone.localtime(round_.closes_at).strftime("%m-%d %H:%M"),
        }
    for entry in entries:
        if entry.pk in mine:
            post_message(phone_sealed=entry.household.phone_sealed, text=text, key=f"reminder:{entry.pk}:{today.isoformat()}", at=at)
    return len(mine)
