"""Lists that go out: the rows of the query and no others, text that stays text, sums as formulas, ready to print."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.http import Http404
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.counting import count_county_year
from common.errors import InvalidInput, NotAllowed
from projects.models import Contract, Photo, ProgressReport
from spreadsheets import exporting, operations
from spreadsheets.columns import Column
from spreadsheets.exporting import ask, make_now
from spreadsheets.models import Job
from spreadsheets.sheets.details import COLUMNS as DETAIL_COLUMNS
from spreadsheets.storage import path_of
from spreadsheets.writer import Report, RowsLost, frame_rows, rows_in_file, write_report
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.works import make_planned_project, write_step

DAY = datetime.date(2021, 5, 31)
HEADER = 4


def opened(report):
    return openpyxl.load_workbook(make_now(report)).worksheets[0]


def asked(user, sheet, **query):
    return ask(actor=user, sheet=sheet, params={"query": query}, at=timezone.now())


def table(sheet) -> list[dict]:
    """Data rows by header, whatever lines stand above."""
    lines = list(sheet.iter_rows(values_only=True))
    at = next(index for index, line in enumerate(lines) if sum(cell is not None for cell in line) == sheet.max_column)
    return [dict(zip(lines[at], line, strict=True)) for line in lines[at + 1 :]]


def started(project, user, day, stage="started"):
    return write_step(project, stage, day, user)


# --- the writer -----------------------------------------------------------------------------------------------------

PLAIN = (
    Column("name", "名称"),
    Column("part", "部分", total=True),
    Column("whole", "全部", total=True),
    Column("rate", "率", rate=("part", "whole")),
)


def written(rows, **more) -> io.BytesIO:
    target = io.BytesIO()
    rows = list(rows)
    write_report(Report(title="表", columns=PLAIN, rows=rows, expected=len(rows), total_label="合计", **more), target)
    target.seek(0)
    return target


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"])
def test_text_that_looks_like_a_formula_stays_text(text):
    book = openpyxl.load_workbook(written([[text, 1, 2, None]]))
    cell = book.active["A3"]
    assert cell.data_type == "s" and cell.value.replace("_x000D_", "\r") == text
    assert cell.quotePrefix
    with zipfile.ZipFile(written([[text, 1, 2, None]])) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<f>") == 4  # one rate, two sums, one rate of the sums


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=50))
def test_any_text_is_written_as_text(text):
    cell = openpyxl.load_workbook(written([[text, 1, 2, None]])).active["A3"]
    assert cell.data_type in {"s", "n"} and (cell.value or "") == text


def test_sums_and_rates_are_formulas_that_carry_their_values():
    source = written([["甲", 1, 4, None], ["乙", 3, 4, None], ["丙", 2, 0, None]])
    sheet = openpyxl.load_workbook(source).active
    assert sheet["B6"].value == "=SUBTOTAL(109,B3:B5)"
    assert sheet["D3"].value == '=IF(C3=0,"无计划",B3/C3)'
    source.seek(0)
    values = openpyxl.load_workbook(source, data_only=True).active
    assert [values[f"D{row}"].value for row in range(3, 7)] == [0.25, 0.75, "无计划", 0.75]
    assert values["B6"].value == 6


def test_the_page_is_set_up_for_a4_and_the_header_repeats():
    sheet = openpyxl.load_workbook(written([["甲", 1, 4, None]])).active
    assert sheet.page_setup.orientation == "landscape" and str(sheet.page_setup.paperSize) == "9"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.freeze_panes == "A3" and sheet.auto_filter.ref == "A2:D3"
    assert "&P" in sheet.oddFooter.right.text


def test_rows_that_are_missing_or_too_many_stop_the_file():
    for expected in (1, 3):
        with pytest.raises(RowsLost):
            write_report(Report(title="表", columns=PLAIN, rows=[["甲", 1, 1, None]] * 2, expected=expected), io.BytesIO())
    with pytest.raises(RowsLost):
        write_report(Report(title="表", columns=PLAIN, rows=[], expected=2_000_000), io.BytesIO())


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=0, max_value=300))
def test_the_rows_of_a_file_are_counted_in_the_file(number):
    report = Report(title="表", columns=PLAIN, rows=[], expected=number, total_label="合计", lines=["一", "二"], synthetic=True)
    assert rows_in_file(written([["甲", 1, 1, None]] * number, lines=["一", "二"], synthetic=True)) == number + frame_rows(report)


def test_invented_rows_say_so_in_the_sheet():
    sheet = openpyxl.load_workbook(written([["甲", 1, 1, None]], synthetic=True)).active
    assert "synthetic" in sheet["A2"].value


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_of_communities_can_be_uploaded_again(district_staff, check):
    make_community(
        "130404", name="=机械厂", code="C1", address="石化街", population=100, elderly_count=20, owner_kind="mixed", built_year=1985
    )
    make_community("130404", name="二院", code="C2", illegal_area=12)
    source = make_now(asked(district_staff, "communities"))
    job = check(district_staff, "communities", source)
    assert (job.state, job.summary["same"], job.summary["rows"]) == ("checked", 2, 2)


@pytest.mark.django_db
def test_a_list_holds_the_communities_of_the_readers_area_and_filters(city_official, other_city_official):
    for code in ("130404", "130403", "130902"):
        make_community(code, name=f"小区{code}")
    assert asked(city_official, "communities").expected == 2
    assert asked(city_official, "communities", region="130403").expected == 1
    assert asked(city_official, "communities", q="130404").expected == 1
    assert asked(other_city_official, "communities").expected == 1
    with pytest.raises(Http404):
        asked(city_official, "communities", region="130902")
    with pytest.raises(Http404):
        asked(city_official, "ranking", region="130000")


@pytest.mark.django_db
def test_the_ranking_says_what_the_counts_say(city_official, province_official, region):
    for county, number in (("130404", 2), ("130403", 1)):
        for index in range(2):
            project = make_planned_project(county_code=county)
            if index < number:
                started(project, city_official, datetime.date(2021, 4 + index, 10))
        count_county_year(region(county), 2021)
    rows = table(opened(asked(city_official, "ranking", year="2021", as_of=DAY.isoformat())))
    assert [(row["名次"], row["单位"], row["计划小区数"], row["已开工小区数"]) for row in rows[:2]] == [
        (1, "复兴区", 2, 2), (2, "丛台区", 2, 1),
    ]  # fmt: skip
    assert rows[0]["上月已开工"] == 1 and rows[0]["较上月（点）"] == 50
    assert rows[0]["开工率（按小区）"].startswith("=IF(")
    assert rows[-1]["名次"] == "合计" and rows[-1]["计划小区数"].startswith("=SUBTOTAL")
    before = table(opened(asked(city_official, "ranking", year="2021", as_of="2021-04-30")))
    assert {row["单位"]: row["已开工小区数"] for row in before}["复兴区"] == 1
    whole = table(opened(asked(province_official, "ranking", year="2021", as_of=DAY.isoformat())))
    assert [row["已开工小区数"] for row in whole if row["单位"] == "邯郸市"] == [3]


@pytest.mark.django_db
def test_below_a_county_there_is_nothing_to_rank(district_staff):
    with pytest.raises(InvalidInput):
        asked(district_staff, "ranking", year="2021", as_of=DAY.isoformat())


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"as_of": "昨天"}, {"year": "1900"}, {"as_of": "2999-01-01"}])
def test_a_day_that_cannot_be_meant_is_told(province_official, query):
    with pytest.raises(InvalidInput):
        asked(province_official, "ranking", **query)


@pytest.mark.django_db
def test_the_detail_list_has_forty_columns_and_everything_known_on_the_day(district_staff):
    now = timezone.now()
    project = make_planned_project(make_community("130404", name="机械厂家属院", household_count=100))
    entry = project.entries.get()
    started(project, district_staff, datetime.date(2021, 3, 1), "designed")
    started(project, district_staff, datetime.date(2021, 5, 10))
    for kind, number in (("works", "SG-1"), ("supervision", "JL-1")):
        Contract.objects.create(
            project=project, kind=kind, number=number, signed_on=datetime.date(2021, 5, 1), amount=900_000, party="示例建设公司",
            recorded_at=now, recorded_by=district_staff,
        )  # fmt: skip
    from uuid import uuid4

    Photo.objects.create(
        project=project, community=entry.community, kind="start", file="x.jpg", taken_at="2021-05-10T10:00:00+08:00", client_key=uuid4(),
        recorded_at=now, recorded_by=district_staff,
    )  # fmt: skip
    for month, percent, paid in ((5, 10, 100_000), (6, 30, 500_000)):
        ProgressReport.objects.create(
            entry=entry, month=datetime.date(2021, month, 1), reported_on=datetime.date(2021, month, 28), percent=percent, paid_amount=paid,
            client_key=uuid4(), recorded_at=now, recorded_by=district_staff,
        )  # fmt: skip
    assert len(DETAIL_COLUMNS) == 40
    row = table(opened(asked(district_staff, "details", year="2021", as_of=DAY.isoformat())))[0]
    assert row["小区名称"] == "机械厂家属院" and row["县（市、区）"] == "复兴区" and row["市（上报单位）"] == "邯郸市"
    assert row["开工日期"].date() == datetime.date(2021, 5, 10) and row["方案设计日期"].date() == datetime.date(2021, 3, 1)
    assert (row["施工合同编号"], row["监理合同编号"], row["施工合同金额（万元）"]) == ("SG-1", "JL-1", 90)
    assert (row["开工照片数"], row["照片总数"], row["形象进度（%）"], row["已支付（万元）"]) == (1, 1, 10, 10)
    assert row["投资完成率"].startswith("=IF(")
    earlier = table(opened(asked(district_staff, "details", year="2021", as_of="2021-04-30")))[0]
    assert (earlier["开工日期"], earlier["施工合同编号"], earlier["照片总数"], earlier["形象进度（%）"]) == (None, None, 0, None)


@pytest.mark.django_db
def test_the_rows_behind_a_figure_and_of_a_stage(district_staff):
    for index in range(3):
        project = make_planned_project()
        if index:
            started(project, district_staff, datetime.date(2021, 5, 10))
    day = {"year": "2021", "as_of": DAY.isoformat()}
    assert asked(district_staff, "details", **day).expected == 3
    assert asked(district_staff, "details", **day, stage="started").expected == 2
    assert asked(district_staff, "details", **day, indicator="start_rate_communities", side="part").expected == 2
    assert asked(district_staff, "details", **day, indicator="start_rate_communities", side="whole").expected == 3
    for query in ({"stage": "nowhere"}, {"indicator": "none"}):
        with pytest.raises(InvalidInput):
            asked(district_staff, "details", **day, **query)


@pytest.mark.django_db
def test_the_list_of_projects_keeps_the_filters_of_its_page(district_staff, other_district_staff):
    make_planned_project(make_community("130404", name="机械厂家属院"))
    make_planned_project(make_community("130404"), year=2022)
    assert asked(district_staff, "projects").expected == 2
    assert asked(district_staff, "projects", year="2022").expected == 1
    assert asked(district_staff, "projects", stage=["planned", "started"]).expected == 2
    assert asked(other_district_staff, "projects").expected == 0
    names = {row["小区名称"] for row in table(opened(asked(district_staff, "projects", year="2021")))}
    assert "机械厂家属院" in names
    with pytest.raises(InvalidInput):
        asked(district_staff, "projects", stage="nowhere")


@pytest.mark.django_db
def test_a_long_list_is_made_by_a_job_in_the_area_that_is_left(city_official, work, monkeypatch):
    make_community("130404")
    params = {"query": {"region": "130404"}, "scope": ["130000/130400/130404/"]}
    operations.start_export(actor=city_official, at=timezone.now(), sheet="communities", params=params, file_name="清单.xlsx")
    job = work()
    assert (job.state, job.summary) == ("done", {"rows": 1})
    assert openpyxl.load_workbook(path_of(job.file_out)).active.max_row > 1
    operations.start_export(actor=city_official, at=timezone.now(), sheet="communities", params=params, file_name="清单.xlsx")
    city_official.posts.update(ends_on="2020-01-01")
    assert work().state == "failed"


@pytest.mark.django_db
def test_a_file_with_lost_rows_is_not_handed_out(city_official, work, monkeypatch):
    make_community("130404")
    monkeypatch.setattr(exporting, "rows_in_file", lambda _source: 3)
    operations.start_export(actor=city_official, at=timezone.now(), sheet="communities", params={"query": {}}, file_name="清单.xlsx")
    job = work()
    assert job.state == "failed" and job.file_out == ""


@pytest.mark.django_db
def test_somebody_without_a_post_gets_no_list(tree):
    user = make_user("city_official", "130400")
    user.posts.update(ends_on="2020-01-01")
    with pytest.raises(NotAllowed):
        asked(user, "communities")
    assert not Job.objects.exists()


def test_the_invented_line_says_what_is_invented_where_not_everything_is():
    sheet = openpyxl.load_workbook(written([["甲", 1, 1, None]], synthetic=True, invented="除全省合计外")).active
    assert sheet["A2"].value == "示例数据（synthetic）：除全省合计外"
