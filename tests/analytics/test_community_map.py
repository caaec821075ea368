"""The map of communities: who sees which point, in which stage, and the table that says the same."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from analytics.community_map import ORDER, STAGES, Group, grouped, points, tallies
from projects.choices import Stage
from renovation.environment import tile_hosts
from tests.factories.evidence import bring_to
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
PAGE, POINTS = reverse("analytics:community-map"), reverse("analytics:community-points")


@pytest.fixture
def yards(district_staff):
    """Fuxing: one under works, one in no project, one without a position; Congtai: one suspended; Cangzhou: one."""
    works, _alone, lost = (make_community("130404", name=name, longitude=114.4, latitude=36.6) for name in ("甲院", "乙院", "丙院"))
    lost.longitude = lost.latitude = None
    lost.save()
    bring_to(make_planned_project(works), "started", "2021-04-28", district_staff)
    stopped = make_planned_project(make_community("130403", name="丁院", longitude=114.5, latitude=36.6), county_code="130403")
    stopped.condition = "suspended"
    stopped.save()
    make_community("130902", name="沧州院", longitude=116.8, latitude=38.3)
    return works


def drawn(client, query=""):
    found = json.loads(client.get(f"{POINTS}{query}").content)
    return {name: found["groups"][place] for _lon, _lat, place, _pk, name, _homes in found["points"]}


def test_every_stage_of_a_project_has_its_group():
    assert set(ORDER) == set(Group.values)
    assert sorted(stage for stages in STAGES.values() for stage in stages) == sorted(Stage.values)


def test_points_are_those_of_the_readers_area_with_their_stage(client, yards, city_official, other_city_official):
    client.force_login(city_official)
    assert drawn(client) == {"甲院": "works", "乙院": "outside", "丁院": "stopped"}
    assert drawn(client, "?region=130403") == {"丁院": "stopped"}
    assert drawn(client, "?region=130900") == {}
    assert drawn(client, "?group=works") == {"甲院": "works"}
    assert drawn(client, "?year=2021&q=甲") == {"甲院": "works"}
    client.force_login(other_city_official)
    assert drawn(client) == {"沧州院": "outside"}


def test_the_page_counts_what_the_map_shows_and_names_what_it_cannot(client, yards, city_official):
    client.force_login(city_official)
    page = client.get(PAGE)
    counted = {one.group: (one.communities, one.placed) for one in page.context["legend"]}
    assert counted[Group.WORKS] == (1, 1) and counted[Group.OUTSIDE] == (2, 1) and counted[Group.STOPPED] == (1, 1)
    assert (page.context["total"], page.context["placed"]) == (4, 3)
    assert {row["community"].name for row in page.context["rows"]} == {"甲院", "乙院", "丙院", "丁院"}
    narrowed = client.get(f"{PAGE}?group=works")
    assert [row["community"].name for row in narrowed.context["rows"]] == ["甲院"]
    assert narrowed.context["everything"] == 4  # the legend goes on counting every stage


def test_a_newer_project_decides_and_a_community_taken_out_of_one_is_outside_again(yards, city_official):
    entry = yards.entries.get()
    entry.removed_on = entry.entered_on
    entry.save()
    assert dict(grouped(city_official).values_list("name", "group"))["甲院"] == "outside"
    make_planned_project(yards, year=2022)
    assert dict(grouped(city_official).values_list("name", "group"))["甲院"] == "planned"


def test_the_number_of_queries_does_not_grow(client, yards, city_official, django_assert_max_num_queries):
    client.force_login(city_official)
    client.get(PAGE)
    for number in range(12):
        make_community("130404", name=f"第{number}院", longitude=114.4, latitude=36.6)
    with django_assert_max_num_queries(14):
        client.get(PAGE)
    with django_assert_max_num_queries(5):
        client.get(POINTS)
    assert len(points(grouped(city_official))["points"]) == 15
    assert sum(one.communities for one in tallies(grouped(city_official))) == 16


def test_nobody_opens_it_without_an_account(client, db):
    assert client.get(PAGE).status_code == client.get(POINTS).status_code == 302


def test_tiles_are_allowed_from_their_own_host_alone():
    assert tile_hosts("MAP_TILE_URL", "") == []
    assert tile_hosts("MAP_TILE_URL", "https://{s}.tiles.example.cn/{z}/{x}/{y}.png") == ["https://*.tiles.example.cn"]
    for wrong in ("http://tiles.example.cn/{z}/{x}/{y}.png", "https://tiles.example.cn/", "{z}{x}{y}"):
        with pytest.raises(ImproperlyConfigured, match="MAP_TILE_URL"):
            tile_hosts("MAP_TILE_URL", wrong)
