"""The register's pages as each role meets them."""

import pytest
from django.urls import reverse

from communities.models import Building, Community, Disclosure, Household
from communities.operations import state_of
from communities.owners import owners_of
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.works import make_planned_project

EVERYBODY = ["province_official", "city_official", "district_staff", "department_staff", "auditor"]
READERS = [who for who in EVERYBODY if who != "district_staff"]
LIST = reverse("communities:list")


@pytest.fixture
def as_(client, request):
    def sign_in(who):
        user = request.getfixturevalue(who) if isinstance(who, str) else who
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def community(tree):
    return make_community(name="机械厂家属院", address="百花大街18号")


@pytest.fixture
def flat(community):
    flat = make_households(community, 2)[0]
    flat.owners.bulk_create(owners_of(flat, ["王建国"], "13812345678"))
    return flat


def facts(community, **changes):
    """A form's fields as the page sends them."""
    kept = {
        "name": community.name,
        "region": community.region_id,
        "version": community.version,
        "management_kind": "none",
        "built_year": 1985,
        "building_count": 2,
        "unit_count": 4,
        "household_count": 100,
        "floor_area": "7000",
        "population": 0,
        "elderly_count": 0,
        "illegal_area": "0",
    }
    return kept | changes


def test_a_page_sends_strangers_to_the_login(client, community):
    response = client.get(LIST)
    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_reads_the_list_and_a_community_of_their_area(as_, community, who):
    client = as_(who)
    assert "机械厂家属院" in client.get(LIST, {"q": "jxc"}).content.decode()
    assert client.get(reverse("communities:detail", args=[community.pk])).status_code == 200
    assert client.get(reverse("communities:duplicates")).status_code == 200


@pytest.mark.parametrize("who", ["other_city_official", "other_district_staff"])
def test_outside_the_area_a_community_does_not_exist(as_, community, flat, who):
    client = as_(who)
    assert "机械厂家属院" not in client.get(LIST).content.decode()
    for name, args in (
        ("detail", [community.pk]),
        ("edit", [community.pk]),
        ("building-add", [community.pk]),
        ("building-edit", [flat.building_id]),
        ("household-add", [community.pk]),
        ("household-edit", [flat.pk]),
    ):
        expected = 403 if who == "other_city_official" and name != "detail" else 404
        assert client.get(reverse(f"communities:{name}", args=args)).status_code == expected, name
    assert client.post(reverse("communities:household-show", args=[flat.pk])).status_code in {403, 404}


@pytest.mark.parametrize("who", READERS)
def test_readers_change_nothing(as_, community, flat, who):
    client = as_(who)
    other = make_community()
    pages = (
        reverse("communities:add"),
        reverse("communities:edit", args=[community.pk]),
        reverse("communities:building-add", args=[community.pk]),
        reverse("communities:building-edit", args=[flat.building_id]),
        reverse("communities:household-add", args=[community.pk]),
        reverse("communities:household-edit", args=[flat.pk]),
        reverse("communities:merge", args=[community.pk, other.pk]),
    )
    for page in pages:
        assert client.get(page).status_code == 403, page
        assert client.post(page, {}).status_code == 403, page


def test_a_reader_with_a_second_post_writes_only_where_that_post_is(as_, community, region):
    user = make_user("district_staff", "130403")
    user.posts.create(role="city_official", region=region("130400"))
    client = as_(user)
    assert client.get(reverse("communities:detail", args=[community.pk])).status_code == 200
    assert client.get(reverse("communities:edit", args=[community.pk])).status_code == 403


def test_an_empty_list_names_the_filters_that_exclude_everything(as_, community):
    page = as_("district_staff").get(LIST, {"q": "没有这样的", "management_kind": "self"}).content.decode()
    assert "没有这样的" in page
    assert "居民自管" in page


def test_filters_sort_and_paging_live_in_the_url(as_, district_staff):
    for number in range(60):
        make_community(name=f"小区{number:02d}", household_count=number)
    client = as_(district_staff)
    first = client.get(LIST, {"sort": "-households", "management_kind": "none"})
    assert first.context["rows"][0]["community"].household_count == 59
    second = client.get(LIST, {"sort": "-households", "management_kind": "none", "cursor": first.context["page"].next})
    assert [row["community"].household_count for row in second.context["rows"]] == list(range(9, -1, -1))
    assert "sort=-households" in second.content.decode()


