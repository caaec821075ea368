"""The people of an area: who is listed, who may change whom, who can do what."""

import pytest
from django.utils import timezone, translation

from accounts.models import Post, User
from accounts.permissions import ACTIONS
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def listed(client, query=""):
    return {row.username for row in client.get(f"/people/{query}").context["page"].rows}


def test_city_a_never_sees_the_accounts_of_city_b(client, city_official, other_city_official, district_staff):
    client.force_login(other_city_official)
    assert listed(client) == {other_city_official.username}
    assert client.get(f"/people/{district_staff.pk}/").status_code == 404
    for name in ("close", "password", "reopen", "second-factor"):
        assert client.post(f"/people/{district_staff.pk}/{name}/", {"reason": "x"}).status_code == 404


def test_street_and_department_staff_do_not_see_the_list(client, department_staff):
    client.force_login(department_staff)
    assert client.get("/people/").status_code == 403


def test_a_second_post_without_the_right_does_not_widen_the_list(client, tree, region, other_city_official):
    person = make_user("district_staff", "130404")
    Post.objects.create(user=person, role="department_staff", region=region("130900"), department="gas")
    client.force_login(person)
    assert other_city_official.username not in listed(client)


def test_the_list_filters_by_role_region_state_and_words(client, province_official, city_official, district_staff, auditor):
    client.force_login(province_official)
    assert listed(client, "?role=auditor") == {auditor.username}
    assert listed(client, "?region=130404") == {district_staff.username}
    assert listed(client, "?region=130404&role=auditor") == set()
    assert listed(client, f"?q={city_official.username.upper()}") == {city_official.username}
    User.objects.filter(pk=auditor.pk).update(is_active=False)
    assert listed(client, "?active=no") == {auditor.username}
    assert client.get("/people/?region=130900&role=auditor").context["filters"]


def test_a_region_outside_the_area_is_not_found(client, city_official):
    client.force_login(city_official)
    assert client.get("/people/?region=130900").status_code == 404


def test_nonsense_in_the_address_does_no_harm(client, city_official):
    client.force_login(city_official)
    assert client.get("/people/?role=king&active=maybe&sort=password&cursor=zzz").status_code == 200


def test_the_list_asks_the_database_the_same_number_of_times(
    client, city_official, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(city_official)
    client.get("/people/")
    for _number in range(3):
        make_user("district_staff", "130404")
    with django_assert_max_num_queries(10) as few:
        client.get("/people/")
    for _number in range(20):
        make_user("district_staff", "130403")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get("/people/")


def test_pages_of_the_list_show_everybody_once(client, city_official):
    names = {make_user("district_staff", "130404").username for _number in range(70)} | {city_official.username}
    client.force_login(city_official)
    first = client.get("/people/").context["page"]
    second = client.get(f"/people/?cursor={first.next}").context["page"]
    seen = [row.username for row in [*first.rows, *second.rows]]
    assert len(seen) == len(set(seen)) == 71
    assert set(seen) == names


def test_an_account_is_created_on_a_page_and_its_password_is_shown_once(client, city_official):
    client.force_login(city_official)
    assert client.get("/people/new/").context["chosen"] is None
    values = {"name": "王芳", "username": "wang.fang", "role": "district_staff", "starts_on": timezone.localdate().isoformat()}
    page = client.post("/people/new/?region=130404", values)
    person = User.objects.get(username="wang.fang")
    assert page.context["password"] in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert page.context["password"] not in client.get(f"/people/{person.pk}/").content.decode()
    again = client.post("/people/new/?region=130404", values)
    assert again.context["form"].errors["username"]


def test_the_form_offers_only_roles_of_the_chosen_level(client, province_official):
    client.force_login(province_official)
    form = client.get("/people/new/?region=130400").context["form"]
    assert {value for value, _label in form.fields["role"].choices if value} == {"city_official", "department_staff", "auditor"}


@pytest.mark.parametrize("code", ["130400", "130000"])
def test_ones_own_level_offers_no_form(client, city_official, code):
    client.force_login(city_official)
    answer = client.get(f"/people/new/?region={code}")
    assert answer.status_code == 404 or answer.context["form"] is None


def test_closing_needs_a_reason_and_leaves_it_in_the_history(client, city_official, district_staff):
    client.force_login(city_official)
    refused = client.post(f"/people/{district_staff.pk}/close/", {"reason": ""})
    assert refused.status_code == 400
    client.post(f"/people/{district_staff.pk}/close/", {"reason": "moved to the province"})
    assert not User.objects.get(pk=district_staff.pk).is_active
    page = client.get(f"/people/{district_staff.pk}/").content.decode()
    assert "moved to the province" in page
    assert city_official.name in page


def test_an_equal_is_seen_but_not_changed(client, city_official):
    equal = make_user("auditor", "130400")
    client.force_login(city_official)
    assert client.get(f"/people/{equal.pk}/").context["can_manage"] is False
    answer = client.post(f"/people/{equal.pk}/close/", {"reason": "x"}, headers={"Referer": "http://testserver/people/"})
    assert answer.status_code == 403
    assert "http://testserver/people/" in answer.content.decode()


def test_posts_outside_the_area_are_counted_but_not_named(client, city_official, district_staff, region):
    Post.objects.create(user=district_staff, role="district_staff", region=region("130902"))
    client.force_login(city_official)
    page = client.get(f"/people/{district_staff.pk}/")
    assert page.context["hidden_posts"] == 1
    assert region("130902").name_zh not in page.content.decode()


def test_a_post_is_given_and_ended_on_pages(client, city_official, district_staff):
    client.force_login(city_official)
    today = timezone.localdate().isoformat()
    client.post(f"/people/{district_staff.pk}/posts/new/?region=130403", {"role": "district_staff", "starts_on": today})
    post = district_staff.posts.get(region__code="130403")
    client.post(f"/people/{district_staff.pk}/posts/{post.pk}/end/", {"ends_on": today, "reason": "done"})
    post.refresh_from_db()
    assert post.ends_on.isoformat() == today


def test_an_auditor_sees_accounts_and_changes_none(client, auditor, district_staff):
    client.force_login(auditor)
    assert client.get(f"/people/{district_staff.pk}/").status_code == 200
    assert client.post(f"/people/{district_staff.pk}/close/", {"reason": "x"}).status_code == 403
    assert client.get("/people/new/").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_can_do_what_says_every_line_of_the_table(client, district_staff, language):
    client.force_login(district_staff)
    client.cookies["django_language"] = language
    page = client.get("/accounts/permissions/")
    text = page.content.decode()
    with translation.override(language):
        for action in ACTIONS.values():
            assert str(action.words).replace("'", "&#x27;") in text
    rows = {row.code: row.cells for _subject, group in page.context["table"] for row in group}
    assert set(rows) == set(ACTIONS)
    assert sum(rows["plans.freeze"]) == 1
