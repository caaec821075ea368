"""Two people at once on one acceptance sheet, with real threads."""

import pytest

from common.errors import DomainError
from lifecycle.acceptance import SIGNED, read
from lifecycle.models import AcceptanceSheet, Signature, WarrantyTicket
from lifecycle.operations import SheetMoved, check_item, complete_sheet, prepare_sheet, report_defect
from tests.factories.acceptance import RESIDENTS, make_completed_project, make_held_sheet, make_signed_sheet, pass_all, sign_for
from tests.factories.evidence import at, day
from tests.lifecycle.test_races import race

NOW = at("2021-06-10", "12:00")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(district_staff):
    return make_completed_project(district_staff)


def test_two_clerks_who_complete_a_sheet_complete_it_once(project, district_staff):
    sheet = make_signed_sheet(project, district_staff)

    def complete():
        return complete_sheet(sheet=sheet, actor=district_staff, at=NOW)

    results = race(complete, complete)
    assert sum(isinstance(result, SheetMoved) for result in results) == 1
    assert AcceptanceSheet.objects.get().state == "complete"
    assert not WarrantyTicket.objects.exists()


def test_two_clerks_who_draw_up_a_sheet_make_one(project, district_staff):
    def prepare():
        return prepare_sheet(
            project=project, planned_on=day("2021-06-10"), place="广场", representatives=RESIDENTS, actor=district_staff, at=NOW
        )

    results = race(prepare, prepare)
    assert sum(isinstance(result, SheetMoved) for result in results) == 1
    assert AcceptanceSheet.objects.count() == 1


def test_a_signature_while_an_item_changes_is_refused_or_of_an_earlier_state(project, district_staff):
    sheet = pass_all(make_held_sheet(project, district_staff), district_staff)
    party, item = sheet.parties.get(kind="contractor"), sheet.items.first()
    race(
        lambda: sign_for(party, district_staff, seen=sheet.content_hash),
        lambda: check_item(item=item, result="na", note="本次不涉及", actor=district_staff, at=NOW),
    )
    reading = read(AcceptanceSheet.objects.get())
    states = {row.party.kind: row.state for row in reading.signings}
    assert states["contractor"] != SIGNED
    assert Signature.objects.exclude(content_hash=sheet.content_hash).count() == 0


def test_a_defect_found_while_the_sheet_is_completed_keeps_it_open_or_comes_too_late(project, district_staff):
    sheet = make_signed_sheet(project, district_staff)
    item, contractor = sheet.items.first(), sheet.parties.get(kind="contractor")
    results = race(
        lambda: complete_sheet(sheet=sheet, actor=district_staff, at=NOW),
        lambda: report_defect(item=item, what="渗水", responsible=contractor, due_on=day("2021-06-20"), actor=district_staff, at=NOW),
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    fresh = AcceptanceSheet.objects.get()
    assert (fresh.state == "complete") == (not fresh.defects.exists())
