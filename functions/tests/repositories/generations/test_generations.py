import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from core.damage import UnreadableRecord
from core.errors import Unauthenticated, Unavailable
from core.queues import Queue
from core.rates import Rate
from core.records import Cursor, Stored
from domain.accounts.errors import UserInactive, UserNotFound
from domain.accounts.keys import ApiKey, Scope
from domain.credits.commits import Commit
from domain.credits.errors import InsufficientCredits
from domain.credits.holds import hold
from domain.credits.spending import Spender, SpendingLimits, spend
from domain.credits.user import User
from domain.generations import lifecycle
from domain.generations.generation import Failure, Generation, Output, Spec, Status
from instances import instance_over
from repositories.accounts.user_mapping import user_difference, user_from
from repositories.generations.creations import Creation
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.store.documents import Create, Document, Increment, Query, Update, Write
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from services.generations.ports import Created, GenerationFilter, Waiting
from unsteady import UnsteadyDocuments, did_not_happen, happened
from users import changed

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SPEC = Spec(
    model="Model A", prompt="A lighthouse", params={"style": "realistic", "color": "vibrant", "size": "512x512"}
)
FAILURE = Failure(code="content_filter", message="Content filter violation", retryable=False)


class Instance:
    """One server process has a memory of its own, over the database that it shares with the others."""

    def __init__(self, documents: MemoryDocuments) -> None:
        app = instance_over(documents, transaction=OptimisticTransaction(pause=lambda _: None))
        self.users, self.generations = app.users, app.generations

    def create(self, id_: str, user_id: str = "alice", *, price: int = 3, may_exist: bool = False) -> Created:
        generation = a_generation(id_, user_id, price=price)

        def decide(user: User) -> Commit[Generation]:
            return hold(user, generation)

        return self.generations.create(id_, user_id, decide, may_exist=may_exist)

    def known(self, id_: str) -> Stored[Generation]:
        found = self.generations.get(id_)
        assert found is not None
        return found

    def claim(self, known: Stored[Generation], owner: str) -> Stored[Generation]:
        def decide(generation: Generation) -> Commit[Generation] | None:
            if generation.is_final or generation.is_leased(NOON):
                return None
            return lifecycle.claim(generation, owner=owner, now=NOON, lease=LEASE, expected_seconds=1)

        return self.generations.change(known, decide)

    def fail(self, known: Stored[Generation]) -> Stored[Generation]:
        return self.settle(known, lambda generation: lifecycle.fail(generation, FAILURE, now=NOON))

    def complete(self, known: Stored[Generation]) -> Stored[Generation]:
        output = Output(path="g/0.png", content_type="image/png", width=1, height=1, bytes=1)
        return self.settle(known, lambda generation: lifecycle.complete(generation, (output,), "gs://b/g", now=NOON))

    def settle(self, known: Stored[Generation], end: Callable[[Generation], Commit[Generation]]) -> Stored[Generation]:
        return self.generations.change(known, lambda generation: None if generation.is_final else end(generation))


def a_generation(id_: str, user_id: str = "alice", *, price: int = 3, at: datetime = NOON, **more: Any) -> Generation:
    return Generation(
        id=id_,
        user_id=user_id,
        spec=SPEC,
        status=Status.QUEUED,
        price=price,
        held=price,
        created_at=at,
        updated_at=at,
        due_at=at + timedelta(seconds=60),
        in_flight=True,
        **more,
    )


@pytest.fixture
def documents() -> UnsteadyDocuments:
    """Alice has 10 credits."""
    documents = UnsteadyDocuments()
    documents.commit([Create("users/alice", {"current_credits": 10, "held_credits": 0, "created_at": NOON})])
    documents.forget_counts()
    return documents


@pytest.fixture
def instance(documents: UnsteadyDocuments) -> Instance:
    return Instance(documents)


def balance(documents: UnsteadyDocuments) -> tuple[int, int, int]:
    """Return Alice's current and held credits, and the number of her images."""
    found = MemoryDocuments.get(documents, "users/alice")
    assert found is not None
    return tuple(found.fields.get(name, 0) for name in ("current_credits", "held_credits", "total_images_generated"))


def entries(documents: UnsteadyDocuments) -> dict[str, int]:
    found = documents.query(Query(collection="users/alice/transactions"))
    return {document.id: document.fields["credits"] for document in found}


def earn(documents: UnsteadyDocuments, by: int) -> None:
    """Let another instance write."""
    MemoryDocuments.commit(documents, [Update("users/alice", {"current_credits": Increment(by)})])


