"""The pages of special works: list, filing with hints, one work, chart, confirmations, calendar, clashes, roads."""

import pytest
from django.urls import reverse

from projects.models import OwnerConfirmation, SpecialWork, Stretch, WindowProposal
from projects.operations import record_paving
from spreadsheets.lists import LISTS
from tests.factories.evidence import at, day, make_scheme
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.special import make_road, make_special
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
ROADS = (("roads", "院内道路", "6800", "m²", 1_186_000),)


@pytest.fixture(autouse=True)
def _as_of(settings):
    settings.DASHBOARD_AS_OF = "2021-05-31"


@pytest.fixture
def yard(tree):
    return make_community("130404", name="机械厂家属院")


@pytest.fixture
def project(yard, district_staff):
    found = make_planned_project(yard)
    make_scheme(found, district_staff, items=ROADS)
    return found


@pytest.fixture
def heating(tree):
    return make_user("department_staff", "130404", department="热力公司")


@pytest.fixture
def late(project, yard, heating):
    """A special work that nobody gave a reason for, outside the window and after the paving."""
    return make_special(heating, yard, project=project, starts="2021-10-20", ends="2021-11-10", unsettled=True)


def data_of(**more):
    return {
        "owner": "heating", "title": "供热二次管网", "laid": "DN200", "yards": "机械厂家属院", "roads": [], "new_road": "", "digs": "on",
        "planned_start_on": "2021-06-01", "planned_completion_on": "2021-06-20", "contact": "", "unavoidable": "", "project": "",
    } | more  # fmt: skip


def test_the_list_filters_and_sorts_and_each_row_says_whether_it_clashes(client, late, yard, district_staff, other_district_staff):
    make_special(district_staff, yard, owner="gas", title="燃气改造", starts="2021-06-01", ends="2021-06-10")
    client.force_login(district_staff)
    page = client.get(reverse("projects:special-list"))
    assert [(work.title, clash) for work, clash in page.context["rows"]] == [("供热二次管网", True), ("燃气改造", False)]
    for query, titles in (
        ({"q": "jxcjsy ranqi"}, []), ({"q": "jxc", "sort": "starts"}, ["燃气改造", "供热二次管网"]), ({"owner": "gas"}, ["燃气改造"]),
        ({"only": "clash"}, ["供热二次管网"]), ({"state": "running"}, []), ({"year": "2022"}, []), ({"only": "waiting"}, []),
    ):  # fmt: skip
        assert [work.title for work, _ in client.get(reverse("projects:special-list"), query).context["rows"]] == titles, query
    client.force_login(other_district_staff)
    assert client.get(reverse("projects:special-list")).context["rows"] == []
    assert client.get(reverse("projects:special", args=[late.pk])).status_code == 404


def test_the_list_needs_as_many_queries_for_many_works_as_for_one(client, yard, district_staff, django_assert_max_num_queries):
    client.force_login(district_staff)
    make_special(district_staff, yard)
    with django_assert_max_num_queries(30) as few:
        client.get(reverse("projects:special-list"))
    for owner in ("gas", "water", "power", "telecom"):
        make_special(district_staff, make_community("130404"), yard, owner=owner)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse("projects:special-list"))


def test_the_workbook_holds_the_columns_of_the_list(late, district_staff):
    report = LISTS["special"].report(district_staff, {}, at("2021-05-31"))
    (row,) = list(report.rows)
    assert (row[1], row[3], row[8], row[13]) == (late.number, "供热二次管网", day("2021-10-20"), "是")
    assert report.expected == 1


def test_a_clash_is_shown_on_filing_and_one_button_takes_the_free_days(client, project, heating):
    client.force_login(heating)
    address = f"{reverse('projects:special-file')}?project={project.pk}"
    form = client.get(address).context["form"]
    assert (form.initial["yards"], form.fields["owner"].choices) == ("机械厂家属院", [("heating", "热力公司")])
    late = data_of(project=project.pk, planned_start_on="2021-10-20", planned_completion_on="2021-11-10")
    answer = client.post(address, late)
    assert answer.status_code == 422
    assert {one.clash.code for one in answer.context["said"]} == {"outside_window", "after_paving"}
    assert "2021-10-09/2021-10-30" in answer.content.decode()
    assert client.post(address, late | {"take": "2021-10-09/2021-10-30"}).status_code == 302
    work = SpecialWork.objects.get()
    assert (work.planned_start_on, work.planned_completion_on, work.unavoidable) == (day("2021-10-09"), day("2021-10-30"), "")
    assert client.post(address, late | {"unavoidable": "热源 11 月才通"}).status_code == 302
    assert client.post(address, data_of(owner="gas")).status_code == 422  # another owner's


