"""The phone on site: one sending with everything, refusals per field, nothing twice, nothing half."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from messaging.models import OutboxRow
from projects.models import Contract, Photo, ProgressReport
from tests.factories.evidence import bring_to, finish_works, give_start_evidence, make_contract, make_photo, make_report, picture
from tests.factories.ready import give_round, give_scheme
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def entry(client, district_staff, today):
    """A project of this year whose start can be recorded today."""
    client.force_login(district_staff)
    project = bring_to(
        make_planned_project(make_community(name="钢苑东区"), year=today.year), "tendered", f"{today.year}-01-01", district_staff
    )
    give_scheme(project, district_staff, "2021-03-01")
    give_round(project, "scheme")
    return project.entries.get()


def visit(today, *photos, **more):
    data = {"key": str(uuid.uuid4()), "month": f"{today:%Y-%m}"}
    for number, kind in enumerate(photos):
        data |= {
            f"photo-{number}": SimpleUploadedFile("a.jpg", picture()),
            f"photo-{number}-key": str(uuid.uuid4()),
            f"photo-{number}-kind": kind,
            f"photo-{number}-longitude": "114.46",
            f"photo-{number}-latitude": "36.61",
            f"photo-{number}-accuracy": "6",
        }
    return data | more


def contracts(today):
    return {
        f"{kind}-{name}": value
        for kind in ("works", "supervision")
        for name, value in (("number", f"{kind}-1"), ("signed_on", today.isoformat()), ("amount", "320.5"), ("party", "示例公司"))
    }


def send(client, entry, data):
    for key in [key for key in data if key.startswith("photo-") and key.count("-") == 1]:
        data[key].seek(0)
    return client.post(reverse("projects:site-community", args=[entry.pk]), data, **JSON)


def start(today):
    return visit(today, "start", declare="start", happened_on=today.isoformat(), **contracts(today))


def test_a_clerk_starts_a_community_from_the_phone_in_one_sending(client, entry, today):
    answer = send(client, entry, start(today))
    entry.project.refresh_from_db()
    assert (answer.status_code, entry.project.stage, entry.project.stage_on) == (200, "started", today)
    assert Contract.objects.get(kind="works").amount == 3_205_000
    assert Photo.objects.get().in_yard
    assert OutboxRow.objects.filter(topic="figures", key=f"130404:{today.year}").exists()


def test_the_page_opens_after_the_start_before_any_report(client, entry, today):
    send(client, entry, start(today))
    assert client.get(reverse("projects:site-community", args=[entry.pk])).status_code == 200


def test_the_same_sending_twice_stores_everything_once(client, entry, today):
    data = start(today)
    assert [send(client, entry, data).status_code for _ in range(2)] == [200, 200]
    assert (Photo.objects.count(), Contract.objects.count(), entry.project.stage_changes.filter(stage="started").count()) == (1, 2, 1)


def test_a_start_that_is_refused_stores_nothing_of_the_visit(client, entry, today):
    data = visit(today, "start", declare="start", happened_on=today.isoformat())
    answer = send(client, entry, data)
    assert answer.status_code == 409
    assert {finding["code"] for finding in answer.json()["findings"]} == {"works_contract", "supervision_contract"}
    assert (Photo.objects.count(), Contract.objects.count()) == (0, 0)


def test_photos_alone_may_be_sent_before_the_start(client, entry, today):
    assert send(client, entry, visit(today, "before")).status_code == 200
    assert Photo.objects.get().kind == "before"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"works-amount": ""}, "works-amount"),
        ({"works-signed_on": "gestern"}, "works-signed_on"),
        ({"happened_on": ""}, "happened_on"),
        ({"photo-0-longitude": "999"}, "photo-0"),
        ({"photo-0": SimpleUploadedFile("a.jpg", b"nothing")}, ""),
    ],
)
def test_a_wrong_field_is_named(client, entry, today, wrong, field):
    answer = send(client, entry, start(today) | wrong)
    assert answer.status_code in {400, 422}
    assert list(answer.json()["errors"]) == [field]
    assert not Photo.objects.exists()


def test_an_empty_sending_is_refused(client, entry, today):
    assert send(client, entry, {"key": str(uuid.uuid4())}).status_code == 422


def test_progress_from_the_phone_keeps_the_months_rules(client, entry, district_staff, today):
    bring_to(entry.project, "started", f"{today.year}-01-01", district_staff)
    make_contract(entry.project, district_staff)
    earlier = (today.replace(day=1) - timezone.timedelta(days=1)).strftime("%Y-%m")
    make_report(entry, district_staff, earlier, 50)
    answer = send(client, entry, visit(today, percent="46"))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["percent"])
    assert send(client, entry, visit(today, percent="46", note="更正")).status_code == 200
    data = visit(today, percent="60", paid_amount="40.25")
    assert [send(client, entry, data).status_code for _ in range(2)] == [200, 200]
    assert ProgressReport.objects.filter(percent=60, paid_amount=402_500).count() == 1


def test_completion_is_declared_with_the_last_report_and_photo(client, entry, district_staff, today):
    give_start_evidence(entry.project, district_staff)
    bring_to(entry.project, "started", f"{today.year}-01-01", district_staff)
    finish_works(entry.project, district_staff, f"{today.year}-01-01")
    data = visit(today, "after", percent="100", declare="completion", happened_on=today.isoformat())
    assert send(client, entry, data).json()["stage"] == "completed"


def test_without_script_the_page_is_a_plain_form(client, entry, today):
    address = reverse("projects:site-community", args=[entry.pk])
    plain = {"photo-0": SimpleUploadedFile("a.jpg", picture()), "photo-0-kind": "start", "key": str(uuid.uuid4())}
    assert client.post(address, plain).status_code == 302
    answer = client.post(address, {"key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert client.get(address).status_code == 200


def test_the_list_shows_what_starts_or_goes_on_in_the_own_county(client, entry, other_district_staff):
    make_planned_project(make_community(name="和平里"))
    address = reverse("projects:site")
    assert [item[0] for item in client.get(address).context["items"]] == [entry]
    assert client.get(address, {"q": "gydq"}).context["items"]
    assert not client.get(address, {"q": "heping"}).context["items"]
    client.force_login(other_district_staff)
    assert client.get(address).context["items"] == []


def test_a_community_of_another_county_does_not_exist(client, entry, other_district_staff, city_official, today):
    address = reverse("projects:site-community", args=[entry.pk])
    client.force_login(other_district_staff)
    assert client.get(address).status_code == 404
    assert client.post(address, visit(today, percent="5")).status_code == 404
    client.force_login(city_official)
    assert client.get(address).status_code == 403


def test_the_project_page_names_who_mends_what(client, entry, district_staff):
    make_photo(entry, district_staff, in_yard=False)
    answer = client.get(reverse("projects:detail", args=[entry.project_id]))
    findings = {finding["name"]: finding for finding in answer.context["findings"]}
    assert len(findings) == 4
    unmet = [finding for finding in findings.values() if finding["state"] == "fail"]
    assert len(unmet) == 3
    assert all(finding["who"] and finding["url"].startswith("/") for finding in unmet)
    assert "disabled" in answer.content.decode()
