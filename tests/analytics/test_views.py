"""Pages: who sees which dashboard, what its figures open, how many queries it takes."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from analytics.behind import described
from analytics.counting import count_county_year, count_year
from analytics.maps import outline
from analytics.models import COLUMNS, YearCount
from analytics.queries import funnel
from projects.choices import PlanState
from projects.models import AnnualPlan, Entry
from regions.models import Region
from tests.analytics.histories import YEAR, Story, live, reach
from tests.factories.evidence import make_contract, make_photo
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
D = datetime.date
WHEN = "year=2021&as_of=2021-05-31"


@pytest.fixture
def entries(tree):
    """Handan: 3 planned in Fuxing (1 started), 1 in Congtai; Cangzhou: 1 planned and started."""
    clerk = make_user("district_staff", "130404")
    told = [
        Story(steps=[("started", D(2021, 4, 10), False)], start_due=D(2021, 4, 1)),
        Story(start_due=D(2021, 4, 1)),
        Story(),
        Story(county="130403"),
        Story(county="130902", steps=[("started", D(2021, 5, 2), False)]),
    ]
    found = live(told, clerk)
    count_year(YEAR)
    return found


def page(client: Client, user, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_dashboard_opens_at_the_viewers_own_region(client, entries, city_official):
    html = page(client, city_official, f"/dashboard/?{WHEN}")
    assert "邯郸市" in html and "25.0" in html and "沧州市" not in html


@pytest.mark.parametrize("who", ["province_official", "city_official", "district_staff", "department_staff", "auditor"])
def test_every_role_has_a_dashboard(client, entries, request, who):
    assert 'id="main"' in page(client, request.getfixturevalue(who), f"/dashboard/?{WHEN}")


def test_street_staff_see_the_figures_of_their_own_sub_district(client, entries):
    street = Region.objects.create(
        code="130404001", name_zh="测试街道", kind="sub_district", parent=Region.objects.get(code="130404"),
        path="130000/130400/130404/130404001/", depth=4, pinyin="ce shi jie dao",
    )  # fmt: skip
    entries[0].community.__class__.objects.filter(pk=entries[0].community_id).update(region=street)
    html = page(client, make_user("street_staff", "130404001"), f"/dashboard/?{WHEN}")
    assert "100.0" in html and entries[0].community.name in html and entries[1].community.name not in html
    # a project belongs to the county: the street opens the community instead
    assert reverse("communities:detail", args=[entries[0].community_id]) in html
    assert reverse("projects:detail", args=[entries[0].project_id]) not in html
    card = client.get(reverse("communities:detail", args=[entries[0].community_id])).content.decode()
    assert entries[0].project.name in card and reverse("projects:detail", args=[entries[0].project_id]) not in card


def test_another_citys_dashboard_and_rows_are_not_found(client, entries, other_city_official):
    client.force_login(other_city_official)
    assert client.get("/dashboard/130400/").status_code == 404
    assert client.get("/dashboard/130000/").status_code == 404
    assert client.get(f"/figures/start_rate_communities/rows/?region=130400&{WHEN}").status_code == 404


def test_who_is_not_signed_in_is_asked_to_sign_in(client, entries):
    assert client.get("/dashboard/").status_code == 302
    assert client.get("/figures/start_rate_communities/rows/").status_code == 302


def test_a_figure_opens_exactly_the_communities_behind_it(client, entries, city_official):
    html = page(client, city_official, f"/figures/start_rate_communities/rows/?region=130400&{WHEN}")
    assert entries[0].community.name in html and entries[1].community.name not in html
    assert reverse("projects:detail", args=[entries[0].project_id]) in html
    whole = page(client, city_official, f"/figures/start_rate_communities/rows/?region=130400&{WHEN}&side=whole")
    assert all(entry.community.name in whole for entry in entries[:4]) and entries[4].community.name not in whole


def test_an_unknown_figure_or_side_is_not_found(client, entries, city_official):
    client.force_login(city_official)
    assert client.get("/figures/no_such_figure/rows/").status_code == 404
    assert client.get("/figures/planned_communities/rows/?side=whole").status_code == 404


def test_a_changed_figure_is_seen_at_once_although_the_page_is_kept(client, entries, city_official, django_assert_max_num_queries):
    assert "25.0" in page(client, city_official, f"/dashboard/?{WHEN}")
    reach(entries[1], "started", D(2021, 5, 20), city_official)
    count_county_year(entries[1].project.region, YEAR)
    assert "50.0" in page(client, city_official, f"/dashboard/?{WHEN}")


def test_a_kept_page_carries_each_sessions_own_token(entries, province_official):
    tokens = set()
    for _visit in range(2):
        client = Client()
        client.force_login(province_official)
        html = client.get(f"/dashboard/?{WHEN}").content.decode()
        token = html.split('name="csrf-token" content="')[1].split('"')[0]
        assert "csrf-token-of-this-session" not in html and len(token) == 64
        tokens.add(token)
    assert len(tokens) == 2


def test_two_viewers_of_different_reach_never_share_a_page(client, entries, province_official, city_official):
    assert 'href="/dashboard/130000/' in page(client, province_official, f"/dashboard/130400/?{WHEN}")
    assert 'href="/dashboard/130000/' not in page(client, city_official, f"/dashboard/130400/?{WHEN}")


def test_the_warm_dashboard_takes_eight_queries_at_most(client, entries, province_official, django_assert_max_num_queries):
    page(client, province_official, f"/dashboard/?{WHEN}")
    with django_assert_max_num_queries(4):
        client.get(f"/dashboard/?{WHEN}")


def test_the_list_behind_a_figure_takes_the_same_number_of_queries_for_one_row_and_for_many(
    client, entries, province_official, django_assert_max_num_queries
):
    client.force_login(province_official)
    with django_assert_max_num_queries(7):
        client.get(f"/figures/planned_communities/rows/?region=130000&{WHEN}")


@pytest.mark.parametrize("bad", ["as_of=2021-02-30", "as_of=x", "as_of=2199-01-01", "year=20x1"])
def test_a_day_that_cannot_be_meant_is_replaced_and_said_so(client, entries, city_official, bad):
    assert 'role="alert"' in page(client, city_official, f"/dashboard/?{bad}")


def test_every_measure_can_be_shown_and_stays_in_the_links(client, entries, city_official):
    for measure in ("start", "completion", "investment", "households"):
        assert f"measure={measure}" in page(client, city_official, f"/dashboard/?{WHEN}&measure={measure}")


def test_a_region_without_any_plan_says_so_instead_of_zero(client, entries):
    assert "无计划" in page(client, make_user("city_official", "131000"), f"/dashboard/?{WHEN}")


def test_without_a_plan_on_the_day_the_sentence_names_the_day_and_nothing_is_called_on_schedule(client, entries, province_official):
    html = page(client, province_official, "/dashboard/?year=2021&as_of=2020-05-01")
    assert "截至 2020-05-01，河北省没有已冻结的 2021 年度计划" in html
    assert "没有计划，就没有应达数" in html and "没有县（市、区）落后" not in html and "无计划 个小区" not in html


def test_every_invented_key_figure_carries_the_mark(client, entries, province_official):
    YearCount.objects.filter(year=YEAR).update(synthetic=True)
    html = page(client, province_official, f"/dashboard/?{WHEN}")
    head = html.split('class="figs"')[1].split("</section>")[0]
    assert head.count('class="demo"') == 6


def test_fewer_planned_than_started_leave_nobody_standing_rather_than_a_negative_number():
    totals = dict.fromkeys(COLUMNS, 0) | {"planned_communities": 41, "designed_communities": 42, "started_communities": 42}
    assert [step.standing for step in funnel(totals)] == [0, 0, 42, 0, 0]


def test_counties_of_the_same_name_are_told_apart_by_their_unit(client, entries, province_official):
    path = f"/figures/start_rate_communities/rows/?{WHEN}"
    assert "邯郸市 复兴区" in page(client, province_official, path)


def test_the_published_figures_need_no_sign_in_and_open_no_rows(client, entries):
    assert client.get("/").headers["Location"] == "/published/"
    html = client.get(f"/published/?{WHEN}").content.decode()
    assert "40.0" in html and "邯郸市" in html and "/rows/" not in html and "/dashboard/130400" not in html


def test_everybody_can_choose_among_the_counted_years(client, entries):
    html = client.get(f"/published/?{WHEN}").content.decode()
    assert f'href="/published/?year={YEAR}" aria-current="true"' in html


def test_definitions_name_every_code(client, tree):
    assert "start_rate_households" in client.get("/figures/definitions/").content.decode()


def test_a_map_is_kept_for_ever_under_its_digest(client, tree):
    found = outline("130400")
    assert found is not None
    answer = client.get(reverse("analytics:map", args=["130400", found.digest]))
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    assert len(answer.json()["features"]) == Region.objects.filter(parent__code="130400").count()
    assert client.get(reverse("analytics:map", args=["130400", "0" * 16])).status_code == 404


def test_a_past_day_shows_only_the_contracts_and_photos_of_then(entries):
    clerk = entries[0].project.stage_changes.first().recorded_by
    make_contract(entries[0].project, clerk, signed="2021-06-01")
    make_photo(entries[0], clerk, taken="2021-06-01")
    row = described(Entry.objects.filter(pk=entries[0].pk), D(2021, 5, 31)).get()
    assert (row.contract_number, row.photo_count) == (None, 0)
    row = described(Entry.objects.filter(pk=entries[0].pk), D(2021, 6, 1)).get()
    assert (row.contract_number is not None, row.photo_count) == (True, 1)


def test_a_waiting_plan_names_its_county_with_the_unit(client, tree, province_official):
    county = Region.objects.get(code="130404")
    AnnualPlan.objects.create(region=county, year=2031, state=PlanState.CONFIRMED)
    assert "邯郸市 复兴区" in page(client, province_official, "/dashboard/").split('class="todo"')[1]
