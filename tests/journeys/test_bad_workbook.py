"""A clerk uploads a bad workbook: it comes back marked, is corrected, confirmed and stands in the register."""

import io
import time

import openpyxl
import pytest

from communities.models import Community
from messaging.models import Heartbeat
from tests.factories.people import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = ["县（市、区）", "小区名称", "建成年份", "户数", "建筑面积（㎡）"]


def workbook(*rows) -> bytes:
    """A sheet as people send it: a merged title above the header, blank rows between."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2026 年老旧小区摸底表"])
    sheet.merge_cells("A1:E1")
    for row in (HEAD, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(page, content: bytes) -> None:
    page.goto("/spreadsheets/import/communities/")
    page.set_input_files("input[name=file]", {"name": "摸底表.xlsx", "mimeType": "application/octet-stream", "buffer": content})
    page.get_by_role("button", name="检查文件").click()
    page.wait_for_url(lambda url: "/spreadsheets/jobs/" in url)


def test_a_bad_workbook_comes_back_marked_and_the_corrected_one_stands_in_the_register(
    open_page, sign_in, tree, worker, settings, tmp_path, axe
):
    for _ in range(120):
        if Heartbeat.objects.filter(name="worker").exists():
            break
        time.sleep(0.25)
    page = open_page()
    sign_in(page, make_user("district_staff", "130404").username, PASSWORD)
    upload(
        page,
        workbook(
            ["复兴区", "机械厂家属院", 1984, 312, "24,680 m²"],
            ["复兴区", "石化小区", "八几年", -3, 31000],
            ["丛台区", "别人的小区", 1990, 10, 700],
        ),
    )
    page.get_by_role("link", name="下载标注好的文件").or_(page.locator("a[href$='/file/']")).first.wait_for(timeout=30_000)
    assert axe(page) == []
    with page.expect_download() as download:
        page.locator("a[href$='/file/']").first.click()
    marked = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    comments = {cell.coordinate for sheet in marked for line in sheet.iter_rows() for cell in line if cell.comment}
    assert {"C4", "D4", "A5"} <= comments
    assert not Community.objects.exists()

    upload(page, workbook(["复兴区", "机械厂家属院", 1984, 312, "24,680 m²"], ["复兴区", "石化小区", 1988, 404, 31000]))
    page.get_by_role("button", name="写入登记库").or_(page.locator("form[action$='/confirm/'] button")).first.click(timeout=30_000)
    page.locator("a[href='/communities/']").last.wait_for(timeout=30_000)
    for _ in range(120):
        if Community.objects.count() == 2:
            break
        time.sleep(0.25)
    page.goto("/communities/?q=jxc")
    assert "机械厂家属院" in page.inner_text("main")
    assert Community.objects.get(name="石化小区").household_count == 404
