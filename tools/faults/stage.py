"""Sets up what a scenario needs: two API servers and a worker with faults, the database, the tasks and the sweeper."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from google.cloud import firestore

from bootstrap import Darkroom
from core.queues import Queue
from core.settings import Settings
from domain.accounts.user_identity import UserIdentity
from domain.credits.ledger import EntryType
from domain.credits.user import Balance, User
from domain.generations.generation import Status
from providers.queue.cloud_tasks import CloudTasksQueue, Target
from providers.queue.connection import emulator_connection
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Document, Query
from repositories.store.firestore import FirestoreDocuments
from repositories.store.paths import GENERATIONS
from services.generations.task_signatures import TaskSignatures
from tools import services
from tools.faults import servers, tasks
from tools.faults.clock import MovableClock
from tools.faults.parts import FolderOutputs
from tools.faults.plan import FOLDER_VARIABLE, Plan
from tools.faults.servers import Process

FUNCTION_URL, API = "createGenerationRequest", "api"
TARGETS = (FUNCTION_URL, API, Queue.GENERATIONS.value)

_FIRESTORE_VARIABLE = "FIRESTORE_EMULATOR_HOST"
_SWEEPS_MAX = 40
_IDLE_SECONDS = 180.0
_SETTINGS = {
    "AUTH_MODE": "open",
    "SIMULATED_FAILURE_RATE": "0.1",
    "SIMULATED_LATENCY_SECONDS": "0-0.8",
    # These are the shortest times that the settings allow.
    "PROVIDER_TIMEOUT_SECONDS": "10",
    "DISPATCH_DEADLINE_SECONDS": "15",
    "LEASE_SECONDS": "16",
    "THREADS": "16",
}


class NotSettled(Exception):
    """Raised when I7 does not hold, because the sweeper does not bring every generation to its end."""


class Stage:
    def __init__(
        self,
        database: Process,
        folder: Path,
        environment: Mapping[str, str],
        endpoint: tasks.TasksEndpoint,
        clock: MovableClock,
    ) -> None:
        self.database = database
        self.folder = folder
        self.tasks = endpoint
        self.clock = clock
        self.plan = Plan(folder)
        self.servers: dict[str, Process] = {}
        self.load_is_over = Event()
        self._environment = environment
        self.app = self.application(clock)

    def application(self, clock: Callable[[], datetime]) -> Darkroom:
        """Make an application beside the servers, on the same data and without faults."""
        settings = Settings.from_environment(self._environment)
        with _variable(_FIRESTORE_VARIABLE, self.database.host):
            client = firestore.Client(project=settings.project_id)
        target = Target(
            queue=f"projects/{settings.project_id}/locations/{settings.region}/queues/{Queue.GENERATIONS.value}",
            url=settings.worker_url,
            service_account="",
            deadline_of=settings.deadline_of,
            signatures=TaskSignatures(settings.api_key_pepper.get_secret_value(), settings.project_id),
        )
        queue = CloudTasksQueue(emulator_connection(self._environment["CLOUD_TASKS_EMULATOR_HOST"]), target)
        outputs = FolderOutputs(self.outputs, self.plan)
        return Darkroom(settings, clock=clock, documents=FirestoreDocuments(client), queue=queue, outputs=outputs)

    @property
    def outputs(self) -> Path:
        return self.folder / "outputs"

    def start(self) -> None:
        self.plan.prepare()
        for target in TARGETS:
            port = (
                int(self._environment["WORKER_URL"].rpartition(":")[2]) if target == Queue.GENERATIONS.value else None
            )
            self.servers[target] = servers.function(target, self.folder, self._environment, port=port)
        for server in self.servers.values():
            server.wait_until_ready()
        self.app.seeding.put_catalog()

    def stop(self) -> None:
        for server in self.servers.values():
            server.ask_to_end()
        for server in self.servers.values():
            server.end()

    def add_user(self, user_id: str, credits: int) -> None:  # noqa: A002 - the product's word
        now = self.clock()
        identity = UserIdentity(name=user_id, email=f"{user_id}@example.com", created_at=now)
        user = User(id=user_id, identity=identity, balance=Balance(books_opened_at=now))
        DemoRepository(self.app.documents).put_user(user, [], [])
        self.app.ledger.add(user_id, EntryType.GRANT, credits, source="run", external_id="start", description="Start")

    def calm(self) -> None:
        """Make all go well from now on."""
        self.plan.calm()
        self.tasks.mood = tasks.Mood()

    def bring_to_the_end(self) -> int:
        """
        Sweep until every generation has ended, and return the number of sweeps. Before each one, the clock is put
        forward until all that is left is due. Raises NotSettled if that does not help.
        """
        for sweeps in range(_SWEEPS_MAX):
            self.tasks.wait_until_idle(_IDLE_SECONDS)
            left = self._unsettled()
            if not left:
                return sweeps
            if any(document.fields["due_at"] is None for document in left):
                raise NotSettled("an unsettled generation is never due")
            self.clock.put_forward_to(max(document.fields["due_at"] for document in left) + timedelta(seconds=1))
            self.app.sweeper.sweep()
        raise NotSettled(f"{len(left)} generations have no end after {_SWEEPS_MAX} sweeps")

    def _unsettled(self) -> list[Document]:
        """Find generations by status and not by `due_at`, because the sweeper may have missed some of them."""
        statuses = [Status.QUEUED.value, Status.PROCESSING.value]
        return self.app.documents.query(Query(collection=GENERATIONS, where=(("status", "in", statuses),)))


@contextmanager
def stage(database: Process) -> Iterator[Stage]:
    """Run a stage with a project of its own, so that several can follow each other on one emulator."""
    clock = MovableClock()
    endpoint = tasks.TasksEndpoint(clock)
    with TemporaryDirectory(prefix="darkroom-faults-") as folder, tasks.serving(endpoint) as tasks_host:
        environment = _environment(Path(folder), database.host, tasks_host)
        found = Stage(database, Path(folder), environment, endpoint, clock)
        try:
            found.start()
            yield found
        finally:
            found.stop()


def _environment(folder: Path, database: str, tasks_host: str) -> dict[str, str]:
    project = f"demo-{uuid.uuid4().hex[:16]}"
    return {
        **services.environment(()),
        **_SETTINGS,
        "GOOGLE_CLOUD_PROJECT": project,
        "GCLOUD_PROJECT": project,
        _FIRESTORE_VARIABLE: database,
        "CLOUD_TASKS_EMULATOR_HOST": tasks_host,
        "WORKER_URL": f"http://{services.HOST}:{servers.free_port()}",
        FOLDER_VARIABLE: str(folder),
    }


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Set a variable for a while, because Firestore's client takes the emulator's address only from there."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ.update({} if before is None else {name: before})
