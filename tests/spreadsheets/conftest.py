"""Workbooks as clerks make them, and jobs done without a worker."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.utils import timezone

from spreadsheets import operations
from spreadsheets.models import Job
from spreadsheets.running import run, silently

COMMUNITY_HEAD = ["县（市、区）", "街道（乡镇）", "小区编码", "小区名称", "地址", "建成年份", "户数", "建筑面积（m²）"]
HOUSEHOLD_HEAD = ["小区编码", "小区名称", "楼栋", "单元", "门牌", "专有面积（m²）", "产权人", "联系电话"]


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Nobody listens; the tests claim jobs themselves."""
    monkeypatch.setattr(operations, "nudge", lambda: None)


def workbook(rows, *, sheet="登记表", above=()) -> io.BytesIO:
    """An .xlsx of these rows; `above` stands over the header."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in [*above, *rows]:
        page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


@pytest.fixture
def upload():
    """upload(user, "communities", rows) -> the queued job."""

    def _upload(user, sheet, rows, *, name="小区.xlsx", **more) -> Job:
        file = rows if isinstance(rows, io.BytesIO) else workbook(rows, **more)
        return operations.start_import(actor=user, at=timezone.now(), sheet=sheet, file=file, name=name, size=len(file.getvalue()))

    return _upload


@pytest.fixture
def work():
    """Claim the oldest waiting job and do it, as a worker would, in the test's own transaction."""

    def _work() -> Job:
        job = operations.claim(at=timezone.now())
        assert job is not None
        run(job, silently)
        return Job.objects.get(pk=job.pk)

    return _work


@pytest.fixture
def check(upload, work):
    """Upload and check: the job as the clerk then sees it."""
    return lambda *args, **more: (upload(*args, **more), work())[1]


@pytest.fixture
def write(check, work):
    """Upload, check, confirm, write."""

    def _write(user, *args, **more) -> Job:
        job = check(user, *args, **more)
        assert job.state == "checked", (job.state, job.message, job.summary)
        operations.confirm(actor=user, at=timezone.now(), job=job)
        return work()

    return _write


def problems_of(job) -> list[tuple[int, str, str]]:
    """(row, key, code) of the problems a job shows."""
    return [(row, key, code) for row, key, code, _params in job.summary.get("problems", [])]
