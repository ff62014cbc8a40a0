"""Plays the simulation for many seeds. Every seed is a run of its own, and the first that breaks a rule is printed."""

import argparse
import sys
import time
from collections.abc import Iterable
from functools import partial
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "functions"))
sys.path.insert(1, str(Path(__file__).parent.parent / "functions/tests"))
sys.path.insert(2, str(Path(__file__).parent.parent))

from simulation.play import STEPS, Played, play

_CHUNK = 20
_PROGRESS_SECONDS = 5.0


def main() -> int:
    options = _options()
    if options.seed is not None:
        return _one(options.seed, options.steps, with_trace=options.trace)
    seeds = range(options.first, options.first + options.seeds)
    with Pool(options.processes) as pool:
        return _report(pool.imap_unordered(partial(_tried, options.steps), seeds, _CHUNK), len(seeds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds (1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--processes", type=int, default=2, help="how many processes at once (2)")
    parser.add_argument(
        "--steps", type=int, default=STEPS, help=f"steps of chaos in each run, before all comes to rest ({STEPS})"
    )
    parser.add_argument("--seed", type=int, help="play this seed alone")
    parser.add_argument("--trace", action="store_true", help="with --seed, print every step and not only the last")
    return parser.parse_args()


def _one(seed: int, steps: int, *, with_trace: bool) -> int:
    played = play(seed, steps=steps)
    if with_trace:
        print("\n".join(played.trace))
    print(played if not with_trace else played.verdict)
    return int(played.rule is not None)


def _tried(steps: int, seed: int) -> tuple[int, Played | None]:
    """Return the number of steps, and the run itself only if it failed, because traces are long."""
    played = play(seed, steps=steps)
    return played.steps, played if played.rule is not None else None


def _report(results: Iterable[tuple[int, Played | None]], wanted: int) -> int:
    started = told = time.monotonic()
    steps = 0
    for count, (taken, failed) in enumerate(results, start=1):
        steps += taken
        if failed is not None:
            print(failed)
            return 1
        if time.monotonic() - told >= _PROGRESS_SECONDS or count == wanted:
            told = time.monotonic()
            rate = steps / (told - started)
            print(f"{count:,} of {wanted:,} seeds: all rules held at {steps:,} steps, {rate:,.0f} a second", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
