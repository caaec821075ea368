"""The second factor: set up, demanded, never bypassed."""

import time

import pytest
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import User
from accounts.urls import urlpatterns
from common.errors import InvalidInput, NotAllowed
from tests.factories.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CHECK, SET_UP = "/accounts/second-factor/check/", "/accounts/second-factor/"


def code_of(device, ahead=0):
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, 0)
    totp.time = time.time() + ahead * device.step
    return f"{totp.token():06d}"


def with_factor(user):
    device = second_factor.begin(actor=user)
    device, codes = second_factor.confirm(actor=user, at=NOW, code=code_of(device, -1))
    return device, codes


def test_a_code_of_the_app_confirms_the_set_up_and_gives_ten_recovery_codes(client, city_official):
    client.force_login(city_official)
    page = client.get(SET_UP)
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert "no-store" in page.headers["Cache-Control"]
    device = TOTPDevice.objects.get(user=city_official)
    answer = client.post(SET_UP, {"code": code_of(device)})
    assert len(answer.context["codes"]) == 10
    assert User.objects.get(pk=city_official.pk).second_factor_since
    assert client.get("/people/").status_code == 200, "this session is verified by the same code"


def test_a_wrong_code_confirms_nothing_and_is_counted(client, city_official):
    client.force_login(city_official)
    client.get(SET_UP)
    answer = client.post(SET_UP, {"code": "000000"})
    assert answer.context["form"].errors["code"]
    device = TOTPDevice.objects.get(user=city_official)
    assert not device.confirmed
    assert device.throttling_failure_count == 1


def test_the_secret_to_type_is_the_secret_of_the_picture(city_official):
    device = second_factor.begin(actor=city_official)
    assert second_factor.secret(device).replace(" ", "") in device.config_url


def test_who_has_a_factor_is_asked_for_it_after_the_password(client, city_official):
    device, _codes = with_factor(city_official)
    client.post("/accounts/login/", {"username": city_official.username, "password": PASSWORD})
    asked = client.get("/people/?role=auditor")
    assert asked.headers["Location"] == f"{CHECK}?next=%2Fpeople%2F%3Frole%3Dauditor"
    passed = client.post(CHECK, {"code": code_of(device), "next": "/people/?role=auditor"})
    assert passed.headers["Location"] == "/people/?role=auditor"
    assert client.get("/people/").status_code == 200


def test_no_page_of_accounts_is_a_way_around_the_second_factor(client, city_official):
    with_factor(city_official)
    client.force_login(city_official)
    for pattern in urlpatterns:
        if pattern.name in {"second-factor-check", "logout", "login"}:
            continue
        address = "/" + "".join("1/" if part.startswith("<") else f"{part}/" for part in str(pattern.pattern).split("/") if part)
        for call in (client.get, client.post):
            answer = call(address)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith(CHECK), address
    assert User.objects.get(pk=city_official.pk).second_factor_since


def test_the_api_refuses_an_unfinished_sign_in_in_its_own_words(client, city_official):
    with_factor(city_official)
    client.force_login(city_official)
    answer = client.get("/api/v1/")
    assert answer.status_code == 403
    assert answer.json()["title"] == "sign_in_unfinished"


def test_a_fragment_of_an_unfinished_sign_in_moves_the_whole_page(client, city_official):
    with_factor(city_official)
    client.force_login(city_official)
    assert client.get("/people/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == CHECK


def test_a_role_that_must_have_it_is_led_to_the_set_up(client, city_official, district_staff, settings):
    settings.SECOND_FACTOR_ROLES = ["city_official"]
    client.force_login(city_official)
    assert client.get("/people/").headers["Location"].startswith(SET_UP)
    assert client.get("/accounts/tokens/new/").headers["Location"].startswith(SET_UP)
    client.force_login(district_staff)
    assert client.get("/people/").status_code == 200


def test_a_first_password_is_changed_before_anything_else(client, tree):
    user = make_user("city_official", "130400", must_change_password=True)
    client.force_login(user)
    assert client.get("/people/").headers["Location"].startswith("/accounts/password/")
    assert client.get("/accounts/tokens/new/").headers["Location"].startswith("/accounts/password/")
    new = {"old_password": PASSWORD, "new_password1": "Quite-Another-9", "new_password2": "Quite-Another-9", "next": "/people/"}
    assert client.post("/accounts/password/", new).headers["Location"] == "/people/"
    assert client.get("/people/").status_code == 200, "the session lives on after the change"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "至少要 10 个字符"), ("en", "at least 10 characters")])
def test_a_short_password_is_refused_in_the_readers_language(client, city_official, language, words):
    client.force_login(city_official)
    client.cookies["django_language"] = language
    page = client.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": "Short-1", "new_password2": "Short-1"})
    assert words in page.content.decode()


def test_a_code_works_once(city_official):
    device, _codes = with_factor(city_official)
    code = code_of(device)
    assert second_factor.check(user=city_official, at=NOW, code=code)
    with pytest.raises(InvalidInput):
        second_factor.check(user=city_official, at=NOW, code=code)


def test_a_recovery_code_works_once_and_in_any_spelling(city_official):
    _device, codes = with_factor(city_official)
    assert second_factor.check(user=city_official, at=NOW, code=f" {codes[0].upper()} ")
    with pytest.raises(InvalidInput):
        second_factor.check(user=city_official, at=NOW, code=codes[0])
    assert second_factor.recovery_codes_left(city_official) == 9


def test_guessing_codes_is_slowed_down_and_says_for_how_long(client, city_official):
    device, _codes = with_factor(city_official)
    client.force_login(city_official)
    assert client.post(CHECK, {"code": "000000"}).context["form"].errors["code"]
    TOTPDevice.objects.update(throttling_failure_count=6, throttling_failure_timestamp=timezone.now())
    client.cookies["django_language"] = "en"
    answer = client.post(CHECK, {"code": "000000"})
    assert "Wait 3" in answer.context["form"].errors["code"][0]
    refused = client.post(CHECK, {"code": code_of(device)})
    assert refused.status_code == 200, "even the right code waits"


def test_new_recovery_codes_replace_the_old_ones(client, city_official):
    device, codes = with_factor(city_official)
    client.force_login(city_official)
    client.post(CHECK, {"code": code_of(device)})
    fresh = client.post("/accounts/second-factor/codes/").context["codes"]
    assert not set(codes) & set(fresh)
    with pytest.raises(InvalidInput):
        second_factor.check(user=city_official, at=NOW, code=codes[0])


def test_nobody_removes_what_their_post_demands(client, city_official, settings):
    with_factor(city_official)
    settings.SECOND_FACTOR_ROLES = ["city_official"]
    with pytest.raises(second_factor.SecondFactorWanted):
        second_factor.remove(actor=city_official, at=NOW, user=city_official)
    settings.SECOND_FACTOR_ROLES = []
    assert second_factor.remove(actor=city_official, at=NOW, user=city_official).second_factor_since is None


def test_a_lost_phone_is_helped_by_the_level_above_alone(city_official, other_city_official, district_staff):
    with_factor(district_staff)
    with pytest.raises(NotAllowed):
        second_factor.remove(actor=other_city_official, at=NOW, user=district_staff, reason="lost")
    second_factor.remove(actor=city_official, at=NOW, user=district_staff, reason="lost")
    assert not TOTPDevice.objects.filter(user=district_staff).exists()
