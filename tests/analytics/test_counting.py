"""The kept figures against hand-made histories and against a naive recount."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings

from analytics.behind import rows_behind
from analytics.counting import count_county_year, count_year, differences
from analytics.indicators import BY_CODE, INDICATORS
from analytics.models import DailyCount, YearCount
from analytics.queries import counties, figures, history, ranking
from regions.models import Region
from tests.analytics.histories import YEAR, Story, live, naive, reach, report, stories
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
D = datetime.date
PARENT = {"130404": "130400", "130403": "130400", "130902": "130900", "130682": "130682R"}
LISTED = {("130000", D(2021, 5, 31)), ("130400", D(2021, 9, 15))}
DAYS = (D(2021, 1, 31), D(2021, 5, 31), D(2021, 9, 15), D(2022, 3, 1))


@pytest.fixture
def clerk(tree):
    return make_user("district_staff", "130404")


def totals(code: str, day: datetime.date) -> dict:
    return history(Region.objects.get(code=code), YEAR).totals_on(day)[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=stories)
def test_every_total_of_every_level_and_day_equals_a_naive_recount_and_the_rows_behind_it(clerk, told):
    with transaction.atomic():
        live(told, clerk)
        count_year(YEAR)
        for day in DAYS:
            for code in ("130000", "130400", "130404", "130900"):
                region = Region.objects.get(code=code)
                own = [story for story in told if story.county == code or code == "130000" or PARENT[story.county] == code]
                expected = naive(own, day)
                assert totals(code, day) == expected
                if (code, day) not in LISTED:
                    continue
                for indicator in INDICATORS:
                    for side in ("part", "whole"):
                        if indicator.column(side):
                            listed = rows_behind(indicator, region, YEAR, day, side).aggregate(n=Sum("value"))["n"] or 0
                            assert listed == expected[indicator.column(side)], (indicator.code, side, day)
        transaction.set_rollback(True)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=stories)
def test_children_add_up_to_their_parent_on_every_level(clerk, told):
    with transaction.atomic():
        live(told, clerk)
        count_year(YEAR)
        province, city = Region.objects.get(code="130000"), Region.objects.get(code="130400")
        for parent in (province, city):
            own = totals(parent.code, D(2021, 6, 30))
            for column in own:
                assert sum(row.now[column] for row in ranking(parent, YEAR, D(2021, 6, 30))) == own[column]
                assert sum(now[column] for _county, now, _before in counties(parent, YEAR, D(2021, 6, 30))) == own[column]
        transaction.set_rollback(True)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=stories)
def test_counting_county_by_county_gives_the_same_as_counting_the_year(clerk, told):
    with transaction.atomic():
        live(told, clerk)
        count_year(YEAR)
        whole = list(DailyCount.objects.order_by("region_id", "on").values())
        DailyCount.objects.all().delete()
        for code in {story.county for story in told}:
            count_county_year(Region.objects.get(code=code), YEAR)
        assert list(DailyCount.objects.order_by("region_id", "on").values()) == whole
        assert differences(YEAR) == []
        transaction.set_rollback(True)


def test_a_project_that_skipped_designed_counts_as_designed_when_it_has_started(clerk):
    live([Story(steps=[("started", D(2021, 4, 10), False)])], clerk)
    count_year(YEAR)
    assert totals("130404", D(2021, 4, 9))["designed_communities"] == 0
    assert totals("130404", D(2021, 4, 10))["designed_communities"] == 1


def test_a_step_taken_back_counts_on_no_day(clerk):
    live([Story(steps=[("started", D(2021, 4, 10), True)])], clerk)
    count_year(YEAR)
    assert totals("130404", D(2021, 12, 31))["started_communities"] == 0


def test_a_withdrawn_project_leaves_the_part_on_that_day_but_not_the_plan(clerk):
    live([Story(steps=[("started", D(2021, 4, 10), False)], withdrawn_on=D(2021, 6, 1))], clerk)
    count_year(YEAR)
    before, after = totals("130404", D(2021, 5, 31)), totals("130404", D(2021, 6, 1))
    assert (before["started_communities"], after["started_communities"]) == (1, 0)
    assert (before["planned_communities"], after["planned_communities"]) == (1, 1)


def test_a_step_recorded_late_changes_the_day_on_which_it_happened(clerk):
    entry = live([Story()], clerk)[0]
    count_year(YEAR)
    assert totals("130404", D(2021, 5, 31))["started_communities"] == 0
    reach(entry, "started", D(2021, 5, 20), clerk)
    count_county_year(entry.project.region, YEAR)
    assert totals("130404", D(2021, 5, 31))["started_communities"] == 1


def test_starts_outside_the_plan_lift_the_rate_above_a_hundred(clerk):
    live([Story(steps=[("started", D(2021, 3, 1), False)]), Story(in_plan=False, steps=[("started", D(2021, 3, 2), False)])], clerk)
    count_year(YEAR)
    figure = figures(Region.objects.get(code="130404"), YEAR, D(2021, 3, 31))["start_rate_communities"]
    assert (figure.share.part, figure.share.whole, figure.share.percent) == (2, 1, Decimal(200))


def test_without_a_plan_there_is_no_rate(clerk):
    live([Story(in_plan=False, steps=[("started", D(2021, 3, 2), False)])], clerk)
    count_year(YEAR)
    figure = figures(Region.objects.get(code="130404"), YEAR, D(2021, 3, 31))["start_rate_communities"]
    assert figure.share.percent is None and figure.due is None
    row = next(row for row in ranking(Region.objects.get(code="130400"), YEAR, D(2021, 3, 31)) if row.region.code == "130404")
    assert row.rank is None and row.gap is None


def test_the_newest_report_of_a_month_counts_and_months_are_not_added_up(clerk):
    entry = live([Story(paid=[(3, 20, 500), (4, 20, 900)])], clerk)[0]
    report(entry, 3, 25, 300, clerk)
    count_year(YEAR)
    assert [totals("130404", day)["paid_amount"] for day in (D(2021, 3, 24), D(2021, 3, 25), D(2021, 4, 30))] == [0, 300, 900]


def test_an_unfrozen_plan_is_not_in_the_whole(clerk):
    live([Story(frozen=False)], clerk)
    count_year(YEAR)
    assert totals("130404", D(2021, 12, 31))["planned_communities"] == 0


def test_a_count_that_is_killed_leaves_the_old_figures_and_the_next_one_is_right(clerk):
    entry = live([Story()], clerk)[0]
    count_year(YEAR)
    kept, version = list(DailyCount.objects.values()), YearCount.objects.get().version
    reach(entry, "started", D(2021, 5, 20), clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        count_year(YEAR)
        raise IntegrityError
    assert list(DailyCount.objects.values()) == kept and YearCount.objects.get().version == version
    count_year(YEAR)
    assert totals("130000", D(2021, 12, 31))["started_communities"] == 1
    assert YearCount.objects.get().version == version + 1


def test_verify_names_a_figure_that_is_wrong_by_one(clerk):
    live([Story()], clerk)
    count_year(YEAR)
    assert differences(YEAR) == []
    DailyCount.objects.update(planned_households=101)
    (found,) = differences(YEAR)
    assert (found.county, found.column, found.kept, found.counted) == ("130404", "planned_households", 101, 100)


def test_verify_names_a_row_that_should_not_be_there(clerk):
    live([Story()], clerk)
    count_year(YEAR)
    DailyCount.objects.create(region=Region.objects.get(code="130902"), year=YEAR, on=D(2021, 1, 2), started_communities=1)
    assert [(one.county, one.column) for one in differences(YEAR)] == [("130902", "started_communities")]


def test_invented_projects_mark_the_year(clerk):
    entry = live([Story()], clerk)[0]
    count_year(YEAR)
    assert YearCount.objects.get().synthetic is False
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET synthetic = true WHERE id = %s", [entry.project_id])
    count_year(YEAR)
    assert YearCount.objects.get().synthetic is True


def test_a_plain_count_has_no_whole(clerk):
    with pytest.raises(KeyError):
        rows_behind(BY_CODE["planned_communities"], Region.objects.get(code="130000"), YEAR, D(2021, 5, 31), "whole")
