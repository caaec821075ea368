"""Living circle, coverage, conversions and inspections as each role meets them."""

import datetime
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput
from facilities.coverage import coverage_by_place, coverage_of
from facilities.inspecting import due_counts, due_inspections
from facilities.models import CircleRun, CommunityTheme, Conversion, Facility
from facilities.operations.circles import count_circles, counties_of, order_run, sum_counties
from facilities.operations.inspections import record_inspection
from facilities.operations.renewal import add_conversion, change_conversion
from facilities.rules import inspection_due
from projects.models import Photo, Suggestion
from tests.factories.facilities import make_facility
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

COVERAGE = reverse("facilities:coverage")
NOW = datetime.datetime(2021, 5, 31, 8, tzinfo=datetime.UTC)


def count(*communities):
    keys = [community.pk for community in communities]
    count_circles(communities=keys, at=NOW)
    sum_counties(counties=counties_of(keys))


def circle_page(community):
    return reverse("facilities:circle", args=[community.pk])


def test_the_circle_page_says_the_sentence_the_map_and_the_same_in_the_table(as_, district_staff, community):
    make_planned_project(community)
    make_facility(community, kind="elderly", metres=200, name="日间照料站", actor=district_staff)
    make_facility(community, kind="nursery", metres=900, name="托育点", actor=district_staff)
    page = as_(district_staff).get(circle_page(community))
    html = page.content.decode()
    elderly = next(row for row in page.context["rows"] if row["item"].code == "elderly")
    assert (elderly["before"]["verdict"], elderly["before"]["metres"]) == ("met", 260)
    met = page.context["sums"]["before"]["met"]
    assert f"<b>{met}</b> 条达标" in html
    marks = page.context["map"]["marks"]
    assert [each["facility"].name for each in marks] == ["日间照料站"], "what lies outside the widest ring is in the table alone"
    assert "示意图" in html
    assert re.search(r"<svg[^>]*role=\"img\"", html)
    assert "style=" not in html


def test_without_a_position_the_page_says_who_mends_it(as_, district_staff, tree):
    nowhere = make_community(longitude=None, latitude=None)
    page = as_(district_staff).get(circle_page(nowhere))
    assert page.context["map"] is None
    assert page.context["sums"]["before"]["unknown"] >= 10


def test_a_gap_becomes_a_proposed_work_with_one_click(as_, district_staff, community):
    client, address = as_(district_staff), reverse("facilities:suggest", args=[community.pk])
    refused = client.post(address, {"item": "elderly"}, follow=True)
    assert "没有在办项目" in refused.content.decode()
    project = make_planned_project(community)
    for _twice in range(2):
        client.post(address, {"item": "elderly"})
    made = Suggestion.objects.get()
    assert (made.project, made.community, made.kind, made.source, made.quantity, made.unit) == (
        project, community, "elderly", "gap", 350, "m²",
    )  # fmt: skip
    rows = client.get(circle_page(community)).context["rows"]
    assert next(row for row in rows if row["item"].code == "elderly")["proposal"] == made
    assert client.post(address, {"item": "castle"}).status_code == 404
    street = as_(make_user("street_staff", "130404"))
    assert street.post(address, {"item": "nursery"}).status_code == 403


def test_who_may_not_see_the_community_sees_no_circle(as_, district_staff, community):
    stranger = as_(make_user("district_staff", "130902"))
    for name in ("circle", "theme", "conversion-add"):
        assert stranger.get(reverse(f"facilities:{name}", args=[community.pk])).status_code == 404, name
    assert stranger.get(reverse("facilities:assess", args=[community.pk, "culture"])).status_code == 404
    auditor = as_("auditor")
    assert auditor.get(circle_page(community)).status_code == 200
    assert auditor.get(reverse("facilities:theme", args=[community.pk])).status_code == 403


def test_an_assessment_and_a_theme_are_written_on_their_pages(as_, district_staff, community):
    client = as_(district_staff)
    address = reverse("facilities:assess", args=[community.pk, "culture"])
    assert client.post(address, {"verdict": "missing"}).status_code == 422
    assert client.post(address, {"verdict": "partly", "note": "只有一块宣传栏"}).status_code == 302
    assert "只有一块宣传栏" in client.get(address).content.decode()
    assert client.get(reverse("facilities:assess", args=[community.pk, "elderly"])).status_code == 404
    theme = reverse("facilities:theme", args=[community.pk])
    assert client.post(theme, {"name": "", "description": ""}).status_code == 422
    client.post(theme, {"name": "健康田园", "description": "院里种菜"})
    client.post(theme, {"name": "书香邻里", "description": ""})
    assert CommunityTheme.objects.get().name == "书香邻里"
    assert "书香邻里" in client.get(circle_page(community)).content.decode()