def test_yards_are_found_by_name_or_code_and_a_road_is_named_in_passing(client, yard, district_staff):
    client.force_login(district_staff)
    address = reverse("projects:special-file")
    answer = client.post(address, data_of(yards="没有的小区"))
    assert list(answer.context["form"].errors) == ["yards"]
    assert client.post(address, data_of(yards=yard.code, new_road="人民路东段")).status_code == 302
    assert set(SpecialWork.objects.get().stretches.values_list("name", flat=True)) == {"机械厂家属院", "人民路东段"}


def test_an_owner_of_a_whole_city_first_chooses_the_county(client, tree):
    client.force_login(make_user("department_staff", "130400", department="燃气公司"))
    page = client.get(reverse("projects:special-file"))
    assert {county.code for county in page.context["counties"]} >= {"130404", "130403"}
    assert client.get(reverse("projects:special-file"), {"county": "130404"}).status_code == 200
    assert client.get(reverse("projects:special-file"), {"county": "130902"}).status_code == 404


def test_a_work_goes_its_way_on_its_page(client, project, yard, heating, district_staff, settings):
    work = make_special(heating, yard, project=project)
    page, move = reverse("projects:special", args=[work.pk]), lambda way: reverse("projects:special-move", args=[work.pk, way])
    client.force_login(heating)
    assert client.get(move("agree")).status_code == 403
    assert client.get(move("nowhere")).status_code == 404
    client.force_login(district_staff)
    assert client.post(move("agree")).status_code == 302
    client.force_login(heating)
    assert client.post(move("start"), {"day": "2021-05-12"}).status_code == 302
    assert client.post(move("complete"), {"day": "2021-05-11"}).status_code == 422
    assert client.post(move("complete"), {"day": "2021-06-12"}).status_code == 302
    assert client.post(move("withdraw"), {"reason": "x"}).status_code == 422
    shown = client.get(page).content.decode()
    assert "2021-06-12" in shown and "已完工" in shown


def test_a_change_needs_its_reason(client, yard, heating, district_staff):
    work = make_special(heating, yard)
    address = reverse("projects:special-edit", args=[work.pk])
    client.force_login(heating)
    assert client.get(address).context["form"].initial["yards"] == yard.code
    changed = data_of(planned_start_on="2021-07-01", planned_completion_on="2021-07-20", yards=yard.code)
    assert set(client.post(address, changed).context["form"].errors) == {"reason"}
    assert client.post(address, changed | {"reason": "材料晚到"}).status_code == 302
    client.force_login(make_user("department_staff", "130404", department="燃气公司"))
    assert client.get(address).status_code == 403


def test_the_free_days_are_proposed_with_one_click_and_the_owner_decides(client, late, heating, city_official, district_staff):
    client.force_login(city_official)
    clashes = client.get(reverse("projects:special-clashes"), {"region": "130400", "year": "2021"})
    assert reverse("projects:special-propose", args=[late.pk]) in clashes.content.decode()
    assert clashes.context["open_count"] == 2
    client.post(reverse("projects:special-propose", args=[late.pk]))
    proposal = WindowProposal.objects.get()
    assert (proposal.starts_on, proposal.ends_on) == (day("2021-10-09"), day("2021-10-30"))
    decide = reverse("projects:proposal-decide", args=[proposal.pk])
    assert client.post(decide, {"answer": "accept"}).status_code == 403
    client.force_login(heating)
    assert decide in client.get(reverse("projects:special", args=[late.pk])).content.decode()
    assert client.post(decide, {"answer": "accept"}).status_code == 302
    late.refresh_from_db()
    assert late.planned_start_on == day("2021-10-09")
    assert client.get(reverse("projects:special-clashes"), {"region": "130404"}).context["open_count"] == 0


