"""The region tree's page and API."""

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput
from regions.models import Region
from regions.operations import add_region
from regions.queries import level_counts, province, tree_rows
from tests.factories.people import make_user
from tests.factories.register import make_community

LIST = reverse("regions:list")


def test_communities_are_counted_over_whole_subtrees_without_merged_ones(region, district_staff):
    street = add_region(
        actor=district_staff, at=timezone.now(), parent=region("130404"), code="130404007", name_zh="化林路街道", kind="sub_district"
    )
    kept = make_community(street.code)
    make_community("130404")
    make_community("130403")
    make_community("130404", merged_into=kept)
    counts = {row.region.code: (row.child_count, row.community_count) for row in tree_rows(province())}
    assert counts["130000"] == (14, 3)
    assert counts["130400"][1] == 3
    assert counts["130404"] == (1, 2)
    assert len(counts) == 182


def test_the_levels_below_a_region_are_counted(tree):
    assert level_counts(province()) == {"reporting": 14, "county": 167}


@pytest.mark.parametrize("who", ["province_official", "city_official", "district_staff", "department_staff", "auditor"])
def test_everybody_reads_the_tree_of_their_area(client, request, who):
    client.force_login(request.getfixturevalue(who))
    page = client.get(LIST)
    assert page.status_code == 200
    assert "复兴区" in page.content.decode()


def test_other_areas_do_not_exist(client, other_city_official):
    client.force_login(other_city_official)
    assert client.get(LIST, {"region": "130400"}).status_code == 404
    assert client.get(LIST, {"region": "130000"}).status_code == 404
    assert client.post(reverse("regions:add", args=["130404"]), {}).status_code == 404


def test_the_page_asks_a_constant_number_of_queries(client, province_official, django_assert_max_num_queries):
    client.force_login(province_official)
    client.get(LIST)
    for number in range(5):
        make_community("130404", name=f"小区{number}")
    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_staff_add_a_street_and_its_committee(client, district_staff):
    client.force_login(district_staff)
    street = {"code": "130404007", "name_zh": "化林路街道", "name_en": "Hualin Road"}
    assert client.post(reverse("regions:add", args=["130404"]), street).status_code == 302
    committee = {"code": "130404007001", "name_zh": "机械厂社区"}
    assert client.post(reverse("regions:add", args=["130404007"]), committee).status_code == 302
    made = Region.objects.get(code="130404007001")
    assert made.path == "130000/130400/130404/130404007/130404007001/"
    assert "机械厂社区" in client.get(LIST, {"region": "130404"}).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "", "name_zh": "街道"}, "code"),
        ({"code": "13040", "name_zh": "街道"}, "code"),
        ({"code": "130403007", "name_zh": "街道"}, "code"),
        ({"code": "130404007", "name_zh": ""}, "name_zh"),
    ],
)
def test_bad_input_is_named_in_its_place(client, district_staff, values, field):
    client.force_login(district_staff)
    page = client.post(reverse("regions:add", args=["130404"]), values)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert Region.objects.count() == 182


def test_a_taken_code_and_a_taken_name_are_refused(region, district_staff):
    def add(code, name):
        return add_region(actor=district_staff, at=timezone.now(), parent=region("130404"), code=code, name_zh=name, kind="sub_district")

    add("130404007", "化林路街道")
    with pytest.raises(InvalidInput):
        add("130404007", "石化街道")
    with pytest.raises(InvalidInput):
        add("130404008", "化林路街道")


@pytest.mark.parametrize("who", ["department_staff", "auditor"])
def test_readers_get_no_form_and_cannot_add(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(LIST, {"region": "130404"}).context["form"] is None
    assert client.post(reverse("regions:add", args=["130404"]), {"code": "130404007", "name_zh": "街道"}).status_code == 403


def test_nothing_is_added_below_a_city(client, tree):
    client.force_login(make_user("district_staff", "130400"))
    assert client.post(reverse("regions:add", args=["130400"]), {"code": "130499", "name_zh": "新区"}).status_code == 404


def test_the_api_lists_the_callers_regions_in_tree_order(client, city_official, other_city_official):
    client.force_login(city_official)
    rows = client.get("/api/v1/regions/", {"page_size": 100}).json()["results"]
    assert rows[0]["code"] == "130400"
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    assert {row["level"] for row in rows} == {"reporting", "county"}
    client.force_login(other_city_official)
    assert client.get("/api/v1/regions/130404/").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"level": "reporting"}, 14),
        ({"level": "county", "page_size": 500}, 167),
        ({"parent": "130000"}, 14),
        ({"under": "139000"}, 0),
        ({"kind": "autonomous_county"}, 6),
        ({"q": "fu xing"}, 1),
        ({"q": "复兴"}, 1),
    ],
)
def test_the_api_filters(client, province_official, query, count):
    client.force_login(province_official)
    assert len(client.get("/api/v1/regions/", query).json()["results"]) == count


def test_the_api_is_read_only_and_closed_to_strangers(client, province_official):
    assert client.get("/api/v1/regions/").status_code in {401, 403}
    client.force_login(province_official)
    assert client.post("/api/v1/regions/", {}).status_code == 405
