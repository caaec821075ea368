"""The pages: who sees what, what is refused, and that a template filled in comes back clean."""

from __future__ import annotations

import io
import uuid
import zipfile
from urllib.parse import quote

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from communities.models import Community
from regions.operations import add_region
from spreadsheets import intake, operations
from spreadsheets.models import Job
from spreadsheets.template import HEADER_ROW, make_template
from spreadsheets.views import exports
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.spreadsheets.conftest import COMMUNITY_HEAD, workbook

pytestmark = pytest.mark.django_db
ROW = ["复兴区", None, "13040400001", "机械厂家属院", "石化街", 1985, 120, 8400]


@pytest.fixture
def as_user(client):
    def _login(user):
        client.force_login(user)
        return client

    return _login


def post_file(client, content: bytes, name="小区.xlsx", sheet="communities"):
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    return client.post(reverse("spreadsheets:import", args=[sheet]), {"file": file})


def test_the_whole_way_through_the_pages(as_user, district_staff, work):
    client = as_user(district_staff)
    answer = post_file(client, workbook([COMMUNITY_HEAD, [*ROW[:6], "多", 8400]]).getvalue())
    job = Job.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("spreadsheets:job", args=[job.key])
    page = client.get(answer.url).content.decode()
    assert reverse("spreadsheets:progress", args=[job.key]) in page
    assert client.get(reverse("spreadsheets:progress", args=[job.key])).status_code == 200
    work()
    answer = client.get(reverse("spreadsheets:progress", args=[job.key]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    page = client.get(reverse("spreadsheets:job", args=[job.key])).content.decode()
    assert "“多”" in page and "G2" in page
    answer = client.get(reverse("spreadsheets:file", args=[job.key]))
    assert quote("小区（待改）.xlsx") in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.worksheets[1]["G2"].comment is not None

    post_file(client, workbook([COMMUNITY_HEAD, ROW]).getvalue())
    job = work()
    page = client.get(reverse("spreadsheets:job", args=[job.key])).content.decode()
    assert reverse("spreadsheets:confirm", args=[job.key]) in page
    client.post(reverse("spreadsheets:confirm", args=[job.key]))
    work()
    assert Community.objects.get().household_count == 120
    assert client.get(reverse("spreadsheets:job", args=[job.key])).status_code == 200
    assert client.get(reverse("spreadsheets:list")).status_code == 200


def test_nobody_but_the_owner_finds_a_job_or_its_file(as_user, district_staff, work, upload, province_official):
    upload(district_staff, "communities", [COMMUNITY_HEAD, [*ROW[:6], "多", 8400]])
    job = work()
    same_place = make_user("district_staff", "130404")
    for stranger in (same_place, province_official):
        client = as_user(stranger)
        for name in ("job", "progress", "file"):
            assert client.get(reverse(f"spreadsheets:{name}", args=[job.key])).status_code == 404
        assert client.post(reverse("spreadsheets:stop", args=[job.key])).status_code == 404
    assert as_user(same_place).post(reverse("spreadsheets:confirm", args=[job.key])).status_code == 404
    assert as_user(district_staff).get(reverse("spreadsheets:file", args=[uuid.uuid4()])).status_code == 404
    assert job.file_name not in as_user(same_place).get(reverse("spreadsheets:list")).content.decode()


def test_who_may_not_import_gets_403_and_who_is_nobody_is_sent_to_log_in(as_user, client, city_official, auditor, province_official):
    assert client.get(reverse("spreadsheets:list")).status_code == 302
    for user in (city_official, auditor, province_official):
        assert as_user(user).get(reverse("spreadsheets:import", args=["communities"])).status_code == 403
        assert as_user(user).get(reverse("spreadsheets:list")).status_code == 200
    assert as_user(city_official).get(reverse("spreadsheets:import", args=["regions"])).status_code == 200
    assert as_user(auditor).get(reverse("spreadsheets:template", args=["regions"])).status_code == 403


def test_unknown_forms_and_lists_are_not_there(as_user, district_staff):
    client = as_user(district_staff)
    for name in ("import", "template", "export"):
        assert client.get(reverse(f"spreadsheets:{name}", args=["nothing"])).status_code == 404


def bomb(inside: bytes, name="xl/worksheets/sheet1.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, inside)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (bomb(b"\0" * (intake.RATIO_FROM + 1)), "解开"),
        (bomb(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'), "声明"),
        (bomb(b'<worksheet><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></worksheet>'), "很远"),
        (bomb(b"<worksheet/>")[:-30], "损坏"),
        (b"PK\x03\x04" + b"x" * 200, "损坏"),
        (b"%PDF-1.4", "不是工作簿"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"", "空"),
    ],
)
def test_unfit_files_are_refused_with_what_to_do(as_user, district_staff, content, word):
    answer = post_file(as_user(district_staff), content)
    assert answer.status_code == 400
    assert word in answer.content.decode()
    assert not Job.objects.exists()


def test_a_file_above_the_limit_is_refused(as_user, district_staff, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    assert post_file(as_user(district_staff), workbook([COMMUNITY_HEAD, ROW]).getvalue()).status_code == 400


def test_a_lying_size_in_the_archive_is_found_out(monkeypatch, as_user, district_staff):
    monkeypatch.setattr(intake, "MOST_UNPACKED", 1000)
    assert post_file(as_user(district_staff), workbook([COMMUNITY_HEAD, ROW]).getvalue()).status_code == 400


def test_a_name_with_a_path_is_only_a_name(as_user, district_staff):
    post_file(as_user(district_staff), workbook([COMMUNITY_HEAD, ROW]).getvalue(), name='..\\..\\"小区".xlsx')
    job = Job.objects.get()
    assert job.file_name == "小区_.xlsx" and ".." not in job.file_in


def test_a_template_filled_in_with_excel_comes_back_clean(as_user, district_staff, work, region):
    add_region(
        actor=district_staff, parent=region("130404"), code="130404001", name_zh="胜利桥街道", kind="sub_district", at=timezone.now()
    )
    answer = as_user(district_staff).get(reverse("spreadsheets:template", args=["communities"]))
    assert quote("复兴区") in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    heads = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[HEADER_ROW]}
    assert sheet.cell(HEADER_ROW + 1, heads["县（市、区）"]).value == "复兴区"
    assert sheet.protection.sheet and sheet.freeze_panes == f"A{HEADER_ROW + 1}"
    assert book["选项"].sheet_state == "hidden"
    assert any("list_sub_district" in str(rule.formula1) for rule in sheet.data_validations.dataValidation)
    values = {
        "街道（乡镇）": "胜利桥街道",
        "小区名称": "机械厂家属院",
        "建成年份": 1985,
        "户数": 120,
        "建筑面积（m²）": 8400.5,
        "产权性质": "混合产权",
    }
    for name, value in values.items():
        sheet.cell(HEADER_ROW + 1, heads[name], value)
    ownership = openpyxl.utils.get_column_letter(heads["产权性质"])
    rule = next(rule for rule in sheet.data_validations.dataValidation if f"{ownership}{HEADER_ROW + 1}" in str(rule.sqref))
    column = book.defined_names[rule.formula1.removeprefix("=")].attr_text.split("$")[1]
    sheet.cell(HEADER_ROW + 1, heads["产权性质"], book["选项"][f"{column}1"].value)
    file = io.BytesIO()
    book.save(file)
    post_file(as_user(district_staff), file.getvalue())
    job = work()
    assert (job.state, job.summary["new"], job.summary["rows"]) == ("checked", 1, 1), job.summary


@pytest.mark.parametrize("sheet", ["communities", "households", "regions"])
def test_every_template_is_found_by_its_own_reader_and_holds_no_rows(sheet, region, check, district_staff):
    from spreadsheets.choices import IMPORTS

    file, name = make_template(IMPORTS[sheet], region("130404"))
    assert name.endswith(".xlsx")
    job = check(district_staff, sheet, file)
    assert job.state == "failed" and "没有数据行" in job.message


def test_a_short_list_comes_at_once_with_a_chinese_name(as_user, city_official):
    make_community("130404", name="机械厂家属院")
    url = reverse("spreadsheets:export", args=["communities"])
    assert "机械厂" not in as_user(city_official).get(url).content.decode()
    answer = as_user(city_official).post(url, {"region": "130400"})
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''" + quote("邯郸市"))
    assert openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.max_row >= 4
    assert not Job.objects.exists()


def test_a_long_list_becomes_a_job(as_user, city_official, monkeypatch, work):
    monkeypatch.setattr(exports, "DIRECT_BELOW", 1)
    make_community("130404")
    answer = as_user(city_official).post(reverse("spreadsheets:export", args=["communities"]), {"region": "130400"})
    job = work()
    assert answer.url == reverse("spreadsheets:job", args=[job.key]) and job.state == "done"
    assert as_user(city_official).get(reverse("spreadsheets:file", args=[job.key])).status_code == 200
    city_official.posts.update(region=make_user("city_official", "130900").region)
    assert as_user(city_official).get(reverse("spreadsheets:file", args=[job.key])).status_code == 404


def test_a_list_keeps_the_filters_of_its_page(as_user, city_official):
    make_community("130404", name="机械厂家属院")
    make_community("130404", name="纺织厂家属院")
    url = reverse("spreadsheets:export", args=["communities"]) + "?q=机械厂&region=130404"
    page = as_user(city_official).get(url).content.decode()
    assert 'name="q" value="机械厂"' in page
    answer = as_user(city_official).post(url, {"region": "130404", "q": "机械厂"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "机械厂家属院" in cells and "纺织厂家属院" not in cells


def test_another_area_is_not_there_for_lists(as_user, city_official):
    url = reverse("spreadsheets:export", args=["ranking"])
    assert as_user(city_official).get(url + "?region=130900").status_code == 404
    assert as_user(city_official).post(url, {"region": "130900", "year": "2021", "as_of": "2021-05-31"}).status_code == 400


def test_a_district_is_told_that_there_is_nothing_to_rank(as_user, district_staff):
    url = reverse("spreadsheets:export", args=["ranking"])
    assert as_user(district_staff).get(url).status_code == 200
    answer = as_user(district_staff).post(url, {"region": "130404", "year": "2021", "as_of": "2021-05-31"})
    assert answer.status_code == 400 and "复兴区" in answer.content.decode()


def test_pages_ask_the_same_few_queries_however_many_jobs(as_user, district_staff, upload, django_assert_max_num_queries):
    client = as_user(district_staff)
    for _number in range(5):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    with django_assert_max_num_queries(8):
        client.get(reverse("spreadsheets:list"))


def test_a_job_can_be_stopped_from_its_page(as_user, district_staff, upload):
    job = upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    as_user(district_staff).post(reverse("spreadsheets:stop", args=[job.key]))
    job.refresh_from_db()
    assert job.state == "stopped"
    assert operations.claim(at=timezone.now()) is None


def test_a_county_is_not_offered_a_ranking_that_it_cannot_fill(client, district_staff, city_official):
    address = reverse("spreadsheets:export", args=["ranking"])
    client.force_login(district_staff)
    assert address not in client.get(reverse("spreadsheets:list")).content.decode()
    client.force_login(city_official)
    assert address in client.get(reverse("spreadsheets:list")).content.decode()
