"""The guide is a promise: each of its examples is run unchanged, and prints what the guide shows."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools import services

GUIDE = (services.ROOT / "docs/guide.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
COMMANDS = {
    "bash": ("bash", "-euo", "pipefail", "example.bash"),
    "python": (sys.executable, "example.py"),
    "javascript": ("node", "example.mjs"),
}
# These blocks start the stack, or need a deployed project.
SHOWN_ONLY = {"sh", "js"}

TRIES = 5

# The simulated models fail one time in twenty. On a busy machine a generation may also end before it is cancelled.
BAD_LUCK = ("failed", "KeyError: 'cost'", "409 undefined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    section: str
    language: str
    code: str
    output: str
    is_json: bool

    def run(self, folder: Path, code: str) -> str:
        command = COMMANDS[self.language]
        (folder / command[-1]).write_text(code, encoding="utf-8")
        done = subprocess.run(
            command, cwd=folder, env=direct(), capture_output=True, text=True, timeout=90, check=False
        )
        return done.stdout + done.stderr


def direct() -> dict[str, str]:
    """Return an environment without a proxy between the examples and this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def examples() -> Iterator[Example]:
    """Yield each program with its expected output, which is the next block of such a language."""
    for section in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        blocks = [match.groups() for match in FENCE.finditer(body)]
        for place, (language, _, code) in enumerate(blocks):
            if language in COMMANDS:
                said = next(
                    (words, text)
                    for kind, words, text in blocks[place + 1 :]
                    if kind == "output" and language in words.split()
                )
                yield Example(
                    section=title, language=language, code=code, output=said[1], is_json="json" in said[0].split()
                )


EXAMPLES = list(examples())


def is_as_said(example: Example, printed: str) -> bool:
    if example.is_json:
        return is_shown(json.loads(example.output), json.loads(printed))
    lines = [".*".join(map(re.escape, line.split("…"))) for line in example.output.splitlines()]
    return re.fullmatch("\n".join(lines) + "\n", printed) is not None


def is_shown(shown: Any, actual: Any) -> bool:
    """Say whether every name and value that is shown is there. `…` stands for more."""
    if isinstance(shown, dict):
        return all(name == "…" or (name in actual and is_shown(value, actual[name])) for name, value in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(actual) and all(map(is_shown, shown, actual))
    return bool(shown == actual)


def test_every_language_is_there_and_nothing_else_is_left_out() -> None:
    assert {"bash", "python", "javascript"} == {each.language for each in EXAMPLES}
    assert {match[1] for match in FENCE.finditer(GUIDE)} == {*COMMANDS, "output"} | SHOWN_ONLY
    assert sum(match[1] == "javascript" for match in FENCE.finditer(GUIDE)) >= 5


def test_what_is_printed_is_compared() -> None:
    said = Example(section="", language="python", code="", output="queued\n…/0.png\n", is_json=False)
    assert is_as_said(said, "queued\nhttp://a/0.png\n")
    assert not is_as_said(said, "failed\nhttp://a/0.png\n")
    assert not is_as_said(said, "queued\n")
    shown = Example(section="", language="bash", code="", output='{"price": 4, "…": "…"}', is_json=True)
    assert is_as_said(shown, '{"price": 4, "more": 1}')
    assert not is_as_said(shown, '{"price": 3, "more": 1}')


@pytest.mark.stack
@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{each.section}-{each.language}" for each in EXAMPLES])
def test_an_example_prints_what_the_guide_says(example: Example, tmp_path: Path) -> None:
    printed = []
    for attempt in range(TRIES):
        code = example.code if attempt == 0 else example.code.replace("guide-fox", f"guide-fox-{attempt}")
        folder = tmp_path / str(attempt)
        folder.mkdir()
        printed.append(example.run(folder, code))
        if is_as_said(example, printed[-1]):
            return
        assert any(each in printed[-1] for each in BAD_LUCK), printed[-1]
    raise AssertionError(printed)
