"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from workshop.console import WorkshopError

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_LIMIT = 10_000_000


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: leave through every finally."""


def dies_with_parent(death_signal: int) -> Callable[[], None]:
    """Return what a child does before exec so that the kernel signals it when its parent is gone."""
    parent = os.getpid()

    def tie() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return tie


def prepare_log(log: Path) -> int:
    """Put a log that has grown large aside, and return where the next start begins to write."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.stat().st_size if log.exists() else 0


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    death_signal: int = signal.SIGTERM,
    owner: tuple[int, int] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, with its output in a log file, as another user if one is given."""
    prepare_log(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=dies_with_parent(death_signal),
            user=owner[0] if owner else None,
            group=owner[1] if owner else None,
            extra_groups=[] if owner else None,
        )


def stop(process: subprocess.Popen[bytes], first_signal: int, patience: float) -> bool:
    """Ask a child to end and see to it; True when asking was enough."""
    if process.poll() is None:
        process.send_signal(first_signal)
    return wait_or_kill(process, patience)


def wait_or_kill(process: subprocess.Popen[bytes], patience: float) -> bool:
    """Wait for a child that was asked to end, then kill its whole process group; True when waiting was enough."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        process.wait()
        return False
    return True


def end_group(leader: int) -> None:
    """Kill what is left of a session that one of our children led."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def command_line(pid: int) -> str:
    """Return the command line of a live process, empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def wait_until_gone(pid: int, patience: float) -> bool:
    """Wait for a process that is not our child to end."""
    deadline = time.monotonic() + patience
    while command_line(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def call(command: Sequence[str | Path], environment: Mapping[str, str], directory: Path) -> int:
    """Run a command in the foreground and return its exit code; it dies with us."""
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=directory,
        env=dict(environment),
        preexec_fn=dies_with_parent(signal.SIGTERM),
    ) as process:
        try:
            return process.wait()
        except BaseException:
            stop(process, signal.SIGTERM, 10)
            raise


def require(command: Sequence[str | Path], environment: Mapping[str, str], directory: Path) -> None:
    """Run a command that must succeed; its own output has said why when it did not."""
    code = call(command, environment, directory)
    if code:
        words = " ".join(Path(word).name if index == 0 else str(word) for index, word in enumerate(command))
        raise WorkshopError(f"'{words}' failed (exit code {code}); its output is above.")


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first stop signal into StopRequested and ignore the following ones while everything is put away."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise StopRequested

    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, on_signal)
    yield


@contextmanager
def interrupts_left_to_child() -> Iterator[None]:
    """Leave Ctrl-C to the program in the foreground, such as a shell, while it runs."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
