"""Nothing that the stack starts may outlive it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tools import processes

ROOT = Path(processes.__file__).resolve().parent.parent
STARTS_A_RUNAWAY = """
import subprocess, sys, time
from tools.processes import guarded
with guarded():
    # The child is gone at once; the grandchild, in a session of its own, is nobody's.
    subprocess.run(["sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!"], check=True)
    time.sleep(2)
    print("up", flush=True)
    time.sleep(float(sys.argv[1]))
"""
# Here nobody adopts the orphan, as on macOS, so the guard must have seen it while its parent still ran.
STARTS_AN_ORPHAN = """
import subprocess, time
from tools import processes
processes.adopt_orphans = lambda: None
with processes.guarded():
    subprocess.run(["sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!; sleep 2"], check=True)
    time.sleep(1)
    print("up", flush=True)
    time.sleep(300)
"""
STARTS_A_CHILD = """
import subprocess
child = subprocess.Popen(["sleep", "300"])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", STARTS_A_CHILD], stdout=subprocess.PIPE, text=True) as started:
        yield started
        started.kill()


@pytest.fixture
def child(parent: subprocess.Popen[str]) -> Iterator[psutil.Process]:
    """Yield the parent's child, which is a grandchild of this process."""
    assert parent.stdout is not None
    started = psutil.Process(int(parent.stdout.readline()))
    yield started
    processes.kill({started})


def test_all_descendants_are_family(parent: subprocess.Popen[str], child: psutil.Process) -> None:
    assert processes.living_family(psutil.Process(parent.pid), set()) == {child}
    assert {psutil.Process(parent.pid), child} <= processes.living_family(psutil.Process(), set())


def test_an_orphan_stays_in_the_family(parent: subprocess.Popen[str], child: psutil.Process) -> None:
    root, middle = psutil.Process(), psutil.Process(parent.pid)
    parent.kill()
    parent.wait()
    assert child not in processes.living_family(root, set())
    family = processes.living_family(root, {middle, child})
    assert child in family
    assert middle not in family


def test_descendants_of_a_known_orphan_are_family(parent: subprocess.Popen[str], child: psutil.Process) -> None:
    with subprocess.Popen(["sleep", "300"]) as stranger:
        try:
            root, orphan = psutil.Process(stranger.pid), psutil.Process(parent.pid)
            assert processes.living_family(root, {orphan}) == {orphan, child}
        finally:
            stranger.kill()


def test_zombies_are_not_waited_for(parent: subprocess.Popen[str]) -> None:
    zombie = psutil.Process(parent.pid)
    parent.kill()
    deadline = time.monotonic() + 10
    while zombie.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
    assert zombie not in processes.living_family(psutil.Process(), {zombie})


def test_a_stranger_with_the_number_of_a_process_that_ended_is_spared(child: psutil.Process) -> None:
    # The system uses a number again too slowly to wait for that. So we remember a process that began a second before
    # its successor.
    ended = psutil.Process(child.pid)
    ended._ident = (child.pid, child._ident[1] - 1)  # type: ignore[attr-defined]
    assert not processes.lives(ended)
    assert ended not in processes.living_family(psutil.Process(), {ended})
    processes.kill({ended})
    assert_goes_on(child)


def assert_goes_on(process: psutil.Process) -> None:
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(0.2)


def alive(pid: int) -> bool:
    try:
        return processes.lives(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def start_with_runaway(script: str, *arguments: str) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", script, *arguments]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    runaway = int(parent.stdout.readline())
    assert parent.stdout.readline() == "up\n"
    return parent, runaway


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, f"{pid} is still there"
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
@pytest.mark.parametrize("end", ["by itself", "killed"])
def test_a_runaway_dies_with_the_stack(end: str) -> None:
    parent, runaway = start_with_runaway(STARTS_A_RUNAWAY, "0" if end == "by itself" else "300")
    if end == "killed":
        assert alive(runaway)
        parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    wait_until_gone(runaway)


def test_an_orphan_that_nobody_adopted_dies_with_the_stack() -> None:
    parent, runaway = start_with_runaway(STARTS_AN_ORPHAN)
    assert alive(runaway)
    parent.kill()
    parent.wait(10)
    wait_until_gone(runaway)
