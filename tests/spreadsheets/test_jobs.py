"""The row is the queue: claimed once, killed anywhere, taken over, stopped; nothing is written twice."""

from __future__ import annotations

import datetime
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from communities.models import Community
from spreadsheets import operations, running, tasks
from spreadsheets.models import Job
from spreadsheets.operations import WrongState
from spreadsheets.pulse import ClaimLost, Progress, Pulse, Stopped
from spreadsheets.running import run, silently
from spreadsheets.storage import folder
from tests.spreadsheets.conftest import COMMUNITY_HEAD

ROW = ["复兴区", None, "13040400001", "机械厂家属院", "石化街", 1985, 120, 8400]
LATER = datetime.timedelta(seconds=60)


@pytest.fixture
def queued(district_staff, upload):
    return upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])


@pytest.mark.django_db
def test_a_job_whose_worker_died_while_checking_is_done_by_the_next(queued, work):
    assert operations.claim(at=timezone.now()) is not None  # and then its worker is killed
    assert operations.claim(at=timezone.now()) is None
    tasks.sweep_jobs()
    assert Job.objects.get().state == "running"  # not yet silent for long enough
    Job.objects.update(seen_at=timezone.now() - LATER)
    tasks.sweep_jobs()
    assert Job.objects.get().state == "queued"
    assert work().state == "checked"


@pytest.mark.django_db
def test_a_job_whose_worker_died_while_writing_is_written_once(queued, work, district_staff):
    operations.confirm(actor=district_staff, at=timezone.now(), job=work())
    dead = operations.claim(at=timezone.now())
    Job.objects.update(seen_at=timezone.now() - LATER)
    tasks.sweep_jobs()
    assert Job.objects.get().state == "confirmed"
    assert work().state == "done"
    run(dead, silently)  # the dead one wakes up: it has lost its claim
    assert Job.objects.get().state == "done"
    assert Community.objects.get().version == 1
    assert Community.objects.get().events.count() == 1


@pytest.mark.django_db
def test_a_worker_that_lost_its_claim_while_writing_writes_nothing(queued, work, district_staff, monkeypatch):
    operations.confirm(actor=district_staff, at=timezone.now(), job=work())
    slow = operations.claim(at=timezone.now())
    Job.objects.update(claim=None, state="confirmed")
    run(slow, silently)
    assert not Community.objects.exists()
    assert Job.objects.get().state == "confirmed"


@pytest.mark.django_db
def test_a_job_that_died_three_times_has_failed(queued):
    for _attempt in range(3):
        assert operations.claim(at=timezone.now()) is not None
        Job.objects.update(seen_at=timezone.now() - LATER)
        operations.hand_on_silent(at=timezone.now())
    job = Job.objects.get()
    assert job.state == "failed" and job.message


@pytest.mark.django_db
def test_at_most_the_set_number_of_jobs_work_at_a_time(district_staff, upload, settings):
    for _number in range(3):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    settings.JOBS_AT_ONCE = 2
    assert [operations.claim(at=timezone.now()) is not None for _number in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_the_task_works_until_the_queue_is_empty(district_staff, upload, monkeypatch):
    monkeypatch.setattr(tasks, "run", lambda job: run(job, silently))
    for _number in range(2):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    tasks.run_jobs()
    assert set(Job.objects.values_list("state", flat=True)) == {"checked"}


@pytest.mark.django_db
def test_a_waiting_job_and_a_checked_one_can_be_stopped(queued, district_staff, upload, work):
    assert operations.stop(actor=district_staff, at=timezone.now(), job=queued).state == "stopped"
    upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    assert operations.stop(actor=district_staff, at=timezone.now(), job=work()).state == "stopped"
    with pytest.raises(WrongState):
        operations.stop(actor=district_staff, at=timezone.now(), job=queued)


@pytest.mark.django_db
def test_old_files_are_taken_away_and_the_row_stays(queued, work):
    job = work()
    assert folder(job.key).is_dir()
    operations.remove_old_files(at=timezone.now() + datetime.timedelta(days=13))
    assert folder(job.key).is_dir()
    operations.remove_old_files(at=timezone.now() + datetime.timedelta(days=15))
    assert not folder(job.key).exists()
    job = Job.objects.get()
    assert (job.state, job.file_in) == ("stopped", "")


@pytest.mark.django_db
def test_a_user_cannot_fill_the_queue(district_staff, upload):
    for _number in range(operations.MOST_WAITING):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    with pytest.raises(WrongState):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])


def test_progress_says_what_is_left_and_hears_of_stops():
    progress = Progress()
    progress.begin(2, 100)
    progress.tick(25)
    progress._step_began = time.monotonic() - 10
    assert progress.seconds_left == 30
    progress.stop = True
    with pytest.raises(Stopped):
        progress.tick(1)
    progress.lost = True
    with pytest.raises(ClaimLost):
        progress.tick(1)


# --- with real threads and connections ------------------------------------------------------------------------------


def in_threads(*calls):
    """Run the calls at the same moment, each with a connection of its own; returns their results in order."""
    results = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def start(index, call):
        try:
            barrier.wait(10)
            results[index] = call()
        except BaseException as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_the_same_job(district_staff, upload, settings):
    settings.JOBS_AT_ONCE = 10
    for _number in range(2):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
    found = in_threads(*[lambda: operations.claim(at=timezone.now())] * 4)
    assert sorted(job.pk for job in found if job is not None) == sorted(Job.objects.values_list("pk", flat=True))
    assert len({job.claim for job in found if job is not None}) == 2


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_rows_at_once_leave_one_community(district_staff, upload, settings):
    settings.JOBS_AT_ONCE = 10
    jobs = []
    for _number in range(2):
        upload(district_staff, "communities", [COMMUNITY_HEAD, ROW])
        jobs.append(operations.claim(at=timezone.now()))
    for job in jobs:
        run(job)
        operations.confirm(actor=district_staff, at=timezone.now(), job=job)
    claimed = [operations.claim(at=timezone.now()) for _number in range(2)]
    in_threads(*[lambda job=job: run(job) for job in claimed])
    assert list(Job.objects.values_list("state", flat=True)) == ["done", "done"]
    community = Community.objects.get()
    assert community.version == 1


@pytest.mark.django_db(transaction=True)
def test_the_pulse_writes_progress_while_the_work_is_in_its_own_transaction(queued):
    job = operations.claim(at=timezone.now() - datetime.timedelta(seconds=20))
    progress = Progress()
    progress.begin(2, 100)
    progress.tick(40)
    connection.ensure_connection()
    with Pulse(job.pk, job.claim, progress):
        time.sleep(1.6)
    seen = Job.objects.get()
    assert (seen.step, seen.done_count, seen.total_count) == (2, 40, 100)
    assert timezone.now() - seen.seen_at < datetime.timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_stop_wish_breaks_off_even_a_long_statement(queued, monkeypatch):
    job = operations.claim(at=timezone.now())

    def long_statement(*args, **more):
        Job.objects.filter(pk=job.pk)  # the wish comes from another connection
        wish = threading.Timer(0.3, lambda: (Job.objects.filter(pk=job.pk).update(stop_wanted=True), connection.close()))
        wish.start()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(running, "check_rows", long_statement)
    began = time.monotonic()
    run(job)
    assert time.monotonic() - began < 10
    assert Job.objects.get().state == "stopped"
