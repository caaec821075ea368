"""After the acceptance: warranty periods and tickets, the archive's checklist, settlements due; and signatures as drawn."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InvalidInput, NotAllowed
from lifecycle.acceptance import standing_readings
from lifecycle.archive import checklist
from lifecycle.models import ArchiveEntry, WarrantyTicket
from lifecycle.operations import TicketMoved, file_document, move_ticket, take_back_document
from lifecycle.queries import findings_for
from lifecycle.rules import heating_warranty_until, warranty_until
from lifecycle.strokes import HEIGHT, WIDTH, NoSignature, checked_path
from lifecycle.warranty import warranty_end
from projects.choices import Stage
from projects.operations import ProjectLocked
from tests.factories.acceptance import make_complete_sheet, make_completed_project, make_ticket
from tests.factories.evidence import at, bring_to, day, make_record
from tests.factories.people import make_user
from tests.factories.ready import fill_archive

SEASON = {"seasons": 2, "begins": (11, 15), "ends": (3, 15)}


@pytest.fixture
def accepted(district_staff):
    project = make_completed_project(district_staff)
    make_complete_sheet(project, district_staff)
    return bring_to(project, "accepted", "2021-06-20", district_staff)


# --- pure rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted_on", "years", "until"),
    [("2021-06-20", 5, "2026-06-19"), ("2020-02-29", 2, "2022-02-28"), ("2020-02-29", 5, "2025-02-28"), ("2021-01-01", 2, "2022-12-31")],
)
def test_a_warranty_in_years_ends_the_day_before_the_anniversary(accepted_on, years, until):
    assert warranty_until(day(accepted_on), years=years) == day(until)


@pytest.mark.parametrize(
    ("accepted_on", "until"),
    [("2021-06-20", "2023-03-15"), ("2021-11-15", "2023-03-15"), ("2021-11-16", "2024-03-15"), ("2022-02-10", "2024-03-15")],
)
def test_a_heating_season_that_has_begun_does_not_count(accepted_on, until):
    assert heating_warranty_until(day(accepted_on), **SEASON) == day(until)


@given(st.dates(datetime.date(2018, 1, 1), datetime.date(2040, 12, 31)))
@settings(max_examples=40)
def test_two_heating_seasons_are_never_less_than_two_whole_ones(accepted_on):
    until = heating_warranty_until(accepted_on, **SEASON)
    first_whole = datetime.date(until.year - 2, 11, 15)
    assert accepted_on <= first_whole and (first_whole - accepted_on).days <= 366


@pytest.mark.parametrize(
    ("kind", "until"), [("roof", "2026-06-19"), ("pipes", "2023-06-19"), ("equipment", "2023-06-19"), ("heating", "2023-03-15")]
)
def test_each_kind_has_the_period_of_the_regulation(kind, until):
    assert warranty_end(kind, day("2021-06-20")) == day(until)


@given(st.text(alphabet="ML0123456789 <>\"'/", max_size=60))
@settings(max_examples=50)
def test_what_is_kept_of_a_drawing_is_digits_and_strokes_alone(text):
    try:
        kept = checked_path(text)
    except NoSignature:
        return
    assert not set(kept) - set("ML0123456789 ")


def test_a_drawing_outside_its_field_or_too_short_is_no_signature():
    for text, reason in (
        (f"M0 0L{WIDTH + 1} 5L3 3L4 4L5 5L6 6", "outside"),
        ("M1 1L2 2", "too_little"),
        ("M1 1L2 2L3 3L4 4L5 5L6 6", "too_little"),
    ):
        with pytest.raises(NoSignature) as caught:
            checked_path(text)
        assert caught.value.reason == reason
    assert checked_path(f"M0 0L{WIDTH} {HEIGHT}L3 3L4 4L5 5L6 6")


# --- tickets ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_ticket_knows_its_contractor_its_period_and_its_day(accepted, district_staff):
    ticket = make_ticket(accepted, district_staff, reporter="王建国")
    assert (ticket.contract.party, ticket.warranty_until, ticket.due_on) == ("示例建设公司", day("2026-06-19"), day("2021-07-16"))
    assert ticket.in_warranty and "王建国" not in ticket.reporter_sealed
    assert not make_ticket(accepted, district_staff, kind="pipes", reported="2023-06-20").in_warranty


@pytest.mark.django_db
def test_no_ticket_before_the_acceptance_and_none_of_another_day_or_hand(district_staff, accepted, department_staff):
    with pytest.raises(ProjectLocked):
        make_ticket(make_completed_project(district_staff), district_staff)
    with pytest.raises(InvalidInput) as caught:
        make_ticket(accepted, district_staff, reported="2021-06-19", what=" ")
    assert set(caught.value.details) == {"reported_on", "what"}
    with pytest.raises(NotAllowed):
        make_ticket(accepted, department_staff)


@pytest.mark.django_db
def test_a_ticket_is_handled_closed_and_opened_again_step_by_step(accepted, district_staff):
    ticket = make_ticket(accepted, district_staff)

    def move(state, on="2021-07-05", note="补做防水"):
        return move_ticket(ticket=ticket, state=state, happened_on=day(on), note=note, actor=district_staff, at=at("2021-09-01"))

    with pytest.raises(TicketMoved):
        move("closed")
    with pytest.raises(InvalidInput):
        move("handled", note=" ")
    with pytest.raises(InvalidInput):
        move("handled", on="2021-06-30")
    move("handled")
    with pytest.raises(TicketMoved):
        move("handled")
    move("closed", on="2021-07-06")
    assert move("reopened", on="2021-08-01").due_on == day("2021-08-16")
    assert list(ticket.steps.values_list("state", flat=True)) == ["open", "handled", "closed", "reopened"]
    assert list(WarrantyTicket.objects.overdue(day("2021-08-17"))) == [ticket]


@pytest.mark.django_db
def test_street_staff_keep_the_tickets_of_their_communities_on_the_page(client, accepted, district_staff, auditor):
    community = accepted.entries.get().community
    street = make_user("street_staff", community.region.code)
    client.force_login(street)
    new = reverse("projects:ticket-new", args=[accepted.pk])
    assert new in client.get(reverse("projects:ticket-choose")).content.decode()
    assert client.get(reverse("projects:aftercare"))["Location"] == reverse("projects:warranty")
    assert client.get(reverse("projects:acceptance")).status_code == 403
    entry = accepted.entries.get()
    today = timezone.localdate().isoformat()
    data = {"community": entry.pk, "kind": "roof", "what": "渗水", "reported_on": today, "reporter": "王建国"}
    assert client.post(new, data | {"what": ""}).status_code == 422
    assert client.post(new, data).status_code == 302
    ticket = WarrantyTicket.objects.get()
    page = reverse("projects:ticket", args=[ticket.pk])
    assert "王建国" in client.get(page).content.decode()
    assert client.post(page, {"state": "handled", "happened_on": today, "note": ""}).status_code == 422
    assert client.post(page, {"state": "handled", "happened_on": today, "note": "已补漏"}).status_code == 302
    assert "渗水" in client.get(reverse("projects:warranty"), {"only": "handled"}).content.decode()
    assert "渗水" not in client.get(reverse("projects:warranty"), {"only": "waiting"}).content.decode()
    client.force_login(auditor)
    text = client.get(page).content.decode()
    assert "王建国" not in text and "王**" in text
    assert client.post(page, {"state": "closed"}).status_code == 403
    stranger = make_user("street_staff", "130403")
    client.force_login(stranger)
    assert new not in client.get(reverse("projects:ticket-choose")).content.decode()
    assert client.get(page).status_code == client.get(new).status_code == 404


# --- archive and settlement -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_checklist_ticks_what_the_system_holds_and_asks_the_rest(accepted, district_staff):
    rows = {row.document.value: row for row in checklist(accepted, standing_readings([accepted])[accepted.pk], day("2021-07-01"))}
    assert {name for name, row in rows.items() if row.there} == {"schemes", "contracts", "acceptance"}
    assert all(row.link for row in rows.values() if row.there)
    finding = next(each for each in findings_for(accepted, Stage.CLOSED, day("2021-07-01")) if each.code == "archive")
    assert (finding.passed, finding.actual, finding.required) == (False, 3, 14)
    fill_archive(accepted, district_staff, "2021-06-30")
    finding = next(each for each in findings_for(accepted, Stage.CLOSED, day("2021-07-01")) if each.code == "archive")
    assert finding.passed


@pytest.mark.django_db
def test_a_document_is_filed_and_taken_back_with_a_reason(client, accepted, district_staff, city_official):
    client.force_login(district_staff)
    form = reverse("projects:archive-file", args=[accepted.pk, "as_built"])
    data = {"number": "竣-1", "filed_by_name": "周海燕", "filed_on": "2021-06-30"}
    assert client.post(form, data | {"number": ""}).status_code == 422
    assert client.post(form, data).status_code == 302
    entry = ArchiveEntry.objects.get()
    page = reverse("projects:archive", args=[accepted.pk])
    assert "竣-1" in client.get(page).content.decode()
    assert client.post(reverse("projects:archive-take-back", args=[entry.pk]), {"reason": "归错卷"}).status_code == 302
    assert "竣-1" not in client.get(page).content.decode()
    with pytest.raises(InvalidInput):
        take_back_document(entry=entry, reason="再撤", actor=district_staff, at=at("2021-07-01"))
    with pytest.raises(NotAllowed):
        file_document(
            project=accepted, document="as_built", number="1", filed_by_name="x", filed_on=day("2021-06-30"), actor=city_official,
            at=at("2021-07-01"),
        )  # fmt: skip
    client.force_login(city_official)
    assert client.get(page).status_code == 200
    assert client.get(form).status_code == 403


@pytest.mark.django_db
def test_settlements_due_are_listed_until_the_final_account_is_there(client, accepted, district_staff, other_city_official):
    client.force_login(district_staff)
    address = reverse("projects:settlements")
    rows = client.get(address).context["rows"]
    assert [(row.project, row.due_on) for row in rows] == [(accepted, day("2021-09-20"))]
    assert rows[0].days_left < 0 and rows[0].days_late == -rows[0].days_left
    assert "2021-09-20" in client.get(reverse("projects:detail", args=[accepted.pk])).content.decode()
    client.force_login(other_city_official)
    assert client.get(address).context["rows"] == []
    make_record(accepted, district_staff, "final_account", dated="2021-08-01", amount=1)
    client.force_login(district_staff)
    assert client.get(address).context["rows"] == []
