"""Input that no honest page sends: an answer says what is wrong, the site does not break down."""

import base64
import json

import pytest
from django.db import DataError

from common.errors import unstorable
from common.text import storable, whole_number

CURSORS = {
    "no base64": "!!!!",
    "endless nesting": base64.urlsafe_b64encode(b"[" * 50_000).decode(),
    "infinite row": base64.urlsafe_b64encode(b'["n","a",1e999]').decode(),
    "NUL": base64.urlsafe_b64encode(json.dumps(["n", "a\x00", 1]).encode()).decode(),
    "half a character": base64.urlsafe_b64encode(json.dumps(["n", "\ud800", 1]).encode()).decode(),
    "huge row": base64.urlsafe_b64encode(json.dumps(["p", "a", 10**30]).encode()).decode(),
    "an object": base64.urlsafe_b64encode(json.dumps(["n", {"a": 1}, 1]).encode()).decode(),
    "another order's value": base64.urlsafe_b64encode(json.dumps(["n", "not a day", 1]).encode()).decode(),
}
PAGES = (
    *("/people/", "/communities/", "/projects/", "/spreadsheets/", "/people/?sort=-last_login", "/communities/?sort=-built"),
    *("/rounds/", "/rounds/?sort=-turnout"),
)


@pytest.mark.parametrize("cursor", CURSORS.values(), ids=CURSORS)
@pytest.mark.parametrize("page", PAGES)
def test_a_broken_place_in_a_list_leads_to_its_first_page(client, province_official, page, cursor):
    client.force_login(province_official)
    answer = client.get(page, query_params={"cursor": cursor} | ({"sort": page.split("=")[1]} if "=" in page else {}))
    assert answer.status_code == 200


@pytest.mark.parametrize("cursor", CURSORS.values(), ids=CURSORS)
def test_a_broken_place_in_the_trail_leads_to_its_first_page(client, auditor, cursor):
    client.force_login(auditor)
    assert client.get("/audit/", query_params={"cursor": cursor}).status_code == 200


@pytest.mark.parametrize(
    "page", ["/regions/", "/projects/", "/rounds/", "/communities/duplicates/", "/people/new/", "/spreadsheets/export/ranking/"]
)
def test_a_nul_in_a_regions_code_is_refused_with_a_sentence(client, province_official, page):
    client.force_login(province_official)
    answer = client.get(page, query_params={"region": "13\x00"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "characters that cannot be stored" in answer.content.decode()


def test_a_nul_in_a_call_is_a_problem_with_details(client, db):
    answer = client.get("/api/v1/statistics/", query_params={"region": "13\x00"})
    assert answer.status_code == 400
    assert answer.json()["title"] == "invalid_input"


@pytest.mark.parametrize("page", ["/plans/", "/dashboard/", "/published/", "/spreadsheets/export/ranking/"])
def test_a_year_of_five_thousand_digits_is_no_year(client, province_official, page):
    client.force_login(province_official)
    assert client.get(page, query_params={"year": "9" * 5000}).status_code == 200


def test_a_call_with_a_year_of_five_thousand_digits_is_refused(client, db):
    assert client.get("/api/v1/statistics/", query_params={"year": "9" * 5000}).status_code == 400


def test_only_plain_digits_are_a_number():
    assert [whole_number(text) for text in ("42", "-1", "٣", "²", "1e3", "", "9" * 5000)] == [42, 0, 0, 0, 0, 0, 0]


def test_what_the_database_cannot_hold_is_recognised():
    assert storable("机械厂 😀")
    assert not storable("a\x00")
    assert not storable("\ud800")


def test_only_errors_over_a_value_become_refusals():
    assert unstorable(DataError("integer out of range")) is not None
    assert unstorable(ValueError("a bug of ours")) is None
    assert unstorable(KeyError("region")) is None
