"""The embedded servers: where their sockets lie, what a crash leaves, when nothing is started."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import dj_database_url
import pytest

from workshop.console import WorkshopError
from workshop.layout import SOCKET_PATH_LIMIT, DataFolder, socket_folder
from workshop.locks import DataLock
from workshop.postgres import SOCKET, Postgres, read_pid
from workshop.postgres_binaries import binary_folder, can_reach
from workshop.processes import command_line, spawn, stop
from workshop.servers import Servers
from workshop.supervisor import Supervisor, free_port, require_free_port
from workshop.valkey import Valkey


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    found = DataFolder(tmp_path_factory.mktemp("w"))
    # pytest's folders are closed to others; the server's own account must get through.
    for parent in (found.root, found.root.parent, found.root.parent.parent):
        parent.chmod(0o755)
    found.prepare()
    return found


def test_a_short_folder_holds_its_socket() -> None:
    assert socket_folder(Path("/srv/data/postgres"), SOCKET) == Path("/srv/data/postgres")


def test_a_long_folder_gets_a_short_socket_that_is_always_the_same() -> None:
    long = Path("/srv") / ("数" * 40) / "postgres"
    found = socket_folder(long, SOCKET)
    assert found == socket_folder(long, SOCKET) != socket_folder(long / "other", SOCKET)
    assert len(os.fsencode(found / SOCKET)) < SOCKET_PATH_LIMIT


def test_the_address_of_the_database_is_read_back_as_it_was(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "with space", tmp_path / "log")
    found = dj_database_url.parse(postgres.url)
    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"]) == (str(postgres.sockets), 5432, "renovation", "app")


def test_given_servers_are_used_and_nothing_is_started(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@db.example/renovation")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")
    with Servers(folder) as servers:
        assert servers.postgres is None
        assert servers.valkey is None
        environment = servers.environment()
    assert environment["DATABASE_URL"] == "postgres://someone@db.example/renovation"
    assert environment["REDIS_URL"] == "redis://broker.example/0"
    assert not folder.postgres.exists()
    assert not folder.valkey.exists()


def test_no_host_is_allowed_by_a_star(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://x@db/x")
    monkeypatch.setenv("REDIS_URL", "redis://x")
    hosts = Servers(folder).environment("0.0.0.0")["ALLOWED_HOSTS"].split(",")
    assert {"localhost", "127.0.0.1", socket.gethostname()} <= set(hosts)
    assert "*" not in hosts
    assert "0.0.0.0" not in hosts


def test_postgres_finds_chinese_and_starts_again_after_a_crash(folder: DataFolder) -> None:
    postgres = Postgres(folder.postgres, folder.logs / "postgres.log", test=True)
    postgres.start()
    try:
        binaries = binary_folder(postgres.account)
        question = "CREATE EXTENSION pg_trgm; SELECT cardinality(show_trgm('老旧小区')) > 0"
        assert postgres.ask(binaries, question).stdout.strip() == "t"
        assert postgres.process is not None
        os.killpg(postgres.process.pid, signal.SIGKILL)
        postgres.process.wait()
        # What a killed server leaves: a pid file (here even with the number of a live stranger) and a socket.
        pid_file = postgres.data / "postmaster.pid"
        pid_file.write_text(pid_file.read_text().replace(str(postgres.process.pid), str(os.getpid()), 1))
        postgres.start()
        assert postgres.ask(binaries, "SELECT 1").stdout.strip() == "1"
    finally:
        postgres.stop()
    assert read_pid(postgres.data / "postmaster.pid") == 0


def test_valkey_starts_again_where_a_dead_socket_lies(folder: DataFolder) -> None:
    valkey = Valkey(folder.valkey, folder.logs / "valkey.log", test=True)
    folder.valkey.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(valkey.socket))
    valkey.start()
    try:
        assert valkey.ask("PING") == "+PONG"
    finally:
        valkey.stop()
    assert valkey.ask("PING") == ""


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, time, pathlib; from workshop.processes import spawn\n"
        "child = spawn(['sleep', '600'], log=pathlib.Path(sys.argv[1]), environment=os.environ, directory=pathlib.Path('/'))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert command_line(child).startswith("sleep")
        parent.kill()
    deadline = time.monotonic() + 5
    while command_line(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not command_line(child)


def test_a_dead_child_is_named_with_the_end_of_its_log(folder: DataFolder) -> None:
    supervisor = Supervisor(folder, dict(os.environ))
    supervisor.start("worker", ["this_module_does_not_exist"])
    supervisor.children[0].process.wait()
    with pytest.raises(WorkshopError, match=r"(?s)'worker' has died \(exit code 1\).*this_module_does_not_exist"):
        supervisor.check()
    supervisor.stop()


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = spawn(["sh", "-c", "trap '' TERM; sleep 600"], log=tmp_path / "log", environment=os.environ, directory=Path("/"))
    time.sleep(0.2)
    assert stop(deaf, signal.SIGTERM, 0.2) is False
    assert deaf.returncode == -signal.SIGKILL


def test_a_second_claim_on_a_folder_names_the_first(tmp_path: Path) -> None:
    first, second = DataLock(tmp_path), DataLock(tmp_path)
    assert first.take("run", "http://localhost:8000")
    assert not second.take("run", "http://localhost:9000")
    assert "http://localhost:8000" in second.refusal()
    assert str(os.getpid()) in second.refusal()
    first.release()
    assert second.take("run")
    second.release()


def test_a_busy_port_is_refused_with_advice() -> None:
    port = free_port()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(WorkshopError, match="--port"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_a_closed_parent_folder_is_out_of_reach(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    stranger = (12345, 12345)
    assert not can_reach(inner, stranger)
    assert can_reach(inner, (os.geteuid(), os.getegid())) or os.geteuid() != tmp_path.stat().st_uid