class TestCreate:
    def test_one_commit_makes_the_generation_its_deduction_and_the_balance(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        assert instance.create("g1") == Created(a_generation("g1"), replayed=False)
        assert balance(documents) == (7, 3, 0)
        assert entries(documents) == {"g1-deduction": 3}
        assert [sorted(write.path for write in commit) for commit in documents.commits] == [
            ["generation_requests/g1", "users/alice", "users/alice/transactions/g1-deduction"]
        ]

    def test_the_first_reads_the_user_and_the_next_ones_read_nothing(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        for n in range(3):
            instance.create(f"g{n}")
        assert documents.gets == ["users/alice"]
        assert len(documents.commits) == 3
        assert balance(documents) == (1, 9, 0)

    def test_what_was_created_reads_back_the_same(self, instance: Instance) -> None:
        instance.create("g1")
        assert instance.known("g1").value == a_generation("g1")

    @pytest.mark.parametrize("preview", ["g/0-thumbnail.webp", None])
    def test_an_output_reads_back_the_same(self, documents: UnsteadyDocuments, preview: str | None) -> None:
        output = Output(path="g/0.png", content_type="image/png", width=2, height=3, bytes=4, preview_path=preview)
        generation = replace(a_generation("g1"), outputs=(output,))
        document = Document("generation_requests/g1", generation_fields(generation), NOON)
        assert generation_from(document).outputs == (output,)

    def test_an_output_that_was_stored_before_there_were_previews_has_none(self) -> None:
        older = {"path": "g/0.png", "content_type": "image/png", "width": 2, "height": 3, "bytes": 4}
        fields = {**generation_fields(a_generation("g1")), "outputs": [older]}
        (output,) = generation_from(Document("generation_requests/g1", fields, NOON)).outputs
        assert (output.path, output.bytes, output.preview_path) == ("g/0.png", 4, None)

    def test_a_remembered_balance_that_is_too_high_overdraws_nothing(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        instance.create("g1")
        earn(documents, -7)
        with pytest.raises(InsufficientCredits) as refused:
            instance.create("g2")
        assert refused.value.details == {"required": 3, "available": 0}
        assert balance(documents) == (0, 3, 0)

    def test_a_remembered_balance_that_is_too_low_refuses_nothing(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        for n in range(3):
            instance.create(f"g{n}")
        earn(documents, 2)
        documents.forget_counts()
        instance.create("g3")
        assert balance(documents) == (0, 12, 0)
        assert documents.gets == ["users/alice"]
        assert len(documents.commits) == 1, "the stale balance was known to be stale before any commit"

    def test_a_refusal_is_given_on_a_fresh_read(self, documents: UnsteadyDocuments, instance: Instance) -> None:
        for n in range(3):
            instance.create(f"g{n}")
        documents.forget_counts()
        with pytest.raises(InsufficientCredits):
            instance.create("g3")
        assert documents.gets == ["users/alice"]
        assert not documents.commits

    def test_nobody_and_the_inactive_create_nothing(self, documents: UnsteadyDocuments, instance: Instance) -> None:
        documents.commit([Create("users/off", {"current_credits": 10, "is_active": False})])
        with pytest.raises(UserNotFound):
            instance.create("g1", "nobody")
        with pytest.raises(UserInactive):
            instance.create("g1", "off")
        assert documents.get("generation_requests/g1") is None

    def test_a_writer_in_between_is_found_and_the_decision_made_again(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        documents.before_commit = lambda: earn(documents, 5)
        instance.create("g1")
        assert balance(documents) == (12, 3, 0)
        assert len(documents.commits) == 2

    def test_a_writer_in_between_who_spends_the_rest_leads_to_a_refusal(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        documents.before_commit = lambda: earn(documents, -9)
        with pytest.raises(InsufficientCredits):
            instance.create("g1")
        assert balance(documents) == (1, 0, 0)
        assert documents.get("generation_requests/g1") is None

    @pytest.mark.parametrize("may_exist", [True, False])
    @pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen] * 3, [did_not_happen, happened]])
    def test_a_lost_answer_deducts_once(
        self, documents: UnsteadyDocuments, instance: Instance, script: list[Any], *, may_exist: bool
    ) -> None:
        documents.script = [*script]
        assert instance.create("g1", may_exist=may_exist) == Created(a_generation("g1"), replayed=False)
        assert balance(documents) == (7, 3, 0)
        assert entries(documents) == {"g1-deduction": 3}

    def test_a_lost_answer_that_spent_the_last_credits_is_no_refusal(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        """The second try finds the balance empty, because the first one took the credits."""
        documents.script = [happened]
        assert instance.create("g1", price=10) == Created(a_generation("g1", price=10), replayed=False)
        assert balance(documents) == (0, 10, 0)

    def test_after_a_lost_answer_the_next_creation_reads_the_user_again(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        documents.script = [happened]
        instance.create("g1")
        instance.create("g2")
        assert balance(documents) == (4, 6, 0)

    def test_a_database_that_never_answers_is_unavailable_and_takes_nothing(self, documents: UnsteadyDocuments) -> None:
        now = [0.0]

        def pause(_: float) -> None:
            now[0] += 1.0

        transaction = OptimisticTransaction(deadline_seconds=5, monotonic=lambda: now[0], pause=pause)
        generations = instance_over(documents, transaction=transaction).generations
        documents.script = [did_not_happen] * 100
        with pytest.raises(Unavailable):
            generations.create("g1", "alice", lambda user: hold(user, a_generation("g1")), may_exist=False)
        assert balance(documents) == (10, 0, 0)
        documents.script = []
        assert generations.get("g1") is None

    def test_a_repeat_of_an_id_finds_what_is_there_and_takes_nothing(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        instance.create("g1", may_exist=True)
        for other in (instance, Instance(documents)):
            created = other.create("g1", price=5, may_exist=True)
            assert created == Created(a_generation("g1", price=3), replayed=True)
        assert balance(documents) == (7, 3, 0)

    def test_a_repeat_is_not_refused_for_want_of_credits(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        instance.create("g1", price=10, may_exist=True)
        for other in (instance, Instance(documents)):
            assert other.create("g1", price=10, may_exist=True).replayed
        assert balance(documents) == (0, 10, 0)

    def test_a_refused_key_that_nobody_used_is_refused(self, documents: UnsteadyDocuments, instance: Instance) -> None:
        with pytest.raises(InsufficientCredits):
            instance.create("g1", price=11, may_exist=True)
        assert balance(documents) == (10, 0, 0)

    def test_instances_and_threads_that_spend_at_once_spend_what_is_there(self, documents: UnsteadyDocuments) -> None:
        instances = [Instance(documents) for _ in range(4)]
        start = threading.Barrier(8)

        def spend(n: int) -> int:
            start.wait(10)
            accepted = 0
            for k in range(3):
                try:
                    instances[n % 4].create(f"g{n}-{k}", price=1)
                    accepted += 1
                except InsufficientCredits:
                    pass
            return accepted

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(spend, range(8))) == 10
        assert balance(documents) == (0, 10, 0)
        assert len(entries(documents)) == 10


class TestClaim:
    @pytest.fixture
    def queued(self, instance: Instance) -> Stored[Generation]:
        instance.create("g1")
        return instance.known("g1")

    def test_of_two_that_saw_the_same_exactly_one_has_it(
        self, documents: UnsteadyDocuments, instance: Instance, queued: Stored[Generation]
    ) -> None:
        first = instance.claim(queued, "one")
        second = Instance(documents).claim(queued, "two")
        assert first.value.lease_owner == "one"
        assert second.value.lease_owner == "one"
        assert instance.known("g1").value.attempt == 1

    def test_of_many_at_once_exactly_one_has_it(self, documents: UnsteadyDocuments, queued: Stored[Generation]) -> None:
        start = threading.Barrier(8)

        def claim(n: int) -> bool:
            start.wait(10)
            return Instance(documents).claim(queued, f"owner-{n}").value.lease_owner == f"owner-{n}"

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(claim, range(8))) == 1

    @pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen, happened]])
    def test_a_lost_answer_is_one_attempt(
        self, documents: UnsteadyDocuments, instance: Instance, queued: Stored[Generation], script: list[Any]
    ) -> None:
        documents.script = [*script]
        claimed = instance.claim(queued, "one")
        assert (claimed.value.lease_owner, claimed.value.attempt) == ("one", 1)
        assert claimed == instance.known("g1")

    def test_it_moves_no_credits(
        self, documents: UnsteadyDocuments, instance: Instance, queued: Stored[Generation]
    ) -> None:
        before = documents.get("users/alice")
        instance.claim(queued, "one")
        assert documents.get("users/alice") == before

    def test_where_nothing_is_decided_nothing_is_written_or_read(
        self, documents: UnsteadyDocuments, instance: Instance, queued: Stored[Generation]
    ) -> None:
        documents.forget_counts()
        assert instance.generations.change(queued, lambda _: None) == queued
        assert (documents.gets, documents.commits) == ([], [])


class TestSettle:
    @pytest.fixture
    def claimed(self, documents: UnsteadyDocuments, instance: Instance) -> Stored[Generation]:
        instance.create("g1")
        claimed = instance.claim(instance.known("g1"), "one")
        documents.forget_counts()
        return claimed

    def test_a_failure_gives_back_the_price_in_one_commit_without_a_read(
        self, documents: UnsteadyDocuments, instance: Instance, claimed: Stored[Generation]
    ) -> None:
        settled = instance.fail(claimed)
        assert (settled.value.status, settled.value.refunded, settled.value.held) == (Status.FAILED, 3, 0)
        assert balance(documents) == (10, 0, 0)
        assert entries(documents) == {"g1-deduction": 3, "g1-refund": 3}
        assert not documents.gets
        assert len(documents.commits) == 1

    def test_a_completion_charges_and_counts_the_image(
        self, documents: UnsteadyDocuments, instance: Instance, claimed: Stored[Generation]
    ) -> None:
        settled = instance.complete(claimed)
        assert (settled.value.status, settled.value.charged, settled.value.held) == (Status.COMPLETED, 3, 0)
        assert balance(documents) == (7, 0, 1)
        assert entries(documents) == {"g1-deduction": 3}

    @pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen, happened]])
    @pytest.mark.parametrize(("end", "after"), [("fail", (10, 0, 0)), ("complete", (7, 0, 1))])
    def test_a_lost_answer_settles_once(
        self,
        documents: UnsteadyDocuments,
        instance: Instance,
        claimed: Stored[Generation],
        script: list[Any],
        end: str,
        after: tuple[int, int, int],
    ) -> None:
        documents.script = [*script]
        settled = getattr(instance, end)(claimed)
        assert settled.value.is_final
        assert balance(documents) == after
        assert sum(id_.endswith("-refund") for id_ in entries(documents)) == (end == "fail")

    @pytest.mark.parametrize(("late", "early"), [("complete", "fail"), ("fail", "complete"), ("fail", "fail")])
    def test_the_first_end_stands(
        self, documents: UnsteadyDocuments, instance: Instance, claimed: Stored[Generation], late: str, early: str
    ) -> None:
        other = Instance(documents)
        first = getattr(other, early)(claimed)
        after = balance(documents)
        assert getattr(instance, late)(claimed).value == first.value
        assert balance(documents) == after

    def test_of_many_at_once_one_refunds(self, documents: UnsteadyDocuments, claimed: Stored[Generation]) -> None:
        start = threading.Barrier(8)

        def fail(_: int) -> Status:
            start.wait(10)
            return Instance(documents).fail(claimed).value.status

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(fail, range(8))) == {Status.FAILED}
        assert balance(documents) == (10, 0, 0)

    def test_a_stale_version_decides_again_on_what_is_there(
        self, documents: UnsteadyDocuments, instance: Instance, claimed: Stored[Generation]
    ) -> None:
        """The sweeper has changed `due_at` meanwhile. This change is not lost, and it does not stop the settlement."""
        seen: list[datetime | None] = []
        later = NOON + timedelta(hours=1)
        path = "generation_requests/g1"
        documents.before_commit = lambda: MemoryDocuments.commit(documents, [Update(path, {"due_at": later})])

        def decide(generation: Generation) -> Commit[Generation]:
            seen.append(generation.due_at)
            return lifecycle.fail(generation, FAILURE, now=NOON)

        instance.generations.change(claimed, decide)
        assert seen == [NOON + LEASE, later]
        assert balance(documents) == (10, 0, 0)

    def test_another_generation_of_the_user_does_not_get_in_the_way(
        self, documents: UnsteadyDocuments, instance: Instance, claimed: Stored[Generation]
    ) -> None:
        documents.before_commit = lambda: Instance(documents).create("g2")
        instance.fail(claimed)
        assert balance(documents) == (7, 3, 0)
        assert "generation_requests/g1" not in documents.gets, "it was not read again, for nobody had touched it"

    @pytest.mark.parametrize("script", [[], [happened]])
    def test_the_user_is_forgotten_for_its_balance_has_moved(
        self,
        documents: UnsteadyDocuments,
        instance: Instance,
        claimed: Stored[Generation],
        script: list[Any],
    ) -> None:
        """Otherwise the next creation would first commit in vain."""
        documents.script = [*script]
        instance.fail(claimed)
        documents.forget_counts()
        instance.create("g2")
        assert documents.gets == ["users/alice"]
        assert len(documents.commits) == 1
        assert balance(documents) == (7, 3, 0)

    def test_a_database_that_never_answers_settles_nothing(
        self, documents: UnsteadyDocuments, claimed: Stored[Generation]
    ) -> None:
        ticks = iter(range(100))
        transaction = OptimisticTransaction(monotonic=lambda: float(next(ticks)), pause=lambda _: None)
        generations = instance_over(documents, transaction=transaction).generations
        documents.script = [did_not_happen] * 100
        with pytest.raises(Unavailable):
            generations.change(claimed, lambda generation: lifecycle.fail(generation, FAILURE, now=NOON))
        assert balance(documents) == (7, 3, 0)


