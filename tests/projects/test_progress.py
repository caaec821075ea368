"""Monthly progress: what is accepted, what is refused and why, nothing overwritten, nothing twice."""

import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from common.errors import InvalidInput, NotAllowed
from messaging.models import OutboxRow
from projects.models import ProgressReport
from projects.operations import NotStarted, report_progress, undo_reports
from projects.queries import newest_reports, reports_before_month, reports_in_month, reports_of_months
from tests.factories.evidence import at, bring_to, day, make_contract
from tests.factories.register import make_community
from tests.factories.works import make_planned_project
from tests.lifecycle.test_races import race

NOW = at("2021-06-18")


@pytest.fixture
def entry(district_staff):
    project = bring_to(make_planned_project(), "started", "2021-04-30", district_staff)
    make_contract(project, district_staff, amount=3_205_000)
    return project.entries.get()


def report(entry, actor, month="2021-06", percent=None, paid=None, **more):
    values = {"month": day(f"{month}-01"), "percent": percent, "paid_amount": None if paid is None else Decimal(paid)} | more
    return report_progress(entry=entry, actor=actor, at=values.pop("at", NOW), **values)


def refused(caught):
    return set(caught.value.details)


def test_a_report_is_stored_and_the_figures_are_recounted(entry, district_staff):
    row = report(entry, district_staff, percent=72, paid=4_025_00)
    assert (row.month, row.reported_on, row.percent) == (day("2021-06-01"), day("2021-06-18"), 72)
    assert OutboxRow.objects.get(topic="figures").key == "130404:2021"


def test_a_past_month_is_reported_as_of_its_last_day(entry, district_staff):
    assert report(entry, district_staff, "2021-05", 40).reported_on == day("2021-05-31")


def test_the_same_values_again_write_nothing(entry, district_staff):
    assert report(entry, district_staff, percent=72, paid=100) == report(entry, district_staff, percent=72, paid=100)
    assert ProgressReport.objects.count() == 1


def test_the_same_key_again_gives_the_first_report(entry, district_staff):
    key = uuid.uuid4()
    first = report(entry, district_staff, percent=40, client_key=key)
    report(entry, district_staff, percent=50)
    assert report(entry, district_staff, percent=40, client_key=key) == first
    assert newest_reports([entry])[entry.pk].percent == 50


def test_a_correction_is_a_further_row_and_the_newest_counts(entry, district_staff):
    report(entry, district_staff, percent=72)
    report(entry, district_staff, percent=70)
    assert ProgressReport.objects.count() == 2
    assert reports_of_months(entry)[day("2021-06-01")].percent == 70


def test_less_than_last_month_needs_a_note(entry, district_staff):
    report(entry, district_staff, "2021-05", 65, 960_000)
    with pytest.raises(InvalidInput, match="65") as caught:
        report(entry, district_staff, percent=60, paid=950_000)
    assert refused(caught) == {"percent", "paid_amount"}
    assert report(entry, district_staff, percent=60, paid=950_000, note="上月多报").percent == 60


def test_more_than_the_following_month_needs_a_note(entry, district_staff):
    report(entry, district_staff, percent=40)
    with pytest.raises(InvalidInput) as caught:
        report(entry, district_staff, "2021-05", 50)
    assert refused(caught) == {"percent"}


def test_paid_above_the_contract_is_refused_even_with_a_note(entry, district_staff):
    with pytest.raises(InvalidInput, match=r"320\.50") as caught:
        report(entry, district_staff, percent=55, paid=12_080_000, note="x")
    assert refused(caught) == {"paid_amount"}


def test_the_contract_is_shared_by_all_communities_of_the_project(district_staff):
    project = bring_to(make_planned_project(make_community(), make_community()), "started", "2021-04-30", district_staff)
    make_contract(project, district_staff, amount=1_000_000)
    first, second = project.entries.all()
    report(first, district_staff, percent=50, paid=700_000)
    with pytest.raises(InvalidInput, match=r"30\.00"):
        report(second, district_staff, percent=50, paid=300_001)
    assert report(second, district_staff, percent=50, paid=300_000).paid_amount == 300_000


