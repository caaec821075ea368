"""Pages of works' progress: beside the monthly report, filtered, entered in a grid, exported; the cards of the phone; suspensions; the diary."""

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lifecycle.operations import resume, suspend
from projects.models import DiaryEntry, Photo, WorkProgress
from projects.queries import works_of
from spreadsheets.lists import LISTS
from tests.factories.evidence import at, bring_to, make_photo, make_report, make_scheme, make_work_progress, picture
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def project(district_staff, today, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    started = today - datetime.timedelta(days=60)
    project = bring_to(make_planned_project(make_community(), make_community()), "started", started.isoformat(), district_staff)
    make_scheme(project, district_staff)
    return project


@pytest.fixture
def works(project):
    return {item.kind: item.work for item in works_of(project)}


def page(client, project, **query):
    return client.get(reverse("projects:work-progress", args=[project.pk]), query)


def test_the_page_shows_a_doubt_where_works_and_month_differ(client, project, works, district_staff, today):
    client.force_login(district_staff)
    for work in works.values():
        make_work_progress(work, district_staff, today.isoformat(), 40)
    for entry, percent in zip(project.entries.order_by("pk"), (45, 60), strict=True):
        make_report(entry, district_staff, f"{today - datetime.timedelta(days=today.day):%Y-%m}", percent)
    pairs = page(client, project).context["works"].pairs
    assert [(pair.counted, pair.typed, pair.doubt) for pair in pairs] == [(40, 45, False), (40, 60, True)]


def test_filters_find_what_is_done_and_what_is_silent(client, project, works, district_staff, today):
    client.force_login(district_staff)
    make_work_progress(works["roof"], district_staff, today.isoformat(), 100)
    make_work_progress(works["water"], district_staff, (today - datetime.timedelta(days=20)).isoformat(), 10)

    def shown(**query):
        return {line.item.kind for line in page(client, project, **query).context["lines"]}

    assert shown(state="done") == {"roof"}
    assert shown(state="silent") == {"water", "facade"}
    assert shown(q="屋面") == {"roof"}
    assert shown(state="done", on=(today - datetime.timedelta(days=1)).isoformat()) == set()


def test_the_number_of_queries_does_not_grow_with_the_works(client, project, works, district_staff, today, django_assert_max_num_queries):
    client.force_login(district_staff)
    entry = project.entries.first()
    for work in works.values():
        make_work_progress(work, district_staff, today.isoformat(), 40)
        make_photo(entry, district_staff, "progress")
    make_scheme(project, district_staff, items=tuple(("roads", f"道路{n}", "1", "m", 10) for n in range(30)))
    page(client, project)
    with django_assert_max_num_queries(22):
        page(client, project)


def grid(works, today, **cells):
    data = {"reported_on": today.isoformat()}
    for name, value in cells.items():
        kind, field = name.split("_", 1)
        data[f"{works[kind].pk}-{field}"] = value
    return data


def test_the_grid_stores_all_rows_or_none_and_shows_the_sentence_in_its_row(client, project, works, district_staff, today):
    client.force_login(district_staff)
    address = reverse("projects:work-enter", args=[project.pk])
    answer = client.post(address, grid(works, today, roof_percent="20", facade_percent="120"))
    assert answer.status_code == 422 and not WorkProgress.objects.exists()
    assert [bool(row["errors"]) for row in answer.context["rows"]] == [False, False, True]
    answer = client.post(address, grid(works, today, roof_percent="20", facade_quantity="99999"))
    assert answer.status_code == 422 and not WorkProgress.objects.exists()
    assert client.post(address, grid(works, today, roof_percent="20%", facade_quantity="1,200")).status_code == 302
    assert {row.work.kind: (row.percent, row.quantity) for row in WorkProgress.objects.all()} == {"roof": (20, None), "facade": (0, 1200)}
    assert client.post(address, grid(works, today, roof_percent="20")).status_code == 422  # nothing was changed
    assert WorkProgress.objects.count() == 2


def test_a_card_sent_twice_with_its_photo_is_stored_once(client, project, works, district_staff, today):
    client.force_login(district_staff)
    entry = project.entries.first()
    data = {
        "work": works["roof"].pk, "percent": "30", "key": str(uuid.uuid4()), "reported_on": today.isoformat(), "photo-0-key": str(uuid.uuid4()),
    }  # fmt: skip
    raw = picture()
    for _ in range(2):
        files = {"photo-0": SimpleUploadedFile("a.jpg", raw)}
        answer = client.post(reverse("projects:site-works", args=[entry.pk]), data | files, **JSON)
        assert answer.json()["percent"] == 30
    assert (WorkProgress.objects.count(), Photo.objects.get().work) == (1, works["roof"])


def test_a_refused_card_stores_neither_report_nor_photo(client, project, works, district_staff):
    client.force_login(district_staff)
    data = {"work": works["roof"].pk, "percent": "30", "quantity": "9999", "photo-0": SimpleUploadedFile("a.jpg", picture())}
    answer = client.post(reverse("projects:site-works", args=[project.entries.first().pk]), data, **JSON)
    assert answer.status_code in (400, 409, 422) and "4120" in answer.json()["errors"]["quantity"]
    assert not WorkProgress.objects.exists() and not Photo.objects.exists()


def test_the_cards_and_the_worker_are_for_the_countys_own_staff(client, project, works, district_staff, other_district_staff, auditor):
    address = reverse("projects:site-works", args=[project.entries.first().pk])
    for person, status in ((other_district_staff, 404), (auditor, 403), (district_staff, 200)):
        client.force_login(person)
        assert client.get(address).status_code == status
    answer = client.get(reverse("projects:site-worker"))
    assert answer["Content-Type"].startswith("text/javascript") and reverse("projects:site-worker").startswith(reverse("projects:site"))


def test_a_report_is_voided_with_a_reason_and_stays_in_the_history(client, project, works, district_staff, today):
    client.force_login(district_staff)
    row = make_work_progress(works["roof"], district_staff, today.isoformat(), 90)
    assert client.post(reverse("projects:work-void", args=[row.pk]), {"reason": "填错行"}).status_code == 302
    history = client.get(reverse("projects:work-history", args=[works["roof"].pk])).content.decode()
    assert "90%" in history and "填错行" in history


def test_a_suspension_shows_its_reason_and_expected_end(client, project, works, district_staff, today):
    client.force_login(district_staff)
    day, later = today - datetime.timedelta(days=5), today + datetime.timedelta(days=20)
    form = {"happened_on": day.isoformat(), "resumes_on": day.isoformat(), "reason": "等待供热管道"}
    address = reverse("projects:condition", args=[project.pk, "suspend"])
    assert client.post(address, form).status_code == 422  # goes on after the suspension
    assert client.post(address, form | {"resumes_on": later.isoformat()}).status_code == 302
    resting = page(client, project).context["resting"].change
    assert (resting.reason, resting.happened_on, resting.resumes_on) == ("等待供热管道", day, later)
    card = {"work": works["roof"].pk, "percent": "30"}
    assert client.post(reverse("projects:site-works", args=[project.entries.first().pk]), card, **JSON).status_code >= 400
    project.refresh_from_db()
    resume(project=project, happened_on=today, reason="管道到货", actor=district_staff, at=timezone.now())
    answer = page(client, project)
    assert answer.context["resting"] is None and answer.context["works"].rests[0].ended.reason == "管道到货"
    suspend(project=project, happened_on=today, reason="雨季", actor=district_staff, at=timezone.now())
    assert len(page(client, project).context["works"].rests) == 2


def test_the_diary_is_corrected_by_a_further_entry(client, project, district_staff, today):
    client.force_login(district_staff)
    write = reverse("projects:diary-write", args=[project.pk])
    day = {"on": today.isoformat(), "weather": "rain", "workers": "12", "text": "挖沟", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(write, day).status_code == 302
    first = DiaryEntry.objects.get()
    better = day | {"workers": "21", "key": str(uuid.uuid4())}
    assert client.post(f"{write}?corrects={first.pk}", better).status_code == 302
    assert client.post(f"{write}?corrects={first.pk}", better | {"key": str(uuid.uuid4())}).status_code == 422
    answer = client.get(reverse("projects:diary", args=[project.pk]))
    assert (answer.context["workdays"], answer.context["worker_days"]) == (1, 21)
    future = (today + datetime.timedelta(days=1)).isoformat()
    assert client.post(write, day | {"on": future, "key": str(uuid.uuid4())}).status_code == 422


def test_the_sheet_says_what_the_page_says(project, works, district_staff, today):
    make_work_progress(works["roof"], district_staff, today.isoformat(), 35)
    report = LISTS["works"].report(district_staff, {"project": str(project.pk)}, at(today.isoformat()))
    assert [(line[3], line[9]) for line in report.rows] == [("给排水管网", 0), ("屋面防水", 35), ("外墙粉刷", 0)]