class TestCounting:
    """Besides the credits, a commit on a user counts generations in flight, for the user and for the key."""

    LIMITS = SpendingLimits(
        per_user=Rate(per_minute=60, burst=9),
        per_key=Rate(per_minute=60, burst=9),
        in_flight_max=9,
        key_in_flight_max=9,
    )

    @pytest.fixture
    def with_key(self, documents: UnsteadyDocuments) -> Instance:
        """Alice has two keys."""
        keys = [ApiKey(id=each, name=each, scopes=frozenset(Scope), created_at=NOON) for each in ("one", "other")]
        found = MemoryDocuments.get(documents, "users/alice")
        assert found is not None
        before = user_from(found)
        documents.commit(
            [Update("users/alice", user_difference(before, changed(before, keys={key.id: key for key in keys})))]
        )
        documents.forget_counts()
        return Instance(documents)

    def create(self, instance: Instance, id_: str, spender: Spender) -> Stored[Generation]:
        made = a_generation(id_, api_key_id=spender.key_id)
        instance.generations.create(
            id_, "alice", lambda user: spend(user, made, spender, self.LIMITS, UTC), may_exist=False
        )
        return instance.known(id_)

    def user(self, instance: Instance) -> User:
        found = instance.users.get("alice")
        assert found is not None
        return found

    @pytest.mark.parametrize("script", [[], [happened], [did_not_happen, happened]])
    def test_a_key_is_charged_by_the_commit_and_given_back_by_the_refund(
        self, documents: UnsteadyDocuments, with_key: Instance, script: list[Any]
    ) -> None:
        documents.script = [*script]
        known = self.create(with_key, "g1", Spender(key_id="one", key_serial=1))
        key = self.user(with_key).identity.keys["one"]
        assert (key.in_flight, key.spent, key.last_used_at) == (1, {"d20260304": 3, "m202603": 3}, NOON)
        documents.script = [*script]
        with_key.fail(known)
        user = self.user(with_key)
        assert (user.identity.keys["one"].in_flight, user.identity.keys["one"].spent) == (
            0,
            {"d20260304": 0, "m202603": 0},
        )
        assert user.identity.keys["other"].spent == {}

    def test_what_completes_stays_spent(self, with_key: Instance) -> None:
        with_key.complete(self.create(with_key, "g1", Spender(key_id="one", key_serial=1)))
        user = self.user(with_key)
        assert (user.pace.in_flight, user.identity.keys["one"].in_flight) == (0, 0)
        assert user.identity.keys["one"].spent == {"d20260304": 3, "m202603": 3}

    def test_a_person_leaves_the_keys_alone(self, with_key: Instance) -> None:
        before = self.user(with_key).identity.keys
        known = self.create(with_key, "g1", Spender())
        user = self.user(with_key)
        assert (user.pace.in_flight, user.identity.keys) == (1, before)
        assert user.pace.bucket is not None
        with_key.fail(known)
        assert (self.user(with_key).pace.in_flight, self.user(with_key).identity.keys) == (0, before)

    def test_a_key_that_was_revoked_elsewhere_spends_nothing(
        self, documents: UnsteadyDocuments, with_key: Instance
    ) -> None:
        """This instance remembers the key as good, and the commit finds out that it is not."""
        spender = Spender(key_id="one", key_serial=1)
        self.create(with_key, "g1", spender)
        MemoryDocuments.commit(documents, [Update("users/alice", {"keys.one.revoked_at": NOON})])
        with pytest.raises(Unauthenticated):
            self.create(with_key, "g2", spender)
        assert balance(documents) == (7, 3, 0)


