"""Each operation may cost only so much in Firestore: billed reads, billed writes, and round trips one after the other.

They are counted on the wire by an interceptor of the client's channel, because what the code says it does is no
evidence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, ClassVar

import grpc
import pytest
from firebase_functions.https_fn import HttpsError
from google.cloud import firestore

from domain.credits.ledger import EntryType
from emulator import fresh_project
from people import known
from repositories.store.documents import Query
from repositories.store.firestore import FirestoreDocuments
from services.accounts.ports import Identity
from services.generations.model_ports import ModelRejected, ModelUnavailable, RemoteResult, RemoteStatus
from services.generations.ports import TaskMessage
from world import ORDER, World

pytestmark = pytest.mark.emulator

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
# Styles, colours and sizes cost one read each. Models and price rules are two empty lists here, which cost one each.
CATALOG = 6 + 5 + 3 + 2
# There is a query for each of the five lists.
CATALOG_TRIPS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost as it is billed. A read is a document that is found or looked for in vain, or a query that finds
    nothing.
    """

    reads: int = 0
    writes: int = 0
    trips: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.reads + other.reads, self.writes + other.writes, self.trips + other.trips)


class Meter(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Counts round trips. This code makes every call in turn, so each is a round trip of its own. Only usage is read
    for several months at once.
    """

    def __init__(self) -> None:
        self.spent = Cost()
        self._lock = Lock()

    def add(self, **cost: int) -> None:
        with self._lock:
            self.spent += Cost(**cost)

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        method = details.method.rpartition("/")[2]
        call = continuation(details, request)
        if method == "GetDocument":
            self.add(trips=1, reads=1)
            return call
        assert method == "Commit", f"what does {method} cost?"
        # A commit that fails writes nothing, and nothing is billed for it.
        self.add(trips=1, writes=len(request.writes) if call.code() is grpc.StatusCode.OK else 0)
        return call

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        self.add(trips=1)
        return _Metered(continuation(details, request), details.method.rpartition("/")[2], self)


class _Metered:
    """Counts a stream's answers as they come. In everything else it is the stream itself."""

    def __init__(self, stream: Any, method: str, meter: Meter) -> None:
        self._stream = stream
        self._method = method
        self._meter = meter
        self._found = 0

    def __iter__(self) -> "_Metered":
        return self

    def __next__(self) -> Any:
        try:
            answer = next(self._stream)
        except StopIteration:
            if not self._found:
                self._meter.add(reads=1)
            raise
        counts = {
            "BatchGetDocuments": lambda: bool(answer.found or answer.missing),
            "RunQuery": lambda: bool(answer.document.name),
            "RunAggregationQuery": lambda: bool(answer.result.aggregate_fields),
        }
        if counts[self._method]():
            self._found += 1
            self._meter.add(reads=1)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class MeteredClient(firestore.Client):
    def __init__(self, meter: Meter) -> None:
        super().__init__(project=fresh_project())
        self._meter = meter

    def _emulator_channel(self, transport: Any) -> Any:
        return grpc.intercept_channel(super()._emulator_channel(transport), self._meter)


class Instance:
    """A server process over a database that others may use too. A meter stands between the two."""

    def __init__(self, client: MeteredClient, meter: Meter, **environment: str) -> None:
        self._meter = meter
        self._environment = environment
        self.client = client
        self.world = World(NOON, documents=FirestoreDocuments(client), **environment)
        self.world.queue.enqueue = self._counted(self.world.queue.enqueue)  # type: ignore[assignment]
        self.world.queue.remove = self._counted(self.world.queue.remove)  # type: ignore[assignment]

    def _counted(self, call: Callable[[TaskMessage], bool]) -> Callable[[TaskMessage], bool]:
        def counted(message: TaskMessage) -> bool:
            self._meter.add(trips=1)
            return call(message)

        return counted

    @contextmanager
    def costs(self, **expected: int) -> Iterator[None]:
        """Check the exact cost. A budget with a reserve would hide the next regression."""
        self._meter.spent = Cost()
        yield
        assert self._meter.spent == Cost(**expected)

    def another(self) -> "Instance":
        """Return an instance that has just started and has read the catalogue."""
        other = Instance(self.client, self._meter, **self._environment)
        other.world.app.catalog.current()
        for user_id in ("alice", "bob", "mallory"):
            other.world.app.users.forget(user_id)
        return other


@contextmanager
def started(**environment: str) -> Iterator[Instance]:
    meter = Meter()
    client = MeteredClient(meter)
    instance = Instance(client, meter, **environment)
    instance.world.app.catalog.current()
    yield instance
    client.close()


@pytest.fixture
def instance() -> Iterator[Instance]:
    with started() as instance:
        yield instance


@pytest.fixture
def guarded() -> Iterator[Instance]:
    """Return an instance as it is deployed, where every caller sends a credential."""
    with started(AUTH_MODE="required") as instance:
        yield instance


def test_the_meter_counts_what_is_billed(instance: Instance) -> None:
    documents = instance.world.documents
    with instance.costs(reads=2, trips=2):
        documents.get("users/alice")
        documents.get("users/nobody")
    with instance.costs(reads=3, trips=1):
        assert len(documents.query(Query(collection="users"))) == 3
    with instance.costs(reads=1, trips=1):
        assert documents.query(Query(collection="nothing")) == []


class TestCreate:
    def test_warm(self, instance: Instance) -> None:
        instance.world.create()
        with instance.costs(reads=0, writes=3, trips=2):
            instance.world.create()

    def test_warm_by_the_function_url(self, instance: Instance) -> None:
        instance.world.create()
        with instance.costs(reads=0, writes=3, trips=2):
            response = instance.world.call("create_generation_request", json=ORDER | {"userId": "alice"})
        assert response.status == 202

    def test_cold(self, instance: Instance) -> None:
        other = instance.another()
        with other.costs(reads=1, writes=3, trips=3):
            other.world.create()

    def test_the_catalogue_is_read_once_a_minute(self, instance: Instance) -> None:
        instance.world.create()
        instance.world.later(seconds=59)
        with instance.costs(reads=0, writes=3, trips=2):
            instance.world.create()
        instance.world.later(seconds=1)
        with instance.costs(reads=CATALOG, writes=3, trips=2 + CATALOG_TRIPS):
            instance.world.create()

    def test_the_first_of_a_week_costs_no_more(self, instance: Instance) -> None:
        """The counts of the week are written together with the balance, and old weeks are forgotten in the
        same write.
        """
        for _ in range(4):
            instance.world.create()
            instance.world.later(days=7)
            instance.world.app.catalog.current()
        with instance.costs(reads=0, writes=3, trips=2):
            instance.world.create()
        assert len(instance.world.user("alice").activity.weeks) == 3

    def test_after_another_instance_has_spent(self, instance: Instance) -> None:
        """The stale balance costs one commit in vain and one read."""
        instance.world.create()
        instance.another().world.create()
        with instance.costs(reads=1, writes=3, trips=4):
            instance.world.create()

    def test_refused(self, instance: Instance) -> None:
        """The balance is read afresh for a refusal, also if the instance remembers the user."""
        instance.world.user("bob")
        with instance.costs(reads=1, trips=1):
            assert instance.world.api("POST", "/v1/generations", "bob", json=ORDER).status == 402

    def test_invalid(self, instance: Instance) -> None:
        with instance.costs():
            assert instance.world.api("POST", "/v1/generations", "alice", json=ORDER | {"size": "1x1"}).status == 400

    def test_a_replay_of_an_idempotency_key(self, instance: Instance) -> None:
        """The first commit finds that the generation exists. Then the caller is judged on a fresh read, and again in a
        commit.
        """
        request: dict[str, Any] = {"json": ORDER, "headers": {"Idempotency-Key": "key-1"}}
        instance.world.api("POST", "/v1/generations", "alice", **request)
        with instance.costs(reads=2, trips=4):
            response = instance.world.api("POST", "/v1/generations", "alice", **request)
        assert response.headers["Idempotent-Replayed"] == "true"


class TestStatus:
    def test_queued_is_a_document_and_no_aggregation(self, instance: Instance) -> None:
        """The cost is always the same, also while the place is not known, and when the last count has become old."""
        generation_id = instance.world.create()
        path, places = f"/v1/generations/{generation_id}", []
        for seconds in (0, 0, 5, 40):
            instance.world.later(seconds=seconds)
            with instance.costs(reads=1, trips=1):
                places.append(instance.world.api("GET", path, "alice").body["queue_position"])
            instance.world.run_asides()
        assert places == [None, 1, 1, None]

    def test_waiting_is_a_document_for_each_look(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        with instance.costs(reads=4, trips=4):
            headers = {"Prefer": "wait=3"}
            instance.world.api("GET", f"/v1/generations/{generation_id}", "alice", headers=headers)

    def test_the_count_that_all_share_is_beside_the_requests(self, instance: Instance) -> None:
        """While somebody asks, it is counted at most every five seconds. It takes one sum, the oldest and the newest
        generation.
        """
        ids = [instance.world.create() for _ in range(2)]
        for generation_id in ids:
            instance.world.api("GET", f"/v1/generations/{generation_id}", "alice")
        assert len(instance.world.asides) == 1
        with instance.costs(reads=3, trips=3):
            instance.world.run_asides()

    def test_processing(self, instance: Instance) -> None:
        generation_id = instance.world.create(model="Model R")
        instance.world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
        instance.world.deliver(generation_id)
        with instance.costs(reads=1, trips=1):
            shown = instance.world.api("GET", f"/v1/generations/{generation_id}", "alice")
        assert shown.body["status"] == "processing"

    def test_a_final_one_is_read_once_by_each_instance(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        instance.another().world.deliver(generation_id)
        path = f"/v1/generations/{generation_id}"
        with instance.costs(reads=1, trips=1):
            assert instance.world.api("GET", path, "alice").body["status"] == "completed"
        with instance.costs():
            instance.world.api("GET", path, "alice")
            instance.world.call("get_generation_status", query_string={"generationRequestId": generation_id})

    def test_creation_answers_from_what_it_wrote(self, instance: Instance) -> None:
        """The 202 shows the whole resource without reading it."""
        instance.world.create()
        with instance.costs(writes=3, trips=2):
            assert instance.world.api("POST", "/v1/generations", "alice", json=ORDER).body["cost"]["held"] == 1


class TestBalance:
    @pytest.fixture
    def busy(self, instance: Instance) -> Instance:
        for n in range(25):
            instance.world.app.ledger.add(
                "alice", EntryType.GRANT, 1, source="test", external_id=str(n), description="One more"
            )
        return instance

    def test_with_the_newest_twenty_entries(self, busy: Instance) -> None:
        with busy.costs(reads=21, trips=2):
            assert len(busy.world.api("GET", "/v1/balance", "alice").body["entries"]) == 20

    def test_a_page_of_entries_looks_one_ahead(self, busy: Instance) -> None:
        with busy.costs(reads=11, trips=1):
            busy.world.api("GET", "/v1/ledger", "alice", query_string={"page_size": "10"})

    def test_alone(self, busy: Instance) -> None:
        with busy.costs(reads=1, trips=1):
            busy.world.api("GET", "/v1/me", "alice")

    def test_an_audit_does_not_grow_with_the_history(self, busy: Instance) -> None:
        """The nightly audit reads the moment, the user, and eight sums. An audit by hand reads thirteen more sums of
        the same moment.
        """
        audits, sums = busy.world.app.audits, busy.world.app.book_sums
        with busy.costs(reads=10, trips=10):
            assert not audits._checked("alice", sums.moment()).differences
        with busy.costs(reads=23, trips=23):
            assert not audits.of_user("alice").differences


class TestUsage:
    """Usage is read only as sums, however many generations there are. An empty month costs one read, and each model
    that was used costs two more.
    """

    def usage(self, instance: Instance, months: int) -> list[dict[str, Any]]:
        response = instance.world.api("GET", "/v1/usage", "alice", query_string={"months": str(months)})
        assert response.status == 200, response.body
        found: list[dict[str, Any]] = response.body["months"]
        return found

    def test_of_nobody_who_used_anything(self, instance: Instance) -> None:
        with instance.costs(reads=6, trips=6):
            self.usage(instance, 6)

    def test_with_every_model(self, instance: Instance) -> None:
        for model in ("Model A", "Model B", "Model R"):
            for _ in range(5):
                instance.world.create(model=model)
        with instance.costs(reads=1 + 3 * 2, trips=1 + 3 * 2):
            (month,) = self.usage(instance, 1)
        assert [each["requests"] for each in month["models"]] == [5, 5, 5]

    def test_a_month_that_is_closed_costs_nothing_again(self, instance: Instance) -> None:
        instance.world.create()
        instance.world.deliver_all()
        instance.world.later(days=31)
        instance.world.user("alice")
        instance.world.app.catalog.current()
        with instance.costs(reads=1 + 3 + 1, trips=1 + 3 + 1):
            self.usage(instance, 3)
        with instance.costs(reads=1, trips=1):
            assert [each["total"]["requests"] for each in self.usage(instance, 3)] == [0, 1, 0]


class TestWorker:
    """The worker is an instance of its own, as it is deployed."""

    def test_success(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        worker = instance.another()
        with worker.costs(reads=1, writes=3, trips=3):
            worker.world.deliver(generation_id)
        assert worker.world.generation(generation_id).status == "completed"

    def test_failure(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        worker = instance.another()
        worker.world.model.script = [ModelRejected("content_filter", "Content filter violation")]
        with worker.costs(reads=1, writes=4, trips=3):
            worker.world.deliver(generation_id)
        assert worker.world.generation(generation_id).status == "failed"

    def test_a_failure_that_is_tried_again(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        worker = instance.another()
        worker.world.model.script = [ModelUnavailable("overloaded", "Model overload - please retry")]
        with worker.costs(reads=1, writes=2, trips=3), pytest.raises(HttpsError):
            worker.world.deliver(generation_id)

    def test_a_duplicate_of_an_ended_one(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        instance.world.deliver(generation_id)
        worker = instance.another()
        with worker.costs(reads=1, trips=1):
            worker.world.deliver(generation_id)
        with worker.costs():
            worker.world.deliver(generation_id)

    def test_remote(self, instance: Instance) -> None:
        """A submission is the claim, the job id and the task. A poll is one write and the next task. The end is one
        settlement.
        """
        generation_id = instance.world.create(model="Model R")
        worker = instance.another()
        worker.world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
        with worker.costs(reads=1, writes=2, trips=4):
            worker.world.deliver(generation_id)
        with worker.costs(reads=1, writes=1, trips=3):
            worker.world.deliver(generation_id)
        with worker.costs(reads=1, writes=2, trips=2):
            worker.world.deliver(generation_id)


class TestCallers:
    """Knowing who calls has a cost too. A creation is judged in its own commit, so nothing is read before."""

    ALICE: ClassVar = {"Authorization": "Bearer alice-token"}

    def key(self, instance: Instance) -> dict[str, str]:
        order = {"name": "a", "scopes": ["generations:write", "generations:read"], "budget": {"per_day": 1000}}
        made = instance.world.api("POST", "/v1/keys", headers=self.ALICE, json=order)
        return {"X-API-Key": made.body["key"]}

    def create(self, instance: Instance, headers: dict[str, str]) -> str:
        created = instance.world.api("POST", "/v1/generations", headers=headers, json=ORDER)
        assert created.status == 202, created.body
        return f"/v1/generations/{created.body['id']}"

    def running(self, instance: Instance, headers: dict[str, str]) -> str:
        """Return the path of a running generation. Its status is a document, without a place in the queue."""
        created = instance.world.api("POST", "/v1/generations", headers=headers, json=ORDER | {"model": "Model R"})
        instance.world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
        instance.world.deliver(created.body["id"])
        return f"/v1/generations/{created.body['id']}"

    def test_a_creation_by_key_on_a_warm_instance(self, guarded: Instance) -> None:
        key = self.key(guarded)
        self.create(guarded, key)
        with guarded.costs(reads=0, writes=3, trips=2):
            self.create(guarded, key)
        guarded.world.later(minutes=10)
        with guarded.costs(reads=CATALOG, writes=3, trips=2 + CATALOG_TRIPS):
            self.create(guarded, key)

    def test_a_creation_by_key_on_a_cold_instance(self, guarded: Instance) -> None:
        """The key's proof and the key's owner are read. The instance that made the key has not read the proof yet,
        either.
        """
        key = self.key(guarded)
        other = guarded.another()
        with other.costs(reads=2, writes=3, trips=4):
            self.create(other, key)

    def test_a_creation_by_sign_in_on_a_warm_instance(self, guarded: Instance) -> None:
        self.create(guarded, self.ALICE)
        guarded.world.later(seconds=50)
        with guarded.costs(reads=0, writes=3, trips=2):
            self.create(guarded, self.ALICE)

    def test_a_status_by_sign_in(self, guarded: Instance) -> None:
        """A user that was seen in the last ten seconds is not read again."""
        path = self.running(guarded, self.ALICE)
        guarded.world.api("GET", "/v1/me", headers=self.ALICE)
        guarded.world.later(seconds=9)
        with guarded.costs(reads=1, trips=1):
            assert guarded.world.api("GET", path, headers=self.ALICE).body["status"] == "processing"
        guarded.world.later(seconds=1)
        with guarded.costs(reads=2, trips=2):
            guarded.world.api("GET", path, headers=self.ALICE)
        with guarded.costs(reads=1, trips=1):
            guarded.world.api("GET", path, headers=self.ALICE)

    def test_a_status_by_key_reads_its_owner_each_time(self, guarded: Instance) -> None:
        key = self.key(guarded)
        path = self.running(guarded, key)
        for _ in range(2):
            with guarded.costs(reads=2, trips=2):
                assert guarded.world.api("GET", path, headers=key).body["status"] == "processing"

    def test_a_forged_key_costs_one_read_and_no_key_at_all_none(self, guarded: Instance) -> None:
        forged = {"X-API-Key": f"dk_k{'0' * 11}_{'0' * 43}"}
        with guarded.costs(reads=1, trips=1):
            assert guarded.world.api("GET", "/v1/me", headers=forged).status == 401
        with guarded.costs():
            assert guarded.world.api("GET", "/v1/me", headers={"X-API-Key": "dk_x"}).status == 401

    def test_the_first_sign_in_of_all(self, guarded: Instance) -> None:
        """Two reads find no user: one is made for the call, and one by the code that makes the user. Then `me` reads
        what was made.
        """
        newcomer = Identity("newcomer", email="new@example.com", email_verified=True)
        known(guarded.world, **{"new-token": newcomer})
        headers = {"Authorization": "Bearer new-token"}
        with guarded.costs(reads=2, writes=4, trips=3):
            guarded.world.api("GET", "/v1/generations", headers=headers, query_string={"status": "nonsense"})
        with guarded.costs():
            guarded.world.api("GET", "/v1/generations", headers=headers, query_string={"status": "nonsense"})


class TestOthers:
    def test_a_list_looks_one_ahead_and_costs_one_trip(self, instance: Instance) -> None:
        for _ in range(4):
            instance.world.create()
        with instance.costs(reads=3, trips=1):
            page = instance.world.api("GET", "/v1/generations", "alice", query_string={"page_size": "2"})
        assert len(page.body["data"]) == 2
        with instance.costs(reads=4, trips=1):
            instance.world.api("GET", "/v1/generations", "alice")

    def test_cancel(self, instance: Instance) -> None:
        generation_id = instance.world.create()
        with instance.costs(reads=1, writes=3, trips=3):
            assert instance.world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice").status == 200

    def test_a_sweep_of_nothing(self, instance: Instance) -> None:
        """A sweep reads what is due, and when the queue was last purged."""
        with instance.costs(reads=2, trips=2):
            instance.world.app.sweeper.sweep()
