"""What each sub-command of dev.py does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workshop import checks, frontend
from workshop import environment as python_environment
from workshop.console import WorkshopError, complain, say, step
from workshop.layout import PYTHON, ROOT, WORKSHOP, DataFolder
from workshop.locks import DataLock, setting_up
from workshop.postgres_binaries import home_within_reach, server_account
from workshop.processes import call, interrupts_left_to_child
from workshop.servers import Servers
from workshop.site import collect_static, demo_accounts, fill_database
from workshop.supervisor import Supervisor, free_port, require_free_port
from workshop.translations import ensure_translations

DEFAULT_DATA = WORKSHOP / "data"
BENCH_DATA = WORKSHOP / "bench"
TEST_DATA = WORKSHOP / "test"


def set_up() -> None:
    """Install what the pinned files name and compile the translations; quick when nothing changed."""
    with setting_up(WORKSHOP):
        python_environment.ensure_environment()
        frontend.ensure_frontend()
        ensure_translations()


def run(host: str, port: int, data: Path) -> int:
    """Set everything up, start it, print where it answers, and stay until Ctrl-C."""
    folder = DataFolder(data)
    address = f"http://{'localhost' if host in {'0.0.0.0', '127.0.0.1', '::'} else host}:{port}"
    lock = DataLock(folder.root)
    if not lock.take("run", address):
        raise WorkshopError(f"{lock.refusal()}, with the data in {folder.root}.")
    require_free_port(host, port)
    set_up()
    folder.prepare()
    with prepared_servers(folder, host) as environment:
        supervisor = Supervisor(folder, environment)
        try:
            with step("web server, worker and clock"):
                supervisor.start_web(host, port)
                supervisor.start_worker()
                supervisor.start_beat()
                accounts = demo_accounts(folder, environment)
                supervisor.wait_until_healthy(local_address(host, port))
            say(f"\n{accounts}\nReady: {address}\nLogs:  {folder.logs}\nCtrl-C stops everything.")
            supervisor.watch()
        finally:
            with step("stopping"):
                supervisor.stop()
    return 0


def local_address(host: str, port: int) -> str:
    """Return the address under which this machine itself reaches the web server."""
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{near}:{port}"


@contextmanager
def prepared_servers(folder: DataFolder, host: str = "127.0.0.1") -> Iterator[dict[str, str]]:
    """Start the servers, bring the tables, the static files and the demo year up to date; yields the environment."""
    servers = Servers(folder)
    try:
        with step("PostgreSQL and Valkey"):
            servers.__enter__()
            servers.describe()
        environment = servers.environment(host)
        collect_static(folder, environment)
        fill_database(folder, servers, environment)
        yield environment
    finally:
        servers.__exit__(None, None, None)


def test(arguments: Sequence[str], *, only_checks: bool = False) -> int:
    """Set up a cluster to throw away, run the checks and the tests, and end with pytest's own closing line."""
    set_up()
    folder = DataFolder(TEST_DATA / str(os.getpid()))
    sweep_old_tests()
    lock = DataLock(folder.root)
    lock.take("test")
    try:
        folder.prepare()
        with Servers(folder, test=True) as servers:
            environment = servers.environment()
            failed = [] if arguments and not only_checks else checks.run_checks(environment)
            if only_checks:
                return report(failed)
            code = checks.run_pytest(arguments, environment)
            return report(failed, quiet=True) or code
    finally:
        throw_away(folder)
        lock.release()


def report(failed: Sequence[str], *, quiet: bool = False) -> int:
    """Name the checks that failed; the exit code says whether there were any."""
    if failed:
        complain(f"\nChecks that failed: {', '.join(failed)}")
        return 1
    if not quiet:
        say("\nAll checks passed.")
    return 0


def sweep_old_tests() -> None:
    """Throw away what killed test runs have left."""
    for left in TEST_DATA.glob("[0-9]*"):
        lock = DataLock(left)
        if lock.take("sweep"):
            throw_away(DataFolder(left))
            lock.release()


def benchmark(script: str, arguments: Sequence[str]) -> int:
    """Run a script of benchmarks/ beside a set-up like production's, with its own data and the demo year."""
    if not (ROOT / "benchmarks" / script).is_file():
        raise WorkshopError(f"There is no benchmarks/{script}.")
    folder = DataFolder(BENCH_DATA)
    lock = DataLock(folder.root)
    if not lock.take(f"benchmark {script}"):
        raise WorkshopError(f"{lock.refusal()}, with the data in {folder.root}.")
    set_up()
    folder.prepare()
    with prepared_servers(folder) as environment:
        port = free_port()
        environment["BENCHMARK_ADDRESS"] = local_address("127.0.0.1", port)
        supervisor = Supervisor(folder, environment)
        try:
            with step("web server, worker and clock"):
                supervisor.start_web("127.0.0.1", port)
                supervisor.start_worker()
                supervisor.start_beat()
                supervisor.wait_until_healthy(environment["BENCHMARK_ADDRESS"])
            return call([PYTHON, f"benchmarks/{script}", *arguments], environment, ROOT)
        finally:
            supervisor.stop()


def manage_command(arguments: Sequence[str], data: Path) -> int:
    """Run manage.py beside the embedded servers: those of a run that is active, else started for it."""
    folder = DataFolder(data)
    set_up()
    folder.prepare()
    servers = Servers(folder)
    lock = DataLock(folder.root)
    command: list[str | Path] = [PYTHON, "manage.py", *arguments]
    with interrupts_left_to_child():
        if not lock.take("manage"):
            return call(command, servers.environment(), ROOT)
        with servers:
            return call(command, servers.environment(), ROOT)


def reset(data: Path, *, sure: bool) -> int:
    """Delete the data of an installation, after a question; refuses while something runs with it."""
    folder = DataFolder(data)
    if not folder.root.exists():
        say(f"There is nothing in {folder.root}.")
        return 0
    if not (folder.root / "secrets").is_dir():
        raise WorkshopError(f"{folder.root} does not look like a data folder of this project; nothing was deleted.")
    lock = DataLock(folder.root)
    if not lock.take("reset"):
        raise WorkshopError(f"{lock.refusal()}; stop it first. Nothing was deleted.")
    if not sure:
        say(f"This deletes the databases, uploads, secrets and logs in {folder.root}.")
        if input("Type 'delete' to go on: ").strip() != "delete":
            say("Nothing was deleted.")
            return 1
    throw_away(folder)
    lock.release()
    say(f"Deleted: {folder.root}")
    return 0


def throw_away(folder: DataFolder) -> None:
    """Delete a data folder with what had to lie elsewhere for the server's account."""
    shutil.rmtree(home_within_reach(folder.postgres, server_account()), ignore_errors=True)
    shutil.rmtree(folder.root, ignore_errors=True)
