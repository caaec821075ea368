"""A clerk on site loses the connection: what was entered waits on the phone, is there after a reload, and is sent once."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import DiaryEntry, Photo, WorkProgress
from projects.queries import works_of
from tests.factories.evidence import bring_to, make_scheme, make_work_progress, picture
from tests.factories.people import PASSWORD, make_user
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = (114.46, 36.61)
KEPT = "() => Number(document.documentElement.dataset.kept) > 0"


@pytest.fixture
def project(tree, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    staff = make_user("district_staff", "130404", username="clerk")
    started = timezone.localdate() - datetime.timedelta(days=40)
    project = bring_to(
        make_planned_project(make_community(name="机械厂家属院", longitude=HOME[0], latitude=HOME[1])), "started", started.isoformat(), staff
    )  # fmt: skip
    make_scheme(project, staff)
    make_work_progress(works_of(project)[0].work, staff, timezone.localdate().isoformat(), 30)
    return project


def open_card(page, name):
    page.click(f"details.card:has(form[data-name='{name}']) summary")
    return page.locator(f"form[data-name='{name}']")


def test_two_works_and_a_photo_entered_without_a_connection_are_sent_once(open_page, sign_in, project, axe):
    entry = project.entries.get()
    address = reverse("projects:site-works", args=[entry.pk])
    page = open_page(width=390, height=844, geolocation={"longitude": HOME[0], "latitude": HOME[1]}, permissions=["geolocation"])
    sign_in(page, "clerk", PASSWORD)
    page.goto(address)
    page.wait_for_function(KEPT)
    page.wait_for_function("() => window.sitePhoto.position() !== null")
    assert axe(page) == []

    page.context.set_offline(True)
    roof = open_card(page, "屋面防水")
    roof.locator("[data-step='1']").click(click_count=2)
    assert roof.locator("[name=percent]").input_value() == "10"
    roof.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    roof.locator(".shots img").wait_for()
    page.wait_for_timeout(400)  # typing is kept a moment after the last key
    page.reload()  # nothing was pressed yet: what was typed is a draft
    page.wait_for_function("() => document.querySelector(\"form[data-name='屋面防水'] [name=percent]\").value === '10'")
    assert page.locator("form[data-name='屋面防水'] .shots img").count() == 1
    page.wait_for_function("() => window.sitePhoto.position() !== null")
    open_card(page, "外墙粉刷").locator("[name=percent]").fill("20")
    page.click("#send")
    page.wait_for_selector("#outbox-list li >> nth=1")
    assert page.inner_text("#strip-title") == "没有网络，2 条还没发出"

    page.reload()
    page.wait_for_selector("#outbox-list li >> nth=1")
    told = page.inner_text("#outbox-list")
    assert "屋面防水" in told and "外墙粉刷" in told and "1 张照片" in told
    assert page.is_visible("#strip") and WorkProgress.objects.count() == 1

    page.context.set_offline(False)
    page.wait_for_selector("#strip", state="hidden", timeout=30_000)
    sent = {row.work.name: row.percent for row in WorkProgress.objects.select_related("work")}
    assert sent == {"给排水管网": 30, "屋面防水": 10, "外墙粉刷": 20}
    photo = Photo.objects.get()
    assert (photo.work.name, round(photo.longitude, 2), photo.in_yard) == ("屋面防水", HOME[0], True)

    page.evaluate("window.siteOutbox.sendAll(true)")  # a second sending, and the same entry put back by hand
    again = WorkProgress.objects.get(work__name="屋面防水")
    page.evaluate(
        """([key, url, work]) => window.siteOutbox.keep({key, url, name: 'x', fields: {work, percent: '10', key}, photos: []})
        .then(() => window.siteOutbox.sendAll(true))""",
        [str(again.client_key), address, str(again.work_id)],
    )
    page.wait_for_selector("#strip", state="hidden")
    assert (WorkProgress.objects.count(), Photo.objects.count()) == (3, 1)

    # what the server refuses stays on the phone with its sentence, and is mended there
    pipes = open_card(page, "给排水管网")
    pipes.locator("[name=quantity]").fill("9.9")
    page.click("#send")
    page.wait_for_selector("form[data-name='给排水管网'] [data-error=quantity]:not([hidden])")
    assert "方案计划量为 2.4 km" in pipes.locator("[data-error=quantity]").inner_text()
    pipes.locator("[name=note]").fill("多挖一段")
    page.click("#send")
    page.wait_for_selector("form[data-name='给排水管网'] [data-state].pass")

    page.click("details.card:has(form[data-card=diary]) summary")
    page.fill("#d-workers", "18")
    page.fill("#d-text", "屋面找平，材料进场。")
    page.click("#send")
    page.wait_for_selector("form[data-card=diary] [data-state].pass")
    entry_of_day = DiaryEntry.objects.get()
    assert (entry_of_day.workers, entry_of_day.on) == (18, timezone.localdate())


def test_nobody_finds_the_pages_of_another_user_after_signing_out(open_page, sign_in, project):
    page = open_page(width=390)
    sign_in(page, "clerk", PASSWORD)
    address = reverse("projects:site-works", args=[project.entries.get().pk])
    page.goto(address)
    page.wait_for_function(KEPT)
    assert page.evaluate("caches.keys()") != []
    page.goto("/accounts/profile/")
    page.locator("form[action='/accounts/logout/'] button").first.evaluate("button => button.click()")
    page.wait_for_url(lambda url: "/accounts/login" in url)
    page.wait_for_function("() => caches.keys().then(names => names.length === 0)")
