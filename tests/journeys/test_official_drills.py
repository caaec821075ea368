"""A provincial official opens the dashboard on the full demo year and goes from 73 % down to one photo."""

import json
from urllib.request import urlopen

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


def lead_figure(page) -> str:
    return page.locator(".fig.lead").inner_text().replace("\n", " ")


def test_from_73_percent_to_one_photo(open_page, sign_in, demo_year, live_server, axe):
    page = open_page()
    sign_in(page, "province", demo_year)
    page.goto("/dashboard/")
    assert "73.2" in lead_figure(page)
    assert "2,237" in lead_figure(page)
    assert page.locator("table[id] tbody tr[data-code]").count() == 14
    assert axe(page) == []
    # the map is drawn from the table and goes down when it is clicked; the table's link is the same way by keyboard
    page.wait_for_selector(".map svg path")
    go_down_by_table(page, axe)
    go_down_by_figure(page, axe)
    the_day_lives_in_the_address(page)
    the_statistics_are_public_and_exact(live_server)


def go_down_by_table(page, axe) -> None:
    page.locator("main table a", has_text="邯郸市").first.click()
    page.locator("main table a", has_text="复兴区").first.click()
    page.locator("main table a", has_text="机械厂家属院").first.wait_for()
    assert axe(page) == []


def go_down_by_figure(page, axe) -> None:
    page.goto("/dashboard/?year=2021&as_of=2021-05-31")
    page.locator(".fig.lead a.n").click()
    page.wait_for_url(lambda url: "/figures/start_rate_communities/rows/" in url)
    assert "2,237" in page.locator(".says").inner_text()
    assert axe(page) == []
    page.locator("table.behind tbody tr a").first.click()
    page.wait_for_url(lambda url: "/projects/" in url)
    assert axe(page) == []
    page.locator("#photos img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('#photos img').naturalWidth > 0")
    page.locator("#photos a:has(img)").first.click()
    page.wait_for_function("() => [...document.querySelectorAll('main img')].some(image => image.naturalWidth > 300)")
    assert axe(page) == []


def the_day_lives_in_the_address(page) -> None:
    page.goto("/dashboard/130400/?year=2021&as_of=2021-03-31")
    assert page.locator("input[name=as_of]").input_value() == "2021-03-31"
    march = lead_figure(page)
    page.goto("/dashboard/130400/?year=2021&as_of=2021-06-30")
    assert lead_figure(page) != march
    page.goto("/dashboard/?year=2021&as_of=2021-06-30")
    assert "100.0" in lead_figure(page)
    page.goto("/dashboard/?year=2021&as_of=2021-03-31")
    assert "743" in lead_figure(page)


def the_statistics_are_public_and_exact(live_server) -> None:
    def figure(day: str, code: str) -> dict:
        with urlopen(f"{live_server.url}/api/v1/statistics/?region=130000&year=2021&as_of={day}") as answer:
            return next(row for row in json.load(answer) if row["code"] == code)

    for day, started in (("2021-03-31", 743), ("2021-05-31", 2237), ("2021-06-30", 3057)):
        row = figure(day, "start_rate_communities")
        assert (row["part"], row["whole"], row["as_of"], row["synthetic"]) == (started, 3057, day, False)
        assert row["counted_up_to"]
    assert figure("2021-05-31", "start_rate_communities")["value"].startswith("73.18")
    assert figure("2021-05-31", "start_rate_households")["synthetic"]
