"""A path that a document names is there. Otherwise a reader looks for a file that was moved long ago."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = ROOT / "functions"

# A tool writes these. What they name stands in the tool's own source.
GENERATED = {"docs/benchmarks/README.md", "docs/problems/README.md", "docs/reliability.md"}
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *(ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")),
        *(readme for floor in ("domain", "services") for readme in (FUNCTIONS / floor).glob("*/README.md")),
    )
    if path.relative_to(ROOT).as_posix() not in GENERATED
)

# Documents name a file from the root, or from the folder that the text is about.
BASES = (ROOT, FUNCTIONS, FUNCTIONS / "tests", ROOT / "web")
# A word with a slash is a path if it begins with one of these folders.
FOLDERS = {"functions", "tools", "web", "src", "tests"} | {path.parent.name for path in FUNCTIONS.glob("*/__init__.py")}
# These are made on the reader's own machine.
MADE_THERE = {"functions/venv", "functions/.env.my-project"}

PATH = re.compile(r"(?<![\w./:-])(?:[\w.-]+|<\w+>)(?:/(?:[\w.*-]+|<\w+>))*/?")
SOURCE = re.compile(r"[\w-]+\.(?:py|tsx?)")


@cache
def names_of_sources() -> frozenset[str]:
    places = (ROOT / "tools", ROOT / "web/src", ROOT / "web/build", *(FUNCTIONS / name for name in FOLDERS))
    files = (path for place in places for path in place.rglob("*.*"))
    return frozenset(path.name for path in (*FUNCTIONS.glob("*.py"), *files))


def is_there(word: str) -> bool:
    """`<room>` stands for any name, as `*` does."""
    if "/" not in word:
        return word in names_of_sources()
    pattern = re.sub(r"<\w+>", "*", word.rstrip("/"))
    return any(next(base.glob(pattern), None) is not None for base in BASES)


def paths_named_in(text: str) -> Iterator[str]:
    for word in (match.group().rstrip(".") for match in PATH.finditer(text)):
        if SOURCE.fullmatch(word) or ("/" in word and word.split("/")[0] in FOLDERS):
            yield word


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_path_that_a_document_names_is_there(document: str) -> None:
    named = set(paths_named_in((ROOT / document).read_text(encoding="utf-8"))) - MADE_THERE
    assert {path for path in named if not is_there(path)} == set()


def test_documents_name_paths() -> None:
    assert len([*paths_named_in((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))]) > 20


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`domain/credits/ledger.py` and `functions/domain/<room>/README.md`", []),
        ("`core/`, `tests/domain/credits/`, `web/src/pages` and robust.py.", []),
        ("https://example.com/tools/nothing.py, /v1/reports/2026 and /web/none", []),
        ("`repositories/together.py`", ["repositories/together.py"]),
        ("the file bootstrap.py.", ["bootstrap.py"]),
        ("`providers/pages/`", ["providers/pages/"]),
        ("`domain/<room>/nothing.md`, and\n`tools/nothing.py`", ["domain/<room>/nothing.md", "tools/nothing.py"]),
        ("  web/src/nothing/       one folder", ["web/src/nothing/"]),
    ],
)
def test_what_is_not_there_is_found(text: str, missing: list[str]) -> None:
    assert [path for path in paths_named_in(text) if not is_there(path)] == missing
