"""Gates by region: every figure against a naive recount, children against their parent, the rows against the figure, the pages."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import count

import pgtrigger
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from analytics.counting import count_year
from analytics.gate_figures import BY_CODE, GATES, RULES, Sums, gate_table, rounds_behind
from lifecycle.findings import NAMES
from lifecycle.models import GateOverride
from regions.models import Region
from surveys.choices import RoundState
from surveys.models import Round, RoundCount
from surveys.rules import gate_passed
from tests.analytics.histories import COUNTIES, YEAR, Story, live
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import make_closed_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
D = datetime.date
DAYS = (D(2021, 3, 31), D(2021, 5, 31), D(2021, 12, 31))
PARENT = {"130404": "130400", "130403": "130400", "130902": "130900", "130682": "130682R"}
WHEN = "year=2021&as_of=2021-05-31"
_number = count(1)


@dataclass
class Held:
    """A round of the story with this number (modulo the stories): kind, day of its closing, households that agreed, voted, in all."""

    story: int
    kind: str
    closed_on: datetime.date
    agreed: int
    silent: int
    against: int
    closed: bool = True

    @property
    def voted(self) -> int:
        return self.agreed + self.against

    @property
    def households(self) -> int:
        return self.voted + self.silent


helds = st.lists(
    st.builds(
        Held,
        story=st.integers(0, 5),
        kind=st.sampled_from([*GATES, "legal"]),
        closed_on=st.integers(0, 300).map(lambda days: D(2021, 1, 10) + datetime.timedelta(days=days)),
        agreed=st.integers(1, 90),
        silent=st.integers(0, 20),
        against=st.integers(0, 20),
        closed=st.sampled_from([True, True, True, False]),
    ),
    max_size=14,
)
tales = st.lists(
    st.builds(
        Story,
        county=st.sampled_from(COUNTIES),
        in_plan=st.booleans(),
        frozen=st.booleans(),
        entered_on=st.just(D(2021, 1, 1)),
        removed_on=st.none() | st.just(D(2021, 5, 31)) | st.just(D(2021, 6, 1)),
    ),
    min_size=1,
    max_size=6,
)


def hold(entry, held: Held, actor) -> Round:
    """Write the round as its closing leaves it (the operations are tested elsewhere)."""
    closed_at = at(held.closed_on.isoformat(), "20:00")
    opened_at = closed_at - datetime.timedelta(days=9)
    row = Round.objects.create(
        code=f"G{next(_number):07d}", secret="s", community=entry.community, project=entry.project, kind=held.kind,
        matter="fund_use" if held.kind == "legal" else "", scheme_version=1 if held.kind == "scheme" else None, title_zh="表决",
        state=RoundState.CLOSED if held.closed else RoundState.CANCELLED, opens_at=opened_at, closes_at=closed_at, opened_at=opened_at,
        closed_at=closed_at if held.closed else None, roll_hash="h", roll_count=held.households, roll_area=1, roll_heads=1,
        created_at=opened_at, created_by=actor,
    )  # fmt: skip
    with pgtrigger.ignore("surveys.RoundCount:count_of_a_closed_round_is_its_roll"):  # figures without a roll behind them
        RoundCount.objects.create(
            round=row, voted=held.voted, agreed=held.agreed, against=held.against,
            passed=gate_passed(held.agreed, held.households) if held.closed else None, counted_at=closed_at,
        )  # fmt: skip
    return row


def naive(told: list[Story], heard: list[Held], code: str, day: datetime.date) -> dict[str, Sums]:
    """The sums of a region by walking through the stories one by one."""
    found = {kind: [0] * 7 for kind in GATES}
    for number, story in enumerate(told):
        inside = code == "130000" or code in {story.county, PARENT[story.county]}
        if not inside or (story.removed_on and story.removed_on <= day):
            continue
        for kind in GATES:
            sums = found[kind]
            sums[2] += story.in_plan and story.frozen
            mine = [one for one in heard if one.story % len(told) == number and one.kind == kind and one.closed and one.closed_on <= day]
            if mine:
                newest = max(reversed(mine), key=lambda one: one.closed_on)  # the later row of one moment
                passed = newest.agreed * 100 >= newest.households * 80
                for place, value in enumerate((1, passed, 0, 0, newest.voted, newest.agreed, newest.households)):
                    sums[place] += value
    return {kind: Sums(*map(int, sums)) for kind, sums in found.items()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=tales, heard=helds)
def test_every_figure_equals_a_naive_recount_and_children_add_up_to_their_parent(district_staff, told, heard):
    with transaction.atomic():
        entries = live(told, district_staff)
        for one in heard:
            hold(entries[one.story % len(entries)], one, district_staff)
        for code in ("130000", "130400", "130404", "130682R"):
            region = Region.objects.get(code=code)
            for day in DAYS:
                table = gate_table(region, YEAR, day)
                assert table.total == naive(told, heard, code, day)
                for child, sums in table.children.items():
                    assert not child or child in PARENT or child in PARENT.values()
                    assert child == "" or sums == gate_table(Region.objects.get(code=child), YEAR, day).total
                for kind in GATES:
                    for outcome in ("closed", "passed", "failed"):
                        behind = list(rounds_behind(kind, region, YEAR, day, outcome))
                        assert len(behind) == getattr(table.total[kind], outcome)
                    behind = list(rounds_behind(kind, region, YEAR, day))
                    assert sum(row.counted.agreed for row in behind) == table.total[kind].agreed
        transaction.set_rollback(True)


@pytest.fixture
def yards(tree):
    """Fuxing: one community passed its scheme, one missed it; another of Congtai passed."""
    found = [make_community(county) for county in ("130404", "130404", "130403")]
    projects = [make_planned_project(yard, county_code=yard.region.code) for yard in found]
    rounds = [
        make_closed_round(yard, project, agreed=agreed, against=1, households=10)
        for yard, project, agreed in zip(found, projects, (8, 7, 9), strict=True)
    ]
    count_year(YEAR)
    return list(zip(found, projects, rounds, strict=True))


def scheme(code="130400", day=DAYS[1]):
    return gate_table(Region.objects.get(code=code), YEAR, day).total["scheme"]


def page(client, user, address):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_rate_is_part_and_whole_never_an_average(yards):
    sums = scheme()
    assert (sums.passed, sums.closed, sums.planned, sums.voted, sums.agreed, sums.households) == (2, 3, 3, 27, 24, 30)
    assert str(sums.share(BY_CODE["gate_pass_rate"]).rounded()) == "66.7"
    assert sums.share(BY_CODE["turnout"]).percent == 90
    assert Sums().share(BY_CODE["gate_pass_rate"]).percent is None


def test_on_the_evening_before_its_closing_a_round_has_no_result(yards):
    assert scheme(day=D(2021, 4, 9)).closed == 0
    assert scheme(day=D(2021, 4, 10)).closed == 3


def test_a_later_round_takes_the_place_of_an_earlier_one_whichever_way_it_went(yards):
    yard, project, _round = yards[0]
    make_closed_round(yard, project, agreed=2, households=10, closed="2021-05-20")
    assert scheme(day=D(2021, 5, 19)).passed == 2
    assert (scheme(day=D(2021, 5, 20)).passed, scheme(day=D(2021, 5, 20)).closed) == (1, 3)


def test_below_the_county_a_community_counts_where_it_lies(yards):
    street = Region.objects.create(
        code="130404001", name_zh="测试街道", kind="sub_district", parent=Region.objects.get(code="130404"),
        path="130000/130400/130404/130404001/", depth=4, pinyin="ce shi jie dao",
    )  # fmt: skip
    yards[1][0].__class__.objects.filter(pk=yards[1][0].pk).update(region=street)
    table = gate_table(Region.objects.get(code="130404"), YEAR, D(2021, 5, 31))
    assert {code: sums["scheme"].closed for code, sums in table.children.items()} == {"": 1, "130404001": 1}
    assert (scheme("130404001").passed, scheme("130404001").closed) == (0, 1)
    assert [row.pk for row in rounds_behind("scheme", street, YEAR, D(2021, 5, 31))] == [yards[1][2].pk]


def test_the_dashboard_shows_the_gates_and_a_result_published_a_moment_ago(client, yards, city_official):
    address = f"/dashboard/?{WHEN}"
    html = page(client, city_official, address)
    section = html.split('id="h-gates"')[1].split("</section>")[0]
    assert "三个 80%" in html and "66.7%" in section and "90.0%" in section and "复兴区" in section and "50.0%" in section
    yard, project, _round = yards[1]
    make_closed_round(yard, project, agreed=10, households=10, closed="2021-05-20")
    section = page(client, city_official, address).split('id="h-gates"')[1].split("</section>")[0]
    assert "66.7%" not in section and "100.0%" in section


def test_the_warm_dashboard_still_takes_no_more_queries(client, yards, province_official, django_assert_max_num_queries):
    page(client, province_official, f"/dashboard/?{WHEN}")
    with django_assert_max_num_queries(4):
        client.get(f"/dashboard/?{WHEN}")


def test_a_region_without_rounds_says_so(client, yards):
    html = page(client, make_user("city_official", "131000"), f"/dashboard/?{WHEN}")
    assert "这些小区还没有已截止的征询" in html


def test_a_figure_opens_exactly_the_rounds_behind_it(client, yards, city_official, other_city_official):
    address = f"{reverse('analytics:gate-rows', args=['scheme'])}?region=130400&{WHEN}"
    html = page(client, city_official, address)
    assert all(yard.name in html for yard, _project, _round in yards)
    failed = page(client, city_official, f"{address}&outcome=failed")
    assert yards[1][0].name in failed and yards[0][0].name not in failed
    assert reverse("surveys:detail", args=[yards[1][2].pk]) in failed
    client.force_login(other_city_official)
    assert client.get(address).status_code == 404


def test_a_department_opens_the_published_result_instead_of_the_round(client, yards, department_staff):
    html = page(client, department_staff, f"{reverse('analytics:gate-rows', args=['scheme'])}?region=130404&{WHEN}")
    assert reverse("surveys:result", args=[yards[0][2].code]) in html and reverse("surveys:detail", args=[yards[0][2].pk]) not in html


@pytest.mark.parametrize("address", ["/figures/gates/legal/rows/", "/figures/gates/scheme/rows/?outcome=maybe", "/figures/gates/x/rows/"])
def test_an_unknown_gate_or_outcome_is_not_found(client, yards, city_official, address):
    client.force_login(city_official)
    assert client.get(address).status_code == 404


def test_the_list_takes_the_same_number_of_queries_for_one_row_and_for_many(client, yards, city_official, django_assert_max_num_queries):
    client.force_login(city_official)
    with django_assert_max_num_queries(7):
        client.get(f"{reverse('analytics:gate-rows', args=['scheme'])}?region=130400&{WHEN}")


@pytest.mark.parametrize("sort", ["name_key", "-county_key", "closed_at", "-voted", "roll_count", "share", "nonsense"])
def test_the_list_is_sorted_by_what_is_asked_for(client, yards, city_official, sort):
    html = page(client, city_official, f"{reverse('analytics:gate-rows', args=['scheme'])}?region=130400&{WHEN}&sort={sort}")
    order = sorted(yards, key=lambda one: html.index(one[0].name))
    if sort == "share":
        assert [one[2].counted.agreed for one in order] == [7, 8, 9]


def test_definitions_explain_the_gates_in_both_languages(client, tree):
    for language, words in (("zh-hans", "闸门通过率"), ("en", "Gate pass rate")):
        with translation.override(language):
            html = client.get("/figures/definitions/", headers={"accept-language": language}).content.decode()
        assert words in html and "gate_pass_rate" in html and "turnout" in html


def test_the_provinces_gates_are_open_data_and_those_of_others_within_reach(yards, city_official):
    client, address = APIClient(), "/api/v1/statistics/gates/"
    query = {"year": 2021, "as_of": "2021-05-31"}
    rows = {row["kind"]: row for row in client.get(address, query).json()}
    assert list(rows) == list(GATES)
    told = rows["scheme"]
    assert (told["communities_passed"], told["communities_closed"], told["communities_planned"], told["pass_rate"]) == (2, 3, 3, "66.67")
    assert (told["households_voted"], told["households_agreed"], told["households"]) == (27, 24, 30)
    assert (told["turnout"], told["approval"], rows["satisfaction"]["pass_rate"]) == ("90.00", "80.00", None)
    assert client.get(address, query | {"region": "130404"}).status_code == 404
    client.force_authenticate(city_official)
    assert client.get(address, query | {"region": "130404"}).json()[2]["pass_rate"] == "50.00"


def test_open_data_shows_a_result_published_a_moment_ago(yards):
    client, query = APIClient(), {"year": 2021, "as_of": "2021-05-31"}
    assert client.get("/api/v1/statistics/gates/", query).json()[2]["communities_passed"] == 2
    yard, project, _round = yards[1]
    make_closed_round(yard, project, agreed=10, households=10, closed="2021-05-20")
    assert client.get("/api/v1/statistics/gates/", query).json()[2]["communities_passed"] == 3


def test_the_published_page_shows_the_gates_without_opening_anything(client, yards):
    html = client.get(f"/published/?{WHEN}").content.decode()
    section = html.split('id="h-gates"')[1].split("</section>")[0]
    assert "66.7%" in section and "邯郸市" in section and "/rows/" not in section and "/dashboard/" not in section


def test_a_gate_that_a_level_above_let_pass_is_counted_beside_and_not_as_passed(client, yards, city_official):
    assert set(RULES.values()) <= set(NAMES)
    project = yards[1][1]
    address = f"/dashboard/?{WHEN}"
    before = page(client, city_official, address)
    given = GateOverride.objects.create(
        project=project, stage="approved", gate="scheme_vote", reason="住户外出打工", region=Region.objects.get(code="130400"),
        recorded_at=at("2021-05-01"), recorded_by=city_official,
    )  # fmt: skip
    assert (scheme().let_pass, scheme().passed, scheme(day=D(2021, 4, 30)).let_pass) == (1, 2, 0)
    overrides = f"{reverse('projects:overrides')}?region=130400"
    assert overrides not in before and overrides in page(client, city_official, address)
    GateOverride.objects.create(
        project=project, stage="approved", gate="scheme_vote", reason="重新征询", region=Region.objects.get(code="130400"),
        recorded_at=at("2021-05-20"), recorded_by=city_official, takes_back=given,
    )  # fmt: skip
    assert (scheme().let_pass, scheme(day=D(2021, 5, 10)).let_pass) == (0, 1)
    assert overrides not in page(client, city_official, address)