class TestGet:
    def test_one_that_has_ended_is_answered_from_memory(self, documents: UnsteadyDocuments, instance: Instance) -> None:
        instance.create("g1")
        settled = instance.fail(instance.known("g1"))
        documents.forget_counts()
        assert instance.generations.get("g1") == settled
        assert not documents.gets
        assert [Instance(documents).known("g1") for _ in range(2)] == [settled] * 2

    def test_one_that_was_read_when_it_had_ended_is_not_read_again(
        self, documents: UnsteadyDocuments, instance: Instance
    ) -> None:
        instance.create("g1")
        instance.fail(instance.known("g1"))
        other = Instance(documents)
        documents.forget_counts()
        assert other.known("g1") == other.known("g1")
        assert documents.gets == ["generation_requests/g1"]

    def test_one_that_has_not_ended_is_read_each_time(self, documents: UnsteadyDocuments, instance: Instance) -> None:
        instance.create("g1")
        assert instance.known("g1").value.status is Status.QUEUED
        Instance(documents).claim(instance.known("g1"), "one")
        assert instance.known("g1").value.status is Status.PROCESSING

    def test_one_that_never_was(self, instance: Instance) -> None:
        assert instance.generations.get("g1") is None


class TestPages:
    @pytest.fixture
    def many(self, documents: UnsteadyDocuments, instance: Instance) -> Instance:
        """There are Alice's g0 to g5, two in each minute, and one of Bob's."""
        documents.commit(
            [Create("users/bob", {"current_credits": 10}), Update("users/alice", {"current_credits": 100})]
        )
        for n in range(6):
            made = a_generation(f"g{n}", at=NOON + timedelta(minutes=n // 2))
            spec = replace(
                SPEC,
                params={**SPEC.params, "style": "anime" if n % 2 else "sketch"},
                model="Model A" if n < 3 else "Model B",
            )
            made = replace(made, spec=spec)
            instance.generations.create(made.id, "alice", partial(hold, subject=made), may_exist=False)
        instance.create("of-bob", "bob")
        return instance

    def ids(self, instance: Instance, limit: int = 20, after: Cursor | None = None, **wanted: Any) -> list[str]:
        found = instance.generations.page(["alice"], GenerationFilter(**wanted), after=after, limit=limit)
        return [generation.id for generation in found]

    def test_newest_first_and_only_ones_own(self, many: Instance) -> None:
        assert self.ids(many) == ["g5", "g4", "g3", "g2", "g1", "g0"]

    def test_of_several_users_or_of_everybody(self, many: Instance) -> None:
        first = GenerationFilter(created_before=NOON + timedelta(1))
        both = many.generations.page({"alice", "bob"}, first, after=None, limit=2)
        assert [(each.user_id, each.id) for each in both] == [("alice", "g5"), ("alice", "g4")]
        everybody = many.generations.page(
            [], GenerationFilter(created_before=NOON + timedelta(seconds=1)), after=None, limit=9
        )
        assert [each.id for each in everybody] == ["of-bob", "g1", "g0"]
        strangers = many.generations.page({"bob", "nobody"}, GenerationFilter(), after=None, limit=9)
        assert [each.id for each in strangers] == ["of-bob"]

    @pytest.mark.parametrize("size", [1, 2, 3, 6])
    def test_pages_show_each_once(self, many: Instance, size: int) -> None:
        seen: list[str] = []
        after: Cursor | None = None
        while page := many.generations.page(["alice"], GenerationFilter(), after=after, limit=size):
            seen += [generation.id for generation in page]
            after = Cursor(page[-1].created_at, page[-1].id)
        assert seen == ["g5", "g4", "g3", "g2", "g1", "g0"]

    def test_filters(self, many: Instance) -> None:
        many.fail(many.known("g4"))
        assert self.ids(many, status=Status.FAILED) == ["g4"]
        assert self.ids(many, style="anime") == ["g5", "g3", "g1"]
        assert self.ids(many, model="Model A", style="sketch") == ["g2", "g0"]
        assert self.ids(many, created_from=NOON + timedelta(minutes=2)) == ["g5", "g4"]
        assert self.ids(many, created_before=NOON + timedelta(minutes=1)) == ["g1", "g0"]
        assert self.ids(many, created_from=NOON + timedelta(minutes=1), after=Cursor(NOON, "x")) == []
        many.create("dear", price=4)
        many.create("free", price=0)
        assert self.ids(many, credits=4) == ["dear"]
        assert self.ids(many, credits=0) == ["free"]
        assert self.ids(many, credits=2) == []

    def test_due_ones_come_longest_overdue_first_and_ended_ones_never(self, many: Instance) -> None:
        many.fail(many.known("g0"))
        now = NOON + timedelta(minutes=2)
        due = [row for row in many.generations.due(now=now) if not isinstance(row, UnreadableRecord)]
        assert [stored.value.id for stored in due] == ["g1", "of-bob", "g2", "g3"]
        assert due[0] == many.known("g1")

    def test_those_that_wait_are_counted_for_each_queue(self, many: Instance) -> None:
        before = many.generations.waiting(Queue.GENERATIONS)
        assert before == Waiting(count=7, oldest_at=NOON, newest_at=NOON + timedelta(minutes=2))
        for name in ("g0", "g4", "g5"):
            many.fail(many.known(name))
        many.claim(many.known("g1"), "one")
        after = many.generations.waiting(Queue.GENERATIONS)
        assert after == Waiting(count=3, oldest_at=NOON, newest_at=NOON + timedelta(minutes=1))
        assert many.generations.waiting(Queue.BACKLOG) == Waiting(count=0, oldest_at=None, newest_at=None)

    def test_inherited_ones_are_those_without_darkrooms_fields(
        self, documents: UnsteadyDocuments, many: Instance
    ) -> None:
        for n in range(205):
            fields = {
                "id": f"old{n}",
                "user_id": "alice",
                "model": SPEC.model,
                "prompt": SPEC.prompt,
                **SPEC.params,
                "status": "completed",
                "credits_deducted": 1,
                "created_at": NOON + timedelta(seconds=n // 3),
                "updated_at": NOON,
            }
            documents.commit([Create(f"generation_requests/old{n}", fields)])
        found = [stored.value.id for stored in many.generations.inherited("alice")]
        assert len(found) == len(set(found)) == 205
        assert all(id_.startswith("old") for id_ in found)
        assert [*many.generations.inherited("bob")] == []


class TestBatches:
    """Creations of one user that wait for the same commit share the next one, but each has its own result."""

    @pytest.fixture
    def alone(self) -> Instance:
        documents = UnsteadyDocuments()
        documents.commit([Create("users/alice", {"name": "A", "email": "", "current_credits": 10, "held_credits": 0})])
        return Instance(documents)

    def create_all(self, instance: Instance, *asked: tuple[str, int, bool]) -> list[Created | Exception]:
        """Create all in one batch, as if they came in threads while a commit was under way."""
        items = [
            Creation(id_, partial(hold, subject=a_generation(id_, price=price)), may_exist)
            for id_, price, may_exist in asked
        ]
        outcomes: list[Created | Exception] = []
        for outcome in instance.generations._creations._create_all("alice", items):
            try:
                outcomes.append(outcome())
            except InsufficientCredits as refusal:
                outcomes.append(refusal)
        return outcomes

    def documents(self, instance: Instance) -> UnsteadyDocuments:
        documents = instance.users._documents
        assert isinstance(documents, UnsteadyDocuments)
        documents.forget_counts()
        return documents

    def balance(self, instance: Instance) -> tuple[int, int]:
        user = instance.users.get("alice")
        assert user is not None
        return user.balance.current_credits, user.balance.held_credits

    def test_several_are_one_commit_and_the_next_needs_no_read(self, alone: Instance) -> None:
        documents = self.documents(alone)
        outcomes = self.create_all(alone, ("a", 3, False), ("b", 3, False), ("c", 1, False))
        assert [isinstance(each, Created) and each.generation.id for each in outcomes] == ["a", "b", "c"]
        assert len(documents.commits) == 1
        alone.create("d", price=1)
        assert documents.gets == ["users/alice"]
        assert self.balance(alone) == (2, 8)

    def test_one_that_cannot_be_paid_is_refused_and_the_others_are_not(self, alone: Instance) -> None:
        outcomes = self.create_all(alone, ("a", 8, False), ("b", 3, False), ("c", 2, False))
        assert isinstance(outcomes[1], InsufficientCredits)
        assert (outcomes[1].details["required"], outcomes[1].details["available"]) == (3, 2)
        assert isinstance(outcomes[0], Created)
        assert isinstance(outcomes[2], Created)
        assert self.balance(alone) == (0, 10)

    def test_a_refusal_is_given_on_a_fresh_read_only(self, alone: Instance) -> None:
        alone.create("first", price=9)
        documents = self.documents(alone)
        MemoryDocuments.commit(documents, [Update("users/alice", {"current_credits": Increment(9)})])
        outcomes = self.create_all(alone, ("a", 5, False), ("b", 5, False))
        assert all(isinstance(each, Created) for each in outcomes)
        assert self.balance(alone) == (0, 19)

    def test_a_repeat_among_them_is_found_and_the_others_are_created(self, alone: Instance) -> None:
        alone.create("a", price=3)
        outcomes = self.create_all(alone, ("b", 1, False), ("a", 3, True), ("c", 1, False))
        assert [(each.generation.id, each.replayed) for each in outcomes if isinstance(each, Created)] == [
            ("b", False),
            ("a", True),
            ("c", False),
        ]
        assert self.balance(alone) == (5, 5)

    def test_a_refused_one_with_a_key_leaves_the_others_in_one_commit(self, alone: Instance) -> None:
        documents = self.documents(alone)
        asked = [(f"g{n}", 11 if n == 7 else 0, True) for n in range(51)]
        outcomes = self.create_all(alone, *asked)
        assert [place for place, each in enumerate(outcomes) if not isinstance(each, Created)] == [7]
        assert isinstance(outcomes[7], InsufficientCredits)
        assert len(documents.commits) == 1
        assert len(documents.commits[0]) == 1 + 2 * 50  # the user, and a generation and an entry for each

    def test_a_refused_repeat_is_answered_with_what_it_repeats(self, alone: Instance) -> None:
        alone.create("a", price=8)
        outcomes = self.create_all(alone, ("b", 1, False), ("a", 8, True), ("c", 1, True))
        assert [(each.generation.id, each.replayed) for each in outcomes if isinstance(each, Created)] == [
            ("b", False),
            ("a", True),
            ("c", False),
        ]
        assert self.balance(alone) == (0, 10)

    def test_a_repeat_leaves_the_others_in_one_commit(self, alone: Instance) -> None:
        alone.create("g3", price=0)
        documents = self.documents(alone)
        outcomes = self.create_all(alone, *[(f"g{n}", 0, True) for n in range(20)])
        assert [each.replayed for each in outcomes if isinstance(each, Created)] == [n == 3 for n in range(20)]
        # First all twenty are tried together, in vain. Then come the nineteen together, and then the repeat, whose
        # caller is judged again by a commit of its own.
        made = [len([write for write in writes if "generation_requests" in write.path]) for writes in documents.commits]
        assert made == [20, 19, 1, 1]

    def test_the_others_are_together_beside_two_of_the_same_id(self, alone: Instance) -> None:
        documents = self.documents(alone)
        outcomes = self.create_all(alone, ("a", 1, True), ("b", 1, True), ("a", 1, True), ("c", 1, False))
        assert [each.replayed for each in outcomes if isinstance(each, Created)] == [False, False, True, False]
        assert len([write for write in documents.commits[0] if "generation_requests" in write.path]) == 3
        assert self.balance(alone) == (7, 3)

    def test_the_same_id_twice_in_one_batch_is_charged_once(self, alone: Instance) -> None:
        outcomes = self.create_all(alone, ("a", 3, True), ("a", 3, True))
        assert [each.replayed for each in outcomes if isinstance(each, Created)] == [False, True]
        assert self.balance(alone) == (7, 3)

    @pytest.mark.parametrize("lost", [happened, did_not_happen])
    def test_a_lost_answer_charges_each_once(self, alone: Instance, lost: Callable[..., Any]) -> None:
        documents = self.documents(alone)
        documents.script = [lost]
        outcomes = self.create_all(alone, ("a", 3, False), ("b", 3, False))
        assert [isinstance(each, Created) and not each.replayed for each in outcomes] == [True, True]
        assert self.balance(alone) == (4, 6)

    def test_another_writer_in_between_makes_it_decide_again(self, alone: Instance) -> None:
        alone.users.read("alice")
        documents = self.documents(alone)
        documents.before_commit = lambda: MemoryDocuments.commit(
            documents, [Update("users/alice", {"current_credits": Increment(-6)})]
        )
        outcomes = self.create_all(alone, ("a", 3, False), ("b", 3, False))
        assert isinstance(outcomes[0], Created)
        assert isinstance(outcomes[1], InsufficientCredits)
        assert self.balance(alone) == (1, 3)

    def test_where_the_time_is_over_with_a_lost_answer_nobody_is_refused_what_stands(self, alone: Instance) -> None:
        documents, now = self.documents(alone), [0.0]

        def happened_at_last(documents: MemoryDocuments, writes: Sequence[Write]) -> list[datetime]:
            now[0] += 1_000
            return happened(documents, writes)

        documents.script = [happened_at_last]
        slow = OptimisticTransaction(monotonic=lambda: now[0], pause=lambda _: None)
        generations = instance_over(documents, transaction=slow, users=alone.users).generations
        asked = [
            Creation(id_, partial(hold, subject=a_generation(id_, price=5)), may_exist=False) for id_ in ("a", "b")
        ]
        answers = generations._creations._create_all("alice", asked)
        assert self.balance(alone) == (0, 10)
        for answer in answers:
            with pytest.raises(Unavailable, match="not known"):
                answer()

    def test_while_the_database_is_down_the_rest_do_not_wait_as_long_again(self, alone: Instance) -> None:
        documents, seconds = self.documents(alone), iter(range(0, 10_000, 4))
        documents.script = [did_not_happen] * 1000
        impatient = OptimisticTransaction(monotonic=lambda: float(next(seconds)), pause=lambda _: None)
        generations = instance_over(documents, transaction=impatient, users=alone.users).generations
        asked = [Creation(id_, partial(hold, subject=a_generation(id_, price=1)), may_exist=True) for id_ in "abc"]
        answers = generations._creations._create_all("alice", asked)
        for answer in answers:
            with pytest.raises(Unavailable):
                answer()
        tried = [write.path for writes in documents.commits for write in writes if "generation_requests" in write.path]
        assert (
            tried.count("generation_requests/b") == 1
        )  # in the commit of all three, after which only a was tried alone
        assert tried.count("generation_requests/a") > 1
