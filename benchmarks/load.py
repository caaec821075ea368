"""python3 dev.py load: many people at once on the running production server, for a bounded number of requests.

Officials read (dashboard, units, the communities behind a figure, list with search, a project, the statistics API), clerks
also open their grid and save a month's progress. Nobody pauses to think: each asks again as soon as the answer is there.
Ends by itself; exit code 1 when an answer was an error. Only for a server on this machine.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import django

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
TOKEN = "load0load0load0load0load0load000"  # of the form's double check: cookie and header must be the same
YEAR, DAY, MONTH = 2021, "2021-05-31", "2021-05"
WORDS = ("家属院", "花园", "jxc", "hy", "机械厂", "新村", "xq", "一中")
PERCENT = re.compile(r'name="(\d+)-percent"[^>]* value="(\d+)"')
REFUSED = 422  # a rule's answer to what was typed: the server did its work


@dataclass(frozen=True)
class Ask:
    """One request: the line of the report that it belongs to, address, and what is posted (None = GET)."""

    name: str
    path: str
    posted: dict[str, object] | None = None


@dataclass
class Person:
    """Somebody at work: headers of their browser, what they may ask, how often relative to the rest."""

    headers: dict[str, str]
    habits: list[tuple[int, Callable[[random.Random], Ask]]]
    entries: list[tuple[str, str]] = field(default_factory=list)  # rows of their grid: key, percent that stands there


@dataclass
class Tally:
    """What all together have seen."""

    most: int
    until: float
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    begun: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def another(self) -> bool:
        """Whether one more request may be made; counts it."""
        with self.lock:
            if self.begun >= self.most or time.perf_counter() > self.until:
                return False
            self.begun += 1
            return True

    def note(self, name: str, seconds: float, problem: str) -> None:
        """Keep one answer."""
        with self.lock:
            self.times[name].append(seconds)
            if problem:
                self.wrong[name].append(problem)


def people(count: int) -> list[Person]:
    """Half of them officials of province and cities, half clerks of counties that have projects under works."""
    from accounts.models import Post
    from benchmarks.figures import cookie
    from projects.models import Project

    posts = Post.objects.filter(user__is_active=True, user__must_change_password=False).select_related("user", "region")
    officials = list(posts.filter(role__in=("province_official", "city_official")).order_by("region__depth", "pk")[: count - count // 2])
    busy = Project.objects.filter(stage="started").values("region_id")
    clerks = list(posts.filter(role="district_staff", region_id__in=busy).order_by("pk")[: count // 2])
    if not officials or not clerks:
        raise SystemExit("No official or no clerk has an account: load the demo year first.")
    found = []
    for number in range(count):
        post = (officials[number // 2 % len(officials)]) if number % 2 == 0 else clerks[number // 2 % len(clerks)]
        projects = list(Project.objects.filter(region__path__startswith=post.region.path).order_by("pk").values_list("pk", flat=True)[:200])
        headers = cookie(post.user)
        headers["Cookie"] += f"; csrftoken={TOKEN}"
        person = Person(headers | {"X-CSRFToken": TOKEN}, reading(post.region.code, projects))
        if number % 2:
            person.habits += [(10, lambda _dice: Ask("grid of a month", f"/progress/?month={MONTH}")), (25, saving(person))]
        found.append(person)
    return found


def reading(code: str, projects: list[int]) -> list[tuple[int, Callable[[random.Random], Ask]]]:
    """What everybody looks at, from their own region on."""
    period = urlencode({"year": YEAR, "as_of": DAY})
    return [
        (30, lambda _dice: Ask("dashboard", "/dashboard/")),
        (8, lambda dice: Ask("dashboard of another day", f"/dashboard/?year={YEAR}&as_of={YEAR}-05-{dice.randint(1, 30):02d}")),
        (10, lambda _dice: Ask("communities behind a figure", f"/figures/start_rate_communities/rows/?region={code}&{period}")),
        (20, lambda dice: Ask("communities, with search", f"/communities/?q={quote(dice.choice(WORDS))}")),
        (10, lambda dice: Ask("project", f"/projects/{dice.choice(projects)}/") if projects else Ask("projects", "/projects/")),
        (10, lambda _dice: Ask("statistics API", f"/api/v1/statistics/?region={code}&{period}")),
    ]


def saving(person: Person) -> Callable[[random.Random], Ask]:
    """Save a row of the grid that was opened last; opens it first where none was."""

    def ask(dice: random.Random) -> Ask:
        if not person.entries:
            return Ask("grid of a month", f"/progress/?month={MONTH}")
        entry, percent = dice.choice(person.entries)
        row: dict[str, object] = {"entry": int(entry), "month": MONTH, "percent": percent, "note": f"load {dice.random()}"}
        return Ask("entry saved", "/progress/row/", row)

    return ask


def work(person: Person, address: str, tally: Tally, dice: random.Random) -> None:
    """Ask until the tally is full."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    weights = [weight for weight, _habit in person.habits]
    while tally.another():
        ask = dice.choices(person.habits, weights)[0][1](dice)
        at = time.perf_counter()
        try:
            status, body = send(connection, person, ask)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            tally.note(ask.name, time.perf_counter() - at, repr(error))
            continue
        tally.note(ask.name, time.perf_counter() - at, "" if status in {200, REFUSED} else f"{status} for {ask.path}: {body[:120]}")
        if ask.name == "grid of a month":
            person.entries = PERCENT.findall(body)
    connection.close()


