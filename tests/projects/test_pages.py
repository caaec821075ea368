"""Pages of works: scope, rights, filters, files, a constant number of queries."""

import uuid

import pytest
from django.urls import reverse

from projects.models import AnnualPlan, Contract, Photo, Project
from projects.operations import add_photo, draft_plan
from tests.factories.evidence import at, bring_to, make_contract, make_photo, make_report, picture
from tests.factories.ready import make_ready
from tests.factories.register import make_community
from tests.factories.works import make_plan, make_planned_project, make_project


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project(district_staff):
    project = bring_to(make_planned_project(make_community(name="机械厂家属院")), "started", "2021-04-30", district_staff)
    make_contract(project, district_staff)
    return project


@pytest.fixture
def photo(project, district_staff):
    return add_photo(
        entry=project.entries.get(),
        kind="start",
        raw=picture(),
        client_key=uuid.uuid4(),
        longitude=114.46,
        latitude=36.61,
        actor=district_staff,
        at=at("2021-04-30"),
    )


PAGES = [
    "projects:detail",
    "projects:contract-add",
    "projects:photo-add",
    "projects:stage-move",
    "projects:take-back",
    "projects:community-add",
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("person", ["other_district_staff", "other_city_official"])
def test_a_project_of_another_area_does_not_exist(client, project, name, person, request):
    user = request.getfixturevalue(person)
    client.force_login(user)
    answer = client.get(reverse(name, args=[project.pk]))
    assert answer.status_code == (404 if user.may({"projects:detail": "projects.see"}.get(name, "projects.edit")) else 403)


@pytest.mark.parametrize("name", PAGES[1:])
@pytest.mark.parametrize("person", ["city_official", "province_official", "auditor"])
def test_who_sees_a_project_may_not_change_it(client, project, name, person, request):
    client.force_login(request.getfixturevalue(person))
    assert client.get(reverse("projects:detail", args=[project.pk])).status_code == 200
    assert client.get(reverse(name, args=[project.pk])).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_the_countys_staff_open_every_page(client, project, name, district_staff):
    client.force_login(district_staff)
    assert client.get(reverse(name, args=[project.pk])).status_code == 200


@pytest.mark.parametrize("name", ["projects:photo", "projects:photo-file", "projects:photo-thumbnail"])
def test_a_photo_leaves_only_for_those_who_reach_its_project(client, photo, name, city_official, other_city_official):
    address = reverse(name, args=[photo.pk])
    assert client.get(address).status_code == 302
    client.force_login(other_city_official)
    assert client.get(address).status_code == 404
    client.force_login(city_official)
    assert client.get(address).status_code == 200


def test_a_file_is_sent_as_a_private_picture(client, photo, city_official):
    client.force_login(city_official)
    answer = client.get(reverse("projects:photo-file", args=[photo.pk]))
    assert answer["Content-Type"] == "image/jpeg"
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer)[:3] == b"\xff\xd8\xff"


def test_a_missing_file_is_404_and_a_missing_thumbnail_falls_back_to_the_picture(client, project, district_staff):
    photo = make_photo(project.entries.get(), district_staff)
    client.force_login(district_staff)
    assert client.get(reverse("projects:photo-thumbnail", args=[photo.pk])).status_code == 404


def listed(client, **query):
    answer = client.get(reverse("projects:list"), query)
    assert answer.status_code == 200
    return {project.name for project, _ in answer.context["rows"]}


def test_the_list_shows_the_own_area_only(client, project, city_official, other_city_official):
    stranger = make_project(county_code="130902")
    client.force_login(city_official)
    assert listed(client) == {project.name}
    client.force_login(other_city_official)
    assert listed(client) == {stranger.name}
    assert client.get(reverse("projects:list"), {"region": "130404"}).status_code == 404


def test_every_filter_of_the_list(client, project, photo, province_official):
    other = make_project(make_community(name="和平里"), stage="reserve")
    late = make_planned_project(make_community("130403"), county_code="130403")
    client.force_login(province_official)
    assert listed(client, q="jxcjsy") == {project.name}
    assert listed(client, q=other.code) == {other.name}
    assert listed(client, year="2021") == {project.name, late.name}
    assert listed(client, stage="reserve") == {other.name}
    assert listed(client, region="130403") == {late.name}
    assert listed(client, only="no_photo") == {other.name, late.name}
    assert listed(client, only="behind", stage="planned") == {late.name}
    assert listed(client, condition="withdrawn") == set()


@pytest.mark.parametrize("sort", ["code", "-code", "name", "stage_on", "-households", "amount", "nonsense"])
def test_the_list_sorts(client, project, province_official, sort):
    client.force_login(province_official)
    assert listed(client, sort=sort) == {project.name}


def queries_of(client, django_assert_max_num_queries, address, most):
    with django_assert_max_num_queries(most) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_list_and_detail_need_the_same_queries_for_many_rows(client, district_staff, django_assert_max_num_queries):
    client.force_login(district_staff)

    def fill(number):
        for _ in range(number):
            project = bring_to(make_planned_project(*(make_community() for _ in range(number))), "started", "2021-04-30", district_staff)
            for entry in project.entries.all():
                make_report(entry, district_staff, "2021-05", 40)
                make_photo(entry, district_staff)
        return project

    first = fill(1)
    one = (
        queries_of(client, django_assert_max_num_queries, reverse("projects:list"), 20),
        queries_of(client, django_assert_max_num_queries, reverse("projects:detail", args=[first.pk]), 30),
    )
    big = fill(4)
    many = (
        queries_of(client, django_assert_max_num_queries, reverse("projects:list"), 20),
        queries_of(client, django_assert_max_num_queries, reverse("projects:detail", args=[big.pk]), 30),
    )
    assert many == one


