"""Both lints report what they find, and nothing else. They are the real programs."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tools import lint_reference

GOOD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Small",
        "version": "1.0.0",
        "description": "One call.",
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "servers": [{"url": "https://small.dev"}],
    "tags": [{"name": "Health", "description": "Whether it works."}],
    "security": [],
    "paths": {
        "/health": {
            "get": {
                "operationId": "getHealth",
                "summary": "Tell whether all is well.",
                "description": "It always is.",
                "tags": ["Health"],
                "responses": {"200": {"description": "All is well."}, "400": {"description": "It is not."}},
            }
        }
    },
}


def without(*place: str) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    part = document
    for name in place[:-1]:
        part = part[name]
    del part[place[-1]]
    return document


def written(document: dict[str, Any], folder: Path) -> Path:
    path = folder / "small.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_document_without_fault_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_reference.main(written(GOOD, tmp_path)) == 0
    assert capsys.readouterr().out == "reference: redocly and spectral find no fault with small.json\n"


@pytest.mark.parametrize(
    ("missing", "finder", "rule"),
    [
        (("info", "license"), "redocly", "info-license"),
        (("paths", "/health", "get", "responses", "400"), "redocly", "operation-4xx-response"),
        (("tags",), "spectral", "operation-tag-defined"),
        (("paths", "/health", "get", "description"), "spectral", "operation-description"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_a_warning_of_one_lint_fails_and_is_shown(
    missing: tuple[str, ...], finder: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lint_reference.main(written(without(*missing), tmp_path)) == 1
    said = capsys.readouterr().err
    assert f"{finder} finds fault with" in said
    assert rule in said


def test_the_check_runs_it() -> None:
    makefile = (lint_reference.ROOT / "Makefile").read_text(encoding="utf-8")
    _, _, recipe = makefile.partition("\ncheck:")
    assert "tools/lint_reference.py" in recipe.partition("\n\n")[0]