def send(connection: http.client.HTTPConnection, person: Person, ask: Ask) -> tuple[int, str]:
    """One request on the kept connection; status and text."""
    if ask.posted is None:
        connection.request("GET", ask.path, headers=person.headers)
    else:
        body = json.dumps(ask.posted)
        connection.request("POST", ask.path, body=body, headers=person.headers | {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace")


def report(tally: Tally, seconds: float) -> int:
    """Print one line per kind of request; 1 when something was wrong."""
    print(f"{'what':<34} {'asked':>7} {'p50':>9} {'p95':>9} {'max':>9} {'errors':>7}")
    every = sorted(one for times in tally.times.values() for one in times)
    for name, times in [*sorted(tally.times.items()), ("all", every)]:
        sound = sorted(times)
        p50, p95, most = (sound[min(len(sound) - 1, len(sound) * part // 100)] * 1000 for part in (50, 95, 100))
        errors = sum(len(one) for one in tally.wrong.values()) if name == "all" else len(tally.wrong[name])
        print(f"{name:<34} {len(sound):>7} {p50:>6.0f} ms {p95:>6.0f} ms {most:>6.0f} ms {errors:>7}")
    print(f"{len(every) / seconds:.0f} requests/s for {seconds:.1f} s")
    wrong = [problem for problems in tally.wrong.values() for problem in problems]
    for problem in wrong[:5]:
        print(f"  {problem}")
    return 1 if wrong else 0


def main() -> int:
    """Read the arguments, let everybody begin at once, wait, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20, help="at work at the same time (at most 200)")
    parser.add_argument("--requests", type=int, default=2000, help="in all (at most 100,000)")
    parser.add_argument("--seconds", type=int, default=60, help="at most this long (at most 600)")
    parser.add_argument("--seed", type=int, default=2021, help="the same seed asks the same")
    options = parser.parse_args()
    address = os.environ.get("BENCHMARK_ADDRESS", "")
    if urlsplit(address).hostname not in LOOPBACK:
        print("BENCHMARK_ADDRESS must be a server on this machine: python3 dev.py load starts one.", file=sys.stderr)
        return 2
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
    django.setup()
    crowd = people(max(2, min(options.people, 200)))
    begin = time.perf_counter()
    tally = Tally(most=max(1, min(options.requests, 100_000)), until=begin + max(1, min(options.seconds, 600)))
    threads = [
        threading.Thread(target=work, args=(person, address, tally, random.Random(options.seed + number)))
        for number, person in enumerate(crowd)
    ]
    print(f"{len(crowd)} people on {address}, {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC", flush=True)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report(tally, time.perf_counter() - begin)


if __name__ == "__main__":
    sys.exit(main())
