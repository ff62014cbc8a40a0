"""Measures how well planted anomalies are found by feraset-imagen's rules and by ours, on the same weeks."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.detection.detectors import by_all, by_predecessor, by_robust_detector
from tools.detection.products import HISTORY_WEEKS, PLANTED_PER_PRODUCT, WEEKS, product
from tools.detection.scoring import Score, scored, table

PAGE = Path(__file__).resolve().parents[1] / "docs/reports.md"
BEGIN, END = "<!-- report-benchmark: begin -->", "<!-- report-benchmark: end -->"

DETECTORS = {
    "feraset-imagen's rules": by_predecessor,
    "the robust detector": by_robust_detector,
    "rules and detector, merged": by_all,
}
PRODUCTS = 240


def main() -> int:
    options = _options()
    scores = run(range(options.first, options.first + options.products), options.processes)
    text = report(scores, options.products)
    print(text)
    if options.write:
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


def run(seeds: Sequence[int], processes: int = 1) -> dict[str, Score]:
    if processes == 1:
        return scored(map(product, seeds), DETECTORS)
    with Pool(processes) as pool:
        return _added(pool.imap(_of_one, seeds))


def report(scores: dict[str, Score], products: int) -> str:
    weeks, planted = products * (WEEKS - HISTORY_WEEKS), products * PLANTED_PER_PRODUCT
    return f"{products} products, {weeks:,} weeks, {planted:,} planted anomalies.\n\n{table(scores)}"


def rewritten(page: str, text: str) -> str:
    """Return the page with `text` between its markers. Raises ValueError if they are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the benchmark: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="report_benchmark", description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS, help=f"how many products ({PRODUCTS})")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--processes", type=int, default=2, help="how many processes at once (2)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/reports.md")
    return parser.parse_args()


def _of_one(seed: int) -> dict[str, Score]:
    return scored([product(seed)], DETECTORS)


def _added(parts: Iterable[dict[str, Score]]) -> dict[str, Score]:
    scores = {name: Score() for name in DETECTORS}
    for part in parts:
        for name, score in part.items():
            scores[name].add(score)
    return scores


if __name__ == "__main__":
    sys.exit(main())
