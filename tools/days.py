"""
Runs the tests of the stack and of the browser on other days than today: at each of seven weekdays, and at moments that
are odd. Each moment gets a stack of its own, whose clock is set to it.

    days.py                     runs all tests that need a server, at all moments
    days.py --only leap-day     runs them at the moments that are named
    days.py -- -k weekly        hands to pytest what comes after --
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MOMENTS = {
    "monday": "2027-03-08T12:00:00Z",
    "tuesday": "2027-03-09T12:00:00Z",
    "wednesday": "2027-03-10T12:00:00Z",
    "thursday": "2027-03-11T12:00:00Z",
    "friday": "2027-03-12T12:00:00Z",
    "saturday": "2027-03-13T12:00:00Z",
    "sunday": "2027-03-14T12:00:00Z",
    # At these three the day ends while the tests run, and with it the week, the month or the year.
    "leap-day": "2028-02-29T23:59:30Z",
    "year-end": "2026-12-31T23:59:00Z",
    "week-and-month-end": "2027-01-31T23:59:00Z",
    # The weeks are counted by the clocks of Berlin here, and those go back from 3 to 2.
    "clock-change": "2027-10-31T00:59:00Z",
}
ZONES = {"clock-change": "Europe/Berlin"}


def main() -> int:
    options = parsed(sys.argv[1:])
    failed = [name for name in options.only if not passes(name, options.pytest)]
    print(f"test-days: {len(options.only) - len(failed)} of {len(options.only)} moments passed.")
    if failed:
        print("test-days: failed at " + ", ".join(f"{name} ({MOMENTS[name]})" for name in failed), file=sys.stderr)
    return 1 if failed else 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", type=names, default=list(MOMENTS), help=f"only some of {','.join(MOMENTS)}")
    options = parser.parse_args(arguments[:end])
    options.pytest = arguments[end + 1 :]
    return options


def names(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := set(chosen) - set(MOMENTS):
        raise argparse.ArgumentTypeError(
            f"no such moment: {', '.join(sorted(unknown))}; there are {', '.join(MOMENTS)}"
        )
    return chosen


def passes(name: str, for_pytest: list[str]) -> bool:
    print(f"test-days: {name}, {MOMENTS[name]}", flush=True)
    stack = [sys.executable, str(ROOT / "tools/stack.py"), "exec", "--now", MOMENTS[name], "--"]
    tests = [sys.executable, "-m", "pytest", "-m", "emulator or stack", *for_pytest]
    environment = {**os.environ, "REPORT_TIME_ZONE": ZONES.get(name, "UTC")}
    return subprocess.run([*stack, *tests], cwd=ROOT, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