def test_nothing_is_paid_without_a_works_contract(district_staff):
    entry = bring_to(make_planned_project(), "started", "2021-04-30", district_staff).entries.get()
    with pytest.raises(InvalidInput):
        report(entry, district_staff, percent=5, paid=1)
    assert report(entry, district_staff, percent=5).percent == 5


def test_no_progress_repeats_the_month_before(entry, district_staff):
    report(entry, district_staff, "2021-05", 55, 100_000)
    row = report(entry, district_staff, no_change=True)
    assert (row.percent, row.paid_amount, row.no_change) == (55, 100_000, True)


def test_a_value_left_empty_is_taken_from_the_newest_report(entry, district_staff):
    report(entry, district_staff, "2021-05", 55, 100_000)
    assert report(entry, district_staff, percent=60).paid_amount == 100_000
    assert report(entry, district_staff, paid=120_000).percent == 60


@pytest.mark.parametrize("stage", ["reserve", "planned", "designed", "tendered"])
def test_what_has_not_started_has_no_progress(district_staff, stage):
    with pytest.raises(NotStarted):
        report(make_planned_project(stage=stage).entries.get(), district_staff, percent=5)


def test_a_month_that_has_not_begun_is_refused(entry, district_staff):
    with pytest.raises(InvalidInput):
        report(entry, district_staff, "2021-07", 5)


def test_the_day_lies_in_the_month_and_not_in_the_future(entry, district_staff):
    for wrong in (day("2021-05-31"), day("2021-06-19")):
        with pytest.raises(InvalidInput) as caught:
            report(entry, district_staff, percent=5, reported_on=wrong)
        assert refused(caught) == {"reported_on"}


def test_a_completed_project_stays_at_100(entry, district_staff):
    bring_to(entry.project, "completed", "2021-06-10", district_staff)
    with pytest.raises(InvalidInput):
        report(entry, district_staff, percent=99, note="x")


@pytest.mark.parametrize("person", ["city_official", "other_district_staff", "auditor", "department_staff"])
def test_only_the_countys_staff_report(entry, person, request):
    with pytest.raises(NotAllowed):
        report(entry, request.getfixturevalue(person), percent=5)


def test_reports_are_never_changed_or_deleted(entry, district_staff):
    row = report(entry, district_staff, percent=5)
    for attempt in (lambda: row.delete(), lambda: ProgressReport.objects.update(percent=6)):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_undo_of_a_months_first_report_leaves_the_month_unreported_and_the_money_right(entry, district_staff):
    report(entry, district_staff, "2021-05", 55, 100_000)
    row = report(entry, district_staff, percent=60, paid=150_000)
    [back] = undo_reports(reports=[row], actor=district_staff, at=NOW)
    assert (back.void, back.percent, back.paid_amount) == (True, 55, 100_000)
    assert reports_in_month([entry], day("2021-06-01")) == {}
    assert newest_reports([entry])[entry.pk].month == day("2021-05-01")
    assert reports_before_month([entry], day("2021-07-01"))[entry.pk].percent == 55
    assert report(entry, district_staff, percent=61).percent == 61


def test_undo_of_a_correction_brings_the_earlier_value_back(entry, district_staff):
    report(entry, district_staff, percent=60, paid=150_000)
    row = report(entry, district_staff, percent=70)
    [back] = undo_reports(reports=[row], actor=district_staff, at=NOW)
    assert (back.void, back.percent, back.paid_amount) == (False, 60, 150_000)


def test_undo_leaves_alone_what_somebody_has_replaced_and_does_nothing_twice(entry, district_staff):
    row = report(entry, district_staff, percent=60)
    report(entry, district_staff, percent=65)
    assert undo_reports(reports=[row], actor=district_staff, at=NOW) == []
    assert reports_of_months(entry)[day("2021-06-01")].percent == 65


def test_a_stranger_cannot_undo(entry, district_staff, other_district_staff):
    row = report(entry, district_staff, percent=60)
    with pytest.raises(NotAllowed):
        undo_reports(reports=[row], actor=other_district_staff, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_phone_that_sends_twice_at_once_stores_one_report(district_staff):
    entry = bring_to(make_planned_project(), "started", "2021-04-30", district_staff).entries.get()
    key = uuid.uuid4()
    first, second = race(*[lambda: report(entry, district_staff, percent=30, client_key=key)] * 2)
    assert first.pk == second.pk
    assert ProgressReport.objects.count() == 1
