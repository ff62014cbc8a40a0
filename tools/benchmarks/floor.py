"""
Measures the floor: the same commits and reads, in a bare loop of as many threads, through the same client library.
There is no HTTP, there are no rules, and nothing is decided. It reads a plan from standard input and prints what it
measured, both as JSON.
"""

import itertools
import json
import os
import sys
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "functions"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from google.cloud import firestore

from core.clock import utc_now
from providers.queue.cloud_tasks import CloudTasksQueue, Target
from providers.queue.connection import emulator_connection
from repositories.store.documents import Create, Increment, Query, Update
from repositories.store.firestore import FirestoreDocuments
from services.generations.ports import TaskMessage
from services.generations.task_signatures import TaskSignatures
from tools.benchmarks.window import Finished, Window

Operation = Callable[[], object]
_SPENT = {"current_credits": Increment(-1), "held_credits": Increment(1)}


class Floor:
    """Each method makes the operation of one thread, which writes the same fields as the server."""

    def __init__(self, client: firestore.Client, plan: dict[str, Any]) -> None:
        self._client = client
        self._documents = documents = FirestoreDocuments(client)
        self._plan = plan
        self._taken = itertools.count()
        self._generation = dict(_fields(documents, f"generation_requests/{plan['generations'][0]}"))
        self._entry = {name: self._generation[name] for name in ("user_id", "created_at", "prompt")}

    def create(self, thread: int) -> Operation:
        """Create generations. Each thread has users of its own and knows their versions, so no commit is in vain."""
        mine = self._plan["users"][thread :: self._plan["clients"]]
        versions = {user: _version(self._documents, f"users/{user}") for user in mine}
        turns = itertools.cycle(mine)

        def operation() -> str:
            user, generation = next(turns), str(uuid.uuid4())
            versions[user] = self._documents.commit(self._writes(user, generation, versions[user]))[0]
            return generation

        return operation

    def create_and_enqueue(self, thread: int) -> Operation:
        create, queue = self.create(thread), _queue()
        return lambda: queue.enqueue(TaskMessage(generation_id=str(create()), dispatch=1))

    def create_by_client(self, thread: int) -> Operation:
        """Make the same commit by the client's own `batch`, as its documentation shows it."""
        mine = self._plan["users"][thread :: self._plan["clients"]]
        versions = {user: _version(self._documents, f"users/{user}") for user in mine}
        turns = itertools.cycle(mine)

        def operation() -> None:
            user, generation, batch = next(turns), str(uuid.uuid4()), self._client.batch()
            spent = {"current_credits": firestore.Increment(-1), "held_credits": firestore.Increment(1)}
            option = self._client.write_option(last_update_time=versions[user])
            batch.update(self._client.document(f"users/{user}"), {**spent, "updated_at": utc_now()}, option)
            for write in self._writes(user, generation, versions[user])[1:]:
                batch.create(self._client.document(write.path), dict(write.fields))
            versions[user] = batch.commit(retry=None, timeout=5)[0].update_time

        return operation

    def status(self, _: int) -> Operation:
        turns = itertools.cycle(self._plan["generations"])
        return lambda: self._documents.get(f"generation_requests/{next(turns)}")

    def balance(self, _: int) -> Operation:
        turns = itertools.cycle(self._plan["users"])

        def operation() -> None:
            user = next(turns)
            self._documents.get(f"users/{user}")
            collection = f"users/{user}/transactions"
            self._documents.query(Query(collection=collection, order_by=("-timestamp",), limit=20))

        return operation

    def page(self, _: int) -> Operation:
        turns = itertools.cycle(self._plan["users"])

        def operation() -> None:
            mine = (("user_id", "==", next(turns)),)
            self._documents.query(
                Query(collection="generation_requests", where=mine, order_by=("-created_at",), limit=21)
            )

        return operation

    def success(self, _: int) -> Operation:
        return lambda: self._settled(with_refund=False)

    def failure(self, _: int) -> Operation:
        return lambda: self._settled(with_refund=True)

    def _settled(self, *, with_refund: bool) -> None:
        """Read, claim and settle the next generation. Raises IndexError when all are settled."""
        generation = self._plan["generations"][next(self._taken)]
        path = f"generation_requests/{generation}"
        found = self._documents.get(path)
        if found is None:
            raise AssertionError(path)
        (claimed,) = self._documents.commit([Update(path, {**found.fields, "attempt": 1}, found.version)])
        user = f"users/{found.fields['user_id']}"
        refund = [Create(f"{user}/transactions/{generation}-refund", self._entry)] if with_refund else []
        settled = Update(path, {**found.fields, "attempt": 2, "due_at": None}, claimed)
        self._documents.commit([settled, Update(user, {"held_credits": Increment(-1)}), *refund])

    def _writes(self, user: str, generation: str, version: datetime) -> Sequence[Create | Update]:
        return (
            Update(f"users/{user}", {**_SPENT, "updated_at": utc_now()}, version),
            Create(f"generation_requests/{generation}", {**self._generation, "id": generation}),
            Create(f"users/{user}/transactions/{generation}-deduction", self._entry),
        )


def _fields(documents: FirestoreDocuments, path: str) -> Any:
    found = documents.get(path)
    return {} if found is None else found.fields


def _version(documents: FirestoreDocuments, path: str) -> datetime:
    found = documents.get(path)
    if found is None:
        raise AssertionError(path)
    return found.version


def _queue() -> CloudTasksQueue:
    target = Target(
        queue=f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/locations/us-central1/queues/floor",
        url="http://127.0.0.1/floor",
        service_account="",
        deadline_of=lambda _: timedelta(seconds=240),
        signatures=TaskSignatures("the floor", "floor"),
    )
    return CloudTasksQueue(emulator_connection(os.environ["CLOUD_TASKS_EMULATOR_HOST"]), target)


def _loop(operation: Operation) -> Callable[[Callable[[], bool], list[Finished]], None]:
    def work(stopped: Callable[[], bool], log: list[Finished]) -> None:
        while not stopped():
            started = perf_counter()
            try:
                operation()
            except IndexError:
                return
            now = perf_counter()
            log.append((now, now - started, "ok"))

    return work


def main() -> None:
    plan = json.load(sys.stdin)
    client = firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"])
    make = getattr(Floor(client, plan), plan["operation"])
    window = Window(warm_seconds=plan["warm_seconds"], seconds=plan["seconds"], pids=[os.getpid()])
    print(json.dumps(window.measure([_loop(make(thread)) for thread in range(plan["clients"])])))


if __name__ == "__main__":
    main()
