"""Each account has the roles that it needs and no more, and nobody but its caller may call a private function."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import roles

PROJECT = "my-project"
API, WORKER, SCHEDULES, TASKS = (
    f"darkroom-{name}@{PROJECT}.iam.gserviceaccount.com" for name in ("api", "worker", "schedules", "tasks")
)
QUEUES = ["processImageGeneration", "processBacklog", "pollRemoteJobs"]
PRIVATE = [*(name.lower() for name in QUEUES), "sweep", "audit", "weeklyreport"]

# This says on what, to whom, and which role.
Grant = tuple[str, str, str]


def commands() -> list[tuple[str, ...]]:
    return [step.command for step in roles.steps(PROJECT, "pictures")]


def value(command: tuple[str, ...], option: str) -> str:
    (found,) = [word.partition("=")[2] for word in command if word.startswith(f"--{option}=")]
    return found


def grants() -> list[Grant]:
    bindings = [command for command in commands() if "add-iam-policy-binding" in command]
    return [
        (
            command[command.index("add-iam-policy-binding") + 1],
            value(command, "member").removeprefix("serviceAccount:"),
            value(command, "role"),
        )
        for command in bindings
    ]


def given_to(member: str) -> set[tuple[str, str]]:
    return {(target, role) for target, to, role in grants() if to == member}


class TestPlan:
    OPERATOR = f"projects/{PROJECT}/roles/darkroomQueueOperator"

    def test_what_answers_clients(self) -> None:
        assert given_to(API) == {
            (PROJECT, "roles/datastore.user"),
            (PROJECT, "roles/firebaseauth.admin"),
            (TASKS, "roles/iam.serviceAccountUser"),
            (API, "roles/iam.serviceAccountTokenCreator"),
            ("API_KEY_PEPPER", "roles/secretmanager.secretAccessor"),
            ("gs://pictures", "roles/storage.objectUser"),
            *((queue, "roles/cloudtasks.enqueuer") for queue in QUEUES),
            *((queue, "roles/cloudtasks.taskDeleter") for queue in QUEUES),
            *((queue, self.OPERATOR) for queue in QUEUES),
        }

    def test_the_worker(self) -> None:
        assert given_to(WORKER) == {
            (PROJECT, "roles/datastore.user"),
            (TASKS, "roles/iam.serviceAccountUser"),
            ("API_KEY_PEPPER", "roles/secretmanager.secretAccessor"),
            ("gs://pictures", "roles/storage.objectUser"),
            *((queue, "roles/cloudtasks.enqueuer") for queue in QUEUES),
        }

    def test_the_schedules(self) -> None:
        assert given_to(SCHEDULES) == {
            (PROJECT, "roles/datastore.user"),
            (PROJECT, "roles/firebaseauth.admin"),
            (TASKS, "roles/iam.serviceAccountUser"),
            ("API_KEY_PEPPER", "roles/secretmanager.secretAccessor"),
            ("gs://pictures", "roles/storage.objectUser"),
            *((queue, "roles/cloudtasks.enqueuer") for queue in QUEUES),
            *((queue, "roles/cloudtasks.taskDeleter") for queue in QUEUES),
            ("sweep", "roles/run.invoker"),
            ("audit", "roles/run.invoker"),
            ("weeklyreport", "roles/run.invoker"),
        }

    def test_the_tasks_may_call_the_worker_and_do_nothing_else(self) -> None:
        assert given_to(TASKS) == {(queue.lower(), "roles/run.invoker") for queue in QUEUES}

    def test_the_queues_operator_can_do_four_things(self) -> None:
        (create,) = [command for command in commands() if command[1:4] == ("iam", "roles", "create")]
        assert set(value(create, "permissions").split(",")) == {
            *("cloudtasks.queues.get", "cloudtasks.queues.pause"),
            *("cloudtasks.queues.purge", "cloudtasks.queues.resume"),
        }

    def test_every_account_is_made_before_it_is_named(self) -> None:
        made: set[str] = set()
        for command in commands():
            if command[1:4] == ("iam", "service-accounts", "create"):
                made.add(f"{command[4]}@{PROJECT}.iam.gserviceaccount.com")
            else:
                assert set(re.findall(r"[a-z-]+@[\w.-]+", " ".join(command))) <= made
        assert made == {API, WORKER, SCHEDULES, TASKS}

    def test_no_role_is_above_need(self) -> None:
        too_much = re.compile(r"roles/(owner|editor|viewer)$|admin$", re.IGNORECASE)
        found = {role for _, _, role in grants() if too_much.search(role)}
        assert found == {"roles/firebaseauth.admin"}, "the one that may delete users and name admins"

    def test_only_two_roles_are_of_the_whole_project(self) -> None:
        found = {role for target, _, role in grants() if target == PROJECT}
        assert found == {"roles/datastore.user", "roles/firebaseauth.admin"}

    def test_every_member_is_one_of_our_accounts(self) -> None:
        assert {member for _, member, _ in grants()} == {API, WORKER, SCHEDULES, TASKS}
        assert not any("allUsers" in word or "allAuth" in word for command in commands() for word in command)

    def test_each_private_function_has_one_caller(self) -> None:
        callers = {service: member for service, member, role in grants() if role == "roles/run.invoker"}
        assert callers == {**dict.fromkeys(PRIVATE[:3], TASKS), **dict.fromkeys(PRIVATE[3:], SCHEDULES)}


class Gcloud:
    """Stands in for gcloud on PATH. It writes down what it is asked, and fails and answers as it is told."""

    SCRIPT = """#!{python}
