"""Makes a project for each measurement: a catalogue, users with credits, and what else an operation needs."""

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from google.cloud import firestore

from bootstrap import Darkroom
from core.clock import utc_now
from core.settings import Settings
from domain.accounts.user_identity import UserIdentity
from domain.credits.ledger import EntryType
from domain.credits.user import Balance, User
from providers.queue.memory import MemoryQueue
from providers.storage.memory import MemoryOutputs
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Update
from repositories.store.firestore import FirestoreDocuments
from schemas.generations.asks import ask_of
from services.generations.orders import Order
from tools import services

CREDITS = 100_000
ORDER: dict[str, Any] = {
    "model": "Model A",
    "style": "realistic",
    "color": "vibrant",
    "size": "512x512",
    "prompt": "A lighthouse keeper reading letters during a storm",
}
_THREADS = 8


def environment(emulators: Mapping[str, str], **changes: str) -> dict[str, str]:
    """Return the environment of a fresh project."""
    project = f"demo-bench-{uuid.uuid4().hex[:12]}"
    return {
        **services.local_values(),
        **emulators,
        "FUNCTIONS_EMULATOR": "true",
        "AUTH_MODE": "open",
        "GOOGLE_CLOUD_PROJECT": project,
        "GCLOUD_PROJECT": project,
        "SIMULATED_LATENCY_SECONDS": "0",
        "SIMULATED_FAILURE_RATE": "0",
        **changes,
    }


class Project:
    def __init__(self, variables: Mapping[str, str], users: int) -> None:
        """The client looks for the emulator in the environment, so `variables` have to be there already."""
        self.documents = FirestoreDocuments(firestore.Client(project=variables["GOOGLE_CLOUD_PROJECT"]))
        parts: dict[str, Any] = {"documents": self.documents, "queue": MemoryQueue(), "outputs": MemoryOutputs()}
        self.app = Darkroom(Settings.from_environment(variables), **parts)
        self.app.seeding.put_catalog()
        self.users = [f"user-{number:04}" for number in range(users)]
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._add_user, self.users))

    def _add_user(self, user_id: str) -> None:
        now = utc_now()
        user = User(
            id=user_id,
            identity=UserIdentity(name=user_id, created_at=now),
            balance=Balance(books_opened_at=now),
        )
        DemoRepository(self.documents).put_user(user, [], [])
        self.app.ledger.add(
            user_id, EntryType.GRANT, CREDITS, source="bench", external_id="start", description="To be spent"
        )

    def generations(self, count: int) -> list[str]:
        """Make so many queued generations, for the users in turn, and return their ids."""
        ask = ask_of(ORDER)

        def create(number: int) -> str:
            order = Order(user_id=self.users[number % len(self.users)], ask=ask)
            return self.app.ordering.create(order).generation.id

        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(create, range(count)))

    def processing(self, count: int) -> list[str]:
        """Make so many generations that are under way, with an hour to go, and return their ids. Clients poll such."""
        ids = self.generations(count)
        now = utc_now()
        fields = {"status": "processing", "attempt": 1, "started_at": now, "due_at": now + timedelta(hours=1)}
        for id_ in ids:
            self.documents.commit([Update(f"generation_requests/{id_}", fields)])
        return ids

    def books_are_exact(self) -> bool:
        return self.app.audits.of_all().is_exact
