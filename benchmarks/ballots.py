"""Casting against a bare insert through the same server, races on the real server, the full recount, the result page."""

from __future__ import annotations

import datetime
import http.client
import re
import statistics
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import User
from benchmarks.figures import _p95, _row
from benchmarks.web import Load, server
from communities.models import Household
from projects.models import Entry
from surveys.codes import code_of
from surveys.library import by_code
from surveys.models import Ballot, RollEntry, Round
from surveys.operations.rounds import Plan, announce_round, draft_round, open_round
from surveys.results import recount

ROUNDS = 150  # communities that vote at once
SECONDS = 3.0  # of each run
TURNS = 3  # bare, cast, bare, cast: the machine's mood changes
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-hans", "User-Agent": "benchmark"}
VERSION = 99  # of a scheme nobody else votes on
RECEIPT = re.compile(rb"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
Job = tuple[str, bytes]  # address, body


def run() -> list[dict[str, Any]]:
    """One row per measurement: name, measured, limit, ratio, target, passed."""
    with override_settings(ROUND_PUBLICITY_DAYS=0):
        rounds = open_rounds(ROUNDS)
    entries = list(RollEntry.objects.filter(round__in=rounds).select_related("round"))
    print(f"{len(rounds)} rounds open, {len(entries)} households", flush=True)
    _table()
    ballots = iter(entries)
    rows: list[dict[str, Any]] = []
    with server() as port:
        drive(port, [("/benchmark/insert", b"")] * 400, clients=8, seconds=1)
        drive(port, [job(next(ballots)) for _ in range(200)], clients=8, seconds=2)
        for clients in (8, 32):
            rows += casting(port, ballots, clients)
        rows += races(port, ballots)
    rows += [kept(rounds), full_recount(), result_page()]
    return rows


def open_rounds(number: int) -> list[Round]:
    """Rounds of communities with registered flats, open since an hour; those of an earlier run are used again no more."""
    now = timezone.now()
    busy = Round.objects.running().filter(kind="scheme").values("community")
    having = Household.objects.values("community")
    found = Entry.objects.filter(community__in=having, removed_on__isnull=True, year=2021).exclude(community__in=busy)
    sheet = by_code("scheme_short")
    assert sheet
    rounds = []
    for entry in found.select_related("community__region", "project__region").order_by("-community__household_count")[:number]:
        clerk = User.objects.filter(posts__region=entry.project.region, posts__role="district_staff").first()
        if clerk is None:
            continue
        plan = Plan(
            kind="scheme", title_zh="改造方案表决（压测）", scheme_version=VERSION, project=entry.project, questions=sheet.questions,
            opens_at=now - datetime.timedelta(hours=1), closes_at=now + datetime.timedelta(days=2), questionnaire=sheet.code, remind=False,
        )  # fmt: skip
        before = now - datetime.timedelta(hours=2)
        row = draft_round(community=entry.community, plan=plan, actor=clerk, at=before, synthetic=True)
        announce_round(round_=row, actor=clerk, at=before)
        rounds.append(open_round(round_=row, at=now))
    return rounds


def job(entry: RollEntry, option: str = "agree", key: uuid.UUID | None = None) -> Job:
    """The form of one household, as its phone sends it."""
    code = code_of(entry.round.secret, entry.household_id, entry.issue)
    body = urlencode({"code": code, "key": str(key or uuid.uuid4()), "decision": option})
    return f"/v/{entry.round.code}/cast/", body.encode()


def drive(port: int, jobs: Sequence[Job], *, clients: int, seconds: float) -> Load:
    """Send the forms, each once, as fast as `clients` can for `seconds`. Raises RuntimeError for an answer other than 200."""
    waiting = iter(jobs)
    lock = threading.Lock()
    times: list[list[float]] = [[] for _ in range(clients)]
    wrong: list[str] = []
    begin = time.perf_counter()

    def send(mine: list[float]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() - begin < seconds and not wrong:
            with lock:
                following = next(waiting, None)
            if following is None:
                break
            at = time.perf_counter()
            line.request("POST", following[0], body=following[1], headers=FORM)
            answer = line.getresponse()
            body = answer.read()
            mine.append(time.perf_counter() - at)
            if answer.status != 200:
                wrong.append(f"{following[0]}: {answer.status} {body[:300]!r}")
        line.close()

    threads = [threading.Thread(target=send, args=(mine,)) for mine in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(wrong[0])
    passed = time.perf_counter() - begin
    every = sorted(one for mine in times for one in mine)
    return Load(len(every) / passed, every)


def casting(port: int, ballots: Any, clients: int) -> list[dict[str, Any]]:
    """Ballots with receipt per second, counted at once, against bare inserts; in turns, so that both see the same machine."""
    bare, cast = [], []
    for _turn in range(TURNS):
        bare.append(drive(port, [("/benchmark/insert", b"")] * 20_000, clients=clients, seconds=SECONDS))
        cast.append(drive(port, [job(next(ballots)) for _ in range(1700)], clients=clients, seconds=SECONDS))
    limit, measured = (statistics.median(one.per_second for one in loads) for loads in (bare, cast))
    rows = [
        _row(
            f"cast a ballot with receipt, {clients} clients", f"{measured:.0f}/s", f"{limit:.0f}/s", measured / limit, ">= 0.50",
            measured >= limit / 2,
        )
    ]  # fmt: skip
    if clients == 8:
        slow = statistics.median(one.percentile(95) for one in cast) * 1000
        rows.append(_row("   p95 of one ballot, 8 clients", f"{slow:.1f} ms", "50 ms", slow / 50, "<= 1", slow <= 50))
    return rows


def races(port: int, ballots: Any) -> list[dict[str, Any]]:
    """60 households × 3 different answers at once, and 500 times the same form: one counted ballot each."""
    families = [next(ballots) for _ in range(60)]
    jobs = [job(entry, option) for entry in families for option in ("agree", "disagree", "agree")]
    answers = at_once(port, jobs)
    counted = RollEntry.objects.filter(pk__in=[entry.pk for entry in families], ballot__isnull=False).count()
    kept = Ballot.objects.filter(entry__in=families).count()
    lost = len(set(answers)) - Ballot.objects.filter(receipt__in=[receipt.replace("-", "") for receipt in answers]).count()
    one = next(ballots)
    same = job(one)
    receipts = set()
    for _ in range(10):
        receipts |= set(at_once(port, [same] * 50))
    doubled = Ballot.objects.filter(entry=one).count() - 1
    return [
        _row("60 households × 3 answers at once: counted ballots", str(counted), "60", counted / 60, "= 1", counted == 60 and kept == 180),
        _row("   receipts given out without a ballot behind", str(lost), "0", float(lost), "0", lost == 0),
        _row("500 retries with one key: ballots too many", str(doubled), "0", float(doubled), "0", doubled == 0 and len(receipts) == 1),
    ]


def at_once(port: int, jobs: Sequence[Job]) -> list[str]:
    """Send all forms at the same moment, each on its own connection; the receipts. Raises RuntimeError for a missing one."""
    start, found = threading.Barrier(len(jobs)), [""] * len(jobs)

    def send(place: int, form: Job) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.connect()
        start.wait()
        line.request("POST", form[0], body=form[1], headers=FORM)
        body = line.getresponse().read()
        receipt = RECEIPT.search(body)
        found[place] = receipt[0].decode() if receipt else ""
        line.close()

    threads = [threading.Thread(target=send, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(found):
        raise RuntimeError(f"{found.count('')} of {len(jobs)} forms got no receipt")
    return found


def kept(rounds: list[Round]) -> dict[str, Any]:
    """After all of it: households whose counted ballot is not their last one."""
    wrong = sum(recount(row).wrong for row in rounds)
    return _row("households miscounted after the runs", str(wrong), "0", float(wrong), "0", wrong == 0)


def full_recount() -> dict[str, Any]:
    """Every ballot of the province counted again from the ballots alone, compared with every household's pointer."""
    begin = time.perf_counter()
    again = recount()
    took = time.perf_counter() - begin
    name = f"full recount of {again.ballots:,} ballots"
    return _row(name, f"{took:.2f} s", "5 s", took / 5, "< 1", took < 5 and again.agrees and again.ballots >= 480_000)


def result_page() -> dict[str, Any]:
    """The result page of the largest closed round: p95 of the server's time."""
    row = Round.objects.closed().filter(kind="scheme").order_by("-roll_count").first()
    assert row
    client = Client(SERVER_NAME="localhost")
    address = f"/results/{row.code}/"
    if client.get(address).status_code != 200:
        raise SystemExit(f"{address} does not answer.")
    slow, _work = _p95(client, address)
    return _row(f"result page of {row.roll_count} households: p95", f"{slow:.1f} ms", "50 ms", slow / 50, "< 1", slow < 50)


def _table() -> None:
    """The bare view's own table: one row, one transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS benchmark_row (id bigserial PRIMARY KEY, key uuid NOT NULL, at timestamptz NOT NULL)")
