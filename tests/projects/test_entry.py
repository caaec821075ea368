"""The desk grid: as a plain form, row by row, many rows at once, undo."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import ProgressReport
from tests.factories.evidence import bring_to, make_contract, make_report
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

MONTH = "2021-06"


@pytest.fixture
def entry(district_staff, client):
    client.force_login(district_staff)
    return started(district_staff, "机械厂家属院")


def started(actor, name="", county="130404"):
    project = bring_to(make_planned_project(make_community(county, name=name), county_code=county), "started", "2021-04-30", actor)
    make_contract(project, actor)
    return project.entries.get()


def grid(client, **query):
    return client.get(reverse("projects:entry"), {"month": MONTH} | query)


def save(client, entry, **data):
    return client.post(reverse("projects:entry-row"), {"entry": entry.pk, "month": MONTH} | data, content_type="application/json")


def test_the_grid_counts_what_is_due_filled_and_empty(client, entry, district_staff):
    make_report(entry, district_staff, MONTH, 40)
    started(district_staff)
    assert {key: grid(client).context["counts"][key] for key in ("due", "filled", "empty", "no_photo")} == {
        "due": 2,
        "filled": 1,
        "empty": 1,
        "no_photo": 2,
    }


def test_the_grid_shows_the_own_county_only(client, entry, other_district_staff):
    assert [row["entry"] for row in grid(client).context["rows"]] == [entry]
    client.force_login(other_district_staff)
    assert grid(client).context["rows"] == []


@pytest.mark.parametrize("person", ["city_official", "province_official", "auditor", "department_staff"])
@pytest.mark.parametrize("name", ["projects:entry", "projects:entry-row", "projects:entry-bulk", "projects:entry-undo", "projects:site"])
def test_only_district_staff_enter_progress(client, db, person, name, request):
    client.force_login(request.getfixturevalue(person))
    assert client.post(reverse(name), {}, content_type="application/json").status_code in {403, 405}
    assert client.get(reverse(name)).status_code in {403, 405}


def test_what_has_not_started_is_listed_on_demand_and_not_due(client, entry):
    waiting = make_planned_project(stage="planned").entries.get()
    answer = grid(client, stage="all")
    assert {row["entry"]: row["state"] for row in answer.context["rows"]} == {entry: "empty", waiting: "none"}
    assert (answer.context["counts"]["all"], answer.context["counts"]["due"]) == (2, 1)


def test_a_row_is_saved_in_exact_yuan(client, entry):
    body = save(client, entry, percent="72", paid_amount="302.5").json()
    report = ProgressReport.objects.get()
    assert (report.percent, report.paid_amount, report.month) == (72, 3_025_000, datetime.date(2021, 6, 1))
    assert (body["paid_amount"], body["counts"]["filled"]) == ("302.50", 1)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"percent": "101"}, "percent"),
        ({"percent": "abc"}, "percent"),
        ({"paid_amount": "x"}, "paid_amount"),
        ({"paid_amount": "1208"}, "paid_amount"),
        ({"percent": "30"}, "percent"),
    ],
)
def test_a_wrong_row_answers_with_a_sentence_at_its_field(client, entry, district_staff, data, field):
    make_report(entry, district_staff, "2021-05", 65, 100)
    answer = save(client, entry, **data)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert ProgressReport.objects.count() == 1


def test_a_row_of_another_county_does_not_exist(client, entry, other_district_staff):
    client.force_login(other_district_staff)
    assert save(client, entry, percent="72").status_code == 404


def test_nonsense_instead_of_json_is_no_server_error(client, entry):
    for body in ("", "[]", "{", '{"entry": {"a": 1}, "month": 7}'):
        assert client.post(reverse("projects:entry-row"), body, content_type="application/json").status_code == 404


def test_a_later_month_is_this_month(client, entry):
    assert grid(client, month="2999-01").context["month"] == timezone.localdate().replace(day=1)


def test_the_grid_opens_in_the_month_at_which_the_dashboard_opens(client, entry, settings):
    settings.DASHBOARD_AS_OF = "2021-05-31"
    assert grid(client, month="").context["month"].isoformat() == "2021-05-01"
    settings.DASHBOARD_AS_OF = ""
    assert grid(client, month="").context["month"] == timezone.localdate().replace(day=1)


def test_the_plain_form_saves_what_is_right_and_shows_the_rest_again(client, entry, district_staff):
    other, untouched = started(district_staff), started(district_staff)
    make_report(other, district_staff, "2021-05", 65)
    form = {
        "entry": [entry.pk, other.pk, untouched.pk],
        f"{entry.pk}-percent": "72",
        f"{other.pk}-percent": "60",
        f"{untouched.pk}-percent": "",
    }
    address = f"{reverse('projects:entry')}?month={MONTH}"
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert {row["entry"]: row["state"] for row in answer.context["rows"]} == {entry: "saved", other: "error", untouched: "empty"}
    assert "60" in answer.content.decode()
    assert client.post(address, form | {f"{other.pk}-note": "更正"}).status_code == 302
    assert ProgressReport.objects.filter(month="2021-06-01").count() == 2


def bulk(client, entries, **data):
    body = {"entries": [entry.pk for entry in entries], "month": MONTH} | data
    return client.post(reverse("projects:entry-bulk"), body, content_type="application/json").json()


def test_many_rows_are_marked_without_progress_and_that_is_undone(client, entry, district_staff):
    other = started(district_staff)
    make_report(entry, district_staff, "2021-05", 55, 100)
    body = bulk(client, [entry, other], no_change=True)
    assert {row["entry"]: row["percent"] for row in body["rows"]} == {entry.pk: 55, other.pk: 0}
    back = client.post(reverse("projects:entry-undo"), {"reports": body["reports"]}, content_type="application/json").json()
    assert (back["counts"]["filled"], {row["void"] for row in back["rows"]}) == (0, {True})
    assert grid(client).context["counts"]["empty"] == 2


def test_a_bulk_percentage_answers_row_by_row(client, entry, district_staff):
    other = started(district_staff)
    make_report(other, district_staff, "2021-05", 65)
    body = bulk(client, [entry, other], percent="60")
    assert [row["entry"] for row in body["rows"]] == [entry.pk]
    assert list(body["errors"]) == [str(other.pk)]


def test_undo_reaches_the_own_county_only(client, entry, other_district_staff, district_staff):
    report = make_report(entry, district_staff, MONTH, 55)
    client.force_login(other_district_staff)
    client.post(reverse("projects:entry-undo"), {"reports": [report.pk]}, content_type="application/json")
    assert ProgressReport.objects.count() == 1


def test_the_grid_needs_the_same_queries_for_many_rows(client, entry, district_staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as one:
        grid(client)
    for _ in range(5):
        make_report(started(district_staff), district_staff, "2021-05", 30)
    with django_assert_max_num_queries(20) as many:
        grid(client)
    assert len(many) == len(one)


def accepted(actor, name="", *, on="2021-12-20"):
    entry = started(actor, name)
    for stage, day_of in (("completed", "2021-10-26"), ("accepted", on)):
        bring_to(entry.project, stage, day_of, actor)
    return entry


def test_a_past_month_lists_what_was_under_works_then_with_the_stage_of_then(client, entry, district_staff):
    later, gone = accepted(district_staff, "石化小区"), accepted(district_staff, "岭南路22号", on="2021-05-20")
    begun_after = bring_to(make_planned_project(make_community(name="钢苑东区")), "started", "2021-07-02", district_staff).entries.get()
    answer = grid(client)
    assert {row["entry"]: row["stage"] for row in answer.context["rows"]} == {entry: "started", later: "started"}
    assert (answer.context["counts"]["due"], answer.context["counts"]["left"]) == (2, 2)
    everything = {row["entry"]: (row["stage"], row["fillable"]) for row in grid(client, stage="all").context["rows"]}
    assert everything[gone] == ("accepted", True)
    assert everything[begun_after] == ("designed", False)
    assert {row["entry"] for row in grid(client, stage="accepted").context["rows"]} == {gone}


def test_a_month_before_the_completion_can_still_be_corrected(client, entry, district_staff):
    done = accepted(district_staff)
    assert save(client, done, percent="72").status_code == 200
    assert save(client, done, percent="72", month="2021-10").json()["errors"].keys() == {"percent"}


def test_a_month_before_the_start_is_not_reported(client, entry):
    answer = save(client, entry, percent="5", month="2021-03")
    assert "2021-04-30" in answer.json()["errors"]["percent"]
    assert not ProgressReport.objects.exists()


def test_the_month_s_count_stays_whole_whatever_is_filtered(client, entry, district_staff):
    started(district_staff, "石化小区")
    counts = grid(client, q="机械厂").context["counts"]
    assert (counts["due"], counts["left"], counts["all"], counts["empty"]) == (2, 2, 1, 1)


def test_clearing_the_filters_stays_in_the_month(client, entry):
    assert f'href="?month={MONTH}"' in grid(client, q="没有").content.decode()