def test_the_page_of_a_community_asks_a_constant_number_of_queries(as_, district_staff, community, django_assert_max_num_queries):
    make_planned_project(community)
    client, asked = as_(district_staff), []
    for _twice in range(2):
        for number in range(6):
            make_facility(community, kind="pharmacy", metres=number * 30, actor=district_staff)
        with django_assert_max_num_queries(22) as seen:
            client.get(circle_page(community))
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_coverage_is_summed_up_the_tree_and_each_figure_opens_its_list(as_, city_official, district_staff, community, region):
    neighbour, abroad = make_community("130403", household_count=50), make_community("130902")
    make_facility(community, kind="elderly", metres=100, actor=district_staff)
    far = make_community(latitude=community.latitude + 0.1)
    count(community, neighbour, abroad, far)
    client = as_(city_official)
    page = client.get(COVERAGE)
    line = next(line for line in page.context["lines"] if line.item.code == "elderly")
    assert (line.communities, line.communities_met_before, line.communities_missing_before) == (3, 2, 1)
    assert (line.households, line.households_met_before) == (250, 150)
    assert page.context["lines"][0].communities_missing_before == max(each.communities_missing_before for each in page.context["lines"])
    below = {place.code: own.communities_missing_before for place, own in coverage_by_place(region("130400"), line.item)}
    assert below == {"130403": 0, "130404": 1}
    behind = client.get(reverse("facilities:behind"), {"region": "130400", "item": "elderly", "verdict": "missing"})
    assert [row["community"] for row in behind.context["rows"]] == [far]
    assert client.get(reverse("facilities:behind"), {"region": "130900", "item": "elderly"}).status_code == 404
    province = {line.item.code: line.communities for line in coverage_of(region("130000"))}
    assert province["elderly"] == 4


def test_kept_sums_and_the_results_themselves_say_the_same(district_staff, community, region):
    for number in range(5):
        make_facility(community, kind="nursery", metres=70 * number, area=120 + 60 * number, actor=district_staff)
    yards = [community, *(make_community(latitude=community.latitude + number * 0.002) for number in range(1, 6))]
    count(*yards)
    whole = {line.item.code: line.counts for line in coverage_of(region("130400"))}  # from kept sums: one county alone is counted
    live = {line.item.code: line.counts for line in coverage_of(region("130404"))}
    assert whole == live


@pytest.mark.parametrize("who", ["province_official", "district_staff", "auditor"])
def test_coverage_asks_a_constant_number_of_queries(as_, request, community, who, django_assert_max_num_queries):
    client, asked = as_(who), []
    for _twice in range(2):
        count(community, *(make_community() for _number in range(4)))
        with django_assert_max_num_queries(16) as seen:
            assert client.get(COVERAGE).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_a_recount_is_ordered_shown_and_done(as_, city_official, community, region, monkeypatch):
    from facilities import tasks
    from facilities.views import coverage

    monkeypatch.setattr(coverage, "nudge_counting", lambda: None)
    client = as_(city_official)
    address = f"{reverse('facilities:count')}?region=130400"
    answer = client.post(address)
    run = CircleRun.objects.get()
    assert answer.url == reverse("facilities:run", args=[run.pk])
    assert 'hx-trigger="every 1s"' in client.get(answer.url).content.decode()
    tasks.count_circles()
    done = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in done
    assert "<html" not in done
    assert as_(make_user("city_official", "130900")).get(answer.url).status_code == 404
    assert as_("auditor").post(address).status_code == 403
    order_run(region=region("130000"), at=NOW)


def photo(project, community, kind):
    return Photo.objects.create(
        project=project, community=community, kind=kind, file="x.jpg", taken_at=NOW, client_key=uuid.uuid4(), recorded_at=NOW,
        recorded_by=make_user("district_staff", "130404"),
    )  # fmt: skip


def bathhouse(project, **changes):
    return {
        "project": project, "name": "老澡堂", "from_kind": "bathhouse", "to_kind": "hall", "area": 420, "state": "planned", "note": "",
        "photo_before": None, "photo_after": None,
    } | changes  # fmt: skip


