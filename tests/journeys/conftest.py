"""A real browser, a real server, a real worker: what a person does, as a person does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a Chromium the journeys are left out; the test command says so loudly before it starts."""
    left_out = [item for item in items if item.path.is_relative_to(ROOT / "tests" / "journeys")] if not os.environ.get("CHROMIUM") else []
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for the session."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server):
    """open_page(width=…, locale=…) -> a page whose relative addresses go to the live server. Console errors fail the test."""
    contexts = []
    errors: list[str] = []

    def make(*, width: int = 1440, height: int = 1000, locale: str = "zh-CN", **more):
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height}, locale=locale, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def sign_in():
    """sign_in(page, username, password): through the login form."""

    def do(page, username: str, password: str) -> None:
        page.goto("/accounts/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    return do


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A real Celery worker with beat on the test database and the test broker."""
    parts = connection.settings_dict
    host = (parts["HOST"] or "").replace("/", "%2F")
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{parts['USER']}@{host}:{parts['PORT']}/{parts['NAME']}",
        "RENOVATION_ENV": "test",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "LOG_LEVEL": "INFO",
    }
    log = (tmp_path / "worker.log").open("w")
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "renovation",
        "worker",
        "-B",
        "-c",
        "1",
        "-s",
        str(tmp_path / "beat"),
        "--without-gossip",
        "--without-mingle",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    yield process
    with suppress(ProcessLookupError):  # a test may have killed it
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    log.close()


@pytest.fixture
def axe():
    """axe(page): serious and critical findings of axe-core, as readable lines."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def run(page) -> list[str]:
        page.evaluate(source)
        result = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})")
        return [
            f"{finding['id']}: {finding['help']} at {finding['nodes'][0]['target']} ({len(finding['nodes'])}x)"
            for finding in result["violations"]
            if finding["impact"] in {"serious", "critical"}
        ]

    return run
