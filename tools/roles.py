"""
Makes the service accounts of a deployed project, and gives each exactly the roles that it needs.

    roles.py --project my-project           prints the commands, and runs none
    roles.py --project my-project --apply   runs them, except for those that have to wait for a deployment
    roles.py --project my-project --check   fails if anybody on the internet may call a private function

Run it before the first deployment, to make the accounts, and again after it, to say who may call which function. Every
command can be repeated. A person who deploys needs roles/iam.serviceAccountUser on the three accounts that run
functions. If you choose accounts of other names (API_SERVICE_ACCOUNT and so on), you have to give them their roles.
"""

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

from core.deployment import API_ACCOUNT, SCHEDULES_ACCOUNT, TASKS_ACCOUNT, WORKER_ACCOUNT
from core.environment import SECRETS
from core.queues import Queue

REGION = "us-central1"
RUNS = (API_ACCOUNT, WORKER_ACCOUNT, SCHEDULES_ACCOUNT)

ACCOUNTS = {
    API_ACCOUNT: "Runs what answers clients",
    WORKER_ACCOUNT: "Runs the generations",
    SCHEDULES_ACCOUNT: "Runs the schedules, and is who Cloud Scheduler calls them as",
    TASKS_ACCOUNT: "Who Cloud Tasks calls the worker as; runs nothing",
}
# Each private function has one account that may call it.
CALLERS = {
    **{queue.value: TASKS_ACCOUNT for queue in Queue},
    "sweep": SCHEDULES_ACCOUNT,
    "audit": SCHEDULES_ACCOUNT,
    "weeklyReport": SCHEDULES_ACCOUNT,
}

ON_PROJECT = {
    API_ACCOUNT: ("roles/datastore.user", "roles/firebaseauth.admin"),
    WORKER_ACCOUNT: ("roles/datastore.user",),
    # The nightly audit also continues erasures, which remove pictures and accounts.
    SCHEDULES_ACCOUNT: ("roles/datastore.user", "roles/firebaseauth.admin"),
}
ON_BUCKET = {
    # The API reads pictures, and deletes those that a user wants deleted. objectAdmin could also change who may read.
    API_ACCOUNT: "roles/storage.objectUser",
    WORKER_ACCOUNT: "roles/storage.objectUser",
    SCHEDULES_ACCOUNT: "roles/storage.objectUser",
}
# These two end generations before their start: by a cancel, by an erasure, or by a sweep that gives one up.
REMOVE_TASKS = (API_ACCOUNT, SCHEDULES_ACCOUNT)
QUEUE_OPERATOR = "darkroomQueueOperator"
# An admin may do these to the queue. roles/cloudtasks.queueAdmin could also delete it, and give others access to it.
QUEUE_OPERATIONS = ("get", "pause", "purge", "resume")

EVERYBODY = {"allUsers", "allAuthenticatedUsers"}


@dataclass(frozen=True)
class Step:
    """A command. It is not needed if `unless` succeeds, and it is not possible yet if `needs` fails."""

    command: tuple[str, ...]
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def steps(project: str, bucket: str, region: str = REGION) -> list[Step]:
    return [
        *_accounts(project),
        *_on_project(project),
        *_on_accounts(project),
        *_on_secrets(project),
        *_on_bucket(project, bucket),
        *_on_queue(project, region),
        *_on_functions(project, region),
    ]


def _accounts(project: str) -> Iterator[Step]:
    for name, purpose in ACCOUNTS.items():
        accounts = ("gcloud", "iam", "service-accounts")
        yield Step(
            (*accounts, "create", name, f"--display-name={purpose}", f"--project={project}"),
            unless=(*accounts, "describe", _email(name, project), f"--project={project}"),
        )


def _on_project(project: str) -> Iterator[Step]:
    grant = ("gcloud", "projects", "add-iam-policy-binding", project)
    for name, roles in ON_PROJECT.items():
        for role in roles:
            yield Step((*grant, *_binding(name, project, role), "--condition=None"))


def _on_accounts(project: str) -> Iterator[Step]:
    """Let the functions enqueue tasks in the name of the tasks' account, and the API sign links in its own name."""
    grants = [(name, TASKS_ACCOUNT, "roles/iam.serviceAccountUser") for name in RUNS]
    grants.append((API_ACCOUNT, API_ACCOUNT, "roles/iam.serviceAccountTokenCreator"))
    grant = ("gcloud", "iam", "service-accounts", "add-iam-policy-binding")
    for name, target, role in grants:
        yield Step((*grant, _email(target, project), *_binding(name, project, role), f"--project={project}"))


def _on_secrets(project: str) -> Iterator[Step]:
    secrets = ("gcloud", "secrets")
    for secret in SECRETS:
        for name in RUNS:
            binding = _binding(name, project, "roles/secretmanager.secretAccessor")
            yield Step(
                (*secrets, "add-iam-policy-binding", secret, *binding, f"--project={project}"),
                needs=(*secrets, "describe", secret, f"--project={project}"),
            )


