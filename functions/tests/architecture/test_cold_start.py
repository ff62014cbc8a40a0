"""A cold instance loads only so many modules before its first answer, because each costs a caller time. They are
counted and not timed.

Each case is a process of its own, which runs main.py as functions-framework does, over the twins in memory. The
vendors' clients are counted apart. `make bench` has the milliseconds.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FUNCTIONS = Path(__file__).resolve().parents[2]

# These are modules of libraries. main.py adds so many to functions-framework. Most of them are pydantic with the
# settings.
MAIN_LIBRARIES = 56

# The first request adds so many. One more of our own modules is welcome, but not one more of a library.
FIRST_REQUEST_LIBRARIES = 7

# An order is checked by JSON Schema, whose library has so many modules, and loads in 6 ms.
SCHEMA_LIBRARIES = {"create": 4, "createGenerationRequest": 5}

# There are so many of our own modules in all. Each costs a caller time, so a folder may have files, but not without
# end.
OURS = 190

# These add so many modules to google.cloud.firestore, which an empty app on Firestore loads too.
CLIENTS = {"repositories.store.firestore": 0, "providers.queue.cloud_tasks": 1}

# A request that has no links to sign and nothing to enqueue never loads these. Here the twin takes the tasks.
NEVER = ("PIL", "firebase_admin", "firebase_functions", "google.cloud.storage", "google.cloud.tasks_v2")

ORDER = {"model": "Model A", "style": "realistic", "color": "vibrant", "size": "512x512", "prompt": "A lighthouse"}

REQUESTS: dict[str, list[Any]] = {
    "me": ["api", "GET", "/v1/me", None],
    "create": ["api", "POST", "/v1/generations", ORDER],
    "createGenerationRequest": ["createGenerationRequest", "POST", "/", {**ORDER, "userId": "arda"}],
    "getUserCredits": ["getUserCredits", "GET", "/", None],
}

SERVED = """
import json, os, sys
from functions_framework import create_app
from werkzeug.test import EnvironBuilder

target, method, path, body = json.loads(sys.argv[1])
framework = set(sys.modules)
app = create_app(target, "main.py")
imported = set(sys.modules)

import bootstrap
from core.settings import Settings
from providers.queue.memory import MemoryQueue
from repositories.store.memory import MemoryDocuments

documents = MemoryDocuments()
parts = {"documents": documents, "queue": MemoryQueue()}
bootstrap._app = bootstrap.Darkroom(Settings.from_environment(os.environ), **parts)
bootstrap._app.seeding.seed()
beside = {
    "services.operations.seeding",
    "domain.operations.demo_data",
    "domain.operations.demo_catalog",
    "repositories.operations.demo",
}

status = []
request = EnvironBuilder(method=method, path=path, query_string={"userId": "arda"}, json=body)
list(app(request.get_environ(), lambda line, *_: status.append(line)))
print(json.dumps({
    "status": status[0],
    "main": sorted(imported - framework),
    "first": sorted(set(sys.modules) - imported - beside),
    "all": sorted(sys.modules),
}))
"""

ADDED = """
import json, sys
import google.cloud.firestore
before = set(sys.modules)
__import__(sys.argv[1])
print(json.dumps(sorted(set(sys.modules) - before)))
"""

THREADS = """
import json
from functions_framework import create_app
from functions_framework._http.gunicorn import GunicornApplication
server = GunicornApplication(create_app("api", "main.py"), "127.0.0.1", 0, False)
print(json.dumps(server.options["threads"]))
"""


def run(code: str, *arguments: str, **environment: str) -> Any:
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    settings = {
        "FUNCTIONS_EMULATOR": "true",
        "AUTH_MODE": "open",
        "GOOGLE_CLOUD_PROJECT": "demo-cold",
        "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=FUNCTIONS,
        env={**inherited, **settings, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=REQUESTS)
def served(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"name": request.param} | run(SERVED, json.dumps(REQUESTS[request.param]))
    assert found["status"][:1] == "2", found["status"]
    return found


def is_ours(name: str) -> bool:
    path = FUNCTIONS / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def libraries(names: list[str]) -> list[str]:
    return [name for name in names if not is_ours(name)]


def test_importing_main_loads_few_libraries(served: dict[str, Any]) -> None:
    assert len(libraries(served["main"])) <= MAIN_LIBRARIES, libraries(served["main"])


def test_the_first_request_loads_hardly_a_library(served: dict[str, Any]) -> None:
    limit = FIRST_REQUEST_LIBRARIES + SCHEMA_LIBRARIES.get(served["name"], 0)
    assert len(libraries(served["first"])) <= limit, libraries(served["first"])


def test_what_is_ours_has_its_limit_too(served: dict[str, Any]) -> None:
    assert sum(is_ours(name) for name in [*served["main"], *served["first"]]) <= OURS


@pytest.mark.parametrize("package", NEVER)
def test_what_a_request_has_no_use_for_is_not_loaded(served: dict[str, Any], package: str) -> None:
    assert [name for name in served["all"] if name == package or name.startswith(f"{package}.")] == []


@pytest.mark.parametrize("adapter", CLIENTS)
def test_an_adapter_adds_little_to_the_client_of_firestore(adapter: str) -> None:
    added = run(ADDED, adapter)
    assert len(libraries(added)) <= CLIENTS[adapter], added


def test_gunicorn_starts_as_many_threads_as_cloud_run_sends_requests() -> None:
    """functions-framework starts four threads for each core by default, and the other requests wait inside the
    instance.
    """
    assert run(THREADS) == 16


def test_the_environment_has_the_last_word_on_threads() -> None:
    assert run(THREADS, THREADS="5") == 5
