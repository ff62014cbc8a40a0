"""A deployed function has the packages of requirements.txt only, while the tests run with more.

So everything that the product imports must come from that file, in the version that the tests have.
"""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

FUNCTIONS = Path(__file__).resolve().parents[2]
OURS = {path.name for path in FUNCTIONS.iterdir() if path.is_dir()} | {path.stem for path in FUNCTIONS.glob("*.py")}
# Several packages share the first of these names, and the second is there for type checkers only.
OF_NO_PACKAGE = {"google", "_typeshed"}


def pins() -> dict[str, str]:
    text = (FUNCTIONS / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def imported() -> Iterator[tuple[str, str]]:
    """Yield each file of the product with the first name of each module that it imports, also inside functions."""
    for path in FUNCTIONS.rglob("*.py"):
        if path.relative_to(FUNCTIONS).parts[0] in ("tests", "venv"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path.name, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield path.name, node.module.split(".")[0]


def test_everything_that_the_product_imports_is_deployed_with_it() -> None:
    pinned, packages = pins(), packages_distributions()
    others = {pair for pair in imported() if pair[1] not in OURS | OF_NO_PACKAGE | set(sys.stdlib_module_names)}
    assert {name for _, name in others} >= {"flask", "pydantic", "jsonschema_rs"}
    names = {name: {each.lower().replace("_", "-") for each in packages.get(name, ())} for _, name in others}
    assert {pair for pair in others if not names[pair[1]] & pinned.keys()} == set()


def test_the_tests_run_with_the_versions_that_are_deployed() -> None:
    installed = {name: version(name) for name in pins() if name in _installed()}
    assert {"flask", "pydantic"} <= installed.keys()
    assert {name: pinned for name, pinned in pins().items() if installed.get(name, pinned) != pinned} == {}


def _installed() -> set[str]:
    return {each.lower().replace("_", "-") for names in packages_distributions().values() for each in names}
