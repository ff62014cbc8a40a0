"""Child processes must not outlive this one, however it ends. firebase-tools starts Java in a process group of its own
and leaves the functions' Python processes behind. Once a parent is gone, nobody can tell which processes it had
started. So a guard watches the whole family all the time, and kills what is left of it when its pipe from the parent
closes.

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
from typing import NoReturn

import psutil

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WATCH_SECONDS = 0.5
KILL_SECONDS = 5.0
KILL_PAUSE_SECONDS = 0.05
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Stopped(BaseException):  # not an Exception, because only the outermost frame may catch it
    """Raised when the stack was told to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def stop_on_signals() -> None:
    """Raise Stopped at the first signal. Later signals are ignored, because stopping is short and must not be torn."""

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
    """
    The process that started us. Once it is gone nobody can stop us, so we stop by ourselves. Under nohup we go on,
    because that is what nohup is for.
    """

    def __init__(self) -> None:
        self._pid = os.getppid()
        self._may_leave = under_nohup()

    def check(self) -> None:
        if os.getppid() != self._pid and not self._may_leave:
            raise Stopped(signal.SIGHUP)


def stop_politely(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask the child to end, and wait a little. A child that does not listen is left to the guard."""
    if child.poll() is None:
        child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(seconds)


@contextmanager
def guarded() -> Iterator[None]:
    """Make sure that whatever this process starts inside, and whatever that starts, is gone afterwards."""
    adopt_orphans()
    command = [sys.executable, __file__, str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as guard:
        if guard.stdin is None:
            raise AssertionError  # Popen makes it, for we asked for a pipe
        try:
            yield
        finally:
            guard.stdin.close()


def adopt_orphans() -> None:
    """Become the parent of each descendant whose own parent ends, so that none gets out of sight. Only Linux can do
    this.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def guard_family_of(parent_pid: int) -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    parent = psutil.Process(parent_pid)
    family: set[psutil.Process] = set()
    while not select.select([sys.stdin], [], [], WATCH_SECONDS)[0]:
        family = living_family(parent, family)
    deadline = time.monotonic() + KILL_SECONDS
    while (family := living_family(parent, family)) and time.monotonic() < deadline:
        kill(family)
        psutil.wait_procs(family, KILL_PAUSE_SECONDS)


def living_family(parent: psutil.Process, known: set[psutil.Process]) -> set[psutil.Process]:
    """
    Return all living descendants of the parent and of the members known so far, without the parent and this guard.
    Known members stay in the family because an orphan can no longer be recognised by its ancestors.
    """
    family = {parent}
    for root in (parent, *known):
        if root is parent or root not in family:  # each search reads the whole process table
            with suppress(psutil.NoSuchProcess):
                family |= {root, *root.children(recursive=True)}
    return {process for process in family - {parent, psutil.Process()} if lives(process)}


def lives(process: psutil.Process) -> bool:
    """Tell whether the process still runs. A zombie does not, nor does another process with the same number."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def kill(processes: set[psutil.Process]) -> None:
    for process in processes:
        # psutil compares the time of creation first, so a stranger that was given the number is spared.
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.kill()


if __name__ == "__main__":
    with suppress(psutil.NoSuchProcess):  # a parent that ended at once has left nothing that could be found
        guard_family_of(int(sys.argv[1]))
