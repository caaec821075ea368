"""The statistics API: its contract, its marks of invention, its refusals."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from rest_framework.test import APIClient

from analytics.anchors import published
from analytics.counting import count_year
from tests.analytics.histories import YEAR, Story, live
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
D = datetime.date
ADDRESS = "/api/v1/statistics/"


@pytest.fixture
def api(tree) -> APIClient:
    live(
        [Story(steps=[("started", D(2021, 4, 10), False)]), Story(), Story(county="130902")],
        make_user("district_staff", "130404"),
    )
    count_year(YEAR)
    return APIClient()


def test_anybody_reads_the_provinces_figures(api):
    answer = api.get(ADDRESS, {"region": "130000", "year": 2021, "as_of": "2021-05-31"})
    assert answer.status_code == 200
    figures = {one["code"]: one for one in answer.json()}
    start = figures["start_rate_communities"]
    assert (start["part"], start["whole"], start["value"], start["as_of"], start["synthetic"]) == (1, 3, "33.33", "2021-05-31", False)
    assert {"counted_up_to", "rule_version", "name", "unit", "region"} <= set(start)
    assert figures["start_rate_households"]["value"] == "33.33"


def test_without_a_plan_the_value_is_null(api):
    answer = api.get(ADDRESS, {"year": 2021, "as_of": "2020-12-31"})
    assert {one["value"] for one in answer.json() if one["unit"] == "percent"} == {None}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"region": "999999"}, 404),
        ({"year": "1821"}, 400),
        ({"year": "2021x"}, 400),
        ({"as_of": "31.5.2021"}, 400),
        ({"as_of": "2999-01-01"}, 400),
        ({"year": "2030"}, 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_sentence(api, query, status):
    answer = api.get(ADDRESS, query)
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_other_regions_answer_only_within_the_callers_reach(api, city_official, other_city_official):
    query = {"region": "130400", "year": 2021, "as_of": "2021-05-31"}
    assert api.get(ADDRESS, query).status_code == 404
    api.force_authenticate(other_city_official)
    assert api.get(ADDRESS, query).status_code == 404
    assert api.get(f"{ADDRESS}ranking/", query).status_code == 404
    api.force_authenticate(city_official)
    assert api.get(ADDRESS, query).status_code == 200


def test_the_ranking_of_the_units_is_public_and_ordered(api):
    rows = api.get(f"{ADDRESS}ranking/", {"year": 2021, "as_of": "2021-05-31"}).json()
    assert len(rows) == 14 and [(row["region"], row["rank"], row["value"]) for row in rows[:2]] == [
        ("130400", 1, "50.00"),
        ("130900", 2, "0.00"),
    ]
    assert rows[-1]["rank"] is None and rows[-1]["value"] is None


def test_a_ranking_by_something_that_is_no_rate_is_refused(api):
    assert api.get(f"{ADDRESS}ranking/", {"indicator": "planned_communities"}).status_code == 400


def test_figures_of_an_invented_year_are_marked_unless_they_were_published(api):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET synthetic = true")
    count_year(YEAR)
    figures = {one["code"]: one for one in api.get(ADDRESS, {"year": 2021, "as_of": "2021-05-31"}).json()}
    assert figures["start_rate_communities"]["synthetic"] is True  # 1 / 3 is not the published 2,237 / 3,057
    assert published("130000", 2021, D(2021, 5, 31), "started_communities", 2237)
    assert published("130000", 2021, D(2021, 5, 31), "planned_communities", 3057)
    assert not published("130000", 2021, D(2021, 5, 30), "started_communities", 2237)
    assert not published("130000", 2021, D(2021, 5, 31), "started_communities", 2236)
