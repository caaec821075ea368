"""What a signed-in person gets is kept by nobody on the way."""

import datetime

import pytest
from django.utils import timezone

from accounts.tokens import issue_token

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/communities/", "/people/", "/accounts/", "/published/", "/api/v1/communities/", "/nowhere/"])
def test_no_cache_keeps_what_a_signed_in_person_sees(client, city_official, path):
    client.force_login(city_official)
    assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_no_cache_keeps_what_a_token_reads(client, city_official):
    now = timezone.now()
    until = timezone.localdate(now) + datetime.timedelta(days=2)
    key = issue_token(actor=city_official, at=now, name="data centre", actions=["communities.see"], expires_on=until).key
    answer = client.get("/api/v1/communities/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_answer_that_says_how_long_it_is_kept_stays_as_it_is(client, city_official):
    client.force_login(city_official)
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"
