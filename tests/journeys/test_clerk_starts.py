"""A clerk starts a community from a phone, on a real worker; the province's figure moves within five seconds."""

import datetime
import time

import pytest
from django.utils import timezone

from analytics.counting import count_year
from tests.factories.evidence import picture
from tests.factories.people import PASSWORD, make_user
from tests.factories.ready import give_round, give_scheme
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def yard(tree, settings, tmp_path):
    """A tendered project of this year's plan whose scheme was voted; its yard has a position. No contract, no photo yet."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DASHBOARD_AS_OF = ""
    year = timezone.localdate().year
    community = make_community("130404", name="机械厂家属院", household_count=312, longitude=114.4500, latitude=36.6200)
    project = make_planned_project(community, county_code="130404", year=year, stage="tendered")
    give_scheme(project, make_user("district_staff", "130404"), "2021-03-01")
    give_round(project, "scheme")
    count_year(year)
    return community


def contract(page, kind: str, day: datetime.date) -> None:
    page.fill(f"#{kind}-number", f"{kind}-2026-01")
    page.fill(f"#{kind}-signed_on", day.isoformat())
    page.fill(f"#{kind}-amount", "896.4")
    page.fill(f"#{kind}-party", "示例建设公司")


def on_site(open_page, sign_in, yard):
    page = open_page(
        width=390, height=844, has_touch=True, is_mobile=True, permissions=["geolocation"],
        geolocation={"longitude": yard.longitude, "latitude": yard.latitude, "accuracy": 6},
    )  # fmt: skip
    sign_in(page, make_user("district_staff", "130404").username, PASSWORD)
    page.goto("/progress/site/")
    page.get_by_role("link", name="机械厂家属院").click()
    page.wait_for_selector("#where.pass")
    return page


def declare_start(page) -> None:
    today = timezone.localdate()
    page.set_input_files("#camera", {"name": "start.jpg", "mimeType": "image/jpeg", "buffer": picture(1200, 900)})
    page.wait_for_selector("#shots img")
    for kind in ("works", "supervision"):
        contract(page, kind, today)
    page.check("input[name=declare]")
    page.fill("#happened_on", today.isoformat())


def started_in_province(page) -> str:
    page.goto("/dashboard/130000/")
    return page.locator(".fig.lead .n").inner_text().replace("\n", "")


def test_the_province_sees_the_start_within_five_seconds(open_page, sign_in, yard, worker, axe):
    desk = open_page()
    sign_in(desk, make_user("province_official", "130000").username, PASSWORD)
    assert started_in_province(desk).startswith("0.0")
    phone = on_site(open_page, sign_in, yard)
    assert axe(phone) == []
    declare_start(phone)
    wait_for_worker(worker)
    phone.click("#send")
    sent = time.monotonic()
    while not started_in_province(desk).startswith("100.0"):
        assert time.monotonic() - sent < 5, "the province's figure did not move within five seconds"
        time.sleep(0.2)
    desk.goto("/figures/start_rate_communities/rows/?region=130000")
    assert "机械厂家属院" in desk.inner_text("main")


def wait_for_worker(worker) -> None:
    from messaging.models import Heartbeat

    for _ in range(120):
        if Heartbeat.objects.filter(name="worker").exists():
            return
        assert worker.poll() is None, "the worker died"
        time.sleep(0.25)
    raise AssertionError("the worker gave no sign of life in 30 seconds")


def test_a_report_made_without_a_net_is_sent_once_when_it_is_back(open_page, sign_in, yard):
    from lifecycle.models import StageChange
    from projects.models import Photo

    phone = on_site(open_page, sign_in, yard)
    declare_start(phone)
    phone.context.set_offline(True)
    phone.click("#send")
    phone.wait_for_selector("text=没有网络")
    assert not StageChange.objects.filter(stage="started").exists()
    phone.context.set_offline(False)
    for _ in range(60):
        if StageChange.objects.filter(stage="started").exists():
            break
        time.sleep(0.25)
    phone.goto("/progress/site/")
    phone.wait_for_load_state("networkidle")
    assert StageChange.objects.filter(stage="started").count() == 1
    assert Photo.objects.count() == 1


def test_a_photo_from_elsewhere_does_not_start_a_community(open_page, sign_in, yard):
    from lifecycle.models import StageChange

    phone = on_site(open_page, sign_in, yard)
    phone.context.set_geolocation({"longitude": yard.longitude + 0.1, "latitude": yard.latitude, "accuracy": 6})
    phone.wait_for_selector("#where.near")
    declare_start(phone)
    phone.click("#send")
    phone.wait_for_selector("#errors:not([hidden])")
    assert not StageChange.objects.filter(stage="started").exists()
