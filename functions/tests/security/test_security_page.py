"""Each claim of docs/security.md is shown by tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from domain.accounts.keys import TOKEN

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parents[1] / "docs" / "security.md").read_text()
ROWS = dict(re.findall(r"^\| (API\d+) (.+)$", PAGE, re.MULTILINE))
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)


@cache
def functions_in(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_all_ten_risks_have_a_row() -> None:
    assert list(ROWS) == [f"API{number}" for number in range(1, 11)]


@pytest.mark.parametrize("risk", ROWS)
def test_each_row_names_a_test(risk: str) -> None:
    assert re.search(r"`[\w/]+\.py::\w+`", ROWS[risk])


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_named_test_is_there(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions_in(path)


def test_nothing_in_the_table_escapes_the_check() -> None:
    assert PAGE.count("::") == len(NAMED)


def test_the_pattern_for_scanners_is_the_one_that_keys_have() -> None:
    assert TOKEN.pattern.replace("(", "").replace(")", "") in PAGE


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (TESTS.parents[1] / "docs" / link).exists()
