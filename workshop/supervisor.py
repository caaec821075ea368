"""Web server, worker and clock as children: started together, watched, stopped together. Nothing restarts silently."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.console import WorkshopError, tail
from workshop.layout import PYTHON, ROOT, DataFolder
from workshop.processes import prepare_log, spawn, wait_or_kill

HEALTH_PATIENCE = 90.0
STOP_PATIENCE = 15.0
PORT_PATIENCE = 2.0


@dataclass(frozen=True)
class Child:
    """A running child and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    log_began: int

    def has_said(self, words: str) -> bool:
        """Say whether these words are in what it wrote since it was started."""
        with self.log.open("rb") as log:
            log.seek(self.log_began)
            return words.encode() in log.read()


class Supervisor:
    """Holds the children of one installation."""

    def __init__(self, folder: DataFolder, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.children: list[Child] = []

    def start_web(self, host: str, port: int) -> None:
        """Start the production web server on an address."""
        shown = f"[{host}]" if ":" in host else host
        bind = {"BIND": f"{shown}:{port}", "WEB_CONCURRENCY": self.environment.get("WEB_CONCURRENCY", "2")}
        command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "renovation.wsgi:application"]
        self.start("web", command, bind)

    def start_worker(self) -> None:
        """Start the Celery worker."""
        command = ["celery", "-A", "renovation", "worker", "--loglevel", "INFO", "--concurrency", "2"]
        self.start("worker", [*command, "--without-gossip", "--without-mingle"])

    def start_beat(self) -> None:
        """Start the Celery clock; its notes lie in the data folder."""
        schedule = self.folder.beat / "schedule"
        command = ["celery", "-A", "renovation", "beat", "--loglevel", "INFO", "--schedule", str(schedule)]
        self.start("beat", [*command, "--pidfile", ""])

    def start(self, name: str, module: Sequence[str], extra: Mapping[str, str] | None = None) -> None:
        """Start a Python module of our environment as a child that writes to logs/NAME.log."""
        log = self.folder.logs / f"{name}.log"
        environment = {**self.environment, **(extra or {})}
        began = prepare_log(log)
        process = spawn([PYTHON, "-m", *module], log=log, environment=environment, directory=ROOT)
        self.children.append(Child(name, process, log, began))

    def check(self) -> None:
        """Raise when a child has died, with the end of its log."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
                raise WorkshopError(f"'{child.name}' has died ({how}). The end of {child.log}:\n{tail(child.log)}")

    def wait_until_healthy(self, address: str) -> None:
        """Return when /healthz says that web, database, broker and worker live, and this very worker has begun."""
        deadline = time.monotonic() + HEALTH_PATIENCE
        answer = "no answer"
        while time.monotonic() < deadline:
            self.check()
            code, answer = fetch(f"{address}/healthz")
            if code == 200 and all(child.has_said(" ready.") for child in self.children if child.name == "worker"):
                return
            time.sleep(0.2)
        logs = "\n".join(f"The end of {child.log}:\n{tail(child.log, 8)}" for child in self.children)
        raise WorkshopError(f"{address}/healthz is not well after {HEALTH_PATIENCE:.0f} s: {answer}\n{logs}")

    def watch(self) -> None:
        """Block until a child dies, which raises, or a stop signal comes."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask all children to end, the newest first, and see that none is left."""
        for child in reversed(self.children):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            wait_or_kill(child.process, STOP_PATIENCE)
        self.children.clear()


def fetch(url: str) -> tuple[int, str]:
    """Get a local page without any proxy; 0 when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status, response.read(2000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(2000).decode(errors="replace")
    except OSError as error:
        return 0, str(error)


def require_free_port(host: str, port: int) -> None:
    """Refuse an address that another program has; a server that is just ending gets a moment."""
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        reason = why_not(host, port)
        if not reason:
            return
        if time.monotonic() > deadline:
            raise WorkshopError(f"Port {port} on {host} cannot be used ({reason}). Try --port N.")
        time.sleep(0.1)


def why_not(host: str, port: int) -> str:
    """Return why an address cannot be listened on; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            return getattr(error, "strerror", None) or str(error)
    return ""


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
