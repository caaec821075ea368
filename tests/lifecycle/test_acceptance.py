"""The joint acceptance: drawn up by itself, checked, signed on what it says, completed once with everything there."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from common.errors import InvalidInput, NotAllowed
from lifecycle.acceptance import EARLIER, blockers, department_of, present_hash, read
from lifecycle.choices import SheetState
from lifecycle.models import AcceptanceSheet, SheetItem, Signature, WarrantyTicket
from lifecycle.operations import (
    Representative,
    SheetMoved,
    SheetNotComplete,
    add_party,
    check_item,
    complete_sheet,
    hold_sheet,
    prepare_sheet,
    recheck_defect,
    rectify_sheet,
    remove_party,
    report_defect,
    sign,
    withdraw_sheet,
)
from projects.choices import SpecialState
from projects.models import SpecialWork
from tests.factories.acceptance import (
    RESIDENTS,
    make_complete_sheet,
    make_completed_project,
    make_held_sheet,
    make_sheet,
    make_signed_sheet,
    pass_all,
    sign_all,
    sign_for,
)
from tests.factories.evidence import at, bring_to, day, make_record
from tests.factories.special import make_special
from tests.factories.works import make_planned_project

ON = "2021-06-10"
NOW = at(ON, "12:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(district_staff):
    return make_completed_project(district_staff)


@pytest.fixture
def held(project, district_staff):
    return make_held_sheet(project, district_staff)


def states(sheet):
    return {row.party.kind: row.state for row in read(sheet).signings}


def defect_of(sheet, clerk, *, minor=False, due="2021-06-20"):
    item, contractor = sheet.items.first(), sheet.parties.get(kind="contractor")
    return report_defect(item=item, what="防水层起鼓", responsible=contractor, due_on=day(due), minor=minor, actor=clerk, at=NOW)


# --- drawing up -------------------------------------------------------------------------------------------------------


def test_a_sheet_is_drawn_up_with_every_party_and_every_work(project, district_staff):
    make_record(project, district_staff, "property_agreement", party="示例物业公司")
    community = project.entries.get().community
    make_special(district_staff, community, project=project, state="completed", starts="2021-05-10", ends="2021-05-30")
    sheet = make_sheet(project, district_staff)
    kinds = list(sheet.parties.values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("department", "contractor", "supervisor", "pipe_owner", "property", "resident")] == [
        5,
        1,
        1,
        1,
        1,
        2,
    ]
    assert [item.name for item in sheet.items.all()] == ["给排水管网", "屋面防水", "外墙粉刷", "供热二次管网"]
    assert sheet.items.last().special is not None
    assert (sheet.attempt, sheet.state) == (1, SheetState.PREPARED)


def test_representatives_are_masked_and_their_names_encrypted(project, district_staff):
    party = make_sheet(project, district_staff).parties.filter(kind="resident").first()
    assert party.title.startswith("张**") and "1 号楼 1 单元" in party.title
    assert "张玉兰" in party.called(clear=True)
    assert "张玉兰" not in party.name_sealed


def test_one_sheet_at_a_time(project, district_staff):
    make_sheet(project, district_staff)
    with pytest.raises(SheetMoved):
        make_sheet(project, district_staff)


def test_no_sheet_before_the_start_and_none_is_held_before_completion(district_staff):
    project = bring_to(make_planned_project(), "tendered", "2021-04-22", district_staff)
    with pytest.raises(SheetMoved):
        make_sheet(project, district_staff)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"place": " "}, "place"),
        ({"planned_on": datetime.date(2021, 5, 1)}, "planned_on"),
        ({"representatives": [RESIDENTS[0], RESIDENTS[0]]}, ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field(project, district_staff, more, field):
    values = {"planned_on": day(ON), "place": "广场", "representatives": RESIDENTS} | more
    with pytest.raises(InvalidInput) as caught:
        prepare_sheet(project=project, actor=district_staff, at=NOW, **values)
    assert field in caught.value.details


def test_parties_come_and_go_with_a_reason_until_it_is_held(project, district_staff):
    sheet = make_sheet(project, district_staff)
    party = add_party(sheet=sheet, kind="department", name="police", reason="安防设施", actor=district_staff, at=NOW)
    with pytest.raises(InvalidInput):
        add_party(sheet=sheet, kind="department", name="police", reason="再加", actor=district_staff, at=NOW)
    with pytest.raises(InvalidInput):
        remove_party(party=party, reason="", actor=district_staff, at=NOW)
    assert remove_party(party=party, reason="不涉及", actor=district_staff, at=NOW).removed_at
    hold_sheet(sheet=sheet, held_on=day(ON), actor=district_staff, at=NOW)
    for attempt in (
        lambda: add_party(sheet=sheet, kind="other", name="质监站", reason="x", actor=district_staff, at=NOW),
        lambda: remove_party(party=sheet.parties.first(), reason="x", actor=district_staff, at=NOW),
    ):
        with pytest.raises(SheetMoved):
            attempt()


def test_without_two_representatives_it_is_not_held(project, district_staff):
    sheet = prepare_sheet(
        project=project, planned_on=day(ON), place="广场", representatives=[Representative("张玉兰")], actor=district_staff, at=NOW
    )
    with pytest.raises(InvalidInput):
        hold_sheet(sheet=sheet, held_on=day(ON), actor=district_staff, at=NOW)


# --- signing ----------------------------------------------------------------------------------------------------------


def test_a_change_after_a_signature_makes_it_one_of_an_earlier_state(held, district_staff):
    sheet = pass_all(held, district_staff)
    sign_for(sheet.parties.get(kind="contractor"), district_staff)
    check_item(item=sheet.items.first(), result="na", note="本次不涉及", actor=district_staff, at=NOW)
    assert states(sheet)["contractor"] == EARLIER
    reading = read(AcceptanceSheet.objects.get(pk=sheet.pk))
    assert reading.sheet.content_hash == present_hash(reading.sheet)


def test_a_page_that_is_out_of_date_cannot_be_signed(held, district_staff):
    seen = held.content_hash
    pass_all(held, district_staff)
    with pytest.raises(SheetMoved):
        sign_for(held.parties.get(kind="contractor"), district_staff, seen=seen)
    assert not Signature.objects.exists()


def test_a_department_signs_on_its_own_account_alone(held, district_staff, department_staff, city_official):
    housing, fire = (held.parties.get(department=code) for code in ("housing", "fire"))
    values = {"seen": held.content_hash, "agrees": True, "at": NOW}
    assert sign(party=housing, name=department_staff.name, actor=department_staff, **values).way == "account"
    for party, actor in ((fire, department_staff), (housing, district_staff), (housing, city_official)):
        with pytest.raises(NotAllowed):
            sign(party=party, name=actor.name, actor=actor, **values)
    with pytest.raises(InvalidInput):
        sign(party=housing, name="别人", actor=department_staff, **values)


def test_a_post_named_in_chinese_is_recognised():
    assert department_of("住房和城乡建设局") == "housing"
    assert department_of("邯郸市复兴区消防救援大队") == "fire"
    assert department_of("审计局") is None


def test_only_the_representative_on_the_sheet_signs_as_one(held, district_staff):
    party = held.parties.filter(kind="resident").first()
    with pytest.raises(InvalidInput):
        sign_for(party, district_staff, name="王五")
    drawing = "M10 100L60 40L120 150L200 60L300 120L400 80"
    assert sign_for(party, district_staff, drawing=drawing).way == "drawn"
    with pytest.raises(InvalidInput):
        sign_for(party, district_staff, drawing="M1 1L2 2<script>")


def test_against_needs_a_reason_and_blocks_until_the_party_signs_for(held, district_staff):
    sheet = pass_all(held, district_staff)
    sign_all(sheet, district_staff)
    party = sheet.parties.filter(kind="resident").last()
    with pytest.raises(InvalidInput):
        sign_for(party, district_staff, agrees=False)
    sign_for(party, district_staff, agrees=False, reason="楼道照明没修")
    with pytest.raises(SheetNotComplete, match="楼道照明没修"):
        complete_sheet(sheet=sheet, actor=district_staff, at=NOW)
    sign_for(party, district_staff)
    assert complete_sheet(sheet=sheet, actor=district_staff, at=NOW).state == SheetState.COMPLETE


# --- defects ----------------------------------------------------------------------------------------------------------


def test_an_open_defect_keeps_the_sheet_from_being_complete_until_a_named_person_saw_it_mended(held, district_staff):
    sheet = pass_all(held, district_staff)
    defect = defect_of(sheet, district_staff)
    sign_all(sheet, district_staff)
    with pytest.raises(SheetNotComplete, match="防水层起鼓"):
        complete_sheet(sheet=sheet, actor=district_staff, at=NOW)
    look = {"defect": defect, "checked_on": day("2021-06-12"), "checked_by_name": "刘工", "actor": district_staff, "at": at("2021-06-12")}
    with pytest.raises(InvalidInput):
        recheck_defect(mended=False, **look)
    recheck_defect(mended=False, note="还有一处", **look)
    recheck_defect(mended=True, **look)
    assert sheet.items.first().result == "passed"
    with pytest.raises(SheetNotComplete):  # everybody signed while it was open
        complete_sheet(sheet=sheet, actor=district_staff, at=at("2021-06-12"))
    sign_all(sheet, district_staff, on="2021-06-12")
    assert complete_sheet(sheet=sheet, actor=district_staff, at=at("2021-06-12", "15:00")).state == SheetState.COMPLETE


def test_a_minor_defect_becomes_a_warranty_ticket_unless_the_installation_says_otherwise(held, district_staff, settings):
    sheet = pass_all(held, district_staff)
    defect_of(sheet, district_staff, minor=True)
    sign_all(sheet, district_staff)
    settings.ACCEPTANCE_MINOR_TO_WARRANTY = False
    with pytest.raises(SheetNotComplete):
        complete_sheet(sheet=sheet, actor=district_staff, at=NOW)
    settings.ACCEPTANCE_MINOR_TO_WARRANTY = True
    complete_sheet(sheet=sheet, actor=district_staff, at=NOW)
    ticket = WarrantyTicket.objects.get()
    assert (ticket.due_on, ticket.state, ticket.kind) == (day("2021-06-20"), "open", "pipes")


def test_the_next_attempt_carries_open_defects_over(held, district_staff):
    defect = defect_of(pass_all(held, district_staff), district_staff)
    rectify_sheet(sheet=held, reason="屋面返工", actor=district_staff, at=NOW)
    again = make_held_sheet(held.project, district_staff, held="2021-06-25")
    assert again.attempt == 2
    carried = again.defects.get()
    assert (carried.what, carried.carried_from, carried.item.result) == (defect.what, defect, "defect")
    assert carried.responsible.kind == "contractor"


# --- completing -------------------------------------------------------------------------------------------------------


def test_completing_accepts_the_special_works_in_the_same_act(project, district_staff):
    community = project.entries.get().community
    work = make_special(district_staff, community, project=project, state="completed", starts="2021-05-10", ends="2021-05-30")
    make_complete_sheet(project, district_staff)
    assert SpecialWork.objects.get(pk=work.pk).state == SpecialState.ACCEPTED


def test_a_special_work_that_came_later_or_is_not_completed_stops_it(project, district_staff):
    community = project.entries.get().community
    sheet = make_signed_sheet(project, district_staff)
    make_special(district_staff, community, project=project, title="燃气迁改", starts="2021-05-10", ends="2021-05-30")
    with pytest.raises(SheetNotComplete, match="燃气迁改"):
        complete_sheet(sheet=sheet, actor=district_staff, at=NOW)
    assert blockers(read(sheet))


def test_a_complete_sheet_is_withdrawn_by_a_level_above_alone(project, district_staff, city_official, department_staff):
    sheet = make_complete_sheet(project, district_staff)
    for actor in (district_staff, department_staff):
        with pytest.raises(NotAllowed):
            withdraw_sheet(sheet=sheet, reason="签错", actor=actor, at=NOW)
    with pytest.raises(InvalidInput):
        withdraw_sheet(sheet=sheet, reason=" ", actor=city_official, at=NOW)
    assert withdraw_sheet(sheet=sheet, reason="资料不实", actor=city_official, at=NOW).state == SheetState.WITHDRAWN
    assert make_sheet(project, district_staff, planned="2021-07-01").attempt == 2


# --- the database -----------------------------------------------------------------------------------------------------


def refused(change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_the_database_completes_no_sheet_without_every_signature_on_its_state(held, district_staff):
    sheet = pass_all(held, district_staff)
    sign_all(sheet, district_staff)

    def complete():
        AcceptanceSheet.objects.filter(pk=sheet.pk).update(state="complete", closed_at=NOW, closed_by=district_staff)

    AcceptanceSheet.objects.filter(pk=sheet.pk).update(content_hash="f" * 64)
    refused(complete)
    AcceptanceSheet.objects.filter(pk=sheet.pk).update(content_hash=sheet.content_hash)
    SheetItem.objects.filter(pk=sheet.items.first().pk).update(result="")
    refused(complete)
    SheetItem.objects.filter(pk=sheet.items.first().pk).update(result="passed")
    complete()
    refused(lambda: SheetItem.objects.filter(sheet=sheet).update(result="na", note="x"))
    refused(lambda: Signature.objects.all().delete())
    refused(lambda: AcceptanceSheet.objects.filter(pk=sheet.pk).update(state="held", closed_at=None))
    refused(lambda: sheet.parties.update(removed_at=NOW, removed_reason="x"))
    sheet.refresh_from_db()
    assert sheet.state == "complete"
    assert set(sheet.items.values_list("result", flat=True)) == {"passed"}
    assert Signature.objects.filter(party__sheet=sheet).exists()


def test_a_signature_on_another_state_does_not_get_in(held, district_staff):
    party = held.parties.first()
    refused(
        lambda: Signature.objects.create(
            party=party, content_hash="a" * 64, agrees=True, way="typed", name_sealed="x", recorded_at=NOW, recorded_by=district_staff
        )
    )
    assert not Signature.objects.filter(party=party).exists()
