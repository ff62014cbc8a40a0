"""The web has to agree with the functions on some things. It also has house rules that its own linter does not know."""

import json
import re
from pathlib import Path

from domain.generations import generation

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "web/src"
FILE_LINES_MAX = 300
MADE = "schema.d.ts"

# The console uses these codes when it could not ask the API, or when the API sent no problem.
OWN_CODES = {"app_check", "offline", "unknown"}


def text(path: str) -> str:
    return (SOURCE / path).read_text(encoding="utf-8")


def test_no_file_is_too_long() -> None:
    files = [path for path in SOURCE.rglob("*") if path.suffix in {".ts", ".tsx", ".css"} and path.name != MADE]
    long = [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX]
    assert files
    assert long == []


def test_progress_moves_in_the_browser_by_the_rule_of_the_server() -> None:
    found = {
        name: float(value)
        for name, value in re.findall(r"^const (\w+) = (\d+);", text("live/progress.ts"), re.MULTILINE)
    }
    assert found == {
        "QUEUED": generation.PROGRESS_QUEUED,
        "CLAIMED": generation.PROGRESS_CLAIMED,
        "NEARLY": generation.PROGRESS_NEARLY,
        "UNKNOWN": generation.PROGRESS_UNKNOWN,
    }


def test_the_problems_that_the_console_has_words_for_exist() -> None:
    problems = json.loads((ROOT / "docs/problems/problems.json").read_text(encoding="utf-8"))
    known = set(re.findall(r'case "(\w+)":', text("design/notice.tsx")))
    assert known
    assert known - {each["code"] for each in problems} == OWN_CODES
