from datetime import UTC, datetime

from core.errors import Unavailable
from repositories.store.documents import Document
from repositories.store.memory import MemoryDocuments
from world import World


class Silent(MemoryDocuments):
    is_down = False

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        if self.is_down:
            raise Unavailable("The database does not answer. Try again.")
        return super().get(path, at=at)


def test_a_process_that_answers_is_well(world: World) -> None:
    for path in ("/v1/healthz", "/v1/readyz"):
        response = world.api("GET", path)
        assert (response.status, response.body) == (200, {"status": "ok"})


def test_without_its_database_a_process_lives_but_is_not_ready() -> None:
    documents = Silent()
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC), documents=documents)
    documents.is_down = True
    assert world.api("GET", "/v1/healthz").status == 200
    response = world.api("GET", "/v1/readyz")
    assert (response.status, response.body["code"], response.body["retryable"]) == (503, "unavailable", True)
    assert response.headers["Retry-After"] == "2"
