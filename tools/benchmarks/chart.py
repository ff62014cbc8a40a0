"""Draws docs/benchmarks/chart.svg in the light or dark colours that the reader's system asks for."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, LEFT, RIGHT, STEP, BAR = 860, 210, 150, 30, 18
ROOM = WIDTH - LEFT - RIGHT

STYLE = """
svg { --ink: #1d2330; --faint: #8a93a5; --line: #dfe3ea; --bar: #2f6fde; --cold: #c2663a; background: #fff }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e8ebf2; --faint: #8f98ab; --line: #333a48; --bar: #6d9cf5; --cold: #e2925f; background: #12151c }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.head { font-weight: 600; font-size: 15px } .faint { fill: var(--faint) }
.bar { fill: var(--bar) } .cold { fill: var(--cold) } line { stroke: var(--line) }
"""

Row = Mapping[str, Any]


def svg(results: Mapping[str, Any]) -> str:
    shown = [row for row in results["steady"] if row["rate"] is None and row["clients"] in (8, 16) and row["floors"]]
    top, below = 64, 64 + STEP * len(shown) + 58
    height = below + STEP * len(results["cold"]) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Darkroom: throughput beside the floor, and the cold start</title>",
        f"<style>{STYLE}</style>",
        _text(16, 28, "Throughput, as a share of a bare loop of the same database calls", "head"),
        *_shares(shown, top),
        _text(16, below - 24, "Process start to the first answer from Firestore", "head"),
        *_colds(results["cold"], below),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _shares(rows: Sequence[Row], top: int) -> list[str]:
    most = max(1.0, *(_share(row) for row in rows))
    full = LEFT + ROOM / most
    parts = [
        f'<line x1="{full:.0f}" x2="{full:.0f}" y1="{top - 16}" y2="{top + STEP * len(rows) - 8}"/>',
        _text(full, top - 20, "the floor", "faint", "middle"),
    ]
    for place, row in enumerate(rows):
        share = _share(row)
        label = f"{share:.0%}: {row['served']['per_second']:.0f} of {_floor(row):.0f}/s"
        title = f"{row['title']} ({row['clients']})"
        parts += _bar(top + STEP * place, title, ROOM * share / most, label, "bar")
    return parts


def _share(row: Row) -> float:
    """Return the throughput as a share of the bare loop that makes the same calls, the task's included."""
    return float(list(row["ratios"].values())[:2][-1] or 0)


def _floor(row: Row) -> float:
    return float(list(row["floors"].values())[:2][-1]["per_second"])


def _colds(rows: Sequence[Row], top: int) -> list[str]:
    most = max(row["read_ms"] for row in rows)
    parts = []
    for place, row in enumerate(rows):
        label = f"{row['read_ms']:.0f} ms, {row['ratio']:.2f} times"
        parts += _bar(top + STEP * place, row["title"], ROOM * row["read_ms"] / most, label, "cold")
    return parts


def _bar(y: float, title: str, length: float, label: str, kind: str) -> list[str]:
    middle = y + BAR / 2 + 4.5
    return [
        _text(LEFT - 10, middle, title, "", "end"),
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{max(length, 1):.1f}" height="{BAR}" rx="3"/>',
        _text(LEFT + length + 8, middle, label, "faint"),
    ]


def _text(x: float, y: float, content: str, kind: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'
