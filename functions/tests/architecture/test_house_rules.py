"""These are house rules that no linter knows. Each has a test of its own that it finds a violation."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repositories.store import paths

FUNCTIONS = Path(__file__).resolve().parents[2]
TOOLS = FUNCTIONS.parent / "tools"
NOT_PRODUCT = ("venv", "tests")

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 300
DEPENDENCIES_MAX = 6

COLLECTIONS = frozenset(
    {
        *(paths.USERS, paths.TRANSACTIONS, paths.GENERATIONS),
        *(paths.STYLES, paths.COLORS, paths.SIZES, paths.REPORTS),
    }
)
NAMES_COLLECTIONS = {"repositories/store/paths.py", "services/operations/seeding.py"}

# The product has folders of the same names as some of ours, and an import of those is the product's.
OF_TESTS = {path.stem for path in (FUNCTIONS / "tests").iterdir()} - {path.stem for path in FUNCTIONS.iterdir()} | {
    "tests"
}

# These commands start or measure what the tests have. All other tools do without the tests, the reference above all.
RUN_THE_TESTS = {"tools/simulate.py", "tools/screenshots.py", "tools/benchmarks/costs.py"}

Check = Callable[[ast.Module], Iterator[int]]


def product() -> dict[str, str]:
    """Return the text of each file that is deployed, by its path inside functions/."""
    files = (path.relative_to(FUNCTIONS) for path in sorted(FUNCTIONS.rglob("*.py")))
    return {
        path.as_posix(): (FUNCTIONS / path).read_text(encoding="utf-8")
        for path in files
        if path.parts[0] not in NOT_PRODUCT
    }


def tools() -> dict[str, str]:
    """Return the text of each tool, by its path."""
    return {path.relative_to(TOOLS.parent).as_posix(): path.read_text(encoding="utf-8") for path in TOOLS.rglob("*.py")}


PRODUCT = product()


def found_by(check: Check, text: str) -> list[int]:
    return sorted(check(ast.parse(text)))


def places(check: Check) -> dict[str, list[int]]:
    """Return the lines in the product that the check finds, by file."""
    found = {path: found_by(check, text) for path, text in PRODUCT.items()}
    return {path: lines for path, lines in found.items() if lines}


def broad_excepts(tree: ast.Module) -> Iterator[int]:
    """Yield handlers that catch every exception, and `suppress` of the same."""
    for node in _with_lines(tree):
        kinds: list[ast.expr | None] = []
        if isinstance(node, ast.ExceptHandler):
            kinds = [*node.type.elts] if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Call) and _last_name(node.func) == "suppress":
            kinds = [*node.args]
        if any(kind is None or _last_name(kind) in ("Exception", "BaseException") for kind in kinds):
            yield node.lineno


def wall_clocks(tree: ast.Module) -> Iterator[int]:
    """Yield calls that ask the machine for the date, because a test cannot set that clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
            if _last_name(node.value) in ("datetime", "date"):
                yield node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in ("time", "time_ns") and _last_name(node.value) == "time":
            yield node.lineno


def collection_paths(tree: ast.Module) -> Iterator[int]:
    """Yield texts that lead into a collection, such as `users/…`, also at the beginning of an f-string. The name
    `generation_requests` alone counts too, because it means nothing else.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            first = node.value.partition("/")
            if (first[0] in COLLECTIONS and first[1]) or node.value == paths.GENERATIONS:
                yield node.lineno


def collection_names(tree: ast.Module) -> Iterator[int]:
    """Yield the names of collections. Only code that reads and writes documents is checked, because elsewhere these are
    ordinary words.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in COLLECTIONS:
            yield node.lineno


def long_functions(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield node.lineno


def _with_lines(tree: ast.Module) -> Iterator[ast.stmt | ast.expr | ast.excepthandler]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr | ast.excepthandler))


def crowded_classes(tree: ast.Module) -> Iterator[int]:
    """Yield classes whose constructor takes too many parameters beside self. A dataclass has no constructor here,
    because its fields are values.
    """
    for node in _with_lines(tree):
        for each in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                taken = [*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs]
                if len(taken) - 1 > DEPENDENCIES_MAX:
                    yield node.lineno


