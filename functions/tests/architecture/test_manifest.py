"""The manifest says what is deployed. It is found in the same way as firebase-tools finds it: by running main.py and
reading the manifest that comes out.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from core.queues import Queue
from tools import roles

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = ROOT / "functions"
PEPPER = "pepper-of-the-tests-0123456789-abcdef"
FIREBASE = json.loads((ROOT / "firebase.json").read_text(encoding="utf-8"))

WEB = {"availableMemoryMb": 512, "cpu": 1, "concurrency": 16, "timeoutSeconds": 60, "maxInstances": 10}
SCHEDULED = {"availableMemoryMb": 512, "timeoutSeconds": 540, "maxInstances": 1}
# So many tasks of each queue run at once, and so many start in a second.
QUEUES = {"processImageGeneration": (5, 1), "processBacklog": (5, 1), "pollRemoteJobs": (10, 10)}

WORKER = {"availableMemoryMb": 1024, "cpu": 1, "concurrency": 4, "timeoutSeconds": 240, "maxInstances": 10}

HTTP = {
    "api": WEB,
    "createGenerationRequest": WEB,
    "getGenerationStatus": WEB,
    "getUserCredits": WEB,
    "validate_user": WEB,
    "seed_database": WEB,
    "scheduleWeeklyReport": {**WEB, "timeoutSeconds": 540},
}
# These are in UTC. The report's is feraset-imagen's, on Mondays at 20:25.
SCHEDULES = {"sweep": "* * * * *", "audit": "15 3 * * *", "weeklyReport": "25 20 * * 1"}

TRIGGERS = {"httpsTrigger", "taskQueueTrigger", "scheduleTrigger", "eventTrigger", "callableTrigger"}

DISCOVERY = "from firebase_functions.private import serving; print(serving.functions_as_yaml(serving.get_functions()))"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the code in a process of its own, which knows nothing of the tests and little of this machine."""
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=FUNCTIONS,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def discovered(**environment: str) -> dict[str, Any]:
    found = run(DISCOVERY, **environment)
    assert found.returncode == 0, found.stderr
    manifest: dict[str, Any] = yaml.safe_load(found.stdout)
    return manifest


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return discovered()


