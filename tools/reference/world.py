"""This is a Darkroom in memory: the real controllers, services and repositories over their twins, and a clock that can
be set.

The reference plays its examples in it, and the tests build theirs upon it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from flask import Response as Answer
from werkzeug.test import EnvironBuilder

from bootstrap import Darkroom
from core.settings import Settings
from domain.accounts.user_identity import UserIdentity
from domain.credits.ledger import EntryType
from domain.credits.user import Balance, User
from domain.generations.generation import Generation
from providers.identity.memory import MemoryDirectory, MemoryTokens
from providers.queue.all_queues import ControlOfAll
from providers.queue.memory import MemoryControl, MemoryQueue
from providers.storage.memory import MemoryOutputs
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Update
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from services.accounts.ports import Identity

ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "demo-darkroom",
    "FUNCTIONS_EMULATOR": "true",
    "AUTH_MODE": "open",
    "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef",
    "SIMULATED_LATENCY_SECONDS": "0",
    "SIMULATED_FAILURE_RATE": "0",
    **dict.fromkeys(
        (
            "CREATIONS_PER_MINUTE",
            "CREATIONS_BURST",
            "IN_FLIGHT_MAX",
            "REQUESTS_PER_MINUTE",
            "REQUESTS_BURST",
            "ADDRESS_REQUESTS_PER_MINUTE",
            "ADDRESS_REQUESTS_BURST",
        ),
        "1000000",
    ),
}

TOKENS = {
    "alice-token": Identity("alice"),
    "bob-token": Identity("bob"),
    "mallory-token": Identity("mallory"),
    "admin-token": Identity("admin", is_admin=True),
}


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: Any
    headers: Mapping[str, str]


class MemoryWorld:
    """Has three users, and an admin if one has to sign in. `parts` replace those of the application."""

    def __init__(
        self, now: datetime, *, documents: Any = None, parts: Mapping[str, Any] | None = None, **environment: str
    ) -> None:
        self.now = now
        self.documents = documents or MemoryDocuments()
        self.queue = MemoryQueue()
        self.asides: list[Callable[[], None]] = []
        self.outputs = MemoryOutputs()
        self.tokens = MemoryTokens(TOKENS)
        self.directory = MemoryDirectory()
        self.app = Darkroom(
            Settings.from_environment(ENVIRONMENT | environment),
            clock=lambda: self.now,
            documents=self.documents,
            queue=self.queue,
            queue_control=ControlOfAll({"all": MemoryControl(self.queue, lambda: self.now)}),
            outputs=self.outputs,
            tokens=self.tokens,
            directory=self.directory,
            transaction=OptimisticTransaction(pause=lambda _: None),
            pause=lambda seconds: self.later(seconds=seconds),
            run_in_background=self.asides.append,
            **(parts or {}),
        )
        self.app.seeding.put_catalog()
        for user_id, credits_ in (("alice", 100), ("bob", 0), ("mallory", 10)):
            self.add_user(user_id, credits_)
        if not self.app.authenticator.is_open:
            self.add_user("admin", 0, is_admin=True)  # without this document, the admin's token would be worth nothing

    def add_user(self, user_id: str, credits_: int, **identity: Any) -> None:
        """Add a user whose books are opened. The credits come by a grant."""
        user = User(
            id=user_id,
            identity=UserIdentity(
                name=user_id.title(), email=f"{user_id}@example.com", created_at=self.now, **identity
            ),
            balance=Balance(books_opened_at=self.now),
        )
        DemoRepository(self.documents).put_user(user, [], [])
        if credits_:
            self.app.ledger.add(
                user_id, EntryType.GRANT, credits_, source="test", external_id="start", description="Start"
            )

    def function_url(self, name: str) -> Callable[[Request], Answer]:
        """Return the handler of a function URL, by its name."""
        urls = (self.app.generation_urls, self.app.user_urls, self.app.operator_urls)
        found: Callable[[Request], Answer] = next(getattr(each, name) for each in urls if hasattr(each, name))
        return found

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def run_asides(self) -> None:
        """Do the work that requests have left to be done beside them."""
        while self.asides:
            self.asides.pop(0)()

    def generation(self, generation_id: str) -> Generation:
        found = self.app.generations.get(generation_id)
        if found is None:
            raise LookupError(generation_id)
        return found.value

    def deliver(self, generation_id: str, dispatch: int | None = None) -> None:
        """Deliver a task once, through the task function's own handler."""
        self.app.worker.process({"generation_request_id": generation_id, "dispatch": dispatch})

    def deliver_all(self) -> int:
        """Deliver everything that waits in the queue, and all tasks that follow from it. Return how many tasks there
        were.
        """
        count = 0
        while self.queue.waiting:
            self.deliver_next()
            count += 1
        return count

    def deliver_next(self) -> None:
        """Deliver the task that has waited longest, as the queue would."""
        task = self.queue.waiting.popleft()
        self.deliver(task.generation_id, task.dispatch)

    def overwrite(self, path: str, **fields: Any) -> None:
        """Change a document without the application's knowledge."""
        self.documents.commit([Update(path, fields)])

    def api(self, method: str, path: str, user_id: str | None = None, **request: Any) -> Response:
        if user_id is not None:
            request["query_string"] = {**request.get("query_string", {}), "userId": user_id}
        return send(self.app.api.serve, method, path, **request)


def send(serve: Any, method: str, path: str, **request: Any) -> Response:
    answer = serve(Request(EnvironBuilder(method=method, path=path, **request).get_environ()))
    data = answer.get_data()
    body = json.loads(data) if answer.is_json else data
    return Response(answer.status_code, body if data else None, dict(answer.headers))