def imports_of_tests(tree: ast.Module) -> Iterator[int]:
    for node in _with_lines(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
            if node.module == "functions":
                names += [alias.name for alias in node.names]
        if any(name.removeprefix("functions.").partition(".")[0] in OF_TESTS for name in names):
            yield node.lineno


def _last_name(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


class TestProduct:
    def test_there_is_something_to_check(self) -> None:
        assert {"main.py", "bootstrap/__init__.py", "core/clock.py", "repositories/store/firestore.py"} <= set(PRODUCT)
        assert not any(path.startswith(NOT_PRODUCT) for path in PRODUCT)

    def test_exceptions_become_answers_at_the_two_edges_only(self) -> None:
        """Pillow is caught at two more places, where it reads what a vendor sent. It may raise anything, and no picture
        may fail for it.
        """
        found = places(broad_excepts)
        assert {path: len(lines) for path, lines in found.items()} == {
            "controllers/http/boundary.py": 2,
            "providers/previews/pillow.py": 2,
        }

    def test_one_file_tells_the_time(self) -> None:
        assert set(places(wall_clocks)) == {"core/clock.py"}

    def test_one_file_names_the_collections(self) -> None:
        assert set(places(collection_paths)) <= NAMES_COLLECTIONS
        near_the_database = {
            path for path in places(collection_names) if path.startswith(("repositories", "providers"))
        }
        assert near_the_database == {"repositories/store/paths.py"}

    def test_no_function_is_too_long(self) -> None:
        assert places(long_functions) == {}

    def test_no_class_has_too_many_dependencies(self) -> None:
        assert places(crowded_classes) == {}

    def test_no_file_is_too_long(self) -> None:
        lengths = {path: len(text.splitlines()) for path, text in (PRODUCT | tools()).items()}
        assert {path: length for path, length in lengths.items() if length > FILE_LINES_MAX} == {}


class TestTools:
    def test_they_import_no_tests(self) -> None:
        """If a tool and the tests need the same code, it belongs to the tool, because the tests may import
        from there.
        """
        assert len(tools()) > 50
        assert {path for path, text in tools().items() if found_by(imports_of_tests, text)} == RUN_THE_TESTS

    def test_no_class_has_too_many_dependencies(self) -> None:
        assert {path for path, text in tools().items() if found_by(crowded_classes, text)} == set()


class TestChecks:
    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("from tests.world import World", [1]),
            ("import json\nfrom world import World", [2]),
            ("def f():\n    import calls", [2]),
            ("from functions.tests import calls", [1]),
            ("from functions import tests", [1]),
            ("from tools.reference.world import MemoryWorld", []),
            ("from core.queues import Queue", []),
            ("from tools import people", []),
        ],
    )
    def test_imports_of_tests(self, text: str, lines: list[int]) -> None:
        assert found_by(imports_of_tests, text) == lines

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("try:\n    f()\nexcept Exception:\n    pass", [3]),
            ("try:\n    f()\nexcept Exception as error:\n    raise", [3]),
            ("try:\n    f()\nexcept:\n    pass", [3]),
            ("try:\n    f()\nexcept (KeyError, BaseException):\n    pass", [3]),
            ("try:\n    f()\nexcept builtins.Exception:\n    pass", [3]),
            ("with contextlib.suppress(Exception):\n    f()", [1]),
            ("try:\n    f()\nexcept (KeyError, ValueError):\n    pass", []),
            ("try:\n    f()\nexcept AppError:\n    pass", []),
            ("raise Exception", []),
        ],
    )
    def test_broad_excepts(self, text: str, lines: list[int]) -> None:
        assert found_by(broad_excepts, text) == lines

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("datetime.now(UTC)", [1]),
            ("x = 1\ny = datetime.datetime.utcnow()", [2]),
            ("datetime.date.today()", [1]),
            ("field(default_factory=datetime.now)", [1]),
            ("time.time()", [1]),
            ("self._clock()", []),
            ("time.monotonic()", []),
            ("datetime.fromisoformat(text)", []),
            ("limits.now", []),
        ],
    )
    def test_wall_clocks(self, text: str, lines: list[int]) -> None:
        assert found_by(wall_clocks, text) == lines

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("get('users/arda')", [1]),
            ("get(f'users/{user_id}')", [1]),
            ("x = 1\nget(f'generation_requests/{id_}')", [2]),
            ("Query(collection='generation_requests')", [1]),
            ("{'users': 3}", []),
            ("f'{USERS}/{user_id}'", []),
            ("'/v1/users/arda'", []),
            ("'health/ready'", []),
        ],
    )
    def test_collection_paths(self, text: str, lines: list[int]) -> None:
        assert found_by(collection_paths, text) == lines

    @pytest.mark.parametrize(
        ("text", "lines"), [("Query(collection='users')", [1]), ("Query(collection=USERS)", []), ("'user'", [])]
    )
    def test_collection_names(self, text: str, lines: list[int]) -> None:
        assert found_by(collection_names, text) == lines

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("class A:\n    def __init__(self, a, b, c, d, e, f): ...", []),
            ("class A:\n    def __init__(self, a, b, c, d, e, f, g): ...", [1]),
            ("class A:\n    def __init__(self, *, a, b, c, d, e, f, g): ...", [1]),
            ("class A:\n    def __init__(self, a, b, /, c, d, *, e, f, g=1): ...", [1]),
            ("x = 1\nclass A:\n    class B:\n        def __init__(self, a, b, c, d, e, f, g): ...", [3]),
            ("class A:\n    def __init__(self, a, *, b, **parts): ...", []),
            ("class A:\n    def create(self, a, b, c, d, e, f, g): ...", []),
            ("@dataclass\nclass A:\n" + "".join(f"    {name}: int\n" for name in "abcdefg"), []),
        ],
    )
    def test_crowded_classes(self, text: str, lines: list[int]) -> None:
        assert found_by(crowded_classes, text) == lines

    @pytest.mark.parametrize(("body_lines", "lines"), [(FUNCTION_LINES_MAX - 1, []), (FUNCTION_LINES_MAX, [1])])
    @pytest.mark.parametrize("word", ["def", "async def"])
    def test_long_functions(self, word: str, body_lines: int, lines: list[int]) -> None:
        assert found_by(long_functions, f"{word} f():\n" + "    x = 1\n" * body_lines) == lines
