"""A queue is one row of core/queues.py. Here that file gets one row more, as CONTRIBUTING.md says.

The manifest must have its function, and a task that is sent to it must be done.
Each case is a process of its own, which loads the changed text in the place of the file.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = ROOT / "functions"

ROW = """
    FILMS = Row(
        function="processFilms",
        at_once=always(3),
        per_second=always(1),
        deadline_seconds={deadline},
        lease_seconds={lease},
    )
"""

ADDS_THE_ROW = """
import sys, types
from pathlib import Path
import core
before, last, after = Path("core/queues.py").read_text(encoding="utf-8").partition("\\n\\ndef longest_deadline_seconds")
assert last, "the table ends before this function"
core.queues = sys.modules["core.queues"] = types.ModuleType("core.queues")
exec(compile(before + sys.argv[1] + last + after, "core/queues.py", "exec"), core.queues.__dict__)
"""

MANIFEST = """
import json
import yaml
from firebase_functions.private import serving
print(json.dumps(yaml.safe_load(serving.functions_as_yaml(serving.get_functions()))["endpoints"]))
"""

# The real queue of the application writes the task for a server, and a function gets its body from there, as
# functions-framework hands it over.
A_TASK = """
import base64, json, os
sys.path.insert(0, "tests")
import bootstrap, main
from core.queues import Queue
from core.settings import Settings
from domain.catalog.models import Ask
from flask import Flask, Request
from loopback import TasksEmulator, loopback
from providers.storage.memory import MemoryOutputs
from repositories.store.memory import MemoryDocuments
from services.generations.orders import Order
from services.generations.ports import TaskMessage
from werkzeug.test import EnvironBuilder

app = bootstrap.Darkroom(Settings.from_environment(os.environ), documents=MemoryDocuments(), outputs=MemoryOutputs())
bootstrap._app = app
app.seeding.seed()
ask = Ask(model="Model A", prompt="A film", params={"style": "realistic", "color": "vibrant", "size": "512x512"})
with loopback(TasksEmulator()) as emulator:
    os.environ["CLOUD_TASKS_EMULATOR_HOST"] = emulator.host
    generation = app.ordering.create(Order(user_id="arda", ask=ask)).generation
    app.queue.enqueue(TaskMessage(generation_id=generation.id, dispatch=1, queue=Queue.FILMS))
task = emulator.requests[-1].body["task"]
body = base64.b64decode(task["httpRequest"]["body"])
environ = EnvironBuilder(method="POST", data=body, content_type="application/json").get_environ()
with Flask("worker").request_context(environ):
    status = getattr(main, sys.argv[2])(Request(environ)).status_code
print(json.dumps({"task": task, "status": status, "ended": app.generations.get(generation.id).value.status}))
"""

ROLES = """
import json
sys.path.insert(0, "..")
from tools import roles
commands = [" ".join(step.command) for step in roles.steps("p", "b")]
print(json.dumps({"caller": roles.CALLERS["processFilms"], "commands": [c for c in commands if "processFilms" in c]}))
"""

START = """
import os
import bootstrap
bootstrap.refuse_unfit_environment()
print("null")
"""


def run(code: str, *arguments: str, deadline: int = 600, lease: int = 900, **environment: str) -> Any:
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    row = ROW.format(deadline=deadline, lease=lease)
    done = subprocess.run(
        [sys.executable, "-c", ADDS_THE_ROW + code, row, *arguments],
        cwd=FUNCTIONS,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


LIVE: dict[str, Any] = {
    "GOOGLE_CLOUD_PROJECT": "darkroom-live",
    "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef",
}


def test_the_manifest_has_its_function_with_its_limits() -> None:
    endpoints = run(MANIFEST)
    films, main_queue = endpoints["processFilms"], endpoints["processImageGeneration"]
    assert films["entryPoint"] == "processFilms"
    assert films["taskQueueTrigger"]["rateLimits"] == {"maxConcurrentDispatches": 3, "maxDispatchesPerSecond": 1}
    assert main_queue["taskQueueTrigger"]["rateLimits"] == {"maxConcurrentDispatches": 5, "maxDispatchesPerSecond": 1}
    own = {"entryPoint", "taskQueueTrigger"}
    assert {name: films[name] for name in set(films) - own} == {
        name: main_queue[name] for name in set(main_queue) - own
    }


def test_the_worker_has_as_long_as_the_longest_deadline() -> None:
    """It must have so long because it does the tasks of all queues."""
    endpoints = run(MANIFEST)
    assert {endpoints[name]["timeoutSeconds"] for name in ("processFilms", "processImageGeneration")} == {600}


@pytest.mark.parametrize("function", ["processImageGeneration", "processFilms"])
def test_a_task_that_is_sent_to_it_is_done(function: str) -> None:
    """The task is done by the one worker to which all tasks are addressed, and also by the queue's own function."""
    done = run(
        A_TASK,
        function,
        **LIVE | {"GOOGLE_CLOUD_PROJECT": "demo-darkroom"},
        FUNCTIONS_EMULATOR="true",
        SIMULATED_LATENCY_SECONDS="0",
        SIMULATED_FAILURE_RATE="0",
    )
    assert (done["status"], done["ended"]) == (200, "completed")
    task = done["task"]
    assert "/queues/processFilms/tasks/" in task["name"]
    assert task["dispatchDeadline"] == "600s"
    assert task["httpRequest"]["url"].endswith("/processImageGeneration")


def test_cloud_tasks_may_call_its_function_and_operators_may_switch_it() -> None:
    found = run(ROLES)
    assert found["caller"] == "darkroom-tasks"
    assert any("tasks queues add-iam-policy-binding processFilms" in command for command in found["commands"])


def test_a_server_starts_with_it() -> None:
    assert run(START, **LIVE) is None


@pytest.mark.parametrize(("deadline", "lease"), [(180, 300), (600, 600), (600, 1801)])
def test_a_server_does_not_start_where_its_time_limits_do_not_nest(deadline: int, lease: int) -> None:
    with pytest.raises(AssertionError, match=f"180 < {deadline} < {lease}, for the queue processFilms"):
        run(START, deadline=deadline, lease=lease, **LIVE)