@pytest.mark.parametrize("query", [{}, {"q": "xq", "eligible": "yes", "region": "130404"}, {"sort": "-built", "suspected": "yes"}])
def test_the_list_asks_a_constant_number_of_queries(as_, city_official, django_assert_max_num_queries, query):
    client = as_(city_official)
    for _ in range(2):  # two that look alike, so that every filter finds some
        make_community()
    client.get(LIST, query)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(9) as asked:
            client.get(LIST, query)
        counts.append(len(asked))
        for number in range(30):
            make_community("130403" if number % 2 else "130404")
    assert counts[0] == counts[1]


def test_a_community_with_many_flats_asks_a_constant_number_of_queries(as_, district_staff, community, django_assert_max_num_queries):
    client, page = as_(district_staff), reverse("communities:detail", args=[community.pk])
    make_planned_project(community)
    make_households(community, 1)
    client.get(page)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(16) as asked:
            assert client.get(page).status_code == 200
        counts.append(len(asked))
        building = Building.objects.create(community=community, name=f"{len(counts) + 1}号楼")
        for number in range(20):
            flat = Household.objects.create(community=community, building=building, unit="1", door=str(number), exclusive_area=50)
            flat.owners.bulk_create(owners_of(flat, ["甲", "乙"], ""))
    assert counts[0] == counts[1]


def test_registering_leads_to_the_new_community(as_, district_staff, region, community):
    client = as_(district_staff)
    values = facts(community, name="光明小区", outline="[[114.46, 36.61], [114.461, 36.61], [114.461, 36.611]]")
    response = client.post(reverse("communities:add"), values)
    made = Community.objects.get(name="光明小区")
    assert response.url == reverse("communities:detail", args=[made.pk])
    assert made.outline[0] == [114.46, 36.61]


def test_the_form_offers_only_regions_of_the_actors_area(as_, district_staff, community, region):
    client = as_(district_staff)
    choices = client.get(reverse("communities:add")).context["form"].fields["region"].queryset
    assert {choice.code for choice in choices} == {"130404"}
    values = facts(community, name="别处", region=region("130403").pk)
    assert client.post(reverse("communities:add"), values).status_code == 422
    assert not Community.objects.filter(name="别处").exists()


def test_all_errors_stand_beside_their_fields(as_, district_staff, community):
    bad = {
        "name": "",
        "longitude": "36",
        "latitude": "114",
        "outline": "[[1]]",
        "renovated_year": "abc",
        "built_year": "1700",
        "elderly_count": "1",
    }
    page = as_(district_staff).post(reverse("communities:add"), facts(community, **bad))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"name", "longitude", "outline", "renovated_year", "built_year", "elderly_count"}
    assert "经度和纬度是否填反了" in page.content.decode()


def test_a_save_after_a_colleagues_shows_what_changed_and_the_next_one_goes_through(as_, district_staff, community):
    client, page = as_(district_staff), reverse("communities:edit", args=[community.pk])
    assert client.post(page, facts(community, address="改了")).status_code == 302
    late = client.post(page, facts(community, address="也改了"))
    assert late.status_code == 422
    assert "改了" in late.content.decode()
    assert ("百花大街18号", "改了") in {(one.before, one.after) for one in late.context["meanwhile"]}
    assert client.post(page, facts(community, address="也改了", version=late.context["form"]["version"].value())).status_code == 302
    community.refresh_from_db()
    assert community.address == "也改了"


def test_buildings_and_flats_are_entered_and_changed(as_, district_staff, community):
    client = as_(district_staff)
    building = {"name": "3号楼", "unit_count": 2, "storey_count": 6, "household_count": 24, "floor_area": "1800"}
    assert client.post(reverse("communities:building-add", args=[community.pk]), building).status_code == 302
    row = Building.objects.get(name="3号楼")
    assert client.post(reverse("communities:building-add", args=[community.pk]), building).status_code == 422
    page = reverse("communities:building-edit", args=[row.pk])
    assert client.post(page, building | {"storey_count": 7, "seen": state_of(row)}).status_code == 302
    flat = {"building": row.pk, "unit": "1", "door": "101", "exclusive_area": "60", "owners": "王建国\n李敏", "phone": "138 1234 5678"}
    assert client.post(reverse("communities:household-add", args=[community.pk]), flat).status_code == 302
    made = Household.objects.get(door="101")
    assert made.owners.count() == 2
    page = reverse("communities:household-edit", args=[made.pk])
    assert "王建国" not in client.get(page).content.decode()
    assert client.post(page, flat | {"phone": "no", "seen": state_of(made)}).status_code == 422
    assert client.post(page, flat | {"door": "102", "owners": "", "phone": "", "seen": state_of(made)}).status_code == 302
    assert made.owners.count() == 2


