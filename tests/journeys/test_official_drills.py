"""A provincial official opens the dashboard on the full demo year and goes from 73 % down to one photo."""

import datetime

import pytest
from django.core.management import call_command

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo_year(transactional_db, settings, tmp_path):
    """The whole year without flats: all figures are the public ones."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DASHBOARD_AS_OF = "2021-05-31"
    call_command("load_demo", "--no-households", "--today", "2026-11-23", "--processes", "1", verbosity=0)
    return settings.LOAD_DEMO_PASSWORD


def test_from_73_percent_to_one_photo(open_page, sign_in, demo_year, axe):
    page = open_page()
    sign_in(page, "province", demo_year)
    page.goto("/dashboard/")
    lead = page.locator(".fig.lead")
    assert "73.2" in lead.inner_text()
    assert "2,237" in lead.inner_text()
    assert page.locator("table[id] tbody tr[data-code]").count() == 14
    assert axe(page) == []
    # the map says the same as the table and goes down when clicked; the table's link is the same way by keyboard
    page.wait_for_selector(".map svg")
    page.get_by_role("link", name="邯郸市").first.click()
    page.wait_for_selector("text=复兴区")
    page.get_by_role("link", name="复兴区").first.click()
    page.wait_for_selector("text=机械厂家属院")
    assert axe(page) == []
    # back up, and down through the figure itself
    page.goto("/dashboard/?year=2021&as_of=2021-05-31")
    page.locator(".fig.lead a.n").click()
    page.wait_for_url(lambda url: "/figures/start_rate_communities/rows/" in url)
    assert "2,237" in page.locator(".says").inner_text()
    assert axe(page) == []
    page.locator("table.behind tbody tr a").first.click()
    page.wait_for_url(lambda url: "/projects/" in url)
    assert axe(page) == []
    picture = page.locator("#photos img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#photos img').naturalWidth > 0")
    page.locator("#photos a:has(img)").first.click()
    page.wait_for_load_state()
    page.wait_for_function("[...document.querySelectorAll('main img')].some(image => image.naturalWidth > 300)")


def test_the_switches_live_in_the_address_and_never_lose_the_place(open_page, sign_in, demo_year):
    page = open_page()
    sign_in(page, "province", demo_year)
    page.goto("/dashboard/130400/?year=2021&as_of=2021-03-31")
    assert page.locator("input[name=as_of]").input_value() == "2021-03-31"
    before = page.locator(".fig.lead").inner_text()
    page.goto("/dashboard/130400/?year=2021&as_of=2021-06-30")
    assert page.locator(".fig.lead").inner_text() != before
    page.goto("/dashboard/?year=2021&as_of=2021-06-30")
    assert "100.0" in page.locator(".fig.lead").inner_text()
    page.goto("/dashboard/?year=2021&as_of=2021-03-31")
    assert "743" in page.locator(".fig.lead").inner_text()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_page_scrolls_sideways_in_either_language(open_page, sign_in, demo_year, width):
    for language in ("zh-hans", "en"):
        page = open_page(width=width)
        page.goto("/accounts/login/")
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        sign_in(page, "district_fuxing", demo_year)
        for address in ("/dashboard/", "/communities/", "/projects/", "/plans/", "/progress/", "/progress/site/", "/spreadsheets/", "/regions/"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert extra <= 0, f"{address} at {width} px in {language} is {extra} px too wide"


def test_the_statistics_are_public_and_exact(live_server, demo_year):
    import json
    from urllib.request import urlopen

    def figure(day: str, code: str) -> dict:
        with urlopen(f"{live_server.url}/api/v1/statistics/?region=130000&year=2021&as_of={day}") as answer:
            body = json.load(answer)
        rows = body if isinstance(body, list) else body["results"]
        return next(row for row in rows if row["code"] == code)

    for day, started in (("2021-03-31", 743), ("2021-05-31", 2237), ("2021-06-30", 3057)):
        row = figure(day, "start_rate_communities")
        assert (row["part"], row["whole"]) == (started, 3057)
        assert row["as_of"] == day
        assert not row["synthetic"]
        assert datetime.datetime.fromisoformat(row["counted_up_to"])
    assert figure("2021-05-31", "start_rate_communities")["value"].startswith("73.18")
    assert figure("2021-05-31", "start_rate_households")["synthetic"]
