"""
Child processes that cannot outlive this one, however it ends. firebase-tools starts Java in a process group
of its own and leaves the functions' Python processes behind, and once a parent is gone nobody can tell whose
they were. So a guard watches the whole family all the time, and kills what is left of it when its pipe from
the parent closes.

Run as a script, this file is the guard: `processes.py PARENT_PID`.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WATCH_SECONDS = 0.5
KILL_SECONDS = 5.0
PROC = Path("/proc")
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Stopped(BaseException):  # not an Exception: nothing but the outermost frame may hold it up
    """The stack was told to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def stop_on_signals() -> None:
    """Raise Stopped at the first signal. Later ones are ignored: stopping is short and must not be torn."""

    def stop(number: int, _frame: object) -> NoReturn:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in STOP_SIGNALS:
        if each != signal.SIGHUP or not under_nohup():
            signal.signal(each, stop)


def under_nohup() -> bool:
    return signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


class Parent:
    """Who started us. Once it is gone nobody can stop us, so we stop, except under nohup: it wants that."""

    def __init__(self) -> None:
        self._pid = os.getppid()
        self._may_leave = under_nohup()

    def check(self) -> None:
        if os.getppid() != self._pid and not self._may_leave:
            raise Stopped(signal.SIGHUP)


def stop_politely(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask, and wait a little. Who does not listen is the guard's."""
    if child.poll() is None:
        child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(seconds)


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever this process starts inside, and whatever that starts, is gone afterwards."""
    adopt_orphans()
    command = [sys.executable, __file__, str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as guard:
        if guard.stdin is None:
            raise AssertionError  # it was asked for
        try:
            yield
        finally:
            guard.stdin.close()


def adopt_orphans() -> None:
    """On Linux, become the parent of each descendant whose own parent ends, so that none gets out of sight."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def guard_family_of(parent: int) -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    family: set[int] = set()
    while not select.select([sys.stdin], [], [], WATCH_SECONDS)[0]:
        family = others(family, parent)
    deadline = time.monotonic() + KILL_SECONDS
    while (family := others(family, parent)) and time.monotonic() < deadline:
        for pid in family:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def others(family: set[int], parent: int) -> set[int]:
    """
    The parent's family as of now, without the parent and this guard. Who was in it stays in it: an orphan
    cannot be recognised any more.
    """
    return relatives(family | {parent}, living()) - {parent, os.getpid()}


def relatives(roots: set[int], parents: dict[int, int]) -> set[int]:
    """The roots that live, and all that descend from them."""
    found = roots & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def living() -> dict[int, int]:
    """The parent of every process of this machine; zombies are left out."""
    return dict(_from_proc() if (PROC / "self/stat").exists() else _from_ps())


def _from_proc() -> Iterator[tuple[int, int]]:
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            with suppress(OSError):  # it may end while we read
                # A name in brackets comes first and may hold anything, brackets and spaces too.
                state, parent = (PROC / entry.name / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(entry.name), int(parent)


def _from_ps() -> Iterator[tuple[int, int]]:
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,state="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        pid, parent, state = line.split(maxsplit=2)
        if not state.startswith("Z"):
            yield int(pid), int(parent)


if __name__ == "__main__":
    guard_family_of(int(sys.argv[1]))
