"""Every staff page at three widths and in both languages: nothing scrolls sideways, axe-core has nothing serious to say."""

import pytest
from django.core.management import call_command

from communities.models import Community
from projects.models import AnnualPlan, CatalogueVersion, Project, SpecialWork
from surveys.models import Round
from tests.factories.catalogue import make_catalogue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "district_fuxing": [
        "/dashboard/", "/communities/", "/communities/duplicates/", "/projects/", "/plans/", "/rounds/", "/rounds/new/", "/rounds/bulk/", "/progress/",
        "/progress/site/", "/spreadsheets/", "/regions/", "/people/", "/accounts/", "/projects/{yard}/", "/projects/{yard}/schemes/",
        "/projects/{ready}/", "/projects/{ready}/next/", "/projects/{ready}/schemes/draw/", "/projects/{ready}/records/add/?kind=funding",
        "/rounds/{asked}/answers/", "/facilities/", "/facilities/inspections/", "/circle/", "/circle/{community}/",
        "/circle/{community}/conversions/add/", "/projects/{yard}/schemes/compare/", "/catalogue/{catalogue}/",
        "/projects/{yard}/works/", "/projects/{yard}/dig-once/", "/special/file/?project={ready}",
    ],
    "city_handan": [
        "/catalogue/templates/", "/catalogue/templates/add/", "/special/", "/special/calendar/?month=2021-06", "/special/clashes/",
        "/special/roads/", "/special/{special}/",
    ],
    "province": [
        "/dashboard/", "/figures/definitions/", "/figures/gates/scheme/rows/", "/accounts/permissions/", "/published/", "/gates/overrides/", "/plans/{plan}/",
        "/projects/{ready}/override/works_contract/", "/catalogue/", "/catalogue/{draft}/edit/", "/schemes/HB130404-2021-017/",
    ],
    "auditor": ["/audit/"],
}  # fmt: skip


@pytest.fixture
def small_year(transactional_db, settings, tmp_path):
    """A small year with everything in it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DASHBOARD_AS_OF = "2021-05-31"
    call_command("load_demo", "--scale", "0.03", "--today", "2026-11-23", "--processes", "1", verbosity=0)
    return settings.LOAD_DEMO_PASSWORD


def known_rows() -> dict[str, int]:
    """What addresses name: the drawn yard, a project that waits for its start, a round that was asked, a plan not ready to be
    frozen, the catalogue and its next draft."""
    return {
        "yard": Project.objects.get(code="HB130404-2021-017").pk,
        "ready": Project.objects.filter(region__code="130404", stage="tendered").earliest("pk").pk,
        "asked": Round.objects.filter(kind="willingness", community__region__path__contains="/130404/").earliest("pk").pk,
        "community": Community.objects.get(name="机械厂家属院", household_count=312).pk,
        "catalogue": CatalogueVersion.objects.get(year=2021).pk,
        "draft": make_catalogue(2022, published=False).pk,
        "special": SpecialWork.objects.get(title="电力线路入地", state="filed", stretches__community__name="机械厂家属院").pk,
        "plan": AnnualPlan.objects.get(region__code="130105", state="confirmed").pk,
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_scrolls_sideways_or_fails_axe(open_page, sign_in, small_year, axe, language):
    faults, rows = [], known_rows()
    for user, addresses in PAGES.items():
        page = open_page()
        sign_in(page, user, small_year)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        for address in addresses:
            for width in (1440, 1024, 390):
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(address.format(**rows))
                where = f"{address} as {user} at {width} px"
                if answer.status != 200:
                    faults.append(f"{where}: status {answer.status}")
                    break
                extra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                faults += [f"{where}: {extra} px too wide"] if extra > 0 else []
            faults += [f"{where}: {finding}" for finding in axe(page)]
    assert faults == []
