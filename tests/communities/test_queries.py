"""The list: filters, search, sort, paging, and that it asks the database the same number of questions whatever it shows."""

import pytest
from django.test import RequestFactory

from communities.filters import CommunityFilter
from communities.queries import communities_in_reach, community_page, household_page, place_names, reason_words, reasons_against
from regions.models import Region
from tests.factories.register import make_community, make_households


@pytest.fixture
def ask(city_official):
    def ask(viewer=city_official, **query):
        request = RequestFactory().get("/communities/", query)
        request.user = viewer
        found = CommunityFilter(request.GET, queryset=communities_in_reach(viewer), request=request)
        return {community.name for community in found.qs}

    return ask


@pytest.fixture
def register(tree):
    make_community("130404", name="机械厂家属院", address="百花大街18号", built_year=1984, owner_kind="reform", illegal_area=20)
    make_community("130404", name="光明小区", built_year=2004, management_kind="professional", longitude=114.5)
    make_community("130403", name="和平里", built_year=None, demolition_planned=True)
    make_community("130902", name="沧州小区")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"机械厂家属院", "光明小区", "和平里"}),
        ({"q": "械厂"}, {"机械厂家属院"}),
        ({"q": "jxc"}, {"机械厂家属院"}),
        ({"q": "JIXIE"}, {"机械厂家属院"}),
        ({"q": "ｊｘｃ　百花"}, {"机械厂家属院"}),
        ({"q": "100%"}, set()),
        ({"region": "130403"}, {"和平里"}),
        ({"region": "130902"}, set()),
        ({"region": "999999"}, set()),
        ({"eligible": "yes"}, {"机械厂家属院"}),
        ({"eligible": "no"}, {"光明小区", "和平里"}),
        ({"owner_kind": "reform"}, {"机械厂家属院"}),
        ({"management_kind": "professional"}, {"光明小区"}),
        ({"built_from": "1984", "built_to": "1999"}, {"机械厂家属院"}),
        ({"built_from": "abc"}, {"机械厂家属院", "光明小区", "和平里"}),
        ({"illegal": "yes"}, {"机械厂家属院"}),
        ({"illegal": "no"}, {"光明小区", "和平里"}),
        ({"suspected": "yes"}, set()),
        ({"suspected": "no"}, {"机械厂家属院", "光明小区", "和平里"}),
    ],
)
def test_each_filter_finds_its_communities_in_the_viewers_area(ask, register, query, names):
    assert ask(**query) == names


def test_suspected_duplicates_can_be_listed(ask, register):
    make_community("130404", name="机械厂宿舍")
    assert ask(suspected="yes") == {"机械厂家属院", "机械厂宿舍"}
    assert ask(suspected="no") == {"光明小区", "和平里"}


def test_merged_communities_are_not_in_the_list(ask, register):
    make_community("130404", name="旧记录", merged_into=make_community("130404", name="新记录", longitude=114.7))
    assert "旧记录" not in ask()


@pytest.mark.parametrize(
    "sort", ["name", "-name", "code", "-code", "region", "built", "-built", "households", "-households", "area", "-area", "nonsense"]
)
def test_paging_forth_and_back_shows_every_row_once_in_order(city_official, sort):
    for number in range(23):
        make_community(
            "130404" if number % 2 else "130403", built_year=None if number % 5 == 0 else 1980 + number % 3, household_count=number % 4
        )
    rows = communities_in_reach(city_official)
    whole = [row.pk for row in community_page(rows, sort=sort, cursor="", size=100).rows]
    seen, cursor, pages = [], "", []
    while True:
        page = community_page(rows, sort=sort, cursor=cursor, size=5)
        seen += [row.pk for row in page.rows]
        pages.append(page)
        if not page.next:
            break
        cursor = page.next
    assert seen == whole
    assert len(pages) == 5
    back = community_page(rows, sort=sort, cursor=pages[-1].previous, size=5)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[-2].rows]


def test_a_broken_cursor_lands_on_the_first_page(city_official, register):
    page = community_page(communities_in_reach(city_official), sort="name", cursor="%%%", size=2)
    assert page.total == 3
    assert not page.previous


def test_places_are_named_below_the_shared_region(tree):
    fuxing = Region.objects.get(code="130404")
    assert place_names([fuxing]) == {fuxing.path: "邯郸市 复兴区"}
    assert place_names([fuxing], above=2) == {fuxing.path: "复兴区"}


def test_every_reason_has_a_sentence(tree):
    community = make_community(built_year=2005, renovated_year=2019, demolition_planned=True)
    assert len({reason_words(reason) for reason in reasons_against(community)}) == 3
    assert reason_words(reasons_against(make_community(built_year=None))[0])


def test_flats_stand_in_natural_order(tree):
    community = make_community()
    make_households(community, 3)
    community.buildings.update(name="10号楼")
    make_households(community, 2)  # 1号楼
    names = [str(row) for row in household_page(community, building=None, cursor="").rows]
    assert names == ["1号楼 1-101", "1号楼 1-102", "10号楼 1-101", "10号楼 1-102", "10号楼 1-103"]
    assert [row.door for row in household_page(community, building=community.buildings.get(name="10号楼"), cursor="").rows] == [
        "101",
        "102",
        "103",
    ]
