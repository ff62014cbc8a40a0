"""The programs in the reference are run unchanged, except that they name a generation that exists."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.client import v1
from reference.test_guide import direct
from tools import services
from tools.reference.samples import SAMPLED

DOCUMENT = json.loads((services.ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
COMMANDS = {
    "shell": ("bash", "sample.bash"),
    "python": (sys.executable, "sample.py"),
    "javascript": ("node", "sample.mjs"),
}
# On a busy machine a generation may end before the program that cancels it has started.
CROSSED = {"cancelGeneration": "already_final"}

ORDER = {"model": "Model A", "style": "sketch", "color": "neon", "size": "512x512", "prompt": "A pear"}


def sampled() -> Iterator[tuple[str, dict[str, Any]]]:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            if "x-codeSamples" in operation:
                yield operation["operationId"], operation


OPERATIONS = dict(sampled())
CASES = [
    (name, sample["lang"], sample["source"]) for name, each in OPERATIONS.items() for sample in each["x-codeSamples"]
]


def test_every_operation_that_is_used_most_has_all_three() -> None:
    assert {(name, lang) for name, lang, _ in CASES} == {(name, lang) for name in SAMPLED for lang in COMMANDS}


def shapes(operation: dict[str, Any]) -> list[set[str]]:
    """Return the names of the fields in each example of a successful answer."""
    return [
        set(each["value"])
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for each in response["content"]["application/json"]["examples"].values()
    ]


@pytest.mark.stack
@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(("name", "lang", "source"), CASES, ids=[f"{name}-{lang}" for name, lang, _ in CASES])
def test_a_sample_is_answered_as_the_operation_says(name: str, lang: str, source: str, tmp_path: Path) -> None:
    if "/v1/generations/" in source:
        created = v1("POST", "/generations", "arda", json=ORDER)
        source = re.sub(r"(/v1/generations/)[0-9a-f-]{36}", rf"\g<1>{created.body['id']}", source)
    command = COMMANDS[lang]
    (tmp_path / command[-1]).write_text(source, encoding="utf-8")
    done = subprocess.run(command, cwd=tmp_path, env=direct(), capture_output=True, text=True, timeout=90, check=True)
    answer = json.loads(done.stdout)
    assert set(answer) in shapes(OPERATIONS[name]) or answer.get("code") == CROSSED.get(name), answer
    if name == "createKey":
        v1("DELETE", f"/keys/{answer['id']}", "arda")
