"""The list of rounds as a workbook: the filters of the page, the own area, counts as they were kept."""

import openpyxl
import pytest
from django.utils import timezone

from common.errors import NotAllowed
from spreadsheets.exporting import ask, make_now
from tests.factories.register import make_community
from tests.factories.rounds import fill_flats, make_closed_round, make_draft
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


def rows_of(user, **query):
    sheet = openpyxl.load_workbook(make_now(ask(actor=user, sheet="rounds", params={"query": query}, at=timezone.now()))).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    head = next(index for index, line in enumerate(lines) if line[3] == "小区")
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


@pytest.fixture
def rounds(tree):
    community = make_community("130404", name="机械厂家属院")
    project = make_planned_project(community)
    done = make_closed_round(community, project, agreed=8, against=1, households=10)
    yard = make_community("130403", name="和平里")
    fill_flats(yard, 4)
    return done, make_draft(yard, make_planned_project(yard, county_code="130403"), kind="willingness")


def test_the_rounds_of_the_page_stand_in_the_workbook_with_their_counts(rounds, city_official):
    *lines, total = rows_of(city_official)
    assert {line["征询编号"] for line in lines} == {each.code for each in rounds}
    done = next(line for line in lines if line["征询编号"] == rounds[0].code)
    assert (done["名册户数"], done["作答户数"], done["同意户数"], done["不同意户数"], done["结果"]) == (10, 9, 8, 1, "达到")
    assert (done["参与率"], done["同意率"]) == (0.9, 0.8)
    assert "合计" in total.values()


def test_the_filters_of_the_page_are_kept_and_no_other_area_is_seen(rounds, city_official, district_staff, department_staff):
    assert [line["征询编号"] for line in rows_of(city_official, state="draft")[:-1]] == [rounds[1].code]
    assert [line["征询编号"] for line in rows_of(district_staff)[:-1]] == [rounds[0].code]
    with pytest.raises(NotAllowed):
        rows_of(department_staff)
