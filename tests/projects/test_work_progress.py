"""Progress of each work: append-only, sent twice is one row, corrections need a word, the mean is weighted by amount."""

import datetime
import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InvalidInput, NotAllowed
from projects.models import WorkProgress
from projects.operations import NotStarted, WorkRow, report_progress, report_work, report_works, void_work_progress
from projects.queries import counted_percent, newest_reports, newest_work_progress, works_of
from projects.rules import due_percent, weighted_percent
from tests.factories.evidence import at, bring_to, day, make_contract, make_scheme, make_work_progress
from tests.factories.works import make_planned_project
from tests.lifecycle.test_races import race

NOW = at("2021-06-18")


@pytest.fixture
def project(district_staff):
    project = bring_to(make_planned_project(), "started", "2021-04-30", district_staff)
    make_scheme(project, district_staff)
    return project


@pytest.fixture
def roof(project):
    return next(item.work for item in works_of(project) if item.kind == "roof")


def report(project, actor, work, percent, *, on=None, now=NOW, **more):
    return report_work(project=project, row=WorkRow(work, percent, **more), actor=actor, at=now, reported_on=day(on) if on else None)


def test_the_newest_row_of_the_latest_day_stands_and_any_day_can_be_asked(project, roof, district_staff):
    report(project, district_staff, roof, 30, on="2021-05-10", started_on=day("2021-05-02"))
    report(project, district_staff, roof, 60, on="2021-06-10")
    late = report(project, district_staff, roof, 25, on="2021-05-10", note="量错了")
    assert newest_work_progress([roof.pk])[roof.pk].percent == 60
    assert newest_work_progress([roof.pk], up_to=day("2021-05-31")) == {roof.pk: late}
    assert newest_work_progress([roof.pk], up_to=day("2021-05-09")) == {}
    assert newest_work_progress([roof.pk])[roof.pk].started_on == day("2021-05-02")
    assert WorkProgress.objects.count() == 3


def test_the_same_entry_sent_twice_is_one_row_even_at_the_same_moment(project, roof, district_staff):
    key = uuid.uuid4()
    first = report(project, district_staff, roof, 40, client_key=key)
    assert report(project, district_staff, roof, 40, client_key=key) == first
    assert report(project, district_staff, roof, 40) == first  # the same values again
    assert WorkProgress.objects.count() == 1
    other = next(item.work for item in works_of(project) if item.work != roof)
    with pytest.raises(InvalidInput):
        report(project, district_staff, other, 40, client_key=key)


