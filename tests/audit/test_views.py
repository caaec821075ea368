"""The auditor's page."""

import pytest

from tests.factories.people import make_user
from tests.factories.register import make_community

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["province_official", "city_official", "district_staff", "department_staff"])
def test_nobody_but_the_auditor_opens_it(client, tree, role):
    places = {"province_official": "130000", "city_official": "130400", "district_staff": "130404", "department_staff": "130404"}
    client.force_login(make_user(role, places[role]))
    assert client.get("/audit/").status_code == 403


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/audit/").status_code == 302


def test_a_citys_auditor_sees_the_city_alone(client, tree):
    make_community("130404", name="邯郸小区")
    make_community("130902", name="沧州小区")
    client.force_login(make_user("auditor", "130400"))
    text = client.get("/audit/?subject=communities.community").content.decode()
    assert "邯郸小区" in text
    assert "沧州小区" not in text
    assert client.get("/audit/?region=130900").status_code == 404
    assert client.get("/audit/?region=130404").status_code == 200


def test_another_post_does_not_widen_what_the_auditor_sees(client, tree, region):
    person = make_user("auditor", "130400")
    person.posts.create(role="district_staff", region=region("130902"))
    make_community("130902", name="沧州小区")
    client.force_login(person)
    assert "沧州小区" not in client.get("/audit/").content.decode()
    assert client.get("/audit/?region=130902").context["page"].total == 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_shows_the_change_and_names_filters_that_exclude_everything(client, auditor, language):
    client.cookies["django_language"] = language
    community = make_community(address="旧街 1 号")
    community.address = "新街 2 号"
    community.save()
    client.force_login(auditor)
    text = client.get("/audit/?subject=communities.community").content.decode()
    assert "<del>旧街 1 号</del>" in text
    assert "<ins>新街 2 号</ins>" in text
    page = client.get("/audit/?q=nowhere-to-be-found&person=nobody-at-all")
    assert page.context["page"].total == 0
    assert len(page.context["used"]) == 2
    for label in page.context["used"]:
        assert label in page.content.decode()


def test_days_in_the_wrong_order_are_named_at_the_field(client, auditor):
    client.force_login(auditor)
    page = client.get("/audit/?since=2021-05-31&until=2021-05-01")
    assert page.context["form"].errors["until"]


def test_nonsense_in_the_address_does_no_harm(client, auditor):
    client.force_login(auditor)
    assert client.get("/audit/?subject=moon&since=yesterday&cursor=zzz&q=%00").status_code == 200
