"""
Runs the benchmarks: every operation beside its floor, what each operation costs, and the cold start. It uses the
Firestore emulator that set-up found and ports that are free, and writes docs/benchmarks.

    bench.py                                   measures everything
    bench.py --runs 1 --seconds 1 --dry-run    takes a quick look and writes nothing
"""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions/tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.benchmarks import chart, cold, costs, machine, report, results, servers, steady
from tools.processes import Stopped, guarded, stop_on_signals

FOLDER = Path(__file__).resolve().parents[1] / "docs/benchmarks"


def main() -> int:
    arguments = parse()
    stop_on_signals()
    logging.disable(logging.WARNING)  # the warnings of the application that prepares the data would only disturb
    try:
        with guarded(), servers.emulators() as emulators:
            os.environ.update(emulators)
            found = measured(arguments, emulators)
    except Stopped as stopped:
        return stopped.exit_code
    print(report.markdown(found))
    if not arguments.dry_run:
        write(found)
    return 0 if all(row["books_are_exact"] for row in found["steady"]) else 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    names = [operation.name for operation in steady.OPERATIONS]
    parser.add_argument("--runs", type=int, default=3, help="runs of each row, of which the middle one is shown")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each measurement takes")
    parser.add_argument("--warm", type=float, default=1.0, help="how many seconds of warm-up before it do not count")
    parser.add_argument("--cold", type=int, default=9, help="how many cold starts of each function are measured")
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="measure only these operations")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    return parser.parse_args()


def measured(arguments: argparse.Namespace, emulators: Mapping[str, str]) -> dict[str, Any]:
    began, busy = time.monotonic(), machine.busy()
    pace = steady.Pace(warm_seconds=arguments.warm, seconds=arguments.seconds)
    found = {
        "measured_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine.described(),
        "busy": busy,
        "runs": arguments.runs,
        "seconds": arguments.seconds,
        "costs": costs.measure(),
        "cold": cold.measure(emulators, arguments.cold),
        "steady": list(rows(arguments, emulators, pace)),
    }
    return {**found, "minutes": max(1, round((time.monotonic() - began) / 60))}


def rows(arguments: argparse.Namespace, emulators: Mapping[str, str], pace: steady.Pace) -> Iterator[dict[str, Any]]:
    for operation in steady.OPERATIONS:
        if operation.name not in arguments.only:
            continue
        runs = [list(steady.measure(operation, emulators, pace)) for _ in range(arguments.runs)]
        for same in zip(*runs, strict=True):
            row = results.middle(same)
            print(progress(row), file=sys.stderr, flush=True)
            yield row


def progress(row: Mapping[str, Any]) -> str:
    load = f"{row['rate']}/s" if row["rate"] else f"{row['clients']} clients"
    return f"{row['title']}, {load}: {row['served']['per_second']}/s, p95 {row['served']['p95_ms']} ms, {row['ratios']}"


def write(found: Mapping[str, Any]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    contents = {
        "results.json": json.dumps(found, indent=2) + "\n",
        "chart.svg": chart.svg(found),
        "README.md": report.markdown(found),
    }
    for name, content in contents.items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