def test_an_idle_room_becomes_a_facility_step_by_step(district_staff, community):
    project, now = make_planned_project(community), timezone.now()
    row = add_conversion(actor=district_staff, at=now, community=community, values=bathhouse(project))
    facility = Facility.objects.get()
    assert (row.facility, facility.state, facility.kind, facility.project) == (facility, "planned", "hall", project)
    with pytest.raises(InvalidInput) as refused:
        change_conversion(actor=district_staff, at=now, conversion_id=row.pk, values=bathhouse(project, state="done"))
    assert "photo_after" in refused.value.details
    after = photo(project, community, "after")
    change_conversion(actor=district_staff, at=now, conversion_id=row.pk, values=bathhouse(project, state="done", photo_after=after))
    facility.refresh_from_db()
    assert (facility.state, facility.opened_on) == ("open", timezone.localdate(now))
    with pytest.raises(InvalidInput):
        change_conversion(actor=district_staff, at=now, conversion_id=row.pk, values=bathhouse(project, state="works", photo_after=after))
    foreign = photo(make_planned_project(make_community(), year=2022), community, "before")
    with pytest.raises(InvalidInput):
        add_conversion(actor=district_staff, at=now, community=community, values=bathhouse(project, name="仓库", photo_before=foreign))


def test_conversions_are_entered_on_the_page_and_listed_with_both_photos(as_, district_staff, community):
    project = make_planned_project(community)
    before = photo(project, community, "before")
    client = as_(district_staff)
    address = reverse("facilities:conversion-add", args=[community.pk])
    given = bathhouse(project.pk, photo_before=before.pk, photo_after="")
    assert client.post(address, given | {"area": "0"}).status_code == 422
    assert client.post(address, given).status_code == 302
    row = Conversion.objects.get()
    html = client.get(reverse("facilities:conversions")).content.decode()
    assert reverse("projects:photo-thumbnail", args=[before.pk]) in html
    edit = reverse("facilities:conversion-edit", args=[row.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, given | {"state": "works"}).status_code == 302
    assert "老澡堂" in client.get(circle_page(community)).content.decode()
    assert "老澡堂" not in as_(make_user("district_staff", "130902")).get(reverse("facilities:conversions")).content.decode()
    assert as_("auditor").get(edit).status_code == 403


def brought(community, project, opened, **more):
    return make_facility(community, project=project, opened_on=opened, **more)


def test_inspections_are_due_in_the_database_as_the_rule_says(district_staff, community):
    project = make_planned_project(community)
    days = [datetime.date(2020, 11, 30), datetime.date(2020, 5, 31), datetime.date(2021, 2, 28), datetime.date(2021, 3, 1)]
    rows = [brought(community, project, day, actor=district_staff) for day in days]
    make_facility(community, actor=district_staff)  # no works brought it: nobody is asked to look
    for today in (datetime.date(2021, 2, 28), datetime.date(2021, 5, 28), datetime.date(2021, 5, 31), datetime.date(2021, 6, 1)):
        expected = {row.pk: inspection_due(row.opened_on, 0, today) for row in rows}
        found = {row.pk: (row.due_months, row.due_on) for row in due_inspections(district_staff, today=today)}
        assert found == {pk: due for pk, due in expected.items() if due}, today


def test_an_inspection_that_finds_it_idle_says_so_everywhere(as_, district_staff, community, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    project, today = make_planned_project(community), timezone.localdate()
    facility = brought(community, project, today - datetime.timedelta(days=200), actor=district_staff, kind="elderly", name="日间照料站")
    assert due_counts(district_staff, today=today) == {"due": 1, "overdue": 0}
    client, address = as_(district_staff), reverse("facilities:inspect", args=[facility.pk])
    assert "日间照料站" in client.get(reverse("facilities:inspections")).content.decode()
    assert client.post(address, {"inspected_on": str(today), "in_use": "no"}).status_code == 422
    given = {"inspected_on": str(today), "in_use": "no", "note": "没有护理员", "visitors": "0"}
    assert client.post(address, given).url == reverse("facilities:detail", args=[facility.pk])
    facility.refresh_from_db()
    assert (facility.state, facility.inspections.get().months) == ("idle", 6)
    assert client.post(address, given).status_code == 422, "the next one is due after twelve months"
    with pytest.raises(InvalidInput):
        record_inspection(
            actor=district_staff, at=timezone.now(), facility_id=facility.pk, inspected_on=today + datetime.timedelta(1), in_use=True
        )
