""".importlinter has the rules about layers and the folders inside them. These tests are about what it cannot say."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

FUNCTIONS = Path(__file__).resolve().parents[2]
TESTS = FUNCTIONS / "tests"

FLOORS = (
    "core",
    "domain",
    "services",
    "schemas",
    "controllers",
    "repositories",
    "providers",
    "presentation",
    "bootstrap",
)
ROOMS = {
    *("accounts", "credits", "catalog", "metering", "generations", "training", "payments", "reports", "operations"),
    "delivery",
}
BESIDE_THE_ROOMS = {
    "domain": set(),
    "services": set(),
    "schemas": {"base", "problems", "compatibility"},
    "controllers": {"http", "compatibility"},
    "repositories": {"store"},
}
MIRRORED_BY_TESTS = ("core", "domain", "services", "controllers", "repositories", "providers", "presentation")
BOOTSTRAP_LINES_MAX = 150


def circle_in(imports: dict[str, set[str]]) -> list[str]:
    """Return one circle of modules that import each other, or nothing if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return [*found.args[1]]
    return []


def test_no_modules_import_each_other() -> None:
    """An import that only the type checker sees counts as well."""
    graph = grimp.build_graph(*FLOORS)
    assert circle_in({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_circle_is_found() -> None:
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle_in({"a": {"b", "c"}, "b": {"c"}}) == []


@pytest.mark.parametrize("floor", BESIDE_THE_ROOMS)
def test_a_floor_has_rooms_and_little_else(floor: str) -> None:
    names = {path.stem for path in (FUNCTIONS / floor).iterdir() if not path.name.startswith("__")}
    assert names <= ROOMS | BESIDE_THE_ROOMS[floor]


@pytest.mark.parametrize("floor", MIRRORED_BY_TESTS)
def test_each_folder_of_tests_is_one_of_the_product(floor: str) -> None:
    folders = {path.parent.relative_to(TESTS) for path in (TESTS / floor).rglob("test_*.py")}
    assert folders
    assert {folder for folder in folders if not (FUNCTIONS / folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("floor", BESIDE_THE_ROOMS)
def test_a_test_in_no_room_is_named_after_a_room_of_one_file(floor: str) -> None:
    names = {path.stem.removeprefix("test_") for path in (TESTS / floor).glob("test_*.py")}
    assert {name for name in names if not (FUNCTIONS / floor / f"{name}.py").exists()} == set()


def test_no_file_of_the_composition_root_is_long() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in (FUNCTIONS / "bootstrap").glob("*.py")}
    assert {name: length for name, length in lengths.items() if length > BOOTSTRAP_LINES_MAX} == {}
