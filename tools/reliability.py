"""
Tries out faults on the real stack: while clients send requests, servers are killed, the database is stopped, answers
are lost, and tasks are doubled or dropped. Then the sweeper runs, and then the audit. The tool prints the figures and
writes docs/reliability.md. The exit code is 1 if the books differ or a generation has no end.

    reliability.py                  plays all scenarios, and writes the page
    reliability.py --short kills    plays some scenarios with little load, and writes no page
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "functions"))
sys.path.insert(0, str(Path(__file__).parent.parent))

from core.clock import utc_now
from tools import services
from tools.faults import report
from tools.faults.scenarios import FULL, SCENARIOS, SHORT, Outcome, Scenario, Size, play
from tools.faults.servers import Process, firestore
from tools.faults.stage import stage
from tools.processes import Stopped, guarded, stop_on_signals

_LINES_OF_LOG = 20


def main() -> int:
    options = _options()
    for name in [name for name in os.environ if services.KEPT_OUT.fullmatch(name)]:
        del os.environ[name]  # no proxy between us and this machine, and no other stack's addresses
    logging.getLogger().addHandler(logging.NullHandler())  # the sweeper only warns of faults that we made ourselves
    stop_on_signals()
    chosen: list[Scenario] = options.scenarios or [*SCENARIOS]
    size = SHORT if options.short else FULL
    try:
        outcomes = run(chosen, size)
    except Stopped as stopped:
        return stopped.exit_code
    if chosen == [*SCENARIOS] and not options.short:
        report.PATH.write_text(report.render(outcomes, size, at=utc_now()), encoding="utf-8")
        print(f"written: {report.PATH.relative_to(services.ROOT)}")
    print(report.verdict(outcomes))
    return 1 if any(each.differences for each in outcomes) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    names = ", ".join(each.name for each in SCENARIOS)
    parser.add_argument(
        "--short", action="store_true", help="play with as little load as `make test` does, and write no page"
    )
    parser.add_argument("scenarios", nargs="*", type=_named, help=f"some of {names}; without any, all are played")
    return parser.parse_args()


def _named(name: str) -> Scenario:
    for each in SCENARIOS:
        if each.name == name:
            return each
    raise argparse.ArgumentTypeError(f"no such scenario: {name}")


def run(chosen: Sequence[Scenario], size: Size) -> list[Outcome]:
    with guarded(), firestore() as database:
        return [_played(each, size, database) for each in chosen]


def _played(scenario: Scenario, size: Size, database: Process) -> Outcome:
    """Play one scenario. It has servers and data of its own, so that its failure cannot spoil the next one."""
    print(f"{scenario.title} …", flush=True)
    with stage(database) as found:
        outcome = play(found, scenario, size)
        if outcome.differences:
            _show_logs(list(found.servers.values()))
    _show(outcome)
    return outcome


def _show(outcome: Outcome) -> None:
    groups = {
        "answers": outcome.answers,
        "worker": outcome.deliveries,
        "faults": outcome.faults,
        "generations": outcome.statuses,
    }
    print(f"  {outcome.sent} requests in {outcome.seconds:.0f} s, {outcome.sweeps} sweeps")
    for name, counts in groups.items():
        print(f"  {name:<12}" + ", ".join(f"{kind} ({times})" for kind, times in sorted(counts.items())))
    print(
        f"  {'credits':<12}{outcome.credits_before} before, {outcome.credits_after} after and {outcome.charged} charged"
    )
    for difference in outcome.differences or ("zero differences",):
        print(f"  {'audit':<12}{difference}", flush=True)


def _show_logs(servers: list[Process]) -> None:
    for server in servers:
        crashes = [line for line in server.tail().splitlines() if "crashed" in line or "Error" in line]
        print("\n".join(crashes[-_LINES_OF_LOG:]), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
