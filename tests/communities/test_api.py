"""The register for machines."""

import datetime
import json

import pytest
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens import digest_of
from communities.models import Community
from communities.owners import owners_of
from tests.factories.register import make_community, make_households

ADDRESS = "/api/v1/communities/"


@pytest.fixture
def community(tree):
    return make_community(name="机械厂家属院", built_year=2005)


def send(client, method, address, data):
    return getattr(client, method)(address, json.dumps(data), content_type="application/json")


def test_without_a_login_it_answers_nothing(client, community):
    assert client.get(ADDRESS).status_code in {401, 403}


def test_a_community_carries_its_eligibility_with_reasons(client, community, city_official):
    client.force_login(city_official)
    (row,) = client.get(ADDRESS, {"q": "jxc"}).json()["results"]
    assert row["code"] == community.code
    assert row["region"] == "130404"
    assert row["eligible"] is False
    assert row["ineligible_because"][0]["code"] == "too_new"


def test_it_never_carries_personal_data(client, community, district_staff):
    flat = make_households(community, 1)[0]
    flat.owners.bulk_create(owners_of(flat, ["王建国"], "13812345678"))
    client.force_login(district_staff)
    text = client.get(f"{ADDRESS}{community.code}/").content.decode()
    assert not {"owner", "owners", "phone", "households", "search_text"} & set(json.loads(text))
    assert "王" not in text


def test_a_stranger_sees_and_changes_nothing(client, community, other_city_official, other_district_staff):
    client.force_login(other_city_official)
    assert client.get(ADDRESS).json()["results"] == []
    assert client.get(f"{ADDRESS}{community.code}/").status_code == 404
    client.force_login(other_district_staff)
    assert send(client, "patch", f"{ADDRESS}{community.code}/", {"version": 1, "built_year": 1990}).status_code == 404


@pytest.mark.parametrize(
    ("query", "count"), [({"eligible": "yes"}, 0), ({"eligible": "no"}, 1), ({"built_from": "2001"}, 1), ({"region": "130403"}, 0)]
)
def test_it_takes_the_filters_of_the_page(client, community, city_official, query, count):
    client.force_login(city_official)
    assert len(client.get(ADDRESS, query).json()["results"]) == count


def test_a_bad_filter_is_refused_as_problem_details(client, community, city_official):
    client.force_login(city_official)
    response = client.get(ADDRESS, {"eligible": "perhaps"})
    assert response.status_code == 400
    assert "eligible" in response.json()["errors"]


def test_staff_register_and_change_through_the_same_operations(client, community, district_staff):
    client.force_login(district_staff)
    made = send(client, "post", ADDRESS, {"region": "130404", "name": "光明小区", "built_year": 1990})
    assert made.status_code == 201, made.json()
    code = made.json()["code"]
    changed = send(client, "patch", f"{ADDRESS}{code}/", {"version": 1, "built_year": 1991})
    assert (changed.json()["built_year"], changed.json()["version"]) == (1991, 2)
    late = send(client, "patch", f"{ADDRESS}{code}/", {"version": 1, "built_year": 1992})
    assert (late.status_code, late.json()["title"]) == (409, "lost_update")
    assert send(client, "patch", f"{ADDRESS}{code}/", {"built_year": 1992}).status_code == 400


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"region": "130404"}, 400),
        ({"region": "130403", "name": "别区"}, 400),
        ({"region": "130404", "name": "光明", "longitude": 36.6, "latitude": 114.5}, 400),
        ({"region": "130404", "name": "光明", "population": 1, "elderly_count": 2}, 400),
    ],
)
def test_bad_input_is_refused_and_nothing_written(client, district_staff, data, status):
    client.force_login(district_staff)
    assert send(client, "post", ADDRESS, data).status_code == status
    assert not Community.objects.exists()


@pytest.mark.parametrize("who", ["province_official", "city_official", "department_staff", "auditor"])
def test_readers_cannot_write(client, request, community, who):
    client.force_login(request.getfixturevalue(who))
    assert send(client, "post", ADDRESS, {"region": "130404", "name": "光明"}).status_code == 403
    assert send(client, "patch", f"{ADDRESS}{community.code}/", {"version": 1, "built_year": 1990}).status_code == 403


def test_a_token_reads_only_what_it_was_given(client, community, district_staff):
    now = timezone.now()
    ApiToken.objects.create(
        name="reader",
        user=district_staff,
        digest=digest_of("key-1"),
        actions=["communities.see"],
        created_at=now,
        expires_at=now + datetime.timedelta(days=1),
    )
    bearer = {"HTTP_AUTHORIZATION": "Bearer key-1"}
    assert client.get(ADDRESS, **bearer).status_code == 200
    body = json.dumps({"region": "130404", "name": "光明"})
    assert client.post(ADDRESS, body, content_type="application/json", **bearer).status_code == 403
    assert client.get(ADDRESS, HTTP_AUTHORIZATION="Bearer wrong").status_code == 401


def test_the_list_asks_a_constant_number_of_queries(client, city_official, django_assert_max_num_queries):
    client.force_login(city_official)
    for _ in range(20):
        make_community()
    with django_assert_max_num_queries(5):
        assert len(client.get(ADDRESS).json()["results"]) == 20