def test_the_chart_of_a_project_holds_its_works_and_the_table_says_the_same(client, project, late, auditor):
    client.force_login(auditor)
    page = client.get(reverse("projects:gantt", args=[project.pk]))
    bars = {bar.name: bar for group in page.context["groups"] for bar in group.bars}
    assert (bars["供热二次管网"].special, bars["供热二次管网"].clash) == (True, True)
    assert bars["道路"].paves
    text = page.content.decode()
    assert 'class="warnmark"' in text and 'class="pave"' in text and 'class="open"' in text and text.count("2021-11-10") >= 2
    assert "style=" not in text.split("<main")[1]


def test_confirmations_are_recorded_on_the_projects_page(client, project, yard, heating, auditor):
    work = make_special(heating, yard, project=project)
    address = reverse("projects:dig-once", args=[project.pk])
    client.force_login(heating)
    page = client.get(address, {"owner": "heating"})
    assert page.context["form"].initial["answer"] == "joins"
    answer = {"owner": "heating", "answer": "joins", "party": "热力公司 王工", "confirmed_on": "2021-03-20", "number": "", "reason": ""}
    assert set(client.post(address, answer).context["form"].errors) == {"works"}
    assert client.post(address, answer | {"works": [work.pk]}).status_code == 302
    assert client.post(address, answer | {"owner": "gas"}).status_code == 422
    assert list(OwnerConfirmation.objects.get().works.all()) == [work]
    client.force_login(auditor)
    assert client.get(address).context["answered"] == 1
    assert client.post(address, answer).status_code == 403


def test_the_calendar_of_a_city_shows_all_owners_place_by_place(client, late, city_official):
    road = make_road("铁西大街", "130403")
    clerk, days = make_user("district_staff", "130403"), {"starts": "2021-10-01", "ends": "2021-10-20"}
    make_special(clerk, owner="gas", county_code="130403", stretches=[road], **days)
    client.force_login(city_official)
    page = client.get(reverse("projects:special-calendar"), {"month": "2021-10"})
    assert {group.name for group in page.context["groups"]} == {"铁西大街", "机械厂家属院"}
    assert page.context["clash_count"] >= 1
    gas = client.get(reverse("projects:special-calendar"), {"month": "2021-10", "owner": "gas"})
    assert [group.name for group in gas.context["groups"]] == ["铁西大街"]
    assert client.get(reverse("projects:special-calendar"), {"month": "2021-10", "region": "130404"}).context["spot_count"] == 1
    assert client.get(reverse("projects:special-calendar"), {"month": "2021-12"}).context["groups"] == []
    assert client.get(reverse("projects:special-calendar"), {"region": "130900"}).status_code == 404


def test_the_calendar_needs_as_many_queries_for_many_works_as_for_one(client, yard, district_staff, django_assert_max_num_queries):
    client.force_login(district_staff)
    make_special(district_staff, yard)
    with django_assert_max_num_queries(32) as few:
        client.get(reverse("projects:special-calendar"), {"month": "2021-05"})
    for owner in ("gas", "water", "power"):
        make_special(district_staff, make_community("130404"), owner=owner)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse("projects:special-calendar"), {"month": "2021-05"})


def test_a_road_is_named_paved_and_the_paving_voided(client, district_staff, city_official, auditor):
    client.force_login(district_staff)
    assert client.post(reverse("projects:road-list"), {"name": "人民路东段"}).status_code == 302
    road = Stretch.objects.get(kind="road")
    assert client.post(reverse("projects:paving-add", args=[road.pk]), {"paved_on": "2021-05-01"}).status_code == 302
    paving = road.pavings.get()
    assert "2021-05-01" in client.get(reverse("projects:road-list")).content.decode()
    assert client.post(reverse("projects:paving-void", args=[paving.pk]), {"reason": "登记错误"}).status_code == 302
    assert client.get(reverse("projects:road-list")).context["roads"][0][1] == []
    record_paving(stretch=road, paved_on=day("2021-05-02"), actor=city_official, at=at("2021-05-31"))
    client.force_login(auditor)
    assert client.get(reverse("projects:road-list"), {"region": "130404"}).status_code == 200
    assert client.post(reverse("projects:road-list"), {"name": "x"}).status_code == 403