@pytest.mark.django_db(transaction=True)
def test_two_phones_with_one_key_write_one_row(tree, district_staff):
    project = bring_to(make_planned_project(), "started", "2021-04-30", district_staff)
    make_scheme(project, district_staff)
    work, key = works_of(project)[0].work, uuid.uuid4()
    race(*[lambda: report(project, district_staff, work, 40, client_key=key)] * 4)
    assert WorkProgress.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"percent": 50}, "percent"),
        ({"percent": 101}, "percent"),
        ({"percent": 70, "quantity": Decimal(4600)}, "quantity"),
        ({"percent": 70, "completed_on": datetime.date(2021, 6, 1)}, "completed_on"),
        ({"percent": 100, "started_on": datetime.date(2021, 6, 10), "completed_on": datetime.date(2021, 6, 1)}, "completed_on"),
        ({"percent": 70, "started_on": datetime.date(2021, 4, 1)}, "started_on"),
        ({"percent": 70, "started_on": datetime.date(2021, 7, 1)}, "started_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(project, roof, district_staff, values, field):
    make_work_progress(roof, district_staff, "2021-06-01", 60)
    with pytest.raises(InvalidInput) as caught:
        report_work(project=project, row=WorkRow(roof, **values), actor=district_staff, at=NOW)
    assert set(caught.value.details) == {field}


def test_less_than_before_and_more_than_planned_pass_with_a_note(project, roof, district_staff):
    make_work_progress(roof, district_staff, "2021-06-01", 60)
    row = report(project, district_staff, roof, 50, quantity=Decimal(4600), note="返工，另加雨棚")
    assert (row.percent, row.quantity) == (50, Decimal(4600))


def test_several_works_are_stored_together_or_not_at_all(project, district_staff):
    works = [item.work for item in works_of(project)]
    rows = [WorkRow(works[0], 20), WorkRow(works[1], 300)]
    with pytest.raises(InvalidInput) as caught:
        report_works(project=project, rows=rows, actor=district_staff, at=NOW)
    assert set(caught.value.details) == {f"{works[1].pk}-percent"}
    assert not WorkProgress.objects.exists()
    assert len(report_works(project=project, rows=[WorkRow(work, 20) for work in works], actor=district_staff, at=NOW)) == 3


@pytest.mark.parametrize(("stage", "condition"), [("tendered", "active"), ("started", "suspended"), ("accepted", "active")])
def test_only_works_that_go_on_are_reported_on(project, roof, district_staff, stage, condition):
    project.stage, project.condition = stage, condition
    type(project).objects.filter(pk=project.pk).update(condition=condition)
    if stage != "started":
        bring_to(project, stage, "2021-06-10", district_staff)
    with pytest.raises(NotStarted):
        report(project, district_staff, roof, 10)


@pytest.mark.parametrize("person", ["city_official", "auditor", "department_staff", "other_district_staff"])
def test_only_the_countys_own_staff_report(project, roof, person, request):
    with pytest.raises(NotAllowed):
        report(project, request.getfixturevalue(person), roof, 10)


def test_a_voided_report_stays_readable_and_the_one_before_stands(project, roof, district_staff):
    old = report(project, district_staff, roof, 30, on="2021-06-01")
    wrong = report(project, district_staff, roof, 90, on="2021-06-02")
    with pytest.raises(InvalidInput):
        void_work_progress(row=wrong, reason=" ", actor=district_staff, at=NOW)
    void_work_progress(row=wrong, reason="填错行", actor=district_staff, at=NOW)
    assert newest_work_progress([roof.pk])[roof.pk] == old
    with pytest.raises(InvalidInput):
        void_work_progress(row=wrong, reason="填错行", actor=district_staff, at=NOW)
    assert WorkProgress.objects.count() == 3


def test_the_counted_per_cent_stands_beside_the_typed_one_and_never_replaces_it(project, district_staff):
    entry = project.entries.get()
    make_contract(project, district_staff)
    report_progress(entry=entry, month=day("2021-06-01"), percent=30, paid_amount=None, actor=district_staff, at=NOW)
    for item in works_of(project):
        report(project, district_staff, item.work, {"water": 100, "roof": 0, "facade": 50}[item.kind])
    items = works_of(project)
    rows = newest_work_progress([item.work_id for item in items])
    assert counted_percent(items, rows) == round((1_480_000 * 100 + 2_140_000 * 50) / 4_585_000)
    assert newest_reports([entry])[entry.pk].percent == 30


AMOUNTS = st.decimals(min_value=1, max_value=10_000_000, places=2)


@settings(max_examples=50)
@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 100)), min_size=1, max_size=12))
def test_the_mean_lies_between_the_works_and_is_100_only_when_all_are(works):
    mean = weighted_percent(works)
    percents = [percent for _amount, percent in works]
    assert min(percents) <= mean <= max(percents)
    assert (mean == 100) == (min(percents) == 100)


def test_a_work_is_due_evenly_over_its_days():
    first, last = day("2021-05-01"), day("2021-05-10")
    assert [due_percent(first, last, day(on)) for on in ("2021-04-30", "2021-05-01", "2021-05-06", "2021-05-10", "2021-06-01")] == [
        0, 10, 60, 100, 100,
    ]  # fmt: skip
    assert due_percent(None, last, last) is None