def test_a_contract_typed_in_wan_is_stored_in_yuan(client, project, district_staff):
    client.force_login(district_staff)
    form = {"kind": "supervision", "number": "监-1", "signed_on": "2021-04-27", "amount": "8.05", "party": "示例监理"}
    assert client.post(reverse("projects:contract-add", args=[project.pk]), form).status_code == 302
    assert Contract.objects.get(number="监-1").amount == 80_500
    assert client.post(reverse("projects:contract-add", args=[project.pk]), form).status_code == 422
    assert client.post(reverse("projects:contract-add", args=[project.pk]), form | {"amount": "很多"}).status_code == 422


def test_a_project_is_created_and_moved_through_the_pages(client, district_staff):
    community = make_community()
    client.force_login(district_staff)
    assert client.get(reverse("projects:create")).status_code == 200
    assert client.post(reverse("projects:create"), {"name": ""}).status_code == 422
    answer = client.post(reverse("projects:create"), {"name": "机械厂", "communities": [community.pk]})
    project = Project.objects.get(name="机械厂")
    assert answer.url == reverse("projects:detail", args=[project.pk])
    step = client.post(reverse("projects:stage-move", args=[project.pk]), {"stage": "planned", "happened_on": project.stage_on})
    assert step.status_code == 422
    assert (
        client.post(
            reverse("projects:condition", args=[project.pk, "withdraw"]), {"happened_on": project.stage_on, "reason": "拆迁"}
        ).status_code
        == 302
    )
    project.refresh_from_db()
    assert (project.stage, project.condition) == ("reserve", "withdrawn")


def test_a_photo_from_the_desk_says_when_it_has_no_position(client, project, district_staff):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(district_staff)
    address = reverse("projects:photo-add", args=[project.pk])
    form = {"entry": project.entries.get().pk, "kind": "start", "caption": "北门"}
    assert client.post(address, form | {"file": SimpleUploadedFile("a.jpg", b"nothing")}).status_code == 422
    assert client.post(address, form | {"file": SimpleUploadedFile("a.jpg", picture())}).status_code == 302
    assert Photo.objects.get().caption == "北门"


def test_the_plan_climbs_through_its_pages(client, district_staff, city_official, province_official, region):
    entry = make_ready(make_project(stage="reserve"), "planned", district_staff).entries.get()
    type(entry).objects.update(plan=None, year=None, entered_on=None)
    AnnualPlan.objects.all().delete()
    client.force_login(district_staff)
    client.post(reverse("projects:plan-draft"), {"region": "130404", "year": "2021"})
    plan = AnnualPlan.objects.get()
    form = {"planned_amount": "896.4", "planned_start_on": "2021-05-01", "planned_completion_on": "2021-10-31"}
    assert client.post(reverse("projects:plan-put", args=[plan.pk, entry.pk]), form | {"planned_amount": "0"}).status_code == 422
    assert client.post(reverse("projects:plan-put", args=[plan.pk, entry.pk]), form).status_code == 302
    assert client.post(reverse("projects:plan-confirm", args=[plan.pk])).status_code == 403
    client.post(reverse("projects:plan-submit", args=[plan.pk]))
    client.force_login(city_official)
    assert client.get(reverse("projects:plan", args=[plan.pk])).status_code == 200
    client.post(reverse("projects:plan-confirm", args=[plan.pk]))
    client.force_login(province_official)
    assert client.get(reverse("projects:plan-list"), {"year": 2021}).context["all"] == 1
    client.post(reverse("projects:plan-freeze", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.state == "frozen"
    assert client.get(reverse("projects:plan-adjust", args=[plan.pk, entry.pk])).status_code == 200


def test_a_plan_of_another_area_does_not_exist(client, other_city_official, other_district_staff, district_staff, region):
    plan = draft_plan(county=region("130404"), year=2021, actor=district_staff, at=at("2021-01-01"))
    for user in (other_city_official, other_district_staff):
        client.force_login(user)
        assert client.get(reverse("projects:plan", args=[plan.pk])).status_code == 404
        assert client.post(reverse("projects:plan-return", args=[plan.pk]), {"reason": "x"}).status_code == 404
        assert list(client.get(reverse("projects:plan-list"), {"year": 2021}).context["plans"]) == []


def test_an_entry_of_another_county_cannot_be_put_into_the_plan(client, district_staff):
    foreign = make_project(county_code="130403", stage="reserve").entries.get()
    client.force_login(district_staff)
    assert client.get(reverse("projects:plan-put", args=[make_plan(state="draft").pk, foreign.pk])).status_code == 404


@pytest.mark.parametrize("name", ["projects:list", "projects:plan-list", "projects:entry", "projects:site", "projects:create"])
def test_nobody_sees_anything_without_signing_in(client, db, name):
    assert client.get(reverse(name)).status_code == 302


def test_a_day_is_checked_without_recording_it_and_without_the_token_in_the_address(client, project, district_staff):
    client.force_login(district_staff)
    address = reverse("projects:stage-move", args=[project.pk])
    assert b'formmethod="get"' not in client.get(address).content
    answer = client.post(address, {"check": "1", "stage": "completed", "happened_on": "2021-06-30"})
    project.refresh_from_db()
    assert (answer.status_code, str(answer.context["day"]), project.stage) == (200, "2021-06-30", "started")


def test_a_month_is_offered_while_works_go_on_only(client, project, district_staff):
    client.force_login(district_staff)
    assert "填本月进度" in client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    waiting = make_planned_project(stage="planned")
    assert "填本月进度" not in client.get(reverse("projects:detail", args=[waiting.pk])).content.decode()