@pytest.fixture(scope="module")
def endpoints(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["endpoints"]
    return found


def limits(endpoint: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: endpoint[name] for name in names}


class TestFunctions:
    def test_these_and_no_others(self, endpoints: dict[str, Any]) -> None:
        assert set(endpoints) == {*HTTP, *SCHEDULES, *QUEUES}
        assert all(endpoint["entryPoint"] == name for name, endpoint in endpoints.items())

    def test_all_are_of_the_second_generation_in_one_region(self, endpoints: dict[str, Any]) -> None:
        assert {endpoint["platform"] for endpoint in endpoints.values()} == {"gcfv2"}
        assert {tuple(endpoint["region"]) for endpoint in endpoints.values()} == {("us-central1",)}

    def test_each_has_one_trigger(self, endpoints: dict[str, Any]) -> None:
        triggers = {name: TRIGGERS & set(endpoint) for name, endpoint in endpoints.items()}
        assert triggers == {
            **{name: {"httpsTrigger"} for name in HTTP},
            **{name: {"scheduleTrigger"} for name in SCHEDULES},
            **{name: {"taskQueueTrigger"} for name in QUEUES},
        }

    @pytest.mark.parametrize("name", HTTP)
    def test_limits_of_what_answers_clients(self, endpoints: dict[str, Any], name: str) -> None:
        assert limits(endpoints[name], HTTP[name]) == HTTP[name]

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_schedules(self, endpoints: dict[str, Any], name: str) -> None:
        assert limits(endpoints[name], SCHEDULED) == SCHEDULED
        trigger = endpoints[name]["scheduleTrigger"]
        assert (trigger["schedule"], trigger["timeZone"]) == (SCHEDULES[name], "UTC")

    def test_each_runs_as_the_account_that_has_its_roles_and_no_others(self, endpoints: dict[str, Any]) -> None:
        accounts = {name: endpoint["serviceAccountEmail"] for name, endpoint in endpoints.items()}
        assert accounts == {
            **dict.fromkeys(HTTP, "darkroom-api@"),
            **dict.fromkeys(SCHEDULES, "darkroom-schedules@"),
            **dict.fromkeys(QUEUES, "darkroom-worker@"),
        }

    def test_the_roles_are_given_for_all_that_is_deployed(self, endpoints: dict[str, Any]) -> None:
        accounts = {endpoint["serviceAccountEmail"] for endpoint in endpoints.values()}
        assert accounts == {f"{name}@" for name in roles.RUNS}
        assert set(roles.CALLERS) == {name for name, endpoint in endpoints.items() if "httpsTrigger" not in endpoint}

    def test_cloud_scheduler_calls_a_schedule_as_the_account_that_it_runs_as(self) -> None:
        """firebase-tools does that, and can use no other account."""
        assert {roles.CALLERS[name] for name in SCHEDULES} == {"darkroom-schedules"}

    def test_the_environment_sets_the_accounts(self) -> None:
        other = "other@live.iam.gserviceaccount.com"
        changed = discovered(API_SERVICE_ACCOUNT=other)["endpoints"]
        assert {name for name in changed if changed[name]["serviceAccountEmail"] == other} == set(HTTP)

    def test_each_gets_the_secret_without_which_it_does_not_start(self, endpoints: dict[str, Any]) -> None:
        secrets = {name: endpoint["secretEnvironmentVariables"] for name, endpoint in endpoints.items()}
        assert secrets == {name: [{"key": "API_KEY_PEPPER"}] for name in endpoints}

    def test_what_they_need_is_asked_for(self, manifest: dict[str, Any]) -> None:
        apis = {required["api"] for required in manifest["requiredAPIs"]}
        assert apis == {"cloudtasks.googleapis.com", "cloudscheduler.googleapis.com"}


class TestWorker:
    @pytest.fixture
    def worker(self, endpoints: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = endpoints["processImageGeneration"]
        return found

    def test_limits(self, worker: dict[str, Any]) -> None:
        assert limits(worker, WORKER) == WORKER

    def test_nobody_but_the_queue_may_call_it(self, worker: dict[str, Any]) -> None:
        """firebase-tools makes an HTTP function public unless told otherwise, and never makes a task function
        public.
        """
        assert "httpsTrigger" not in worker
        assert "public" not in json.dumps(worker)

    def test_hosting_does_not_lead_to_it(self) -> None:
        rewrites = FIREBASE["hosting"]["rewrites"]
        assert {each["function"]["functionId"] for each in rewrites if "function" in each} == set(HTTP)

    def test_each_queue_is_a_row_of_the_table(self) -> None:
        assert {queue.value for queue in Queue} == set(QUEUES)
        assert not any("_" in name for name in QUEUES)

    @pytest.mark.parametrize("name", QUEUES)
    def test_the_queues_together_are_feraset_imagens(self, endpoints: dict[str, Any], name: str) -> None:
        """Ten generations at once and two starts a second are shared by two queues. Polls of remote jobs do not count
        as starts.
        """
        at_once, per_second = QUEUES[name]
        assert endpoints[name]["taskQueueTrigger"] == {
            "retryConfig": {"maxAttempts": 5, "minBackoffSeconds": 60, "maxBackoffSeconds": 300},
            "rateLimits": {"maxConcurrentDispatches": at_once, "maxDispatchesPerSecond": per_second},
        }
        assert limits(endpoints[name], WORKER) == WORKER

    def test_the_environment_sets_the_queue(self) -> None:
        changed = discovered(
            QUEUE_MAX_ATTEMPTS="9",
            QUEUE_MIN_BACKOFF_SECONDS="7",
            QUEUE_MAX_BACKOFF_SECONDS="70",
            QUEUE_MAX_CONCURRENT_DISPATCHES="41",
            QUEUE_MAX_DISPATCHES_PER_SECOND="21",
        )
        triggers = {name: changed["endpoints"][name]["taskQueueTrigger"] for name in QUEUES}
        assert all(
            trigger["retryConfig"] == {"maxAttempts": 9, "minBackoffSeconds": 7, "maxBackoffSeconds": 70}
            for trigger in triggers.values()
        )
        assert {name: tuple(trigger["rateLimits"].values()) for name, trigger in triggers.items()} == {
            "processImageGeneration": (21, 11),
            "processBacklog": (20, 10),
            "pollRemoteJobs": (41, 10),
        }

    @pytest.mark.parametrize("name", ["QUEUE_MAX_ATTEMPTS", "QUEUE_MAX_DISPATCHES_PER_SECOND"])
    def test_a_malformed_limit_stops_the_deployment_and_is_named(self, name: str) -> None:
        failed = run(DISCOVERY, **{name: "many"})
        assert failed.returncode != 0
        assert name in failed.stderr


class TestImport:
    WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(event) if event.startswith("socket.") else None)
import main
import json
print(json.dumps({"opened": opened, "modules": sorted(sys.modules)}))
"""

    @pytest.fixture(scope="class")
    @classmethod
    def imported(cls) -> dict[str, list[str]]:
        done = run(cls.WATCHED)
        assert done.returncode == 0, done.stderr
        found: dict[str, list[str]] = json.loads(done.stdout)
        return found

    def test_it_connects_to_nothing(self, imported: dict[str, list[str]]) -> None:
        """The server imports main.py before it forks, and a connection does not survive that.

        urllib3 binds a socket, and closes it, to find out whether there is IPv6.
        """
        assert set(imported["opened"]) <= {"socket.__new__", "socket.bind"}

    @pytest.mark.parametrize(
        "module",
        [
            "grpc",
            "google.cloud.firestore",
            "google.cloud.firestore_v1",
            "google.cloud.tasks_v2",
            "google.cloud.storage",
        ],
    )
    def test_it_loads_no_vendors_client(self, imported: dict[str, list[str]], module: str) -> None:
        assert module not in imported["modules"]

    @pytest.mark.parametrize("package", ["repositories", "providers", "services", "controllers", "domain", "PIL"])
    def test_it_loads_nothing_of_the_application(self, imported: dict[str, list[str]], package: str) -> None:
        """Each function makes what it needs when it is first called."""
        assert [name for name in imported["modules"] if name.partition(".")[0] == package] == []

    def test_it_asks_nothing_of_the_environment(self) -> None:
        """Discovery, at deployment, runs without the settings of the functions. A server checks them."""
        assert run("import main").returncode == 0
        failed = run("import bootstrap; bootstrap.darkroom()")
        assert "GOOGLE_CLOUD_PROJECT" in failed.stderr

    @pytest.mark.parametrize("environment", [{}, {"FUNCTIONS_EMULATOR": "true"}])
    def test_without_the_secret_a_process_does_not_start(self, environment: dict[str, str]) -> None:
        failed = run("import main; main.darkroom()", GOOGLE_CLOUD_PROJECT="darkroom-live", **environment)
        assert failed.returncode != 0
        assert "API_KEY_PEPPER: Field required" in failed.stderr

    def test_with_it_a_process_starts(self) -> None:
        environment = {"GOOGLE_CLOUD_PROJECT": "darkroom-live", "API_KEY_PEPPER": PEPPER}
        started = run("import main; main.darkroom()", **environment)
        assert started.returncode == 0, started.stderr


class TestServerStart:
    """functions-framework starts as it does in a container."""

    SERVE = """
import sys
sys.argv = ["functions-framework", "--target", "TARGET", "--source", "main.py", "--port", "0"]
import functions_framework._cli as cli
cli.create_server = lambda app, debug: type("Server", (), {"run": lambda self, host, port: print("serves")})()
cli._cli()
"""
    FIT: ClassVar = {"GOOGLE_CLOUD_PROJECT": "darkroom-live", "API_KEY_PEPPER": PEPPER}

    @pytest.mark.parametrize("target", ["api", "getUserCredits", "processImageGeneration", "sweep"])
    def test_it_serves_in_a_fit_environment(self, target: str) -> None:
        served = run(self.SERVE.replace("TARGET", target), **self.FIT)
        assert (served.returncode, served.stdout.strip()) == (0, "serves"), served.stderr

    @pytest.mark.parametrize("target", ["api", "processImageGeneration", "sweep"])
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"API_KEY_PEPPER": ""}, "API_KEY_PEPPER: Field required"),
            ({"LEASE_SECONDS": "soon"}, "LEASE_SECONDS='soon'"),
            ({"AUTH_MODE": "open"}, "AUTH_MODE=open is honoured only where FUNCTIONS_EMULATOR=true"),
            ({"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"}, "FIRESTORE_EMULATOR_HOST may be set only where"),
        ],
    )
    def test_it_ends_with_a_message_that_names_the_variable(
        self, target: str, wrong: dict[str, str], message: str
    ) -> None:
        ended = run(self.SERVE.replace("TARGET", target), **(self.FIT | wrong))
        assert (ended.returncode, ended.stdout) == (1, "")
        (line,) = ended.stderr.strip().splitlines()
        assert message in line
        assert PEPPER not in line


class TestBundle:
    (CODEBASE,) = FIREBASE["functions"]
    DEPLOYED = frozenset(
        {
            *("main.py", "triggers.py", "requirements.txt"),
            *("bootstrap", "core", "domain", "services", "schemas"),
            *("controllers", "repositories", "providers", "presentation"),
        }
    )

    def is_ignored(self, name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in self.CODEBASE["ignore"])

    def test_it_is_the_code_and_its_requirements(self) -> None:
        """Every file in functions/ that is not ignored is deployed."""
        entries = {entry.name for entry in FUNCTIONS.iterdir() if entry.name != "__pycache__"}
        assert {name for name in entries if not self.is_ignored(name)} == self.DEPLOYED

    @pytest.mark.parametrize(
        "name",
        [
            "tests",
            "venv",
            ".env",
            ".env.demo-darkroom",
            ".env.local",
            ".secret.local",
            ".pytest_cache",
            ".hypothesis",
            "requirements-dev.txt",
            "domain/credits/README.md",
        ],
    )
    def test_what_is_not_for_production_is_ignored(self, name: str) -> None:
        assert self.is_ignored(name)

    @pytest.mark.parametrize("name", sorted(DEPLOYED))
    def test_what_is_for_production_is_not(self, name: str) -> None:
        assert not self.is_ignored(name)

    def test_the_runtime_is_the_one_of_the_tests(self) -> None:
        assert self.CODEBASE["runtime"] == f"python{sys.version_info.major}{sys.version_info.minor}"


PRIVATE = {
    "GOOGLE_CLOUD_PROJECT": "p",
    "API_KEY_PEPPER": PEPPER,
    "SCHEDULES_URL": "https://{service}-abc123-uc.a.run.app",
}
CALLS = """
import main
from core.queues import Queue
from werkzeug.test import EnvironBuilder
from flask import Flask, Request
body = {"data": {"generation_request_id": "g", "dispatch": 1}}
headers = {"X-CloudTasks-QueueName": "processImageGeneration", "X-CloudScheduler": "true", **HEADERS}
app = Flask("private")
tasks = (getattr(main, queue.value) for queue in Queue)
for function in (*tasks, main.sweep, main.audit, main.weeklyReport):
    environ = EnvironBuilder(method="POST", json=body, headers=headers).get_environ()
    with app.request_context(environ):
        print(function(Request(environ)).status_code)
"""


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer forged"}, {"Authorization": "Bearer a.b.c"}])
def test_a_deployed_private_function_is_closed_to_whoever_finds_it(headers: dict[str, str]) -> None:
    """functions-framework serves the function, and it refuses before anything is opened: there is no database and no
    queue.
    """
    found = run(CALLS.replace("HEADERS", repr(headers)), **PRIVATE, K_SERVICE="sweep")
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == ["401"] * 6


def test_a_deployed_schedule_is_closed_to_everybody_where_its_address_is_not_known() -> None:
    found = run(CALLS.replace("HEADERS", "{}"), **PRIVATE)
    assert found.stdout.split() == ["401"] * 3 + ["503"] * 3, found.stderr


def test_what_cloud_run_writes_into_a_token_opens_the_worker_to_nobody_where_iam_is_open() -> None:
    """The claims are right, but anybody can write the text that stands for a checked signature."""
    claims = {
        "iss": "https://accounts.google.com",
        "aud": "https://us-central1-p.cloudfunctions.net/processImageGeneration",
        "email": "darkroom-tasks@p.iam.gserviceaccount.com",
        "email_verified": True,
        "iat": 0,
        "exp": 4_000_000_000,
    }
    head, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, claims)
    )
    headers = {"Authorization": f"Bearer {head}.{payload}.SIGNATURE_REMOVED_BY_GOOGLE"}
    found = run(CALLS.replace("HEADERS", repr(headers)), **PRIVATE)
    assert found.stdout.split()[0] == "401", found.stderr
    assert "The task is not signed" in found.stdout + found.stderr
