"""The works in the open API: scope, filters, adding progress."""

import uuid

import pytest

from projects.models import ProgressReport
from tests.factories.evidence import bring_to, make_contract, make_report
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

BASE = "/api/v1"


@pytest.fixture
def entry(district_staff):
    project = bring_to(make_planned_project(make_community(household_count=312)), "started", "2021-04-30", district_staff)
    make_contract(project, district_staff)
    return project.entries.get()


def results(client, path, **query):
    answer = client.get(f"{BASE}/{path}/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_projects_come_with_communities_and_contracts(client, entry, city_official):
    client.force_login(city_official)
    [project] = results(client, "projects")
    assert (project["stage"], project["region"], project["entries"][0]["household_count"]) == ("started", "130404", 312)
    assert project["contracts"][0]["amount"] == "3205000.00"


@pytest.mark.parametrize("path", ["projects", "entries", "progress"])
def test_the_api_obeys_the_region(client, entry, district_staff, other_city_official, path):
    make_report(entry, district_staff, "2021-05", 40)
    assert client.get(f"{BASE}/{path}/").status_code in {401, 403}
    client.force_login(other_city_official)
    assert results(client, path) == []
    client.force_login(district_staff)
    assert len(results(client, path)) == 1


def test_entries_are_filtered(client, entry, province_official):
    client.force_login(province_official)
    assert len(results(client, "entries", year=2021, region="130400", stage="started", in_plan="true")) == 1
    for nothing in ({"year": 2022}, {"region": "130900"}, {"stage": "reserve"}, {"in_plan": "false"}):
        assert results(client, "entries", **nothing) == []


def post(client, entry, **data):
    return client.post(f"{BASE}/progress/", {"entry": entry.pk, "month": "2021-06-01"} | data, content_type="application/json")


def test_progress_is_added_once_per_key(client, entry, district_staff):
    client.force_login(district_staff)
    data = {"percent": 72, "paid_amount": "402500.00", "client_key": str(uuid.uuid4())}
    assert [post(client, entry, **data).status_code for _ in range(2)] == [201, 201]
    assert ProgressReport.objects.count() == 1


def test_a_refusal_is_a_problem_with_a_sentence_per_field(client, entry, district_staff):
    client.force_login(district_staff)
    make_report(entry, district_staff, "2021-05", 65)
    answer = post(client, entry, percent=60)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"]) == ["percent"]


def test_only_who_enters_progress_adds_it_and_only_in_reach(client, entry, city_official, other_district_staff):
    client.force_login(city_official)
    assert post(client, entry, percent=60).status_code == 403
    client.force_login(other_district_staff)
    assert post(client, entry, percent=60).status_code == 404
    assert not ProgressReport.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rows(client, entry, district_staff, django_assert_max_num_queries):
    client.force_login(district_staff)
    results(client, "projects")
    with django_assert_max_num_queries(15) as one:
        results(client, "projects")
    for _ in range(3):
        make_planned_project(make_community(), make_community())
    with django_assert_max_num_queries(15) as many:
        results(client, "projects")
    assert len(one) == len(many)