@pytest.mark.parametrize("who", ["province_official", "city_official", "district_staff", "auditor"])
def test_names_and_phones_are_masked_on_the_page(as_, flat, community, who):
    flat.phone_sealed = make_phone()
    flat.save()
    page = as_(who).get(reverse("communities:detail", args=[community.pk])).content.decode()
    assert "王**" in page
    assert "王建国" not in page
    assert "13812345678" not in page


def test_departments_do_not_see_households_at_all(as_, flat, community):
    page = as_("department_staff").get(reverse("communities:detail", args=[community.pk])).content.decode()
    assert "王**" not in page


def test_showing_a_name_is_asked_for_recorded_and_read_by_the_auditor(as_, flat, community):
    client, page = as_("district_staff"), reverse("communities:household-show", args=[flat.pk])
    assert client.get(page).status_code == 405
    shown = client.post(page)
    assert "王建国" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    fragment = client.post(page, headers={"HX-Request": "true"}).content.decode()
    assert "王建国" in fragment
    assert "<html" not in fragment
    assert Disclosure.objects.count() == 2
    listed = as_("auditor").get(reverse("communities:disclosures")).content.decode()
    assert "district_staff" in listed
    assert "王建国" not in listed


@pytest.mark.parametrize("who", ["province_official", "city_official", "auditor", "department_staff"])
def test_nobody_else_is_shown_a_name(as_, flat, who):
    assert as_(who).post(reverse("communities:household-show", args=[flat.pk])).status_code == 403
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "auditor"])
def test_only_the_auditor_reads_who_read_names(as_, community, who):
    assert as_(who).get(reverse("communities:disclosures")).status_code == 403


def test_a_pair_is_compared_and_merged_with_a_reason(as_, district_staff, community):
    other = make_community(name="机械厂宿舍")
    client, page = as_(district_staff), reverse("communities:merge", args=[community.pk, other.pk])
    assert "机械厂宿舍" in client.get(reverse("communities:duplicates")).content.decode()
    assert client.get(page).context["lines"]
    assert client.post(page, {"survivor": community.pk}).status_code == 422
    assert client.post(page, {"survivor": 0, "reason": "同一院子"}).status_code == 422
    assert client.post(page, {"survivor": community.pk, "reason": "同一院子"}).status_code == 302
    other.refresh_from_db()
    assert other.merged_into == community
    gone = client.get(reverse("communities:detail", args=[other.pk])).content.decode()
    assert "已并入机械厂家属院" in gone
    assert client.get(page).status_code == 404


def test_what_stands_in_the_way_of_a_merge_is_shown(as_, district_staff, community):
    other = make_community(name="机械厂宿舍")
    make_planned_project(community)
    make_planned_project(other)
    page = reverse("communities:merge", args=[community.pk, other.pk])
    response = as_(district_staff).post(page, {"survivor": community.pk, "reason": "同一院子"})
    assert response.status_code == 422
    assert len(response.context["reasons"]) == 1
    assert response.context["reasons"][0] in response.content.decode()


def test_a_pair_is_kept_apart_with_a_reason(as_, district_staff, community):
    other = make_community(name="机械厂宿舍")
    client, page = as_(district_staff), reverse("communities:merge", args=[community.pk, other.pk])
    assert client.post(page, {"apart": "1", "apart-reason": ""}).status_code == 422
    assert client.post(page, {"apart": "1", "apart-reason": "隔一条街"}).status_code == 302
    assert "机械厂宿舍" not in client.get(reverse("communities:duplicates")).content.decode()


def test_the_pages_speak_english_too(as_, district_staff, flat, community):
    client = as_(district_staff)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("communities:detail", args=[community.pk])).content.decode()
    assert "Names and phones are masked." in page
    assert "1 on this page" in page or "2 on this page" in page


def make_phone():
    from common.crypto import seal

    return seal("13812345678")


def test_mistakes_are_named_in_the_reader_s_words(as_, district_staff, community):
    client = as_(district_staff)
    page = client.post(reverse("communities:add"), {"name": "石化小区", "outline": "不是", "household_count": -4}).content.decode()
    assert "请写成 [[经度, 纬度], …]。" in page
    assert "不能小于 0" in page
    flat = client.post(reverse("communities:household-add", args=[community.pk]), {}).content.decode()
    assert "楼栋：没有填" in flat
    assert "Building" not in flat


def test_a_list_of_invented_communities_says_so(as_, community):
    assert 'class="demo"' not in as_("city_official").get("/communities/").content.decode()
    Community.objects.update(synthetic=True)
    assert 'class="demo"' in as_("city_official").get("/communities/").content.decode()