import json, pathlib, sys
here, asked = pathlib.Path(__file__).parent, " ".join(sys.argv[1:])
with (here / "asked").open("a") as log:
    log.write(asked + "\\n")
for beginning, code, text in json.loads((here / "answers").read_text()):
    if asked.startswith(beginning):
        print(text, file=sys.stderr if code else sys.stdout)
        sys.exit(code)
"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: list[tuple[str, int, str]] = []
        program = folder / "gcloud"
        program.write_text(self.SCRIPT.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
        self.answer("", 0)

    def answer(self, beginning: str, code: int, text: str = "") -> None:
        self.answers.insert(0, (beginning, code, text))
        (self.folder / "answers").write_text(json.dumps(self.answers), encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        log = self.folder / "asked"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @property
    def changes(self) -> list[str]:
        return [line for line in self.asked if " create " in line or "add-iam-policy-binding" in line]


@pytest.fixture
def gcloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gcloud:
    monkeypatch.setenv("PATH", str(tmp_path))
    return Gcloud(tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["roles.py", "--project", PROJECT, *options])
    return roles.main()


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_without_being_told_to_it_changes_nothing(
    gcloud: Gcloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert run(monkeypatch, *options) == 0
    assert gcloud.asked == []
    assert len(capsys.readouterr().out.splitlines()) == len(commands())


def test_a_second_run_makes_nothing_twice(gcloud: Gcloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--apply") == 0
    assert [line for line in gcloud.changes if " create " in line] == []
    assert len(gcloud.changes) == len(grants())


def test_before_the_first_deployment_what_can_be_done_is_done(
    gcloud: Gcloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for beginning in ("iam service-accounts describe", "iam roles describe", "run services describe"):
        gcloud.answer(beginning, 1, "NOT_FOUND")
    gcloud.answer("tasks queues describe", 1, "NOT_FOUND")
    assert run(monkeypatch, "--apply") == 0
    assert sum(" create " in line for line in gcloud.changes) == 5
    assert not any(line.startswith(("run services add", "tasks queues add")) for line in gcloud.changes)
    assert any(line.startswith("secrets add") for line in gcloud.changes)
    assert "deploy, and run this again" in capsys.readouterr().out


def test_a_failure_ends_it_in_gclouds_own_words(
    gcloud: Gcloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gcloud.answer("projects add-iam-policy-binding", 1, "PERMISSION_DENIED: no")
    assert run(monkeypatch, "--apply") == 1
    assert "PERMISSION_DENIED: no" in capsys.readouterr().err
    assert len(gcloud.changes) == 1


def policy(role: str = "roles/run.invoker", *members: str) -> str:
    found: dict[str, Any] = {"bindings": [{"role": role, "members": [*members]}], "etag": "x"}
    return json.dumps(found)


@pytest.fixture
def closed(gcloud: Gcloud) -> Gcloud:
    gcloud.answer("run services get-iam-policy", 0, policy("roles/run.invoker", f"serviceAccount:{TASKS}"))
    gcloud.answer("projects get-iam-policy", 0, json.dumps({"etag": "x"}))
    return gcloud


def test_private_functions_that_are_private_pass(closed: Gcloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--check") == 0
    asked = [line.split()[3] for line in closed.asked if line.startswith("run services")]
    assert asked == PRIVATE
    assert closed.changes == []


@pytest.mark.parametrize("service", PRIVATE)
@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
@pytest.mark.parametrize("role", ["roles/run.invoker", "roles/run.admin"])
def test_one_that_is_open_fails_and_is_named(
    closed: Gcloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    service: str,
    member: str,
    role: str,
) -> None:
    closed.answer(f"run services get-iam-policy {service} ", 0, policy(role, f"serviceAccount:{TASKS}", member))
    assert run(monkeypatch, "--check") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.lower() == f"roles: {service}: {member} has {role}".lower()


def test_a_project_that_is_open_fails_too(closed: Gcloud, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.answer("projects get-iam-policy", 0, policy("roles/run.invoker", "allUsers"))
    assert run(monkeypatch, "--check") == 1


def test_what_cannot_be_looked_at_does_not_pass(
    closed: Gcloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed.answer("run services get-iam-policy sweep ", 1, "PERMISSION_DENIED")
    assert run(monkeypatch, "--check") == 1
    assert "PERMISSION_DENIED" in capsys.readouterr().err


def test_without_gcloud_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(monkeypatch, "--check") == 1
    assert "gcloud cannot be run" in capsys.readouterr().err
