"""Facilities in and out by Excel."""

import datetime

import openpyxl
import pytest
from django.utils import timezone

from facilities.models import CircleCount, Facility, StateChange
from facilities.operations.circles import count_circles
from spreadsheets.storage import path_of
from tests.factories.facilities import make_facility
from tests.factories.register import make_community
from tests.spreadsheets.conftest import check, no_broker, private_files, problems_of, upload, work, write

__all__ = ["check", "no_broker", "private_files", "upload", "work", "write"]
pytestmark = pytest.mark.django_db
HEAD = ["县（市、区）", "设施名称", "类型", "经度", "纬度", "面积", "状态", "启用日期", "小区编码", "原因"]


def row(
    name="红星卫生服务站", kind="卫生服务", place=(114.46, 36.61), area="180 m²", state=None, opened="2019年3月1日", code=None, why=None
):
    return ["复兴区", name, kind, *place, area, state, opened, code, why]


def test_facilities_come_in_are_corrected_and_make_the_circles_around_stale(district_staff, community, write, check):
    far = make_community(latitude=community.latitude + 0.2)
    count_circles(communities=[community.pk, far.pk], at=timezone.now())
    write(district_staff, "facilities", [HEAD, row(), row(name="超市", kind="超市", place=(None, None), code=far.code)])
    made = Facility.objects.get(name="红星卫生服务站")
    assert (made.kind, made.state, made.area, made.opened_on) == ("health", "open", 180, datetime.date(2019, 3, 1))
    assert (made.changes.get().happened_on, "hxwsfwz" in made.search_text) == (made.opened_on, True)
    assert Facility.objects.get(name="超市").latitude == far.latitude
    assert set(CircleCount.objects.filter(stale_since__isnull=False).values_list("community", flat=True)) == {community.pk, far.pk}
    same = check(district_staff, "facilities", [HEAD, row()])
    assert (same.summary["new"], same.summary["changed"], same.summary["same"]) == (0, 0, 1)
    write(district_staff, "facilities", [HEAD, row(state="闲置", why="没有医生")])
    made.refresh_from_db()
    assert (made.state, made.version, made.changes.first().reason) == ("idle", 2, "没有医生")
    assert StateChange.objects.count() == 3


def test_every_bad_cell_is_named(district_staff, community, check):
    other = make_community("130403")
    bad = [
        row(place=(36.61, 114.46)),
        row(name="乙", place=(None, None)),
        row(name="丙", kind="城堡"),
        row(name="丁", state="闲置"),
        row(name="戊", state="规划中"),
        row(name="己", opened="2999-01-01"),
        row(name="庚", opened="去年"),
        row(name="辛", code=other.code),
        row(name="壬", code=community.code),
        row(name="壬"),
    ]
    job = check(district_staff, "facilities", [HEAD, *bad])
    assert job.state == "faulty"
    assert {(line, key, code) for line, key, code in problems_of(job)} >= {
        (2, "longitude", "axes_swapped"), (4, "kind", "not_a_choice"), (7, "opened_on", "day_to_come"), (8, "opened_on", "not_a_day"),
        (9, "community_code", "community_unknown"), (5, "reason", "state_needs_reason"), (6, "opened_on", "not_open_yet"),
        (11, "name", "twice"),
    }  # fmt: skip
    assert not Facility.objects.exists()


def test_a_facility_without_any_position_is_told_so(district_staff, community, check):
    assert problems_of(check(district_staff, "facilities", [HEAD, row(place=(None, None))])) == [(2, "longitude", "position_missing")]


def test_the_inventory_and_the_coverage_go_out(as_, district_staff, community, work):
    from spreadsheets import operations

    facility = make_facility(community, kind="health", actor=district_staff)
    count_circles(communities=[community.pk], at=timezone.now())
    for sheet, wanted in (("facilities", facility.name), ("coverage", "卫生服务")):
        operations.start_export(actor=district_staff, at=timezone.now(), sheet=sheet, params={"region": "130404"}, file_name="x.xlsx")
        job = work()
        assert job.state == "done", job.message
        page = openpyxl.load_workbook(path_of(job.file_out)).active
        assert any(wanted == cell.value for line in page.iter_rows() for cell in line), sheet