def _on_bucket(project: str, bucket: str) -> Iterator[Step]:
    buckets, url = ("gcloud", "storage", "buckets"), f"gs://{bucket}"
    for name, role in ON_BUCKET.items():
        yield Step(
            (*buckets, "add-iam-policy-binding", url, *_binding(name, project, role)),
            needs=(*buckets, "describe", url),
        )


def _on_queue(project: str, region: str) -> Iterator[Step]:
    roles = ("gcloud", "iam", "roles")
    permissions = ",".join(f"cloudtasks.queues.{operation}" for operation in QUEUE_OPERATIONS)
    yield Step(
        (*roles, "create", QUEUE_OPERATOR, f"--permissions={permissions}", f"--project={project}"),
        unless=(*roles, "describe", QUEUE_OPERATOR, f"--project={project}"),
    )
    queues, place = ("gcloud", "tasks", "queues"), (f"--location={region}", f"--project={project}")
    grants = [(name, "roles/cloudtasks.enqueuer") for name in RUNS]
    grants += [(name, "roles/cloudtasks.taskDeleter") for name in REMOVE_TASKS]
    grants.append((API_ACCOUNT, f"projects/{project}/roles/{QUEUE_OPERATOR}"))
    for queue in Queue:
        for name, role in grants:
            yield Step(
                (*queues, "add-iam-policy-binding", queue.value, *_binding(name, project, role), *place),
                needs=(*queues, "describe", queue.value, *place),
            )


def _on_functions(project: str, region: str) -> Iterator[Step]:
    services, place = ("gcloud", "run", "services"), (f"--region={region}", f"--project={project}")
    for function, name in CALLERS.items():
        yield Step(
            (*services, "add-iam-policy-binding", _service(function), *_binding(name, project), *place),
            needs=(*services, "describe", _service(function), *place),
        )


def _binding(name: str, project: str, role: str = "roles/run.invoker") -> tuple[str, str]:
    return f"--member=serviceAccount:{_email(name, project)}", f"--role={role}"


def _email(name: str, project: str) -> str:
    return f"{name}@{project}.iam.gserviceaccount.com"


def _service(function: str) -> str:
    """Return the name that Cloud Run gives to the function."""
    return function.lower().replace("_", "-")


class GcloudFailed(Exception):
    """Raised when gcloud fails. The message is gcloud's own."""


def apply(plan: Iterable[Step]) -> list[Step]:
    """Run what can be run, and return what has to wait for a deployment. Raises GcloudFailed at the first failure."""
    waiting = []
    for step in plan:
        if step.needs and _run(step.needs).returncode:
            waiting.append(step)
        elif not step.unless or _run(step.unless).returncode:
            print(shlex.join(step.command), flush=True)
            _output(step.command)
    return waiting


def open_to_everybody(project: str, region: str = REGION) -> list[str]:
    """Return a line for each binding that lets everybody call a private function. Raises GcloudFailed."""
    place = (f"--region={region}", f"--project={project}", "--format=json")
    policies: dict[str, tuple[str, ...]] = {
        "the project": ("gcloud", "projects", "get-iam-policy", project, "--format=json")
    }
    for function in CALLERS:
        policies[function] = ("gcloud", "run", "services", "get-iam-policy", _service(function), *place)
    return [line for what, command in policies.items() for line in _open_bindings(what, json.loads(_output(command)))]


def _open_bindings(what: str, policy: Mapping[str, Any]) -> Iterator[str]:
    for binding in policy.get("bindings", []):
        for member in sorted(EVERYBODY.intersection(binding.get("members", []))):
            yield f"{what}: {member} has {binding['role']}"


def _run(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise GcloudFailed(f"{command[0]} cannot be run: {error.strerror}") from error


def _output(command: tuple[str, ...]) -> str:
    done = _run(command)
    if done.returncode:
        raise GcloudFailed(f"{shlex.join(command)}\n{done.stderr.strip()}")
    return done.stdout


def main() -> int:
    options = _options()
    plan = steps(options.project, options.bucket or f"{options.project}.appspot.com", options.region)
    try:
        if options.check:
            return _check(options.project, options.region)
        if options.apply:
            return _apply(plan)
    except GcloudFailed as failure:
        print(f"roles: {failure}", file=sys.stderr)
        return 1
    print("\n".join(shlex.join(step.command) for step in plan))
    return 0


def _check(project: str, region: str) -> int:
    found = open_to_everybody(project, region)
    for line in found:
        print(f"roles: {line}", file=sys.stderr)
    if not found:
        print(f"roles: only their callers may call {', '.join(CALLERS)}")
    return 1 if found else 0


def _apply(plan: list[Step]) -> int:
    waiting = apply(plan)
    for step in waiting:
        print(f"roles: not yet, because this failed: {shlex.join(step.needs)}")
    if waiting:
        print("roles: make the secret, deploy, and run this again")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--project", required=True)
    parser.add_argument("--bucket", help="the bucket of the pictures (default: <project>.appspot.com)")
    parser.add_argument("--region", default=REGION)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="print the commands, which is the default")
    what.add_argument("--apply", action="store_true", help="run the commands")
    what.add_argument("--check", action="store_true", help="exit with 1 if a private function is open to everybody")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
