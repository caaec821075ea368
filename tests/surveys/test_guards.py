"""What stands around ballots is not rewritten by whoever holds the database: objections, sheets."""

import pytest
from django.db import DatabaseError, connection, transaction

from surveys.models import Objection, RollEntry, Sheet
from surveys.operations.objections import decide_objection, raise_objection
from tests.factories.entering import handed_in
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import code_for, make_closed_round, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_an_objection_says_for_ever_what_it_said_and_is_decided_once(tree, district_staff):
    community = make_community("130404")
    closed = make_closed_round(community, make_planned_project(community), agreed=8, households=10)
    entry = RollEntry.objects.filter(round=closed).select_related("round").first()
    objection = raise_objection(round_code=closed.code, code=code_for(entry), text="不是我家投的", at=at("2021-04-12"))
    assert refused("UPDATE surveys_objection SET text = 'x'")
    assert refused("UPDATE surveys_objection SET ballot_id = NULL")
    decide_objection(objection=objection, uphold=False, reason="本人签字一致", actor=district_staff, at=at("2021-04-13"))
    assert refused("UPDATE surveys_objection SET reason = 'x'")
    assert refused("UPDATE surveys_objection SET state = 'open', decided_by_id = NULL, decided_at = NULL")
    assert refused("DELETE FROM surveys_objection")
    assert Objection.objects.get().reason == "本人签字一致"


def test_a_sheet_stays_what_was_handed_in(tree, district_staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community), households=5)
    first, second = RollEntry.objects.filter(round=round_).select_related("round").order_by("number")[:2]
    handed_in(first, district_staff)
    for change in ("photo = 'other.jpg'", f"entry_id = {second.pk}", "handed_in_at = now()", "registered_at = now()"):
        assert refused(f"UPDATE surveys_sheet SET {change}"), change
    assert refused("DELETE FROM surveys_sheet")
    assert Sheet.objects.get().entry_id == first.pk
