"""Nothing that the stack starts may outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


def test_relatives_are_all_descendants_of_the_roots_that_live() -> None:
    parents = {1: 0, 10: 1, 11: 10, 12: 11, 20: 1, 21: 20, 30: 1}
    assert processes.relatives({10}, parents) == {10, 11, 12}
    assert processes.relatives({11, 20, 99}, parents) == {11, 12, 20, 21}
    assert processes.relatives({99}, parents) == set()


def test_this_process_and_its_parent_are_seen() -> None:
    assert processes.living()[os.getpid()] == os.getppid()


@pytest.mark.skipif(sys.platform != "linux", reason="compares both ways of looking, and one is Linux's")
def test_ps_tells_the_same_as_proc() -> None:
    assert dict(processes._from_ps())[os.getpid()] == os.getppid()


def alive(pid: int) -> bool:
    return pid in processes.living()


def start_with_runaway(seconds: float) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", STARTS_A_RUNAWAY, str(seconds)]
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


@pytest.mark.skipif(sys.platform != "linux", reason="setsid is Linux's")
@pytest.mark.parametrize("end", ["by itself", "killed"])
def test_a_runaway_dies_with_the_stack(end: str) -> None:
    parent, runaway = start_with_runaway(0 if end == "by itself" else 300)
    if end == "killed":
        assert alive(runaway)
        parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    wait_until_gone(runaway)
