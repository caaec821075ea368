"""Requests per second through the production web server: gunicorn on a free port, driven by threads that keep their connection."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """What one run gave: answers per second and the times of single answers in seconds, sorted."""

    per_second: float
    times: list[float]

    def percentile(self, percent: int) -> float:
        """Seconds within which `percent` % of the answers came."""
        return self.times[min(len(self.times) - 1, len(self.times) * percent // 100)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(application: str = "benchmarks.empty:application", workers: int = 2) -> Iterator[int]:
    """gunicorn with the production settings file; yields its port, ends it afterwards."""
    port = free_port()
    environment = os.environ | {"BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": str(workers), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), application]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("gunicorn ended while starting")
        try:
            get(port, "/benchmark/empty")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("gunicorn did not answer in time")


def get(port: int, path: str, headers: dict[str, str] | None = None) -> int:
    """One request; the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def drive(port: int, path: str, *, headers: dict[str, str] | None = None, seconds: float = 4, threads: int = 8) -> Load:
    """Ask for `path` as fast as `threads` clients can for `seconds`. Raises RuntimeError for an answer other than 200."""
    times: list[list[float]] = [[] for _ in range(threads)]
    wrong: list[int] = []
    begin = time.perf_counter()

    def ask(mine: list[float]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() - begin < seconds and not wrong:
            at = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            answer.read()
            mine.append(time.perf_counter() - at)
            if answer.status != 200:
                wrong.append(answer.status)
        connection.close()

    workers = [threading.Thread(target=ask, args=(mine,)) for mine in times]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if wrong:
        raise RuntimeError(f"{path} answered {wrong[0]}")
    passed = time.perf_counter() - begin
    every = sorted(one for mine in times for one in mine)
    return Load(len(every) / passed, every)
